#include "tests/rack/rx.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void rx_init(struct rx *rx, void *ctx)
{
	memset(rx, 0, sizeof *rx);
	rx->ctx = ctx;
	rx->packet = 512;
	urb_list_init(&rx->urbs);
}

void rx_reset(struct rx *rx, enum rx_way way)
{
	rx->way = way;
	rx->ring_n = 0;
	rx->fifo_n = 0;
	rx_stop(rx);
}

static void start(struct rx *rx, void *into, size_t n, rx_sink *sink, rx_done *done)
{
	rx->reading = true;
	rx->into = into;
	rx->want = n;
	rx->got = 0;
	rx->sink = sink;
	rx->done = done;
	rx_pump(rx);
}

void rx_read(struct rx *rx, void *into, size_t n, rx_done *done)
{
	start(rx, into, n, NULL, done);
}

void rx_read_through(struct rx *rx, size_t n, rx_sink *sink, rx_done *done)
{
	start(rx, NULL, n, sink, done);
}

void rx_stop(struct rx *rx)
{
	rx->reading = false;
	rx->into = NULL;
	rx->sink = NULL;
	rx->done = NULL;
	rx->want = rx->got = 0;
}

static void accept(struct rx *rx, const uint8_t *bytes, size_t n)
{
	if (rx->into)
		memcpy(rx->into + rx->got, bytes, n);
	rx->got += n;
	if (rx->sink)
		rx->sink(rx->ctx, bytes, n);
}

static void ring_drop(struct rx *rx, size_t n)
{
	rx->ring_n -= n;
	memmove(rx->ring, rx->ring + n, rx->ring_n);
}

size_t rx_peek_take(struct rx *rx, uint8_t *into, size_t n)
{
	n = least(n, rx->ring_n);
	memcpy(into, rx->ring, n);
	ring_drop(rx, n);
	if (n)
		rx_pump(rx);
	return n;
}

static bool is_short_read(const struct rx *rx)
{
	return rx->way == RX_STREAM || rx->want <= RX_SHORT_READ;
}

/* One packet (or, for a long read, a run of packets) out of the first urb. */
static size_t packet_at(const struct rx *rx, const struct urb *urb)
{
	return least(rx->packet, urb->length - urb->actual);
}

static bool take_direct(struct rx *rx, struct urb *urb)
{
	size_t left = rx->want - rx->got, rest = urb->length - urb->actual;
	size_t n = least(left, rest), surplus = 0;
	const uint8_t *bytes = urb->data + urb->actual;

	if (rx->way == RX_AGENT && n < rest) {
		/* The driver reads the packet's first bytes; the rest of that packet is gone. */
		size_t in_last = n % rx->packet;

		surplus = in_last ? least(rest - n, rx->packet - in_last) : 0;
		rx->lost += surplus;
	}
	urb->actual += (uint32_t)(n + surplus);
	accept(rx, bytes, n);
	return true;
}

static bool take_packet(struct rx *rx, struct urb *urb)
{
	size_t n = packet_at(rx, urb);
	const uint8_t *bytes = urb->data + urb->actual;

	if (rx->way == RX_AGENT && !rx->reading) {
		if (rx->fifo_n)
			return false;
		memcpy(rx->fifo, bytes, n);
		rx->fifo_n = n;
	} else {
		if (rx->ring_n + n > sizeof rx->ring)
			return false;
		memcpy(rx->ring + rx->ring_n, bytes, n);
		rx->ring_n += n;
	}
	urb->actual += (uint32_t)n;
	return true;
}

static void take_fifo(struct rx *rx)
{
	size_t n = rx->fifo_n;

	rx->fifo_n = 0;
	if (is_short_read(rx)) {
		memcpy(rx->ring + rx->ring_n, rx->fifo, n);
		rx->ring_n += n;
		return;
	}
	if (n > rx->want - rx->got) {
		rx->lost += n - (rx->want - rx->got);
		n = rx->want - rx->got;
	}
	accept(rx, rx->fifo, n);
}

/* One step; false when nothing can move. */
static bool step(struct rx *rx)
{
	struct urb *urb = rx->urbs.head;

	if (urb && urb->length && urb->actual == urb->length) {
		urb_finish(urb_list_pop(&rx->urbs), 0);
		return true;
	}
	if (rx->reading && rx->got == rx->want) {
		rx_done *done = rx->done;

		rx_stop(rx);
		done(rx->ctx);
		return true;
	}
	if (rx->reading && rx->ring_n && is_short_read(rx)) {
		size_t n = least(rx->ring_n, rx->want - rx->got);

		accept(rx, rx->ring, n);
		ring_drop(rx, n);
		return true;
	}
	if (rx->reading && rx->fifo_n && rx->ring_n + rx->fifo_n <= sizeof rx->ring) {
		take_fifo(rx);
		return true;
	}
	if (!urb || rx->frozen || (rx->gate && !rx->gate(rx->ctx, urb)))
		return false;
	if (!urb->length) { /* a zero-length packet carries nothing and ends nothing */
		urb_finish(urb_list_pop(&rx->urbs), 0);
		return true;
	}
	if (rx->reading && (!is_short_read(rx) || (rx->way == RX_STREAM && !rx->ring_n)))
		return take_direct(rx, urb);
	return take_packet(rx, urb);
}

void rx_pump(struct rx *rx)
{
	if (rx->pumping) {
		rx->again = true;
		return;
	}
	rx->pumping = true;
	do {
		rx->again = false;
		while (step(rx))
			;
	} while (rx->again);
	rx->pumping = false;
}
