/*
 * usbip: the messages of USB/IP as bytes (Linux, Documentation/usb/usbip_protocol.rst). All
 * integers are big-endian. Two layers share one connection: first one request about devices (OP_*,
 * version 0x0111), then, after an import, requests to endpoints (CMD_*, RET_*), each with a 48-byte
 * header.
 */
#ifndef RACK_USBIP_H
#define RACK_USBIP_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/rack/descriptors.h"

#define USBIP_VERSION	      0x0111
#define USBIP_OP_BYTES	      8
#define USBIP_BUSID_BYTES     32
#define USBIP_DEVICE_BYTES    312
#define USBIP_INTERFACES_MAX  2
#define USBIP_HEADER_BYTES    48
#define USBIP_INTERFACE_BYTES 4

enum { OP_REQ_DEVLIST = 0x8005, OP_REP_DEVLIST = 0x0005 };
enum { OP_REQ_IMPORT = 0x8003, OP_REP_IMPORT = 0x0003 };
enum { OP_STATUS_OK = 0, OP_STATUS_NOT_AVAILABLE = 1, OP_STATUS_BUSY = 2, OP_STATUS_NO_DEVICE = 4 };
enum { CMD_SUBMIT = 1, CMD_UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4 };

struct usbip_op {
	uint16_t version, code;
	uint32_t status;
};

struct usbip_command {
	uint32_t command, seq, devid, direction, ep;
	uint32_t length;  /* SUBMIT */
	uint32_t packets; /* SUBMIT: 0 or 0xFFFFFFFF for anything but isochronous */
	uint8_t setup[8];
	uint32_t victim; /* UNLINK: seq of the request to withdraw */
};

void usbip_op_put(uint8_t *to, const struct usbip_op *op);
void usbip_op_get(struct usbip_op *op, const uint8_t *from);

/* The record of one device: `number` from 0; bus 1, device number from 2. */
void usbip_device_put(uint8_t *to, const struct usb_face *face, unsigned number);
/* All of the device's; gives their number, at most USBIP_INTERFACES_MAX. */
unsigned usbip_interfaces_put(uint8_t *to, const struct usb_face *face);
uint32_t usbip_devid(unsigned number);
void usbip_busid(char to[USBIP_BUSID_BYTES], unsigned number); /* "1-1", "1-2", ... */

void usbip_command_get(struct usbip_command *c, const uint8_t *from);
void usbip_ret_submit_put(uint8_t *to, uint32_t seq, int32_t status, uint32_t actual);
void usbip_ret_unlink_put(uint8_t *to, uint32_t seq, int32_t status);

#endif
