#include "station/port/port.h"

#include <assert.h>
#include <string.h>

#include "station/ledger/times.h"
#include "station/log.h"
#include "station/station.h"

#define TO(state) (1u << PORT_##state)
#define RESULTS	  (TO(PASSED) | TO(FAILED) | TO(REFUSED) | TO(INTERRUPTED))
/* A run may end in any of its states; the end is always recorded first. */
#define END TO(STORING)

static const struct {
	const char *name;
	unsigned to; /* allowed moves */
} states[PORT_STATES] = {
	[PORT_EMPTY] = {"empty", TO(ARRIVED) | TO(HELD)},
	[PORT_ARRIVED] = {"arrived", TO(CONNECTING) | TO(HELD) | TO(EMPTY)},
	[PORT_CONNECTING] = {"connecting", TO(IDENTIFIED) | TO(PREFLIGHT) | END},
	[PORT_IDENTIFIED] = {"identified", TO(PREFLIGHT) | END},
	[PORT_PREFLIGHT] = {"preflight", TO(AGENT) | TO(FINISHING) | END},
	[PORT_AGENT] = {"agent", TO(INSPECT) | TO(FINISHING) | END},
	[PORT_INSPECT] = {"inspect", TO(READING) | TO(TESTING) | TO(WRITING) | TO(VERIFYING) |
					     TO(FINISHING) | END},
	[PORT_READING] = {"reading", TO(WRITING) | TO(FINISHING) | END},
	[PORT_TESTING] = {"testing", TO(FINISHING) | END},
	[PORT_WRITING] = {"writing", TO(VERIFYING) | TO(FINISHING) | END},
	[PORT_VERIFYING] = {"verifying", TO(FINISHING) | END},
	[PORT_FINISHING] = {"finishing", END},
	[PORT_STORING] = {"storing", RESULTS},
	[PORT_PASSED] = {"passed", TO(ARRIVED) | TO(REMOVED)},
	[PORT_FAILED] = {"failed", TO(ARRIVED) | TO(REMOVED)},
	[PORT_REFUSED] = {"refused", TO(ARRIVED) | TO(REMOVED)},
	[PORT_INTERRUPTED] = {"interrupted", TO(ARRIVED) | TO(REMOVED)},
	[PORT_HELD] = {"held", TO(ARRIVED) | TO(EMPTY)},
	[PORT_REMOVED] = {"removed", TO(ARRIVED) | TO(HELD) | TO(EMPTY)},
};

/* Phases of the flow, in its order, and what the slot is called meanwhile. */
static const struct {
	const char *phase;
	enum port_state state;
} phases[] = {
	{"connect", PORT_CONNECTING}, {"identify", PORT_CONNECTING}, {"preflight", PORT_PREFLIGHT},
	{"agent", PORT_AGENT},	      {"inspect", PORT_INSPECT},     {"recover", PORT_WRITING},
	{"backup", PORT_READING},     {"erase", PORT_WRITING},	     {"layout", PORT_WRITING},
	{"restore", PORT_WRITING},    {"write", PORT_WRITING},	     {"verify", PORT_VERIFYING},
	{"identity", PORT_VERIFYING}, {"readback", PORT_READING},    {"memtest", PORT_TESTING},
	{"finish", PORT_FINISHING},
};

const char *port_state_name(enum port_state state)
{
	return states[state].name;
}

bool port_state_is_result(enum port_state state)
{
	return (1u << state) & RESULTS;
}

void port_touch(struct port *p)
{
	p->version = station_touch(p->station);
}

void port_move(struct port *p, enum port_state to)
{
	if (p->state == to)
		return;
	assert(states[p->state].to & (1u << to));
	log_line(LOG_INFO, "slot %s: %s -> %s%s%s", p->label, states[p->state].name,
		 states[to].name, p->fault.family != FAULT_NONE ? ": " : "", p->fault.what);
	p->state = to;
	p->changed_ms = times_now_ms();
	port_touch(p);
}

void port_follow(struct port *p)
{
	const struct flow_report *report = flow_report(&p->run.flow);

	if (p->state < PORT_CONNECTING || p->state > PORT_FINISHING)
		return;
	port_touch(p);
	for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
		if (strcmp(phases[i].phase, report->phase) != 0 || phases[i].state <= p->state)
			continue;
		if (phases[i].state == PORT_WRITING && !report->wrote)
			return; /* it still waits for the journal */
		/* A phase without an exchange can pass between two looks. */
		while (!(states[p->state].to & (1u << phases[i].state)))
			port_move(p, p->state + 1);
		port_move(p, phases[i].state);
		return;
	}
}
