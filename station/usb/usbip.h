/*
 * usbip: what the two halves of the USB/IP adapter share: usb_usbip.c watches the device list,
 * usbip_link.c is the connection to one imported device.
 */
#ifndef STATION_USB_USBIP_H
#define STATION_USB_USBIP_H

#include "station/usb/usb.h"
#include "station/usb/usbip_wire.h"

struct usbip_link;

struct usbip_device {
	struct usb_device base;
	struct usbip_device *next; /* of those on the bus */
	char busid[USBIP_BUSID_MAX];
	uint32_t busnum, devnum;
	bool present;		 /* no `left` yet */
	bool listed;		 /* in the list being read */
	unsigned missed;	 /* lists in a row without it */
	struct usbip_link *link; /* NULL: not open */
};

/* The link found its device gone. Tells `left`; the device stays until its link is closed. */
void usbip_device_lost(struct usbip_device *d);
/* The link is closed and freed: forget the device if it has left. */
void usbip_device_released(struct usbip_device *d);
const char *usbip_socket_path(const struct usb *u);

/* Import, read the descriptors, configure; then `opened`. */
void usbip_link_open(struct usbip_device *d, usb_opened *opened, void *context);
void usbip_link_close(struct usbip_device *d, usb_closed *closed, void *context);
bool usbip_transfer_init(struct usb *u, struct usb_transfer *t);
void usbip_transfer_free(struct usb *u, struct usb_transfer *t);
enum usb_status usbip_link_submit(struct usb_device *base, struct usb_transfer *t);
void usbip_link_cancel(struct usb_device *base, struct usb_transfer *t);

#endif
