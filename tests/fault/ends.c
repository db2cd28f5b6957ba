#include "tests/fault/ends.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/catalogue/catalogue.h"

#define ACTIONS_MAX 6000    /* 4096 bytes discarded before an agent's first, and room */
#define VIRTUAL_MAX 600000u /* ms until a lost device is given up */

static uint8_t junk[FLOW_RX_MAX], zeros[FLOW_RX_MAX];

const char *lost_name(enum lost kind)
{
	static const char *const names[] = {"silence", "short reply", "garbage",       "zeros",
					    "unplug",  "abort",	      "broken adapter"};

	return names[kind];
}

static void make_junk(void)
{
	uint32_t x = 12345;

	if (junk[0] || junk[1])
		return;
	for (size_t i = 0; i < sizeof junk; i++) {
		x = x * 1664525u + 1013904223u;
		junk[i] = (uint8_t)(x >> 24);
	}
}

/*
 * Codes of our own must be in the catalogue. A device may send words that nobody has listed; legacy
 * agents use the tools' decimal numbers for theirs.
 */
static bool listed(const struct fault *f)
{
	bool ours = f->family == FAULT_STATION || f->family == FAULT_XML;

	return f->family != FAULT_NONE &&
	       (ours ? catalogue_find(f->family, f->code) : catalogue_explain(f));
}

/* What must hold at the end of every run that did not pass. */
void check_end(const struct flow *f, const char *where)
{
	const struct flow_report *r = flow_report(f);

	if (r->result == FLOW_RUNNING || r->result == FLOW_PASSED)
		fail_msg("%s: result %d", where, (int)r->result);
	if (!listed(&r->fault))
		fail_msg("%s: fault %d/0x%X is not in the catalogue", where, (int)r->fault.family,
			 r->fault.code);
	if (!strstr(r->fault.step, ": ") || r->fault.step[strlen(r->fault.step) - 1] == ' ')
		fail_msg("%s: step is \"%s\"", where, r->fault.step);
	if (!r->fault.what[0])
		fail_msg("%s: no sentence", where);
	if (r->result == FLOW_REFUSED && (r->wrote || r->bytes_written || !r->fault.refused))
		fail_msg("%s: refused after writing", where);
	if (r->bytes_done > r->bytes_total)
		fail_msg("%s: %llu of %llu bytes done", where, (unsigned long long)r->bytes_done,
			 (unsigned long long)r->bytes_total);
}

/* The event by which a lost device answers any further action. */
static void lost_event(enum lost kind, const struct flow_action *a, bool first, uint64_t *now,
		       struct flow_event *e)
{
	bool exchange = a->what == FLOW_EXCHANGE;

	*e = (struct flow_event){.seq = a->seq, .kind = FLOW_TIMEOUT};
	if (!exchange && a->what != FLOW_REATTACH && kind != LOST_UNPLUG && kind != LOST_ABORT &&
	    kind != LOST_BROKEN)
		e->kind = FLOW_CONTINUE;
	if (kind == LOST_SHORT && first && exchange)
		e->rx = (struct slice){zeros, a->rx_want / 2};
	if ((kind == LOST_GARBAGE || kind == LOST_ZEROS) && exchange) {
		e->kind = FLOW_REPLY;
		e->rx = (struct slice){kind == LOST_ZEROS ? zeros : junk, a->rx_want};
	}
	if (a->what == FLOW_LOAD)
		e->kind = FLOW_BROKEN; /* it has nothing to give back in these tests */
	if (kind == LOST_UNPLUG)
		e->kind = FLOW_GONE;
	if (kind == LOST_ABORT && first)
		e->kind = FLOW_ABORT;
	if (kind == LOST_BROKEN)
		e->kind = FLOW_BROKEN;
	*now += e->kind == FLOW_TIMEOUT || e->kind == FLOW_CONTINUE ? a->ms : 1;
	e->now_ms = *now;
}

void lose(const struct flow *flow, const struct flow_action *at, enum lost kind, uint64_t now,
	  const char *where)
{
	static struct flow copy;
	struct flow_action a = *at;
	struct flow_event e;
	uint64_t began = now;
	bool leaving = flow->leaving;
	unsigned actions = 0;

	make_junk();
	memcpy(&copy, flow, sizeof copy);
	while (a.what != FLOW_FINISH) {
		lost_event(kind, &a, actions == 0, &now, &e);
		flow_step(&copy, &e, &a);
		if (++actions > ACTIONS_MAX || now - began > VIRTUAL_MAX)
			fail_msg("%s: still at work after %u actions, %llu ms", where, actions,
				 (unsigned long long)(now - began));
	}
	if (leaving && !flow->ending && kind == LOST_UNPLUG &&
	    !strcmp(flow->report.phase, "finish")) {
		assert_int_equal(copy.report.result, FLOW_PASSED); /* that is what it waits for */
		return;
	}
	check_end(&copy, where);
	if (kind == LOST_ABORT && copy.report.result != FLOW_INTERRUPTED)
		fail_msg("%s: result %d", where, (int)copy.report.result);
	if (kind == LOST_UNPLUG && flow->report.wrote && copy.report.fault.code != 60)
		fail_msg("%s: code %u", where, copy.report.fault.code);
	/* Once over, always over. */
	e.seq = a.seq;
	flow_step(&copy, &e, &a);
	assert_int_equal(a.what, FLOW_FINISH);
}
