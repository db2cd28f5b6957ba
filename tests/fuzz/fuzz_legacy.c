/*
 * A legacy agent that says whatever the input holds. The first byte chooses the verb, the second
 * the chip and its storage, the rest are the agent's bytes in order; when they run out there is
 * silence.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/flow/flow_state.h"
#include "engine/format/gpt.h"
#include "engine/legacy/tables.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/pack.h"
#include "tests/lib/replay.h"

#define ACTIONS_MAX 200000
#define IMAGE_BYTES 0x3001
#define VERBS	    10
#define EMI_HEAD    0x70

static struct pack pack;
static struct package package;
static struct flow flow;
static uint8_t image[IMAGE_BYTES], settings[EMI_HEAD + 2 * 188], loader[IMAGE_BYTES];
static struct wire_sums sums;
static uint64_t sunk;

static enum verdict sink(struct flow *f, uint64_t at, struct slice bytes)
{
	must(at == sunk && bytes.n > 0 && at + bytes.n <= f->io.length);
	sunk += bytes.n;
	return bytes.p[0] == 0xEE ? STEP_LEAVE : STEP_NEXT;
}

/* DRAM settings with a record for one eMMC and one of discrete DRAM; a preloader's head. */
static void make_inputs(void)
{
	struct problem problem;

	pack_make(&pack, &(struct pack_options){.boot_bytes = 5000});
	must(wire_sums_make(&sums, (struct slice){image, sizeof image}) == 0);
	memcpy(settings, "MTK_BLOADER_INFO_v21", 20);
	put_le32(settings + 0x6C, 2);
	put_le32(settings + EMI_HEAD + 8, 4);
	memcpy(settings + EMI_HEAD + 0x10, "\x15\x01\0M", 4);
	package = pack.package;
	package.has_preloader = true;
	must(preloader_parse(&package.preloader, (struct slice){settings, sizeof settings},
			     &problem) == 0);
	memcpy(loader, "MMM\x01\x38\0\0\0FILE_INFO", 17);
}

static const struct chip *chip_of(uint8_t choice)
{
	static const uint16_t codes[] = {0x6580, 0x6572, 0x6582, 0x6583,
					 0x6592, 0x0321, 0x8163, 0x6575};

	return chip_by_hw_code(codes[choice % 8]);
}

static void begin(const uint8_t choice[2], struct flow_plan *plan, struct flow_action *a)
{
	static const struct step *const verbs[VERBS] = {
		legacy_start,  legacy_survey,	 legacy_table,	 legacy_read, legacy_write,
		legacy_format, legacy_preloader, legacy_memtest, legacy_end,  legacy_write_table,
	};
	unsigned verb = choice[0] % VERBS;

	memset(&flow, 0, sizeof flow);
	flow.chip = chip_of(choice[1]);
	flow.report.facts.arrived_as = choice[1] & 0x10 ? MODE_PRELOADER : MODE_BROM;
	flow.report.facts.storage.kind = choice[1] & 8 ? STORAGE_NAND : STORAGE_EMMC;
	flow.report.facts.storage.block = 512;
	flow.report.facts.storage.bytes[REGION_USER] = 0x100000;
	flow.report.facts.write_packet = 0x1000;
	flow.report.facts.read_packet = 0xF000;
	flow.io.region = REGION_USER;
	flow.io.name = "lk";
	flow.io.image = (struct slice){verb == 6 ? loader : image, sizeof image};
	flow.io.sums = &sums;
	flow.io.own = verb == 6 || verb == 9;
	flow.io.length = sizeof image;
	flow.io.sink = sink;
	sunk = 0;
	if (verb == 9)
		flow.io.length = 2 * 0x60;
	replay_verb(&flow, plan, verbs[verb], a);
	flow.section = &package.scatter.sections[0];
	flow.da2 = pack.da2;
	flow.da2_addr = 0x80000000;
}

static void check_action(const struct flow_action *a)
{
	must(a->rx_want <= FLOW_RX_MAX && a->tx_count <= FLOW_TX_MAX);
	must(a->what != FLOW_EXCHANGE || a->ms > 0);
	for (unsigned i = 0; i < a->tx_count; i++)
		must(a->tx[i].n > 0 && a->tx[i].p != NULL);
}

static void check_table(void)
{
	static struct gpt gpt;
	struct problem problem;

	if (legacy_parse_table(&flow, &gpt, &problem) == 0)
		must(gpt.count <= GPT_ENTRIES_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct flow_plan plan = {.package = &package};
	struct slice in = {bytes + 2, n - 2};
	struct flow_event e = {.now_ms = 1};
	struct flow_action a;
	unsigned actions = 0;

	if (n < 2)
		return 0;
	if (!pack.package.parts)
		make_inputs();
	begin(bytes, &plan, &a);
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
	check_table();
	return 0;
}
