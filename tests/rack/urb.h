/*
 * urb: one USB request as it travels from a host to a virtual device and back.
 *
 * The attachment (USB/IP connection, or a test) makes an urb and hands it to the device; the device
 * keeps it as long as a real one would answer NAK, then gives it back through its owner's
 * complete(). complete() takes ownership again and frees it.
 */
#ifndef RACK_URB_H
#define RACK_URB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct urb;

struct urb_owner {
	void (*complete)(struct urb_owner *owner, struct urb *urb);
};

struct urb {
	struct urb *next;
	struct urb_owner *owner;
	uint32_t seq;
	uint8_t ep; /* endpoint number without direction */
	bool in;    /* device to host */
	uint8_t setup[8];
	uint32_t length; /* bytes asked for (IN) or brought (OUT) */
	uint32_t actual; /* bytes moved so far */
	int32_t status;	 /* 0, or a negative errno as Linux reports it */
	uint8_t *data;	 /* OUT: `length` bytes; IN: grown by the device as bytes arrive; owned */
	size_t room;	 /* bytes allocated at data */
	bool counted;	 /* a fault counter has seen it */
};

/* NULL when memory is short. OUT urbs get `length` bytes of data at once. */
struct urb *urb_new(struct urb_owner *owner, bool in, uint8_t ep, uint32_t length);
void urb_free(struct urb *urb);
/* Append bytes to an IN urb. The caller has checked that they fit in `length`. */
void urb_fill(struct urb *urb, const uint8_t *bytes, size_t n);
void urb_finish(struct urb *urb, int32_t status);

struct urb_list {
	struct urb *head;
	struct urb **tail;
};

void urb_list_init(struct urb_list *list);
void urb_list_push(struct urb_list *list, struct urb *urb);
struct urb *urb_list_pop(struct urb_list *list);
/* Takes the urb with that sequence number out of the list; NULL when it is not there. */
struct urb *urb_list_take(struct urb_list *list, uint32_t seq);
void urb_list_drop(struct urb_list *list); /* frees all, completes none */

#endif
