/*
 * Every exchange of complete runs, times every fault.
 *
 * The run is a plain struct, and so is the device: both are copied at each exchange, the fault is
 * put in, and the copies go on to their end. Two kinds of faults:
 *  - the device is lost for good (silence, garbage, unplug, abort ...): the run must end as failed,
 *    refused or interrupted, with phase, step and a listed code, within bounds;
 *  - one thing goes wrong and the device goes on (a lost reply, a flipped bit in either direction):
 *    then the run may recover, but PASSED is allowed only if the storage is right.
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
#include "tests/fault/ends.h"
#include "tests/lib/memdev.h"
#include "tests/lib/pack.h"

#define EXCHANGE_MAX 4000

enum slip { SLIP_REPLY, SLIP_BIT_IN, SLIP_BIT_OUT, SLIP_KINDS };

static const char *const slip_names[] = {"lost reply", "bit flipped in", "bit flipped out"};

struct scenario {
	const char *name;
	struct pack_options pack;
	struct memdev_options device;
	enum flow_verify verify;
};

static struct pack pack;
static struct flow flow, copy;
static struct memdev *device, *twin;

/* Serve one action with its outgoing bytes changed. */
static void serve_flipped(const struct flow_action *a, struct flow_event *e, unsigned salt)
{
	static uint8_t changed[0x40000];
	struct flow_action b = *a;
	unsigned which = salt % a->tx_count;

	memcpy(changed, a->tx[which].p, a->tx[which].n);
	changed[(salt * 7919u) % a->tx[which].n] ^= (uint8_t)(1u << salt % 8);
	b.tx[which].p = changed;
	memdev_serve(twin, &b, e);
}

static bool slip_event(const struct flow_action *a, enum slip kind, unsigned salt,
		       struct flow_event *e)
{
	static uint8_t changed[FLOW_RX_MAX];

	if (kind == SLIP_BIT_OUT && !a->tx_count)
		return false;
	if (kind == SLIP_BIT_OUT) {
		serve_flipped(a, e, salt);
		return true;
	}
	memdev_serve(twin, a, e);
	if (e->kind != FLOW_REPLY || !e->rx.n)
		return false;
	if (kind == SLIP_REPLY) {
		e->kind = FLOW_TIMEOUT;
		e->rx.n = 0;
		e->now_ms += a->ms;
		return true;
	}
	memcpy(changed, e->rx.p, e->rx.n);
	changed[(salt * 104729u) % e->rx.n] ^= (uint8_t)(1u << salt % 8);
	e->rx.p = changed;
	return true;
}

static void slip(const struct flow_action *at, enum slip kind, unsigned salt, const char *where)
{
	struct flow_action a = *at;
	struct flow_event e;
	unsigned actions = 0;
	char why[128];

	if (at->what != FLOW_EXCHANGE)
		return;
	memcpy(&copy, &flow, sizeof copy);
	memcpy(twin, device, sizeof *twin);
	if (!slip_event(&a, kind, salt, &e))
		return;
	flow_step(&copy, &e, &a);
	while (a.what != FLOW_FINISH) {
		memdev_serve(twin, &a, &e);
		flow_step(&copy, &e, &a);
		if (++actions > EXCHANGE_MAX)
			fail_msg("%s: still at work", where);
	}
	if (copy.report.result != FLOW_PASSED)
		check_end(&copy, where);
	else if (!memdev_holds(twin, &pack, why))
		fail_msg("%s: passed, but %s", where, why);
	if (twin->wrote_unjournalled)
		fail_msg("%s: wrote before the journal", where);
	if (twin->opcodes_seen[0xF0])
		fail_msg("%s: ZEROIZATION was sent", where);
}

static unsigned try_all(const struct flow_action *a, const struct scenario *s, unsigned n)
{
	unsigned tried = 0;
	char where[160];

	for (int kind = 0; kind < LOST_KINDS; kind++, tried++) {
		snprintf(where, sizeof where, "%s, action %u (%s: %s), %s", s->name, n,
			 flow.report.phase, flow.report.step, lost_name((enum lost)kind));
		lose(&flow, a, (enum lost)kind, device->now_ms, where);
	}
	for (int kind = 0; kind < SLIP_KINDS; kind++, tried++) {
		snprintf(where, sizeof where, "%s, action %u (%s: %s), %s", s->name, n,
			 flow.report.phase, flow.report.step, slip_names[kind]);
		slip(a, (enum slip)kind, n, where);
	}
	return tried;
}

static void run(const struct scenario *s)
{
	struct flow_plan plan = {.verify = s->verify, .end = FLOW_END_REBOOT};
	struct arrival arrival;
	struct flow_action a;
	struct flow_event e;
	unsigned n = 0, tried = 0;
	char why[128] = "";

	pack_make(&pack, &s->pack);
	assert_false(pack.package.refused);
	memdev_init(device, &s->device, &pack);
	arrival = memdev_arrival(device);
	plan.package = &pack.package;
	plan.blank_boards = s->device.blank;
	flow_begin(&flow, &plan, &arrival, 0, &a);
	while (a.what != FLOW_FINISH && n < EXCHANGE_MAX) {
		tried += try_all(&a, s, n++);
		memdev_serve(device, &a, &e);
		flow_step(&flow, &e, &a);
	}
	if (flow.report.result != FLOW_PASSED || !memdev_holds(device, &pack, why))
		fail_msg("%s: result %d, %s, %s, %s", s->name, (int)flow.report.result,
			 flow.report.fault.step, flow.report.fault.what, why);
	assert_true(device->system_boot);
	assert_int_equal(flow.report.bytes_done, flow.report.bytes_total);
	assert_false(device->opcodes_seen[0xF0]);
	print_message("%s: %u actions, %u faulty runs\n", s->name, n, tried);
	pack_free(&pack);
}

static void brom_emmc(void **state)
{
	(void)state;
	run(&(struct scenario){.name = "boot ROM, eMMC", .verify = FLOW_VERIFY_SAMPLE});
}

static void preloader_emmc(void **state)
{
	(void)state;
	run(&(struct scenario){.name = "preloader, eMMC",
			       .device = {.preloader = true, .readies = 2},
			       .verify = FLOW_VERIFY_FULL});
}

static void brom_ufs_blank(void **state)
{
	(void)state;
	run(&(struct scenario){.name = "boot ROM, blank UFS board",
			       .pack = {.ufs = true},
			       .device = {.ufs = true, .blank = true},
			       .verify = FLOW_VERIFY_FULL});
}

static void preloader_logs_switch(void **state)
{
	(void)state;
	run(&(struct scenario){.name = "preloader, log frames, USB speed switch",
			       .device = {.preloader = true, .logs = true, .full_speed = true},
			       .verify = FLOW_VERIFY_CHECKSUM});
}

static int set_up(void **state)
{
	(void)state;
	device = malloc(sizeof *device);
	twin = malloc(sizeof *twin);
	return device && twin ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(device);
	free(twin);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brom_emmc),
		cmocka_unit_test(preloader_emmc),
		cmocka_unit_test(brom_ufs_blank),
		cmocka_unit_test(preloader_logs_switch),
	};

	return cmocka_run_group_tests_name("fault", tests, set_up, tear_down);
}
