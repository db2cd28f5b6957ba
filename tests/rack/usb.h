/*
 * usb: the USB function of a virtual device: control endpoint, bulk pipes, interrupt endpoint.
 * Source: brom.md sections 2 and 3.
 *
 * Requests are answered at once or kept, never refused for want of room. Everything the firmware
 * writes is held in `tx` until usb_flush() moves it into the IN requests that wait.
 */
#ifndef RACK_USB_H
#define RACK_USB_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/rack/descriptors.h"
#include "tests/rack/rx.h"
#include "tests/rack/tx.h"
#include "tests/rack/urb.h"

/* What the firmware hears of the control endpoint. */
struct usb_events {
	void (*configured)(void *ctx);
	void (*line_coding)(void *ctx); /* SET_LINE_CODING: a tool is present */
	void (*line_state)(void *ctx, uint16_t value);
	/* An IN urb is about to complete with data; may change it (faults). May be NULL. */
	void (*sending)(void *ctx, struct urb *urb);
};

struct usb {
	struct usb_face face;
	const struct usb_events *events;
	void *ctx;
	uint8_t configuration;
	bool stalled; /* bulk endpoints answer STALL (fault) */
	bool mute;    /* IN requests stay unanswered (fault, or a slow link) */
	struct tx tx;
	struct rx rx; /* holds the bulk OUT urbs */
	struct urb_list in;
	struct urb_list interrupt; /* never answered: endpoint 0x83 sends nothing */
};

void usb_init(struct usb *usb, const struct usb_events *events, void *ctx);
/* A new enumeration: new descriptors, nothing queued. Urbs of the old one must be gone. */
void usb_face_set(struct usb *usb, const struct usb_face *face);
void usb_submit(struct usb *usb, struct urb *urb);
/* Withdraw a request: true when it was pending; it is then freed and never completed. */
bool usb_unlink(struct usb *usb, uint32_t seq);
void usb_flush(struct usb *usb);
/* Ends everything with `status`, or silently frees it when status is 0 (the connection is gone). */
void usb_drop(struct usb *usb, int32_t status);

#endif
