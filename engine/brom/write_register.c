/*
 * write_register: WRITE32 or WRITE16 of one unit (brom.md sections 7, 8), as a table to be called.
 *
 * Whether the write was done is for the caller to judge: brom.refused and brom.status. An error
 * status replaces the rest of the command, and so does the silence after an opcode that the device
 * does not know; silence after parameters were echoed means that the device hangs.
 */
#include "engine/base/bytes.h"
#include "engine/brom/command.h"
#include "engine/brom/brom.h"
#include "engine/brom/write_register.h"

static enum verdict refused(struct flow *f, uint16_t status)
{
	f->brom.refused = true;
	f->brom.status = status;
	return STEP_LEAVE;
}

static enum verdict ask_opcode(struct flow *f, struct flow_action *a)
{
	f->brom.refused = false;
	f->brom.status = 0;
	return brom_command(f, a, f->brom.width == 16 ? BROM_WRITE16 : BROM_WRITE32, 1);
}

static enum verdict got_opcode(struct flow *f, struct slice rx)
{
	return brom_echo(f, rx, f->want);
}

static enum verdict ask_address(struct flow *f, struct flow_action *a)
{
	return brom_u32(f, a, f->brom.address, 0);
}

static enum verdict no_address(struct flow *f, struct slice rx)
{
	if (rx.n)
		return step_fail(f, FAULT_STATION, 15, "the echo of an address was cut short");
	return refused(f, 0);
}

static enum verdict ask_count(struct flow *f, struct flow_action *a)
{
	return brom_u32(f, a, 1, 2);
}

/* Echo, then a status that may end the command. */
static enum verdict got_status(struct flow *f, struct slice rx)
{
	enum verdict v = brom_echo(f, rx, f->want);
	uint16_t status;

	if (v != STEP_NEXT)
		return v;
	status = get_be16(rx.p + f->out_bytes);
	return brom_failed(status) ? refused(f, status) : STEP_NEXT;
}

static enum verdict ask_value(struct flow *f, struct flow_action *a)
{
	if (f->brom.width == 16)
		return brom_u16(f, a, (uint16_t)f->brom.value, 2);
	return brom_u32(f, a, f->brom.value, 2);
}

const struct step brom_write_register[] = {
	{"", 1000, ask_opcode, got_opcode, NULL},
	{"", 1000, ask_address, got_opcode, no_address},
	{"", 5000, ask_count, got_status, NULL},
	{"", 5000, ask_value, got_status, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
