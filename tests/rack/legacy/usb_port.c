/*
 * USB: speed and re-enumeration (da-legacy.md 5.1). The agent's state survives: the host reopens
 * the port and goes on.
 */
#include "tests/rack/legacy/legacy_agent.h"

#include "engine/base/bytes.h"
#include "tests/rack/agent.h"

enum { DROP_MS = 50, RETURN_MS = 400, PID_AGENT = 0x2001, SPEED_FULL = 0, SPEED_HIGH = 1 };

void la_check_status(struct device *d)
{
	if (la_verdict(d, 0))
		reply8(d, d->usb.face.speed == USB_HIGH ? SPEED_HIGH : SPEED_FULL);
	la_idle(d);
}

static void drop(struct device *d)
{
	device_reenumerate(d, RETURN_MS, d->stage, "port set up again");
	rx_reset(&d->usb.rx, RX_STREAM);
	la_idle(d);
}

static void set_up(struct device *d, uint16_t vid, uint16_t pid)
{
	if (!la_verdict(d, 0) || !d->legacy->in[0]) { /* no high speed wanted: nothing changes */
		la_idle(d);
		return;
	}
	d->agent_vid = vid;
	d->agent->pid = pid;
	device_after(d, TIMER_WORK, DROP_MS, drop);
}

void la_setup_port(struct device *d)
{
	set_up(d, 0, PID_AGENT);
}

void la_setup_port_ex(struct device *d)
{
	set_up(d, get_be16(d->legacy->in + 3), get_be16(d->legacy->in + 1));
}

/* The baud rate of a UART, which this unit is not on. */
void la_speed(struct device *d)
{
	reply8(d, LEGACY_NACK);
	la_idle(d);
}
