/*
 * end: reboot by the watchdog, or power off (da-legacy.md 5.9, 8.5). The unit leaves at once, so a
 * broken link or silence behind the order is no fault: whether it went is the next step's.
 */
#include "engine/base/bytes.h"
#include "engine/flow/departure.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define ANSWER_MS   10000
#define LEAVE_MS    10000  /* USB goes first; the reset itself comes 5 s later */
#define RESET_TICKS 0x0140 /* of 15.6 ms */
#define POWER_OFF   0

static enum verdict ask_end(struct flow *f, struct flow_action *a)
{
	uint8_t reset[7] = {OP_WATCHDOG};

	if (!f->io.restart) {
		lg_op(f, a, OP_FINISH);
		return lg_want(f, 1);
	}
	put_be16(reset + 1, RESET_TICKS);
	f->agent_idle = false;
	f->leaving = true;
	tx_copy(f, a, reset, sizeof reset);
	return lg_want(f, 1);
}

static enum verdict got_end(struct flow *f, struct slice rx)
{
	enum verdict v = lg_ack(f, rx);

	if (v == STEP_FAIL)
		f->leaving = false;
	return v;
}

static enum verdict unheard(struct flow *f, struct slice rx)
{
	if (f->leaving)
		return STEP_NEXT;
	return step_fail(f, FAULT_STATION, 61, "no answer to the end of the session (%zu bytes)",
			 rx.n);
}

static enum verdict ask_mode(struct flow *f, struct flow_action *a)
{
	if (f->io.restart)
		return STEP_NEXT;
	lg_u32(f, a, POWER_OFF);
	f->leaving = true;
	return lg_want(f, 1);
}

const struct step legacy_end[] = {
	{"end", ANSWER_MS, ask_end, got_end, unheard},
	{"end mode", ANSWER_MS, ask_mode, got_end, unheard},
	{"leave", LEAVE_MS, departure_ask, departure_stray, departure_missed},
	{NULL, 0, NULL, NULL, NULL},
};
