#include "engine/xflash/frame.h"

#include <string.h>

#include "engine/base/bytes.h"

void frame_reset(struct frame_reader *r)
{
	memset(r, 0, sizeof *r);
}

void frame_head(uint8_t head[FRAME_HEAD], uint32_t length)
{
	put_le32(head, FRAME_MAGIC);
	put_le32(head + 4, FRAME_FLOW);
	put_le32(head + 8, length);
}

static bool head_complete(const struct frame_reader *r)
{
	return r->head_got == FRAME_HEAD;
}

/* The frame is taken; the next byte begins a header. */
static void next_frame(struct frame_reader *r)
{
	r->head_got = 0;
	r->left = 0;
}

static size_t take_head(struct frame_reader *r, const uint8_t *p, size_t n)
{
	size_t room = FRAME_HEAD - r->head_got;
	size_t take = n < room ? n : room;

	if (take)
		memcpy(r->head + r->head_got, p, take);
	r->head_got += (uint8_t)take;
	if (!head_complete(r))
		return take;
	r->type = get_le32(r->head + 4);
	r->length = get_le32(r->head + 8);
	r->left = r->length;
	r->got = 0;
	return take;
}

static size_t take_body(struct frame_reader *r, const uint8_t *p, size_t n)
{
	size_t take = n < r->left ? n : r->left;

	if (r->type != FRAME_LOG && take) {
		memcpy(r->body + r->got, p, take);
		r->got += (uint32_t)take;
	}
	r->left -= (uint32_t)take;
	return take;
}

/* Look at bytes until a frame (or, `open`, a flow header) is complete; `used` says how many. */
static enum frame_result look(struct frame_reader *r, const uint8_t *p, size_t n, bool open,
			      size_t *used)
{
	*used = 0;
	for (;;) {
		if (!head_complete(r))
			*used += take_head(r, p + *used, n - *used);
		if (!head_complete(r))
			return FRAME_MORE;
		if (get_le32(r->head) != FRAME_MAGIC)
			return FRAME_BAD;
		if (r->type == FRAME_LOG && r->length > FRAME_LOG_MAX)
			return FRAME_BAD;
		if (r->type != FRAME_LOG && open)
			return FRAME_DATA;
		if (r->type != FRAME_LOG && r->length > FRAME_BODY_MAX)
			return FRAME_BAD;
		*used += take_body(r, p + *used, n - *used);
		if (r->left)
			return FRAME_MORE;
		next_frame(r);
		if (r->type != FRAME_LOG)
			return FRAME_WHOLE;
	}
}

static void drop_hold(struct frame_reader *r, size_t n)
{
	memmove(r->hold, r->hold + n, r->held - n);
	r->held -= (uint8_t)n;
}

static enum frame_result take(struct frame_reader *r, struct slice rx, bool open)
{
	static const uint8_t none;
	size_t used;
	enum frame_result result = look(r, r->hold, r->held, open, &used);

	drop_hold(r, used);
	used = 0;
	if (!rx.n)
		rx.p = &none; /* NULL is not even added 0 to */
	if (result == FRAME_MORE)
		result = look(r, rx.p, rx.n, open, &used);
	if (rx.n - used > sizeof r->hold - r->held)
		return FRAME_BAD; /* more than anyone asked for */
	if (rx.n > used)
		memcpy(r->hold + r->held, rx.p + used, rx.n - used);
	r->held += (uint8_t)(rx.n - used);
	return result;
}

enum frame_result frame_take(struct frame_reader *r, struct slice rx)
{
	return take(r, rx, false);
}

enum frame_result frame_open(struct frame_reader *r, struct slice rx)
{
	return take(r, rx, true);
}

struct slice frame_data(struct frame_reader *r, struct slice *rx)
{
	struct slice piece = {NULL, 0};

	if (r->held && r->left) {
		size_t n = r->held < r->left ? r->held : r->left;

		memcpy(r->body, r->hold, n);
		drop_hold(r, n);
		piece = (struct slice){r->body, n};
	} else if (rx->n && r->left) {
		piece.p = rx->p;
		piece.n = rx->n < r->left ? rx->n : r->left;
		rx->p += piece.n;
		rx->n -= piece.n;
	}
	r->left -= (uint32_t)piece.n;
	if (!r->left)
		next_frame(r);
	return piece;
}

size_t frame_need(const struct frame_reader *r)
{
	if (!head_complete(r))
		return (size_t)FRAME_HEAD - r->head_got;
	return r->left ? r->left : 1;
}
