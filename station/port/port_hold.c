/* Which device is started, and why one is not: the reasons for which a slot holds a unit. */
#include "station/port/port.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "station/log.h"
#include "station/station.h"

#define ST_UNKNOWN_USB	 1
#define ST_NOTHING_SEEN	 2
#define ST_WINDOW_MISSED 3
#define ST_FLAPPING	 4
#define ST_FULL_SPEED	 5
#define ST_OTHER_MODE	 8
#define ST_OUT_OF_USE	 13
#define ST_SAME_FAULT	 65
#define ST_DISK_LOW	 70
#define ST_NO_DATABASE	 71
#define ST_NO_ORDER	 80

/* Longer than any preloader listens (protocol/brom.md section 4): then it left for another reason.
 */
#define WINDOW_MS 10000

bool port_is_download_mode(enum device_mode mode)
{
	return mode == MODE_BROM || mode == MODE_PRELOADER || mode == MODE_DA;
}

static const char *mode_words(enum device_mode mode)
{
	switch (mode) {
	case MODE_BROM:
		return "boot ROM";
	case MODE_PRELOADER:
		return "preloader";
	case MODE_DA:
		return "agent";
	case MODE_META:
		return "META mode";
	case MODE_FASTBOOT:
		return "fastboot";
	case MODE_CHARGING:
		return "its own system or charging";
	case MODE_UNKNOWN:
		break;
	}
	return "an unknown identity";
}

/* Again with the same words: no effect. */
__attribute__((format(printf, 3, 4))) static void hold(struct port *p, uint32_t code,
						       const char *format, ...)
{
	char what[sizeof p->fault.what];
	bool other = p->fault.code != code;
	va_list ap;
	size_t n;

	va_start(ap, format);
	vsnprintf(what, sizeof what, format, ap);
	va_end(ap);
	n = strlen(what);
	if (p->caught)
		snprintf(what + n, sizeof what - n,
			 "; the unit was caught in its preloader and waits");
	if (p->state == PORT_HELD && !other && strcmp(what, p->fault.what) == 0)
		return;
	port_clear_fault(p);
	fault_set(&p->fault, FAULT_STATION, code, "arrival", "%s", what);
	p->fault.refused = true;
	if (!p->refused_start || other)
		station_event(p->station, "held", p, "ST-%03u %s", code, what);
	p->refused_start = true;
	port_move(p, PORT_HELD);
	port_touch(p);
}

/* ---- arrivals ---- */

void port_count_arrival(struct port *p)
{
	size_t at = p->arrival_count++ % PORT_ARRIVALS_MAX;

	p->arrivals_ms[at] = port_now_ms(p);
	p->arrival_modes[at] = p->mode;
}

/* Arrivals within the window, the present one included; by mode when `modes` is not NULL. */
static size_t recent_arrivals(const struct port *p, unsigned *modes)
{
	uint64_t window = (uint64_t)p->station->config->flap.seconds * 1000;
	size_t kept = p->arrival_count < PORT_ARRIVALS_MAX ? p->arrival_count : PORT_ARRIVALS_MAX;
	size_t count = 0;

	while (count < kept) {
		size_t at = (p->arrival_count - 1 - count) % PORT_ARRIVALS_MAX;

		if (port_now_ms(p) - p->arrivals_ms[at] > window)
			break;
		if (modes)
			modes[p->arrival_modes[at]]++;
		count++;
	}
	return count;
}

static bool flaps(const struct port *p)
{
	return recent_arrivals(p, NULL) >= (size_t)p->station->config->flap.arrivals;
}

static void hold_flapping(struct port *p)
{
	unsigned modes[MODE_CHARGING + 1] = {0};
	size_t count = recent_arrivals(p, modes), n;
	char seen[160];

	snprintf(seen, sizeof seen, "%zu arrivals within %lld s", count,
		 (long long)p->station->config->flap.seconds);
	for (int m = 0; m <= MODE_CHARGING; m++) {
		n = strlen(seen);
		if (modes[m])
			snprintf(seen + n, sizeof seen - n, ", %u as %s", modes[m],
				 mode_words((enum device_mode)m));
	}
	port_judge_flap(p, seen);
	if (p->judged.quarantined)
		hold(p, ST_OUT_OF_USE, "%s", p->judged.why);
	else
		hold(p, ST_FLAPPING, "%s", seen);
}

/* Full speed where the mode is known to run at high speed (protocol/brom.md 2.1). */
void port_note_speed(struct port *p)
{
	bool slow = p->seen.speed == USB_SPEED_FULL &&
		    (p->mode == MODE_PRELOADER || p->mode == MODE_DA);

	if (!slow && !run_is_idle(&p->run))
		return; /* it came up slow, and runs faster only because its agent was told to */
	p->notice = (struct fault){.family = FAULT_NONE};
	if (!slow)
		return;
	fault_set(&p->notice, FAULT_STATION, ST_FULL_SPEED, "arrival",
		  "the %s runs at full speed (12 Mbit/s), high speed (480 Mbit/s) is expected",
		  mode_words(p->mode));
	station_event(p->station, "full-speed", p, "ST-%03u %s", ST_FULL_SPEED, p->notice.what);
}

/* ---- reasons ---- */

static void hold_mode(struct port *p)
{
	if (p->mode == MODE_UNKNOWN)
		hold(p, ST_UNKNOWN_USB, "%s is not a download mode of this line", p->usb_id);
	else if (p->mode == MODE_CHARGING)
		hold(p, ST_OTHER_MODE,
		     "%s: the unit runs its own system, or charges: switch it off, wait, and plug "
		     "it in again",
		     p->usb_id);
	else
		hold(p, ST_OTHER_MODE,
		     "%s: the unit is in %s: switch it off, wait, and plug it in again", p->usb_id,
		     mode_words(p->mode));
}

/* What keeps every unit from being started; false: nothing does. */
static bool hold_for_station(struct port *p)
{
	struct station *s = p->station;
	struct problem why;

	if (s->phase != STATION_READY)
		hold(p, ST_NO_ORDER, "the station is not ready");
	else if (ledger_failing(s->ledger, &why))
		hold(p, ST_NO_DATABASE, "results can not be stored: %s", why.why);
	else if (station_disk_is_low(s))
		hold(p, ST_DISK_LOW, "%llu MiB are free on the station's disk, %lld are needed",
		     (unsigned long long)(s->disk_free >> 20), (long long)s->config->disk_free_mib);
	else
		return false;
	return true;
}

static bool hold_for_order(struct port *p, struct order **order)
{
	struct order *passed_over;

	*order = station_order_for(p->station, p, &passed_over);
	if (*order)
		return false;
	if (!passed_over)
		hold(p, ST_NO_ORDER, "no order is open for this slot");
	else if (passed_over->state == ORDER_LOADING)
		hold(p, ST_NO_ORDER, "order %s is being made ready", passed_over->name);
	else if (passed_over->stopped[0])
		hold(p, ST_SAME_FAULT, "order %.60s is stopped: %.140s", passed_over->name,
		     passed_over->stopped);
	else
		hold(p, ST_NO_ORDER, "order %s has all of its %lld units", passed_over->name,
		     (long long)passed_over->quantity);
	return true;
}

void port_consider(struct port *p)
{
	struct order *o;

	assert(p->device && run_is_idle(&p->run));
	p->fresh = false;
	if (!flaps(p))
		p->judged.flapping = false;
	if (p->judged.quarantined)
		hold(p, ST_OUT_OF_USE, "%s", p->judged.why);
	else if (!port_is_download_mode(p->mode))
		hold_mode(p);
	else if (flaps(p))
		hold_flapping(p);
	else if (hold_for_station(p) || hold_for_order(p, &o))
		port_catch(p);
	else
		port_start_run(p, o);
}

/* ---- waiting ---- */

/* Does what it waits for need people, or quiet? */
static bool stays_held(const struct port *p)
{
	switch (p->fault.code) {
	case ST_UNKNOWN_USB:
	case ST_OTHER_MODE:
	case ST_OUT_OF_USE:
		return true;
	case ST_FLAPPING:
		return flaps(p);
	default:
		return false;
	}
}

void port_wake(struct port *p)
{
	struct order *o;

	if (p->state != PORT_HELD || !p->device || p->catching ||
	    p->station->phase != STATION_READY || stays_held(p))
		return;
	if (!hold_for_station(p) && !hold_for_order(p, &o))
		port_start_again(p);
}

/* A preloader that had to wait, and went on into its own system meanwhile. */
static void tell_held_window(struct port *p)
{
	uint64_t stayed = p->left_ms - p->arrived_ms;

	if (p->mode == MODE_PRELOADER && !p->caught && stayed < WINDOW_MS)
		station_event(p->station, "window-missed", p,
			      "ST-%03u the preloader left after %llu ms; it was held: %s",
			      ST_WINDOW_MISSED, (unsigned long long)stayed, p->fault.what);
}

void port_held_left(struct port *p)
{
	tell_held_window(p);
	p->caught = false;
	if (p->fault.code != ST_FLAPPING)
		port_clear_fault(p);
	port_move(p, PORT_EMPTY);
}

/* Only slots that the config names are waited for: others are empty by right. */
void port_await(struct port *p)
{
	int64_t most = p->station->config->arrival_wait_s;
	struct order *passed_over;

	if (most == 0 || p->station->config->slot_count == 0 ||
	    !station_order_for(p->station, p, &passed_over)) {
		p->awaited_ms = 0;
		return;
	}
	if (!p->awaited_ms)
		p->awaited_ms = port_now_ms(p);
	if (p->fault.family != FAULT_NONE || port_now_ms(p) - p->awaited_ms < (uint64_t)most * 1000)
		return;
	fault_set(&p->fault, FAULT_STATION, ST_NOTHING_SEEN, "arrival",
		  "nothing has appeared on this slot for %lld s", (long long)most);
	station_event(p->station, "nothing-seen", p, "ST-%03u %s", ST_NOTHING_SEEN, p->fault.what);
	port_touch(p);
}

void port_tell_window(struct port *p)
{
	struct fault *f = &p->run.flow.report.fault; /* ours, now that the flow is over */
	size_t n = strlen(f->what);

	if (f->family != FAULT_STATION || f->code != ST_WINDOW_MISSED)
		return;
	if (p->run.first_byte_ms >= 0)
		snprintf(f->what + n, sizeof f->what - n, "; first byte %.1f ms after arrival",
			 p->run.first_byte_ms);
	n = strlen(f->what);
	if (!p->device)
		snprintf(f->what + n, sizeof f->what - n, ", it left after %llu ms",
			 (unsigned long long)(p->left_ms - p->arrived_ms));
}
