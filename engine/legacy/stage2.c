/*
 * stage2: the second stage into DRAM, in packets, with its signature (da-legacy.md 3.4).
 *
 * There is one packet more than fit whole, and it may be empty: it is answered all the same. The
 * packets carry no sum. When all are in, the first stage compares their digest with the one it
 * carries and says nothing for ever when it is another.
 */
#include "engine/base/bytes.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define PACKET	   0x1000u
#define ANSWER_MS  10000
#define START_MS   15000
#define WORD_BYTES 4

/* Data about the flash of combo boards, for a log we do not keep. */
static enum verdict ask_combo(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!lg_quirks(f)->combo_words)
		return STEP_NEXT;
	return lg_want(f, lg_quirks(f)->combo_words * (size_t)WORD_BYTES);
}

static enum verdict ask_header(struct flow *f, struct flow_action *a)
{
	f->legacy.sent = 0;
	lg_u32(f, a, f->da2_addr);
	lg_u32(f, a, (uint32_t)f->da2.n);
	lg_u32(f, a, PACKET);
	return lg_want(f, 1);
}

static uint32_t packet_bytes(const struct flow *f)
{
	uint32_t left = (uint32_t)f->da2.n - f->legacy.sent;

	return left < PACKET ? left : PACKET;
}

static enum verdict ask_packet(struct flow *f, struct flow_action *a)
{
	tx_lend(a, (struct slice){f->da2.p + f->legacy.sent, packet_bytes(f)});
	return lg_want(f, 1);
}

static enum verdict got_packet(struct flow *f, struct slice rx)
{
	enum verdict v = lg_plain_ack(f, rx);
	uint32_t n = packet_bytes(f);

	if (v != STEP_NEXT)
		return v;
	f->legacy.sent += n;
	return n == PACKET ? STEP_AGAIN : STEP_NEXT;
}

static enum verdict ask_alive(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, 1);
}

/* Its value differs with the agent's age and is not checked by anybody. */
static enum verdict got_alive(struct flow *f, struct slice rx)
{
	if (f->legacy.stage || (rx.n && rx.p[0] == 'A'))
		return lg_unexpected(f, rx, "5A");
	return rx.n < f->want ? STEP_MORE : STEP_NEXT;
}

static enum verdict no_start(struct flow *f, struct slice rx)
{
	(void)rx;
	return step_fail(f, FAULT_STATION, 36,
			 "the first stage took all %u bytes of the second and did not start it: "
			 "they are not of one agent file, or it is damaged",
			 f->legacy.sent);
}

static enum verdict ask_greet(struct flow *f, struct flow_action *a)
{
	lg_u8(f, a, LG_ACK);
	return lg_want(f, 0);
}

const struct step legacy_stage2[] = {
	{"combo flash", ANSWER_MS, ask_combo, lg_whole, NULL},
	{"second stage", ANSWER_MS, ask_header, lg_plain_ack, NULL},
	{"second stage upload", ANSWER_MS, ask_packet, got_packet, NULL},
	{"second stage start", START_MS, ask_alive, got_alive, no_start},
	{"second stage start", START_MS, ask_greet, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
