/*
 * read_versions: two 16-bit reads by the oldest command, A2 (brom.md section 8): address, count,
 * then the unit, without any status. A register that can not be read is answered by silence; the
 * versions are then not known, and the choice of an agent says what it lacks.
 */
#include "engine/base/bytes.h"
#include "engine/brom/command.h"
#include "engine/brom/read_versions.h"
#include "engine/brom/rom_quirks.h"

#define NEXT_REGISTER 4 /* bytes from the hardware version to the software version */

static uint32_t first_register(const struct flow *f)
{
	return rom_quirks_of(f->chip->hw_code)->version_registers;
}

static enum verdict ask_opcode(struct flow *f, struct flow_action *a)
{
	if (!f->brom.address)
		f->brom.address = first_register(f);
	return brom_command(f, a, BROM_READ16_OLD, 1);
}

static enum verdict got_echo(struct flow *f, struct slice rx)
{
	return brom_echo(f, rx, f->want);
}

static enum verdict ask_address(struct flow *f, struct flow_action *a)
{
	return brom_u32(f, a, f->brom.address, 0);
}

static enum verdict ask_count(struct flow *f, struct flow_action *a)
{
	return brom_u32(f, a, 1, 2);
}

static enum verdict got_unit(struct flow *f, struct slice rx)
{
	struct device_facts *facts = &f->report.facts;
	enum verdict v = brom_echo(f, rx, f->want);
	uint16_t unit;

	if (v != STEP_NEXT)
		return v;
	unit = get_be16(rx.p + f->out_bytes);
	if (f->brom.address != first_register(f)) {
		facts->sw_version = unit;
		return STEP_LEAVE;
	}
	facts->hw_version = unit;
	f->brom.address += NEXT_REGISTER;
	return STEP_RESTART;
}

static enum verdict unreadable(struct flow *f, struct slice rx)
{
	(void)f;
	(void)rx;
	return STEP_LEAVE;
}

const struct step brom_read_versions[] = {
	{"", 1000, ask_opcode, got_echo, unreadable},
	{"", 1000, ask_address, got_echo, unreadable},
	{"", 1000, ask_count, got_unit, unreadable},
	{NULL, 0, NULL, NULL, NULL},
};
