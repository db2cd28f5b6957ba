/*
 * read: a range to io.sink (da-legacy.md 5.2, 5.6); NAND pages are read by nand_read.c.
 *
 * The sum comes behind its packet, so a packet is small enough to be received whole, and the sink
 * sees no byte that was not checked. A READ can not be stopped: one that nobody wants any more is
 * drained, which is why long ranges are read in pieces of PIECE bytes.
 */
#include "engine/base/bytes.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define ANSWER_MS  10000
#define PACKET_MS  30000
#define PIECE	   0x1000000u
#define TRIES	   3
#define SUM_BYTES  2
#define OS_WINDOWS 0x0B /* whole packets; the other choice gives 1 KiB transfers */

static enum verdict ask_part(struct flow *f, struct flow_action *a)
{
	if (lg_on_nand(f))
		return STEP_LEAVE;
	lg_op(f, a, OP_SWITCH_PART);
	return lg_want(f, 1);
}

static enum verdict ask_part_number(struct flow *f, struct flow_action *a)
{
	lg_u8(f, a, lg_part(f->io.region));
	return lg_want(f, 1);
}

const struct step legacy_switch_part[] = {
	{"", ANSWER_MS, ask_part, lg_ack, NULL},
	{"", ANSWER_MS, ask_part_number, lg_done, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

/* Length of the command in work: what is left of the range, within bounds. */
static uint64_t piece_bytes(const struct flow *f)
{
	uint64_t left = f->io.length - f->legacy.chunk;

	return left < PIECE ? left : PIECE;
}

static enum verdict ask_range(struct flow *f, struct flow_action *a)
{
	uint8_t block[19] = {OP_READ, OS_WINDOWS, lg_storage(f)};

	lg_put64(block + 3, f->io.address + f->legacy.chunk);
	lg_put64(block + 11, piece_bytes(f));
	f->agent_idle = false;
	f->legacy.within = 0;
	f->legacy.packet = 0;
	f->legacy.resend = false;
	tx_copy(f, a, block, sizeof block);
	return lg_want(f, 1);
}

static uint64_t packet_bytes(const struct flow *f)
{
	uint64_t left = piece_bytes(f) - f->legacy.within;

	return left < f->report.facts.read_packet ? left : f->report.facts.read_packet;
}

static enum verdict ask_packet(struct flow *f, struct flow_action *a)
{
	struct legacy_state *l = &f->legacy;

	if (l->resend)
		lg_u8(f, a, LG_NACK);
	else if (l->packet)
		lg_u8(f, a, LG_ACK);
	else
		lg_u32(f, a, f->report.facts.read_packet);
	if (!l->resend)
		l->tries = 0;
	l->packet = packet_bytes(f);
	return lg_want(f, (size_t)l->packet + SUM_BYTES);
}

/* A packet that never comes right is noted, and the rest read away. */
static void give_up(struct flow *f, uint16_t sum, uint16_t sent)
{
	step_fail(f, FAULT_FLASHTOOL, LG_READBACK_FAIL,
		  "a packet at 0x%llX came %d times with a wrong sum: its bytes give %04X, the "
		  "agent says %04X",
		  (unsigned long long)(f->io.address + f->io.done), TRIES + 1, sum, sent);
	f->io.stop = true;
}

static enum verdict got_packet(struct flow *f, struct slice rx)
{
	struct legacy_state *l = &f->legacy;
	struct slice data = {rx.p, (size_t)l->packet};

	if (rx.n < f->want)
		return STEP_MORE;
	l->resend = !f->io.stop && lg_sum(data) != get_be16(rx.p + data.n);
	if (l->resend && ++l->tries <= TRIES)
		return STEP_AGAIN;
	if (l->resend)
		give_up(f, lg_sum(data), get_be16(rx.p + data.n));
	l->resend = false;
	if (!f->io.stop && f->io.sink(f, f->io.done, data) != STEP_NEXT)
		f->io.stop = true;
	f->io.done += data.n;
	l->within += data.n;
	return l->within < piece_bytes(f) ? STEP_AGAIN : STEP_NEXT;
}

static enum verdict ask_last(struct flow *f, struct flow_action *a)
{
	lg_u8(f, a, LG_ACK);
	f->agent_idle = true;
	return lg_want(f, 0);
}

const struct step legacy_read_emmc[] = {
	{"read range", ANSWER_MS, ask_range, lg_ack, NULL},
	{"read packet", PACKET_MS, ask_packet, got_packet, NULL},
	{"read end", ANSWER_MS, ask_last, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict ask_begin(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->io.done = 0;
	f->io.stop = false;
	f->legacy.chunk = 0;
	f->call = legacy_switch_part;
	return STEP_CALL;
}

static enum verdict ask_piece(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (f->io.stop || f->legacy.chunk == f->io.length)
		return STEP_NEXT;
	f->call = lg_on_nand(f) ? legacy_read_nand : legacy_read_emmc;
	return STEP_CALL;
}

static enum verdict got_piece(struct flow *f, struct slice rx)
{
	(void)rx;
	f->legacy.chunk += piece_bytes(f);
	if (f->report.fault.family != FAULT_NONE)
		return STEP_FAIL;
	return STEP_AGAIN;
}

const struct step legacy_read[] = {
	{"read", 0, ask_begin, NULL, NULL},
	{"read", 0, ask_piece, got_piece, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
