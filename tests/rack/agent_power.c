/* SHUTDOWN and SWITCH_USB_SPEED (da-xflash.md 6.7, 6.8). */
#include "tests/rack/agent.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/boot.h"

enum { DROP_MS = 200, SWITCH_MS = 100, RETURN_MS = 300, BOOTUP_FASTBOOT = 2 };

void agent_reset(struct device *d, const char *when)
{
	boot_restart(d, when, false);
}

static void reset(struct device *d)
{
	if (get_le32(d->agent->buffer + 12) == BOOTUP_FASTBOOT)
		d->boot_mode = "fastboot";
	boot_restart(d, "after SHUTDOWN", get_le32(d->agent->buffer + 16)); /* download bit */
}

static void hang(struct device *d)
{
	device_leave(d, "USB off without a reset: the phone hangs");
}

static void got_block(struct device *d, uint32_t status, size_t n)
{
	uint8_t *b = d->agent->buffer;

	if (status == DA_BUFFER_OVERFLOW)
		n = 0;
	memset(b + n, 0, d->config->shutdown_bytes - n); /* a shorter block is taken */
	device_log(d, "h>", "  reboot %u, bootup %u, download bit %u", get_le32(b),
		   get_le32(b + 12), get_le32(b + 16));
	agent_send_status(d, DA_OK); /* the overflow stays inside */
	d->dirty = true;
	device_after(d, TIMER_LEAVE, DROP_MS,
		     status == DA_OK && n >= 4 && get_le32(b) ? reset : hang);
}

void agent_shutdown(struct device *d)
{
	agent_expect(d, d->config->shutdown_bytes, got_block);
}

static void switch_now(struct device *d)
{
	device_reenumerate(d, RETURN_MS, d->stage, "higher USB speed");
	rx_reset(&d->usb.rx, RX_AGENT);
	agent_idle(d);
}

static void got_id(struct device *d, uint32_t status, size_t n)
{
	uint32_t id = n >= 4 ? get_le32(d->agent->buffer) : 0;

	agent_send_status(d, status);
	if (status) {
		agent_idle(d);
		return;
	}
	d->agent->pid = id >> 16 == 0x0E8D ? (uint16_t)id : 0x2001;
	device_after(d, TIMER_LEAVE, SWITCH_MS, switch_now);
}

void agent_switch_speed(struct device *d)
{
	agent_expect(d, 4, got_id);
}
