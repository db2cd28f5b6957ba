/*
 * Whole runs against the device in memory: what passes, what is found in verify, late storage
 * errors, and what the report says meanwhile.
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
static unsigned actions;

/* Progress never goes back, and never beyond its total. */
static void check_progress(uint64_t *last)
{
	const struct flow_report *r = flow_report(&flow);

	assert_true(r->bytes_done >= *last);
	assert_true(r->bytes_done <= r->bytes_total);
	assert_non_null(r->phase);
	assert_non_null(r->step);
	*last = r->bytes_done;
}

static void run_plan(const struct memdev_options *options)
{
	struct flow_action a;
	struct flow_event e;
	struct arrival arrival;
	uint64_t last = 0;

	memdev_init(device, options, &pack);
	arrival = memdev_arrival(device);
	flow_begin(&flow, &plan, &arrival, 0, &a);
	for (actions = 0; a.what != FLOW_FINISH; actions++) {
		assert_true(actions < 3000);
		memdev_serve(device, &a, &e);
		flow_step(&flow, &e, &a);
		check_progress(&last);
	}
}

static void begin(const struct pack_options *options, enum flow_verify verify)
{
	pack_make(&pack, options);
	assert_false(pack.package.refused);
	plan = (struct flow_plan){.package = &pack.package,
				  .verify = verify,
				  .end = FLOW_END_REBOOT,
				  .blank_boards = true};
}

static void expect_pass(enum flow_verified verified)
{
	const struct flow_report *r = flow_report(&flow);
	char why[128];

	if (r->result != FLOW_PASSED)
		fail_msg("result %d: %s: %s", (int)r->result, r->fault.step, r->fault.what);
	if (!memdev_holds(device, &pack, why))
		fail_msg("passed, but %s", why);
	assert_int_equal(r->fault.family, FAULT_NONE);
	assert_int_equal(r->bytes_done, r->bytes_total);
	assert_true(r->wrote);
	assert_false(device->wrote_unjournalled);
	assert_int_equal(device->journals, 2);
	for (size_t i = 0; i < r->part_count; i++) {
		assert_true(r->parts[i].written);
		assert_int_equal(r->parts[i].bytes, r->parts[i].total);
		assert_int_equal(r->parts[i].verified, verified);
	}
	assert_string_equal(r->steps[0].name, "connect");
	assert_string_equal(r->steps[r->step_count - 1].name, "finish");
	pack_free(&pack);
}

static void expect_fault(enum fault_family family, uint32_t code, const char *step,
			 const char *word)
{
	const struct flow_report *r = flow_report(&flow);

	if (r->result != FLOW_FAILED || r->fault.family != family || r->fault.code != code ||
	    strcmp(r->fault.step, step) || !strstr(r->fault.what, word))
		fail_msg("result %d, fault %d/0x%X, %s: %s", (int)r->result, (int)r->fault.family,
			 r->fault.code, r->fault.step, r->fault.what);
	assert_false(r->fault.refused);
	pack_free(&pack);
}

static const struct pack_options emmc, ufs = {.ufs = true};

static void every_way_to_pass(void **state)
{
	static const struct {
		struct memdev_options device;
		enum flow_verify verify;
		enum flow_verified verified;
	} runs[] = {
		{{.preloader = false}, FLOW_VERIFY_NONE, FLOW_VERIFIED_NOT},
		{{.preloader = true}, FLOW_VERIFY_CHECKSUM, FLOW_VERIFIED_CHECKSUM},
		{{.preloader = true, .readies = 3, .preloader_version = 1},
		 FLOW_VERIFY_SAMPLE,
		 FLOW_VERIFIED_SAMPLE},
		{{.logs = true}, FLOW_VERIFY_FULL, FLOW_VERIFIED_FULL},
		{{.short_status = true}, FLOW_VERIFY_FULL, FLOW_VERIFIED_FULL},
		{{.broken_primary = true}, FLOW_VERIFY_SAMPLE, FLOW_VERIFIED_SAMPLE},
		{{.blank = true, .full_speed = true}, FLOW_VERIFY_FULL, FLOW_VERIFIED_FULL},
		{{.deny = {0x040005, 0x020004, 0x020002, 0x04000B, 0x04000C, 0x04000D, 0x040008,
			   0x080007}},
		 FLOW_VERIFY_SAMPLE,
		 FLOW_VERIFIED_SAMPLE},
		{{.deny = {0x040002, 0x040004, 0x040009, 0x080001, 0x080002}},
		 FLOW_VERIFY_SAMPLE,
		 FLOW_VERIFIED_SAMPLE},
		{{.silent_tries = 3}, FLOW_VERIFY_SAMPLE, FLOW_VERIFIED_SAMPLE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
		struct memdev_options device_options = runs[i].device;

		begin(&emmc, runs[i].verify);
		run_plan(&device_options);
		expect_pass(runs[i].verified);
		begin(&ufs, runs[i].verify);
		device_options.ufs = true;
		run_plan(&device_options);
		if (device_options.deny[1] == 0x040004) {
			/* It hides its UFS: nothing to write to, nothing written. */
			assert_int_equal(flow.report.fault.code, 40);
			pack_free(&pack);
		} else {
			expect_pass(runs[i].verified);
		}
	}
}

static void facts_are_gathered(void **state)
{
	const struct device_facts *facts = &flow.report.facts;

	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	run_plan(&(struct memdev_options){.preloader = false});
	assert_int_equal(facts->arrived_as, MODE_BROM);
	assert_int_equal(facts->hw_code, 0x0766);
	assert_int_equal(facts->hw_sub_code, 0x8A00);
	assert_int_equal(facts->hw_version, 0xCA00);
	assert_int_equal(facts->brom_version, 5);
	assert_int_equal(facts->me_id_len, 16);
	assert_int_equal(facts->soc_id_len, 32);
	assert_true(facts->agent_from_brom);
	assert_int_equal(facts->storage.kind, STORAGE_EMMC);
	assert_int_equal(facts->storage.bytes[REGION_USER], MEMDEV_USER);
	assert_int_equal(facts->dram_bytes, 0x180000000);
	assert_string_equal(facts->usb_speed_name, "high-speed");
	assert_string_equal(facts->da_version, "1.0");
	assert_int_equal(facts->random_id[0], 9);
	assert_true(device->watchdog_off);
	expect_pass(FLOW_VERIFIED_NOT);
}

/* The boot region's file already has its header: by address, with that header. */
static void preloader_file_with_header(void **state)
{
	(void)state;
	begin(&(struct pack_options){.boot_shaped = true}, FLOW_VERIFY_FULL);
	run_plan(&(struct memdev_options){.preloader = true});
	expect_pass(FLOW_VERIFIED_FULL);
}

static void power_off_and_stay(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	plan.end = FLOW_END_SHUTDOWN;
	run_plan(&(struct memdev_options){.preloader = true});
	assert_true(device->reset_seen);
	assert_false(device->system_boot);
	assert_int_equal(device->shutdown_bytes, 24);
	expect_pass(FLOW_VERIFIED_NOT);
	begin(&emmc, FLOW_VERIFY_NONE);
	plan.end = FLOW_END_STAY;
	run_plan(&(struct memdev_options){.preloader = true});
	assert_false(device->reset_seen);
	expect_pass(FLOW_VERIFIED_NOT);
}

/* One bit on the storage, in each place that a full check must see. */
static void full_check_sees_every_bit(void **state)
{
	static const struct {
		uint64_t at;
		const char *part;
	} places[] = {
		{0x18001, "lk"},     {0x1FFFF, "lk"},	    {0x28000, "boot"},
		{0x4C9F0, "boot"},   {0x68000, "system"},   {0x6D123, "system"},
		{0x77FFF, "system"}, {0xE8000, "userdata"}, {0x1181FF, "userdata"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		begin(&emmc, FLOW_VERIFY_FULL);
		run_plan(&(struct memdev_options){.flip_at = places[i].at});
		assert_true(device->reset_seen);
		assert_false(device->system_boot); /* a failed unit does not go into its system */
		expect_fault(FAULT_STATION, 62, "verify: read chunk", places[i].part);
	}
}

/* Head and tail are always among the samples. */
static void sample_sees_head_and_tail(void **state)
{
	static const uint64_t places[] = {0x28000, 0x28000 + 150000, 0x68000, 0x77FFF};

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		begin(&emmc, FLOW_VERIFY_SAMPLE);
		run_plan(&(struct memdev_options){.flip_at = places[i]});
		expect_fault(FAULT_STATION, 62, "verify: read chunk", "differs from the package");
	}
}

static void packet_error_then_final_status(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_CHECKSUM);
	run_plan(&(struct memdev_options){.packet_fail = 1, .packet_status = 0xC0040030});
	assert_true(device->reset_seen); /* the agent was idle again, and was told to end */
	expect_fault(FAULT_XFLASH, 0xC0040030, "write: final status", "STATUS_MMC_ERR for lk");
}

/* The overlong frame's answer is the agent's last word: nothing is waited for, nothing said. */
static void overflow_has_no_final_status(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_CHECKSUM);
	run_plan(&(struct memdev_options){.packet_fail = 1, .packet_status = 0xC0010006});
	assert_false(device->reset_seen);
	assert_in_range(device->now_ms, 0, 5000);
	expect_fault(FAULT_XFLASH, 0xC0010006, "write: packet", "OVERFLOW");
}

static void late_storage_error(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_CHECKSUM);
	run_plan(&(struct memdev_options){.final_status = 0xC0040030});
	assert_false(flow.report.parts[0].written);
	expect_fault(FAULT_XFLASH, 0xC0040030, "write: final status", "lk");
}

static void read_error_in_verify(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_SAMPLE);
	run_plan(&(struct memdev_options){.read_fail = 0xC0040030});
	expect_fault(FAULT_XFLASH, 0xC0040030, "inspect: read end", "MMC");
}

static void dram_fails(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	run_plan(&(struct memdev_options){.dram_fail = true});
	assert_int_equal(device->bytes_written, 0);
	expect_fault(FAULT_STATION, 35, "agent: dram settings",
		     "0xC004000A STATUS_DRAM_TEST_FAILED");
}

static void second_stage_of_another_file(void **state)
{
	struct slice swapped;

	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	swapped = pack.da2;
	((uint8_t *)(uintptr_t)swapped.p)[100] ^= 1;
	run_plan(&(struct memdev_options){.preloader = true});
	expect_fault(FAULT_XFLASH, 0xC0070004, "agent: second stage upload", "DA_HASH_MISMATCH");
}

/* Not offering what a host can do without is fine; packets unchecked are not. */
static void checksum_level_is_not_optional(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	run_plan(&(struct memdev_options){.deny = {0x020003}});
	expect_fault(FAULT_XFLASH, 0xC0010004, "agent: checksum level", "UNSUPPORT_CTRL_CODE");
}

static void agent_on_another_chip(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	run_plan(&(struct memdev_options){.agent_hw_code = 0x0788});
	assert_int_equal(device->bytes_written, 0);
	expect_fault(FAULT_STATION, 10, "inspect: chip", "0x0788");
}

/* A unit that cannot do better than full speed is flashed all the same, after one try. */
static void slow_unit_is_flashed(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	run_plan(&(struct memdev_options){.full_speed = true, .stays_slow = true});
	assert_string_equal(flow.report.facts.usb_speed_name, "full-speed");
	expect_pass(FLOW_VERIFIED_NOT);
}

/* The boot loader would take the backup table, and so does a station without blank boards. */
static void damaged_primary_table(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	plan.blank_boards = false;
	run_plan(&(struct memdev_options){.broken_primary = true});
	assert_false(flow.blank);
	expect_pass(FLOW_VERIFIED_NOT);
}

static void old_events_are_ignored(void **state)
{
	const struct arrival arrival = {0x0e8d, 0x0003, USB_SPEED_HIGH};
	struct flow_action a, before;
	struct flow_event e = {.kind = FLOW_GONE};

	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	flow_begin(&flow, &plan, &arrival, 0, &a);
	before = a;
	e.seq = a.seq - 1;
	flow_step(&flow, &e, &a);
	assert_memory_equal(&a, &before, sizeof a);
	assert_int_equal(flow.report.result, FLOW_RUNNING);
	pack_free(&pack);
}

/* Runs until the step of that name, then answers it with `kind`. */
static void interfere(const char *phase, const char *step, enum flow_event_kind kind)
{
	struct fault disk = {.family = FAULT_STATION, .code = 71, .what = "disk full"};
	struct flow_action a;
	struct flow_event e;
	struct arrival arrival;

	memdev_init(device, &(struct memdev_options){.preloader = true}, &pack);
	arrival = memdev_arrival(device);
	flow_begin(&flow, &plan, &arrival, 0, &a);
	while (strcmp(flow.report.phase, phase) || strcmp(flow.report.step, step)) {
		assert_int_not_equal(a.what, FLOW_FINISH);
		memdev_serve(device, &a, &e);
		flow_step(&flow, &e, &a);
	}
	e = (struct flow_event){
		.kind = kind, .seq = a.seq, .now_ms = device->now_ms, .fault = &disk};
	flow_step(&flow, &e, &a);
	while (a.what != FLOW_FINISH) {
		memdev_serve(device, &a, &e);
		flow_step(&flow, &e, &a);
	}
}

static void gone_while_writing(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	interfere("write", "packet", FLOW_GONE);
	expect_fault(FAULT_STATION, 60, "write: packet", "lk at 0x0 of 0x8000");
}

static void silent_while_writing(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	interfere("write", "final status", FLOW_TIMEOUT);
	expect_fault(FAULT_STATION, 61, "write: final status", "lk at 0x8000 of 0x8000");
}

static void silent_before_writing(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	interfere("inspect", "emmc", FLOW_TIMEOUT);
	expect_fault(FAULT_STATION, 15, "inspect: emmc", "no answer within 5000 ms");
}

static void gone_before_writing(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	interfere("agent", "environment", FLOW_GONE);
	expect_fault(FAULT_STATION, 14, "agent: environment", "left the bus");
}

/*
 * A device that was told to go is gone before a busy host has read its last status: the exchange is
 * served, but what the flow hears of it is `sign`: the departure, a broken link, or half a status.
 */
static void gone_before_its_answer(const char *phase, const char *step, bool full_speed,
				   enum flow_event_kind sign)
{
	struct memdev_options options = {.preloader = true, .full_speed = full_speed};
	struct flow_action a;
	struct flow_event e;
	struct arrival arrival;
	unsigned exchanges = 0;

	begin(&emmc, FLOW_VERIFY_NONE);
	memdev_init(device, &options, &pack);
	arrival = memdev_arrival(device);
	flow_begin(&flow, &plan, &arrival, 0, &a);
	while (a.what != FLOW_FINISH) {
		bool here = !strcmp(flow.report.phase, phase) && !strcmp(flow.report.step, step);

		memdev_serve(device, &a, &e);
		exchanges += here;
		/* The switch is two exchanges: the command, then the id it goes by. */
		if (here && exchanges == (full_speed ? 2 : 1))
			e = (struct flow_event){.kind = sign,
						.seq = e.seq,
						.now_ms = e.now_ms,
						.rx = sign == FLOW_TIMEOUT
							      ? (struct slice){e.rx.p, 6}
							      : (struct slice){NULL, 0}};
		flow_step(&flow, &e, &a);
	}
	assert_true(exchanges > 0);
	expect_pass(FLOW_VERIFIED_NOT);
}

static void gone_while_told_to_end(void **state)
{
	(void)state;
	gone_before_its_answer("finish", "shutdown block", false, FLOW_GONE);
	gone_before_its_answer("finish", "shutdown block", false, FLOW_TIMEOUT);
}

static void gone_while_told_to_switch(void **state)
{
	const enum flow_event_kind signs[] = {FLOW_GONE, FLOW_TIMEOUT, FLOW_BROKEN};

	(void)state;
	for (int i = 0; i < 3; i++) {
		gone_before_its_answer("inspect", "usb speed switch", true, signs[i]);
		assert_int_equal(flow.arrival.pid, 0x2001);
	}
}

/* Only CONTINUE means that the journal is written. */
static void journal_answered_wrongly(void **state)
{
	static const enum flow_event_kind wrong[] = {FLOW_REPLY, FLOW_TIMEOUT, FLOW_BACK};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		begin(&emmc, FLOW_VERIFY_NONE);
		interfere("write", "journal", wrong[i]);
		assert_false(flow.report.wrote);
		assert_int_equal(device->bytes_written, 0);
		expect_fault(FAULT_STATION, 90, "write: journal", "answered action");
	}
}

static void journal_not_writable(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	interfere("write", "journal", FLOW_BROKEN);
	assert_int_equal(device->bytes_written, 0);
	assert_true(device->reset_seen); /* nothing in flight: the agent could be told */
	expect_fault(FAULT_STATION, 71, "write: journal", "disk full");
}

static void abort_before_and_while_writing(void **state)
{
	(void)state;
	begin(&emmc, FLOW_VERIFY_NONE);
	interfere("inspect", "emmc", FLOW_ABORT);
	assert_int_equal(flow.report.result, FLOW_INTERRUPTED);
	assert_int_equal(flow.report.fault.code, 82);
	interfere("write", "packet", FLOW_ABORT);
	assert_int_equal(flow.report.result, FLOW_INTERRUPTED);
	assert_int_equal(flow.report.fault.code, 81);
	assert_true(flow.report.wrote);
	pack_free(&pack);
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
		cmocka_unit_test(every_way_to_pass),
		cmocka_unit_test(facts_are_gathered),
		cmocka_unit_test(preloader_file_with_header),
		cmocka_unit_test(power_off_and_stay),
		cmocka_unit_test(full_check_sees_every_bit),
		cmocka_unit_test(sample_sees_head_and_tail),
		cmocka_unit_test(packet_error_then_final_status),
		cmocka_unit_test(overflow_has_no_final_status),
		cmocka_unit_test(late_storage_error),
		cmocka_unit_test(read_error_in_verify),
		cmocka_unit_test(dram_fails),
		cmocka_unit_test(second_stage_of_another_file),
		cmocka_unit_test(checksum_level_is_not_optional),
		cmocka_unit_test(agent_on_another_chip),
		cmocka_unit_test(slow_unit_is_flashed),
		cmocka_unit_test(damaged_primary_table),
		cmocka_unit_test(old_events_are_ignored),
		cmocka_unit_test(gone_while_writing),
		cmocka_unit_test(silent_while_writing),
		cmocka_unit_test(silent_before_writing),
		cmocka_unit_test(gone_before_writing),
		cmocka_unit_test(gone_while_told_to_end),
		cmocka_unit_test(gone_while_told_to_switch),
		cmocka_unit_test(journal_answered_wrongly),
		cmocka_unit_test(journal_not_writable),
		cmocka_unit_test(abort_before_and_while_writing),
	};

	return cmocka_run_group_tests_name("flow", tests, set_up, tear_down);
}
