#include "tests/rack/device_link.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

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
	if (fired & 1u << RACK_LOST)
		d->lost = true;
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

bool device_gate(void *ctx, struct urb *urb)
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

void device_sending(void *ctx, struct urb *urb)
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
