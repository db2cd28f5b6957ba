/* FINISH and WATCHDOG (da-legacy.md 5.9). */
#include "tests/rack/legacy/legacy_agent.h"

#include "engine/base/bytes.h"
#include "tests/rack/boot.h"

enum { WAIT_KEY = 1, ASYNC = 2, DOWNLOAD_MODE = 4, TICK_MS = 16, DETACH_MS = 100 };
enum { FINISH_OFF = 0, FINISH_DETACH = 1 };

static void off(struct device *d)
{
	device_leave(d, "FINISH: USB detached, power released");
}

static void got_mode(struct device *d)
{
	uint32_t mode = get_be32(d->legacy->in);

	device_step(d, "finish-mode", "%u", mode);
	la_ack(d);
	rx_stop(&d->usb.rx); /* the loop is left for good */
	d->dirty = true;
	if (mode == FINISH_OFF || mode == FINISH_DETACH)
		device_after(d, TIMER_LEAVE, DETACH_MS, off);
}

void la_finish(struct device *d)
{
	la_ack(d);
	la_ask(d, 4, got_mode);
}

/* ---- watchdog ---- */

/* USB is detached at once; the documents' seconds until the reset are seen by nobody. */
static void reset(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	if (la->reset_flags & WAIT_KEY)
		device_leave(d, "watchdog reset: waits for the power key");
	else
		boot_restart(d, "after WATCHDOG", la->reset_flags & DOWNLOAD_MODE);
}

void la_watchdog(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	unsigned ms = get_be16(la->in) * (unsigned)TICK_MS;

	la->reset_flags = get_be32(la->in + 2);
	device_log(d, "h>", "  reset in %u ms, flags %X", ms, la->reset_flags);
	if (!la_verdict(d, 0)) {
		la_idle(d);
		return;
	}
	d->dirty = true;
	if (la->reset_flags & ASYNC) {
		device_after(d, TIMER_LEAVE, ms, reset);
		la_idle(d);
	} else {
		rx_stop(&d->usb.rx);
		device_after(d, TIMER_LEAVE, DETACH_MS, reset);
	}
}
