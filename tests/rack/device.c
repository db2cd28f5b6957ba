#include "tests/rack/device.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rack/agent.h"
#include "tests/rack/agents.h"
#include "tests/rack/boot.h"
#include "tests/rack/device_link.h"
#include "tests/rack/sink.h"
#include "tests/rack/state.h"

#define PID_BROM      0x0003
#define PID_PRELOADER 0x2000

enum { FLAP_ON_MS = 120, FLAP_OFF_MS = 150, REPLUG_MS = 300, SYSTEM_MS = 3000 };

const char *stage_name(enum stage stage)
{
	static const char *const names[] = {"off",    "brom",	"preloader",
					    "agent1", "agent2", "gadget"};

	return names[stage];
}

void device_log(struct device *d, const char *way, const char *format, ...)
{
	char text[512];
	va_list args;

	if (!d->journal || !d->journal->file)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	journal_line(d->journal, d->now_us, d->index, way, "%s", text);
}

/* ---- timers ---- */

void device_after(struct device *d, enum device_timer timer, unsigned ms,
		  void (*fire)(struct device *))
{
	d->timers[timer].at_us = d->now_us + ms * 1000ull + 1;
	d->timers[timer].fire = fire;
}

void device_cancel(struct device *d, enum device_timer timer)
{
	d->timers[timer].at_us = 0;
}

uint64_t device_deadline(const struct device *d)
{
	uint64_t first = UINT64_MAX;

	for (int i = 0; i < TIMER_COUNT; i++) {
		if (d->timers[i].at_us && d->timers[i].at_us < first)
			first = d->timers[i].at_us;
	}
	return first;
}

static void stop_firmware(struct device *d)
{
	for (int i = 0; i < TIMER_COUNT; i++)
		device_cancel(d, (enum device_timer)i);
	rx_reset(&d->usb.rx, RX_STREAM);
	d->usb.rx.frozen = false;
}

/* ---- USB events ---- */

static void configured(void *ctx)
{
	struct device *d = ctx;

	if (d->stage == STAGE_BROM || d->stage == STAGE_PRELOADER)
		boot_configured(d);
}

static void line_coding(void *ctx)
{
	struct device *d = ctx;

	if (d->stage == STAGE_PRELOADER)
		boot_line_coding(d);
}

static void line_state(void *ctx, uint16_t value)
{
	struct device *d = ctx;

	if (d->stage == STAGE_PRELOADER)
		boot_line_state(d, value);
}

static const struct usb_events events = {configured, line_coding, line_state, device_sending};

/* ---- life ---- */

int device_init(struct device *d, const struct rack_config *config, int index,
		struct journal *journal)
{
	d->config = config;
	d->index = index;
	d->journal = journal;
	d->faults.plan = &config->faults;
	d->faults.device = index;
	if (!d->last_boot[0])
		snprintf(d->last_boot, sizeof d->last_boot, "none");
	usb_init(&d->usb, &events, d);
	d->usb.rx.gate = device_gate;
	d->usb.tx.join = config->coalesce;
	d->usb.tx.split = config->split_bytes;
	d->boot = calloc(1, sizeof *d->boot);
	d->agent = calloc(1, sizeof *d->agent);
	return d->boot && d->agent ? 0 : -1;
}

void device_close(struct device *d)
{
	usb_drop(&d->usb, -ESHUTDOWN);
	boot_free(d);
	agents_free(d);
	free(d->boot);
	free(d->agent);
	d->boot = NULL;
	d->agent = NULL;
}

static void put_on_bus(struct device *d, enum stage stage, const struct usb_face *face)
{
	d->stage = stage;
	usb_face_set(&d->usb, face);
	d->present = true;
	d->generation++;
	d->dirty = true;
	device_log(d, "--", "on the bus: %s, %04x:%04x, %s speed",
		   face->gadget ? face->gadget->name : stage_name(stage), face->vid, face->pid,
		   face->speed == USB_HIGH ? "high" : "full");
}

static void show(struct device *d, enum stage stage, uint16_t pid, enum usbip_speed speed)
{
	struct usb_face face = {
		.vid = d->agent_vid && stage >= STAGE_AGENT1 ? d->agent_vid : 0x0E8D,
		.pid = pid,
		.speed = speed,
		.variant = stage == STAGE_BROM ? USB_MODERN : d->config->descriptors,
		.strings = stage != STAGE_BROM,
	};

	put_on_bus(d, stage, &face);
}

static void restart_gadget(struct device *d);

/* Nothing listens behind its endpoints: what a host sends is never taken. */
static void show_gadget(struct device *d, const struct gadget *gadget)
{
	struct usb_face face = {
		.vid = gadget->vid,
		.pid = gadget->pid,
		.speed = d->slow_arrival ? USB_FULL : USB_HIGH,
		.variant = USB_MODERN,
		.gadget = gadget,
	};

	put_on_bus(d, STAGE_GADGET, &face);
	d->usb.rx.frozen = true;
	if (d->config->restart_after_ms)
		device_after(d, TIMER_WINDOW, d->config->restart_after_ms, restart_gadget);
}

static enum usbip_speed loader_speed(const struct device *d, enum stage stage)
{
	const struct rack_config *c = d->config;
	bool slow = stage == STAGE_BROM ? !c->brom_high_speed : c->boot_full_speed;

	return slow || d->slow_arrival ? USB_FULL : USB_HIGH;
}

static void power_up(struct device *d)
{
	const struct rack_config *c = d->config;
	enum stage stage = boot_first_stage(d);
	uint64_t flaps = 0;

	stop_firmware(d);
	agents_free(d);
	d->boot_mode = NULL;
	d->boots++;
	faults_reset(&d->faults);
	d->faults.off = c->fault_once && d->boots > 1;
	d->link_free_us = d->slow_us = 0;
	d->forced = d->bad_checksum = d->lost = false;
	d->agent_vid = 0;
	d->flash.dead = false;
	d->flash.keeps = faults_stand(&d->faults, RACK_STORAGE_KEEPS, RACK_AT_BOOT, NULL);
	faults_stand(&d->faults, RACK_FLAP, RACK_AT_ARRIVAL, &flaps);
	d->flaps_left = (unsigned)flaps;
	d->slow_arrival = faults_stand(&d->faults, RACK_FULLSPEED, RACK_AT_ARRIVAL, NULL);
	d->by_dead_preloader = stage == STAGE_BROM && c->boot != BOOT_BROM;
	if (c->boot == BOOT_SINK) {
		show(d, STAGE_AGENT2, SINK_PID, USB_HIGH);
		sink_start(d);
		return;
	}
	if (c->boot == BOOT_GADGET) {
		show_gadget(d, &c->gadget);
		return;
	}
	boot_start(d, stage == STAGE_BROM);
	show(d, stage, stage == STAGE_BROM ? PID_BROM : PID_PRELOADER, loader_speed(d, stage));
}

static void go_away(struct device *d)
{
	usb_drop(&d->usb, -ESHUTDOWN);
	d->present = d->attached = false;
	d->generation++;
	d->dirty = true;
}

static void come_back(struct device *d)
{
	power_up(d);
}

static void settle(struct device *d)
{
	if (d->leaving == LEAVES) {
		d->leaving = STAYS;
		stop_firmware(d);
		go_away(d);
		d->stage = STAGE_OFF;
		if (d->config->replug_after_ms)
			device_after(d, TIMER_RETURN, d->config->replug_after_ms, come_back);
	} else if (d->present) {
		usb_flush(&d->usb);
	}
	if (d->dirty) {
		d->dirty = false;
		state_save(d);
	}
}

void device_plug(struct device *d, uint64_t now_us)
{
	d->now_us = now_us;
	come_back(d);
	settle(d);
}

void device_unplug(struct device *d, uint64_t now_us)
{
	d->now_us = now_us;
	device_log(d, "--", "unplugged");
	stop_firmware(d);
	if (d->present)
		go_away(d);
	d->stage = STAGE_OFF;
	settle(d);
}

void device_replug(struct device *d, uint64_t now_us)
{
	device_unplug(d, now_us);
	device_after(d, TIMER_RETURN, REPLUG_MS, come_back);
}

static void flap_return(struct device *d)
{
	unsigned left = d->flaps_left - 1;

	power_up(d);
	d->flaps_left = left;
	d->boots--;
}

static void flap_leave(struct device *d)
{
	device_log(d, "--", "fault: flap, %u left", d->flaps_left);
	stop_firmware(d);
	go_away(d);
	device_after(d, TIMER_RETURN, FLAP_OFF_MS, flap_return);
}

void device_attached(struct device *d, uint64_t now_us)
{
	d->now_us = now_us;
	d->attached = true;
	device_log(d, "--", "a host drives it");
	if (d->flaps_left)
		device_after(d, TIMER_LEAVE, FLAP_ON_MS, flap_leave);
	else if (d->stage == STAGE_BROM || d->stage == STAGE_PRELOADER)
		boot_attached(d);
	settle(d);
}

void device_detached(struct device *d, uint64_t now_us)
{
	d->now_us = now_us;
	if (!d->attached)
		return;
	d->attached = false;
	if (!d->present)
		return;
	device_log(d, "--", "the host went away");
	if (d->stage == STAGE_AGENT2) {
		/* VBUS is gone: the agent notices within a second and powers the phone off. */
		device_leave(d, "no VBUS in the second stage: powered off");
	} else {
		stop_firmware(d);
		go_away(d);
		come_back(d);
	}
	settle(d);
}

void device_leave(struct device *d, const char *why)
{
	device_log(d, "--", "leaves the bus: %s", why);
	rx_stop(&d->usb.rx);
	d->leaving = LEAVES;
}

static void return_as_brom(struct device *d)
{
	boot_start(d, true);
	show(d, STAGE_BROM, PID_BROM, d->config->brom_high_speed ? USB_HIGH : USB_FULL);
}

static void return_as_preloader(struct device *d)
{
	boot_start(d, false);
	show(d, STAGE_PRELOADER, PID_PRELOADER, USB_HIGH);
}

static void return_as_system(struct device *d)
{
	show_gadget(d, d->boot_mode ? gadget_find(d->boot_mode) : d->config->system);
}

void device_boot_system(struct device *d, const char *why)
{
	if (d->config->system)
		device_reenumerate(d, SYSTEM_MS, STAGE_GADGET, why);
	else
		device_leave(d, why);
}

/* As by the power key: the boot ROM finds a preloader, or it does not. */
static void restart_gadget(struct device *d)
{
	boot_restart(d, "restarted", true);
}

static void return_as_agent(struct device *d)
{
	show(d, d->stage, d->agent->pid, USB_HIGH);
}

void device_reenumerate(struct device *d, unsigned ms, enum stage stage, const char *why)
{
	device_log(d, "--", "re-enumerates: %s", why);
	go_away(d);
	if (stage == STAGE_AGENT1 || stage == STAGE_AGENT2) {
		device_after(d, TIMER_RETURN, ms, return_as_agent);
		return;
	}
	stop_firmware(d);
	d->stage = STAGE_OFF;
	device_after(d, TIMER_RETURN, ms,
		     stage == STAGE_BROM     ? return_as_brom
		     : stage == STAGE_GADGET ? return_as_system
					     : return_as_preloader);
}

/* ---- traffic ---- */

void device_submit(struct device *d, struct urb *urb, uint64_t now_us)
{
	d->now_us = now_us;
	if (!d->present) {
		urb_finish(urb, -ESHUTDOWN);
		return;
	}
	usb_submit(&d->usb, urb);
	settle(d);
}

bool device_unlink(struct device *d, uint32_t seq, uint64_t now_us)
{
	d->now_us = now_us;
	return usb_unlink(&d->usb, seq);
}

void device_tick(struct device *d, uint64_t now_us)
{
	d->now_us = now_us;
	for (int i = 0; i < TIMER_COUNT; i++) {
		void (*fire)(struct device *) = d->timers[i].fire;

		if (!d->timers[i].at_us || d->timers[i].at_us > now_us)
			continue;
		d->timers[i].at_us = 0;
		fire(d);
		if (d->leaving == LEAVES)
			break;
	}
	settle(d);
}
