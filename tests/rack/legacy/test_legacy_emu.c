/* What was seen on the MT6580 agent's own code (da-legacy.md, marked [emu]), a test for each. */
#include "tests/rack/legacy/rig_legacy.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/legacy/gpt_flash.h"

enum { MIB = 0x100000, SILENT_MS = 3000 };

static int setup(void **state)
{
	*state = rig_legacy("MT6580");
	return 0;
}

static struct rig *ready(void **state)
{
	rig_legacy_loop(*state);
	return *state;
}

static void expect_dead(struct rig *rig)
{
	rig_expect_silence(rig, SILENT_MS);
	rig_submit(rig, false, "\x72", 1); /* nobody reads it */
	rig_expect_silence(rig, SILENT_MS);
}

static uint8_t byte_at(struct rig *rig, enum storage_region region, uint64_t at)
{
	uint8_t byte;

	assert_int_equal(flash_read(&rig->d.flash, region, at, &byte, 1), 0);
	return byte;
}

/* ---- section 1, 3 ---- */

static void emu_unknown_opcode_is_swallowed(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "00 FF C0 BB 5A");
	rig_expect_silence(rig, 100);
	rig_legacy_alive(rig);
}

static void emu_assertion_is_printed_into_the_stream(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "storage-dead");
	rig_legacy_jump(rig);
	rig_legacy_config(rig);
	rig_legacy_dram(rig);
	rig_word32(rig, 0x80000000);
	rig_word32(rig, sizeof rig->da2);
	rig_word32(rig, 0x1000);
	rig_expect(rig, "5A");
	assert_int_equal(rig_out(rig, rig->da2, sizeof rig->da2), 0);
	rig_expect(rig, "5A 5A 5A 5A 5A 5A");
	rig_expect(rig, "41 53 53 45 52 54 21 21"); /* ASSERT!! */
}

static void to_dram(struct rig *rig)
{
	uint8_t ids[4 + 4 + 16 + 4 + 2 + 14];

	rig_legacy_jump(rig);
	rig_legacy_config(rig);
	rig_read(rig, ids, sizeof ids);
}

static void settings_and_go(struct rig *rig, uint32_t total)
{
	static const uint8_t zeros[0x1000];

	rig_expect(rig, "00 00 00 BC");
	rig_send(rig, "5A");
	rig_word32(rig, total);
	if (total)
		assert_int_equal(rig_out(rig, zeros, total), 0);
	rig_expect(rig, "00 00");
	rig_send(rig, "5A 80 00 00 01");
}

static void emu_unsupported_emi_version_is_only_nacked(void **state)
{
	struct rig *rig = *state;

	to_dram(rig);
	rig_send(rig, "E8 00 00 00 14");
	rig_expect(rig, "A5");
	settings_and_go(rig, 0xBC);
	rig_expect(rig, "00 00 00 00 02 00 00 00 00 00 20 00 00 00");
	rig_legacy_stage2(rig);
}

static void emu_emi_table_of_no_records(void **state)
{
	struct rig *rig = *state;

	to_dram(rig);
	rig_send(rig, "E8 00 00 00 15");
	rig_expect(rig, "5A");
	settings_and_go(rig, 0);
	rig_expect(rig, "00 00 00 00 02 00");
}

static void emu_emi_table_of_an_odd_size_halts(void **state)
{
	struct rig *rig = *state;

	to_dram(rig);
	rig_send(rig, "E8 00 00 00 15");
	rig_expect(rig, "5A 00 00 00 BC");
	rig_send(rig, "5A 00 00 00 BD");
	expect_dead(rig);
}

static void emi_table_of_21_records_halts(void **state)
{
	struct rig *rig = *state;

	to_dram(rig);
	rig_send(rig, "E8 00 00 00 15");
	rig_expect(rig, "5A 00 00 00 BC");
	rig_send(rig, "5A 00 00 0F 6C");
	expect_dead(rig);
}

static void emu_dram_failure_is_3002_then_silence(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "dram-fail");
	to_dram(rig);
	rig_send(rig, "E8 00 00 00 15");
	rig_expect(rig, "5A");
	settings_and_go(rig, 0xBC);
	rig_expect(rig, "00 00 0B BA");
	expect_dead(rig);
}

static void unknown_dram_is_told_and_the_agent_goes_on(void **state)
{
	struct rig *rig = *state;

	rig->config.dram_ids[0] = (struct dram_id){.bytes = {0x90, 1, 2, 3}, .n = 4};
	rig->config.dram_id_count = 1;
	to_dram(rig);
	rig_send(rig, "E8 00 00 00 15");
	rig_expect(rig, "5A");
	settings_and_go(rig, 0xBC);
	rig_expect(rig, "00 00 0B C4");
	rig_word32(rig, 0x80000000);
	rig_word32(rig, sizeof rig->da2);
	rig_word32(rig, 0x1000);
	rig_expect(rig, "5A"); /* it waits for the second stage all the same */
}

static void emu_wrong_second_stage_gets_its_acks_then_silence(void **state)
{
	struct rig *rig = *state;

	rig_legacy_jump(rig);
	rig_legacy_config(rig);
	rig_legacy_dram(rig);
	rig->da2[7] ^= 1;
	rig_word32(rig, 0x80000000);
	rig_word32(rig, sizeof rig->da2);
	rig_word32(rig, 0x1000);
	assert_int_equal(rig_out(rig, rig->da2, sizeof rig->da2), 0);
	rig_expect(rig, "5A 5A 5A 5A 5A 5A 5A"); /* header, 5 packets, an empty remainder */
	expect_dead(rig);
}

static void to_report(struct rig *rig)
{
	rig_legacy_jump(rig);
	rig_legacy_config(rig);
	rig_legacy_dram(rig);
	rig_legacy_stage2(rig);
}

static void emu_report_has_236_bytes(void **state)
{
	struct rig *rig = *state;
	uint8_t report[236];

	to_report(rig);
	rig_read(rig, report, sizeof report);
	assert_int_equal(report[235], 0xC1);
	rig_expect_silence(rig, 100);
}

static void emu_old_chip_is_told_as_a_card(void **state)
{
	struct rig *rig = *state;
	uint8_t report[236];

	rig->config.old_card = true;
	to_report(rig);
	rig_read(rig, report, sizeof report);
	assert_int_equal(get_be32(report + 68), 3149);
	assert_int_equal(get_be32(report + 160), 0);
	assert_int_equal(la_be64(report + 164), RIG_USER_BYTES);
}

/* ---- 5.2, 5.3 ---- */

static void emu_every_part_number_is_taken(void **state)
{
	struct rig *rig = ready(state);

	for (int i = 0; i < 2; i++) {
		rig_send(rig, "60");
		rig_expect(rig, "5A");
		rig_send(rig, i ? "09" : "00");
		rig_expect(rig, "5A");
	}
	rig_send(rig, "D6 0B 02  00 00 00 00 00 00 00 00  00 00 00 00 00 00 04 00");
	rig_expect(rig, "A5 00 00 0B DC"); /* beyond a part that is not there */
}

static void emu_write_checks_address_and_length(void **state)
{
	static const struct {
		const char *command, *answer;
	} table[] = {
		{"62 01 08 00 00 00 00 00 00 01 00 00 00 00 00 00 00 02 00 00 10 00 00",
		 "A5 00 00 0B DC"},
		{"62 01 08 00 00 00 00 04 00 00 00 00 00 00 00 00 00 02 00 00 10 00 00",
		 "A5 00 00 0B DC"},
		{"62 01 08 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 10 00 00",
		 "A5 00 00 0B E0"},
		{"62 01 08 00 00 00 00 03 FF FE 00 00 00 00 00 00 00 04 00 00 10 00 00",
		 "A5 00 00 0B E0"},
	};
	struct rig *rig = ready(state);

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		rig_send(rig, table[i].command);
		rig_expect(rig, table[i].answer);
	}
	assert_int_equal(rig->d.flash.regions[REGION_USER].written, 0);
	rig_legacy_alive(rig);
}

static void emu_write_to_rpmb_and_to_part_9_is_answered(void **state)
{
	struct rig *rig = ready(state);
	uint8_t bytes[512];

	memset(bytes, 0x33, sizeof bytes);
	rig_legacy_write(rig, 3, 0, bytes, sizeof bytes);
	rig_legacy_write(rig, 9, 0, bytes, sizeof bytes);
	for (int i = 0; i < REGION_COUNT; i++)
		assert_int_equal(rig->d.flash.regions[i].written, 0);
}

static void emu_image_write_refuses_rpmb_behind_the_packet_length(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "61 01 03  00 00 00 00 00 00 00 00  00 00 00 00 00 00 02 00  00 03");
	rig_expect(rig, "00 10 00 00  A5 00 00 0C 55");
	rig_legacy_alive(rig);
}

static void begin_write(struct rig *rig, const char *level)
{
	rig_send(rig, "62");
	rig_send(rig, level);
	rig_send(rig, "08  00 00 00 00 00 00 10 00  00 00 00 00 00 00 02 00  00 10 00 00");
	rig_expect(rig, "5A");
}

static void emu_packet_in_one_transfer_with_its_control_byte(void **state)
{
	struct rig *rig = ready(state);
	uint8_t all[1 + 512 + 2] = {0x5A, 7};

	put_be16(all + 513, 7);
	begin_write(rig, "01");
	rig_submit(rig, false, all, sizeof all);
	rig_expect_silence(rig, SILENT_MS);
	assert_int_equal(rig->d.flash.regions[REGION_USER].written, 0);
}

static void emu_wrong_sum_may_be_sent_again(void **state)
{
	struct rig *rig = ready(state);
	uint8_t bytes[514] = {7};

	begin_write(rig, "01");
	for (int i = 0; i < 3; i++) {
		rig_send(rig, "5A");
		put_be16(bytes + 512, i == 2 ? 7 : 8);
		assert_int_equal(rig_out(rig, bytes, sizeof bytes), 0);
		rig_expect(rig, i == 2 ? "69" : "A5 00 00 0B F9");
	}
	assert_int_equal(byte_at(rig, REGION_USER, 0x1000), 7);
	rig_legacy_alive(rig);
}

static void emu_levels_0_and_2_take_any_sum(void **state)
{
	struct rig *rig = ready(state);
	uint8_t bytes[514] = {9};

	for (int level = 0; level <= 2; level += 2) {
		begin_write(rig, level ? "02" : "00");
		rig_send(rig, "5A");
		assert_int_equal(rig_out(rig, bytes, sizeof bytes), 0);
		rig_expect(rig, "69");
	}
}

static void emu_stop_at_the_start_and_behind_3065(void **state)
{
	struct rig *rig = ready(state);
	uint8_t bytes[514] = {9};

	begin_write(rig, "01");
	rig_send(rig, "96");
	rig_legacy_alive(rig);
	begin_write(rig, "01");
	rig_send(rig, "5A");
	assert_int_equal(rig_out(rig, bytes, sizeof bytes), 0);
	rig_expect(rig, "A5 00 00 0B F9");
	rig_send(rig, "96");
	rig_legacy_alive(rig);
}

static void emu_any_other_control_byte_hangs(void **state)
{
	struct rig *rig = ready(state);

	begin_write(rig, "01");
	rig_send(rig, "69");
	expect_dead(rig);
}

static void packet_over_8_mib_hangs(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "62 01 08 00 00 00 00 00 00 10 00 00 00 00 00 00 00 02 00 00 80 00 01");
	rig_expect(rig, "5A");
	expect_dead(rig);
}

/* Raw, fill, don't care, raw; each a block of 4096. */
static size_t sparse_image(uint8_t *p)
{
	static const uint16_t types[] = {0xCAC1, 0xCAC2, 0xCAC3, 0xCAC1};
	size_t n = 28;

	memset(p, 0, 28);
	put_le32(p, 0xED26FF3A);
	put_le16(p + 4, 1);
	put_le16(p + 8, 28);
	put_le16(p + 10, 12);
	put_le32(p + 12, 4096);
	put_le32(p + 16, 4);
	put_le32(p + 20, 4);
	for (size_t i = 0; i < 4; i++) {
		size_t payload = types[i] == 0xCAC1 ? 4096 : types[i] == 0xCAC2 ? 4 : 0;

		memset(p + n, 0, 12);
		put_le16(p + n, types[i]);
		put_le32(p + n + 4, 1);
		put_le32(p + n + 8, (uint32_t)(12 + payload));
		memset(p + n + 12, 0x61 + (int)i, payload);
		n += 12 + payload;
	}
	return n;
}

static void emu_sparse_image_is_expanded(void **state)
{
	struct rig *rig = ready(state);
	static uint8_t image[0x4000], before[0x5000];
	size_t n = sparse_image(image);

	memset(before, 0xEE, sizeof before);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0x100000, before, sizeof before),
			 0);
	rig_legacy_write(rig, 8, 0x100000, image, n);
	assert_int_equal(byte_at(rig, REGION_USER, 0x100000), 0x61);
	assert_int_equal(byte_at(rig, REGION_USER, 0x101FFF), 0x62); /* fill */
	assert_int_equal(byte_at(rig, REGION_USER, 0x102000), 0);    /* don't care: erased */
	assert_int_equal(byte_at(rig, REGION_USER, 0x103FFF), 0x64);
	assert_int_equal(byte_at(rig, REGION_USER, 0x104000), 0xEE); /* behind the range */
}

static void old_agents_know_no_fill_chunk(void **state)
{
	struct rig *rig = *state;
	static uint8_t image[0x4000];
	uint8_t sum[2];
	size_t n = sparse_image(image);

	rig->config.agent = AGENT_2013;
	rig_legacy_loop(rig);
	rig_send(rig, "62 01 08  00 00 00 00 00 10 00 00");
	rig_word32(rig, 0);
	rig_word32(rig, (uint32_t)n);
	rig_word32(rig, MIB);
	rig_expect(rig, "5A");
	rig_send(rig, "5A");
	assert_int_equal(rig_out(rig, image, n), 0);
	put_be16(sum, la_sum(image, n));
	assert_int_equal(rig_out(rig, sum, 2), 0);
	rig_expect(rig, "A5 00 00 0C 52");
	rig_send(rig, "96");
	rig_legacy_alive(rig);
}

/* ---- 5.5 to 5.7 ---- */

static void write_image(struct rig *rig, const char *level)
{
	uint8_t bytes[514] = {5};

	put_be16(bytes + 512, 5);
	rig_send(rig, "61");
	rig_send(rig, level);
	rig_send(rig, "08  00 00 00 00 00 00 10 00  00 00 00 00 00 00 02 00  00 03");
	rig_expect(rig, "00 10 00 00 5A");
	rig_send(rig, "5A");
	assert_int_equal(rig_out(rig, bytes, sizeof bytes), 0);
	rig_expect(rig, "69");
	rig_send(rig, "00 05");
	rig_expect(rig, "5A");
}

static void verify_image(struct rig *rig, const char *answer)
{
	rig_send(rig, "BD 02 00  00 00 00 00 00 00 10 00  00 00 00 00 00 00 02 00  00 05  00 03"
		      "6C 6B 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
	rig_expect(rig, "00 00 00 00  64  00 00 00 00 00 00 02 00");
	rig_send(rig, "5A");
	rig_expect(rig, answer);
}

static void emu_verify_compares_with_the_sum_that_was_kept(void **state)
{
	struct rig *rig = ready(state);

	write_image(rig, "03");
	verify_image(rig, "5A");
	write_image(rig, "01"); /* kept none */
	verify_image(rig, "A5 00 00");
	rig_legacy_alive(rig);
}

static void emu_read_refusals(void **state)
{
	static const struct {
		const char *command, *answer;
	} table[] = {
		{"D6 0B 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", "A5 00 00 0B E0"},
		{"D6 0B 02 00 00 00 00 00 00 01 00 00 00 00 00 00 00 02 00", "A5 00 00 0B DC"},
		{"D6 0B 02 00 00 00 00 04 00 00 00 00 00 00 00 00 00 02 00", "A5 00 00 0B DC"},
		{"D6 0B 02 00 00 00 00 03 FF FE 00 00 00 00 00 00 00 04 00", "A5 00 00 0B E0"},
		{"D6 0B 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00", "A5 00 00 03 EB"},
		{"D6 0B 07 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00", "A5 00 00 03 EB"},
	};
	struct rig *rig = ready(state);

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		rig_send(rig, table[i].command);
		rig_expect(rig, table[i].answer);
	}
	rig_legacy_alive(rig);
}

static void emu_read_of_absent_storages(void **state)
{
	struct rig *rig = ready(state);
	uint8_t wanted[512], got[514];

	memset(wanted, 0x4D, sizeof wanted);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0, wanted, sizeof wanted), 0);
	rig_send(rig, "D6 0B 03 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00");
	rig_expect(rig, "5A");
	rig_send(rig, "00 10 00 00");
	rig_read(rig, got, sizeof got);
	assert_memory_equal(got, wanted, sizeof wanted);
	rig_send(rig, "5A");
	rig_send(rig, "D6 0B 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00");
	rig_expect(rig, "5A");
	rig_send(rig, "00 10 00 00");
	rig_read(rig, got, sizeof got);
	assert_memory_not_equal(got, wanted, sizeof wanted);
	rig_send(rig, "5A");
	rig_legacy_alive(rig);
}

/* A READ cannot be stopped: 96 is ignored, and so is everything but 5A and A5. */
static void read_ignores_96(void **state)
{
	struct rig *rig = ready(state);
	uint8_t got[514];

	rig_send(rig, "D6 0C 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 04 00");
	rig_expect(rig, "5A");
	rig_send(rig, "00 00 02 00");
	rig_read(rig, got, sizeof got);
	rig_send(rig, "96 69 72");
	rig_expect_silence(rig, 200);
	rig_send(rig, "5A");
	rig_read(rig, got, sizeof got);
	rig_send(rig, "5A");
	rig_legacy_alive(rig);
}

static void emu_format_refusals_have_a_stray_byte(void **state)
{
	static const struct {
		const char *command, *answer;
	} table[] = {
		{"D4 02 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 02 00",
		 "A5 00 00 0B DC 5A"},
		{"D4 02 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00 00 00 02 00",
		 "5A A5 00 00 0B E0 5A"},
		{"D4 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00",
		 "A5 00 00 0B C7 5A"},
	};
	struct rig *rig = ready(state);

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		rig_send(rig, table[i].command);
		rig_expect(rig, table[i].answer);
		rig_expect_silence(rig, 50);
	}
	rig_legacy_alive(rig);
}

static void forbidden_format_has_no_stray_byte(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "status=177C@step:format");
	rig_legacy_loop(rig);
	rig_send(rig, "D4 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00");
	rig_expect(rig, "A5 00 00 17 7C");
	rig_expect_silence(rig, 100);
	rig_legacy_alive(rig);
}

static void emu_format_of_an_absent_storage_crashes(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "D4 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00");
	expect_dead(rig);
}

/* ---- 5.8 ---- */

static void put_gpt(struct rig *rig, uint32_t slots)
{
	struct gpt gpt = {.sector = 512, .first_usable = 64, .last_usable = 100000, .count = 2};

	strcpy(gpt.entries[0].name, "nvram");
	gpt.entries[0].start = MIB;
	gpt.entries[0].size = MIB;
	strcpy(gpt.entries[1].name, "lk");
	gpt.entries[1].start = 2 * MIB;
	gpt.entries[1].size = MIB;
	assert_int_equal(gpt_flash_store(&rig->d.flash, GPT_COPY_PRIMARY, &gpt, slots), 0);
	assert_int_equal(gpt_flash_store(&rig->d.flash, GPT_COPY_SECONDARY, &gpt, slots), 0);
}

static void emu_table_of_40_entries(void **state)
{
	struct rig *rig = *state;
	static uint8_t table[40 * 0x58];

	rig->config.brom_high_speed = true;
	rig_legacy_loop(rig);
	put_gpt(rig, 40);
	rig_send(rig, "A5");
	rig_expect(rig, "06  00 00 0D C0");
	rig_send(rig, "5A");
	rig_read(rig, table, sizeof table);
	rig_send(rig, "5A");
	assert_string_equal((const char *)table + 0x58, "lk");
	assert_int_equal(get_le64(table + 0x58 + 0x40), 2 * MIB);
	assert_int_equal(get_le64(table + 0x58 + 0x48), MIB);
	assert_int_equal(get_le16(table + 0x58 + 0x50), 8);
	assert_int_equal(get_le64(table + 2 * 0x58 + 0x48), 0);
	rig_send(rig, "72");
	rig_expect(rig, "5A 01");
}

static void emu_table_of_41_entries_kills_the_agent(void **state)
{
	static const char *const first[] = {
		"A5",
		"61 01 08  00 00 00 00 00 00 10 00  00 00 00 00 00 00 02 00  00 03",
		"62 01 08  00 00 00 00 00 00 10 00  00 00 00 00 00 00 02 00  00 10 00 00",
	};
	struct rig *rig = *state;

	for (int i = 0; i < 3; i++) {
		rig_legacy_loop(rig);
		put_gpt(rig, 41);
		rig_legacy_alive(rig);
		rig_send(rig, first[i]);
		expect_dead(rig);
	}
}

static void table_copies_are_told_apart(void **state)
{
	struct rig *rig = ready(state);
	uint8_t zeros[512] = {0};

	rig_send(rig, "A5");
	rig_expect(rig, "A5 00 00 04 0D"); /* no table */
	put_gpt(rig, 2);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 512, zeros, 512), 0);
	rig_send(rig, "A5");
	rig_expect(rig, "04 00 00 00 B0");
	rig_send(rig, "A5"); /* not wanted after all */
	put_gpt(rig, 2);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, RIG_USER_BYTES - 512, zeros, 512),
			 0);
	rig_send(rig, "A5");
	rig_expect(rig, "02 00 00 00 B0");
	rig_send(rig, "A5");
	rig_legacy_alive(rig);
}

/* ---- 5.9 ---- */

static void emu_finish_leaves_the_loop(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "D9");
	rig_expect(rig, "5A");
	rig_send(rig, "00 00 00 00");
	rig_expect(rig, "5A");
	rig_submit(rig, false, "\x72", 1);
	rig_advance(rig, 1000);
	assert_false(rig->d.present);
}

static void emu_watchdog_in_the_background(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "DB 01 40 00 00 00 02");
	rig_expect(rig, "5A");
	rig_legacy_alive(rig);
	rig_advance(rig, 4000);
	assert_true(rig->d.present);
	rig_advance(rig, 2000);
	assert_false(rig->d.present);
}

static void emu_small_queries(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "B4 00 00 00 00");
	rig_expect(rig, "00 00 17 97");
	rig_send(rig, "EF");
	rig_expect(rig, "00 00 0B FF");
	rig_send(rig, "F0");
	rig_expect(rig, "00 00 0B FF");
	rig_send(rig, "A7 02");
	rig_expect(rig, "A5 00 00 00 04");
	rig_legacy_alive(rig);
}

static void emu_download_info_of_an_absent_nand(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "A7 01");
	expect_dead(rig);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, rig_legacy_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(emu_unknown_opcode_is_swallowed),
		T(emu_assertion_is_printed_into_the_stream),
		T(emu_unsupported_emi_version_is_only_nacked),
		T(emu_emi_table_of_no_records),
		T(emu_emi_table_of_an_odd_size_halts),
		T(emi_table_of_21_records_halts),
		T(emu_dram_failure_is_3002_then_silence),
		T(unknown_dram_is_told_and_the_agent_goes_on),
		T(emu_wrong_second_stage_gets_its_acks_then_silence),
		T(emu_report_has_236_bytes),
		T(emu_old_chip_is_told_as_a_card),
		T(emu_every_part_number_is_taken),
		T(emu_write_checks_address_and_length),
		T(emu_write_to_rpmb_and_to_part_9_is_answered),
		T(emu_image_write_refuses_rpmb_behind_the_packet_length),
		T(emu_packet_in_one_transfer_with_its_control_byte),
		T(emu_wrong_sum_may_be_sent_again),
		T(emu_levels_0_and_2_take_any_sum),
		T(emu_stop_at_the_start_and_behind_3065),
		T(emu_any_other_control_byte_hangs),
		T(packet_over_8_mib_hangs),
		T(emu_sparse_image_is_expanded),
		T(old_agents_know_no_fill_chunk),
		T(emu_verify_compares_with_the_sum_that_was_kept),
		T(emu_read_refusals),
		T(emu_read_of_absent_storages),
		T(read_ignores_96),
		T(emu_format_refusals_have_a_stray_byte),
		T(forbidden_format_has_no_stray_byte),
		T(emu_format_of_an_absent_storage_crashes),
		T(emu_table_of_40_entries),
		T(emu_table_of_41_entries_kills_the_agent),
		T(table_copies_are_told_apart),
		T(emu_finish_leaves_the_loop),
		T(emu_watchdog_in_the_background),
		T(emu_small_queries),
		T(emu_download_info_of_an_absent_nand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
