/*
 * An agent that says whatever the input holds. The first byte chooses the verb, the rest are the
 * agent's bytes in order; when they run out there is silence.
 */
#include <string.h>

#include "engine/flow/flow_state.h"
#include "engine/xflash/tables.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/pack.h"
#include "tests/lib/replay.h"

#define ACTIONS_MAX 200000
#define IMAGE_BYTES 0x3001

static struct pack pack;
static struct flow flow;
static uint8_t image[IMAGE_BYTES];
static struct wire_sums sums;
static uint64_t sunk;

static enum verdict sink(struct flow *f, uint64_t at, struct slice bytes)
{
	must(at == sunk && bytes.n > 0 && at + bytes.n <= f->io.length);
	sunk += bytes.n;
	return bytes.p[0] == 0xEE ? STEP_LEAVE : STEP_NEXT;
}

static void begin(uint8_t choice, struct flow_plan *plan, struct flow_action *a)
{
	static const struct step *const verbs[] = {
		xflash_start,  xflash_survey, xflash_write,   xflash_download,
		xflash_read,   xflash_format, xflash_end,     xflash_switch,
		xflash_upload, xflash_unlock, xflash_memtest,
	};
	static const struct flow_keys keys = {.da_sla = {(const uint8_t *)"policy", 6}};
	uint8_t verb = choice % (sizeof verbs / sizeof verbs[0]);

	memset(&flow, 0, sizeof flow);
	flow.report.facts.storage.kind = STORAGE_EMMC;
	flow.report.facts.storage.block = 512;
	flow.report.facts.write_packet = 0x1000;
	flow.io.region = REGION_USER;
	flow.io.name = "lk";
	flow.io.image = (struct slice){image, sizeof image};
	flow.io.sums = &sums;
	flow.io.length = sizeof image;
	flow.io.sink = sink;
	sunk = 0;
	flow.io.end = choice & 0x40 ? FLOW_END_META : FLOW_END_REBOOT;
	flow.io.test = choice & 0x40 ? IO_TEST_STORAGE : IO_TEST_DRAM;
	flow.report.facts.storage.bytes[REGION_USER] = 0x50000;
	plan->keys = choice & 0x80 ? &keys : NULL;
	plan->operation = choice & 0x20 ? FLOW_IDENTIFY : FLOW_DOWNLOAD;
	replay_verb(&flow, plan, verbs[verb], a);
	if (verb == 1) /* the survey finds its storage itself */
		memset(&flow.report.facts.storage, 0, sizeof flow.report.facts.storage);
	flow.da2 = pack.da2;
	flow.da2_addr = 0x40000000;
}

static void check_action(const struct flow_action *a)
{
	must(a->rx_want <= FLOW_RX_MAX && a->tx_count <= FLOW_TX_MAX);
	must(a->what != FLOW_EXCHANGE || a->ms > 0);
	for (unsigned i = 0; i < a->tx_count; i++)
		must(a->tx[i].n > 0 && a->tx[i].p != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct flow_plan plan = {.package = &pack.package};
	struct slice in = {bytes + 1, n - 1};
	struct flow_event e = {.now_ms = 1};
	struct flow_action a;
	unsigned actions = 0;

	if (n == 0)
		return 0;
	if (!pack.package.parts) {
		pack_make(&pack, &(struct pack_options){.boot_bytes = 5000});
		must(wire_sums_make(&sums, (struct slice){image, sizeof image}) == 0);
	}
	begin(bytes[0], &plan, &a);
	while (a.what != FLOW_FINISH) {
		size_t take = a.rx_want < in.n ? a.rx_want : in.n;

		check_action(&a);
		must(++actions < ACTIONS_MAX);
		e.seq = a.seq;
		e.kind = take == a.rx_want ? FLOW_REPLY : FLOW_TIMEOUT;
		if (a.what == FLOW_REATTACH)
			e.kind = FLOW_BACK;
		e.rx = (struct slice){in.p, take};
		in.p += take;
		in.n -= take;
		e.now_ms += a.ms;
		flow_step(&flow, &e, &a);
	}
	must(flow.report.result != FLOW_RUNNING);
	must((flow.report.result == FLOW_PASSED) == (flow.report.fault.family == FAULT_NONE));
	must(flow.io.done <= flow.io.length);
	return 0;
}
