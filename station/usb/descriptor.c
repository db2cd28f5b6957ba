#include "station/usb/descriptor.h"

#include <string.h>

#include "engine/base/bytes.h"

#define DESCRIPTOR_CONFIGURATION 2
#define DESCRIPTOR_INTERFACE	 4
#define DESCRIPTOR_ENDPOINT	 5
#define CLASS_COMMUNICATION	 0x02
#define CLASS_DATA		 0x0A
#define CLASS_VENDOR		 0xFF
#define ENDPOINT_IN		 0x80
#define ENDPOINT_TYPE		 0x03
#define ENDPOINT_BULK		 0x02

void usb_interface_add_endpoint(struct usb_interface_facts *i, uint8_t address, uint8_t attributes,
				uint16_t packet)
{
	packet &= 0x7FF;
	if ((attributes & ENDPOINT_TYPE) != ENDPOINT_BULK || packet == 0)
		return;
	if ((address & ENDPOINT_IN) && !i->in) {
		i->in = address;
		i->in_packet = packet;
	} else if (!(address & ENDPOINT_IN) && !i->out) {
		i->out = address;
		i->out_packet = packet;
	}
}

/* An interface descriptor: alternate settings other than 0 are passed over (NULL). */
static struct usb_interface_facts *add_interface(struct usb_configuration *c, const uint8_t *d)
{
	struct usb_interface_facts *i;

	if (d[3] != 0 || c->count == USB_INTERFACES_MAX)
		return NULL;
	i = &c->interfaces[c->count++];
	i->number = d[2];
	i->class = d[5];
	return i;
}

bool usb_configuration_parse(struct usb_configuration *c, const uint8_t *bytes, size_t n)
{
	struct usb_interface_facts *current = NULL;
	size_t at;

	memset(c, 0, sizeof *c);
	if (n < 9 || bytes[0] < 9 || bytes[1] != DESCRIPTOR_CONFIGURATION)
		return false;
	if (get_le16(bytes + 2) < n)
		n = get_le16(bytes + 2);
	c->value = bytes[5];
	for (at = bytes[0]; at + 2 <= n; at += bytes[at]) {
		const uint8_t *d = bytes + at;

		if (d[0] < 2 || at + d[0] > n)
			return false;
		if (d[1] == DESCRIPTOR_INTERFACE && d[0] >= 9)
			current = add_interface(c, d);
		else if (d[1] == DESCRIPTOR_ENDPOINT && d[0] >= 7 && current)
			usb_interface_add_endpoint(current, d[2], d[3], get_le16(d + 4));
	}
	return true;
}

static const struct usb_interface_facts *find_pair(const struct usb_configuration *c, uint8_t class)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->interfaces[i].class == class && c->interfaces[i].in && c->interfaces[i].out)
			return &c->interfaces[i];
	return NULL;
}

bool usb_configuration_choose(const struct usb_configuration *c, struct usb_pair *pair)
{
	const struct usb_interface_facts *data = find_pair(c, CLASS_DATA);

	if (!data)
		data = find_pair(c, CLASS_VENDOR);
	if (!data)
		return false;
	*pair = (struct usb_pair){
		.data_interface = data->number,
		.comm_interface = USB_NO_INTERFACE,
		.in = data->in,
		.out = data->out,
		.in_packet = data->in_packet,
		.out_packet = data->out_packet,
	};
	for (size_t i = 0; i < c->count; i++)
		if (c->interfaces[i].class == CLASS_COMMUNICATION &&
		    c->interfaces[i].number != data->number) {
			pair->comm_interface = c->interfaces[i].number;
			break;
		}
	return true;
}
