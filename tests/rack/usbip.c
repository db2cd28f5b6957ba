#include "tests/rack/usbip.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/gadget.h"

void usbip_op_put(uint8_t *to, const struct usbip_op *op)
{
	put_be16(to, op->version);
	put_be16(to + 2, op->code);
	put_be32(to + 4, op->status);
}

void usbip_op_get(struct usbip_op *op, const uint8_t *from)
{
	op->version = get_be16(from);
	op->code = get_be16(from + 2);
	op->status = get_be32(from + 4);
}

void usbip_busid(char to[USBIP_BUSID_BYTES], unsigned number)
{
	memset(to, 0, USBIP_BUSID_BYTES);
	snprintf(to, USBIP_BUSID_BYTES, "1-%u", number + 1);
}

uint32_t usbip_devid(unsigned number)
{
	return 1u << 16 | (number + 2);
}

static bool one_interface(const struct usb_face *face)
{
	return face->gadget && !face->gadget->serial;
}

void usbip_device_put(uint8_t *to, const struct usb_face *face, unsigned number)
{
	memset(to, 0, USBIP_DEVICE_BYTES);
	snprintf((char *)to, 256, "/rack/usb1/1-%u", number + 1);
	usbip_busid((char *)to + 256, number);
	put_be32(to + 288, 1);
	put_be32(to + 292, number + 2);
	put_be32(to + 296, face->speed);
	put_be16(to + 300, face->vid);
	put_be16(to + 302, face->pid);
	put_be16(to + 304, 0x0100);	       /* bcdDevice */
	to[306] = one_interface(face) ? 0 : 2; /* class, as in the device descriptor */
	to[309] = 0;			       /* not configured yet */
	to[310] = 1;
	to[311] = one_interface(face) ? 1 : 2;
}

unsigned usbip_interfaces_put(uint8_t *to, const struct usb_face *face)
{
	static const uint8_t data[4] = {0x0A, 0, 0, 0};
	static const uint8_t communication[4] = {2, 2, 1, 0};
	bool modern = face->variant == USB_MODERN;

	if (one_interface(face)) {
		to[0] = face->gadget->class;
		to[1] = face->gadget->subclass;
		to[2] = face->gadget->protocol;
		to[3] = 0;
		return 1;
	}
	memcpy(to, modern ? communication : data, 4);
	memcpy(to + 4, modern ? data : communication, 4);
	return 2;
}

void usbip_command_get(struct usbip_command *c, const uint8_t *from)
{
	c->command = get_be32(from);
	c->seq = get_be32(from + 4);
	c->devid = get_be32(from + 8);
	c->direction = get_be32(from + 12);
	c->ep = get_be32(from + 16);
	c->victim = get_be32(from + 20); /* SUBMIT: transfer flags, of no use here */
	c->length = get_be32(from + 24);
	c->packets = get_be32(from + 32);
	memcpy(c->setup, from + 40, 8);
}

void usbip_ret_submit_put(uint8_t *to, uint32_t seq, int32_t status, uint32_t actual)
{
	memset(to, 0, USBIP_HEADER_BYTES);
	put_be32(to, RET_SUBMIT);
	put_be32(to + 4, seq);
	put_be32(to + 20, (uint32_t)status);
	put_be32(to + 24, actual);
}

void usbip_ret_unlink_put(uint8_t *to, uint32_t seq, int32_t status)
{
	memset(to, 0, USBIP_HEADER_BYTES);
	put_be32(to, RET_UNLINK);
	put_be32(to + 4, seq);
	put_be32(to + 20, (uint32_t)status);
}
