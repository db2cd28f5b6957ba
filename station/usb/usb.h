/*
 * usb: what the station needs of a USB stack, as a table of functions.
 *
 * Two adapters answer it: usb_libusb.c for real ports, usb_usbip.c for devices offered over a unix
 * socket in the USB/IP protocol. Above them nothing knows which one is at work.
 *
 * A device lives from `arrived` to `left`; both name it by its physical place (`path`), never by a
 * device number. Happy path: arrived -> open -> submit ... -> close. Rules:
 *   - everything happens on the loop thread; callbacks of submit never run inside submit or cancel;
 *   - each submitted transfer ends in exactly one `done`, also after cancel or when the device has
 *     left: its memory is the adapter's until then;
 *   - close only when no transfer is under way; a device that has left while open stays valid until
 *     its close callback;
 *   - cancelling is asynchronous, and data may have moved all the same (`actual`).
 */
#ifndef STATION_USB_USB_H
#define STATION_USB_USB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "engine/base/problem.h"
#include "engine/device/facts.h"

#define USB_PATH_MAX 128

enum usb_status {
	USB_OK,
	USB_CANCELLED,
	USB_STALL,
	USB_GONE,      /* the device left the bus */
	USB_NO_MEMORY, /* usbfs limit reached: nothing was queued, try a smaller one or later */
	USB_BUSY,      /* another program holds the device */
	USB_DENIED,    /* no permission to open it */
	USB_UNFIT,     /* no interface with a bulk pair on it */
	USB_FAILED,    /* the transfer failed on the wire */
};
const char *usb_status_text(enum usb_status status); /* "stalled", "no permission", ... */

enum usb_direction { USB_CONTROL_OUT, USB_BULK_OUT, USB_BULK_IN };

struct usb_transfer {
	enum usb_direction direction;
	uint8_t setup[8];      /* USB_CONTROL_OUT */
	uint8_t payload[8];    /* USB_CONTROL_OUT: the data stage, `length` bytes */
	const uint8_t *source; /* USB_BULK_OUT: read in place, never copied by the adapters */
	uint8_t *target;       /* USB_BULK_IN */
	size_t length;	       /* bytes */
	size_t actual;	       /* bytes that moved */
	enum usb_status status;
	void (*done)(struct usb_transfer *t);
	void *owner;   /* for `done` */
	void *adapter; /* the adapter's part: made by transfer_init */
};

/* Where the bytes go: found from the descriptors when the device is opened. */
struct usb_pair {
	uint8_t data_interface, comm_interface; /* comm_interface 0xFF: none */
	uint8_t in, out;			/* endpoint addresses */
	uint16_t in_packet, out_packet;		/* wMaxPacketSize, bytes */
};

struct usb;

struct usb_device {
	struct usb *usb;
	char path[USB_PATH_MAX];
	struct arrival arrival;
	enum device_mode mode; /* by ids and, where they say nothing, by its interfaces */
	uint64_t seen_ns;      /* uv_hrtime() when the adapter learned of it */
	struct usb_pair pair;  /* valid once open */
	void *user;	       /* of whoever listens; NULL at first */
};

struct usb_listener {
	void (*arrived)(void *context, struct usb_device *d);
	void (*left)(void *context, struct usb_device *d);
	void *context;
};

typedef void usb_opened(void *context, enum usb_status status);
typedef void usb_closed(void *context);

struct usb_adapter {
	const char *name;
	/* Tells of devices that are there already, too. 0, or -1 with `problem`. */
	int (*start)(struct usb *u, struct problem *problem);
	/* No more arrivals. `stopped` once all is given back; devices must be closed before. */
	void (*stop)(struct usb *u, usb_closed *stopped, void *context);
	/* Detach the kernel's driver, claim, find the endpoints. May call back before it returns.
	 */
	void (*open)(struct usb_device *d, usb_opened *opened, void *context);
	/* Release and give the kernel's driver back. Never calls back before it returns. */
	void (*close)(struct usb_device *d, usb_closed *closed, void *context);
	/* Make and drop the adapter's part of a transfer; false when out of memory. */
	bool (*transfer_init)(struct usb *u, struct usb_transfer *t);
	void (*transfer_free)(struct usb *u, struct usb_transfer *t);
	enum usb_status (*submit)(struct usb_device *d, struct usb_transfer *t);
	void (*cancel)(struct usb_device *d, struct usb_transfer *t);
};

struct usb { /* base of the adapters' own structs */
	const struct usb_adapter *adapter;
	uv_loop_t *loop;
	struct usb_listener listener;
	char description[160]; /* for people: "libusb", "usbip unix:/run/rack.sock" */
};

/*
 * Make the adapter for `attach`: "libusb", or "unix:PATH". NULL with `problem` when the text is
 * neither or memory is short. Free with usb_free() after its stop callback.
 */
struct usb *usb_make(uv_loop_t *loop, const char *attach, const struct usb_listener *listener,
		     struct problem *problem);
void usb_free(struct usb *u);

/* The adapters. Each returns a struct that starts with struct usb, from malloc, or NULL. */
struct usb *usb_libusb_make(void);
struct usb *usb_usbip_make(const char *socket_path);

/* Bytes that usbfs allows to be in flight over all devices; 0: no such limit is known. */
uint64_t usb_memory_limit(void);

#endif
