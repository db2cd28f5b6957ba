/*
 * Every legacy chip of the chip table, and what differs between them (da-legacy.md 3.1
 * to 3.3, 4.1): widths, extras, how DRAM settings travel, MT6592's additions, the one-stage agents.
 */
#include "tests/rack/legacy/rig_legacy.h"

#include <string.h>

#include "engine/base/bytes.h"

enum { MIB = 0x100000 };

static int setup(void **state)
{
	*state = NULL;
	return 0;
}

static int teardown(void **state)
{
	if (*state)
		rig_free(*state);
	return 0;
}

static struct rig *make(void **state, const char *chip)
{
	if (*state)
		rig_free(*state);
	*state = rig_legacy(chip);
	((struct rig *)*state)->config.brom_high_speed = true;
	return *state;
}

static const struct chip *next_legacy(size_t *i)
{
	while (*i < chip_count()) {
		const struct chip *chip = chip_at((*i)++);

		if (chip->da_protocol == DA_PROTOCOL_LEGACY)
			return chip;
	}
	return NULL;
}

static void all_chips_reach_their_loop_both_ways(void **state)
{
	const struct chip *chip;
	unsigned count = 0;

	for (size_t i = 0; (chip = next_legacy(&i));) {
		if (!la_profile_of(chip))
			continue;
		for (int brom = 0; brom < 2; brom++) {
			struct rig *rig = make(state, chip->names[0]);

			rig->config.boot = brom ? BOOT_BROM : BOOT_PRELOADER;
			rig_legacy_loop(rig);
			rig_legacy_alive(rig);
		}
		count++;
	}
	assert_int_equal(count, 22);
}

/* Chips without any documented agent end after JUMP_DA, and stay on the bus. */
static void chips_without_an_agent_end_there(void **state)
{
	const struct chip *chip;

	for (size_t i = 0; (chip = next_legacy(&i));) {
		struct rig *rig;

		if (la_profile_of(chip))
			continue;
		rig = make(state, chip->names[0]);
		rig_plug(rig);
		rig_wake(rig);
		rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
		rig_send(rig, "D5");
		rig_expect(rig, "D5");
		rig_send(rig, "00 20 00 00");
		rig_expect(rig, "00 20 00 00 00 00");
		rig_expect_silence(rig, 2000);
		assert_true(rig->d.present);
	}
}

/* Table 4.1: total length of the report. */
static void report_lengths(void **state)
{
	static const struct {
		const char *chip;
		size_t bytes;
	} table[] = {
		{"MT6580", 236}, {"MT6735", 232}, {"MT6572", 232},
		{"MT6592", 232}, {"MT6582", 228}, {"MT8163", 240},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct rig *rig = make(state, table[i].chip);
		uint8_t report[240];

		rig_legacy_jump(rig);
		rig_legacy_config(rig);
		rig_legacy_dram(rig);
		rig_legacy_stage2(rig);
		rig_read(rig, report, table[i].bytes);
		assert_int_equal(report[table[i].bytes - 10], 0x5A);
		assert_int_equal(report[table[i].bytes - 1], 0xC1);
		rig_expect_silence(rig, 50);
		rig_legacy_alive(rig);
	}
}

static void security_processed_for_the_first_time(void **state)
{
	struct rig *rig = make(state, "MT6580");
	uint8_t report[226];

	rig->config.security_first_ms = 30000;
	rig_legacy_jump(rig);
	rig_legacy_config(rig);
	rig_legacy_dram(rig);
	rig_legacy_stage2(rig);
	rig_read(rig, report, sizeof report);
	rig_expect(rig, "A5");
	rig_expect_silence(rig, 29000);
	rig_expect(rig, "5A 00 00 0C 0B 00 00 04 09 C1");
	rig_legacy_alive(rig);
}

static void chip_check_fails(void **state)
{
	struct rig *rig = make(state, "MT6580");
	uint8_t report[235];

	rig_fault(rig, "status=BC9@step:soc-check");
	rig_legacy_jump(rig);
	rig_legacy_config(rig);
	rig_legacy_dram(rig);
	rig_legacy_stage2(rig);
	rig_read(rig, report, sizeof report);
	rig_expect(rig, "CF");
	rig_expect_silence(rig, 1000);
}

/* ---- DRAM settings ---- */

static struct rig *at_dram(void **state, const char *chip)
{
	struct rig *rig = make(state, chip);
	uint8_t ids[4 + 4 + 16 + 4 + 2 + 14];

	rig_legacy_jump(rig);
	rig_legacy_config(rig);
	rig_read(rig, ids, sizeof ids - 14 + 2u * la_profile_of(rig->config.chip)->nand_ids);
	assert_int_equal(get_be32(ids), 3011);
	return rig;
}

static void send_record(struct rig *rig, size_t n, const char *text, uint8_t vendor)
{
	uint8_t record[0x100] = {0}, sum[2];

	memcpy(record + 16, text, strlen(text));
	if (n >= 0xB4)
		record[0xB0] = vendor;
	assert_int_equal(rig_out(rig, record, n), 0);
	rig_read(rig, sum, 2);
	assert_int_equal(get_be16(sum), la_sum(record, n));
	rig_send(rig, "5A");
}

/* Variant A with what the agent has built in: no record travels. */
static void built_in_settings_of_variant_a(void **state)
{
	struct rig *rig = at_dram(state, "MT6582");

	rig_send(rig, "E8 FF FF FF FF");
	rig_expect(rig, "5A");
	rig_send(rig, "80 00 00 01");
	rig_expect(rig, "00 00 00 00 02 00 00 00 00 00 20 00 00 00");
	rig_legacy_stage2(rig);
}

/* The host has no record of that size: the agent goes on to wait for the second stage. */
static void record_size_refused_by_the_host(void **state)
{
	struct rig *rig = at_dram(state, "MT6582");

	rig_send(rig, "E8 00 00 00 0C");
	rig_expect(rig, "5A 00 00 00 BC");
	rig_send(rig, "A5");
	rig_word32(rig, 0x80000000);
	rig_word32(rig, 0x200);
	rig_word32(rig, 0x1000);
	rig_expect(rig, "5A");
}

static void record_of_another_memory(void **state)
{
	for (int good = 0; good < 2; good++) {
		struct rig *rig = at_dram(state, "MT6582");

		memcpy(rig->config.dram_ids[0].bytes, "H9TKNNN8", 8);
		rig->config.dram_ids[0].n = 8;
		rig->config.dram_id_count = 1;
		rig_send(rig, "E8 00 00 00 0C");
		rig_expect(rig, "5A 00 00 00 BC");
		rig_send(rig, "5A");
		send_record(rig, 0xBC, good ? "H9TKNNN8" : "KMK7X000", 0);
		rig_send(rig, "80 00 00 01");
		if (good)
			rig_expect(rig, "00 00 00 00 02 00 00 00 00 00 20 00 00 00");
		else
			rig_expect(rig, "00 00 0B C4");
	}
}

static void discrete_dram_of_variant_b(void **state)
{
	for (int good = 1; good >= 0; good--) {
		struct rig *rig = at_dram(state, "MT6582");

		rig->config.dram_vendor = 6;
		rig_send(rig, "E8 00 00 00 0C");
		rig_expect(rig, "5A 00 00 00 BC");
		rig_send(rig, "5A");
		send_record(rig, 0xBC, "", 1);
		rig_send(rig, "80 00 00 01");
		rig_expect(rig, "00 00 0B C4");
		rig_send(rig, "5A");
		rig_expect(rig, "00 00 00 06 20 00 00 00");
		rig_send(rig, "5A");
		send_record(rig, 0xBC, "", good ? 6 : 1);
		if (!good) {
			rig_expect(rig, "00 00 0B C4");
			break;
		}
		rig_expect(rig, "00 00 00 00 02 00 00 00 00 00 20 00 00 00");
		rig_legacy_stage2(rig);
	}
}

static void variant_c_sends_16_bytes_first(void **state)
{
	struct rig *rig = at_dram(state, "MT6572");
	uint8_t id[16];

	rig_send(rig, "E8 00 00 00 0B");
	rig_expect(rig, "5A");
	rig_read(rig, id, sizeof id);
	rig_expect(rig, "00 00 00 A8");
	rig_send(rig, "5A");
	send_record(rig, 0xA8, "", 0);
	rig_send(rig, "80 00 00 01");
	rig_expect(rig, "00 00 00 00 02 00 00 00 00 00 20 00 00 00");
	rig_legacy_stage2(rig);
}

static void mt6735_takes_ten_records(void **state)
{
	struct rig *rig = at_dram(state, "MT6735");
	static const uint8_t records[11 * 0xBC];

	rig_send(rig, "E8 00 00 00 14");
	rig_expect(rig, "5A 00 00 00 BC");
	rig_send(rig, "5A");
	rig_word32(rig, 10 * 0xBC);
	assert_int_equal(rig_out(rig, records, 10 * 0xBC), 0);
	rig_expect(rig, "00 00");
	rig = at_dram(state, "MT6735");
	rig_send(rig, "E8 00 00 00 14");
	rig_expect(rig, "5A 00 00 00 BC");
	rig_send(rig, "5A");
	rig_word32(rig, 11 * 0xBC);
	rig_expect_silence(rig, 1000);
}

/* The CID words of the two reports are each other's reverse (3.5). */
static void cid_orders(void **state)
{
	static const struct {
		const char *chip;
		bool canonical_first;
	} table[] = {{"MT6580", true}, {"MT6589", false}};

	for (size_t i = 0; i < 2; i++) {
		struct rig *rig = make(state, table[i].chip);
		const struct legacy_profile *p = la_profile_of(rig->config.chip);
		uint8_t probe[64], ids[64], reversed[16];

		rig_legacy_jump(rig);
		rig_read(rig, probe, 4 + 2 + 2u * p->nand_ids + 4 + 16);
		rig_send(rig, "5A");
		rig_read(rig, ids, 3);
		rig_send(rig, "05 FE 00 08 00 70 07 FF FF 01 00 00 00 00 02 01 02 00");
		rig_send(rig, "00 00 00 00"); /* a word, or an empty list */
		rig_read(rig, ids, 4 + 4 + 16);
		la_reversed_cid(&rig->d, reversed);
		assert_memory_equal(probe + 4 + 2 + 2u * p->nand_ids + 4,
				    table[i].canonical_first ? rig->d.id.cid : reversed, 16);
		assert_memory_equal(ids + 8, table[i].canonical_first ? reversed : rig->d.id.cid,
				    16);
	}
}

/* ---- MT6592 ---- */

static void mt6592_adds_16_bytes(void **state)
{
	struct rig *rig = make(state, "MT6592");
	uint8_t bytes[512] = {0x42}, got[1];

	rig_legacy_loop(rig);
	rig_send(rig, "62 11 11 11 11 11 11 11 11 22 22 22 22 22 22 22 22"
		      "01 08 00 00 00 00 00 00 20 00 00 00 00 00 00 00 02 00 00 10 00 00");
	rig_expect(rig, "5A");
	rig_legacy_packet(rig, bytes, sizeof bytes);
	rig_expect(rig, "69");
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0x2000, got, 1), 0);
	assert_int_equal(got[0], 0x42);
	rig_send(rig, "61 11 11 11 11 11 11 11 11 22 22 22 22 22 22 22 22"
		      "01 08 00 00 00 00 00 00 20 00 00 00 00 00 00 00 02 00 00 03");
	rig_expect(rig, "00 10 00 00 5A");
	rig_send(rig, "96");
	rig_send(rig, "D4 02 00 00 11 11 11 11 11 11 11 11 22 22 22 22 22 22 22 22"
		      "00 00 00 00 00 00 00 20 00 00 00 00 00 00 00 02 00");
	rig_expect(rig, "5A 5A 00 00 00 00 64");
	rig_send(rig, "5A");
	rig_expect(rig, "5A 5A");
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0x2000, got, 1), 0);
	assert_int_equal(got[0], 0);
	rig_legacy_alive(rig);
}

/* ---- one stage: MT6573, 6575, 6577 ---- */

static void nand_table_of_a_one_stage_agent(void **state)
{
	struct rig *rig = make(state, "MT6577");
	uint8_t entry[0x30] = {0};

	rig->config.storage = STORAGE_NAND;
	rig_legacy_jump(rig);
	rig_expect(rig, "03 02 85");
	rig_send(rig, "05 FE 00 08 00 70 07 FF FF 01 00 00 00 00 02 00 02 00");
	rig_expect(rig, "5A 00 00 00 30");
	rig_word32(rig, 3);
	rig_expect(rig, "5A");
	assert_int_equal(rig_out(rig, entry, sizeof entry), 0);
	rig_expect(rig, "69");
	entry[8] = 0xAD;
	entry[9] = 0xBC;
	assert_int_equal(rig_out(rig, entry, sizeof entry), 0);
	rig_expect(rig, "5A"); /* found: the third is not wanted */
	rig_legacy_dram(rig);
	rig_legacy_report(rig);
	rig_legacy_alive(rig);
}

/* The same names, lower numbers (section 6). */
static void old_agents_have_old_numbers(void **state)
{
	struct rig *rig = make(state, "MT6577");
	uint8_t report[28 + 32 + 4 + 88 + 28];

	rig->config.agent = AGENT_2011;
	rig_legacy_jump(rig);
	rig_legacy_config(rig);
	rig_expect(rig, "00 00 0B BF"); /* 3007 */
	rig_read(rig, report, 4 + 16);
	rig_expect(rig, "00 00 0B C0"); /* 3008 */
	rig_read(rig, report, 2 + 10);
	rig_send(rig, "E8 00 00 00 08");
	rig_expect(rig, "5A 00 00 00 88");
	rig_send(rig, "5A");
	send_record(rig, 0x88, "", 0);
	rig_send(rig, "80 00 00 01");
	rig_expect(rig, "00 00 00 00 02 00 00 00 00 00 20 00 00 00");
	rig_expect(rig, "00 00 0B C3"); /* 3011 */
	rig_read(rig, report, 24);
	rig_expect(rig, "00 00 0B C4"); /* 3012 */
	rig_read(rig, report, 28 + 92);
	rig_expect(rig, "00 00 0C 4A"); /* 3146 */
}

/* ---- agents of 2013 do not look whether the second stage is theirs ---- */

static void second_stage_of_another_file(void **state)
{
	struct rig *rig = make(state, "MT6582");

	rig->config.agent = AGENT_2013;
	rig->da2[9] ^= 1;
	rig_legacy_loop(rig);
	rig_legacy_alive(rig);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(all_chips_reach_their_loop_both_ways),
		T(chips_without_an_agent_end_there),
		T(report_lengths),
		T(security_processed_for_the_first_time),
		T(chip_check_fails),
		T(built_in_settings_of_variant_a),
		T(record_size_refused_by_the_host),
		T(record_of_another_memory),
		T(discrete_dram_of_variant_b),
		T(variant_c_sends_16_bytes_first),
		T(mt6735_takes_ten_records),
		T(cid_orders),
		T(mt6592_adds_16_bytes),
		T(nand_table_of_a_one_stage_agent),
		T(old_agents_have_old_numbers),
		T(second_stage_of_another_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
