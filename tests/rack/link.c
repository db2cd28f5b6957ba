#include "tests/rack/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { IOV_MAX_HERE = 64, TURNS_MAX = 64 };

struct link_out {
	struct link_out *next;
	uint8_t header[USBIP_HEADER_BYTES];
	struct urb *urb; /* IN urb whose data follows; owned; may be NULL */
	size_t sent;	 /* of header and data together */
};

static size_t out_bytes(const struct link_out *o)
{
	return sizeof o->header + (o->urb ? o->urb->actual : 0);
}

static struct link_out *push(struct link *link)
{
	struct link_out *o = calloc(1, sizeof *o);

	if (!o) {
		link->dead = true;
		return NULL;
	}
	*link->out_tail = o;
	link->out_tail = &o->next;
	return o;
}

static void complete(struct urb_owner *owner, struct urb *urb)
{
	struct link *link = (struct link *)owner;
	struct link_out *o = link->dead ? NULL : push(link);

	if (!o) {
		urb_free(urb);
		return;
	}
	usbip_ret_submit_put(o->header, urb->seq, urb->status, urb->actual);
	if (urb->in && urb->actual)
		o->urb = urb;
	else
		urb_free(urb);
}

void link_init(struct link *link, int fd, struct device *device)
{
	memset(link, 0, sizeof *link);
	link->owner.complete = complete;
	link->device = device;
	link->fd = fd;
	link->generation = device->generation;
	link->out_tail = &link->out;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void pop(struct link *link)
{
	struct link_out *o = link->out;

	link->out = o->next;
	if (!link->out)
		link->out_tail = &link->out;
	urb_free(o->urb);
	free(o);
}

void link_close(struct link *link)
{
	link->dead = true;
	while (link->out)
		pop(link);
	urb_free(link->urb);
	link->urb = NULL;
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
}

/* ---- sending ---- */

static size_t gather(const struct link *link, struct iovec *iov)
{
	size_t n = 0;

	for (struct link_out *o = link->out; o && n + 2 <= IOV_MAX_HERE; o = o->next) {
		size_t head = o->sent < sizeof o->header ? o->sent : sizeof o->header;
		size_t body = o->sent - head;

		if (head < sizeof o->header)
			iov[n++] = (struct iovec){o->header + head, sizeof o->header - head};
		if (o->urb)
			iov[n++] = (struct iovec){o->urb->data + body, o->urb->actual - body};
	}
	return n;
}

void link_flush(struct link *link)
{
	struct iovec iov[IOV_MAX_HERE];

	link->waits_to_write = false;
	while (link->out && !link->dead) {
		struct msghdr message = {.msg_iov = iov, .msg_iovlen = gather(link, iov)};
		ssize_t sent = sendmsg(link->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			link->waits_to_write = true;
			return;
		}
		if (sent < 0) {
			link->dead = true;
			return;
		}
		for (size_t left = (size_t)sent; left;) {
			struct link_out *o = link->out;
			size_t rest = out_bytes(o) - o->sent;

			if (left < rest) {
				o->sent += left;
				break;
			}
			left -= rest;
			pop(link);
		}
	}
}

/* ---- receiving ---- */

static void unlink_urb(struct link *link, const struct usbip_command *c, uint64_t now_us)
{
	bool pending = device_unlink(link->device, c->victim, now_us);
	struct link_out *o = push(link);

	if (o)
		usbip_ret_unlink_put(o->header, c->seq, pending ? -ECONNRESET : 0);
}

static void submit(struct link *link, struct urb *urb, uint64_t now_us)
{
	if (link->generation == link->device->generation)
		device_submit(link->device, urb, now_us);
	else
		urb_finish(urb, -ESHUTDOWN);
}

static void got_header(struct link *link, uint64_t now_us)
{
	struct usbip_command c;
	struct urb *urb;

	usbip_command_get(&c, link->header);
	link->header_n = 0;
	if (c.command == CMD_UNLINK) {
		unlink_urb(link, &c, now_us);
		return;
	}
	if (c.command != CMD_SUBMIT || c.length > LINK_TRANSFER_MAX || c.ep > 15 ||
	    (c.packets && c.packets != UINT32_MAX)) {
		fprintf(stderr,
			"flashrack-rack: connection, device %d: no USB/IP request; "
			"closed, use a USB/IP client\n",
			link->device->index);
		link->dead = true;
		return;
	}
	urb = urb_new(&link->owner, c.direction, (uint8_t)c.ep, c.length);
	if (!urb) {
		link->dead = true;
		return;
	}
	urb->seq = c.seq;
	memcpy(urb->setup, c.setup, sizeof urb->setup);
	if (!urb->in && urb->length) {
		link->urb = urb;
		link->payload_n = 0;
	} else {
		submit(link, urb, now_us);
	}
}

/* Spread `n` received bytes over the payload that was open and the header behind it. */
static void take(struct link *link, size_t n, uint64_t now_us)
{
	if (link->urb) {
		size_t rest = link->urb->length - link->payload_n;
		size_t part = n < rest ? n : rest;

		link->payload_n += part;
		n -= part;
		if (link->payload_n == link->urb->length) {
			struct urb *urb = link->urb;

			link->urb = NULL;
			submit(link, urb, now_us);
		}
	}
	link->header_n += n;
	if (link->header_n == USBIP_HEADER_BYTES && !link->dead)
		got_header(link, now_us);
}

void link_readable(struct link *link, uint64_t now_us)
{
	for (int turn = 0; turn < TURNS_MAX && !link->dead; turn++) {
		struct iovec iov[2];
		int n = 0;
		size_t room = 0;
		ssize_t got;

		if (link->urb)
			iov[n++] = (struct iovec){link->urb->data + link->payload_n,
						  link->urb->length - link->payload_n};
		iov[n++] = (struct iovec){link->header + link->header_n,
					  sizeof link->header - link->header_n};
		for (int i = 0; i < n; i++)
			room += iov[i].iov_len;
		got = readv(link->fd, iov, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (got <= 0) {
			link->dead = true;
			break;
		}
		take(link, (size_t)got, now_us);
		if ((size_t)got < room)
			break; /* the socket was empty: do not ask again for nothing */
	}
	if (!link->dead)
		link_flush(link);
}
