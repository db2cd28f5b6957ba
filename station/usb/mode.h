/*
 * mode: what state a unit is in, as far as the bus shows it: by vendor and product
 * (protocol/brom.md section 1), and where they say that it is no download mode, or nothing, by its
 * interfaces.
 */
#ifndef STATION_USB_MODE_H
#define STATION_USB_MODE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/device/facts.h"

struct usb_class { /* of an interface: USB's codes */
	uint8_t class, subclass, protocol;
};

/* Are the ids enough? Then nobody needs to look at the interfaces: a preloader has no time. */
int usb_mode_is_plain(const struct arrival *a);
enum device_mode usb_mode(const struct arrival *a, const struct usb_class *interfaces,
			  size_t count);

#endif
