/*
 * start: from the agent's first byte to its second stage ready (protocol/da-xflash.md 3, 4, 8.1).
 *
 *     C0 -> SYNC -> environment -> hardware -> DA1's SYNC -> settings -> [DRAM] -> DA2 -> its SYNC
 *
 * DRAM is set up only when the agent says that it was started by the boot ROM: the settings come
 * from the package's preloader. DA2 goes without its signature; DA1 knows its hash.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/xflash/command.h"
#include "engine/xflash/status.h"
#include "engine/xflash/tables.h"

#define FIRST_BYTE	   0xC0
#define LOG_INFO	   2 /* DEBUG hangs some agents while DRAM settings go in */
#define LOG_TO_UART	   1
#define OS_LINUX	   1
#define RESET_BY_TWO_KEYS  0x68
#define BATTERY_AUTO	   2
#define CHECKSUM_USB	   1
#define CHECKSUM_USB_FLASH 3

static enum verdict ask_first_byte(struct flow *f, struct flow_action *a)
{
	(void)a;
	frame_reset(&f->xflash.in);
	return rx_want(f, 1);
}

static enum verdict got_first_byte(struct flow *f, struct slice rx)
{
	if (rx.n == 0)
		return STEP_MORE;
	if (rx.p[0] != FIRST_BYTE)
		return step_fail(f, FAULT_XFLASH, XFLASH_PROTOCOL_ERROR,
				 "the agent should begin with C0, it began with %02X", rx.p[0]);
	return STEP_NEXT;
}

static enum verdict ask_sync(struct flow *f, struct flow_action *a)
{
	xf_u32(f, a, XFLASH_SYNC);
	return xf_expect(f, 0);
}

/* The opcode has no status of its own in these two. */
static enum verdict ask_environment(struct flow *f, struct flow_action *a)
{
	uint8_t block[20] = {0};

	put_le32(block, LOG_INFO);
	put_le32(block + 4, LOG_TO_UART);
	put_le32(block + 8, OS_LINUX);
	xf_u32(f, a, OP_SETUP_ENVIRONMENT);
	xf_copy(f, a, block, sizeof block);
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict ask_hardware(struct flow *f, struct flow_action *a)
{
	xf_u32(f, a, OP_SETUP_HW_INIT_PARAMS);
	xf_u32(f, a, 0); /* no parameter blocks */
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict ask_ready(struct flow *f, struct flow_action *a)
{
	(void)a;
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict got_ready(struct flow *f, struct slice rx)
{
	enum verdict v = xf_done(f, rx);

	if (v == STEP_NEXT && f->xflash.status != XFLASH_SYNC) {
		f->agent_idle = false;
		return step_fail(f, FAULT_XFLASH, XFLASH_PROTOCOL_ERROR,
				 "the agent should say SYNC when ready, it said 0x%08X",
				 f->xflash.status);
	}
	return v;
}

static enum verdict ask_expire_date(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_EXPIRE_DATE, true);
}

static enum verdict ask_version(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_DA_VERSION, true);
}

/* Copies an agent's text, which has no NUL, into `to`. */
static void text_of(const struct flow *f, char *to, size_t room)
{
	size_t n = f->xflash.in.got < room - 1 ? f->xflash.in.got : room - 1;

	memcpy(to, f->xflash.in.body, n);
	to[n] = '\0';
}

static enum verdict got_version(struct flow *f, struct slice rx)
{
	struct device_facts *facts = &f->report.facts;

	(void)rx;
	if (f->xflash.offered)
		text_of(f, facts->da_version, sizeof facts->da_version);
	return STEP_NEXT;
}

static enum verdict ask_reset_key(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_set(f, SET_RESET_KEY, RESET_BY_TWO_KEYS, true);
}

static enum verdict ask_battery(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_set(f, SET_BATTERY_OPT, BATTERY_AUTO, true);
}

/* Not optional: without it no packet is checked at all. */
static enum verdict ask_checksum_level(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_set(f, SET_CHECKSUM_LEVEL,
			   f->plan->verify == FLOW_VERIFY_NONE ? CHECKSUM_USB : CHECKSUM_USB_FLASH,
			   false);
}

static enum verdict ask_connection(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_CONNECTION_AGENT, false);
}

static enum verdict got_connection(struct flow *f, struct slice rx)
{
	char agent[16];

	(void)rx;
	text_of(f, agent, sizeof agent);
	if (strcmp(agent, "brom") && strcmp(agent, "preloader"))
		return step_fail(f, FAULT_XFLASH, XFLASH_PROTOCOL_ERROR,
				 "the agent should know if brom or preloader started it, it "
				 "said \"%.*s\"",
				 (int)strnlen(agent, 15), agent);
	f->report.facts.agent_from_brom = !strcmp(agent, "brom");
	return STEP_NEXT;
}

static enum verdict ask_dram(struct flow *f, struct flow_action *a)
{
	if (!f->report.facts.agent_from_brom)
		return STEP_NEXT;
	if (!f->plan->package->has_preloader || !f->plan->package->preloader.emi.n)
		return step_refuse(f, 35,
				   "the unit came by boot ROM and needs DRAM settings, but the "
				   "package's preloader holds none");
	return xf_command(f, a, OP_INIT_EXT_RAM);
}

static enum verdict ask_dram_settings(struct flow *f, struct flow_action *a)
{
	if (!f->report.facts.agent_from_brom)
		return STEP_NEXT;
	xf_u32(f, a, (uint32_t)f->plan->package->preloader.emi.n);
	xf_lend(f, a, f->plan->package->preloader.emi);
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict got_dram(struct flow *f, struct slice rx)
{
	const struct preloader *preloader = &f->plan->package->preloader;
	enum verdict v = xf_done(f, rx);

	if (v != STEP_NEXT || !xflash_failed(f->xflash.status))
		return v;
	return step_fail(f, FAULT_STATION, 35,
			 "the agent refused the DRAM settings (version %u, %zu records of %s): "
			 "0x%08X %s",
			 preloader->emi_version, preloader->emi_count, preloader->name,
			 f->xflash.status, xflash_status_name(f->xflash.status));
}

static enum verdict no_dram(struct flow *f, struct slice rx)
{
	(void)rx;
	return step_fail(f, FAULT_STATION, 35,
			 "no answer to the DRAM settings (version %u): DRAM set-up hangs",
			 f->plan->package->preloader.emi_version);
}

static enum verdict ask_boot(struct flow *f, struct flow_action *a)
{
	return xf_command(f, a, OP_BOOT_TO);
}

static enum verdict ask_second_stage(struct flow *f, struct flow_action *a)
{
	uint8_t where[16];

	put_le64(where, f->da2_addr);
	put_le64(where + 8, f->da2.n);
	xf_copy(f, a, where, sizeof where);
	xf_lend(f, a, f->da2);
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict got_second_stage(struct flow *f, struct slice rx)
{
	enum verdict v = xf_done(f, rx);

	if (v == STEP_NEXT && xflash_failed(f->xflash.status))
		return xf_refused(f, f->xflash.status);
	f->agent_idle = false; /* until the second stage says SYNC */
	return v;
}

static enum verdict no_second_stage(struct flow *f, struct slice rx)
{
	(void)rx;
	return step_fail(f, FAULT_STATION, 15,
			 "the second stage did not say SYNC: its storage or security start-up "
			 "failed");
}

static enum verdict ask_packet_length(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_PACKET_LENGTH, false);
}

static enum verdict got_packet_length(struct flow *f, struct slice rx)
{
	struct device_facts *facts = &f->report.facts;
	const struct frame_reader *in = &f->xflash.in;

	(void)rx;
	if (xflash_failed(f->xflash.status))
		return xf_refused(f, f->xflash.status);
	if (in->got < 8)
		return step_fail(f, FAULT_XFLASH, XFLASH_PROTOCOL_ERROR,
				 "packet lengths take 8 bytes, the agent sent %u", in->got);
	facts->write_packet = get_le32(in->body);
	facts->read_packet = get_le32(in->body + 4);
	/* Wire checksums are kept for each 4 KiB (wire_sums.h), so packets are made of those. */
	if (facts->write_packet < WIRE_SUMS_BLOCK || facts->read_packet == 0)
		return step_fail(f, FAULT_XFLASH, XFLASH_PROTOCOL_ERROR,
				 "unusable packet lengths: write %u, read %u bytes",
				 facts->write_packet, facts->read_packet);
	return STEP_NEXT;
}

const struct step xflash_start[] = {
	{"first byte", 20000, ask_first_byte, got_first_byte, NULL},
	{"sync", 5000, ask_sync, NULL, NULL},
	{"environment", 5000, ask_environment, xf_ok, NULL},
	{"hardware set-up", 5000, ask_hardware, xf_ok, NULL},
	{"first stage ready", 10000, ask_ready, got_ready, NULL},
	{"expiry date", 0, ask_expire_date, NULL, NULL},
	{"agent version", 0, ask_version, got_version, NULL},
	{"reset key", 0, ask_reset_key, control_ok, NULL},
	{"battery", 0, ask_battery, control_ok, NULL},
	{"checksum level", 0, ask_checksum_level, control_ok, NULL},
	{"started by", 0, ask_connection, got_connection, NULL},
	{"dram", 5000, ask_dram, xf_ok, NULL},
	{"dram settings", 30000, ask_dram_settings, got_dram, no_dram},
	{"second stage", 5000, ask_boot, xf_ok, NULL},
	{"second stage upload", 30000, ask_second_stage, got_second_stage, NULL},
	{"second stage ready", 15000, ask_ready, got_ready, no_second_stage},
	{"packet length", 0, ask_packet_length, got_packet_length, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
