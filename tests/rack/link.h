/*
 * link: one USB/IP connection that drives one device. It cuts the byte stream into requests, hands
 * them to the device as urbs, and sends the answers in the order in which they complete.
 *
 * Payload goes from the socket straight into the urb, and an IN urb's bytes straight to the socket:
 * no copy in between. One receive call takes the rest of a payload and the next header together.
 */
#ifndef RACK_LINK_H
#define RACK_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/rack/device.h"
#include "tests/rack/usbip.h"

#define LINK_TRANSFER_MAX (64u << 20) /* longer requests are no honest ones */

struct link_out;

struct link {
	struct urb_owner owner; /* first: urbs come back through it */
	struct device *device;
	int fd;
	unsigned generation; /* of the device when the connection was made */
	bool dead;	     /* protocol or socket error: to be closed */
	bool waits_to_write; /* the socket is full */

	uint8_t header[USBIP_HEADER_BYTES];
	size_t header_n;
	struct urb *urb;  /* OUT urb whose payload is arriving */
	size_t payload_n; /* bytes of it that are here */

	struct link_out *out, **out_tail;
};

/* Takes over `fd` (a connected stream socket, non-blocking from now on). */
void link_init(struct link *link, int fd, struct device *device);
void link_close(struct link *link);
void link_readable(struct link *link, uint64_t now_us);
void link_flush(struct link *link); /* send what is queued; sets waits_to_write */

#endif
