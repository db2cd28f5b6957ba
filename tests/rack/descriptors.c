#include "tests/rack/descriptors.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/gadget.h"

/* Offsets that change with the face: vendor and product in the device descriptor. */
static const uint8_t device[18] = {18,	 1,    0x00, 0x02, 2,	 0, 0, 64, 0x8D,
				   0x0E, 0x00, 0x20, 0x00, 0x01, 1, 2, 0,  1};

static const uint8_t qualifier[10] = {10, 6, 0x00, 0x02, 2, 0, 0, 16, 1, 0};

static const uint8_t config_classic[70] = {9, 2, 70, 0, 2, 1, 3, 0xC0, 0xFA,
					   /* data */
					   9, 4, 0, 0, 2, 0x0A, 0, 0, 4, 8, 5, 0x01, 2, 0x00, 0x02,
					   0, 0, 8, 5, 0x81, 2, 0x00, 0x02, 0, 0,
					   /* communication */
					   9, 4, 1, 0, 1, 2, 2, 1, 5, 5, 0x24, 0x00, 0x10, 0x01, 4,
					   0x24, 0x02, 0x0F, 5, 0x24, 0x06, 0x01, 0x00, 5, 0x24,
					   0x01, 0x03, 0x00, 8, 5, 0x83, 3, 0x40, 0x00, 0x10, 0};

static const uint8_t config_modern[67] = {
	9, 2, 67, 0, 2, 1, 3, 0xC0, 0xFA,
	/* communication */
	9, 4, 0, 0, 1, 2, 2, 1, 5, 5, 0x24, 0x00, 0x10, 0x01, 4, 0x24, 0x02, 0x0F, 5, 0x24, 0x06,
	0x00, 0x01, 5, 0x24, 0x01, 0x03, 0x01, 7, 5, 0x83, 3, 0x40, 0x00, 0x10,
	/* data */
	9, 4, 1, 0, 2, 0x0A, 0, 0, 4, 7, 5, 0x01, 2, 0x00, 0x02, 0, 7, 5, 0x81, 2, 0x00, 0x02, 0};

static const char *const texts[] = {
	"",
	"MediaTek",
	"MT65xx Preloader",
	"USB CDC ACM for preloader",
	"CDC ACM Data Interface",
	"CDC ACM Communication Interface",
};

uint16_t face_packet(const struct usb_face *face)
{
	return face->speed == USB_HIGH ? 512 : 64;
}

static size_t write_device(const struct usb_face *face, uint8_t *to)
{
	memcpy(to, device, sizeof device);
	put_le16(to + 8, face->vid);
	put_le16(to + 10, face->pid);
	if (face->gadget && !face->gadget->serial)
		to[4] = 0; /* the interface tells the class */
	if (!face->strings)
		to[14] = to[15] = 0;
	return sizeof device;
}

static void fit_config(const struct usb_face *face, uint8_t *to, size_t n)
{
	if (!face->strings)
		to[6] = 0;
	for (size_t at = 9; at < n; at += to[at]) {
		if (to[at + 1] == 4 && !face->strings)
			to[at + 8] = 0;
		if (to[at + 1] == 4 && to[at + 5] == 0x0A && face->variant == USB_SAME_NUMBER)
			to[at + 2] = 1;
		if (to[at + 1] == 5 && to[at + 3] == 2)
			put_le16(to + at + 4, face_packet(face));
	}
}

static size_t write_config(const struct usb_face *face, uint8_t *to)
{
	bool modern = face->variant == USB_MODERN;
	size_t n = modern ? sizeof config_modern : sizeof config_classic;

	if (face->gadget && !face->gadget->serial)
		return gadget_configuration(face->gadget, face_packet(face), to);
	memcpy(to, modern ? config_modern : config_classic, n);
	fit_config(face, to, n);
	return n;
}

static size_t write_string(const struct usb_face *face, uint8_t index, uint8_t *to)
{
	const char *text;
	size_t n;

	if (!face->strings || index >= sizeof texts / sizeof *texts)
		return 0;
	to[1] = 3;
	if (index == 0) { /* languages: English */
		to[0] = 4;
		put_le16(to + 2, 0x0409);
		return 4;
	}
	text = texts[index];
	n = strlen(text);
	for (size_t i = 0; i < n; i++)
		put_le16(to + 2 + 2 * i, (uint8_t)text[i]);
	to[0] = (uint8_t)(2 + 2 * n);
	return to[0];
}

size_t descriptor_write(const struct usb_face *face, uint8_t type, uint8_t index, uint8_t *to)
{
	switch (type) {
	case 1:
		return write_device(face, to);
	case 2:
		return index ? 0 : write_config(face, to);
	case 3:
		return write_string(face, index, to);
	case 6:
		memcpy(to, qualifier, sizeof qualifier);
		return sizeof qualifier;
	default:
		return 0;
	}
}
