/*
 * usbip_wire: the messages of USB/IP 1.1.1 as bytes (the kernel's
 * Documentation/usb/usbip_protocol). All numbers are big-endian, but the setup packet, which goes
 * as it is.
 */
#ifndef STATION_USB_USBIP_WIRE_H
#define STATION_USB_USBIP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "station/usb/usb.h"

#define USBIP_BUSID_MAX	       32
#define USBIP_REQ_LIST_BYTES   8
#define USBIP_REQ_IMPORT_BYTES 40
#define USBIP_REP_BYTES	       8   /* head of each OP reply */
#define USBIP_DEVICE_BYTES     312 /* a device, in the list and in the answer to an import */
#define USBIP_URB_BYTES	       48  /* head of each URB message */

struct usbip_entry {
	char busid[USBIP_BUSID_MAX];
	uint32_t busnum, devnum;
	struct arrival arrival;
	unsigned interfaces; /* each adds 4 bytes in the list: class, subclass, protocol, 0 */
};

struct usbip_submit {
	uint32_t seq, devid;
	bool in;
	uint8_t endpoint; /* number without direction */
	uint32_t length;
	const uint8_t *setup; /* 8 bytes, or NULL for bulk */
};

enum usbip_reply_kind { USBIP_RET_SUBMIT, USBIP_RET_UNLINK, USBIP_RET_UNKNOWN };

struct usbip_reply {
	enum usbip_reply_kind kind;
	uint32_t seq;
	int32_t status; /* negative errno of Linux, or 0 */
	uint32_t actual;
};

void usbip_put_list_request(uint8_t *to);
void usbip_put_import_request(uint8_t *to, const char *busid);
/* True when the head answers `import` (else: a list) and says success. */
bool usbip_get_reply_head(const uint8_t *from, bool import);
void usbip_get_entry(struct usbip_entry *e, const uint8_t *from);
void usbip_put_submit(uint8_t *to, const struct usbip_submit *s);
void usbip_put_unlink(uint8_t *to, uint32_t seq, uint32_t devid, uint32_t victim);
void usbip_get_reply(struct usbip_reply *r, const uint8_t *from);
enum usb_status usbip_status(int32_t status);

#endif
