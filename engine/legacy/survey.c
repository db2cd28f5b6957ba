/*
 * survey: link speed, battery, security and bad blocks, as a running second stage tells them
 * (da-legacy.md 5.1, 5.9, 5.10). Storage and memory were in its report.
 *
 * A unit on a full-speed link is asked to come back at high speed first, as 0E8D:2001. The agent
 * keeps its state over that; one that stays slow is worked with all the same.
 */
#include <stdio.h>

#include "engine/base/bytes.h"
#include "engine/flow/usb_return.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define ANSWER_MS	 5000
#define BATTERY_MS	 10000
#define UNHEARD_MS	 2000 /* the unit goes at once: no use waiting longer for its 5A */
#define HIGH_SPEED	 1
#define NO_GAUGE	 0x000000A5u
#define HAS_GAUGE	 0x0000005Au
#define DOWNLOAD_CHECKED 0x0000179Au
#define STAGE_SPEED	 1
#define STAGE_MILLIVOLT	 1
#define PAIR_BYTES	 4

enum { STAGE_COUNT = 1, STAGE_PAIRS };

static enum verdict ask_order(struct flow *f, struct flow_action *a)
{
	lg_op(f, a, OP_SETUP_PORT);
	lg_u8(f, a, HIGH_SPEED);
	f->leaving = true;
	return lg_want(f, 1);
}

static enum verdict got_order(struct flow *f, struct slice rx)
{
	enum verdict v = lg_ack(f, rx);

	if (v != STEP_MORE)
		f->leaving = false;
	return v;
}

/* Its answer went with the link. */
static enum verdict unheard(struct flow *f, struct slice rx)
{
	(void)f;
	(void)rx;
	return STEP_NEXT;
}

static const struct step order_steps[] = {
	{"", UNHEARD_MS, ask_order, got_order, unheard},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict order(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = order_steps;
	return STEP_CALL;
}

static enum verdict ordered(struct flow *f, struct slice rx)
{
	(void)rx;
	f->leaving = false;
	return STEP_NEXT;
}

static enum verdict got_return(struct flow *f, struct slice rx)
{
	(void)rx;
	f->agent_idle = true;
	return STEP_NEXT;
}

static const struct step switch_steps[] = {
	{"usb speed switch", 0, order, ordered, NULL},
	{"usb return", USB_RETURN_MS, usb_return_ask, got_return, usb_return_missed},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict ask_speed(struct flow *f, struct flow_action *a)
{
	lg_op(f, a, OP_CHECK_STATUS);
	return lg_want(f, 1);
}

static enum verdict got_speed(struct flow *f, struct slice rx)
{
	static const char *const names[] = {"full-speed", "high-speed", "ultra-speed"};
	struct device_facts *facts = &f->report.facts;
	enum verdict v;

	if (f->legacy.stage != STAGE_SPEED) {
		v = lg_ack(f, rx);
		return v == STEP_NEXT ? lg_more(f, STAGE_SPEED, 1) : v;
	}
	if (rx.n < f->want)
		return STEP_MORE;
	f->agent_idle = true;
	snprintf(facts->usb_speed_name, sizeof facts->usb_speed_name, "%s",
		 rx.p[0] < 3 ? names[rx.p[0]] : "unknown");
	return STEP_NEXT;
}

static enum verdict ask_switch(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (f->report.facts.usb_speed_name[0] != 'f' || f->legacy.switched_usb)
		return STEP_NEXT;
	f->legacy.switched_usb = true;
	f->call = switch_steps;
	return STEP_CALL;
}

/* 72 is the sync on the new link, too. */
static enum verdict got_switch(struct flow *f, struct slice rx)
{
	(void)f;
	(void)rx;
	return STEP_RESTART;
}

static enum verdict ask_battery(struct flow *f, struct flow_action *a)
{
	lg_op(f, a, OP_BATTERY);
	return lg_want(f, 4);
}

static enum verdict got_battery(struct flow *f, struct slice rx)
{
	enum verdict v = lg_whole(f, rx);

	if (v != STEP_NEXT)
		return v;
	if (f->legacy.stage == STAGE_MILLIVOLT)
		f->report.facts.battery_mv = get_be32(rx.p);
	else if (get_be32(rx.p) == HAS_GAUGE)
		return lg_more(f, STAGE_MILLIVOLT, 4);
	else if (get_be32(rx.p) != NO_GAUGE)
		return step_fail(f, FAULT_FLASHTOOL, LG_PROTOCOL,
				 "0000005A or 000000A5 was due, the agent sent %08X",
				 get_be32(rx.p));
	f->agent_idle = true;
	return STEP_NEXT;
}

/* An agent swallows an opcode it does not know and goes on listening. */
static enum verdict not_known(struct flow *f, struct slice rx)
{
	if (rx.n || f->legacy.stage)
		return step_fail(f, FAULT_STATION, 15, "the answer was cut short: %zu of %zu bytes",
				 rx.n, f->want);
	f->agent_idle = true;
	return STEP_NEXT;
}

static enum verdict ask_security(struct flow *f, struct flow_action *a)
{
	lg_op(f, a, OP_USB_RECHECK);
	lg_u32(f, a, 0);
	return lg_want(f, 4);
}

static enum verdict got_security(struct flow *f, struct slice rx)
{
	enum verdict v = lg_whole(f, rx);

	if (v != STEP_NEXT)
		return v;
	f->report.facts.images_checked = get_be32(rx.p) == DOWNLOAD_CHECKED;
	f->agent_idle = true;
	return STEP_NEXT;
}

static enum verdict ask_bad_blocks(struct flow *f, struct flow_action *a)
{
	if (!lg_on_nand(f))
		return STEP_NEXT;
	lg_op(f, a, OP_READ_BMT);
	return lg_want(f, 1);
}

/* Pairs of block numbers: the bad one, and what stands in for it. */
static enum verdict got_bad_blocks(struct flow *f, struct slice rx)
{
	enum verdict v;

	if (f->legacy.stage > STAGE_PAIRS || f->legacy.stage == 0) {
		v = lg_status(f, rx);
		if (v == STEP_LEAVE) {
			f->agent_idle = true; /* refused: how many there are stays unknown */
			return STEP_NEXT;
		}
		return v == STEP_NEXT ? lg_more(f, STAGE_COUNT, 1) : v;
	}
	if (rx.n < f->want)
		return STEP_MORE;
	if (f->legacy.stage == STAGE_PAIRS)
		return STEP_NEXT;
	f->report.facts.bad_blocks = rx.p[0];
	return rx.p[0] ? lg_more(f, STAGE_PAIRS, rx.p[0] * (size_t)PAIR_BYTES) : STEP_NEXT;
}

static enum verdict ask_bad_blocks_end(struct flow *f, struct flow_action *a)
{
	if (f->agent_idle)
		return STEP_NEXT;
	lg_u8(f, a, LG_ACK);
	f->agent_idle = true;
	return lg_want(f, 0);
}

const struct step legacy_survey[] = {
	{"usb speed", ANSWER_MS, ask_speed, got_speed, NULL},
	{"usb speed switch", 0, ask_switch, got_switch, NULL},
	{"battery", BATTERY_MS, ask_battery, got_battery, not_known},
	{"secure download", ANSWER_MS, ask_security, got_security, not_known},
	{"bad blocks", ANSWER_MS, ask_bad_blocks, got_bad_blocks, not_known},
	{"bad blocks", ANSWER_MS, ask_bad_blocks_end, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
