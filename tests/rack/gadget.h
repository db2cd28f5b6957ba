/*
 * gadget: what a phone shows on USB when it runs something of its own and not a loader: META,
 * fastboot, its system with MTP or adb, a charging screen (brom.md section 1, "not this protocol").
 * It enumerates, lets itself be configured, and answers nothing a flashing host sends.
 *
 * The documents name product ids of such gadgets but not which is which; classes are those of the
 * USB standards and of Android. The choice of ids is the rack's.
 */
#ifndef RACK_GADGET_H
#define RACK_GADGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gadget {
	const char *name;
	uint16_t vid, pid;
	uint8_t class, subclass, protocol; /* of its interface with the bulk pair */
	bool serial; /* two interfaces of a serial port instead, as the loaders have them */
};

/* "meta", "fastboot", "charging", "mtp", "adb"; NULL: no such word. */
const struct gadget *gadget_find(const char *word);
/* "usb:VVVV:PPPP", an identity that nobody knows, into `to`; false: it is not written so. */
bool gadget_parse(const char *text, struct gadget *to);

/* Configuration descriptor with bulk endpoints of `packet` bytes; its length. */
size_t gadget_configuration(const struct gadget *g, uint16_t packet, uint8_t *to);

#endif
