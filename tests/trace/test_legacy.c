/* The worked examples of da-legacy.md, as transcripts beside this file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/bytes.h"
#include "engine/legacy/legacy.h"
#include "engine/legacy/tables.h"
#include "tests/lib/pack.h"
#include "tests/trace/transcript.h"

#define STAGE2_BYTES 0x2B00 /* 0x100 of it signature */
#define RECORD_BYTES 188
#define HEAD_BYTES   0x70

static struct pack pack;
static struct package package;
static struct flow flow;
static struct flow_plan plan;
static struct flow_action action;
static uint8_t stage2[STAGE2_BYTES];
static uint8_t settings[HEAD_BYTES + RECORD_BYTES];
static uint8_t image[0x100000];
static struct wire_sums sums;

/* The settings of the example: one record, for the eMMC that the board has. */
static void make_settings(void)
{
	static const uint8_t start[] = {1, 0, 0, 0, 2, 2, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0};
	static const uint8_t cid[] = {0x15, 0x01, 0x00, 0x4D, 0x38, 0x47, 0x31, 0x57, 0x41};
	struct problem problem;

	memcpy(settings, "MTK_BLOADER_INFO_v21", 20);
	memcpy(settings + 0x1B, "preloader_w370.bin", 18);
	memcpy(settings + 0x64, "MTK_BIN", 7);
	put_le32(settings + 0x6C, 1);
	memcpy(settings + HEAD_BYTES, start, sizeof start);
	memcpy(settings + HEAD_BYTES + sizeof start, cid, sizeof cid);
	package = pack.package;
	package.has_preloader = true;
	assert_int_equal(preloader_parse(&package.preloader,
					 (struct slice){settings, sizeof settings}, &problem),
			 0);
}

static int set_up(void **state)
{
	(void)state;
	pack_make(&pack, &(struct pack_options){0});
	make_settings();
	memcpy(image, "\x12\x34\x56\x78", 4);
	return wire_sums_make(&sums, (struct slice){image, sizeof image});
}

static int tear_down(void **state)
{
	(void)state;
	wire_sums_free(&sums);
	pack_free(&pack);
	return 0;
}

static void begin(uint16_t hw_code, const struct step *table)
{
	plan = (struct flow_plan){.package = &package, .end = FLOW_END_REBOOT};
	flow.chip = chip_by_hw_code(hw_code);
	assert_non_null(flow.chip);
	replay_verb(&flow, &plan, table, &action);
	flow.verbs = &legacy_verbs;
	flow.da2 = (struct slice){stage2, sizeof stage2};
	flow.da2_addr = 0x80000000;
}

static void fresh(void)
{
	memset(&flow, 0, sizeof flow);
	flow.report.facts.storage.kind = STORAGE_EMMC;
	flow.report.facts.storage.block = 512;
	flow.report.facts.write_packet = 0x100000;
	flow.report.facts.read_packet = 0xF000;
	flow.io.region = REGION_USER;
}

static void check_report(void)
{
	static const uint8_t cid[] = {0x15, 0x01, 0x00, 0x4D, 0x38, 0x47, 0x31, 0x57,
				      0x41, 0x02, 0x25, 0x57, 0x18, 0x44, 0x60, 0x8F};
	const struct device_facts *facts = &flow.report.facts;

	assert_int_equal(action.what, FLOW_FINISH);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_string_equal(facts->da_version, "4.2");
	assert_int_equal(facts->storage.kind, STORAGE_EMMC);
	assert_int_equal(facts->storage.bytes[REGION_BOOT1], 0x400000);
	assert_int_equal(facts->storage.bytes[REGION_RPMB], 0x400000);
	assert_int_equal(facts->storage.bytes[REGION_GP4], 0);
	assert_int_equal(facts->storage.bytes[REGION_USER], 0x1D2000000);
	assert_memory_equal(facts->cid, cid, sizeof cid);
	assert_string_equal(facts->storage_name, "M8G1WA");
	assert_int_equal(facts->storage_fw[0], 1);
	assert_int_equal(facts->dram_bytes, 0x20000000);
	assert_int_equal(facts->sram_bytes, 0x20000);
	assert_int_equal(facts->random_id[15], 0xAF);
	assert_true(flow.agent_idle);
}

static void start_as(enum device_mode mode, const char *name)
{
	const struct replay_blob blobs[] = {{"record", {settings + HEAD_BYTES, RECORD_BYTES}},
					    {"da2a", {stage2, 0x1000}},
					    {"da2b", {stage2 + 0x1000, 0x1000}},
					    {"da2c", {stage2 + 0x2000, 0xB00}},
					    {NULL, {NULL, 0}}};

	fresh();
	flow.report.facts.arrived_as = mode;
	flow.report.facts.brom_version = 5;
	begin(0x6580, legacy_start);
	transcript_play(name, blobs, &flow, &action);
	check_report();
	assert_int_equal(flow.report.facts.agent_from_brom, mode == MODE_BROM);
}

static void start_by_boot_rom(void **state)
{
	(void)state;
	start_as(MODE_BROM, "legacy_start_brom.txt");
}

static void start_by_preloader(void **state)
{
	(void)state;
	start_as(MODE_PRELOADER, "legacy_start_preloader.txt");
}

static void survey(void **state)
{
	(void)state;
	fresh();
	begin(0x6580, legacy_survey);
	transcript_play("legacy_survey.txt", NULL, &flow, &action);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.arrival.pid, 0x2001);
	assert_string_equal(flow.report.facts.usb_speed_name, "high-speed");
	assert_int_equal(flow.report.facts.battery_mv, 3900);
	assert_false(flow.report.facts.images_checked);
}

static const struct replay_blob packet[] = {{"packet", {image, sizeof image}}, {NULL, {NULL, 0}}};

static void begin_write(const char *name)
{
	fresh();
	flow.io.address = 0x01D80000;
	flow.io.length = sizeof image;
	flow.io.image = (struct slice){image, sizeof image};
	flow.io.sums = &sums;
	begin(0x6580, legacy_write);
	transcript_play(name, packet, &flow, &action);
	assert_true(flow.agent_idle);
}

static void write_with_a_bad_packet(void **state)
{
	(void)state;
	begin_write("legacy_write.txt");
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.report.bytes_written, sizeof image);
}

static void write_stopped(void **state)
{
	(void)state;
	begin_write("legacy_write_stopped.txt");
	assert_int_equal(flow.report.fault.family, FAULT_FLASHTOOL);
	assert_int_equal(flow.report.fault.code, 3154);
	assert_int_equal(flow.report.bytes_written, 0);
}

static uint64_t received;

static enum verdict take(struct flow *f, uint64_t at, struct slice bytes)
{
	(void)f;
	assert_int_equal(at, received);
	assert_memory_equal(bytes.p, image + at, bytes.n);
	received += bytes.n;
	return STEP_NEXT;
}

/* Bytes of the image with a right and a wrong sum, big-endian. */
static struct {
	uint8_t right[2], wrong[2];
} sum;

static void sum_of(size_t n)
{
	uint16_t all = 0;

	for (size_t i = 0; i < n; i++)
		all = (uint16_t)(all + image[i]);
	put_be16(sum.right, all);
	put_be16(sum.wrong, (uint16_t)(all + 1));
}

static void read_with_a_bad_packet(void **state)
{
	const struct replay_blob blobs[] = {{"bytes", {image, 0x400}},
					    {"sum", {sum.right, 2}},
					    {"badsum", {sum.wrong, 2}},
					    {NULL, {NULL, 0}}};

	(void)state;
	sum_of(0x400);
	fresh();
	received = 0;
	flow.io.length = 0x400;
	flow.io.sink = take;
	begin(0x6580, legacy_read);
	transcript_play("legacy_read.txt", blobs, &flow, &action);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(received, 0x400);
}

static void format_as(const char *name, uint32_t code)
{
	fresh();
	flow.io.address = 0x90000000;
	flow.io.length = 0x800000;
	begin(0x6580, legacy_format);
	transcript_play(name, NULL, &flow, &action);
	assert_int_equal(action.what, FLOW_FINISH);
	assert_int_equal(flow.report.fault.code, code);
	assert_true(flow.agent_idle);
	if (!code)
		assert_int_equal(flow.io.percent, 100);
}

static void format(void **state)
{
	(void)state;
	format_as("legacy_format.txt", 0);
	format_as("legacy_format_steps.txt", 0);
	format_as("legacy_format_range.txt", 3040);
	format_as("legacy_format_fails.txt", 3154);
}

static void ends(void **state)
{
	(void)state;
	fresh();
	flow.io.restart = true;
	begin(0x6580, legacy_end);
	transcript_play("legacy_reboot.txt", NULL, &flow, &action);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	fresh();
	begin(0x6580, legacy_end);
	transcript_play("legacy_power_off.txt", NULL, &flow, &action);
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

static void nand_fresh(void)
{
	fresh();
	flow.report.facts.storage.kind = STORAGE_NAND;
	flow.report.facts.storage.block = 0x800;
}

static void nand_read(void **state)
{
	const struct replay_blob blobs[] = {{"pages", {image, 0x1800}},
					    {"sum", {sum.right, 2}},
					    {"badsum", {sum.wrong, 2}},
					    {NULL, {NULL, 0}}};

	(void)state;
	sum_of(0x1800);
	nand_fresh();
	received = 0;
	flow.io.address = 0x20000;
	flow.io.length = 0x1800;
	flow.io.sink = take;
	begin(0x6572, legacy_read);
	transcript_play("legacy_nand_read.txt", blobs, &flow, &action);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(received, 0x1800);
}

static void nand_write(void **state)
{
	const struct replay_blob blobs[] = {
		{"pages", {image, 0x1800}}, {"sum", {sum.right, 2}}, {NULL, {NULL, 0}}};
	struct wire_sums own;

	(void)state;
	sum_of(0x1800);
	nand_fresh();
	assert_int_equal(wire_sums_make(&own, (struct slice){image, 0x1800}), 0);
	flow.io.address = 0x20000;
	flow.io.length = 0x1800;
	flow.io.room = 0x40000;
	flow.io.name = "LOGO";
	flow.io.image = (struct slice){image, 0x1800};
	flow.io.sums = &own;
	begin(0x6572, legacy_write);
	transcript_play("legacy_nand_write.txt", blobs, &flow, &action);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.report.bytes_written, 0x1800);
	wire_sums_free(&own);
}

static void memtest(void **state)
{
	(void)state;
	fresh();
	flow.io.test = IO_TEST_DRAM;
	flow.report.facts.dram_bytes = 0x20000000;
	begin(0x6580, legacy_memtest);
	transcript_play("legacy_memtest.txt", NULL, &flow, &action);
	assert_int_equal(action.what, FLOW_FINISH);
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_by_boot_rom),
		cmocka_unit_test(start_by_preloader),
		cmocka_unit_test(survey),
		cmocka_unit_test(write_with_a_bad_packet),
		cmocka_unit_test(write_stopped),
		cmocka_unit_test(read_with_a_bad_packet),
		cmocka_unit_test(format),
		cmocka_unit_test(ends),
		cmocka_unit_test(nand_read),
		cmocka_unit_test(nand_write),
		cmocka_unit_test(memtest),
	};

	return cmocka_run_group_tests_name("trace-legacy", tests, set_up, tear_down);
}
