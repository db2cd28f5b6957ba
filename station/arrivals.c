#include "station/arrivals.h"

#include <stdio.h>
#include <string.h>

#include "station/log.h"
#include "station/station.h"

#define VENDOR_MEDIATEK 0x0E8D

static struct port *add_port(struct station *s, const char *path, const char *label)
{
	struct port *p;
	struct ledger_slot row;

	if (s->port_count == STATION_PORTS_MAX)
		return NULL;
	p = port_make(s, s->port_count, path, label);
	if (!p)
		return NULL;
	s->ports[s->port_count++] = p;
	s->station_version = station_touch(s);
	for (size_t i = 0; i < s->quarantine_count; i++)
		if (strcmp(s->quarantines[i].slot_path, p->path) == 0)
			port_requarantine(p, s->quarantines[i].since_ms, s->quarantines[i].why);
	row = (struct ledger_slot){p->path, p->label};
	ledger_put_slot(s->ledger, &row);
	return p;
}

static struct port *find_port(struct station *s, const char *path)
{
	for (size_t i = 0; i < s->port_count; i++)
		if (order_is_place(path, s->ports[i]->path))
			return s->ports[i];
	return NULL;
}

static struct port *learn_port(struct station *s, const char *path)
{
	char label[32];

	if (s->config->slot_count > 0)
		return NULL;
	snprintf(label, sizeof label, "S%zu", s->port_count + 1);
	return add_port(s, path, label);
}

/*
 * On a slot that the config names everything that is plugged in is told of: what it is may be just
 * what is wrong with the unit. Elsewhere only what a phone of ours can show.
 */
static bool concerns_us(const struct station *s, const struct usb_device *d)
{
	return s->config->slot_count > 0 || d->mode != MODE_UNKNOWN ||
	       d->arrival.vid == VENDOR_MEDIATEK;
}

static void arrived(void *context, struct usb_device *device)
{
	struct station *s = context;
	struct port *p = find_port(s, device->path);

	if (!concerns_us(s, device))
		return;
	if (!p)
		p = learn_port(s, device->path);
	if (!p && device->mode == MODE_UNKNOWN)
		return; /* a keyboard, a disk: anywhere but on a slot it is no business of ours */
	if (!p) {
		station_event(s, "elsewhere", NULL, "%04x:%04x at \"%s\", which is no slot",
			      device->arrival.vid, device->arrival.pid, device->path);
		return;
	}
	if (p->device)
		port_left(p); /* two at one place: the one before must have gone unseen */
	port_arrived(p, device);
}

static void left(void *context, struct usb_device *device)
{
	struct port *p = device->user;

	(void)context;
	if (p && p->device == device)
		port_left(p);
}

int arrivals_make_slots(struct station *s, struct problem *problem)
{
	for (size_t i = 0; i < s->config->slot_count; i++)
		if (!add_port(s, s->config->slots[i].path, s->config->slots[i].label))
			return problem_set(problem, "slots", "free some memory", "out of memory");
	return 0;
}

int arrivals_start(struct station *s, struct problem *problem)
{
	struct usb_listener listener = {arrived, left, s};

	s->usb = usb_make(s->loop, s->config->usb.attach, &listener, problem);
	return s->usb ? s->usb->adapter->start(s->usb, problem) : -1;
}
