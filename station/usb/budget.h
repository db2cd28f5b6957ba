/*
 * budget: how large a bulk transfer may be now, over all ports.
 *
 * usbfs lets all transfers in flight on the machine use a fixed amount of memory (16 MiB unless
 * raised). The size is planned from that limit and the number of open ports, and halved when the
 * kernel refuses one all the same because others use the memory too. Running out is never the
 * fault of a unit: who was refused waits in `queue` until something completes.
 */
#ifndef STATION_USB_BUDGET_H
#define STATION_USB_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define USB_TRANSFER_FLOOR (16u << 10) /* bytes; the planned size goes no lower */
#define USB_TRANSFER_LEAST (4u << 10)  /* bytes; where halving after refusals ends */

/* One who was refused; embedded by the pipe. */
struct usb_waiter {
	struct usb_waiter *next;
	bool waiting;
	void (*again)(struct usb_waiter *w);
};

struct usb_budget {
	uint64_t limit;	     /* bytes; 0 none */
	uint64_t used;	     /* bytes in flight now */
	uint64_t used_most;  /* peak since start */
	size_t largest;	     /* configured transfer size, bytes */
	size_t ceiling;	     /* `largest` cut by refusals; grows back */
	unsigned in_flight;  /* OUT transfers a port keeps under way */
	unsigned ports;	     /* open */
	uint64_t refusals;   /* times that the kernel said no */
	uint64_t refused_ms; /* when it last did */
	struct usb_waiter *queue, **tail;
};

/* `limit`, `largest` in bytes. */
void usb_budget_init(struct usb_budget *b, uint64_t limit, size_t largest, unsigned in_flight);
/* Bytes of the next OUT transfer: a power of two. */
size_t usb_budget_size(struct usb_budget *b, uint64_t now_ms);
void usb_budget_take(struct usb_budget *b, size_t bytes);
/* A transfer came back; wakes one who waits. */
void usb_budget_give(struct usb_budget *b, size_t bytes);
/* The kernel refused `bytes`: shrink, and be called again when memory comes free. */
void usb_budget_refused(struct usb_budget *b, struct usb_waiter *w, size_t bytes, uint64_t now_ms);
void usb_budget_forget(struct usb_budget *b, struct usb_waiter *w);
/* Wake everybody who waits; for a timer, when nothing of ours is in flight. */
void usb_budget_wake_all(struct usb_budget *b);

#endif
