/*
 * descriptor: which interface of a device carries the protocol.
 *
 * The data interface is the one of class 0x0A with a bulk IN and a bulk OUT endpoint, never a fixed
 * number; preloaders list it first or second, number it as they like, and write endpoint
 * descriptors of 8 bytes (protocol/brom.md 2.1). Interfaces with vendor class and a bulk pair serve
 * when no 0x0A is there.
 */
#ifndef STATION_USB_DESCRIPTOR_H
#define STATION_USB_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "station/usb/usb.h"

#define USB_INTERFACES_MAX 16
#define USB_NO_INTERFACE   0xFF

struct usb_interface_facts {
	uint8_t number, class;
	uint8_t in, out; /* bulk endpoints; 0 none */
	uint16_t in_packet, out_packet;
};

struct usb_configuration {
	uint8_t value; /* for SET_CONFIGURATION */
	size_t count;
	struct usb_interface_facts interfaces[USB_INTERFACES_MAX];
};

/* Read a whole configuration descriptor. False when it is malformed (lengths run past the end). */
bool usb_configuration_parse(struct usb_configuration *c, const uint8_t *bytes, size_t n);
/* Note a bulk endpoint of an interface; others are passed over. */
void usb_interface_add_endpoint(struct usb_interface_facts *i, uint8_t address, uint8_t attributes,
				uint16_t packet);
/* False when there is no bulk pair. */
bool usb_configuration_choose(const struct usb_configuration *c, struct usb_pair *pair);

#endif
