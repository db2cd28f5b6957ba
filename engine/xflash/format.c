/*
 * format: FORMAT of a range (da-xflash.md 6.5, 8.4), with the device's own progress.
 *
 * After a failed check the 2019/2020 agents erase all the same and go on reporting: progress is
 * read to its end in any case, then the first error counts. Ranges are the caller's to check.
 */
#include "engine/base/bytes.h"
#include "engine/xflash/command.h"
#include "engine/xflash/status.h"
#include "engine/xflash/tables.h"

enum { STAGE_STATUS, STAGE_PERCENT };

static enum verdict ask_format(struct flow *f, struct flow_action *a)
{
	f->xflash.error = 0;
	f->xflash.packet = 0; /* 1: a percentage waits to be acknowledged */
	f->io.percent = 0;
	return xf_command(f, a, OP_FORMAT);
}

static enum verdict ask_range(struct flow *f, struct flow_action *a)
{
	uint8_t block[XF_RANGE_BYTES];

	xf_range(f, block);
	xf_copy(f, a, block, sizeof block);
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict got_check(struct flow *f, struct slice rx)
{
	enum verdict v = xf_status(f, rx);

	if (v == STEP_NEXT && xflash_failed(f->xflash.status))
		f->xflash.error = f->xflash.status;
	return v;
}

/* The acknowledgement of one percentage goes out with the request for the next. */
static enum verdict ask_progress(struct flow *f, struct flow_action *a)
{
	if (f->xflash.packet)
		xf_u32(f, a, XFLASH_OK);
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict format_over(struct flow *f)
{
	f->agent_idle = true;
	if (f->xflash.error)
		return xf_refused(f, f->xflash.error);
	if (xflash_failed(f->xflash.status))
		return xf_refused(f, f->xflash.status);
	f->io.percent = 100;
	return STEP_LEAVE;
}

static enum verdict got_percent(struct flow *f, struct slice rx)
{
	enum verdict v = xf_frame(f, rx);
	uint32_t percent = f->xflash.in.got >= 4 ? get_le32(f->xflash.in.body) : 0;

	if (v != STEP_NEXT)
		return v;
	if (percent > f->io.percent)
		f->io.percent = percent < 100 ? percent : 100;
	f->xflash.packet = 1;
	return STEP_AGAIN;
}

static enum verdict got_progress(struct flow *f, struct slice rx)
{
	static const struct slice nothing;
	struct xflash_state *x = &f->xflash;
	enum verdict v;

	if (x->stage == STAGE_PERCENT)
		return got_percent(f, rx);
	v = xf_status(f, rx);
	if (v != STEP_NEXT)
		return v;
	if (x->status != XFLASH_CONTINUE)
		return format_over(f);
	x->stage = STAGE_PERCENT;
	return got_percent(f, nothing);
}

/* An agent that ends the command with its check answer has nothing more to say. */
static enum verdict no_progress(struct flow *f, struct slice rx)
{
	(void)rx;
	if (f->xflash.error)
		return xf_refused(f, f->xflash.error);
	return step_fail(f, FAULT_STATION, 61, "no progress of the erase at %u %%", f->io.percent);
}

const struct step xflash_format[] = {
	{"format", 5000, ask_format, xf_ok, NULL},
	{"format range", 5000, ask_range, got_check, NULL},
	{"erase", 60000, ask_progress, got_progress, no_progress},
	{NULL, 0, NULL, NULL, NULL},
};
