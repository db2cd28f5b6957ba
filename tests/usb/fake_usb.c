#include "tests/usb/fake_usb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static struct fake_usb *fake_of(struct usb_device *d)
{
	return (struct fake_usb *)d->usb;
}

static bool transfer_init(struct usb *u, struct usb_transfer *t)
{
	(void)u;
	t->adapter = NULL;
	return true;
}

static void transfer_free(struct usb *u, struct usb_transfer *t)
{
	(void)u;
	(void)t;
}

static enum usb_status submit(struct usb_device *d, struct usb_transfer *t)
{
	struct fake_usb *f = fake_of(d);

	if (f->refusal != USB_OK && t->length > f->refuse_above)
		return f->refusal;
	assert_true(f->count < FAKE_FLYING_MAX);
	t->actual = 0;
	f->flying[f->count++] = t;
	if (t->direction == USB_BULK_OUT) {
		f->out_submitted += t->length;
		if (t->length > f->largest_out)
			f->largest_out = t->length;
	}
	return USB_OK;
}

/* Marked only: the test ends it, so that it decides what has moved by then. */
static void cancel(struct usb_device *d, struct usb_transfer *t)
{
	(void)d;
	t->status = USB_CANCELLED;
}

static uv_timer_t close_timer;
static usb_closed *close_call;
static void *close_context;

static void closed_now(uv_timer_t *timer)
{
	struct fake_usb *f = timer->data;

	uv_close((uv_handle_t *)timer, NULL);
	f->closed = true;
	close_call(close_context);
}

static void close_device(struct usb_device *d, usb_closed *closed, void *context)
{
	assert_int_equal(fake_of(d)->count, 0); /* the rule of usb.h */
	close_call = closed;
	close_context = context;
	uv_timer_init(d->usb->loop, &close_timer);
	close_timer.data = d->usb;
	uv_timer_start(&close_timer, closed_now, 0, 0);
}

static const struct usb_adapter adapter = {
	.name = "fake",
	.close = close_device,
	.transfer_init = transfer_init,
	.transfer_free = transfer_free,
	.submit = submit,
	.cancel = cancel,
};

void fake_init(struct fake_usb *f, uv_loop_t *loop, uint16_t packet)
{
	memset(f, 0, sizeof *f);
	f->base.adapter = &adapter;
	f->base.loop = loop;
	f->device.usb = &f->base;
	f->device.pair = (struct usb_pair){
		.data_interface = 0,
		.comm_interface = 1,
		.in = 0x81,
		.out = 0x01,
		.in_packet = packet,
		.out_packet = packet,
	};
}

struct usb_transfer *fake_first(struct fake_usb *f, enum usb_direction direction)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->flying[i]->direction == direction)
			return f->flying[i];
	return NULL;
}

size_t fake_flying(const struct fake_usb *f, enum usb_direction direction)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		n += f->flying[i]->direction == direction;
	return n;
}

void fake_complete(struct fake_usb *f, struct usb_transfer *t, enum usb_status status,
		   size_t actual)
{
	size_t i = 0;

	while (i < f->count && f->flying[i] != t)
		i++;
	assert_true(i < f->count);
	memmove(&f->flying[i], &f->flying[i + 1],
		(f->count - i - 1) * sizeof(struct usb_transfer *));
	f->count--;
	t->status = status;
	t->actual = actual;
	t->done(t);
}

void fake_send(struct fake_usb *f, const void *bytes, size_t n)
{
	const uint8_t *from = bytes;
	size_t packet = f->device.pair.in_packet;

	while (n > 0) {
		struct usb_transfer *t = fake_first(f, USB_BULK_IN);
		size_t piece = n < packet ? n : packet;

		assert_non_null(t);
		assert_true(t->actual + piece <=
			    t->length); /* else the controller reports babble */
		memcpy(t->target + t->actual, from, piece);
		t->actual += piece;
		from += piece;
		n -= piece;
		if (piece < packet || t->actual == t->length)
			fake_complete(f, t, USB_OK, t->actual);
	}
}

void fake_drain(struct fake_usb *f)
{
	struct usb_transfer *t;

	while ((t = fake_first(f, USB_BULK_OUT)))
		fake_complete(f, t, USB_OK, t->length);
}

void fake_vanish(struct fake_usb *f)
{
	f->refusal = USB_GONE;
	f->refuse_above = 0;
	while (f->count > 0)
		fake_complete(f, f->flying[0], USB_GONE, 0);
}
