/*
 * rx: bytes on their way from the host's bulk OUT requests into the firmware of a device.
 *
 * Firmware asks for exactly n bytes and is called back when they are there. A request that nobody
 * reads stays pending, as NAK leaves it on a real bus. Two ways of reading exist:
 *
 *  RX_STREAM  boot ROM and preloader: a byte stream through a receive ring of 1024 bytes that is
 *             filled as packets arrive (brom.md section 3).
 *  RX_AGENT   XFlash agents (da-xflash.md section 1): a read of up to 12 bytes goes through a byte
 *             ring filled by whole packets; a longer read bypasses the ring and takes packets only.
 *             So what follows a header in the same packet is never seen by a long read.
 */
#ifndef RACK_RX_H
#define RACK_RX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/rack/urb.h"

#define RX_RING_BYTES 1024
#define RX_SHORT_READ 12

enum rx_way { RX_STREAM, RX_AGENT };

typedef void rx_sink(void *ctx, const uint8_t *bytes, size_t n);
typedef void rx_done(void *ctx);

struct rx {
	enum rx_way way;
	uint16_t packet; /* wMaxPacketSize */
	void *ctx;	 /* for the callbacks */
	struct urb_list urbs;

	uint8_t ring[RX_RING_BYTES];
	size_t ring_n;
	uint8_t fifo[512]; /* RX_AGENT: the packet the controller holds while nobody reads */
	size_t fifo_n;
	uint64_t lost; /* bytes of packets longer than the read they met; RX_AGENT only */

	/* the read in progress */
	bool reading;
	uint8_t *into; /* or NULL: sink takes the bytes as they come */
	size_t want, got;
	rx_sink *sink;
	rx_done *done;

	bool pumping, again;
	bool frozen; /* no urb moves: fault, or a link that is busy */
	bool (*gate)(void *ctx,
		     struct urb *urb); /* asked before an urb's first byte moves; may be NULL */
};

void rx_init(struct rx *rx, void *ctx);
void rx_reset(struct rx *rx, enum rx_way way); /* forgets ring, fifo and read; keeps the urbs */

void rx_read(struct rx *rx, void *into, size_t n, rx_done *done);
void rx_read_through(struct rx *rx, size_t n, rx_sink *sink, rx_done *done);
void rx_stop(struct rx *rx); /* nobody reads any more */

/* RX_STREAM without a read in progress: take up to `n` bytes that are in the ring now. */
size_t rx_peek_take(struct rx *rx, uint8_t *into, size_t n);

/* Move what can be moved; call after every new urb and every change of state. */
void rx_pump(struct rx *rx);

#endif
