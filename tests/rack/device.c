#include "tests/rack/device.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rack/agent.h"
#include "tests/rack/boot.h"
#include "tests/rack/bootcheck.h"
#include "tests/rack/state.h"

#define PID_BROM      0x0003
#define PID_PRELOADER 0x2000

enum { FLAP_ON_MS = 120, FLAP_OFF_MS = 150, REPLUG_MS = 300 };

const char *stage_name(enum stage stage)
{
	static const char *const names[] = {"off", "brom", "preloader", "agent1", "agent2"};

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

/* ---- faults ---- */

static void fault_link(struct device *d, unsigned fired)
{
	if (fired & 1u << RACK_NAK) {
		device_log(d, "--", "fault: nak");
		d->usb.rx.frozen = d->usb.mute = true;
	}
	if (fired & 1u << RACK_STALL) {
		struct urb *urb;

		device_log(d, "--", "fault: stall");
		d->usb.stalled = d->usb.rx.frozen = true;
		while ((urb = urb_list_pop(&d->usb.in)))
			urb_finish(urb, -EPIPE);
		while ((urb = urb_list_pop(&d->usb.rx.urbs)))
			urb_finish(urb, -EPIPE);
	}
	if (fired & 1u << RACK_UNPLUG) {
		device_log(d, "--", "fault: unplug");
		d->usb.rx.frozen = true;
		device_leave(d, "cable pulled");
	}
}

static void fault_act(struct device *d, unsigned fired, uint32_t value, struct urb *urb)
{
	if (fired & 1u << RACK_CORRUPT && urb && urb->data && urb->length) {
		uint32_t n = urb->in ? urb->actual : urb->length;

		device_log(d, "--", "fault: corrupt, %u bytes %s", n, urb->in ? "in" : "out");
		if (n)
			urb->data[n / 2] ^= 0xFF;
	}
	if (fired & 1u << RACK_SLOW) {
		device_log(d, "--", "fault: slow, %u ms a transfer", value);
		d->slow_us = value * 1000ull;
	}
	if (fired & 1u << RACK_STATUS) {
		device_log(d, "--", "fault: status 0x%X", value);
		d->forced = true;
		d->forced_status = value;
	}
	if (fired & 1u << RACK_CHECKSUM)
		d->bad_checksum = true;
	if (fired & 1u << RACK_STORAGE_DEAD) {
		device_log(d, "--", "fault: the storage chip is dead from now on");
		d->flash.dead = true;
	}
	fault_link(d, fired);
}

void device_fault_at(struct device *d, enum fault_where where, uint64_t amount)
{
	uint32_t value = 0;
	unsigned fired = faults_pass(&d->faults, where, "", amount, &value);

	if (fired)
		fault_act(d, fired, value, NULL);
}

void device_step(struct device *d, const char *name, const char *format, ...)
{
	char text[256];
	va_list args;
	uint32_t value = 0;
	unsigned fired;

	if (d->journal && d->journal->file) {
		va_start(args, format);
		vsnprintf(text, sizeof text, format, args);
		va_end(args);
		device_log(d, "h>", "%s %s", name, text);
	}
	fired = faults_pass(&d->faults, RACK_AT_STEP, name, 1, &value);
	if (fired)
		fault_act(d, fired, value, NULL);
}

uint32_t device_status(struct device *d, uint32_t status)
{
	if (!d->forced)
		return status;
	d->forced = false;
	return d->forced_status;
}

/* ---- the link: speed limit and counting ---- */

static uint64_t wire_us(const struct device *d, uint32_t bytes)
{
	uint64_t us = d->slow_us;

	if (d->config->link_mbps)
		us += bytes * 8ull / d->config->link_mbps;
	return us;
}

static void link_free(struct device *d)
{
	if (!(d->usb.rx.frozen))
		d->usb.mute = false;
	rx_pump(&d->usb.rx);
}

/* Is the wire free? If not, TIMER_LINK tries again. */
static bool link_ready(struct device *d)
{
	if (d->now_us >= d->link_free_us)
		return true;
	d->timers[TIMER_LINK].at_us = d->link_free_us;
	d->timers[TIMER_LINK].fire = link_free;
	return false;
}

static void link_occupy(struct device *d, uint32_t bytes)
{
	uint64_t us = wire_us(d, bytes);

	if (!us)
		return;
	if (d->link_free_us < d->now_us)
		d->link_free_us = d->now_us;
	d->link_free_us += us;
}

static bool gate_out(void *ctx, struct urb *urb)
{
	struct device *d = ctx;

	if (!urb->counted) {
		uint32_t value = 0;
		unsigned fired;

		urb->counted = true;
		fired = faults_pass(&d->faults, RACK_AT_EXCHANGE, "", 1, &value);
		fired |= faults_pass(&d->faults, RACK_AT_OUT, "", 1, &value);
		fired |= faults_pass(&d->faults, RACK_AT_BYTE, "", urb->length, &value);
		if (fired) {
			fault_act(d, fired, value, urb);
			if (d->usb.rx.frozen)
				return false; /* the urb may be gone */
		}
		link_occupy(d, urb->length);
	}
	return link_ready(d);
}

static void sending(void *ctx, struct urb *urb)
{
	struct device *d = ctx;
	uint32_t value = 0;
	unsigned fired = faults_pass(&d->faults, RACK_AT_IN, "", 1, &value);

	if (fired)
		fault_act(d, fired, value, urb);
	link_occupy(d, urb->actual);
	if (!link_ready(d))
		d->usb.mute = true;
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

static const struct usb_events events = {configured, line_coding, line_state, sending};

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
	d->usb.rx.gate = gate_out;
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
	agent_free(d);
	free(d->boot);
	free(d->agent);
	d->boot = NULL;
	d->agent = NULL;
}

static void show(struct device *d, enum stage stage, uint16_t pid, enum usb_speed speed)
{
	struct usb_face face = {
		.vid = 0x0E8D,
		.pid = pid,
		.speed = speed,
		.variant = stage == STAGE_BROM ? USB_MODERN : d->config->descriptors,
		.strings = stage != STAGE_BROM,
	};

	d->stage = stage;
	usb_face_set(&d->usb, &face);
	d->present = true;
	d->generation++;
	d->dirty = true;
	device_log(d, "--", "on the bus: %s, %04x:%04x, %s speed", stage_name(stage), face.vid, pid,
		   speed == USB_HIGH ? "high" : "full");
}

static void power_up(struct device *d)
{
	const struct rack_config *c = d->config;
	enum stage stage = boot_first_stage(d);
	uint64_t flaps = 0;
	bool slow;

	stop_firmware(d);
	agent_free(d);
	d->boots++;
	faults_reset(&d->faults);
	d->faults.off = c->fault_once && d->boots > 1;
	d->link_free_us = d->slow_us = 0;
	d->forced = d->bad_checksum = false;
	d->flash.dead = false;
	faults_stand(&d->faults, RACK_FLAP, RACK_AT_ARRIVAL, &flaps);
	d->flaps_left = (unsigned)flaps;
	slow = faults_stand(&d->faults, RACK_FULLSPEED, RACK_AT_ARRIVAL, NULL);
	if (stage == STAGE_BROM)
		slow = slow || !c->brom_high_speed;
	boot_start(d, stage == STAGE_BROM);
	show(d, stage, stage == STAGE_BROM ? PID_BROM : PID_PRELOADER,
	     slow || (stage != STAGE_BROM && c->boot_full_speed) ? USB_FULL : USB_HIGH);
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
		     stage == STAGE_BROM ? return_as_brom : return_as_preloader);
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
