/*
 * pipe: exchanges with one open device: bytes out, so many bytes in, or silence.
 *
 * Out: each slice is cut into transfers of the size the budget allows, several under way, read from
 * where the slice points (mapped images are never copied). In: two reads are always posted, what
 * arrives is kept in a buffer, and what an exchange did not ask for stays for the next.
 *
 * A read ends early only by a short packet, and devices send no zero-length packet after an answer
 * that fills its last packet (protocol/brom.md section 3). So a read is never longer than what the
 * exchange still wants, rounded up to a packet; beyond that only single packets are posted ahead.
 *
 * Endings of an exchange: `replied`; `silent` when nothing moved for the given time; `broken` when
 * USB said no. Before `silent`, `broken` and `stopped` all of our writes are off the bus, so memory
 * lent in slices may be changed again.
 */
#ifndef STATION_USB_PIPE_H
#define STATION_USB_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "engine/base/slice.h"
#include "engine/flow/flow.h"
#include "station/usb/budget.h"
#include "station/usb/usb.h"

#define USB_PIPE_OUT_MAX  8
#define USB_PIPE_IN_COUNT 2
#define USB_PIPE_IN_BYTES (32u << 10)
#define USB_PIPE_RX_BYTES (FLOW_RX_MAX + 2 * USB_PIPE_IN_BYTES)

struct usb_pipe_events {
	/* `rx`: exactly what was wanted; valid during the call. */
	void (*replied)(void *context, struct slice rx);
	/* `rx`: what did arrive (at most FLOW_RX_MAX bytes), now taken out of the buffer. */
	void (*silent)(void *context, struct slice rx);
	void (*broken)(void *context, enum usb_status status);
	void (*stopped)(void *context); /* answers usb_pipe_stop */
	void *context;
};

enum usb_pipe_ending { USB_PIPE_NONE, USB_PIPE_SILENT, USB_PIPE_STOPPED, USB_PIPE_BROKEN };

struct usb_pipe {
	struct usb_device *device; /* NULL: closed */
	struct usb_budget *budget;
	struct usb_pipe_events events;
	uv_timer_t silence;

	bool exchanging;
	enum usb_pipe_ending ending; /* waiting for writes to come off the bus */
	bool starting; /* inside usb_pipe_exchange: endings are reported from the timer */
	bool closing;
	enum usb_status failed; /* USB_OK: the device is usable */
	uint32_t silence_ms;
	uint64_t moved_ms;   /* loop time of the last byte that moved */
	bool looked_twice;   /* silence is believed after one more turn of the loop */
	uint64_t starved_ms; /* since when the kernel has no memory for us; 0 it has */

	struct slice tx[FLOW_TX_MAX];
	unsigned tx_count, tx_at;
	size_t tx_offset; /* into tx[tx_at] */
	struct usb_transfer out[USB_PIPE_OUT_MAX];
	bool out_flies[USB_PIPE_OUT_MAX];
	unsigned out_flying;

	uint8_t *memory; /* of the reads and of rx; kept from the first open on */
	struct usb_transfer in[USB_PIPE_IN_COUNT];
	bool in_flies[USB_PIPE_IN_COUNT];
	size_t in_posted; /* bytes that the reads under way could bring */
	uint8_t *rx;
	size_t rx_from, rx_have;
	size_t rx_want;

	struct usb_transfer control[2];
	unsigned control_flying;

	struct usb_waiter waiter;
	bool adapter_parts; /* transfers have their adapter's part */
	uint64_t bytes_out, bytes_in;
	usb_closed *closed;
	void *closed_context;
};

void usb_pipe_init(struct usb_pipe *p, uv_loop_t *loop, struct usb_budget *budget,
		   const struct usb_pipe_events *events);
/* Free what the pipe keeps; it must be closed. Its timer is closed, the loop must turn once more.
 */
void usb_pipe_end(struct usb_pipe *p, struct usb *usb);

/* Take over an open device and post the first reads. False when out of memory. */
bool usb_pipe_open(struct usb_pipe *p, struct usb_device *device);
/* Tell a preloader that a tool is there: line coding and line state, answers ignored (brom.md 2.3).
 */
void usb_pipe_greet(struct usb_pipe *p);

/*
 * Send `tx`, then wait for `want` bytes (at most FLOW_RX_MAX). True when nothing was to be sent and
 * the bytes were there already: `rx` then holds them until the next call, and no event follows.
 */
bool usb_pipe_exchange(struct usb_pipe *p, const struct slice *tx, unsigned tx_count, size_t want,
		       uint32_t silence_ms, struct slice *rx);
/* Give up the exchange under way; `stopped` follows, perhaps before the call returns. */
void usb_pipe_stop(struct usb_pipe *p);
/* Cancel everything, close the device; `closed` on the loop, never before the call returns. */
void usb_pipe_close(struct usb_pipe *p, usb_closed *closed, void *context);

#endif
