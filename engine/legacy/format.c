/*
 * format: FORMAT of a range, with progress (da-legacy.md 5.7, 8.4).
 *
 *     D4, range -> allowed, range valid -> (status, percent -> 5A)* -> statistics -> post-process
 *
 * Whatever goes wrong, the post-process byte comes all the same, except behind "forbidden": it is
 * taken, or the next command would read it. NAND agents tell each bad block as they pass it.
 */
#include "engine/base/bytes.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define ANSWER_MS	10000
#define STATUS_MS	60000
#define POST_MS		15000
#define POST_LONG_MS	300000
#define STRAY_MS	2000
#define ERASE_NORMAL	0
#define ADDRESS_LOGICAL 0
#define STATISTICS	28 /* u64 begin, length; u32 blocks, bad, with errors */

enum { STAGE_STATUS, STAGE_PERCENT, STAGE_BROKEN };
enum { STAGE_FIRST, STAGE_MORE };

static enum verdict ask_part(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->io.percent = 0;
	f->io.done = 0;
	f->legacy.packet = 0; /* 1: a percentage waits to be answered */
	f->legacy.error = 0;
	f->legacy.failed = 0;
	f->call = legacy_switch_part;
	return STEP_CALL;
}

static enum verdict ask_range(struct flow *f, struct flow_action *a)
{
	uint8_t block[4 + 16 + 17] = {OP_FORMAT, lg_storage(f), ERASE_NORMAL, 0};
	uint8_t *p = block + 4;

	if (lg_quirks(f)->pc_time)
		p += 16;
	p[0] = ADDRESS_LOGICAL;
	lg_put64(p + 1, f->io.address);
	lg_put64(p + 9, f->io.length);
	f->agent_idle = false;
	tx_copy(f, a, block, (size_t)(p + 17 - block));
	return lg_want(f, 1);
}

/* The second answer is not asked for when the first was an error: go to the stray byte. */
static enum verdict got_check(struct flow *f, struct slice rx)
{
	enum verdict v = lg_status(f, rx);

	return v == STEP_LEAVE ? STEP_NEXT : v;
}

static enum verdict ask_valid(struct flow *f, struct flow_action *a)
{
	(void)a;
	return f->legacy.error ? STEP_NEXT : lg_want(f, 1);
}

static enum verdict ask_progress(struct flow *f, struct flow_action *a)
{
	struct legacy_state *l = &f->legacy;

	if (l->error)
		return STEP_NEXT;
	if (l->packet)
		lg_u8(f, a, LG_ACK);
	l->packet = 0;
	return lg_want(f, 4);
}

static enum verdict got_status(struct flow *f, uint32_t status)
{
	uint32_t code = lg_code(f, status);

	f->legacy.status = status;
	if (status == 0 || code == LG_IN_PROGRESS)
		return lg_more(f, STAGE_PERCENT, 1);
	return lg_more(f, STAGE_BROKEN, 9);
}

/* Of an erase that is not whole: the address, and whether the agent goes on by itself. */
static enum verdict got_broken(struct flow *f, struct slice rx)
{
	struct legacy_state *l = &f->legacy;
	bool bad_block = lg_code(f, l->status) == LG_NAND_BAD_BLOCK;

	if (bad_block)
		f->report.facts.bad_blocks++;
	else if (!l->failed)
		l->failed = l->status;
	if (rx.p[8] == LG_CONT)
		return STEP_AGAIN;
	if (rx.p[8] != LG_STOP)
		return lg_unexpected(f, (struct slice){rx.p + 8, 1}, "69 or 96");
	l->error = l->status;
	return STEP_NEXT;
}

static enum verdict got_progress(struct flow *f, struct slice rx)
{
	struct legacy_state *l = &f->legacy;

	if (l->stage > STAGE_BROKEN)
		return lg_unexpected(f, rx, "");
	if (rx.n < f->want)
		return lg_whole(f, rx);
	if (l->stage == STAGE_STATUS)
		return got_status(f, get_be32(rx.p));
	if (l->stage == STAGE_BROKEN)
		return got_broken(f, rx);
	if (rx.p[0] > f->io.percent)
		f->io.percent = rx.p[0] < 100 ? rx.p[0] : 100;
	l->packet = 1;
	return l->status ? STEP_AGAIN : STEP_NEXT;
}

static enum verdict ask_statistics(struct flow *f, struct flow_action *a)
{
	if (f->legacy.error)
		return STEP_NEXT;
	lg_u8(f, a, LG_ACK);
	return lg_want(f, 1);
}

static enum verdict got_statistics(struct flow *f, struct slice rx)
{
	if (rx.n < f->want)
		return STEP_MORE;
	if (f->legacy.stage == STAGE_MORE) {
		f->report.facts.bad_blocks = get_be32(rx.p + 20);
		return STEP_NEXT;
	}
	return rx.p[0] == LG_ACK ? STEP_NEXT : lg_more(f, STAGE_MORE, STATISTICS);
}

static enum verdict ask_post(struct flow *f, struct flow_action *a)
{
	if (lg_code(f, f->legacy.error) == LG_FORMAT_FORBIDDEN)
		return STEP_NEXT;
	a->ms = f->legacy.error ? STRAY_MS : POST_MS;
	return lg_want(f, 1);
}

static enum verdict got_post(struct flow *f, struct slice rx)
{
	if (rx.n < f->want)
		return STEP_MORE;
	if (f->legacy.stage == STAGE_MORE || rx.p[0] != LG_NACK)
		return STEP_NEXT;
	f->more_ms = POST_LONG_MS;
	return lg_more(f, STAGE_MORE, 1);
}

/* An agent without stray bytes behind its refusals is as good. */
static enum verdict no_post(struct flow *f, struct slice rx)
{
	(void)rx;
	if (f->legacy.error)
		return STEP_NEXT;
	return step_fail(f, FAULT_STATION, 61, "the agent did not end its erase");
}

static enum verdict ask_over(struct flow *f, struct flow_action *a)
{
	struct legacy_state *l = &f->legacy;

	(void)a;
	f->agent_idle = true;
	if (l->error || l->failed)
		return lg_refused(f, l->error ? l->error : l->failed);
	f->io.percent = 100;
	f->io.done = f->io.length;
	return STEP_NEXT;
}

static enum verdict no_progress(struct flow *f, struct slice rx)
{
	(void)rx;
	return step_fail(f, FAULT_STATION, 61, "no progress of the erase at %u %%", f->io.percent);
}

const struct step legacy_format[] = {
	{"format", 0, ask_part, NULL, NULL},
	{"format", ANSWER_MS, ask_range, got_check, NULL},
	{"format range", STATUS_MS, ask_valid, got_check, NULL},
	{"erase", STATUS_MS, ask_progress, got_progress, no_progress},
	{"erase statistics", STATUS_MS, ask_statistics, got_statistics, NULL},
	{"erase end", POST_MS, ask_post, got_post, no_post},
	{"erase end", 0, ask_over, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
