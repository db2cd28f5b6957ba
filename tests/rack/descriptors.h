/*
 * descriptors: what a virtual device answers to GET_DESCRIPTOR, byte for byte (brom.md section 2).
 */
#ifndef RACK_DESCRIPTORS_H
#define RACK_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum usbip_speed { USB_FULL = 2, USB_HIGH = 3 }; /* USB/IP's numbers */

enum usb_variant {
	USB_CLASSIC = 1,     /* endpoint descriptors of 8 bytes, data interface first */
	USB_SAME_NUMBER = 2, /* as 1, the data interface carries number 1 (MT6789) */
	USB_MODERN = 3,	     /* 7-byte endpoints, communication interface first (MT6880) */
};

struct gadget;

struct usb_face {
	uint16_t vid, pid;
	enum usbip_speed speed;
	enum usb_variant variant;
	bool strings;		     /* string indexes are set; the boot ROM has none */
	const struct gadget *gadget; /* gadget.h; NULL: a loader or an agent */
};

uint16_t face_packet(const struct usb_face *face); /* wMaxPacketSize of the bulk endpoints */

/*
 * Write descriptor `type` (1 device, 2 configuration, 3 string, 6 qualifier) number `index` to `to`
 * (at least 128 bytes). Its length, or 0 when the device does not have it (STALL).
 */
size_t descriptor_write(const struct usb_face *face, uint8_t type, uint8_t index, uint8_t *to);

#endif
