#include "tests/rack/usb.h"

#include <errno.h>
#include <string.h>

#include "engine/base/bytes.h"

enum { GET_STATUS = 0, SET_ADDRESS = 5, GET_DESCRIPTOR = 6, GET_CONFIGURATION = 8 };
enum { SET_CONFIGURATION = 9, GET_INTERFACE = 10 };
enum { SET_LINE_CODING = 0x20, GET_LINE_CODING, SET_CONTROL_LINE_STATE, SEND_BREAK };
enum { TYPE_STANDARD = 0, TYPE_CLASS = 1, TYPE_VENDOR = 2 };

void usb_init(struct usb *usb, const struct usb_events *events, void *ctx)
{
	memset(usb, 0, sizeof *usb);
	usb->events = events;
	usb->ctx = ctx;
	tx_init(&usb->tx);
	rx_init(&usb->rx, ctx);
	urb_list_init(&usb->in);
	urb_list_init(&usb->interrupt);
}

void usb_face_set(struct usb *usb, const struct usb_face *face)
{
	usb->face = *face;
	usb->configuration = 0;
	usb->stalled = usb->mute = false;
	tx_drop(&usb->tx);
	usb->tx.packet = face_packet(face);
	usb->rx.packet = face_packet(face);
	usb->rx.frozen = false;
}

static void answer(struct urb *urb, const uint8_t *bytes, size_t n)
{
	if (urb->in && urb->length)
		urb_fill(urb, bytes, n < urb->length ? n : urb->length);
	else
		urb->actual = urb->length;
	urb_finish(urb, 0);
}

static void standard_request(struct usb *usb, struct urb *urb)
{
	const uint8_t *s = urb->setup;
	uint8_t bytes[256] = {0};
	size_t n = 0;

	switch (s[1]) {
	case GET_STATUS:
		n = 2;
		bytes[0] = 1; /* self-powered, as bmAttributes C0 says */
		break;
	case GET_DESCRIPTOR:
		n = descriptor_write(&usb->face, s[3], s[2], bytes);
		if (!n) {
			urb_finish(urb, -EPIPE);
			return;
		}
		break;
	case GET_CONFIGURATION:
		bytes[n++] = usb->configuration;
		break;
	case GET_INTERFACE:
		n = 1;
		break;
	case SET_ADDRESS:
		break;
	case SET_CONFIGURATION:
		usb->configuration = s[2];
		answer(urb, bytes, 0); /* the urb is gone from here on */
		if (usb->configuration)
			usb->events->configured(usb->ctx);
		return;
	default: /* SET_INTERFACE, CLEAR_FEATURE, SET_FEATURE, ... (2.3) */
		urb_finish(urb, -EPIPE);
		return;
	}
	answer(urb, bytes, n);
}

static void class_request(struct usb *usb, struct urb *urb)
{
	static const uint8_t coding[7] = {0x00, 0x10, 0x0E, 0x00, 0x00, 0x00, 0x08};
	uint16_t value = get_le16(urb->setup + 2);
	uint8_t request = urb->setup[1];

	switch (request) {
	case GET_LINE_CODING:
		answer(urb, coding, sizeof coding);
		return;
	case SET_LINE_CODING:
	case SET_CONTROL_LINE_STATE:
	case SEND_BREAK:
		break;
	default:
		urb_finish(urb, -EPIPE);
		return;
	}
	answer(urb, NULL, 0);
	if (request == SET_LINE_CODING)
		usb->events->line_coding(usb->ctx);
	if (request == SET_CONTROL_LINE_STATE)
		usb->events->line_state(usb->ctx, value);
}

static void control(struct usb *usb, struct urb *urb)
{
	switch (urb->setup[0] >> 5 & 3) {
	case TYPE_STANDARD:
		standard_request(usb, urb);
		break;
	case TYPE_CLASS:
		class_request(usb, urb);
		break;
	case TYPE_VENDOR:
		answer(urb, NULL, 0); /* ignored */
		break;
	default:
		urb_finish(urb, -EPIPE);
		break;
	}
}

void usb_submit(struct usb *usb, struct urb *urb)
{
	if (urb->ep == 0) {
		control(usb, urb);
	} else if (urb->ep == 3 && urb->in) {
		urb_list_push(&usb->interrupt, urb);
	} else if (urb->ep != 1 || usb->stalled || !usb->configuration) {
		urb_finish(urb, -EPIPE);
	} else if (urb->in) {
		urb_list_push(&usb->in, urb);
		usb_flush(usb);
	} else {
		urb_list_push(&usb->rx.urbs, urb);
		rx_pump(&usb->rx);
		usb_flush(usb);
	}
}

bool usb_unlink(struct usb *usb, uint32_t seq)
{
	struct urb *urb = urb_list_take(&usb->in, seq);

	if (urb)
		tx_unget(&usb->tx, urb->data, urb->actual);
	if (!urb)
		urb = urb_list_take(&usb->rx.urbs, seq);
	if (!urb)
		urb = urb_list_take(&usb->interrupt, seq);
	if (!urb)
		return false;
	urb_free(urb);
	return true;
}

void usb_flush(struct usb *usb)
{
	while (usb->in.head && usb->tx.head && !usb->mute) {
		struct urb *urb = usb->in.head;

		if (!tx_fill(&usb->tx, urb))
			return;
		urb_list_pop(&usb->in);
		if (usb->events->sending)
			usb->events->sending(usb->ctx, urb);
		urb_finish(urb, urb->status);
	}
}

static void end_all(struct urb_list *list, int32_t status)
{
	struct urb *urb;

	while ((urb = urb_list_pop(list))) {
		if (status)
			urb_finish(urb, status);
		else
			urb_free(urb);
	}
}

void usb_drop(struct usb *usb, int32_t status)
{
	end_all(&usb->in, status);
	end_all(&usb->rx.urbs, status);
	end_all(&usb->interrupt, status);
	tx_drop(&usb->tx);
}
