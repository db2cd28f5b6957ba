/*
 * frame: XFlash framing (protocol/da-xflash.md section 1), as a stream with no care for transfers.
 *
 * A header of 12 bytes, then `length` bytes. Log frames are dropped wherever they come. Payloads up
 * to FRAME_BODY_MAX are kept; of longer ones the reader hands out the header only, and the caller
 * takes the bytes as they come (frame_data).
 */
#ifndef ENGINE_XFLASH_FRAME_H
#define ENGINE_XFLASH_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

#define FRAME_HEAD     12
#define FRAME_STATUS   (FRAME_HEAD + 4)
#define FRAME_MAGIC    0xFEEEEEEFu
#define FRAME_FLOW     1u
#define FRAME_LOG      2u
#define FRAME_BODY_MAX 256
#define FRAME_HOLD_MAX 64
#define FRAME_LOG_MAX  0x10000u /* no log line is that long: the stream is out of step */

struct frame_reader {
	uint8_t head[FRAME_HEAD];
	uint8_t head_got;
	uint32_t type, length; /* of the frame whose header is complete */
	uint32_t left;	       /* payload bytes still to come */
	uint32_t got;	       /* payload bytes kept */
	uint8_t body[FRAME_BODY_MAX];
	/* Bytes received with an earlier frame, not looked at yet. */
	uint8_t held;
	uint8_t hold[FRAME_HOLD_MAX];
};

enum frame_result {
	FRAME_MORE,  /* receive frame_need() bytes more */
	FRAME_WHOLE, /* body[0..got) is one payload */
	FRAME_DATA,  /* frame_open() only: a flow header is in, `left` bytes follow */
	FRAME_BAD,   /* not a frame, or one that is too long */
};

/* Forget everything, also bytes on hold. */
void frame_reset(struct frame_reader *r);
/* Take received bytes. At most FRAME_HOLD_MAX bytes behind the frame are kept for the next. */
enum frame_result frame_take(struct frame_reader *r, struct slice rx);
/* The same, but done as soon as the header of a flow frame is complete. */
enum frame_result frame_open(struct frame_reader *r, struct slice rx);
/*
 * After frame_open(): payload bytes from hold or `rx`, as one piece; call until it gives n == 0.
 * `from_hold` lives until the next call on `r`.
 */
struct slice frame_data(struct frame_reader *r, struct slice *rx);
/* Bytes that complete the current header or payload; at least 1. */
size_t frame_need(const struct frame_reader *r);

/* Write a flow header for `length` bytes. */
void frame_head(uint8_t head[FRAME_HEAD], uint32_t length);

#endif
