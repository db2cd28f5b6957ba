/*
 * Legacy agents that differ from the worked example: each chip's configuration, each way to give
 * DRAM settings, and each thing that can go wrong before the command loop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/legacy/tables.h"
#include "tests/unit/legacy_kit.h"

static struct legacy_kit kit;

#define PROBE                                                                                      \
	"D> C0\n"                                                                                  \
	"D> 00 00 0B C4 00 05 00 00 00 00 00 00 00 00 00 00\n"                                     \
	"D> 00 00 00 00 15 01 00 4D 38 47 31 57 41 02 25 57 18 44 60 8F\n"                         \
	"H> 5A\n"

#define CONFIG "H> 05 FE 00 08 00 70 07 FF FF "

/* The board of the worked example: its eMMC's id in the other order, no NAND. */
#define BOARD                                                                                      \
	"D> 00 00 0B C3\n"                                                                         \
	"D> 00 00 00 00 4D 00 01 15 57 31 47 38 57 25 02 41 8F 60 44 18\n"                         \
	"D> 00 00 0B C4 00 05 00 00 00 00 00 00 00 00 00 00\n"

#define CID "\x15\x01\x00M8G1WA"

static int set_up(void **state)
{
	(void)state;
	legacy_kit_make(&kit);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	legacy_kit_free(&kit);
	return 0;
}

static void expect_said(const char *words)
{
	if (!strstr(kit.flow.report.fault.what, words))
		fail_msg("\"%s\" is not in: %s", words, kit.flow.report.fault.what);
}

static struct replay_blob *records_of(size_t first, size_t count)
{
	static struct replay_blob blobs[2];

	blobs[0].name = "records";
	blobs[0].bytes =
		(struct slice){kit.settings + 0x70 + first * kit.stride, count * kit.stride};
	return blobs;
}

/* ---- hello ---- */

static void hello(uint16_t hw_code, enum device_mode mode, const char *text)
{
	legacy_kit_fresh(&kit, STORAGE_EMMC, mode);
	legacy_kit_play(&kit, hw_code, legacy_hello, NULL, text);
}

static void configuration_by_chip(void **state)
{
	(void)state;
	hello(0x6572, MODE_BROM, PROBE "D> 04 02 88\n" CONFIG "00 00 00 00 00 02 01 02 00\n");
	legacy_kit_expect(&kit, 0);
	hello(0x6582, MODE_BROM,
	      PROBE "D> 04 02 87\n" CONFIG "02 00 00 00 00 02 01 02 00 | 00 00 00 00\n");
	legacy_kit_expect(&kit, 0);
	hello(0x6592, MODE_BROM,
	      PROBE "D> 04 02 8A\n" CONFIG "01 00 00 00 00 02 01 02 00 | 00 00 00 01\n");
	legacy_kit_expect(&kit, 0);
	hello(0x0335, MODE_BROM, PROBE "D> 04 02 A0\n" CONFIG "01 00 00 00 00 02 01 02 00\n");
	legacy_kit_expect(&kit, 0);
	hello(0x8127, MODE_BROM,
	      PROBE "D> 04 02 8D\n" CONFIG "01 00 00 00 00 02 01 02 00 | 00 00 00 00 | "
		    "00 00 00 01 46 46 00 00 00 00 00 00 00 00 00 00 00 00 00 00 FF 00 00 00\n");
	legacy_kit_expect(&kit, 0);
}

/* MT6589: one-key reset, and settings are forced on an agent only when it can be given some. */
static void forced_dram(void **state)
{
	(void)state;
	hello(0x6583, MODE_BROM,
	      PROBE "D> 03 02 86\n" CONFIG "00 00 00 00 00 02 00 02 00 | 00 00 00 01\n");
	legacy_kit_expect(&kit, 0);
	hello(0x6583, MODE_PRELOADER,
	      PROBE "D> 03 02 86\n"
		    "H> FF 01 00 08 00 70 07 FF FF 00 00 00 00 00 02 00 02 00 | 00 00 00 00\n");
	legacy_kit_expect(&kit, 0);
	kit.package.has_preloader = false;
	hello(0x6583, MODE_BROM,
	      PROBE "D> 03 02 86\n" CONFIG "00 00 00 00 00 02 00 02 00 | 00 00 00 00\n");
	legacy_kit_expect(&kit, 0);
}

static void agents_of_other_chips(void **state)
{
	(void)state;
	hello(0x6580, MODE_BROM, PROBE "D> 04 02 9B\n");
	legacy_kit_expect(&kit, 3184);
	hello(0x6580, MODE_BROM, PROBE "D> 04 02 FF\n");
	legacy_kit_expect(&kit, 3087);
	hello(0x6580, MODE_BROM, "D> C0\nD> 00 00 0B C4 FF FF\n");
	legacy_kit_expect(&kit, 4053);
}

static void dead_agents(void **state)
{
	(void)state;
	hello(0x6580, MODE_BROM, "D> C0\nD> 41 53 53 45 52 54 21 21 20 20 61 2E 63\n");
	legacy_kit_expect(&kit, 4001);
	hello(0x6580, MODE_BROM, "D> 41 53 53 45 52 54 21 21 20 20 61 2E 63 0D 0A\nsilence\n");
	legacy_kit_expect(&kit, 4001);
	expect_said("ASSERT!!  a.c");
	hello(0x6580, MODE_BROM, "silence\n");
	assert_int_equal(kit.flow.report.fault.family, FAULT_STATION);
	assert_int_equal(kit.flow.report.fault.code, 15);
}

/* No second stage, no storage probe, no first 5A; NAND chips by a table until one is known. */
static void single_stage(void **state)
{
	const struct replay_blob entries[] = {{"first", {kit.stage2, 0x30}},
					      {"second", {kit.stage2 + 0x30, 0x30}},
					      {NULL, {NULL, 0}}};

	(void)state;
	for (size_t i = 0; i < sizeof kit.stage2; i++)
		kit.stage2[i] = (uint8_t)(i / 0x30);
	legacy_kit_fresh(&kit, STORAGE_NONE, MODE_PRELOADER);
	legacy_kit_play(&kit, 0x6575, legacy_start, entries,
			"D> C0 03 02 84\n"
			"H> FF 01 00 08 00 70 07 FF FF 00 00 00 00 00 02 01 02 00\n"
			"D> 5A 00 00 00 30\n"
			"H> 00 00 00 55\n"
			"D> 5A\n"
			"H> <first>\n"
			"D> 69\n"
			"H> <second>\n"
			"D> 5A\n"
			"D> 00 00 00 00\n"
			"silence\n");
	assert_non_null(strstr(kit.flow.report.fault.step, "report"));
}

static void chips_without_agents(void **state)
{
	(void)state;
	legacy_kit_fresh(&kit, STORAGE_NONE, MODE_BROM);
	legacy_kit_play(&kit, 0x6261, legacy_start, NULL, "");
	assert_int_equal(kit.flow.report.fault.code, 21);
	assert_true(kit.flow.report.fault.refused);
}

/* ---- DRAM ---- */

static void dram(uint16_t hw_code, const struct replay_blob *blobs, const char *text)
{
	legacy_kit_fresh(&kit, STORAGE_NONE, MODE_BROM);
	legacy_kit_play(&kit, hw_code, legacy_dram, blobs, text);
}

#define GOOD_RESULT "D> 00 00 00 00 02 00 00 00 00 00 40 00 00 00\n"

/* Variant A: the record that fits, not the first one. */
static void one_record(void **state)
{
	static const struct kit_record records[] = {{"\x90\x01\x4AHYNIX1", 9, 0}, {CID, 9, 0}};

	(void)state;
	legacy_kit_settings(&kit, 12, 188, records, 2);
	dram(0x6582, records_of(1, 1),
	     BOARD "H> E8 | 00 00 00 0C\nD> 5A 00 00 00 BC\nH> 5A | <records>\nD> 01 B4\n"
		   "H> 5A | 80 00 00 01\n" GOOD_RESULT);
	legacy_kit_expect(&kit, 0);
	assert_int_equal(kit.flow.report.facts.dram_bytes, 0x40000000);
	assert_int_equal(kit.flow.report.facts.cid[0], 0x15);
}

/* Variant B: no package matches, so the chips are asked who made them. */
static void discrete_dram(void **state)
{
	static const struct kit_record records[] = {
		{"\x90\x01\x4AHYNIX1", 9, 0}, {NULL, 0, 1}, {NULL, 0, 6}};
	const struct replay_blob blobs[] = {{"first", {kit.settings + 0x70 + 188, 188}},
					    {"second", {kit.settings + 0x70 + 2 * 188, 188}},
					    {NULL, {NULL, 0}}};

	(void)state;
	legacy_kit_settings(&kit, 12, 188, records, 3);
	dram(0x6582, blobs,
	     BOARD "H> E8 | 00 00 00 0C\nD> 5A 00 00 00 BC\nH> 5A | <first>\nD> 00 01\n"
		   "H> 5A | 80 00 00 01\nD> 00 00 0B C4\n"
		   "H> 5A\nD> 00 00 00 06 00 00 00 BC\n"
		   "H> 5A | <second>\nD> 00 06\nH> 5A\n" GOOD_RESULT);
	legacy_kit_expect(&kit, 0);
	dram(0x6582, blobs,
	     BOARD "H> E8 | 00 00 00 0C\nD> 5A 00 00 00 BC\nH> 5A | <first>\nD> 00 01\n"
		   "H> 5A | 80 00 00 01\nD> 00 00 0B C4\n"
		   "H> 5A\nD> 00 00 00 03 00 00 00 BC\n");
	legacy_kit_expect(&kit, 4032);
	expect_said("maker 3");
}

/* Variant C: 16 bytes come first; the board's NAND names the package. */
static void behind_own_id(void **state)
{
	static const struct kit_record records[] = {{"\xAD\xBC\x90\x55", 4, 0}};

	(void)state;
	legacy_kit_settings(&kit, 11, 168, records, 1);
	dram(0x6572, records_of(0, 1),
	     "D> 00 00 0B C3\n"
	     "D> 00 00 0B C4 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
	     "D> 00 00 00 00 00 07 00 AD 00 BC 00 90 00 55 00 54 00 00 00 00\n"
	     "H> E8 | 00 00 00 0B\n"
	     "D> 5A 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10 00 00 00 A8\n"
	     "H> 5A | <records>\nD> 02 52\nH> 5A | 80 00 00 01\n" GOOD_RESULT);
	legacy_kit_expect(&kit, 0);
}

/* Variant D takes everything, unless that is more than it has room for: then what fits the board.
 */
static void whole_table(void **state)
{
	struct kit_record many[21] = {[7] = {CID, 9, 0}};

	(void)state;
	legacy_kit_settings(&kit, 21, 188, many, 20);
	dram(0x6580, records_of(0, 20),
	     BOARD "H> E8 | 00 00 00 15\nD> 5A 00 00 00 BC\nH> 5A | 00 00 0E B0 | <records>\n"
		   "D> 01 B4\nH> 5A | 80 00 00 01\n" GOOD_RESULT);
	legacy_kit_expect(&kit, 0);
	legacy_kit_settings(&kit, 21, 188, many, 21);
	dram(0x6580, records_of(7, 1),
	     BOARD "H> E8 | 00 00 00 15\nD> 5A 00 00 00 BC\nH> 5A | 00 00 00 BC | <records>\n"
		   "D> 01 B4\nH> 5A | 80 00 00 01\n" GOOD_RESULT);
	legacy_kit_expect(&kit, 0);
}

static void settings_that_do_not_fit(void **state)
{
	static const struct kit_record other[] = {{"\x90\x01\x4AHYNIX1", 9, 0}};
	static const struct kit_record right[] = {{CID, 9, 0}};

	(void)state;
	legacy_kit_settings(&kit, 13, 188, other, 1);
	dram(0x6592, NULL, BOARD);
	legacy_kit_expect(&kit, 4032);
	expect_said("3012");
	expect_said("M8G1WA");
	assert_true(kit.flow.report.fault.refused);

	legacy_kit_settings(&kit, 20, 188, right, 1);
	dram(0x6580, NULL, BOARD);
	legacy_kit_expect(&kit, 4032);
	expect_said("version 20");
	assert_true(kit.flow.report.fault.refused);

	legacy_kit_settings(&kit, 21, 188, right, 1);
	dram(0x6580, NULL, BOARD "H> E8 | 00 00 00 15\nD> A5\n");
	legacy_kit_expect(&kit, 4032);
	dram(0x6580, NULL, BOARD "H> E8 | 00 00 00 15\nD> 5A 00 00 00 B0\n");
	legacy_kit_expect(&kit, 4032);
	expect_said("176 bytes");

	kit.package.has_preloader = false;
	dram(0x6580, NULL, BOARD);
	legacy_kit_expect(&kit, 5054);
	assert_true(kit.flow.report.fault.refused);
}

static void set_up_that_fails(void **state)
{
	static const struct kit_record right[] = {{CID, 9, 0}};

	(void)state;
	legacy_kit_settings(&kit, 21, 188, right, 1);
#define UP_TO_RECORDS                                                                              \
	BOARD "H> E8 | 00 00 00 15\nD> 5A 00 00 00 BC\nH> 5A | 00 00 00 BC | <records>\n"
	dram(0x6580, records_of(0, 1),
	     UP_TO_RECORDS "D> 01 B4\nH> 5A | 80 00 00 01\nD> 00 00 0B BA\n");
	legacy_kit_expect(&kit, 4032);
	expect_said("3002");
	expect_said("SETUP_DRAM_FAIL");
	assert_false(kit.flow.report.fault.refused);
	assert_null(strstr(kit.flow.report.fault.what, "no record"));
	dram(0x6580, records_of(0, 1), UP_TO_RECORDS "D> 01 B5\n");
	legacy_kit_expect(&kit, 4032);
	expect_said("01B5");
	dram(0x6580, records_of(0, 1), UP_TO_RECORDS "D> 01 B4\nH> 5A | 80 00 00 01\nsilence\n");
	legacy_kit_expect(&kit, 4032);
	expect_said("hangs");
}

/* An agent that chooses by itself finds nothing: the words say what the table lacks. */
static void table_without_this_board(void **state)
{
	static const struct kit_record other[] = {{"\x90\x01\x4AHYNIX1", 9, 0}};

	(void)state;
	legacy_kit_settings(&kit, 21, 188, other, 1);
	dram(0x6580, records_of(0, 1),
	     BOARD "H> E8 | 00 00 00 15\nD> 5A 00 00 00 BC\nH> 5A | 00 00 00 BC | <records>\n"
		   "D> 02 A5\nH> 5A | 80 00 00 01\nD> 00 00 0B C4\n");
	legacy_kit_expect(&kit, 4032);
	expect_said("3012");
	expect_said("no record for this board");
}

/* ---- second stage and report ---- */

/* A length of whole packets ends with an empty one, which is answered like the others. */
static void second_stage(void **state)
{
	const struct replay_blob blobs[] = {{"da2", {kit.stage2, sizeof kit.stage2}},
					    {NULL, {NULL, 0}}};

	(void)state;
	legacy_kit_fresh(&kit, STORAGE_NONE, MODE_BROM);
	legacy_kit_play(&kit, 0x6592, legacy_stage2, blobs,
			"D> 00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00 05\n"
			"H> 80 00 00 00 | 00 00 10 00 | 00 00 10 00\n"
			"D> 5A\nH> <da2>\nD> 5A\nD> 5A\nD> 5A\nH> 5A\n");
	legacy_kit_expect(&kit, 0);
	legacy_kit_fresh(&kit, STORAGE_NONE, MODE_BROM);
	legacy_kit_play(&kit, 0x6592, legacy_stage2, blobs,
			"D> 00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00 05\n"
			"H> 80 00 00 00 | 00 00 10 00 | 00 00 10 00\n"
			"D> 5A\nH> <da2>\nD> 5A\nD> 5A\nsilence\n");
	assert_int_equal(kit.flow.report.fault.family, FAULT_STATION);
	assert_int_equal(kit.flow.report.fault.code, 36);
}

#define NOR                                                                                        \
	"D> 00 00 0B C7 00 08 FF FF 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
#define NO_EMMC                                                                                    \
	"D> 00 00 0C 4D\n"                                                                         \
	"D> 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n" \
	"D> 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n" \
	"D> 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n" \
	"D> 00 00 00 00\n"
#define NO_CARD                                                                                    \
	"D> 00 00 0C 4F 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
#define MEMORY                                                                                     \
	"D> 00 00 00 00 00 02 00 00 00 00 00 00 02 00 00 00 00 00 10 00 00 00\n"                   \
	"D> A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 AA AB AC AD AE AF\n"

static void report(uint16_t hw_code, const char *text)
{
	legacy_kit_fresh(&kit, STORAGE_NONE, MODE_BROM);
	legacy_kit_play(&kit, hw_code, legacy_report, NULL, text);
}

/* MT6572: the size of the NAND in 32 bits. */
static void nand_report(void **state)
{
	const struct device_facts *facts = &kit.flow.report.facts;

	(void)state;
	report(0x6572, NOR
	       "D> 00 00 00 00 00 00 AD 20 00 00 00 00 07\n"
	       "D> 00 AD 00 BC 00 90 00 55 00 54 00 00 00 00 08 00 00 40 00 40 08 05 01\n" NO_EMMC
		       NO_CARD MEMORY "D> 5A 00 00 0C 0B 00 00 04 0B C1\n");
	legacy_kit_expect(&kit, 0);
	assert_int_equal(facts->storage.kind, STORAGE_NAND);
	assert_int_equal(facts->storage.block, 0x800);
	assert_int_equal(facts->storage.bytes[REGION_USER], 0x20000000);
	assert_int_equal(facts->nand_spare, 0x40);
	assert_int_equal(facts->nand_block, 0x20000);
	assert_int_equal(facts->nand_id_count, 7);
	assert_int_equal(facts->nand_id[1], 0xBC);
}

/* MT8163: 64 bits, a word for the bad-block table, and a chip that is no eMMC to the agent. */
static void wide_report_with_bad_block_word(void **state)
{
	(void)state;
	report(0x8163, NOR
	       "D> 00 00 0B EB 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
	       "D> 00 00 00 00 00 00 00 00 00\n" NO_EMMC
	       "D> 00 00 00 00 00 00 00 01 D2 00 00 00 4D 00 01 15 57 31 47 38 57 25 02 41 8F 60 "
	       "44 18\n" MEMORY "D> 00 00 00 07\nD> 5A 00 00 0C 0B 00 00 04 09 C1\n");
	legacy_kit_expect(&kit, 0);
	assert_int_equal(kit.flow.report.facts.storage.kind, STORAGE_SDMMC);
	assert_string_equal(kit.flow.report.facts.storage_name, "M8G1WA");
}

static void nothing_found(void **state)
{
	(void)state;
#define NO_NAND_6580                                                                               \
	"D> 00 00 0B C8 00 00 00 00 00 00 00 00 00 00 00 00 00\n"                                  \
	"D> 00 00 00 00 00 00 00 00 00\n"
	report(0x6580,
	       NOR NO_NAND_6580 NO_EMMC NO_CARD MEMORY "D> 5A 00 00 0C 0B 00 00 04 09 C1\n");
	legacy_kit_expect(&kit, 0);
	assert_int_equal(kit.flow.report.facts.storage.kind, STORAGE_NONE);
	report(0x6580,
	       NOR NO_NAND_6580 NO_EMMC NO_CARD MEMORY "D> 5A 00 00 0C 0B 00 00 04 09 CF\n");
	legacy_kit_expect(&kit, 3017);
	assert_false(kit.flow.agent_idle);
	report(0x6580, NOR NO_NAND_6580 NO_EMMC NO_CARD
	       "D> 00 00 00 00 00 02 00 00 00 00 0B B9 00 00 00 00 00 00 00 00 00 00\n"
	       "D> A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 AA AB AC AD AE AF\n");
	legacy_kit_expect(&kit, 3001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(configuration_by_chip, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forced_dram, set_up, tear_down),
		cmocka_unit_test_setup_teardown(agents_of_other_chips, set_up, tear_down),
		cmocka_unit_test_setup_teardown(dead_agents, set_up, tear_down),
		cmocka_unit_test_setup_teardown(single_stage, set_up, tear_down),
		cmocka_unit_test_setup_teardown(chips_without_agents, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_record, set_up, tear_down),
		cmocka_unit_test_setup_teardown(discrete_dram, set_up, tear_down),
		cmocka_unit_test_setup_teardown(behind_own_id, set_up, tear_down),
		cmocka_unit_test_setup_teardown(whole_table, set_up, tear_down),
		cmocka_unit_test_setup_teardown(settings_that_do_not_fit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(set_up_that_fails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(table_without_this_board, set_up, tear_down),
		cmocka_unit_test_setup_teardown(second_stage, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nand_report, set_up, tear_down),
		cmocka_unit_test_setup_teardown(wide_report_with_bad_block_word, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_found, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("legacy_start", tests, NULL, NULL);
}
