/*
 * How boot ROM and preloader are woken (brom.md sections 4 to 6), and the turn of their command
 * loop.
 *
 * Preloader: SET_CONFIGURATION within 8 s -> listening loop, one turn in 20 ms: READY when a tool
 * is present, then whatever arrived is looked at: A0 starts the matcher for 300 ms, anything else
 * is collected as a mode string. After the window the device boots its own system: it leaves the
 * bus.
 */
#include "tests/rack/boot.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/bootcheck.h"

enum {
	CONFIGURATION_MS = 8000,
	TURN_MS = 20,
	MATCH_MS = 300,
	ASSERT_MS = 50,
	RESET_MS = 400,
	RESTART_MS = 600,
	MODE_MS = 2000
};

static const uint8_t wake[4] = {0xA0, 0x0A, 0x50, 0x05};

static void read_opcode(struct device *d);

/* ---- replies ---- */

void reply_bytes(struct device *d, const void *bytes, size_t n)
{
	tx_put(&d->usb.tx, bytes, n, 0);
}

void reply8(struct device *d, uint8_t v)
{
	reply_bytes(d, &v, 1);
}

void reply16(struct device *d, uint16_t v)
{
	uint8_t b[2];

	put_be16(b, v);
	reply_bytes(d, b, 2);
}

void reply32(struct device *d, uint32_t v)
{
	uint8_t b[4];

	put_be32(b, v);
	reply_bytes(d, b, 4);
}

void reply_status(struct device *d, uint16_t status)
{
	status = (uint16_t)device_status(d, status);
	device_log(d, "d>", "status %04X", status);
	reply16(d, status);
}

/* ---- life ---- */

/* A boot region that was never written boots, unless the device is there to be recovered. */
static bool preloader_is_dead(const struct device *d)
{
	return d->config->boot == BOOT_DEAD ? !bootcheck_preloader_boots(&d->flash)
					    : bootcheck_boot_region_broken(&d->flash);
}

enum stage boot_first_stage(struct device *d)
{
	return d->config->boot == BOOT_BROM || preloader_is_dead(d) ? STAGE_BROM : STAGE_PRELOADER;
}

void boot_restart(struct device *d, const char *when, bool download)
{
	bool recovered = d->by_dead_preloader;

	bootcheck_record(d, when);
	d->by_dead_preloader = preloader_is_dead(d);
	if (d->by_dead_preloader)
		device_reenumerate(d, RESTART_MS, STAGE_BROM, "reset: no preloader boots");
	else if (recovered || download)
		device_reenumerate(d, RESTART_MS, STAGE_PRELOADER, "reset: the preloader starts");
	else
		device_boot_system(d, "reset");
}

void boot_start(struct device *d, bool brom)
{
	struct boot *b = d->boot;

	boot_free(d);
	memset(b, 0, sizeof *b);
	b->brom = brom;
	rx_reset(&d->usb.rx, RX_STREAM);
}

void boot_free(struct device *d)
{
	free(d->boot->data);
	free(d->boot->da1);
	d->boot->data = NULL;
	d->boot->da1 = NULL;
}

static void window_over(struct device *d)
{
	struct boot *b = d->boot;

	if (b->matching) { /* the loop looks at the clock only between matchers */
		b->expired = true;
		return;
	}
	bootcheck_record(d, "download window over");
	device_boot_system(d, "nobody spoke in time: boots its own system");
}

static void not_configured(struct device *d)
{
	bootcheck_record(d, "not configured");
	device_boot_system(d, "no SET_CONFIGURATION in 8 s: boots its own system");
}

static void reset_to_brom(struct device *d)
{
	device_reenumerate(d, RESET_MS, STAGE_BROM, "reset into the boot ROM");
}

void boot_assert(struct device *d, const char *why)
{
	device_log(d, "--", "assertion: %s", why);
	rx_stop(&d->usb.rx);
	device_after(d, TIMER_LEAVE, ASSERT_MS, reset_to_brom);
}

/* ---- waking: the matcher ---- */

static void match_over(struct device *d);

static void matched_byte(void *ctx)
{
	struct device *d = ctx;
	struct boot *b = d->boot;

	if (b->byte == wake[b->matched]) {
		reply8(d, (uint8_t)~b->byte);
		if (++b->matched == sizeof wake) {
			b->matching = b->listening = false;
			device_cancel(d, TIMER_MATCH);
			device_cancel(d, TIMER_WINDOW);
			device_cancel(d, TIMER_TICK);
			device_step(d, "handshake", "done");
			boot_idle(d);
			return;
		}
	} else if (b->matched && b->byte == wake[0] && d->config->preloader == PRELOADER_NEW) {
		b->matched = 1; /* trees of about 2018: no answer */
	} else {
		reply8(d, (uint8_t)(b->byte + 1));
		b->matched = 0;
	}
	rx_read(&d->usb.rx, &b->byte, 1, matched_byte);
}

/* ---- preloader: mode strings (section 6) ---- */

static void mode_over(struct device *d)
{
	bootcheck_record(d, "mode string");
	device_leave(d, "boots in the mode it was asked for");
}

static bool mode_string(struct device *d)
{
	static const struct {
		const char *token, *answer;
		bool lockable;
	} modes[] = {
		{"METAMETA", "ATEMATEM", true},	 {"ADVEMETA", "ATEMEVDX", true},
		{"FACTFACT", "TCAFTCAF", true},	 {"FACTORYM", "MYROTCAF", true},
		{"FASTBOOT", "TOOBTSAF", false}, {"SWITCHMD", "DMHCTIWS", false},
		{"AT+NBOOT", "AT+OK", false},
	};
	const char *token = (const char *)d->boot->token;
	unsigned lock = d->config->preloader == PRELOADER_OLD ? SECURE_SBC : SECURE_SLA;

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		if (memcmp(token, modes[i].token, 8) != 0)
			continue;
		device_step(d, "mode", "%.8s", token);
		if (modes[i].lockable && d->config->security & lock) {
			reply_bytes(d, "METAFORB", 8);
			return false;
		}
		reply_bytes(d, modes[i].answer, strlen(modes[i].answer));
		return true;
	}
	if (!memcmp(token, "AT+", 3))
		reply_bytes(d, "AT+UNKONWN", 10);
	return false;
}

static void listen_turn(struct device *d)
{
	struct boot *b = d->boot;
	uint8_t bytes[8];
	size_t n;

	if (b->tool_present) /* unread ones gather: a host drains them with one read, not dozens */
		tx_put_behind(&d->usb.tx, "READY", 5);
	n = rx_peek_take(&d->usb.rx, bytes, sizeof bytes);
	if (n && bytes[0] == wake[0] && !b->token_n) {
		device_log(d, "h>", "wake: %zu bytes swallowed, matcher open", n);
		b->matched = 0;
		b->matching = true;
		device_after(d, TIMER_MATCH, MATCH_MS, match_over);
		rx_read(&d->usb.rx, &b->byte, 1, matched_byte);
		return;
	}
	if (n > sizeof b->token - b->token_n)
		n = sizeof b->token - b->token_n;
	memcpy(b->token + b->token_n, bytes, n);
	b->token_n += n;
	if (b->token_n == sizeof b->token) {
		b->token_n = 0;
		if (mode_string(d)) {
			b->listening = false;
			device_after(d, TIMER_WINDOW, MODE_MS, mode_over);
			return;
		}
	}
	device_after(d, TIMER_TICK, TURN_MS, listen_turn);
}

static void match_over(struct device *d)
{
	struct boot *b = d->boot;

	rx_stop(&d->usb.rx);
	b->matching = false;
	if (b->expired) {
		window_over(d);
		return;
	}
	listen_turn(d);
}

/* ---- what the host does to wake it ---- */

void boot_attached(struct device *d)
{
	struct boot *b = d->boot;

	if (b->brom) {
		if (d->config->brom_window_ms)
			device_after(d, TIMER_WINDOW, d->config->brom_window_ms, window_over);
		rx_read(&d->usb.rx, &b->byte, 1, matched_byte);
		return;
	}
	device_after(d, TIMER_WINDOW, CONFIGURATION_MS, not_configured);
}

void boot_configured(struct device *d)
{
	struct boot *b = d->boot;

	if (b->brom || b->listening || b->command || b->matched)
		return;
	b->listening = true;
	device_after(d, TIMER_WINDOW, d->config->window_ms, window_over);
	device_after(d, TIMER_TICK, TURN_MS, listen_turn);
}

void boot_line_coding(struct device *d)
{
	if (!d->boot->tool_present)
		device_log(d, "h>", "line coding: a tool is present");
	d->boot->tool_present = true;
}

void boot_line_state(struct device *d, uint16_t value)
{
	device_log(d, "h>", "line state %04X", value);
}

/* ---- command loop ---- */

static void read_parameter(void *ctx)
{
	struct device *d = ctx;
	struct boot *b = d->boot;
	unsigned width = (unsigned)(b->command->fields[b->parameter] - '0');

	reply_bytes(d, b->field, width);
	b->parameters[b->parameter++] = width == 1   ? b->field[0]
					: width == 2 ? get_be16(b->field)
						     : get_be32(b->field);
	read_opcode(d);
}

/* The next parameter of the command, or its body when it has all of them. */
static void read_opcode(struct device *d)
{
	struct boot *b = d->boot;

	if (b->command->fields[b->parameter]) {
		rx_read(&d->usb.rx, b->field, (size_t)(b->command->fields[b->parameter] - '0'),
			read_parameter);
		return;
	}
	device_step(d, b->command->name, "%s%X %X %X", b->parameter ? "" : "- ", b->parameters[0],
		    b->parameters[1], b->parameters[2]);
	b->command->run(d);
}

static void got_opcode(void *ctx)
{
	struct device *d = ctx;
	struct boot *b = d->boot;
	const struct boot_command *command = boot_find_command(d, b->byte);

	/* The version byte stands in place of the echo (section 7, rule 1). */
	if (!(b->brom && b->byte == 0xFF) && !(!b->brom && b->byte == 0xFE))
		reply8(d, b->byte);
	if (!command) {
		device_log(d, "h>", "opcode %02X: not known here, echo only", b->byte);
		boot_idle(d);
		return;
	}
	b->command = command;
	b->parameter = 0;
	memset(b->parameters, 0, sizeof b->parameters);
	read_opcode(d);
}

void boot_idle(struct device *d)
{
	rx_read(&d->usb.rx, &d->boot->byte, 1, got_opcode);
}
