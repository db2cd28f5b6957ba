/*
 * Every operation on the device in memory: the storage bit for bit afterwards, the unit's own data,
 * and refusals without a byte written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/memrun.h"

static struct memrun *run;
static const struct pack_options emmc, ufs = {.ufs = true}, swapped = {.swapped = true};

static void expect_pass(const char *phases, enum flow_identity identity)
{
	const struct flow_report *r = flow_report(&run->flow);
	char why[128];

	if (r->result != FLOW_PASSED)
		fail_msg("result %d: ST-%03u %s: %s", (int)r->result, r->fault.code, r->fault.step,
			 r->fault.what);
	assert_string_equal(memrun_phases(run), phases);
	if (flow_operation_writes(run->plan.operation) && run->plan.operation != FLOW_ERASE &&
	    !memdev_holds(&run->device, &run->pack, why))
		fail_msg("passed, but %s", why);
	assert_int_equal(r->identity, identity);
	assert_false(run->device.wrote_unjournalled);
	assert_int_equal(r->operation, run->plan.operation);
	memrun_free(run);
}

static void expect_refusal(unsigned code, const char *word)
{
	const struct flow_report *r = flow_report(&run->flow);

	if (r->result != FLOW_REFUSED || r->fault.code != code || !strstr(r->fault.what, word))
		fail_msg("result %d: ST-%03u %s: %s; ST-%03u was due", (int)r->result,
			 r->fault.code, r->fault.step, r->fault.what, code);
	assert_true(r->fault.refused);
	assert_false(r->wrote);
	assert_int_equal(run->device.bytes_written, 0);
	assert_false(run->device.formatted);
	assert_false(run->device.journal_before_write);
	memrun_free(run);
}

static void expect_fault(unsigned code, const char *word, enum flow_identity identity)
{
	const struct flow_report *r = flow_report(&run->flow);

	if (r->result != FLOW_FAILED || r->fault.code != code || !strstr(r->fault.what, word))
		fail_msg("result %d: ST-%03u %s: %s; ST-%03u was due", (int)r->result,
			 r->fault.code, r->fault.step, r->fault.what, code);
	assert_int_equal(r->identity, identity);
	/* A unit that failed after the first write does not go into its system. */
	assert_false(run->device.system_boot);
	memrun_free(run);
}

#define HEAD "connect identify preflight agent inspect "

static void download(void **state)
{
	(void)state;
	memrun_begin(run, FLOW_DOWNLOAD, &emmc);
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	expect_pass(HEAD "backup write verify identity finish", FLOW_IDENTITY_SAME);
	memrun_begin(run, FLOW_DOWNLOAD, &ufs);
	run->plan.verify = FLOW_VERIFY_FULL;
	memrun_go(run, &(struct memdev_options){.ufs = true, .provisioned = true});
	expect_pass(HEAD "backup write verify identity finish", FLOW_IDENTITY_SAME);
	/* A board without data of its own. */
	memrun_begin(run, FLOW_DOWNLOAD, &emmc);
	memrun_go(run, &(struct memdev_options){.preloader = true});
	expect_pass(HEAD "backup write verify identity finish", FLOW_IDENTITY_NONE);
	/* No read-back was asked for: nothing is read. */
	memrun_begin(run, FLOW_DOWNLOAD, &emmc);
	run->plan.verify = FLOW_VERIFY_NONE;
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	expect_pass(HEAD "write finish", FLOW_IDENTITY_NOT_TOUCHED);
}

static void download_that_harms_the_units_data(void **state)
{
	(void)state;
	memrun_begin(run, FLOW_DOWNLOAD, &emmc);
	memrun_go(run, &(struct memdev_options){.provisioned = true, .nvram_decays = true});
	expect_fault(51, "nvram", FLOW_IDENTITY_LOST);
	memrun_begin(run, FLOW_DOWNLOAD, &emmc);
	memrun_go(run, &(struct memdev_options){.provisioned = true, .nvram_vanishes = true});
	expect_fault(57, "nvram", FLOW_IDENTITY_LOST);
}

static void only_chosen_partitions(void **state)
{
	static const char *const only[] = {"lk", "BOOT", NULL};
	const struct flow_report *r = flow_report(&run->flow);
	const uint8_t *user;

	(void)state;
	memrun_begin(run, FLOW_DOWNLOAD, &emmc);
	run->plan.only = only;
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	assert_int_equal(r->result, FLOW_PASSED);
	user = memdev_region(&run->device, 2);
	assert_memory_equal(user + 0x18000, pack_file(&run->pack, "lk.img").p, 0x8000);
	assert_memory_equal(user + 0x28000, pack_file(&run->pack, "boot.img").p, 150001);
	assert_int_equal(run->device.bytes_written, 0x8000 + 150001);
	assert_int_equal(r->part_count, 2);
	memrun_free(run);
}

static void chosen_partition_that_the_package_lacks(void **state)
{
	static const char *const only[] = {"lk", "modem", NULL};

	(void)state;
	memrun_begin(run, FLOW_DOWNLOAD, &emmc);
	run->plan.only = only;
	memrun_go(run, &(struct memdev_options){.preloader = true});
	expect_refusal(31, "modem was chosen");
}

static void upgrade_with_the_same_table(void **state)
{
	(void)state;
	memrun_begin(run, FLOW_UPGRADE, &emmc);
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	assert_int_equal(run->flow.report.layout, FLOW_LAYOUT_SAME);
	expect_pass(HEAD "backup write verify identity finish", FLOW_IDENTITY_SAME);
}

static void expect_backup(void)
{
	const struct memdev_stream *s = memrun_stream(run, "nvram");

	assert_non_null(s);
	assert_true(s->whole);
	assert_int_equal(s->to.kind, FLOW_SAVE_IDENTITY);
	assert_int_equal(s->to.region, REGION_USER);
	assert_int_equal(s->to.start, MEMDEV_NVRAM);
	assert_int_equal(s->got, MEMDEV_NVRAM_BYTES);
	for (size_t i = 0; i < MEMDEV_NVRAM_BYTES; i++)
		assert_int_equal(s->bytes[i], memdev_nvram_byte(&run->device, i));
}

/* Tables and boot region go to the vault too, for whoever has to make sense of it later. */
static void expect_aside(void)
{
	static const char *const names[] = {"pgpt", "sgpt", "boot1"};

	for (int i = 0; i < 3; i++) {
		const struct memdev_stream *s = memrun_stream(run, names[i]);

		assert_non_null(s);
		assert_true(s->whole);
	}
	assert_memory_equal(memrun_stream(run, "pgpt")->bytes +
				    (run->device.options.ufs ? 4096 : 512),
			    "EFI PART", 8);
	assert_int_equal(memrun_stream(run, "boot1")->got, MEMDEV_BOOT);
	assert_int_equal(memrun_stream(run, "boot1")->bytes[MEMDEV_BOOT - 1], 0xE5);
}

static void upgrade_with_a_new_table(void **state)
{
	const struct flow_report *r = flow_report(&run->flow);

	(void)state;
	for (int i = 0; i < 2; i++) {
		memrun_begin(run, FLOW_UPGRADE,
			     i ? &(struct pack_options){.ufs = true, .swapped = true} : &swapped);
		run->plan.verify = i ? FLOW_VERIFY_FULL : FLOW_VERIFY_NONE;
		memrun_go(run, &(struct memdev_options){
				       .preloader = true, .provisioned = true, .ufs = i});
		assert_int_equal(r->layout, FLOW_LAYOUT_CHANGED);
		expect_backup();
		expect_aside();
		assert_int_equal(run->device.loads, 1);
		assert_string_equal(r->parts[r->part_count - 4].name, "nvram");
		assert_true(r->parts[r->part_count - 4].saved &&
			    r->parts[r->part_count - 4].written);
		expect_pass(i ? HEAD "backup layout restore write verify identity finish"
			      : HEAD "backup layout restore write identity finish",
			    FLOW_IDENTITY_RESTORED);
	}
}

static void changed_table_and_plain_download(void **state)
{
	(void)state;
	memrun_begin(run, FLOW_DOWNLOAD, &swapped);
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	expect_refusal(44, "firmware upgrade");
	memrun_begin(run, FLOW_VERIFY_ONLY, &swapped);
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	expect_refusal(44, "nvram: package 0x18000+0x10000, unit 0x8000+0x10000");
}

static void partial_job_with_a_new_table(void **state)
{
	static const char *const only[] = {"lk", NULL};

	(void)state;
	memrun_begin(run, FLOW_UPGRADE, &swapped);
	run->plan.only = only;
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	expect_refusal(39, "only some partitions");
}

static void new_table_without_room_for_the_units_data(void **state)
{
	(void)state;
	memrun_begin(run, FLOW_UPGRADE, &(struct pack_options){.nvram_grown = true});
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	expect_refusal(44, "nvram holds the unit's own data: 0x10000 bytes on the unit, 0x8000");
}

static void table_of_another_model(void **state)
{
	(void)state;
	memrun_begin(run, FLOW_UPGRADE, &emmc);
	memrun_go(run, &(struct memdev_options){.provisioned = true, .foreign_table = true});
	assert_int_equal(run->flow.report.layout, FLOW_LAYOUT_FOREIGN);
	expect_refusal(44, "another model's layout");
	/* That is what format all is for, and what it knows to be the unit's own is kept. */
	memrun_begin(run, FLOW_FORMAT_ALL, &emmc);
	memrun_go(run, &(struct memdev_options){.provisioned = true, .foreign_table = true});
	expect_pass(HEAD "backup erase layout restore write verify identity finish",
		    FLOW_IDENTITY_RESTORED);
}

static void format_all(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct pack_options package = {.ufs = i & 1, .swapped = i & 2};

		memrun_begin(run, FLOW_FORMAT_ALL, &package);
		memrun_go(run, &(struct memdev_options){
				       .preloader = i & 2, .provisioned = true, .ufs = i & 1});
		expect_backup();
		assert_true(run->device.formatted);
		expect_pass(HEAD "backup erase layout restore write verify identity finish",
			    FLOW_IDENTITY_RESTORED);
	}
	memrun_begin(run, FLOW_FORMAT_ALL, &emmc);
	run->plan.blank_boards = true;
	memrun_go(run, &(struct memdev_options){.blank = true});
	memset(memdev_region(&run->device, 2) + MEMDEV_NVRAM, 0xE5, MEMDEV_NVRAM_BYTES);
	expect_pass(HEAD "erase layout write verify finish", FLOW_IDENTITY_NONE);
}

static void format_without_a_backup(void **state)
{
	(void)state;
	memrun_begin(run, FLOW_FORMAT_ALL, &emmc);
	memrun_go(run, &(struct memdev_options){.provisioned = true, .nvram_unreadable = true});
	expect_refusal(50, "nvram can not be saved: the agent answered 0xC0040030");
	memrun_begin(run, FLOW_FORMAT_ALL, &emmc);
	memrun_go(run, &(struct memdev_options){.blank = true});
	expect_refusal(50, "no partition table");
}

static void backup_that_comes_back_wrong(void **state)
{
	(void)state;
	memrun_begin(run, FLOW_FORMAT_ALL, &emmc);
	memrun_go(run, &(struct memdev_options){.provisioned = true, .vault_lies = true});
	expect_fault(56, "not what was read", FLOW_IDENTITY_LOST);
	memrun_begin(run, FLOW_FORMAT_ALL, &emmc);
	memrun_go(run, &(struct memdev_options){.provisioned = true, .vault_empty = true});
	expect_fault(56, "another length", FLOW_IDENTITY_LOST);
}

/* The first write is the table; its status ends the run before anything went back. */
static void failure_between_format_and_restore(void **state)
{
	(void)state;
	memrun_begin(run, FLOW_FORMAT_ALL, &emmc);
	memrun_go(run, &(struct memdev_options){
			       .provisioned = true, .packet_fail = 1, .packet_status = 0xC0040030});
	expect_fault(0xC0040030, "MMC", FLOW_IDENTITY_LOST);
}

/* A power cut between format and restore: the next run gives back what the vault has. */
static void debt_of_an_earlier_run(void **state)
{
	static const enum flow_operation operations[] = {FLOW_DOWNLOAD, FLOW_FORMAT_ALL};

	(void)state;
	for (int i = 0; i < 2; i++) {
		memrun_begin(run, operations[i], &emmc);
		memrun_go(run, &(struct memdev_options){.provisioned = true, .owed = true});
		assert_int_equal(run->device.stream_count,
				 1); /* and nothing new is saved over it */
		expect_pass(i ? HEAD "backup erase layout restore write verify identity finish"
			      : HEAD "backup restore write verify identity finish",
			    FLOW_IDENTITY_RESTORED);
	}
}

/* Those who only look pay nothing back. */
static void debt_and_nothing_to_write(void **state)
{
	(void)state;
	memrun_begin(run, FLOW_IDENTIFY, &emmc);
	memrun_go(run, &(struct memdev_options){.provisioned = true, .owed = true});
	assert_int_equal(run->flow.report.part_count, 0);
	assert_int_equal(run->flow.report.bytes_total, 0);
	assert_int_equal(run->device.loads, 0);
	expect_pass(HEAD "finish", FLOW_IDENTITY_NOT_TOUCHED);
}

/* The same, with the power cut before the new table was there: no blank board, whatever it seems.
 */
static void debt_and_no_table(void **state)
{
	static const enum flow_operation operations[] = {FLOW_DOWNLOAD, FLOW_FORMAT_ALL};

	(void)state;
	for (int i = 0; i < 2; i++) {
		memrun_begin(run, operations[i], i ? &swapped : &emmc);
		memrun_go(run, &(struct memdev_options){
				       .provisioned = true, .owed = true, .blank = true});
		assert_int_equal(run->flow.report.layout, FLOW_LAYOUT_NONE);
		expect_pass(i ? HEAD "backup erase layout restore write verify identity finish"
			      : HEAD "backup layout restore write verify identity finish",
			    FLOW_IDENTITY_RESTORED);
	}
}

static void erase(void **state)
{
	static const struct flow_range ranges[] = {
		{.name = "userdata"}, {.name = "boot", .start = 0x200, .length = 0x400}};
	const uint8_t *user;

	(void)state;
	memrun_begin(run, FLOW_ERASE, &emmc);
	run->plan.ranges = ranges;
	run->plan.range_count = 2;
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	user = memdev_region(&run->device, 2);
	for (size_t i = 0x8000; i < MEMDEV_USER - 0x8000; i++) {
		bool nvram = i >= 0x8000 && i < 0x18000;
		bool gone = (i >= 0xE8000 && i < 0x1E8000) || (i >= 0x28200 && i < 0x28600);

		if (!nvram && user[i] != (gone ? 0 : 0xE5))
			fail_msg("0x%zx is %02X", i, user[i]);
	}
	expect_pass(HEAD "erase finish", FLOW_IDENTITY_NOT_TOUCHED);
}

static void erase_of_the_units_data(void **state)
{
	static const struct flow_range ranges[] = {
		{.name = "nvram"},
		{.region = REGION_USER},
		{.region = REGION_USER, .start = 0x17E00, .length = 0x200},
	};
	static const char *const allowed[] = {"nvram", NULL};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		memrun_begin(run, FLOW_ERASE, &emmc);
		run->plan.ranges = &ranges[i];
		run->plan.range_count = 1;
		memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
		expect_refusal(54, "nvram");
	}
	memrun_begin(run, FLOW_ERASE, &emmc);
	run->pack.rules.allowed_identity = allowed;
	run->plan.ranges = ranges;
	run->plan.range_count = 1;
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	expect_backup(); /* never without one */
	assert_int_equal(memdev_region(&run->device, 2)[MEMDEV_NVRAM + 9], 0);
	expect_pass(HEAD "backup erase finish", FLOW_IDENTITY_SAVED);
}

static void wrong_ranges(void **state)
{
	static const struct {
		struct flow_range range;
		unsigned code;
		const char *word;
	} wrong[] = {
		{{.name = "modem"}, 44, "modem"},
		{{.name = "boot", .start = 0x40000}, 41, "boot"},
		{{.name = "boot", .start = 0x3FE00, .length = 0x400}, 41, "boot"},
		{{.region = REGION_USER, .start = 1, .length = 512}, 59, "whole blocks"},
		{{.region = REGION_GP1}, 83, "EMMC_GP1"},
		{{.region = REGION_BOOT12}, 83, "region"},
		{{.region = REGION_RPMB}, 83, "RPMB"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		memrun_begin(run, FLOW_ERASE, &emmc);
		run->plan.ranges = &wrong[i].range;
		run->plan.range_count = 1;
		memrun_go(run, &(struct memdev_options){.preloader = true});
		expect_refusal(wrong[i].code, wrong[i].word);
	}
	memrun_begin(run, FLOW_READBACK, &emmc);
	memrun_go(run, &(struct memdev_options){.preloader = true});
	expect_refusal(83, "0 ranges");
}

static void readback(void **state)
{
	static const struct flow_range ranges[] = {
		{.name = "nvram"},
		{.region = REGION_BOOT1},
		{.region = REGION_USER, .start = 0x8003, .length = 0x10001},
		{.name = "boot", .start = 0x1FF, .length = 3},
	};
	static const char *const names[] = {"nvram", "boot1", "user+0x8003", "boot+0x1ff"};
	static const uint64_t starts[] = {0x8000, 0, 0x8003, 0x281FF};

	(void)state;
	for (int u = 0; u < 2; u++) {
		memrun_begin(run, FLOW_READBACK, u ? &ufs : &emmc);
		run->plan.ranges = ranges;
		run->plan.range_count = 4;
		memrun_go(run, &(struct memdev_options){
				       .preloader = true, .provisioned = true, .ufs = u});
		assert_int_equal(run->device.bytes_written, 0);
		assert_int_equal(run->flow.report.part_count, 4);
		for (size_t i = 0; i < 4; i++) {
			const struct memdev_stream *s = memrun_stream(run, names[i]);

			assert_non_null(s);
			assert_true(s->whole);
			assert_int_equal(s->to.kind, FLOW_SAVE_READBACK);
			assert_memory_equal(s->bytes,
					    memdev_region(&run->device, i == 1 ? 0 : 2) + starts[i],
					    s->got);
			assert_true(run->flow.report.parts[i].saved);
			assert_int_equal(run->flow.report.parts[i].bytes, s->got);
		}
		assert_int_equal(memrun_stream(run, "boot1")->got, MEMDEV_BOOT);
		expect_pass(HEAD "readback finish", FLOW_IDENTITY_NOT_TOUCHED);
	}
}

static void verify_only(void **state)
{
	const struct flow_report *r = flow_report(&run->flow);

	(void)state;
	memrun_begin(run, FLOW_VERIFY_ONLY, &emmc);
	run->plan.verify = FLOW_VERIFY_NONE;
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	assert_int_equal(r->verify, FLOW_VERIFY_FULL);
	assert_int_equal(r->result, FLOW_FAILED);
	assert_int_equal(r->fault.code, 62);
	assert_false(r->wrote);
	assert_int_equal(run->device.bytes_written, 0);
	assert_int_equal(run->device.journals, 1);
	assert_string_equal(memrun_phases(run), HEAD "verify finish");
	memrun_free(run);
}

/* What one run has written, the next one finds. */
static void verify_after_a_download(void **state)
{
	struct flow_action a;
	struct flow_event e;
	struct arrival arrival;

	(void)state;
	memrun_begin(run, FLOW_DOWNLOAD, &emmc);
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	assert_int_equal(run->flow.report.result, FLOW_PASSED);
	run->plan.operation = FLOW_VERIFY_ONLY;
	run->device.mode = MEM_LISTEN;
	run->device.leaves_ms = run->device.bytes_written = 0;
	run->device.loaded = false;
	arrival = memdev_arrival(&run->device);
	flow_begin(&run->flow, &run->plan, &arrival, run->device.now_ms, &a);
	while (a.what != FLOW_FINISH) {
		memdev_serve(&run->device, &a, &e);
		flow_step(&run->flow, &e, &a);
	}
	assert_int_equal(run->device.bytes_written, 0);
	expect_pass(HEAD "verify finish", FLOW_IDENTITY_NOT_TOUCHED);
}

static void identify(void **state)
{
	(void)state;
	memrun_begin(run, FLOW_IDENTIFY, &emmc);
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	assert_int_equal(run->device.bytes_written, 0);
	assert_non_null(flow_table(&run->flow));
	assert_int_equal(flow_table(&run->flow)->count, 5);
	assert_int_equal(run->flow.report.facts.storage.kind, STORAGE_EMMC);
	assert_true(run->flow.report.facts.has_table);
	expect_pass(HEAD "finish", FLOW_IDENTITY_NOT_TOUCHED);
	/* A board without a table is no fault for those who only look. */
	memrun_begin(run, FLOW_IDENTIFY, &emmc);
	memrun_go(run, &(struct memdev_options){.blank = true});
	assert_null(flow_table(&run->flow));
	expect_pass(HEAD "finish", FLOW_IDENTITY_NOT_TOUCHED);
}

static void recovery(void **state)
{
	const struct flow_report *r = flow_report(&run->flow);

	(void)state;
	memrun_begin(run, FLOW_DOWNLOAD, &emmc);
	run->plan.recover = true;
	memrun_go(run, &(struct memdev_options){.dead = true, .provisioned = true});
	assert_true(r->recovered);
	assert_int_equal(r->facts.arrived_as, MODE_PRELOADER);
	assert_int_equal(run->device.journals, 2);
	expect_pass(HEAD "recover " HEAD "backup write verify identity finish", FLOW_IDENTITY_SAME);
	/* A unit that came by its preloader needs none. */
	memrun_begin(run, FLOW_DOWNLOAD, &emmc);
	run->plan.recover = true;
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	assert_false(r->recovered);
	expect_pass(HEAD "backup write verify identity finish", FLOW_IDENTITY_SAME);
}

static void recovery_that_does_not_help(void **state)
{
	(void)state;
	memrun_begin(run, FLOW_DOWNLOAD, &emmc);
	run->plan.recover = true;
	memrun_go(run, &(struct memdev_options){.dead = true, .stays_dead = true});
	assert_true(run->flow.report.wrote);
	run->device.system_boot = false; /* that was the restart in between */
	expect_fault(8, "does not start", FLOW_IDENTITY_NOT_TOUCHED);
	memrun_begin(run, FLOW_DOWNLOAD, &emmc);
	run->plan.recover = true;
	memrun_go(run, &(struct memdev_options){.dead = true, .comes_back_as_another = true});
	run->device.system_boot = false;
	expect_fault(10, "another unit", FLOW_IDENTITY_NOT_TOUCHED);
}

static void recovery_without_a_preloader_to_write(void **state)
{
	static const char *const only[] = {"lk", NULL};

	(void)state;
	memrun_begin(run, FLOW_DOWNLOAD, &emmc);
	run->plan.recover = true;
	run->plan.only = only;
	memrun_go(run, &(struct memdev_options){.dead = true});
	expect_refusal(31, "no preloader");
}

static void slot_b_is_active(void **state)
{
	static const struct pack_options two = {.slots = true};

	(void)state;
	memrun_begin(run, FLOW_DOWNLOAD, &two);
	memrun_go(run, &(struct memdev_options){.preloader = true, .active_slot = 'b'});
	assert_int_equal(run->flow.report.facts.active_slot, 'b');
	expect_refusal(84, "slot b");
	memrun_begin(run, FLOW_DOWNLOAD, &two);
	memrun_go(run, &(struct memdev_options){.preloader = true, .active_slot = 'a'});
	assert_int_equal(run->flow.report.facts.active_slot, 'a');
	assert_int_equal(run->flow.report.result, FLOW_PASSED);
	memrun_free(run);
	/* An upgrade clears the choice: the boot loader then begins with slot a. */
	memrun_begin(run, FLOW_UPGRADE, &two);
	memrun_go(run, &(struct memdev_options){.preloader = true, .active_slot = 'b'});
	assert_int_equal(run->flow.report.result, FLOW_PASSED);
	for (size_t i = 0x228000; i < 0x230000; i++)
		assert_int_equal(memdev_region(&run->device, 2)[i], 0);
	assert_memory_equal(memdev_region(&run->device, 2) + 0x28000,
			    pack_file(&run->pack, "boot.img").p, 150001);
	memrun_free(run);
}

static void identity_image_on_a_unit_that_has_its_own(void **state)
{
	static const char *const allowed[] = {"nvram", NULL};

	(void)state;
	memrun_begin(run, FLOW_DOWNLOAD, &(struct pack_options){.with_identity = true});
	run->pack.rules.allowed_identity = allowed;
	package_check(&run->pack.package, &run->pack.rules);
	memrun_go(run, &(struct memdev_options){.preloader = true, .provisioned = true});
	expect_refusal(58, "blank boards only");
}

static void memory_of_another_board(void **state)
{
	(void)state;
	memrun_begin(run, FLOW_DOWNLOAD, &(struct pack_options){.emi_of_others = true});
	memrun_go(run, &(struct memdev_options){.preloader = true});
	expect_refusal(35, "none of the 2 DRAM settings");
}

static int set_up(void **state)
{
	(void)state;
	run = malloc(sizeof *run);
	return run ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(run);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(download),
		cmocka_unit_test(download_that_harms_the_units_data),
		cmocka_unit_test(only_chosen_partitions),
		cmocka_unit_test(chosen_partition_that_the_package_lacks),
		cmocka_unit_test(upgrade_with_the_same_table),
		cmocka_unit_test(upgrade_with_a_new_table),
		cmocka_unit_test(changed_table_and_plain_download),
		cmocka_unit_test(partial_job_with_a_new_table),
		cmocka_unit_test(new_table_without_room_for_the_units_data),
		cmocka_unit_test(table_of_another_model),
		cmocka_unit_test(format_all),
		cmocka_unit_test(format_without_a_backup),
		cmocka_unit_test(backup_that_comes_back_wrong),
		cmocka_unit_test(failure_between_format_and_restore),
		cmocka_unit_test(debt_of_an_earlier_run),
		cmocka_unit_test(debt_and_nothing_to_write),
		cmocka_unit_test(debt_and_no_table),
		cmocka_unit_test(erase),
		cmocka_unit_test(erase_of_the_units_data),
		cmocka_unit_test(wrong_ranges),
		cmocka_unit_test(readback),
		cmocka_unit_test(verify_only),
		cmocka_unit_test(verify_after_a_download),
		cmocka_unit_test(identify),
		cmocka_unit_test(recovery),
		cmocka_unit_test(recovery_that_does_not_help),
		cmocka_unit_test(recovery_without_a_preloader_to_write),
		cmocka_unit_test(slot_b_is_active),
		cmocka_unit_test(identity_image_on_a_unit_that_has_its_own),
		cmocka_unit_test(memory_of_another_board),
	};

	return cmocka_run_group_tests_name("flow operations", tests, set_up, tear_down);
}
