/*
 * Refusals: each with its code, before the first byte is written, and the unit left in peace.
 * The device is the one in memory; what a run may not do to it is read from it afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/flow/flow_state.h"
#include "tests/lib/memdev.h"
#include "tests/lib/pack.h"

static struct pack pack;
static struct memdev *device;
static struct flow flow;
static struct flow_plan plan;

/* Makes the package; the test may then spoil it before run(). */
static void begin(const struct pack_options *options)
{
	pack_make(&pack, options);
	plan = (struct flow_plan){.package = &pack.package,
				  .verify = FLOW_VERIFY_SAMPLE,
				  .end = FLOW_END_REBOOT,
				  .rules = &pack.rules};
}

static void run(const struct memdev_options *options)
{
	struct flow_action a;
	struct flow_event e;
	struct arrival arrival;

	memdev_init(device, options, &pack);
	arrival = memdev_arrival(device);
	flow_begin(&flow, &plan, &arrival, 0, &a);
	for (unsigned n = 0; a.what != FLOW_FINISH; n++) {
		assert_true(n < 3000);
		memdev_serve(device, &a, &e);
		flow_step(&flow, &e, &a);
	}
}

static void expect_refusal(unsigned code, const char *phase, const char *word)
{
	const struct flow_report *r = flow_report(&flow);

	if (r->result != FLOW_REFUSED || r->fault.code != code)
		fail_msg("result %d, code %u (%s: %s); ST-%03u was due", (int)r->result,
			 r->fault.code, r->fault.step, r->fault.what, code);
	assert_int_equal(r->fault.family, FAULT_STATION);
	assert_true(r->fault.refused);
	assert_memory_equal(r->fault.step, phase, strlen(phase));
	if (!strstr(r->fault.what, word))
		fail_msg("\"%s\" does not name \"%s\"", r->fault.what, word);
	assert_int_equal(r->bytes_written, 0);
	assert_int_equal(device->bytes_written, 0);
	assert_false(r->wrote);
	assert_false(device->journal_before_write);
	assert_false(device->opcodes_seen[0xF0]);
	/* A refusal before the agent sends none; one after it lets the unit go into its system. */
	if (!strcmp(phase, "preflight"))
		assert_false(device->opcodes_seen[0xD7]);
	else
		assert_true(device->reset_seen && device->system_boot);
	pack_free(&pack);
}

static const struct pack_options good;
static const struct memdev_options brom, preloader = {.preloader = true};

static void wrong_chip(void **state)
{
	(void)state;
	begin(&good);
	run(&(struct memdev_options){.hw_code = 0x0788});
	expect_refusal(20, "preflight", "MT6771");
}

static void wrong_chip_for_the_plan(void **state)
{
	(void)state;
	begin(&good);
	plan.platform = "MT6739";
	run(&brom);
	expect_refusal(20, "preflight", "MT6739");
}

static void unknown_chip(void **state)
{
	(void)state;
	begin(&good);
	run(&(struct memdev_options){.hw_code = 0x1234});
	expect_refusal(21, "preflight", "0x1234");
	assert_false(device->watchdog_off);
}

static void package_for_another_chip(void **state)
{
	(void)state;
	begin(&(struct pack_options){.platform = "MT6771"});
	run(&preloader);
	expect_refusal(20, "preflight", "MT6771");
}

static void missing_image(void **state)
{
	(void)state;
	begin(&good);
	pack.package.parts[1].file = SIZE_MAX;
	pack.package.refused = false;
	run(&preloader);
	expect_refusal(31, "preflight", "missing");
}

static void wrong_checksum(void **state)
{
	(void)state;
	begin(&good);
	pack.package.parts[2].sum = PART_SUM_BAD;
	run(&preloader);
	expect_refusal(30, "preflight", "checksum");
}

static void unhashed_package(void **state)
{
	(void)state;
	begin(&(struct pack_options){.unhashed = true});
	run(&preloader);
	expect_refusal(30, "preflight", "hashed");
}

static void truncated_sparse(void **state)
{
	struct problem why = {.why = "cut short"};

	(void)state;
	begin(&good);
	for (size_t i = 0; i < pack.package.file_count; i++)
		if (pack.package.files[i].sparse) {
			pack.package.files[i].sparse_bad = true;
			pack.package.files[i].problem = why;
		}
	run(&preloader);
	expect_refusal(31, "preflight", "cut short");
}

static void image_too_large(void **state)
{
	(void)state;
	begin(&(struct pack_options){.boot_bytes = 0x40200});
	run(&preloader);
	expect_refusal(37, "preflight", "boot");
}

/* The check of the package is not all that stands between an image and its neighbour. */
static void image_too_large_unchecked(void **state)
{
	(void)state;
	begin(&(struct pack_options){.boot_bytes = 0x40200});
	pack.package.finding_count = 0;
	run(&preloader);
	expect_refusal(37, "preflight", "boot.img");
}

static void identity(void **state)
{
	(void)state;
	begin(&(struct pack_options){.with_identity = true});
	run(&preloader);
	expect_refusal(58, "preflight", "nvram");
}

static void identity_unchecked(void **state)
{
	(void)state;
	begin(&(struct pack_options){.with_identity = true});
	pack.package.finding_count = 0;
	run(&preloader);
	expect_refusal(58, "preflight", "nvram");
}

static void identity_allowed_by_name(void **state)
{
	static const char *const names[] = {"nvram", NULL};

	(void)state;
	pack_make(&pack, &(struct pack_options){.with_identity = true});
	plan.package = &pack.package;
	plan.platform = NULL;
	pack.rules.allowed_identity = names;
	package_check(&pack.package, &pack.rules);
	plan.rules = &pack.rules;
	run(&preloader);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	pack_free(&pack);
}

static void nothing_to_write(void **state)
{
	(void)state;
	begin(&(struct pack_options){.empty = true});
	pack.package.finding_count = 0;
	run(&preloader);
	expect_refusal(31, "preflight", "nothing");
}

static void no_agent(void **state)
{
	(void)state;
	begin(&(struct pack_options){.without_agent = true});
	run(&preloader);
	expect_refusal(36, "preflight", "agent");
}

static void agent_of_an_older_generation(void **state)
{
	(void)state;
	begin(&(struct pack_options){.platform = "MT6789", .without_preloader = true});
	pack.package.finding_count = 0;
	run(&(struct memdev_options){.preloader = true, .hw_code = 0x1208});
	expect_refusal(36, "preflight", "a V6 one");
}

static void preloader_of_another_chip(void **state)
{
	(void)state;
	begin(&(struct pack_options){.emi_version = 36});
	pack.package.finding_count = 0;
	run(&preloader);
	expect_refusal(32, "preflight", "36");
}

static void no_dram_settings(void **state)
{
	(void)state;
	begin(&(struct pack_options){.without_preloader = true});
	run(&brom);
	expect_refusal(35, "preflight", "DRAM");
}

static void secured_boot_rom(void **state)
{
	(void)state;
	begin(&good);
	run(&(struct memdev_options){.target_config = 0x7});
	expect_refusal(23, "preflight", "SLA DAA");
	begin(&good);
	run(&(struct memdev_options){.target_config = 0x4});
	expect_refusal(23, "preflight", "DAA");
}

/* A preloader verifies the agent itself (brom.md 12): not refused. */
static void secured_preloader(void **state)
{
	(void)state;
	begin(&good);
	run(&(struct memdev_options){.preloader = true, .target_config = 0x5});
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.report.facts.target_config, 5);
	pack_free(&pack);
}

static void other_storage_kind(void **state)
{
	(void)state;
	begin(&good);
	run(&(struct memdev_options){.other_storage = true});
	expect_refusal(42, "inspect", "UFS");
}

static void storage_absent(void **state)
{
	(void)state;
	begin(&good);
	run(&(struct memdev_options){.no_storage = true});
	expect_refusal(40, "inspect", "eMMC");
}

static void storage_too_small(void **state)
{
	(void)state;
	begin(&good);
	plan.blank_boards = true;
	run(&(struct memdev_options){.blank = true, .user_bytes = 0xE0000});
	expect_refusal(41, "inspect", "does not fit: the unit's EMMC_USER has 917504 bytes");
	begin(&good);
	plan.blank_boards = true;
	run(&(struct memdev_options){.blank = true, .user_bytes = 0x150000});
	expect_refusal(41, "inspect", "overlaps");
}

/* The last partition may differ from unit to unit: what counts is the unit's own table. */
static void last_partition_of_the_unit_counts(void **state)
{
	(void)state;
	begin(&good);
	run(&(struct memdev_options){.userdata_bytes = 0x30200});
	assert_int_equal(flow.report.result, FLOW_PASSED);
	pack_free(&pack);
	begin(&good);
	run(&(struct memdev_options){.userdata_bytes = 0x30000});
	expect_refusal(37, "inspect", "userdata: the image takes 197120 bytes");
}

static void storage_worn_out(void **state)
{
	(void)state;
	begin(&good);
	run(&(struct memdev_options){.life_exhausted = true});
	expect_refusal(43, "inspect", "life");
}

static void storage_nearly_worn_out(void **state)
{
	(void)state;
	begin(&good);
	run(&(struct memdev_options){.spares = 3});
	expect_refusal(43, "inspect", "spare blocks state 3");
	begin(&good);
	run(&(struct memdev_options){.life = 11});
	expect_refusal(43, "inspect", "life estimates 11");
	begin(&good);
	run(&(struct memdev_options){.preloader = true, .life = 10, .spares = 2});
	assert_int_equal(flow.report.result, FLOW_PASSED);
	pack_free(&pack);
}

static void battery_too_low(void **state)
{
	(void)state;
	begin(&good);
	run(&(struct memdev_options){.battery_mv = 3299});
	expect_refusal(9, "inspect", "3299 mV, at least 3300");
	begin(&good);
	plan.battery_min_mv = 3800;
	run(&(struct memdev_options){.battery_mv = 3700});
	expect_refusal(9, "inspect", "3700 mV, at least 3800");
	begin(&good);
	run(&(struct memdev_options){.preloader = true, .battery_mv = 3700});
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.report.facts.battery_mv, 3700);
	pack_free(&pack);
	/* Those who only look may look. */
	begin(&good);
	plan.operation = FLOW_IDENTIFY;
	run(&(struct memdev_options){.preloader = true, .battery_mv = 3000});
	assert_int_equal(flow.report.result, FLOW_PASSED);
	pack_free(&pack);
}

static void way_to_end_that_is_not_offered(void **state)
{
	(void)state;
	begin(&good);
	plan.end = FLOW_END_TEST;
	run(&preloader);
	expect_refusal(83, "preflight", "Android test mode");
}

static void no_table_and_no_blank_boards(void **state)
{
	(void)state;
	begin(&good);
	run(&(struct memdev_options){.blank = true});
	expect_refusal(44, "inspect", "no partition table");
}

static void other_kind_of_table(void **state)
{
	(void)state;
	begin(&good);
	run(&(struct memdev_options){.pmt = true});
	expect_refusal(44, "inspect", "PMT");
}

static struct scatter_entry *entry(const char *name)
{
	struct scatter_section *section = &pack.package.scatter.sections[0];

	for (size_t i = 0; i < section->count; i++)
		if (!strcmp(section->entries[i].name, name))
			return &section->entries[i];
	fail_msg("no entry %s", name);
	return NULL;
}

static void layout_moved(void **state)
{
	(void)state;
	begin(&good);
	entry("boot")->size -= 0x8000;
	run(&brom);
	expect_refusal(44, "inspect", "boot: package 0x28000+0x38000, unit 0x28000+0x40000");
}

static void partition_not_on_the_unit(void **state)
{
	(void)state;
	begin(&good);
	snprintf(entry("lk")->name, sizeof entry("lk")->name, "lk3");
	run(&brom);
	expect_refusal(44, "inspect", "lk3 is not on the unit");
}

/* One that is not to be written may be missing (packages.md 5.4). */
static void unwritten_partition_may_be_missing(void **state)
{
	(void)state;
	begin(&good);
	snprintf(entry("nvram")->name, sizeof entry("nvram")->name, "elsewhere");
	run(&brom);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	pack_free(&pack);
}

static void package_with_its_own_table(void **state)
{
	(void)state;
	begin(&(struct pack_options){.with_table = true});
	run(&brom);
	expect_refusal(44, "inspect", "pgpt");
}

static int set_up(void **state)
{
	(void)state;
	device = malloc(sizeof *device);
	return device ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(device);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_chip),
		cmocka_unit_test(wrong_chip_for_the_plan),
		cmocka_unit_test(unknown_chip),
		cmocka_unit_test(package_for_another_chip),
		cmocka_unit_test(missing_image),
		cmocka_unit_test(wrong_checksum),
		cmocka_unit_test(unhashed_package),
		cmocka_unit_test(truncated_sparse),
		cmocka_unit_test(image_too_large),
		cmocka_unit_test(image_too_large_unchecked),
		cmocka_unit_test(identity),
		cmocka_unit_test(identity_unchecked),
		cmocka_unit_test(identity_allowed_by_name),
		cmocka_unit_test(nothing_to_write),
		cmocka_unit_test(no_agent),
		cmocka_unit_test(agent_of_an_older_generation),
		cmocka_unit_test(preloader_of_another_chip),
		cmocka_unit_test(no_dram_settings),
		cmocka_unit_test(secured_boot_rom),
		cmocka_unit_test(secured_preloader),
		cmocka_unit_test(other_storage_kind),
		cmocka_unit_test(storage_absent),
		cmocka_unit_test(storage_too_small),
		cmocka_unit_test(last_partition_of_the_unit_counts),
		cmocka_unit_test(storage_worn_out),
		cmocka_unit_test(storage_nearly_worn_out),
		cmocka_unit_test(battery_too_low),
		cmocka_unit_test(way_to_end_that_is_not_offered),
		cmocka_unit_test(no_table_and_no_blank_boards),
		cmocka_unit_test(other_kind_of_table),
		cmocka_unit_test(layout_moved),
		cmocka_unit_test(partition_not_on_the_unit),
		cmocka_unit_test(unwritten_partition_may_be_missing),
		cmocka_unit_test(package_with_its_own_table),
	};

	return cmocka_run_group_tests_name("preflight", tests, set_up, tear_down);
}
