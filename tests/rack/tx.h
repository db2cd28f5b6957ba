/*
 * tx: bytes a device has written to its bulk IN endpoint and the host has not taken yet.
 *
 * Every write of the firmware is one chunk; a chunk leaves in packets of `packet` bytes, so packet
 * borders are those of the real firmware: a field of the boot ROM is one short packet, a status
 * frame of an agent sixteen packets of one byte (da-xflash.md section 1).
 */
#ifndef RACK_TX_H
#define RACK_TX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/rack/urb.h"

struct tx_chunk;

struct tx {
	struct tx_chunk *head;
	struct tx_chunk **tail;
	size_t bytes;	 /* queued */
	uint16_t packet; /* wMaxPacketSize of the endpoint */
	bool join;	 /* merge neighbouring short writes into one packet */
	bool split;	 /* every byte in its own packet */
};

void tx_init(struct tx *tx);
void tx_drop(struct tx *tx);

/* Queue a copy of `n` bytes, cut into packets of `packet` bytes (0: the endpoint's own size). */
void tx_put(struct tx *tx, const void *bytes, size_t n, uint16_t packet);
/*
 * The same for a driver that gathers in its own buffer while the endpoint is busy: joins the last
 * chunk, unless that one is in the endpoint already.
 */
void tx_put_behind(struct tx *tx, const void *bytes, size_t n);
/* Queue malloc'ed memory without a copy; tx frees it. */
void tx_give(struct tx *tx, uint8_t *bytes, size_t n);
void tx_zlp(struct tx *tx); /* a zero-length packet */
/* Give back bytes of an IN urb that the host withdrew half-filled. */
void tx_unget(struct tx *tx, const uint8_t *bytes, size_t n);

/*
 * Move queued packets into `urb` until it is complete: filled, or ended by a short packet, or
 * overrun by a packet larger than the space left (-EOVERFLOW, as a host controller reports).
 * True when complete; urb->status is then set.
 */
bool tx_fill(struct tx *tx, struct urb *urb);

#endif
