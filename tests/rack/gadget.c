#include "tests/rack/gadget.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"

static const struct gadget gadgets[] = {
	{"meta", 0x0E8D, 0x2007, 2, 2, 1, true},
	{"fastboot", 0x0E8D, 0x201C, 0xFF, 0x42, 0x03, false},
	{"charging", 0x0E8D, 0x200A, 0x08, 0x06, 0x50, false}, /* mass storage without medium */
	{"mtp", 0x0E8D, 0x200B, 0x06, 0x01, 0x01, false},
	{"adb", 0x0E8D, 0x200C, 0xFF, 0x42, 0x01, false},
};

const struct gadget *gadget_find(const char *word)
{
	for (size_t i = 0; i < sizeof gadgets / sizeof *gadgets; i++) {
		if (!strcmp(gadgets[i].name, word))
			return &gadgets[i];
	}
	return NULL;
}

bool gadget_parse(const char *text, struct gadget *to)
{
	unsigned vid, pid;
	int used = 0;

	if (sscanf(text, "usb:%4x:%4x%n", &vid, &pid, &used) != 2 || text[used])
		return false;
	*to = (struct gadget){
		.name = "unknown", .vid = (uint16_t)vid, .pid = (uint16_t)pid, .class = 0xFF};
	return true;
}

size_t gadget_configuration(const struct gadget *g, uint16_t packet, uint8_t *to)
{
	static const uint8_t configuration[32] = {
		9, 2, 32,   0, 1, 1, 0, 0xC0, 0xFA, /* one interface, 500 mA */
		9, 4, 0,    0, 2, 0, 0, 0,    0,    /* class to be filled in */
		7, 5, 0x01, 2, 0, 0, 0, 7,    5,    0x81, 2, 0, 0, 0,
	};

	memcpy(to, configuration, sizeof configuration);
	to[14] = g->class;
	to[15] = g->subclass;
	to[16] = g->protocol;
	put_le16(to + 22, packet);
	put_le16(to + 29, packet);
	return sizeof configuration;
}
