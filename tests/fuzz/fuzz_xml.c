/*
 * An XML agent that says whatever the input holds. The first byte chooses the verb; the rest are
 * texts, cut at NULs, each sent as a frame of its own (an input of texts goes deeper than one that
 * has to guess frames). A text that begins with FE goes as a log frame, one that begins with FF as
 * it is, without a frame; where file data is due, a text is the data.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/flow/flow_state.h"
#include "engine/xml/tables.h"
#include "engine/xml/xml.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/pack.h"
#include "tests/lib/replay.h"

#define ACTIONS_MAX 200000
#define IMAGE_BYTES 0x3001
#define LOG	    0xFE
#define RAW	    0xFF

static struct pack pack;
static struct flow flow;
static uint8_t image[IMAGE_BYTES];
static struct wire_sums sums;
static uint64_t sunk;

/* What the agent has sent and the host has not taken. */
static struct {
	uint8_t bytes[0x20000];
	size_t from, to;
} sent;

static enum verdict sink(struct flow *f, uint64_t at, struct slice bytes)
{
	must(at == sunk && bytes.n > 0 && at + bytes.n <= f->io.length);
	sunk += bytes.n;
	return bytes.p[0] == 0xEE ? STEP_LEAVE : STEP_NEXT;
}

static void begin(uint8_t choice, struct flow_plan *plan, struct flow_action *a)
{
	static const struct step *const verbs[] = {
		xml_start,  xml_survey, xml_write,  xml_download, xml_read,    xml_upload,
		xml_format, xml_end,	xml_switch, xml_unlock,	  xml_memtest,
	};
	static const struct flow_keys keys = {
		.da_sla = {(const uint8_t *)"policy", 6},
	};
	uint8_t verb = choice % (sizeof verbs / sizeof verbs[0]);

	memset(&flow, 0, sizeof flow);
	plan->operation = (enum flow_operation)(choice / 16 % FLOW_OPERATIONS);
	plan->keys = choice & 0x80 ? &keys : NULL;
	flow.report.facts.storage.kind = STORAGE_EMMC;
	flow.report.facts.storage.block = 512;
	flow.io.region = REGION_USER;
	flow.io.name = "lk";
	flow.io.image = (struct slice){image, sizeof image};
	flow.io.sums = &sums;
	flow.io.length = sizeof image;
	flow.io.sink = sink;
	flow.io.end = choice & 0x40 ? FLOW_END_META : FLOW_END_REBOOT;
	sunk = 0;
	sent.from = sent.to = 0;
	replay_verb(&flow, plan, verbs[verb], a);
	flow.verbs = &xml_verbs;
	flow.da2 = pack.da2;
	flow.da2_addr = 0x40000000;
}

/* The next text of the input joins what was sent; false when there is none. */
static bool send_text(struct slice *in)
{
	const uint8_t *end = in->n ? memchr(in->p, '\0', in->n) : NULL;
	size_t n = end ? (size_t)(end - in->p) : in->n;
	bool raw = n && in->p[0] == RAW;

	if (!in->n || n + 16 > sizeof sent.bytes - sent.to)
		return false;
	if (!raw) {
		put_le32(sent.bytes + sent.to, 0xFEEEEEEF);
		put_le32(sent.bytes + sent.to + 4, n && in->p[0] == LOG ? 2 : 1);
		put_le32(sent.bytes + sent.to + 8, (uint32_t)n + 1);
		sent.to += 12;
	}
	memcpy(sent.bytes + sent.to, in->p + raw, n - raw);
	sent.to += n - raw;
	if (!raw)
		sent.bytes[sent.to++] = 0;
	n += end != NULL;
	in->p += n;
	in->n -= n;
	return true;
}

static struct slice take(size_t want, struct slice *in)
{
	struct slice rx;

	if (sent.from == sent.to)
		sent.from = sent.to = 0;
	while (sent.to - sent.from < want && send_text(in))
		continue;
	rx = (struct slice){sent.bytes + sent.from, sent.to - sent.from};
	if (rx.n > want)
		rx.n = want;
	sent.from += rx.n;
	return rx;
}

static void check_action(const struct flow_action *a)
{
	must(a->rx_want <= FLOW_RX_MAX && a->tx_count <= FLOW_TX_MAX);
	must(a->what != FLOW_EXCHANGE || a->ms > 0);
	for (unsigned i = 0; i < a->tx_count; i++)
		must(a->tx[i].n > 0 && a->tx[i].p != NULL);
}

/* What holds at the end of any verb, whatever the agent said. */
static void check_end(void)
{
	must(flow.report.result != FLOW_RUNNING);
	must((flow.report.result == FLOW_PASSED) == (flow.report.fault.family == FAULT_NONE));
	must(flow.report.bytes_written <= sizeof image);
	must(flow.report.parts[0].bytes == flow.report.bytes_written);
	must(flow.table_bytes <= sizeof flow.table);
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
		check_action(&a);
		must(++actions < ACTIONS_MAX);
		e.seq = a.seq;
		e.rx = take(a.what == FLOW_EXCHANGE ? a.rx_want : 0, &in);
		e.kind = e.rx.n == a.rx_want ? FLOW_REPLY : FLOW_TIMEOUT;
		if (a.what == FLOW_REATTACH)
			e.kind = in.n % 2 ? FLOW_BACK : FLOW_GONE;
		e.now_ms += a.ms;
		flow_step(&flow, &e, &a);
	}
	check_end();
	return 0;
}
