/*
 * usb_usbip: devices offered in the USB/IP protocol over a unix stream socket: the rack, or any
 * other USB/IP server.
 *
 * USB/IP has no hotplug: the device list is asked for every POLL_MS on a connection of its own. New
 * in the list: arrived. Missing, or there with another number or identity: left. A device that is
 * open and leaves shows at once, because its connection ends; a list that was asked for before that
 * may still name it and is thrown away.
 */
#include "station/usb/usbip.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "station/usb/mode.h"

#define POLL_MS		 50
#define POLL_WITHIN_MS	 2000
#define MISSED_MAX	 2 /* a device being given back may be missing from one list */
#define LIST_DEVICES_MAX 512
#define LIST_BYTES_MAX	 (12 + LIST_DEVICES_MAX * (USBIP_DEVICE_BYTES + 32 * 4))

struct usbip {
	struct usb base;
	char socket_path[112];
	struct usbip_device *devices; /* on the bus, in order of arrival */
	uv_timer_t timer;
	uv_pipe_t pipe; /* of the list */
	uv_connect_t connect;
	uv_write_t write;
	uint8_t request[USBIP_REQ_LIST_BYTES];
	bool asking, stale, stopping;
	uint8_t *list; /* LIST_BYTES_MAX */
	size_t list_have;
	usb_closed *stopped;
	void *stopped_context;
};

static void ask_list(uv_timer_t *timer);

const char *usbip_socket_path(const struct usb *u)
{
	return ((const struct usbip *)u)->socket_path;
}

static struct usbip *usbip_of(struct usbip_device *d)
{
	return (struct usbip *)d->base.usb;
}

static void release_if_unused(struct usbip_device *d)
{
	if (!d->present && !d->link)
		free(d);
}

/* Take a device off the bus and tell. */
static void leave(struct usbip_device *d)
{
	struct usbip *u = usbip_of(d);
	struct usbip_device **at = &u->devices;

	if (!d->present)
		return;
	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	d->present = false;
	u->base.listener.left(u->base.listener.context, &d->base);
}

void usbip_device_lost(struct usbip_device *d)
{
	usbip_of(d)->stale = true;
	leave(d);
}

void usbip_device_released(struct usbip_device *d)
{
	usbip_of(d)->stale = true;
	release_if_unused(d);
}

/* ---- the list ---- */

static struct usbip_device *find_device(struct usbip *u, const char *busid)
{
	struct usbip_device *d = u->devices;

	while (d && strcmp(d->busid, busid) != 0)
		d = d->next;
	return d;
}

/* `classes`: the entry's interfaces, 4 bytes each. */
static enum device_mode mode_of(const struct usbip_entry *e, const uint8_t *classes)
{
	struct usb_class all[16];
	size_t count = 0;

	for (; count < e->interfaces && count < 16; count++)
		all[count] = (struct usb_class){classes[4 * count], classes[4 * count + 1],
						classes[4 * count + 2]};
	return usb_mode(&e->arrival, all, count);
}

static void arrive(struct usbip *u, const struct usbip_entry *e, const uint8_t *classes)
{
	struct usbip_device *d = calloc(1, sizeof *d), **at = &u->devices;

	if (!d)
		return; /* the next list offers it again */
	d->base.usb = &u->base;
	snprintf(d->base.path, sizeof d->base.path, "%s", e->busid);
	d->base.arrival = e->arrival;
	d->base.mode = mode_of(e, classes);
	d->base.seen_ns = uv_hrtime();
	snprintf(d->busid, sizeof d->busid, "%s", e->busid);
	d->busnum = e->busnum;
	d->devnum = e->devnum;
	d->present = d->listed = true;
	while (*at)
		at = &(*at)->next;
	*at = d;
	u->base.listener.arrived(u->base.listener.context, &d->base);
}

static bool same_device(const struct usbip_device *d, const struct usbip_entry *e)
{
	return d->devnum == e->devnum && d->busnum == e->busnum &&
	       d->base.arrival.vid == e->arrival.vid && d->base.arrival.pid == e->arrival.pid;
}

static void take_entry(struct usbip *u, const struct usbip_entry *e, const uint8_t *classes)
{
	struct usbip_device *d = find_device(u, e->busid);

	/* Of one that is open its connection tells what becomes of it. */
	if (d && (d->link || same_device(d, e))) {
		d->listed = true;
		return;
	}
	if (d) {
		leave(d);
		release_if_unused(d);
	}
	arrive(u, e, classes);
}

static void drop_unlisted(struct usbip *u)
{
	struct usbip_device *d, *next;

	for (d = u->devices; d; d = next) {
		next = d->next;
		d->missed = d->listed || d->link ? 0 : d->missed + 1;
		if (d->missed < MISSED_MAX)
			continue;
		leave(d);
		release_if_unused(d);
	}
}

/* Where the entry after the one at `at` begins; 0 when that one is not wholly there. */
static size_t after_entry(const struct usbip *u, size_t at)
{
	size_t next = at + USBIP_DEVICE_BYTES;

	if (next > u->list_have)
		return 0;
	next += (size_t)4 * u->list[next - 1];
	return next <= u->list_have ? next : 0;
}

static bool list_complete(const struct usbip *u)
{
	size_t at = USBIP_REP_BYTES + 4;
	uint32_t count;

	if (u->list_have < at)
		return false;
	count = get_be32(u->list + USBIP_REP_BYTES);
	while (count > 0 && (at = after_entry(u, at)) != 0)
		count--;
	return count == 0;
}

static void take_list(struct usbip *u)
{
	size_t at = USBIP_REP_BYTES + 4;
	uint32_t count = get_be32(u->list + USBIP_REP_BYTES);
	struct usbip_entry e;

	if (!usbip_get_reply_head(u->list, false))
		return;
	for (struct usbip_device *d = u->devices; d; d = d->next)
		d->listed = false;
	while (count-- > 0 && !u->stale) {
		usbip_get_entry(&e, u->list + at);
		take_entry(u, &e, u->list + at + USBIP_DEVICE_BYTES);
		at = after_entry(u, at);
	}
	if (!u->stale)
		drop_unlisted(u);
}

/* ---- asking ---- */

static void tell_stopped(uv_handle_t *handle)
{
	struct usbip *u = handle->data;

	free(u->list);
	u->list = NULL;
	u->stopped(u->stopped_context);
}

static void list_closed(uv_handle_t *handle)
{
	struct usbip *u = handle->data;

	u->asking = false;
	if (u->stopping)
		uv_close((uv_handle_t *)&u->timer, tell_stopped);
	else
		uv_timer_start(&u->timer, ask_list, u->stale ? 1 : POLL_MS, 0);
}

static void end_asking(struct usbip *u)
{
	if (!uv_is_closing((uv_handle_t *)&u->pipe))
		uv_close((uv_handle_t *)&u->pipe, list_closed);
}

static void list_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct usbip *u = handle->data;

	(void)suggested;
	*buf = uv_buf_init((char *)u->list + u->list_have,
			   (unsigned)(LIST_BYTES_MAX - u->list_have));
}

static void list_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct usbip *u = s->data;

	(void)buf;
	if (n > 0)
		u->list_have += (size_t)n;
	if (n >= 0 && !list_complete(u))
		return;
	if (n >= 0 && !u->stopping && !u->stale)
		take_list(u);
	end_asking(u);
}

static void list_written(uv_write_t *write, int status)
{
	struct usbip *u = write->data;

	if (status < 0)
		end_asking(u);
}

/* Nobody listens on the socket: no device that is not open is there any more. */
static void no_server(struct usbip *u)
{
	for (struct usbip_device *d = u->devices; d; d = d->next)
		d->listed = false;
	drop_unlisted(u);
	end_asking(u);
}

static void list_connected(uv_connect_t *connect, int status)
{
	struct usbip *u = connect->data;
	uv_buf_t buf = uv_buf_init((char *)u->request, sizeof u->request);

	if (uv_is_closing((uv_handle_t *)&u->pipe))
		return;
	if (status < 0) {
		no_server(u);
		return;
	}
	usbip_put_list_request(u->request);
	u->write.data = u;
	if (uv_write(&u->write, (uv_stream_t *)&u->pipe, &buf, 1, list_written) < 0 ||
	    uv_read_start((uv_stream_t *)&u->pipe, list_alloc, list_read) < 0)
		end_asking(u);
}

static void list_late(uv_timer_t *timer)
{
	end_asking(timer->data);
}

static void ask_list(uv_timer_t *timer)
{
	struct usbip *u = timer->data;

	u->asking = true;
	u->stale = false;
	u->list_have = 0;
	uv_pipe_init(u->base.loop, &u->pipe, 0);
	u->pipe.data = u->connect.data = u;
	uv_timer_start(timer, list_late, POLL_WITHIN_MS, 0);
	uv_pipe_connect(&u->connect, &u->pipe, u->socket_path, list_connected);
}

/* ---- the adapter ---- */

static int usbip_start(struct usb *base, struct problem *problem)
{
	struct usbip *u = (struct usbip *)base;

	uv_timer_init(base->loop, &u->timer);
	u->timer.data = u;
	u->list = malloc(LIST_BYTES_MAX);
	if (!u->list)
		return problem_set(problem, "usb.attach", "free some memory", "out of memory");
	uv_timer_start(&u->timer, ask_list, 0, 0);
	return 0;
}

static void usbip_stop(struct usb *base, usb_closed *stopped, void *context)
{
	struct usbip *u = (struct usbip *)base;

	u->stopping = true;
	u->stopped = stopped;
	u->stopped_context = context;
	uv_timer_stop(&u->timer);
	while (u->devices) {
		struct usbip_device *d = u->devices;

		assert(!d->link);
		u->devices = d->next;
		free(d);
	}
	if (u->asking)
		end_asking(u);
	else
		uv_close((uv_handle_t *)&u->timer, tell_stopped);
}

static void usbip_open(struct usb_device *d, usb_opened *opened, void *context)
{
	usbip_link_open((struct usbip_device *)d, opened, context);
}

static void usbip_close(struct usb_device *d, usb_closed *closed, void *context)
{
	usbip_link_close((struct usbip_device *)d, closed, context);
}

static const struct usb_adapter usbip_adapter = {
	.name = "usbip",
	.start = usbip_start,
	.stop = usbip_stop,
	.open = usbip_open,
	.close = usbip_close,
	.transfer_init = usbip_transfer_init,
	.transfer_free = usbip_transfer_free,
	.submit = usbip_link_submit,
	.cancel = usbip_link_cancel,
};

struct usb *usb_usbip_make(const char *socket_path)
{
	struct usbip *u = calloc(1, sizeof *u);

	if (!u)
		return NULL;
	u->base.adapter = &usbip_adapter;
	snprintf(u->socket_path, sizeof u->socket_path, "%s", socket_path);
	return &u->base;
}
