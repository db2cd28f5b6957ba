/*
 * nand_read: READPAGE, main areas of good blocks in logical order (da-legacy.md 5.10).
 *
 *     DF, range -> 5A, page, spare, unit -> pages a packet -> total -> (5A, pages, sum -> 5A)*
 *
 * Ranges are read in whole pages. A packet that is not wanted any more is answered with 96, which
 * ends the command.
 */
#include "engine/base/bytes.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define ANSWER_MS	10000
#define PACKET_MS	30000
#define PIECE		0x1000000u
#define TRIES		3
#define SUM_BYTES	2
#define MAIN_ONLY	0
#define ADDRESS_LOGICAL 0
#define CONTAINER_NONE	0
#define GEOMETRY	12
#define STAGE_GEOMETRY	1

enum { STAGE_FIRST, STAGE_STATUS, STAGE_PAGES };

static uint64_t piece_bytes(const struct flow *f)
{
	uint64_t left = f->io.length - f->legacy.chunk;

	return left < PIECE ? left : PIECE;
}

static enum verdict ask_range(struct flow *f, struct flow_action *a)
{
	uint8_t block[23] = {OP_READ_PAGE, MAIN_ONLY, ADDRESS_LOGICAL};

	lg_put64(block + 3, f->io.address + f->legacy.chunk);
	lg_put64(block + 11, piece_bytes(f));
	put_be32(block + 19, CONTAINER_NONE);
	f->agent_idle = false;
	f->legacy.within = 0;
	f->legacy.tries = 0;
	f->legacy.error = 0;
	tx_copy(f, a, block, sizeof block);
	return lg_want(f, 1);
}

static enum verdict got_range(struct flow *f, struct slice rx)
{
	enum verdict v;

	if (f->legacy.stage != STAGE_GEOMETRY) {
		v = lg_ack(f, rx);
		return v == STEP_NEXT ? lg_more(f, STAGE_GEOMETRY, GEOMETRY) : v;
	}
	if (rx.n < f->want)
		return STEP_MORE;
	f->legacy.nand_unit = get_be32(rx.p + 8);
	if (!f->legacy.nand_unit || f->legacy.nand_unit > FLOW_RX_MAX - SUM_BYTES)
		return step_fail(f, FAULT_FLASHTOOL, LG_PROTOCOL, "pages of %u bytes are told",
				 f->legacy.nand_unit);
	return STEP_NEXT;
}

static uint32_t pages_in_packet(const struct flow *f)
{
	return f->report.facts.read_packet / f->legacy.nand_unit
		       ? f->report.facts.read_packet / f->legacy.nand_unit
		       : 1;
}

static enum verdict ask_total(struct flow *f, struct flow_action *a)
{
	lg_u32(f, a, pages_in_packet(f));
	return lg_want(f, 8);
}

/* Whole pages come; what is behind the range is not handed on. */
static enum verdict got_total(struct flow *f, struct slice rx)
{
	uint64_t unit = f->legacy.nand_unit, due = (piece_bytes(f) + unit - 1) / unit * unit;

	if (rx.n < f->want)
		return STEP_MORE;
	f->legacy.total = lg_get64(rx.p);
	if (f->legacy.total != due)
		return step_fail(f, FAULT_FLASHTOOL, LG_PROTOCOL,
				 "%llu bytes of pages were asked for, the agent announces %llu",
				 (unsigned long long)due, (unsigned long long)f->legacy.total);
	return STEP_NEXT;
}

static enum verdict ask_packet(struct flow *f, struct flow_action *a)
{
	struct legacy_state *l = &f->legacy;
	uint64_t most = (uint64_t)pages_in_packet(f) * l->nand_unit, left = l->total - l->within;

	if (l->tries)
		lg_u8(f, a, LG_CONT); /* the same again */
	else if (l->within)
		lg_u8(f, a, LG_ACK);
	l->packet = left < most ? left : most;
	return lg_want(f, 1);
}

static void hand_on(struct flow *f, struct slice data)
{
	uint64_t left = piece_bytes(f) - f->legacy.within;

	f->legacy.within += data.n;
	if (data.n > left)
		data.n = (size_t)left;
	if (f->io.sink(f, f->io.done, data) != STEP_NEXT)
		f->io.stop = true;
	f->io.done += data.n;
}

static enum verdict got_pages(struct flow *f, struct slice rx)
{
	struct legacy_state *l = &f->legacy;
	struct slice data = {rx.p, (size_t)l->packet};
	uint16_t sum = get_be16(rx.p + data.n);

	if (sum != lg_sum(data) && ++l->tries <= TRIES)
		return STEP_AGAIN;
	if (sum != lg_sum(data)) {
		l->error = LG_READBACK_FAIL;
		return STEP_NEXT;
	}
	l->tries = 0;
	hand_on(f, data);
	return f->io.stop || l->within == l->total ? STEP_NEXT : STEP_AGAIN;
}

static enum verdict got_packet(struct flow *f, struct slice rx)
{
	if (f->legacy.stage > STAGE_PAGES)
		return lg_unexpected(f, rx, "");
	if (rx.n < f->want)
		return STEP_MORE;
	if (f->legacy.stage == STAGE_PAGES)
		return got_pages(f, rx);
	if (f->legacy.stage == STAGE_STATUS) {
		f->legacy.error = get_be32(rx.p);
		return STEP_NEXT;
	}
	if (rx.p[0] == LG_NACK)
		return lg_more(f, STAGE_STATUS, 4);
	if (rx.p[0] == LG_ACK)
		return lg_more(f, STAGE_PAGES, (size_t)f->legacy.packet + SUM_BYTES);
	return lg_unexpected(f, rx, "5A");
}

static enum verdict ask_last(struct flow *f, struct flow_action *a)
{
	lg_u8(f, a, f->legacy.within < f->legacy.total ? LG_STOP : LG_ACK);
	return lg_want(f, 0);
}

static enum verdict got_last(struct flow *f, struct slice rx)
{
	(void)rx;
	f->agent_idle = true;
	return f->legacy.error ? lg_refused(f, f->legacy.error) : STEP_NEXT;
}

const struct step legacy_read_nand[] = {
	{"read range", ANSWER_MS, ask_range, got_range, NULL},
	{"read range", ANSWER_MS, ask_total, got_total, NULL},
	{"read packet", PACKET_MS, ask_packet, got_packet, NULL},
	{"read end", ANSWER_MS, ask_last, got_last, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
