/*
 * read: READ_DATA by address and UPLOAD by name (da-xflash.md 6.4, 6.6, 8.3). Chunks go to io.sink
 * as they come, uncopied.
 *
 * Each chunk is a target status and a data frame, answered by the host's acknowledgement; counting
 * bytes says when the last has come, there is no mark. The final status follows the last one. A
 * sink that has seen enough is given no more: the acknowledgement of that chunk then tells the
 * agent.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/xflash/command.h"
#include "engine/xflash/status.h"
#include "engine/xflash/tables.h"

enum { STAGE_STATUS, STAGE_HEAD, STAGE_BYTES };

static void begin_data(struct flow *f)
{
	f->io.done = 0;
	f->io.stop = false;
	f->xflash.error = 0;
	f->xflash.packet = 0;
}

static enum verdict ask_read(struct flow *f, struct flow_action *a)
{
	begin_data(f);
	return xf_command(f, a, OP_READ_DATA);
}

static enum verdict ask_upload(struct flow *f, struct flow_action *a)
{
	begin_data(f);
	f->io.address = 0;
	f->io.length = 0;
	return xf_command(f, a, OP_UPLOAD);
}

static enum verdict ask_name(struct flow *f, struct flow_action *a)
{
	xf_copy(f, a, f->io.name, strlen(f->io.name));
	return xf_expect(f, FRAME_STATUS);
}

/* Agents say nothing at all to a name that is not in their table, and wait for a command. */
static enum verdict no_name(struct flow *f, struct slice rx)
{
	(void)rx;
	f->agent_idle = true;
	return xf_refused(f, XFLASH_NO_PARTITION);
}

static enum verdict ask_size(struct flow *f, struct flow_action *a)
{
	(void)a;
	return xf_expect(f, FRAME_HEAD + 8);
}

static enum verdict got_size(struct flow *f, struct slice rx)
{
	enum verdict v = xf_frame(f, rx);

	if (v != STEP_NEXT)
		return v;
	if (f->xflash.in.got < 8)
		return step_fail(f, FAULT_XFLASH, XFLASH_PROTOCOL_ERROR,
				 "the length of %s takes 8 bytes, the agent sent %u", f->io.name,
				 f->xflash.in.got);
	f->io.length = get_le64(f->xflash.in.body);
	return STEP_NEXT;
}

static enum verdict ask_range(struct flow *f, struct flow_action *a)
{
	uint8_t block[XF_RANGE_BYTES];

	xf_data_range(f, block);
	xf_copy(f, a, block, sizeof block);
	return xf_expect(f, FRAME_STATUS);
}

/* The acknowledgement of the last chunk goes out with the request for what follows it. */
static void acknowledge(struct flow *f, struct flow_action *a)
{
	if (f->xflash.packet)
		xf_u32(f, a, f->io.stop ? XFLASH_ABORT : XFLASH_OK);
}

static enum verdict ask_chunk(struct flow *f, struct flow_action *a)
{
	if (f->io.length == 0)
		return STEP_NEXT; /* an empty partition: only the last status comes */
	acknowledge(f, a);
	return xf_expect(f, FRAME_STATUS + FRAME_HEAD);
}

static enum verdict got_chunk_status(struct flow *f, struct slice rx)
{
	enum verdict v = xf_status(f, rx);

	if (v == STEP_NEXT && xflash_failed(f->xflash.status)) {
		f->xflash.error = f->xflash.status;
		f->xflash.packet = 0; /* no data came: nothing to acknowledge */
		return STEP_LEAVE;
	}
	return v;
}

static enum verdict got_chunk_head(struct flow *f, struct slice rx)
{
	struct xflash_state *x = &f->xflash;

	switch (frame_open(&x->in, rx)) {
	case FRAME_MORE:
		f->want = frame_need(&x->in);
		return STEP_MORE;
	case FRAME_DATA:
		break;
	case FRAME_WHOLE:
	case FRAME_BAD:
		return step_fail(f, FAULT_XFLASH, XFLASH_PROTOCOL_ERROR,
				 "a data frame was due at 0x%llX, the agent sent none",
				 (unsigned long long)(f->io.address + f->io.done));
	}
	if (x->in.length == 0 || x->in.length > f->io.length - f->io.done)
		return step_fail(f, FAULT_XFLASH, XFLASH_PROTOCOL_ERROR,
				 "a data frame of %u bytes came, %llu were left", x->in.length,
				 (unsigned long long)(f->io.length - f->io.done));
	x->packet = x->in.length;
	return STEP_NEXT;
}

static enum verdict got_chunk_bytes(struct flow *f, struct slice rx)
{
	struct xflash_state *x = &f->xflash;
	struct slice piece;

	while ((piece = frame_data(&x->in, &rx)).n) {
		if (!f->io.stop && f->io.sink(f, f->io.done, piece) != STEP_NEXT)
			f->io.stop = true;
		f->io.done += piece.n;
	}
	if (x->in.left) {
		f->want = x->in.left < FLOW_RX_MAX ? x->in.left : FLOW_RX_MAX;
		return STEP_MORE;
	}
	return f->io.done < f->io.length && !f->io.stop ? STEP_AGAIN : STEP_NEXT;
}

static enum verdict got_chunk(struct flow *f, struct slice rx)
{
	static const struct slice nothing;
	struct xflash_state *x = &f->xflash;
	enum verdict v;

	if (x->stage == STAGE_STATUS) {
		v = got_chunk_status(f, rx);
		if (v == STEP_LEAVE)
			return STEP_NEXT;
		if (v != STEP_NEXT)
			return v;
		x->stage = STAGE_HEAD;
		rx = nothing;
	}
	if (x->stage == STAGE_HEAD) {
		v = got_chunk_head(f, rx);
		if (v != STEP_NEXT)
			return v;
		x->stage = STAGE_BYTES;
		rx = nothing;
	}
	return got_chunk_bytes(f, rx);
}

static enum verdict ask_final(struct flow *f, struct flow_action *a)
{
	acknowledge(f, a);
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict got_final(struct flow *f, struct slice rx)
{
	enum verdict v = xf_done(f, rx);

	if (v != STEP_NEXT)
		return v;
	if (f->io.stop)
		return STEP_NEXT; /* the agent repeats our own stop word */
	if (f->xflash.error)
		return xf_refused(f, f->xflash.error);
	if (xflash_failed(f->xflash.status))
		return xf_refused(f, f->xflash.status);
	return STEP_NEXT;
}

const struct step xflash_read[] = {
	{"read data", 5000, ask_read, xf_ok, NULL},
	{"read range", 5000, ask_range, xf_ok, NULL},
	{"read chunk", 30000, ask_chunk, got_chunk, NULL},
	{"read end", 30000, ask_final, got_final, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

const struct step xflash_upload[] = {
	{"upload", 5000, ask_upload, xf_ok, NULL},
	{"upload name", 5000, ask_name, xf_ok, no_name},
	{"upload length", 5000, ask_size, got_size, NULL},
	{"read chunk", 30000, ask_chunk, got_chunk, NULL},
	{"read end", 30000, ask_final, got_final, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
