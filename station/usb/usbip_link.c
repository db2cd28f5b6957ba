/*
 * One imported device: a connection of its own, over which URBs go and come.
 *
 *   connecting -> importing -> describing -> configuring -> open -> closing -> freed
 *        |            |            |              |           |         |
 *        +------------+------------+--------------+--failed-->|---------+
 *                                                             +--> lost --(close)--> closing
 *
 * An open that fails frees the link and then says so; nothing is left to be closed.
 * A transfer is over when its answer has come *and* libuv has let go of the bytes we wrote. A
 * connection that ends means that the device has left: everything under way comes back as
 * USB_GONE, then `left` is told. A server that does not answer an unlink is dropped as well.
 */
#include "station/usb/usbip.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "station/usb/descriptor.h"

#define OPEN_WITHIN_MS	 2000
#define UNLINK_WITHIN_MS 3000
#define HEAD_MAX	 (USBIP_REP_BYTES + USBIP_DEVICE_BYTES)

enum link_state {
	LINK_CONNECTING,
	LINK_IMPORTING,
	LINK_DESCRIBING,
	LINK_CONFIGURING,
	LINK_OPEN,
	LINK_LOST,
	LINK_CLOSING,
};

/* The adapter's part of a transfer, and the link's own for enumeration. */
struct usbip_urb {
	struct usbip_urb *next; /* under way on the link */
	struct usbip_link *link;
	struct usb_transfer *transfer; /* NULL: the link's own */
	uint32_t seq, unlink_seq;
	unsigned writing; /* uv_write calls not called back */
	bool answered;
	enum usb_status status;
	uint32_t actual;
	bool in;
	uint8_t *target;
	size_t length;
	uint8_t head[USBIP_URB_BYTES], unlink_head[USBIP_URB_BYTES];
	uv_write_t write, unlink_write;
};

struct usbip_link {
	struct usbip_device *device;
	enum link_state state;
	uv_pipe_t pipe;
	uv_timer_t timer; /* opening, unlinking, and late calls */
	uv_connect_t connect;
	uv_write_t import_write;
	uint8_t import_request[USBIP_REQ_IMPORT_BYTES];
	usb_opened *opened; /* NULL once told */
	void *opened_context;
	enum usb_status open_status;
	usb_closed *closed;
	void *closed_context;
	uint32_t next_seq;
	struct usbip_urb *flying;
	uint8_t head[HEAD_MAX]; /* of the message being read */
	size_t head_have, head_want;
	struct usbip_urb *reading; /* whose payload is being read; NULL: a head */
	size_t reading_have;
	struct usbip_urb enumeration;
	uint8_t descriptor[512];
};

static void lose(struct usbip_link *l);
static void fail_open(struct usbip_link *l, enum usb_status status);

static uint32_t devid(const struct usbip_link *l)
{
	return l->device->busnum << 16 | (l->device->devnum & 0xFFFF);
}

/* ---- transfers ---- */

static void enumerated(struct usbip_link *l, struct usbip_urb *urb);

static void urb_over_if_done(struct usbip_urb *urb)
{
	struct usbip_link *l = urb->link;
	struct usb_transfer *t = urb->transfer;
	struct usbip_urb **at;

	if (urb->writing > 0 || !urb->answered)
		return;
	assert(l);
	at = &l->flying;
	while (*at && *at != urb)
		at = &(*at)->next;
	assert(*at);
	*at = urb->next;
	urb->link = NULL;
	if (!t) {
		enumerated(l, urb);
		return;
	}
	t->actual = urb->actual;
	t->status = urb->status;
	t->done(t);
}

static void urb_written(uv_write_t *write, int status)
{
	struct usbip_urb *urb = write->data;

	(void)status; /* a connection that failed shows in reading, too */
	urb->writing--;
	urb_over_if_done(urb);
}

static bool send_urb(struct usbip_link *l, struct usbip_urb *urb, const struct usbip_submit *what,
		     const uint8_t *source)
{
	uv_buf_t bufs[2] = {
		uv_buf_init((char *)urb->head, USBIP_URB_BYTES),
		uv_buf_init((char *)(uintptr_t)source, what->length),
	};

	urb->seq = what->seq;
	urb->unlink_seq = 0;
	urb->in = what->in;
	urb->length = what->length;
	urb->answered = false;
	urb->actual = 0;
	urb->link = l;
	urb->write.data = urb->unlink_write.data = urb;
	usbip_put_submit(urb->head, what);
	if (uv_write(&urb->write, (uv_stream_t *)&l->pipe, bufs, source && what->length ? 2 : 1,
		     urb_written) < 0)
		return false;
	urb->writing = 1;
	urb->next = l->flying;
	l->flying = urb;
	return true;
}

bool usbip_transfer_init(struct usb *u, struct usb_transfer *t)
{
	struct usbip_urb *urb = calloc(1, sizeof *urb);

	(void)u;
	t->adapter = urb;
	if (!urb)
		return false;
	urb->transfer = t;
	return true;
}

void usbip_transfer_free(struct usb *u, struct usb_transfer *t)
{
	(void)u;
	free(t->adapter);
	t->adapter = NULL;
}

enum usb_status usbip_link_submit(struct usb_device *base, struct usb_transfer *t)
{
	struct usbip_device *d = (struct usbip_device *)base;
	struct usbip_link *l = d->link;
	struct usbip_urb *urb = t->adapter;
	struct usbip_submit s = {.length = (uint32_t)t->length};
	const uint8_t *source = NULL;

	if (!l || l->state != LINK_OPEN)
		return USB_GONE;
	s.seq = l->next_seq++;
	s.devid = devid(l);
	switch (t->direction) {
	case USB_CONTROL_OUT:
		s.setup = t->setup;
		source = t->payload;
		break;
	case USB_BULK_OUT:
		s.endpoint = base->pair.out & 0x0F;
		source = t->source;
		break;
	case USB_BULK_IN:
		s.endpoint = base->pair.in & 0x0F;
		s.in = true;
		urb->target = t->target;
		break;
	}
	return send_urb(l, urb, &s, source) ? USB_OK : USB_GONE;
}

static void unlink_late(uv_timer_t *timer)
{
	lose(timer->data);
}

void usbip_link_cancel(struct usb_device *base, struct usb_transfer *t)
{
	struct usbip_device *d = (struct usbip_device *)base;
	struct usbip_link *l = d->link;
	struct usbip_urb *urb = t->adapter;
	uv_buf_t buf;

	if (!l || l->state != LINK_OPEN || urb->link != l || urb->answered || urb->unlink_seq)
		return;
	urb->unlink_seq = l->next_seq++;
	usbip_put_unlink(urb->unlink_head, urb->unlink_seq, devid(l), urb->seq);
	buf = uv_buf_init((char *)urb->unlink_head, USBIP_URB_BYTES);
	if (uv_write(&urb->unlink_write, (uv_stream_t *)&l->pipe, &buf, 1, urb_written) == 0)
		urb->writing++;
	if (!uv_is_active((uv_handle_t *)&l->timer))
		uv_timer_start(&l->timer, unlink_late, UNLINK_WITHIN_MS, 0);
}

/* ---- reading ---- */

static void answer_urb(struct usbip_urb *urb, enum usb_status status, uint32_t actual)
{
	urb->answered = true;
	urb->status = status;
	urb->actual = actual;
	urb_over_if_done(urb);
}

static struct usbip_urb *find_urb(struct usbip_link *l, const struct usbip_reply *r)
{
	struct usbip_urb *urb = l->flying;

	while (urb && (r->kind == USBIP_RET_SUBMIT ? urb->seq : urb->unlink_seq) != r->seq)
		urb = urb->next;
	return urb;
}

static bool unlinks_wait(const struct usbip_link *l)
{
	for (const struct usbip_urb *urb = l->flying; urb; urb = urb->next)
		if (urb->unlink_seq && !urb->answered)
			return true;
	return false;
}

/* A whole URB head has been read. False when the server breaks the protocol. */
static bool take_urb_head(struct usbip_link *l)
{
	struct usbip_reply r;
	struct usbip_urb *urb;

	usbip_get_reply(&r, l->head);
	l->head_have = 0;
	if (r.kind == USBIP_RET_UNKNOWN)
		return false;
	urb = find_urb(l, &r);
	if (r.kind == USBIP_RET_UNLINK) {
		/* A transfer that had ended before the unlink arrived has been answered already. */
		if (urb && !urb->answered)
			answer_urb(urb, USB_CANCELLED, 0);
		if (l->state == LINK_OPEN && !unlinks_wait(l))
			uv_timer_stop(&l->timer);
		return true;
	}
	if (!urb || urb->answered || r.actual > urb->length)
		return false;
	urb->status = usbip_status(r.status);
	urb->actual = r.actual;
	if (urb->in && r.actual > 0) {
		l->reading = urb;
		l->reading_have = 0;
		return true;
	}
	answer_urb(urb, urb->status, r.actual);
	return true;
}

static void send_describe(struct usbip_link *l)
{
	static const uint8_t get_configuration[8] = {0x80, 6, 0, 2, 0, 0, 0, 2};
	struct usbip_submit s = {
		.seq = l->next_seq++,
		.devid = devid(l),
		.in = true,
		.length = sizeof l->descriptor,
		.setup = get_configuration,
	};

	l->state = LINK_DESCRIBING;
	l->enumeration.target = l->descriptor;
	if (!send_urb(l, &l->enumeration, &s, NULL))
		lose(l);
}

static bool take_import_reply(struct usbip_link *l)
{
	struct usbip_entry e;

	if (l->head_have == USBIP_REP_BYTES) {
		if (!usbip_get_reply_head(l->head, true))
			fail_open(l, USB_BUSY); /* refused: imported by another, or just gone */
		l->head_want = HEAD_MAX;
		return true;
	}
	usbip_get_entry(&e, l->head + USBIP_REP_BYTES);
	if (e.arrival.vid != l->device->base.arrival.vid ||
	    e.arrival.pid != l->device->base.arrival.pid)
		return false; /* it changed between list and import; the next list tells */
	l->device->busnum = e.busnum;
	l->device->devnum = e.devnum;
	l->head_have = 0;
	l->head_want = USBIP_URB_BYTES;
	send_describe(l);
	return true;
}

static void enumerated(struct usbip_link *l, struct usbip_urb *urb)
{
	struct usbip_submit s = {.seq = l->next_seq++, .devid = devid(l)};
	struct usb_pair *pair = &l->device->base.pair;
	struct usb_configuration c;
	usb_opened *opened;
	uint8_t set_configuration[8] = {0x00, 9};

	if (l->state == LINK_LOST || l->state == LINK_CLOSING)
		return;
	if (urb->status != USB_OK) {
		lose(l);
	} else if (l->state == LINK_CONFIGURING) {
		opened = l->opened;
		l->opened = NULL;
		l->state = LINK_OPEN;
		uv_timer_stop(&l->timer);
		opened(l->opened_context, USB_OK);
	} else if (!usb_configuration_parse(&c, l->descriptor, urb->actual) ||
		   !usb_configuration_choose(&c, pair)) {
		fail_open(l, USB_UNFIT);
	} else {
		l->state = LINK_CONFIGURING;
		set_configuration[2] = c.value;
		s.setup = set_configuration;
		if (!send_urb(l, urb, &s, NULL))
			lose(l);
	}
}

static void alloc_read(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct usbip_link *l = handle->data;

	(void)suggested;
	if (l->reading)
		*buf = uv_buf_init((char *)l->reading->target + l->reading_have,
				   l->reading->actual - (uint32_t)l->reading_have);
	else
		*buf = uv_buf_init((char *)l->head + l->head_have,
				   (unsigned)(l->head_want - l->head_have));
}

static bool take_bytes(struct usbip_link *l, size_t n)
{
	struct usbip_urb *urb = l->reading;

	if (urb) {
		l->reading_have += n;
		if (l->reading_have < urb->actual)
			return true;
		l->reading = NULL;
		answer_urb(urb, urb->status, urb->actual);
		return true;
	}
	l->head_have += n;
	if (l->head_have < l->head_want)
		return true;
	return l->state == LINK_IMPORTING ? take_import_reply(l) : take_urb_head(l);
}

static void read_some(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct usbip_link *l = s->data;

	(void)buf;
	if (n < 0 || (n > 0 && !take_bytes(l, (size_t)n)))
		lose(l);
}

/* ---- opening ---- */

static void import_written(uv_write_t *write, int status)
{
	struct usbip_link *l = write->data;

	if (status < 0 && l->state == LINK_IMPORTING)
		lose(l);
}

static void connected(uv_connect_t *connect, int status)
{
	struct usbip_link *l = connect->data;
	uv_buf_t buf = uv_buf_init((char *)l->import_request, USBIP_REQ_IMPORT_BYTES);

	if (l->state != LINK_CONNECTING)
		return;
	if (status < 0) {
		lose(l);
		return;
	}
	l->state = LINK_IMPORTING;
	l->head_want = USBIP_REP_BYTES;
	l->import_write.data = l;
	usbip_put_import_request(l->import_request, l->device->busid);
	if (uv_write(&l->import_write, (uv_stream_t *)&l->pipe, &buf, 1, import_written) < 0 ||
	    uv_read_start((uv_stream_t *)&l->pipe, alloc_read, read_some) < 0)
		lose(l);
}

static void open_late(uv_timer_t *timer)
{
	lose(timer->data);
}

void usbip_link_open(struct usbip_device *d, usb_opened *opened, void *context)
{
	struct usbip_link *l = calloc(1, sizeof *l);
	uv_loop_t *loop = d->base.usb->loop;

	assert(!d->link);
	if (!l) {
		opened(context, USB_NO_MEMORY);
		return;
	}
	d->link = l;
	l->device = d;
	l->opened = opened;
	l->opened_context = context;
	l->next_seq = 1;
	uv_timer_init(loop, &l->timer);
	uv_pipe_init(loop, &l->pipe, 0);
	l->timer.data = l->pipe.data = l->connect.data = l;
	uv_timer_start(&l->timer, open_late, OPEN_WITHIN_MS, 0);
	uv_pipe_connect(&l->connect, &l->pipe, usbip_socket_path(d->base.usb), connected);
}

/* ---- losing and closing ---- */

static void gone_everything(struct usbip_link *l)
{
	l->reading = NULL;
	while (l->flying) {
		struct usbip_urb *urb = l->flying;

		assert(urb->writing == 0); /* libuv calls back before a handle is closed */
		if (!urb->answered)
			answer_urb(urb, USB_GONE, urb->in ? 0 : urb->actual);
		else
			urb_over_if_done(urb);
	}
}

static void lost_pipe_closed(uv_handle_t *handle)
{
	struct usbip_link *l = handle->data;
	struct usbip_device *d = l->device;

	gone_everything(l);
	usbip_device_lost(d);
}

static void timer_closed(uv_handle_t *handle)
{
	struct usbip_link *l = handle->data;
	struct usbip_device *d = l->device;
	usb_closed *closed = l->closed;
	void *closed_context = l->closed_context;
	usb_opened *opened = l->opened;
	void *opened_context = l->opened_context;
	enum usb_status status = l->open_status;

	d->link = NULL;
	free(l);
	if (opened)
		opened(opened_context, status);
	usbip_device_released(d);
	if (closed)
		closed(closed_context);
}

static void pipe_closed(uv_handle_t *handle)
{
	struct usbip_link *l = handle->data;

	gone_everything(l);
	uv_close((uv_handle_t *)&l->timer, timer_closed);
}

/* The connection is of no use any more. */
static void lose(struct usbip_link *l)
{
	if (l->state == LINK_LOST || l->state == LINK_CLOSING)
		return;
	if (l->state != LINK_OPEN) {
		fail_open(l, USB_GONE);
		return;
	}
	l->state = LINK_LOST;
	uv_timer_stop(&l->timer);
	uv_close((uv_handle_t *)&l->pipe, lost_pipe_closed);
}

static void fail_open(struct usbip_link *l, enum usb_status status)
{
	l->state = LINK_CLOSING;
	l->open_status = status;
	uv_timer_stop(&l->timer);
	uv_close((uv_handle_t *)&l->pipe, pipe_closed);
}

void usbip_link_close(struct usbip_device *d, usb_closed *closed, void *context)
{
	struct usbip_link *l = d->link;

	assert(l && l->state != LINK_CLOSING);
	l->closed = closed;
	l->closed_context = context;
	if (l->state == LINK_LOST) {
		l->state = LINK_CLOSING;
		uv_close((uv_handle_t *)&l->timer, timer_closed);
		return;
	}
	l->state = LINK_CLOSING;
	uv_timer_stop(&l->timer);
	uv_close((uv_handle_t *)&l->pipe, pipe_closed);
}
