/*
 * A true device, and an input that says what goes wrong on the way: one byte for each action, then
 * the bytes that it needs. PASSED is allowed only if the storage holds the package and the unit's
 * own data. Only a plain download also has to do with a cable that changes bytes: READ_DATA carries
 * no checksum, so that one which tells the same lie twice would be believed.
 */
#include <string.h>

#include "engine/flow/flow_state.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/memdev.h"
#include "tests/lib/pack.h"

#define ACTIONS_MAX 6000

enum {
	HONEST = 0,
	LOSE = 1,
	CUT = 2,
	CHANGE_IN = 3,
	CHANGE_OUT = 4,
	TWICE = 5,
	LEAVE = 6,
	STOP = 7
};

static struct pack pack, newer; /* the same images in another layout */
static struct flow flow;
static struct memdev device;
static uint8_t changed[0x40000];
static bool changed_out; /* the device has been told something the flow never said */

static uint8_t next(struct slice *in)
{
	uint8_t byte = in->n ? in->p[0] : 0;

	in->p += in->n > 0;
	in->n -= in->n > 0;
	return byte;
}

static void change(uint8_t *p, size_t n, struct slice *in)
{
	size_t at = next(in);

	at = (at << 8 | next(in)) % n;
	p[at] ^= (uint8_t)(next(in) | 1);
}

static void serve_changed(const struct flow_action *a, struct flow_event *e, struct slice *in)
{
	struct flow_action b = *a;
	unsigned which = a->tx_count ? next(in) % a->tx_count : 0;

	if (a->tx_count && a->tx[which].n <= sizeof changed) {
		memcpy(changed, a->tx[which].p, a->tx[which].n);
		change(changed, a->tx[which].n, in);
		b.tx[which].p = changed;
		changed_out = true;
	}
	memdev_serve(&device, &b, e);
}

static void go_wrong(const struct flow_plan *plan, const struct flow_action *a,
		     struct flow_event *e, struct slice *in)
{
	uint8_t what = next(in) % 8;

	if (plan->operation != FLOW_DOWNLOAD &&
	    (what == CHANGE_IN || what == CHANGE_OUT || what == TWICE))
		what = LOSE;

	if (what == CHANGE_OUT)
		serve_changed(a, e, in);
	else
		memdev_serve(&device, a, e);
	if (what == LOSE || what == CUT) {
		e->rx.n = what == CUT ? e->rx.n / 2 : 0;
		if (a->what == FLOW_EXCHANGE)
			e->kind = FLOW_TIMEOUT;
	}
	if (what == CHANGE_IN && e->rx.n) {
		memcpy(changed, e->rx.p, e->rx.n);
		change(changed, e->rx.n, in);
		e->rx.p = changed;
	}
	if (what == TWICE && e->rx.n > 0 && e->rx.n < 64) {
		memcpy(changed, e->rx.p, e->rx.n);
		mem_out(&device, changed, e->rx.n);
		e->rx.p = changed;
	}
	if (what == LEAVE)
		e->kind = FLOW_GONE;
	if (what == STOP)
		e->kind = FLOW_ABORT;
}

/*
 * The first byte: which device, operation and layout; the second: how many actions go well before
 * the input is looked at.
 */
static void begin(struct slice *in, struct flow_plan *plan, struct flow_action *a,
		  unsigned *peaceful)
{
	static const struct flow_range ranges[] = {{.name = "boot"}, {.region = REGION_BOOT1}};
	uint8_t first = next(in);
	struct memdev_options options = {.preloader = first & 1,
					 .logs = first & 2,
					 .provisioned = first & 0x20,
					 .dead = !(first & 1) && first & 0x80};
	struct arrival arrival;

	*peaceful = next(in) * 2u;
	plan->package = first & 0x40 ? &newer.package : &pack.package;
	plan->operation = (enum flow_operation)(first >> 2 & 7);
	plan->recover = first & 0x80;
	plan->verify = FLOW_VERIFY_FULL;
	plan->end = FLOW_END_REBOOT;
	plan->ranges = ranges;
	plan->range_count = 2;
	memdev_init(&device, &options, &pack);
	arrival = memdev_arrival(&device);
	flow_begin(&flow, plan, &arrival, 0, a);
}

static bool writes_images(const struct flow_plan *plan)
{
	return flow_operation_writes(plan->operation) && plan->operation != FLOW_ERASE;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct flow_plan plan = {.package = NULL};
	struct slice in = {bytes, n};
	unsigned actions = 0, peaceful;
	struct flow_action a;
	struct flow_event e;
	char why[128];

	if (!pack.package.parts) {
		pack_make(&pack, &(struct pack_options){.boot_bytes = 5000});
		pack_make(&newer, &(struct pack_options){.boot_bytes = 5000, .swapped = true});
	}
	changed_out = false;
	begin(&in, &plan, &a, &peaceful);
	while (a.what != FLOW_FINISH) {
		must(++actions < ACTIONS_MAX);
		if (actions < peaceful || !in.n)
			memdev_serve(&device, &a, &e);
		else
			go_wrong(&plan, &a, &e, &in);
		e.seq = a.seq;
		flow_step(&flow, &e, &a);
	}
	/* A cable may make 0xF0 of any opcode; the flow itself never says it. */
	must(!device.opcodes_seen[0xF0] || changed_out);
	must(!device.wrote_unjournalled || changed_out);
	must(flow_operation_writes(plan.operation) || !device.bytes_written || changed_out);
	if (flow.report.result == FLOW_PASSED && writes_images(&plan))
		must(memdev_holds(&device, plan.package == &pack.package ? &pack : &newer, why));
	if (flow.report.result != FLOW_PASSED)
		must(flow.report.fault.family != FAULT_NONE && flow.report.fault.step[0]);
	if (flow.report.result == FLOW_REFUSED)
		must(device.bytes_written == 0);
	return 0;
}
