/*
 * end: boot mode, SHUTDOWN (da-xflash.md 5.1, 6.7, 8.5) and SWITCH_USB_SPEED (6.8): both make the
 * device leave.
 *
 * It leaves 100 to 200 ms after its last status, which is sixteen packets of one byte: a host under
 * load may see it gone before it has read them all, and hear of a broken link or of nothing before
 * the kernel tells it of the departure. That it goes is the better answer, so from the moment it
 * has been told to go none of these is a fault; whether it went, and came back, is the next step's.
 *
 * The length of the shutdown block is a trap: a block longer than the agent's buffer is not read,
 * and the agent then acts on memory nobody wrote: USB off, no reset, the phone hangs. Agents built
 * up to 2020 take 24 bytes, later ones 28; the build date is in the agent file's identifier.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/flow/departure.h"
#include "engine/flow/usb_return.h"
#include "engine/xflash/command.h"
#include "engine/xflash/status.h"
#include "engine/xflash/tables.h"

#define SHUTDOWN_BYTES	   24
#define SHUTDOWN_BYTES_NEW 28
#define RESTART_MS	   3000
#define BOOT_TO_SYSTEM	   1
#define BOOT_TO_FASTBOOT   2
#define META_ON		   1
#define META_BY_USB	   2
#define UNHEARD_MS	   2000 /* the device goes after 100 ms; no use waiting longer */
#define DEFAULT_USB_ID	   0x0E8D2001u

/* Year in an identifier such as "MTK_AllInOne_DA_v3.3001.2020-07-03.22:08_536568"; 0: none. */
static unsigned build_year(const char *identifier)
{
	for (const char *p = identifier; *p; p++) {
		unsigned year = 0;
		size_t digits = strspn(p, "0123456789");

		if (digits != 4 || (p[4] != '-' && p[4] != '/')) {
			if (digits)
				p += digits - 1;
			continue;
		}
		for (size_t i = 0; i < 4; i++)
			year = year * 10 + (unsigned)(p[i] - '0');
		return year;
	}
	return 0;
}

static size_t block_bytes(const struct flow *f)
{
	return build_year(f->plan->package->da.identifier) > 2020 ? SHUTDOWN_BYTES_NEW
								  : SHUTDOWN_BYTES;
}

/* {mode, kind of link, its number}: the next start goes to META over USB. */
static enum verdict ask_meta(struct flow *f, struct flow_action *a)
{
	static const uint8_t meta[3] = {META_ON, META_BY_USB, 0};

	(void)a;
	if (f->io.end != FLOW_END_META)
		return STEP_NEXT;
	return control_send(f, SET_META_BOOT_MODE, (struct slice){meta, sizeof meta}, false);
}

static enum verdict ask_shutdown(struct flow *f, struct flow_action *a)
{
	return xf_command(f, a, OP_SHUTDOWN);
}

static uint32_t boot_flag(const struct flow *f)
{
	if (f->io.end == FLOW_END_FASTBOOT)
		return BOOT_TO_FASTBOOT;
	return f->io.restart || f->io.end == FLOW_END_META ? BOOT_TO_SYSTEM : 0;
}

static enum verdict ask_block(struct flow *f, struct flow_action *a)
{
	uint8_t block[SHUTDOWN_BYTES_NEW] = {0};

	put_le32(block, 1); /* the rest counts; 0 would leave the agent deaf, with USB off */
	put_le32(block + 4, RESTART_MS);
	put_le32(block + 12, boot_flag(f));
	put_le32(block + 20, 1); /* keep the clock */
	xf_copy(f, a, block, block_bytes(f));
	f->leaving = true;
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict got_block(struct flow *f, struct slice rx)
{
	enum verdict v = xf_ok(f, rx);

	if (v == STEP_NEXT)
		f->agent_idle = false; /* it reads no command any more */
	else if (v == STEP_FAIL)
		f->leaving = false;
	return v;
}

/* Its status, or a part of it, went with the link. */
static enum verdict unheard(struct flow *f, struct slice rx)
{
	(void)f;
	(void)rx;
	return STEP_NEXT;
}

const struct step xflash_end[] = {
	{"boot mode", 0, ask_meta, control_ok, NULL},
	{"shutdown", 5000, ask_shutdown, xf_ok, NULL},
	{"shutdown block", 5000, ask_block, got_block, unheard},
	{"leave", DEPARTURE_MS, departure_ask, departure_stray, departure_missed},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict ask_switch(struct flow *f, struct flow_action *a)
{
	return xf_command(f, a, OP_SWITCH_USB_SPEED);
}

static enum verdict ask_usb_id(struct flow *f, struct flow_action *a)
{
	xf_u32(f, a, DEFAULT_USB_ID);
	f->leaving = true;
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict got_usb_id(struct flow *f, struct slice rx)
{
	enum verdict v = xf_ok(f, rx);

	if (v != STEP_MORE)
		f->leaving = false;
	return v;
}

static const struct step switch_order[] = {
	{"", 5000, ask_switch, xf_ok, NULL},
	{"", UNHEARD_MS, ask_usb_id, got_usb_id, unheard},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict order_switch(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = switch_order;
	return STEP_CALL;
}

static enum verdict ordered(struct flow *f, struct slice rx)
{
	(void)rx;
	f->leaving = false;
	return STEP_NEXT;
}

/* No sync follows: the command loop is where it was, on a new link. */
static enum verdict got_return(struct flow *f, struct slice rx)
{
	(void)rx;
	frame_reset(&f->xflash.in);
	f->agent_idle = true;
	return STEP_NEXT;
}

const struct step xflash_switch[] = {
	{"usb speed switch", 0, order_switch, ordered, NULL},
	{"usb return", USB_RETURN_MS, usb_return_ask, got_return, usb_return_missed},
	{NULL, 0, NULL, NULL, NULL},
};
