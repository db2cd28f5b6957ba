/*
 * identify: what boot ROM or preloader says of the unit (brom.md sections 8, 9, 16).
 *
 *     watchdog off -> preloader version -> [boot ROM version] -> hw/sw version -> target config
 *     -> [ME-ID] -> [SoC-ID] -> journal
 *
 * The watchdog runs on in the boot ROM, so it is stopped first; a preloader kicks it by itself, and
 * new ones refuse the write. A refusal is forgiven in both: the vendor's own tool never sends it
 * (measured-hosts.md). An opcode the device does not know is echoed and followed by silence (7.4):
 * versions, security state and ids are then simply not known.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/brom/brom.h"
#include "engine/brom/command.h"
#include "engine/brom/read_versions.h"
#include "engine/brom/rom_quirks.h"
#include "engine/brom/write_register.h"

#define ID_BYTES_MAX 64

static bool in_preloader(const struct flow *f)
{
	return f->report.facts.arrived_as == MODE_PRELOADER;
}

/* No register of an unknown chip is touched; preflight refuses it. */
static enum verdict ask_watchdog(struct flow *f, struct flow_action *a)
{
	const struct chip *chip = f->chip;

	(void)a;
	if (!chip || !chip->watchdog_width || (in_preloader(f) && chip->skip_watchdog))
		return STEP_NEXT;
	f->brom.address = chip->watchdog_addr;
	f->brom.value = chip->watchdog_value;
	f->brom.width = chip->watchdog_width;
	f->call = brom_write_register;
	return STEP_CALL;
}

static enum verdict got_watchdog(struct flow *f, struct slice rx)
{
	(void)rx;
	f->brom.watchdog_runs = f->brom.refused;
	return STEP_NEXT;
}

#define EXTRA_MAX (sizeof((struct chip *)0)->extra_register_writes / (2 * sizeof(uint32_t)))

static enum verdict ask_extra(struct flow *f, struct flow_action *a)
{
	struct brom_state *b = &f->brom;

	(void)a;
	if (!f->chip || in_preloader(f) || b->next_extra >= EXTRA_MAX ||
	    !f->chip->extra_register_writes[b->next_extra][0])
		return STEP_NEXT;
	b->address = f->chip->extra_register_writes[b->next_extra][0];
	b->value = f->chip->extra_register_writes[b->next_extra][1];
	b->width = 32;
	b->next_extra++;
	f->call = brom_write_register;
	return STEP_CALL;
}

static enum verdict got_extra(struct flow *f, struct slice rx)
{
	(void)f;
	(void)rx;
	return STEP_AGAIN;
}

static enum verdict ask_bl_version(struct flow *f, struct flow_action *a)
{
	return brom_command(f, a, BROM_GET_BL_VER, 1);
}

/* The boot ROM echoes the opcode, a preloader answers its version instead: this is the proof. */
static enum verdict got_bl_version(struct flow *f, struct slice rx)
{
	struct device_facts *facts = &f->report.facts;

	if (rx.n < 1)
		return STEP_MORE;
	facts->arrived_as = rx.p[0] == BROM_GET_BL_VER ? MODE_BROM : MODE_PRELOADER;
	facts->bl_version = facts->arrived_as == MODE_BROM ? 0 : rx.p[0];
	return STEP_NEXT;
}

static enum verdict ask_brom_version(struct flow *f, struct flow_action *a)
{
	if (in_preloader(f))
		return STEP_NEXT;
	return brom_command(f, a, BROM_GET_BROM_VER, 1);
}

static enum verdict got_brom_version(struct flow *f, struct slice rx)
{
	if (rx.n < 1)
		return STEP_MORE;
	f->report.facts.brom_version = rx.p[0];
	return STEP_NEXT;
}

static bool has_version_registers(const struct flow *f)
{
	return f->chip && rom_quirks_of(f->chip->hw_code)->version_registers;
}

static enum verdict ask_versions(struct flow *f, struct flow_action *a)
{
	if (has_version_registers(f)) {
		f->brom.address = 0;
		f->call = brom_read_versions;
		return STEP_CALL;
	}
	return brom_command(f, a, BROM_GET_HW_SW_VER, 9);
}

static enum verdict got_versions(struct flow *f, struct slice rx)
{
	struct device_facts *facts = &f->report.facts;
	enum verdict v;

	if (has_version_registers(f))
		return STEP_NEXT;
	v = brom_echo(f, rx, f->want);
	if (v != STEP_NEXT)
		return v;
	if (brom_failed(get_be16(rx.p + 7)))
		return brom_refused(f, get_be16(rx.p + 7));
	facts->hw_sub_code = get_be16(rx.p + 1);
	facts->hw_version = get_be16(rx.p + 3);
	facts->sw_version = get_be16(rx.p + 5);
	return STEP_NEXT;
}

static enum verdict ask_config(struct flow *f, struct flow_action *a)
{
	return brom_command(f, a, BROM_GET_TARGET_CONFIG, 7);
}

static enum verdict got_config(struct flow *f, struct slice rx)
{
	enum verdict v = brom_echo(f, rx, f->want);

	if (v != STEP_NEXT)
		return v;
	if (brom_failed(get_be16(rx.p + 5)))
		return brom_refused(f, get_be16(rx.p + 5));
	f->report.facts.target_config = get_be32(rx.p + 1);
	return STEP_NEXT;
}

/* Old preloaders (version below 2) know neither id; the chip table may rule them out. */
static bool worth_asking(const struct flow *f, int8_t chip_has)
{
	if (!f->chip || chip_has == 0)
		return false;
	return !in_preloader(f) || f->report.facts.bl_version >= 2;
}

static enum verdict ask_me_id(struct flow *f, struct flow_action *a)
{
	f->brom.id_len = 0;
	if (!f->chip || !worth_asking(f, f->chip->me_id))
		return STEP_NEXT;
	return brom_command(f, a, BROM_GET_ME_ID, 5);
}

static enum verdict ask_soc_id(struct flow *f, struct flow_action *a)
{
	f->brom.id_len = 0;
	if (!f->chip || !worth_asking(f, f->chip->soc_id))
		return STEP_NEXT;
	return brom_command(f, a, BROM_GET_SOC_ID, 5);
}

static enum verdict got_id_length(struct flow *f, struct slice rx)
{
	enum verdict v = brom_echo(f, rx, f->want);
	uint32_t length;

	if (v != STEP_NEXT)
		return v;
	length = get_be32(rx.p + 1);
	if (length == 0 || length > ID_BYTES_MAX)
		return step_fail(f, FAULT_STATION, 11, "an id of %u bytes was announced", length);
	f->brom.id_len = (uint8_t)length;
	return STEP_NEXT;
}

static enum verdict not_known(struct flow *f, struct slice rx)
{
	if (rx.n == 1)
		return STEP_NEXT; /* echo, then silence: the device does not know the opcode */
	return step_fail(f, FAULT_STATION, 15, "%s",
			 rx.n ? "the answer was cut short" : "no answer");
}

static enum verdict ask_id(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!f->brom.id_len)
		return STEP_NEXT;
	return rx_want(f, f->brom.id_len + 2u);
}

static enum verdict take_id(struct flow *f, struct slice rx, uint8_t *id, uint8_t *id_len,
			    size_t room)
{
	uint8_t n = f->brom.id_len;

	if (rx.n < f->want)
		return STEP_MORE;
	if (brom_failed(get_be16(rx.p + n)))
		return STEP_NEXT; /* answered, but with an error: the id is not known */
	*id_len = n < room ? n : (uint8_t)room;
	memcpy(id, rx.p, *id_len);
	return STEP_NEXT;
}

static enum verdict got_me_id(struct flow *f, struct slice rx)
{
	struct device_facts *facts = &f->report.facts;

	return take_id(f, rx, facts->me_id, &facts->me_id_len, sizeof facts->me_id);
}

static enum verdict got_soc_id(struct flow *f, struct slice rx)
{
	struct device_facts *facts = &f->report.facts;

	return take_id(f, rx, facts->soc_id, &facts->soc_id_len, sizeof facts->soc_id);
}

static enum verdict ask_journal(struct flow *f, struct flow_action *a)
{
	(void)f;
	a->what = FLOW_JOURNAL;
	a->journal = FLOW_JOURNAL_IDENTIFIED;
	return STEP_ASKED;
}

const struct step brom_identify[] = {
	{"watchdog", 0, ask_watchdog, got_watchdog, NULL},
	{"watchdog", 0, ask_extra, got_extra, NULL},
	{"preloader version", 5000, ask_bl_version, got_bl_version, NULL},
	{"boot rom version", 5000, ask_brom_version, got_brom_version, NULL},
	{"hardware version", 5000, ask_versions, got_versions, not_known},
	{"target config", 5000, ask_config, got_config, not_known},
	{"me-id", 1000, ask_me_id, got_id_length, not_known},
	{"me-id", 5000, ask_id, got_me_id, NULL},
	{"soc-id", 1000, ask_soc_id, got_id_length, not_known},
	{"soc-id", 5000, ask_id, got_soc_id, NULL},
	{"journal", 0, ask_journal, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
