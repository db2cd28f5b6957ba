/*
 * fake_usb: a USB adapter in memory, for tests of what lies above the table in usb.h. Submitted
 * transfers wait in a list until the test completes them; nothing happens by itself but closing.
 */
#ifndef TESTS_USB_FAKE_USB_H
#define TESTS_USB_FAKE_USB_H

#include <stdbool.h>
#include <stddef.h>

#include "station/usb/usb.h"

#define FAKE_FLYING_MAX 16

struct fake_usb {
	struct usb base;
	struct usb_device device;
	struct usb_transfer *flying[FAKE_FLYING_MAX]; /* in order of submission */
	size_t count;
	size_t out_submitted;	 /* bytes offered in OUT transfers */
	size_t largest_out;	 /* transfer */
	enum usb_status refusal; /* what submit answers; USB_OK: takes it */
	size_t refuse_above;	 /* with `refusal`: only transfers longer than this */
	bool closed;
};

void fake_init(struct fake_usb *f, uv_loop_t *loop, uint16_t packet);
/* First transfer under way of that direction, or NULL. */
struct usb_transfer *fake_first(struct fake_usb *f, enum usb_direction direction);
size_t fake_flying(const struct fake_usb *f, enum usb_direction direction);
/* End one; cancelled ones must be ended by the test too, as a kernel does. */
void fake_complete(struct fake_usb *f, struct usb_transfer *t, enum usb_status status,
		   size_t actual);
/* The device sends bytes, packet by packet: they fill reads as a host controller fills them. */
void fake_send(struct fake_usb *f, const void *bytes, size_t n);
/* End all OUT transfers as sent. */
void fake_drain(struct fake_usb *f);
/* The device leaves: everything under way ends so. */
void fake_vanish(struct fake_usb *f);

#endif
