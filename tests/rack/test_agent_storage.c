/* Reading, writing and erasing with the second stage (da-xflash.md 6). */
#include "tests/rack/rig.h"

#include <string.h>

#include "engine/base/bytes.h"

static int setup(void **state)
{
	*state = rig_new();
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static struct rig *ready(void **state)
{
	rig_agent2(*state);
	rig_table(*state, 4); /* p0 p1 p2 lk */
	return *state;
}

static void expect_bytes(struct rig *rig, enum storage_region region, uint64_t at,
			 const uint8_t *wanted, size_t n)
{
	static uint8_t got[0x200000];

	assert_int_equal(flash_read(&rig->d.flash, region, at, got, n), 0);
	assert_memory_equal(got, wanted, n);
}

static void expect_zero(struct rig *rig, uint64_t at, size_t n)
{
	static const uint8_t zeros[0x10000];

	expect_bytes(rig, REGION_USER, at, zeros, n);
}

static uint8_t *noise(size_t n, uint64_t seed)
{
	static uint8_t bytes[0x200000];
	struct seeded s = {.state = seed};

	seeded_fill(&s, bytes, n);
	return bytes;
}

/* ---- parameter blocks ---- */

static void block_checks_in_their_order(void **state)
{
	static const struct {
		uint32_t storage, section;
		uint64_t at, n;
		uint32_t status;
	} table[] = {
		{0, 99, UINT64_MAX, 1, 0xC0040009},
		{0x30, 99, UINT64_MAX, 1, 0xC0030006},
		{1, 99, UINT64_MAX, 1, 0xC003000C},
		{1, 3, 0, 1, 0xC003000C}, /* RPMB */
		{1, 10, 0, 1, 0xC003000C},
		{1, 8, RIG_USER_BYTES, 1, 0xC004000B},
		{1, 8, RIG_USER_BYTES - 1, 2, 0xC004000B},
		{1, 8, 0, UINT64_MAX, 0xC004000B},
		{1, 1, 4 << 20, 1, 0xC004000B},
	};
	struct rig *rig = ready(state);

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		for (uint32_t opcode = 0x010004; opcode <= 0x010005; opcode++) {
			rig_opcode(rig, opcode);
			rig_block(rig, table[i].storage, table[i].section, table[i].at, table[i].n);
			rig_status(rig, table[i].status);
		}
	}
	rig_opcode(rig, 0x010009); /* the command was over each time */
}

static void shorter_block_is_taken(void **state)
{
	struct rig *rig = ready(state);

	rig_play(rig, "H> F(4) 05 00 01 00\n D> S0\n"
		      "H> F(24) 01 00 00 00 08 00 00 00 Z(16)\n D> S0\n D> S0\n");
}

/* ---- READ_DATA and UPLOAD ---- */

static void emu_ack_aborts_and_is_repeated(void **state)
{
	struct rig *rig = ready(state);
	static uint8_t got[0x10000];

	rig_opcode(rig, 0x010005);
	rig_block(rig, 1, 8, 0, 0x30000);
	rig_status(rig, 0);
	rig_status(rig, 0);
	assert_int_equal(rig_get(rig, got, sizeof got), 0x10000);
	rig_word(rig, 0x12345678);
	rig_status(rig, 0x12345678);
	rig_opcode(rig, 0x010009);
}

static void read_of_boot_region(void **state)
{
	struct rig *rig = ready(state);
	uint8_t *bytes = noise(512, 5), got[512];

	assert_int_equal(flash_write(&rig->d.flash, REGION_BOOT2, 0x1000, bytes, 512), 0);
	rig_opcode(rig, 0x010005);
	rig_block(rig, 1, 2, 0x1000, 512);
	rig_status(rig, 0);
	rig_status(rig, 0);
	assert_int_equal(rig_get(rig, got, sizeof got), 512);
	assert_memory_equal(got, bytes, 512);
	rig_word(rig, 0);
	rig_status(rig, 0);
}

static void upload_by_name(void **state)
{
	struct rig *rig = ready(state);
	static uint8_t got[0x10000];
	uint8_t size[8];

	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 1 << 20, noise(64, 6), 64), 0);
	rig_opcode(rig, 0x010002);
	rig_frame(rig, "P0", 2); /* any case */
	rig_status(rig, 0);
	assert_int_equal(rig_get(rig, size, sizeof size), 8);
	assert_int_equal(get_le64(size), 1 << 20);
	for (int i = 0; i < 16; i++) {
		rig_status(rig, 0);
		assert_int_equal(rig_get(rig, got, sizeof got), 0x10000);
		if (i == 0)
			assert_memory_equal(got, noise(64, 6), 64);
		rig_word(rig, 0);
	}
	rig_status(rig, 0);
}

static void emu_upload_of_unknown_name_is_silent(void **state)
{
	struct rig *rig = ready(state);

	rig_opcode(rig, 0x010002);
	rig_frame(rig, "nothing", 7);
	rig_expect_silence(rig, 10000);
	rig_opcode(rig, 0x010009); /* it is back in its loop */
}

/* ---- WRITE_DATA ---- */

static void begin_write(struct rig *rig, uint64_t at, uint64_t n)
{
	rig_opcode(rig, 0x010004);
	rig_block(rig, 1, 8, at, n);
	rig_status(rig, 0);
}

static void emu_shorter_packets_are_counted(void **state)
{
	struct rig *rig = ready(state);
	uint8_t *bytes = noise(1536, 7);

	begin_write(rig, 0x500000, 1536);
	for (int i = 0; i < 3; i++) {
		rig_packet(rig, bytes + 512 * i, 512);
		rig_status(rig, 0);
	}
	rig_status(rig, 0);
	expect_bytes(rig, REGION_USER, 0x500000, bytes, 1536);
	assert_int_equal(rig->d.flash.regions[REGION_USER].written >= 1536, 1);
}

static void emu_longer_packet_than_what_remains_loses_the_agent(void **state)
{
	struct rig *rig = ready(state);
	uint8_t *bytes = noise(600, 8);

	begin_write(rig, 0x500000, 512);
	rig_word(rig, 0);
	rig_word(rig, rig_sum(bytes, 600));
	rig_play(rig, "H> F(600)\n D> F(4) 06 00 01 C0\n");
	assert_int_equal(rig_out(rig, bytes, 600), 0);
	rig_expect_silence(rig, 60000); /* no final status, no loop */
	expect_zero(rig, 0x500000, 512);
}

static void emu_packet_over_the_write_length_loses_the_agent(void **state)
{
	struct rig *rig = ready(state);

	begin_write(rig, 0x500000, 0x300000);
	rig_word(rig, 0);
	rig_word(rig, 0);
	rig_play(rig, "H> F(2097153)\n D> F(4) 06 00 01 C0\n");
	rig_expect_silence(rig, 1000);
}

static void emu_host_status_stops_and_is_echoed(void **state)
{
	struct rig *rig = ready(state);

	begin_write(rig, 0x500000, 1024);
	rig_packet(rig, noise(512, 9), 512);
	rig_status(rig, 0);
	rig_word(rig, 0xC0010002);
	rig_status(rig, 0xC0010002); /* straight to the final status */
	rig_opcode(rig, 0x010009);
}

static void checksum_is_compared_at_level_one(void **state)
{
	struct rig *rig = *state;
	uint8_t *bytes = noise(512, 10);

	rig_agent1(rig);
	rig_set(rig, 0x020003, 1);
	rig_boot_to(rig, rig->da2, sizeof rig->da2, 0);
	rig_status(rig, 0x434E5953);
	begin_write(rig, 0x500000, 1024);
	rig_word(rig, 0);
	rig_word(rig, rig_sum(bytes, 512) + 1);
	rig_frame(rig, bytes, 512);
	rig_status(rig, 0xC0040003);
	rig_status(rig, 0xC0040003); /* emu: the final status repeats it */
	expect_zero(rig, 0x500000, 512);
	begin_write(rig, 0x500000, 512);
	rig_word(rig, 0);
	rig_word(rig, rig_sum(bytes, 512) | 0x10000); /* the whole word counts */
	rig_frame(rig, bytes, 512);
	rig_status(rig, 0xC0040003);
	rig_status(rig, 0xC0040003);
	begin_write(rig, 0x500000, 7);
	rig_word(rig, 0);
	rig_word(rig, 0x07F8); /* 7 x FF and the odd rule */
	rig_frame(rig, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 7);
	rig_status(rig, 0);
	rig_status(rig, 0);
}

static void checksum_is_ignored_at_level_zero(void **state)
{
	struct rig *rig = ready(state);

	begin_write(rig, 0x500000, 512);
	rig_word(rig, 0);
	rig_word(rig, 0xDEADBEEF);
	rig_frame(rig, noise(512, 11), 512);
	rig_status(rig, 0);
	rig_status(rig, 0);
}

static void storage_errors_come_one_packet_late(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "storage-dead@write:2");
	ready(state);
	begin_write(rig, 0x500000, 4 * 512);
	for (int i = 0; i < 2; i++) { /* the second fails, and says 0 */
		rig_packet(rig, noise(512, 12), 512);
		rig_status(rig, 0);
	}
	rig_packet(rig, noise(512, 12), 512);
	rig_status(rig, 0xC0040030);
	rig_status(rig, 0xC0040030);
}

static void storage_error_of_the_last_packet_is_in_the_final_status(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "storage-dead@write:2");
	ready(state);
	begin_write(rig, 0x500000, 2 * 512);
	for (int i = 0; i < 2; i++) {
		rig_packet(rig, noise(512, 13), 512);
		rig_status(rig, 0);
	}
	rig_status(rig, 0xC0040030);
}

/* ---- DOWNLOAD ---- */

static void download_by_name(void **state)
{
	struct rig *rig = ready(state);
	uint8_t *bytes = noise(0x100000, 14);

	rig_download(rig, "P2", 0x100000, 0);
	rig_packet(rig, bytes, 0x100000);
	rig_status(rig, 0);
	rig_status(rig, 0);
	expect_bytes(rig, REGION_USER, 3 << 20, bytes, 0x100000);
	rig_download(rig, "p1", 0, 0); /* empty file: check 0, final 0 */
	rig_status(rig, 0);
	rig_download(rig, "p9", 512, 0xC0040006);
	rig_opcode(rig, 0x010009);
}

static void emu_too_large_shows_in_the_final_status_only(void **state)
{
	struct rig *rig = ready(state);

	rig_download(rig, "p0", 0x100200, 0);
	rig_packet(rig, noise(0x100200, 15), 0x100200);
	rig_status(rig, 0);
	rig_status(rig, 0xC0040004);
	expect_zero(rig, 1 << 20, 512); /* and nothing is written, nor the neighbour */
	expect_zero(rig, 2 << 20, 512);
}

static void blank_device_has_no_table(void **state)
{
	struct rig *rig = *state;

	rig_agent2(rig);
	rig_download(rig, "p0", 512, 0xC0040007);
	rig_table(rig, 2);
	assert_int_equal(flash_erase(&rig->d.flash, REGION_USER, RIG_USER_BYTES - 0x4200, 0x4200),
			 0);
	rig_download(rig, "p0", 0, 0); /* the primary will do */
	rig_status(rig, 0);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0x200 + 0x10, "xxxx", 4), 0);
	rig_download(rig, "p0", 512, 0xC0030008);
}

static void backup_table_is_used(void **state)
{
	struct rig *rig = ready(state);

	assert_int_equal(flash_erase(&rig->d.flash, REGION_USER, 0, 0x8000), 0);
	rig_download(rig, "lk", 0, 0);
	rig_status(rig, 0);
}

static void tables_are_written_by_name(void **state)
{
	struct rig *rig = *state;
	static uint8_t head[0x4400], tail[0x4200];

	ready(state);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0, head, sizeof head), 0);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, RIG_USER_BYTES - sizeof tail, tail,
				    sizeof tail),
			 0);
	assert_int_equal(flash_erase(&rig->d.flash, REGION_USER, 0, RIG_USER_BYTES), 0);
	rig_download(rig, "PGPT", sizeof head, 0);
	rig_packet(rig, head, sizeof head);
	rig_status(rig, 0);
	rig_status(rig, 0);
	rig_download(rig, "SGPT", sizeof tail, 0);
	rig_packet(rig, tail, sizeof tail);
	rig_status(rig, 0);
	rig_status(rig, 0);
	expect_bytes(rig, REGION_USER, RIG_USER_BYTES - sizeof tail, tail, sizeof tail);
	rig_download(rig, "lk", 0, 0);
	rig_status(rig, 0);
	rig_download(rig, "SGPT", 0x4400, 0);
	rig_packet(rig, head, 0x4400);
	rig_status(rig, 0);
	rig_status(rig, 0xC0040004);
}

/* ---- sparse images ---- */

static size_t sparse_head(uint8_t *p, uint32_t blocks, uint32_t chunks)
{
	memset(p, 0, 28);
	put_le32(p, 0xED26FF3A);
	put_le16(p + 4, 1);
	put_le16(p + 8, 28);
	put_le16(p + 10, 12);
	put_le32(p + 12, 4096);
	put_le32(p + 16, blocks);
	put_le32(p + 20, chunks);
	return 28;
}

static size_t sparse_chunk(uint8_t *p, uint16_t type, uint32_t blocks, const uint8_t *data,
			   size_t n)
{
	memset(p, 0, 12);
	put_le16(p, type);
	put_le32(p + 4, blocks);
	put_le32(p + 8, (uint32_t)(12 + n));
	if (n)
		memcpy(p + 12, data, n);
	return 12 + n;
}

/* raw 2, skip 3, fill 1 (with 0xAABBCCDD), raw 1, crc */
static size_t sparse_image(uint8_t *p)
{
	const uint8_t pattern[4] = {0xDD, 0xCC, 0xBB, 0xAA};
	uint8_t *bytes = noise(3 * 4096, 20);
	size_t n = sparse_head(p, 7, 5);

	n += sparse_chunk(p + n, 0xCAC1, 2, bytes, 2 * 4096);
	n += sparse_chunk(p + n, 0xCAC3, 3, NULL, 0);
	n += sparse_chunk(p + n, 0xCAC2, 1, pattern, 4);
	n += sparse_chunk(p + n, 0xCAC1, 1, bytes + 2 * 4096, 4096);
	n += sparse_chunk(p + n, 0xCAC4, 0, pattern, 4);
	return n;
}

static void sparse_in_packets(struct rig *rig, const uint8_t *image, size_t n, size_t packet,
			      uint32_t final)
{
	rig_download(rig, "p1", n, 0);
	for (size_t at = 0; at < n; at += packet) {
		size_t part = n - at < packet ? n - at : packet;

		rig_packet(rig, image + at, part);
		rig_status(rig, 0);
	}
	rig_status(rig, final);
}

static void sparse_is_expanded_over_an_erased_partition(void **state)
{
	static const size_t packets[] = {0x200000, 4096, 1000, 13};
	struct rig *rig = ready(state);
	static uint8_t image[32768];
	const uint8_t fill[4] = {0xDD, 0xCC, 0xBB, 0xAA};
	uint64_t base = 2 << 20;

	for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
		size_t n = sparse_image(image), first;

		for (uint64_t at = 0; at < 1 << 20; at += 4096)
			assert_int_equal(
				flash_write(&rig->d.flash, REGION_USER, base + at, "old", 3), 0);
		/* The first packet must hold the header for the agent to know the format. */
		first = packets[i] < 28 ? 28 : packets[i];
		if (first != packets[i]) {
			rig_download(rig, "p1", n, 0);
			rig_packet(rig, image, first);
			rig_status(rig, 0);
			for (size_t at = first; at < n; at += packets[i]) {
				size_t part = n - at < packets[i] ? n - at : packets[i];

				rig_packet(rig, image + at, part);
				rig_status(rig, 0);
			}
			rig_status(rig, 0);
		} else {
			sparse_in_packets(rig, image, n, packets[i], 0);
		}
		expect_bytes(rig, REGION_USER, base, noise(3 * 4096, 20), 2 * 4096);
		expect_zero(rig, base + 2 * 4096, 3 * 4096);
		expect_bytes(rig, REGION_USER, base + 5 * 4096, fill, 4);
		expect_bytes(rig, REGION_USER, base + 6 * 4096 - 4, fill, 4);
		expect_bytes(rig, REGION_USER, base + 6 * 4096, noise(3 * 4096, 20) + 2 * 4096,
			     4096);
		expect_zero(rig, base + 7 * 4096, 0x10000);
	}
}

static void emu_truncated_sparse_image_is_not_noticed(void **state)
{
	struct rig *rig = ready(state);
	static uint8_t image[32768];
	size_t n = sparse_image(image);

	sparse_in_packets(rig, image, n - 5000, 0x200000, 0);
}

static void unknown_chunk_shows_in_the_final_status(void **state)
{
	struct rig *rig = ready(state);
	static uint8_t image[32768];
	size_t n = sparse_image(image);

	image[28] = 0xC9;
	sparse_in_packets(rig, image, n, 4096, 0xC0040005);
}

static void sparse_image_too_large(void **state)
{
	struct rig *rig = ready(state);
	static uint8_t image[8192];
	size_t n = sparse_head(image, 300, 1);

	n += sparse_chunk(image + n, 0xCAC2, 300, (const uint8_t *)"abcd", 4);
	sparse_in_packets(rig, image, n, 4096, 0xC0040004);
	expect_zero(rig, 3 << 20, 512); /* the neighbour is untouched */
}

/* ---- preloader ---- */

static size_t make_preloader(uint8_t *p, bool with_name)
{
	memset(p, 0x11, 0x4000);
	memset(p, 0, 0x38);
	memcpy(p,
	       "MMM\x01\x38\x00\x00\x00"
	       "FILE_INFO",
	       17);
	put_le32(p + 0x20, 0x4000);
	put_le32(p + 0x24, 0x40000);
	if (with_name) {
		memcpy(p + 0x2000, "MTK_BLOADER_INFO_v35", 20);
		memcpy(p + 0x2000 + 0x1B, "preloader_k65v1.bin", 20);
	}
	return 0x4000;
}

static void preloader_gets_its_device_header(void **state)
{
	struct rig *rig = ready(state);
	static uint8_t image[0x4000], head[0x1000];
	size_t n = make_preloader(image, true);

	rig_download(rig, "preloader", n, 0);
	rig_packet(rig, image, n);
	rig_status(rig, 0);
	rig_status(rig, 0);
	assert_int_equal(flash_read(&rig->d.flash, REGION_BOOT1, 0, head, sizeof head), 0);
	assert_memory_equal(head, "EMMC_BOOT\0\0\0\x01\0\0\0\x00\x02\0\0\xFF", 21);
	assert_memory_equal(head + 0x200, "BRLYT\0\0\0\x01\0\0\0", 12);
	assert_int_equal(get_le32(head + 0x20C), 0x800);
	assert_int_equal(get_le32(head + 0x210), 0x4800);
	assert_int_equal(get_le32(head + 0x214), 0x42424242);
	assert_int_equal(get_le32(head + 0x218), 0x10005);
	expect_bytes(rig, REGION_BOOT1, 0x800, image, n);
	assert_int_equal(rig->d.flash.regions[REGION_BOOT2].written, 0);
	rig_download(rig, "preloader_backup", n, 0);
	rig_packet(rig, image, n);
	rig_status(rig, 0);
	rig_status(rig, 0);
	expect_bytes(rig, REGION_BOOT2, 0x800, image, n);
}

static void preloader_on_ufs(void **state)
{
	struct rig *rig = *state;
	static uint8_t image[0x4000], head[0x1000];
	size_t n = make_preloader(image, true);

	rig_storage(rig, STORAGE_UFS);
	rig_agent2(rig);
	rig_download(rig, "preloader", n, 0);
	rig_packet(rig, image, n);
	rig_status(rig, 0);
	rig_status(rig, 0);
	assert_int_equal(flash_read(&rig->d.flash, REGION_BOOT1, 0, head, sizeof head), 0);
	assert_memory_equal(head, "UFS_BOOT", 9);
	assert_int_equal(get_le32(head + 0x10), 0x1000);
	assert_int_equal(get_le32(head + 0x20C), 0x1000);
	assert_int_equal(get_le32(head + 0x210), 0x41000);
	assert_int_equal(get_le32(head + 0x218), 0x1000C);
	expect_bytes(rig, REGION_BOOT1, 0x1000, image, n);
}

static void emu_preloader_without_a_customer_name_is_refused(void **state)
{
	struct rig *rig = ready(state);
	static uint8_t image[0x4000];
	size_t n = make_preloader(image, false);

	rig_download(rig, "preloader", n, 0);
	rig_packet(rig, image, n);
	rig_status(rig, 0xC0020002);
	rig_status(rig, 0xC0020002);
	assert_int_equal(rig->d.flash.regions[REGION_BOOT1].written, 0);
}

static void emu_preloader_name_is_lower_case_only(void **state)
{
	struct rig *rig = ready(state);

	rig_download(rig, "Preloader", 512, 0xC0040006);
	rig_download(rig, "PRELOADER", 512, 0xC0040006);
}

/* ---- FORMAT ---- */

static void format_block(struct rig *rig, uint32_t section, uint64_t at, uint64_t n)
{
	rig_opcode(rig, 0x010003);
	rig_block(rig, 1, section, at, n);
}

static void emu_format_sends_one_pair_and_ignores_the_ack(void **state)
{
	struct rig *rig = ready(state);

	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0x100000, noise(4096, 30), 4096),
			 0);
	format_block(rig, 8, 0x100000, 0x3000000);
	rig_status(rig, 0);
	rig_status(rig, 0x40040004);
	rig_status(rig, 100);
	rig_word(rig, 0xC0010002); /* "stop": not looked at */
	rig_status(rig, 0x40040005);
	expect_zero(rig, 0x100000, 4096);
}

static void emu_format_cuts_to_sectors(void **state)
{
	struct rig *rig = ready(state);
	uint8_t *bytes = noise(4096, 31);

	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0x600000, bytes, 4096), 0);
	format_block(rig, 8, 0x600000 + 700, 1000); /* sector 1, one sector long */
	rig_status(rig, 0);
	rig_status(rig, 0x40040004);
	rig_status(rig, 100);
	rig_word(rig, 0);
	rig_status(rig, 0x40040005);
	expect_bytes(rig, REGION_USER, 0x600000, bytes, 512);
	expect_zero(rig, 0x600000 + 512, 512);
	expect_bytes(rig, REGION_USER, 0x600000 + 1024, bytes + 1024, 4096 - 1024);
}

static void emu_failed_format_check_does_not_end_the_command(void **state)
{
	struct rig *rig = ready(state);

	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, RIG_USER_BYTES - 4096,
				     noise(4096, 32), 4096),
			 0);
	format_block(rig, 8, RIG_USER_BYTES - 4096, 0x100000);
	rig_status(rig, 0xC004000B);
	rig_status(rig, 0x40040004); /* the erase was sent to the card all the same */
	rig_status(rig, 100);
	rig_word(rig, 0);
	rig_status(rig, 0x40040005);
	expect_zero(rig, RIG_USER_BYTES - 4096, 4096);
	format_block(rig, 3, 0, 4096);
	rig_status(rig, 0xC003000C);
	rig_status(rig, 0xC0030007);
	rig_opcode(rig, 0x010009);
}

static void format_partition(void **state)
{
	struct rig *rig = ready(state);

	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 2 << 20, noise(512, 33), 512), 0);
	rig_opcode(rig, 0x010006);
	rig_frame(rig, "p1", 2);
	rig_status(rig, 0x40040004); /* no check status */
	rig_status(rig, 100);
	rig_word(rig, 0);
	rig_status(rig, 0x40040005);
	expect_zero(rig, 2 << 20, 512);
	rig_opcode(rig, 0x010006);
	rig_frame(rig, "nope", 4);
	rig_status(rig, 0xC0040006);
	rig_opcode(rig, 0x010009);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(block_checks_in_their_order),
		T(shorter_block_is_taken),
		T(emu_ack_aborts_and_is_repeated),
		T(read_of_boot_region),
		T(upload_by_name),
		T(emu_upload_of_unknown_name_is_silent),
		T(emu_shorter_packets_are_counted),
		T(emu_longer_packet_than_what_remains_loses_the_agent),
		T(emu_packet_over_the_write_length_loses_the_agent),
		T(emu_host_status_stops_and_is_echoed),
		T(checksum_is_compared_at_level_one),
		T(checksum_is_ignored_at_level_zero),
		T(storage_errors_come_one_packet_late),
		T(storage_error_of_the_last_packet_is_in_the_final_status),
		T(download_by_name),
		T(emu_too_large_shows_in_the_final_status_only),
		T(blank_device_has_no_table),
		T(backup_table_is_used),
		T(tables_are_written_by_name),
		T(sparse_is_expanded_over_an_erased_partition),
		T(emu_truncated_sparse_image_is_not_noticed),
		T(unknown_chunk_shows_in_the_final_status),
		T(sparse_image_too_large),
		T(preloader_gets_its_device_header),
		T(preloader_on_ufs),
		T(emu_preloader_without_a_customer_name_is_refused),
		T(emu_preloader_name_is_lower_case_only),
		T(emu_format_sends_one_pair_and_ignores_the_ack),
		T(emu_format_cuts_to_sectors),
		T(emu_failed_format_check_does_not_end_the_command),
		T(format_partition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
