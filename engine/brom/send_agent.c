/*
 * send_agent: SEND_DA, then JUMP_DA or JUMP_DA64 (brom.md section 11).
 *
 * The transfer is the file's region with its signature, which SEND_DA is told the length of. No
 * byte of it is sent before the first status is good: a device that refused would take it for
 * opcodes. What a secured boot ROM asks for goes first (authorise.c). A preloader verifies a signed
 * agent here, which takes seconds, and asserts on a bad one.
 */
#include "engine/base/bytes.h"
#include "engine/brom/brom.h"
#include "engine/brom/command.h"
#include "engine/brom/rom_quirks.h"
#include "engine/brom/write_register.h"

#define VERIFY_MS      30000
#define JUMP_TO_64_BIT 0x01
#define JUMP_64_MODE   0x64

static enum verdict ask_authorise(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = brom_authorise;
	return STEP_CALL;
}

/* Old chips' boot ROMs take an agent only after that, as the vendor's tool does it (section 13). */
static enum verdict ask_emi_gena(struct flow *f, struct flow_action *a)
{
	uint32_t address = f->chip ? rom_quirks_of(f->chip->hw_code)->emi_gena : 0;

	(void)a;
	if (!address || f->report.facts.arrived_as != MODE_BROM)
		return STEP_NEXT;
	f->brom.address = address;
	f->brom.value = 2;
	f->brom.width = 32;
	f->call = brom_write_register;
	return STEP_CALL;
}

static enum verdict ask_send(struct flow *f, struct flow_action *a)
{
	return brom_command(f, a, BROM_SEND_DA, 1);
}

static enum verdict got_echo(struct flow *f, struct slice rx)
{
	return brom_echo(f, rx, f->want);
}

static enum verdict ask_address(struct flow *f, struct flow_action *a)
{
	return brom_u32(f, a, f->da1_addr, 0);
}

static enum verdict ask_length(struct flow *f, struct flow_action *a)
{
	return brom_u32(f, a, (uint32_t)f->da1.n, 0);
}

static enum verdict ask_signature_length(struct flow *f, struct flow_action *a)
{
	return brom_u32(f, a, f->da1_sig_len, 2);
}

static enum verdict got_status(struct flow *f, struct slice rx)
{
	enum verdict v = brom_echo(f, rx, f->want);
	uint16_t status;

	if (v != STEP_NEXT)
		return v;
	status = get_be16(rx.p + f->out_bytes);
	return brom_failed(status) ? brom_refused(f, status) : STEP_NEXT;
}

static enum verdict ask_bytes(struct flow *f, struct flow_action *a)
{
	tx_lend(a, f->da1);
	return rx_want(f, 4);
}

static enum verdict got_checksum(struct flow *f, struct slice rx)
{
	uint16_t sum = brom_checksum(f->da1);

	if (rx.n < f->want)
		return STEP_MORE;
	if (get_be16(rx.p) != sum)
		return step_fail(f, FAULT_FLASHTOOL, 2034,
				 "the agent has checksum %04X, the device received %04X", sum,
				 get_be16(rx.p));
	if (brom_failed(get_be16(rx.p + 2)))
		return brom_refused(f, get_be16(rx.p + 2));
	return STEP_NEXT;
}

static enum verdict ask_jump(struct flow *f, struct flow_action *a)
{
	return brom_command(f, a, f->chip->jump_da64 ? BROM_JUMP_DA64 : BROM_JUMP_DA, 1);
}

static enum verdict ask_jump_address(struct flow *f, struct flow_action *a)
{
	return brom_u32(f, a, f->da1_addr, f->chip->jump_da64 ? 0 : 2);
}

static enum verdict got_jump_address(struct flow *f, struct slice rx)
{
	return f->chip->jump_da64 ? got_echo(f, rx) : got_status(f, rx);
}

static enum verdict ask_jump_width(struct flow *f, struct flow_action *a)
{
	return f->chip->jump_da64 ? brom_u8(f, a, JUMP_TO_64_BIT, 2) : STEP_NEXT;
}

static enum verdict ask_jump_mode(struct flow *f, struct flow_action *a)
{
	return f->chip->jump_da64 ? brom_u8(f, a, JUMP_64_MODE, 2) : STEP_NEXT;
}

const struct step brom_send_agent[] = {
	{"authorise", 0, ask_authorise, NULL, NULL},
	{"memory interface", 0, ask_emi_gena, NULL, NULL},
	{"agent upload", 5000, ask_send, got_echo, NULL},
	{"agent upload", 5000, ask_address, got_echo, NULL},
	{"agent upload", 5000, ask_length, got_echo, NULL},
	{"agent upload", 5000, ask_signature_length, got_status, NULL},
	{"agent check", VERIFY_MS, ask_bytes, got_checksum, NULL},
	{"agent jump", 5000, ask_jump, got_echo, NULL},
	{"agent jump", 5000, ask_jump_address, got_jump_address, NULL},
	{"agent jump", 5000, ask_jump_width, got_status, NULL},
	{"agent jump", 5000, ask_jump_mode, got_status, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
