/* Boot mode, reboot, USB speed (da-xml.md section 5). */
#include <stdio.h>
#include <string.h>

#include "tests/rack/xml/xml_agent.h"

enum { DROP_MS = 200, SWITCH_MS = 100, RETURN_MS = 300, START_MS = 350 };

/* ---- USB speed ---- */

void xml_can_higher_usb_speed(struct device *d)
{
	const char *token = xml_need(d, "da/arg/target_file");

	if (token)
		xml_push_text(d, "USB-Speed", token, d->usb.face.speed == USB_HIGH ? "NON" : "YES",
			      xml_ok);
}

static void switch_now(struct device *d)
{
	device_reenumerate(d, RETURN_MS, d->stage, "higher USB speed");
	rx_reset(&d->usb.rx, RX_AGENT);
	device_after(d, TIMER_WORK, START_MS, xml_ready);
}

static void switch_soon(struct device *d)
{
	device_after(d, TIMER_LEAVE, SWITCH_MS, switch_now);
}

void xml_switch_higher_usb_speed(struct device *d)
{
	d->xml->deferred = switch_soon;
	xml_ok(d);
}

/* ---- boot mode ---- */

void xml_set_boot_mode(struct device *d)
{
	static const struct {
		const char *word, *gadget; /* a test mode shows nothing of its own */
	} modes[] = {{"META", "meta"}, {"FASTBOOT", "fastboot"}, {"ANDROID-TEST-MODE", NULL}};
	const char *mode = xml_need(d, "da/arg/mode");

	if (!mode)
		return;
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		if (strcmp(mode, modes[i].word) != 0)
			continue;
		snprintf(d->xml->boot_mode, sizeof d->xml->boot_mode, "%s", mode);
		d->boot_mode = modes[i].gadget;
		xml_ok(d);
		return;
	}
	snprintf(d->xml->message, sizeof d->xml->message, "Unsupported command.");
	xml_end(d, XML_UNSUPPORTED);
}

/* ---- reboot ---- */

static void reset(struct device *d)
{
	char when[64];

	snprintf(when, sizeof when, "after REBOOT%s%s", d->xml->boot_mode[0] ? " to " : "",
		 d->xml->boot_mode);
	agent_reset(d, when);
}

static void disconnect(struct device *d)
{
	device_leave(d, "REBOOT: USB only");
}

static void reset_soon(struct device *d)
{
	device_after(d, TIMER_LEAVE, DROP_MS, reset);
}

static void disconnect_soon(struct device *d)
{
	device_after(d, TIMER_LEAVE, DROP_MS, disconnect);
}

void xml_reboot(struct device *d)
{
	const char *action = xml_need(d, "da/arg/action");

	if (!action)
		return;
	if (!strcmp(action, "IMMEDIATE") || !strcmp(action, "WARM-RESET") ||
	    !strcmp(action, "COLD-RESET")) {
		d->xml->deferred = reset_soon;
	} else if (!strcmp(action, "DISCONNECT")) {
		d->xml->deferred = disconnect_soon;
	} else {
		xml_fail(d, "Unknown reboot action: %s", action);
		return;
	}
	xml_ok(d);
}
