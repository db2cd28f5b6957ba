#include "engine/flow/step.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/flow/flow_state.h"

static void where_am_i(const struct flow *f, char *text, size_t room)
{
	snprintf(text, room, "%s: %s", f->report.phase, f->report.step);
}

__attribute__((format(printf, 5, 0))) static void note(struct flow *f, enum fault_family family,
						       uint32_t code, bool refused,
						       const char *format, va_list ap)
{
	char what[sizeof f->report.fault.what];
	char where[sizeof f->report.fault.step];

	if (f->report.fault.family != FAULT_NONE)
		return; /* the first cause is the one to report */
	vsnprintf(what, sizeof what, format, ap);
	where_am_i(f, where, sizeof where);
	/* The agent can not read the unit's own data: then nothing may put it at risk. */
	if (f->reading_own && family != FAULT_STATION) {
		fault_set(&f->report.fault, FAULT_STATION, 50, where, "%s can not be saved: %s",
			  f->report.target, what);
		f->report.fault.refused = !f->report.wrote;
		return;
	}
	fault_set(&f->report.fault, family, code, where, "%s", what);
	f->report.fault.refused = refused;
}

enum verdict step_fail(struct flow *f, enum fault_family family, uint32_t code, const char *format,
		       ...)
{
	va_list ap;

	va_start(ap, format);
	note(f, family, code, false, format, ap);
	va_end(ap);
	return STEP_FAIL;
}

enum verdict step_refuse(struct flow *f, uint32_t code, const char *format, ...)
{
	va_list ap;

	/* After the first write there is nothing left to refuse: it is a failure then. */
	va_start(ap, format);
	note(f, FAULT_STATION, code, !f->report.wrote, format, ap);
	va_end(ap);
	return STEP_FAIL;
}

void tx_copy(struct flow *f, struct flow_action *a, const void *bytes, size_t n)
{
	uint8_t *room = f->out + f->out_bytes;

	if (n > sizeof f->out - f->out_bytes || a->tx_count == FLOW_TX_MAX)
		n = 0; /* cannot happen: tests/fault runs every table to its end */
	memcpy(room, bytes, n);
	f->out_bytes += (uint16_t)n;
	tx_lend(a, (struct slice){room, n});
}

void tx_lend(struct flow_action *a, struct slice bytes)
{
	if (a->tx_count < FLOW_TX_MAX && bytes.n)
		a->tx[a->tx_count++] = bytes;
}

enum verdict save_note(struct flow *f, struct slice bytes)
{
	struct flow_saving *s = &f->saving;

	if (!bytes.n)
		return STEP_NEXT;
	if (s->count == FLOW_TX_MAX)
		return step_fail(f, FAULT_STATION, 90, "an answer in more than %u pieces",
				 FLOW_TX_MAX);
	s->pieces[s->count++] = bytes;
	return STEP_NEXT;
}

enum verdict rx_want(struct flow *f, size_t n)
{
	f->want = n;
	return STEP_ASKED;
}
