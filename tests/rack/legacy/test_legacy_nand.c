/*
 * Legacy units with NAND (da-legacy.md 5.8, 5.10): what the report says of the chip, the commands,
 * and bad blocks with their replacements.
 */
#include "tests/rack/legacy/rig_legacy.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/bootcheck.h"
#include "tests/rack/legacy/pmt.h"
#include "tests/rack/nand.h"

/* 256 blocks; 16 of them reserved, the first two of those for the table. */
enum { BLOCK = 0x20000, BLOCKS = 256, RESERVED = 16, LOGICAL = BLOCKS - RESERVED, PAGE = 2048 };

static int setup(void **state)
{
	struct rig *rig = rig_legacy("MT6572");

	rig->config.storage = STORAGE_NAND;
	rig->config.user_bytes = (uint64_t)BLOCKS * BLOCK;
	rig->config.brom_high_speed = true;
	*state = rig;
	return 0;
}

static struct rig *ready(void **state)
{
	rig_legacy_loop(*state);
	return *state;
}

/* A host that asks for exactly what comes next must not find two fields in one packet. */
static void probe_field_by_field(void **state)
{
	static const uint8_t fields[] = {4, 2, 2, 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4};
	struct rig *rig = *state;
	uint8_t field[4];

	rig_legacy_jump(rig);
	for (size_t i = 0; i < sizeof fields; i++)
		assert_int_equal(rig_in(rig, field, fields[i], 1000), fields[i]);
	rig_send(rig, "5A");
	rig_expect(rig, "04 02 88");
}

static void report_of_nand(void **state)
{
	struct rig *rig = *state;
	uint8_t r[232];

	rig_legacy_jump(rig);
	rig_expect(rig, "00 00 00 00 00 07 00 AD 00 BC 00 90 00 55 00 56 00 00 00 00"
			"00 00 0B C4 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
	rig_send(rig, "5A");
	rig_expect(rig, "04 02 88");
	rig_send(rig, "05 FE 00 08 00 70 07 FF FF 01 00 00 00 00 02 01 02 00");
	rig_legacy_dram(rig);
	rig_legacy_stage2(rig);
	rig_read(rig, r, sizeof r); /* 32-bit NAND size */
	assert_int_equal(get_be32(r), 3015);
	assert_int_equal(get_be32(r + 28), 0);
	assert_int_equal(get_be32(r + 35), BLOCKS * BLOCK);
	assert_int_equal(get_be16(r + 39), 7);
	assert_int_equal(get_be16(r + 55), PAGE);
	assert_int_equal(get_be16(r + 57), 64);
	assert_int_equal(get_be16(r + 59), 64);
	assert_int_equal(r[63], 1); /* BMT */
	assert_int_equal(get_be32(r + 64), 3149);
	assert_int_equal(get_be32(r + 156), 3151);
	assert_int_equal(get_be32(r + 227), 1035);
	assert_int_equal(r[231], 0xC1);
}

/* ---- DD and DE ---- */

struct image {
	bool on;
	uint64_t at;
	uint32_t bytes;
	const char *name;
};

static void send64(struct rig *rig, uint64_t v)
{
	rig_word32(rig, (uint32_t)(v >> 32));
	rig_word32(rig, (uint32_t)v);
}

static void image_list(struct rig *rig, const struct image *images, unsigned count)
{
	uint8_t counts[2] = {(uint8_t)count, 0};

	for (unsigned i = 0; i < count; i++)
		counts[1] = (uint8_t)(counts[1] + images[i].on);
	rig_send(rig, "DD 00 00 00");
	rig_expect(rig, "5A");
	assert_int_equal(rig_out(rig, counts, 2), 0);
	rig_expect(rig, "5A");
	for (unsigned i = 0; i < count; i++) {
		if (!images[i].on)
			continue;
		send64(rig, images[i].at);
		send64(rig, images[i].at + images[i].bytes - 1);
		rig_expect(rig, "5A");
	}
	for (unsigned i = 0; i < count; i++) {
		char name[64] = "";

		snprintf(name, sizeof name, "%s", images[i].name);
		rig_send(rig, images[i].on ? "01" : "00");
		send64(rig, images[i].at);
		send64(rig, images[i].at + images[i].bytes - 1);
		send64(rig, 4 * BLOCK);
		send64(rig, images[i].bytes);
		rig_send(rig, "01");
		assert_int_equal(rig_out(rig, name, sizeof name), 0);
		if (i + 1 < count)
			rig_expect(rig, "5A");
	}
}

static uint8_t *noise(size_t n, uint64_t seed)
{
	static uint8_t bytes[3 * BLOCK];
	struct seeded s = {.state = seed};

	seeded_fill(&s, bytes, n);
	return bytes;
}

static void write_images(struct rig *rig, uint64_t at, uint8_t *bytes, uint32_t n)
{
	const struct image images[] = {{true, at, n, "BOOTIMG"}, {false, 0, 1, "UBOOT"}};

	image_list(rig, images, 2);
	rig_expect(rig, "5A");
	rig_send(rig, "DE");
	rig_expect(rig, "5A");
	rig_word32(rig, BLOCK);
	rig_expect(rig, "5A 5A  5A"); /* and the first enabled image */
	for (uint32_t done = 0; done < n; done += BLOCK) {
		rig_legacy_packet(rig, bytes + done, n - done < BLOCK ? n - done : BLOCK);
		rig_expect(rig, "69");
	}
	rig_expect(rig, "5A 5A");
}

static void read_pages(struct rig *rig, uint64_t at, const uint8_t *wanted, uint32_t n)
{
	static uint8_t got[3 * BLOCK];

	rig_send(rig, "DF 00 00");
	send64(rig, at);
	send64(rig, n);
	rig_word32(rig, 0);
	rig_expect(rig, "5A 00 00 08 00 00 00 00 40 00 00 08 00");
	rig_word32(rig, 16);
	rig_expect32(rig, 0);
	rig_expect32(rig, n);
	for (uint32_t done = 0; done < n; done += 16 * PAGE) {
		uint32_t now = n - done < 16 * PAGE ? n - done : 16 * PAGE;
		uint8_t sum[2];

		rig_expect(rig, "5A");
		rig_read(rig, got + done, now);
		rig_read(rig, sum, 2);
		assert_int_equal(get_be16(sum), la_sum(got + done, now));
		rig_send(rig, "5A");
	}
	assert_memory_equal(got, wanted, n);
}

static void images_over_bad_blocks(void **state)
{
	struct rig *rig = *state;
	uint8_t *bytes = noise(2 * BLOCK + PAGE, 11), block[64];
	uint32_t n = 2 * BLOCK + PAGE;

	rig->config.nand_bad[0] = 9;
	rig->config.nand_bad[1] = BLOCKS - 1; /* in the pool */
	rig->config.nand_bad[2] = 40;
	rig->config.nand_bad_count = 3;
	rig_legacy_loop(rig);
	write_images(rig, 8 * BLOCK, bytes, n);
	read_pages(rig, 8 * BLOCK, bytes, n);
	/* block 9 is in the pool's last good block */
	assert_int_equal(flash_nand_place(&rig->d.flash, 9), BLOCKS - 2);
	assert_int_equal(flash_nand_place(&rig->d.flash, 40), BLOCKS - 3);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, (uint64_t)(BLOCKS - 2) * BLOCK,
				    block, sizeof block),
			 0);
	assert_memory_equal(block, bytes + BLOCK, sizeof block);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 9 * BLOCK, block, sizeof block), 0);
	assert_int_equal(block[0] | block[17] | block[63], 0);
	rig_send(rig, "A3");
	rig_expect(rig, "5A 02  00 09 00 FE  00 28 00 FD");
	rig_send(rig, "5A");
	rig_legacy_alive(rig);
}

static void image_list_is_checked(void **state)
{
	const struct image crooked[] = {{true, PAGE, PAGE, "BOOTIMG"}};
	const struct image outside[] = {{true, LOGICAL * BLOCK, PAGE, "BOOTIMG"}};
	struct rig *rig = ready(state);

	image_list(rig, crooked, 1);
	rig_expect(rig, "A5 00 00 0B DC");
	image_list(rig, outside, 1);
	rig_expect(rig, "A5 00 00 0B E0");
	rig_legacy_alive(rig);
}

static void bad_packet_of_an_image(void **state)
{
	const struct image images[] = {{true, 0x100000, PAGE, "BOOTIMG"}};
	struct rig *rig = ready(state);
	uint8_t bytes[PAGE + 2] = {1};

	image_list(rig, images, 1);
	rig_expect(rig, "5A");
	rig_send(rig, "DE");
	rig_expect(rig, "5A");
	rig_word32(rig, BLOCK);
	rig_expect(rig, "5A 5A 5A");
	rig_send(rig, "5A");
	assert_int_equal(rig_out(rig, bytes, sizeof bytes), 0);
	rig_expect(rig, "A5 00 00 0B F9");
	rig_legacy_packet(rig, bytes, PAGE);
	rig_expect(rig, "69 5A 5A");
	rig_legacy_alive(rig);
}

static void pages_with_their_spare(void **state)
{
	struct rig *rig = ready(state);
	uint8_t *bytes = noise(PAGE, 5), got[PAGE + 64 + 2];

	assert_int_equal(flash_nand_write(&rig->d.flash, BLOCK, bytes, PAGE), 0);
	rig_send(rig, "DF 01 00");
	send64(rig, BLOCK);
	send64(rig, PAGE);
	rig_word32(rig, 0);
	rig_expect(rig, "5A 00 00 08 00 00 00 00 40 00 00 08 00");
	rig_word32(rig, 1);
	rig_expect(rig, "00 00 00 00 00 00 08 40  5A");
	for (int time = 0; time < 2; time++) { /* 69: the same once more */
		if (time)
			rig_expect(rig, "5A");
		rig_read(rig, got, sizeof got);
		assert_memory_equal(got, bytes, PAGE);
		assert_int_equal(got[PAGE], 0xFF);
		rig_send(rig, time ? "96" : "69");
	}
	rig_legacy_alive(rig);
}

/* ---- FORMAT ---- */

static void format_tells_bad_blocks(void **state)
{
	struct rig *rig = *state;
	uint8_t byte = 5;

	rig->config.nand_bad[0] = 17;
	rig->config.nand_bad_count = 1;
	rig_legacy_loop(rig);
	assert_int_equal(flash_nand_write(&rig->d.flash, 18 * BLOCK + 3, &byte, 1), 0);
	assert_int_equal(flash_nand_write(&rig->d.flash, 17 * BLOCK, &byte, 1), 0); /* moved */
	rig_send(rig, "D4 01 00 00 00");
	send64(rig, 16 * BLOCK);
	send64(rig, 4 * BLOCK);
	rig_expect(rig, "5A 5A  00 00 0B D1 19");
	rig_send(rig, "5A");
	rig_expect(rig, "00 00 0B E5  00 00 00 00 00 22 00 00  69");
	rig_expect(rig, "00 00 0B D1 32");
	rig_send(rig, "5A");
	rig_expect(rig, "00 00 0B D1 4B");
	rig_send(rig, "5A");
	rig_expect(rig, "00 00 00 00 64");
	rig_send(rig, "5A");
	rig_expect(rig, "69  00 00 00 00 00 20 00 00  00 00 00 00 00 08 00 00"
			"00 00 00 04  00 00 00 01  00 00 00 00  5A");
	for (uint64_t at = 17 * BLOCK; at <= 18 * BLOCK + 3; at += BLOCK + 3) {
		assert_int_equal(flash_nand_read(&rig->d.flash, at, &byte, 1), 0);
		assert_int_equal(byte, 0);
	}
	rig_legacy_alive(rig);
}

static void the_reserved_blocks_are_not_formatted(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "D4 01 00 00 00");
	send64(rig, (LOGICAL - 1) * BLOCK);
	send64(rig, 2 * BLOCK);
	rig_expect(rig, "5A A5 00 00 0B E0 5A");
	rig_legacy_alive(rig);
}

/* ---- tables ---- */

static void entry(uint8_t wire[0x60], const char *name, uint64_t size, uint64_t offset)
{
	memset(wire, 0, 0x60);
	strcpy((char *)wire, name);
	put_le64(wire + 0x40, size);
	put_le64(wire + 0x50, offset);
}

static void table_is_written_and_read(void **state)
{
	struct rig *rig = ready(state);
	uint8_t wire[2][0x60], got[0x60];
	struct rack_pmt pmt;

	rig_send(rig, "A2");
	rig_expect(rig, "A5 00 00 04 0D");
	entry(wire[0], "PRELOADER", 0x100000, 0);
	entry(wire[1], "UBOOT", 0x80000, 0x100000);
	rig_send(rig, "A1");
	rig_expect(rig, "5A");
	rig_word32(rig, 2);
	rig_expect(rig, "5A");
	assert_int_equal(rig_out(rig, wire[0], 0x60), 0);
	rig_expect(rig, "69");
	assert_int_equal(rig_out(rig, wire[1], 0x60), 0);
	rig_expect(rig, "5A");
	rig_word32(rig, 0);
	rig_expect(rig, "5A 5A");
	rig_send(rig, "A2");
	rig_expect(rig, "5A  00 00 00 C0");
	rig_send(rig, "5A");
	for (int i = 0; i < 2; i++) {
		rig_read(rig, got, sizeof got);
		assert_memory_equal(got, wire[i], sizeof got);
	}
	rig_send(rig, "5A");
	assert_true(rack_pmt_load(&rig->d.flash, RACK_PMT_NAND, &pmt));
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, (uint64_t)LOGICAL * BLOCK, got, 4),
			 0);
	assert_memory_equal(got, "3vTP", 4);
	rig_legacy_alive(rig);
}

/* ---- 51 ---- */

static void preloader_boots(void **state)
{
	struct rig *rig = ready(state);
	uint8_t preloader[0x900] = "MMM\x01\x38\0\0\0FILE_INFO";

	put_le32(preloader + 0x20, sizeof preloader);
	rig_legacy_bloader(rig);
	rig_send(rig, "00 00 04 00 02");
	rig_expect(rig, "5A 5A");
	rig_send(rig,
		 "00 00 00 01  5A  02 00 01  00 00 00 00  00 00 00 00  00 00 00 00  00 02 00 00"
		 "00  00 00 00 00  00 00 00 00  00 00 09 00  00 00");
	rig_expect(rig, "5A 5A");
	for (size_t at = 0; at < sizeof preloader; at += 0x400) {
		rig_legacy_packet(rig, preloader + at,
				  sizeof preloader - at < 0x400 ? sizeof preloader - at : 0x400);
		rig_expect(rig, "69");
	}
	rig_expect(rig, "5A");
	rig_legacy_alive(rig);
	bootcheck_record(&rig->d, "test");
	assert_string_equal(rig->d.last_boot_reason, "test: no partition table");
	assert_false(bootcheck_boot_region_broken(&rig->d.flash));
	preloader[0] = 0;
	assert_int_equal(flash_nand_write(&rig->d.flash, 2 * PAGE, preloader, 8), 0);
	assert_true(bootcheck_boot_region_broken(&rig->d.flash));
}

/* ---- units without NAND, and eMMC commands on units without eMMC ---- */

static void emmc_commands_are_refused(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "62 01 08 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00 00 10 00 00");
	rig_expect(rig, "A5 00 00 0C 4D");
	rig_send(rig, "60");
	rig_expect(rig, "5A");
	rig_send(rig, "08");
	rig_expect(rig, "A5 00 00 0C 50");
	rig_send(rig, "A5");
	rig_expect(rig, "A5 00 00 04 0D");
	rig_legacy_alive(rig);
}

static void nand_commands_are_refused(void **state)
{
	struct rig *rig = *state;

	rig->config.storage = STORAGE_EMMC;
	rig->config.user_bytes = RIG_USER_BYTES;
	rig_legacy_loop(rig);
	rig_send(rig, "DD 00 00 00");
	rig_expect(rig, "A5 00 00 0B C8");
	rig_send(rig, "DE");
	rig_expect(rig, "A5 00 00 0B C8");
	rig_send(rig, "A3");
	rig_expect(rig, "A5 00 00 0B C8");
	rig_send(rig, "52");
	rig_expect(rig, "A5");
	rig_legacy_alive(rig);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, rig_legacy_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(probe_field_by_field),      T(report_of_nand),
		T(images_over_bad_blocks),    T(image_list_is_checked),
		T(bad_packet_of_an_image),    T(pages_with_their_spare),
		T(format_tells_bad_blocks),   T(the_reserved_blocks_are_not_formatted),
		T(table_is_written_and_read), T(preloader_boots),
		T(emmc_commands_are_refused), T(nand_commands_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
