#include "station/usb/usbip_wire.h"

#include <errno.h>
#include <string.h>

#include "engine/base/bytes.h"

#define VERSION		0x0111
#define OP_REQ_LIST	0x8005
#define OP_REP_LIST	0x0005
#define OP_REQ_IMPORT	0x8003
#define OP_REP_IMPORT	0x0003
#define CMD_SUBMIT	1
#define CMD_UNLINK	2
#define RET_SUBMIT	3
#define RET_UNLINK	4
#define DIRECTION_IN	1
#define NOT_ISOCHRONOUS 0xFFFFFFFF

void usbip_put_list_request(uint8_t *to)
{
	put_be16(to, VERSION);
	put_be16(to + 2, OP_REQ_LIST);
	put_be32(to + 4, 0);
}

void usbip_put_import_request(uint8_t *to, const char *busid)
{
	put_be16(to, VERSION);
	put_be16(to + 2, OP_REQ_IMPORT);
	put_be32(to + 4, 0);
	memset(to + 8, 0, USBIP_BUSID_MAX);
	memcpy(to + 8, busid, strnlen(busid, USBIP_BUSID_MAX - 1));
}

bool usbip_get_reply_head(const uint8_t *from, bool import)
{
	return get_be16(from) == VERSION &&
	       get_be16(from + 2) == (import ? OP_REP_IMPORT : OP_REP_LIST) &&
	       get_be32(from + 4) == 0;
}

static enum usb_speed speed_of(uint32_t linux_speed)
{
	switch (linux_speed) { /* enum usb_device_speed of the kernel */
	case 2:
		return USB_SPEED_FULL;
	case 3:
		return USB_SPEED_HIGH;
	case 5:
	case 6:
		return USB_SPEED_SUPER;
	default:
		return USB_SPEED_UNKNOWN;
	}
}

void usbip_get_entry(struct usbip_entry *e, const uint8_t *from)
{
	memset(e, 0, sizeof *e);
	memcpy(e->busid, from + 256, USBIP_BUSID_MAX - 1);
	e->busnum = get_be32(from + 288);
	e->devnum = get_be32(from + 292);
	e->arrival.speed = speed_of(get_be32(from + 296));
	e->arrival.vid = get_be16(from + 300);
	e->arrival.pid = get_be16(from + 302);
	e->interfaces = from[311];
}

void usbip_put_submit(uint8_t *to, const struct usbip_submit *s)
{
	put_be32(to, CMD_SUBMIT);
	put_be32(to + 4, s->seq);
	put_be32(to + 8, s->devid);
	put_be32(to + 12, s->in ? DIRECTION_IN : 0);
	put_be32(to + 16, s->endpoint);
	put_be32(to + 20, 0);
	put_be32(to + 24, s->length);
	put_be32(to + 28, 0);
	put_be32(to + 32, NOT_ISOCHRONOUS);
	put_be32(to + 36, 0);
	if (s->setup)
		memcpy(to + 40, s->setup, 8);
	else
		memset(to + 40, 0, 8);
}

void usbip_put_unlink(uint8_t *to, uint32_t seq, uint32_t devid, uint32_t victim)
{
	memset(to, 0, USBIP_URB_BYTES);
	put_be32(to, CMD_UNLINK);
	put_be32(to + 4, seq);
	put_be32(to + 8, devid);
	put_be32(to + 20, victim);
}

void usbip_get_reply(struct usbip_reply *r, const uint8_t *from)
{
	uint32_t command = get_be32(from);

	*r = (struct usbip_reply){
		.kind = command == RET_SUBMIT	? USBIP_RET_SUBMIT
			: command == RET_UNLINK ? USBIP_RET_UNLINK
						: USBIP_RET_UNKNOWN,
		.seq = get_be32(from + 4),
		.status = (int32_t)get_be32(from + 20),
		.actual = get_be32(from + 24),
	};
}

enum usb_status usbip_status(int32_t status)
{
	switch (-status) {
	case 0:
		return USB_OK;
	case EPIPE:
		return USB_STALL;
	case ECONNRESET:
	case ENOENT:
		return USB_CANCELLED;
	case ENODEV:
	case ESHUTDOWN:
		return USB_GONE;
	case ENOMEM:
		return USB_NO_MEMORY;
	default:
		return USB_FAILED;
	}
}
