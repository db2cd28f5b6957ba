/*
 * survey: what the running second stage says of link, storage, memory and chip, before anything is
 * written (protocol/da-xflash.md 4.4, 5.2, 6.8).
 *
 * An agent on a full-speed link is asked to come back at its best speed first: the boot ROM often
 * enumerates slow, and an image set takes hours that way. A unit that stays slow is flashed anyway.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/xflash/command.h"
#include "engine/xflash/info.h"
#include "engine/xflash/status.h"
#include "engine/xflash/tables.h"

#define TABLE_PMT  0x65
#define RPMB_KEY   0x10
#define RPMB_BLANK 0x11

static struct slice answer_of(const struct flow *f)
{
	return (struct slice){f->xflash.in.body, f->xflash.in.got};
}

static enum verdict ask_speed(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_USB_SPEED, true);
}

static enum verdict got_speed(struct flow *f, struct slice rx)
{
	char *name = f->report.facts.usb_speed_name;
	size_t n = f->xflash.in.got;

	(void)rx;
	if (!f->xflash.offered)
		return STEP_NEXT;
	if (n >= sizeof f->report.facts.usb_speed_name)
		n = sizeof f->report.facts.usb_speed_name - 1;
	memcpy(name, f->xflash.in.body, n);
	name[n] = '\0';
	return STEP_NEXT;
}

static enum verdict ask_switch(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (strcmp(f->report.facts.usb_speed_name, "full-speed") || f->xflash.switched_usb)
		return STEP_NEXT;
	f->xflash.switched_usb = true;
	f->call = xflash_switch;
	return STEP_CALL;
}

/* The speed may have changed: ask again. */
static enum verdict got_switch(struct flow *f, struct slice rx)
{
	(void)f;
	(void)rx;
	return STEP_RESTART;
}

static enum verdict ask_emmc(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_EMMC_INFO, true);
}

static enum verdict ask_ufs(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_UFS_INFO, true);
}

static enum verdict ask_nand(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_NAND_INFO, true);
}

static enum verdict ask_nor(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (f->report.facts.storage.kind != STORAGE_NONE)
		return STEP_NEXT;
	return control_get(f, GET_NOR_INFO, true);
}

static enum verdict ask_ram(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_RAM_INFO, true);
}

/* An agent that lacks or fails the question leaves the fact unknown. */
static enum verdict take_info(struct flow *f, bool (*info)(struct device_facts *, struct slice))
{
	if (!f->xflash.offered || xflash_failed(f->xflash.status))
		return STEP_NEXT;
	if (!info(&f->report.facts, answer_of(f)))
		return step_fail(f, FAULT_XFLASH, XFLASH_PROTOCOL_ERROR,
				 "the agent's answer of %u bytes is too short", f->xflash.in.got);
	return STEP_NEXT;
}

static enum verdict got_emmc(struct flow *f, struct slice rx)
{
	(void)rx;
	return take_info(f, info_emmc);
}

static enum verdict got_ufs(struct flow *f, struct slice rx)
{
	(void)rx;
	return take_info(f, info_ufs);
}

static enum verdict got_nand(struct flow *f, struct slice rx)
{
	(void)rx;
	return take_info(f, info_nand);
}

static enum verdict got_nor(struct flow *f, struct slice rx)
{
	(void)rx;
	return take_info(f, info_nor);
}

/* The storage is known now, whichever of the four it is. */
static enum verdict got_ram(struct flow *f, struct slice rx)
{
	(void)rx;
	facts_name_storage(&f->report.facts);
	return take_info(f, info_ram);
}

static enum verdict ask_chip(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_CHIP_ID, true);
}

/* The agent must run on the chip that was identified, also after a re-enumeration. */
static enum verdict got_chip(struct flow *f, struct slice rx)
{
	uint16_t code;

	(void)rx;
	if (!f->xflash.offered || xflash_failed(f->xflash.status) || f->xflash.in.got < 2)
		return STEP_NEXT;
	code = get_le16(f->xflash.in.body);
	if (code != f->chip->hw_code && code != f->chip->da_code)
		return step_fail(f, FAULT_STATION, 10,
				 "chip 0x%04X was identified, the agent runs on 0x%04X",
				 f->chip->hw_code, code);
	return STEP_NEXT;
}

static enum verdict ask_random_id(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_RANDOM_ID, true);
}

static enum verdict got_random_id(struct flow *f, struct slice rx)
{
	(void)rx;
	if (f->xflash.offered && f->xflash.in.got >= sizeof f->report.facts.random_id)
		memcpy(f->report.facts.random_id, f->xflash.in.body,
		       sizeof f->report.facts.random_id);
	return STEP_NEXT;
}

static enum verdict ask_life(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_act(f, ACT_LIFE_CYCLE_CHECK, true);
}

static enum verdict got_life(struct flow *f, struct slice rx)
{
	(void)rx;
	if (f->xflash.offered && f->xflash.status == XFLASH_LIFE_EXHAUSTED)
		return step_refuse(f, 43,
				   "the storage's life is used up (0x%08X; life estimates %u and "
				   "%u of 11, spare blocks state %u)",
				   f->xflash.status, f->report.facts.life_a, f->report.facts.life_b,
				   f->report.facts.pre_eol);
	return STEP_NEXT;
}

/* A word that the agent has, and did not fail to tell; else false. */
static bool told_word(const struct flow *f, uint32_t *word)
{
	const struct xflash_state *x = &f->xflash;

	if (!x->offered || xflash_failed(x->status) || x->in.got < 4)
		return false;
	*word = get_le32(x->in.body);
	return true;
}

static enum verdict ask_battery(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_BATTERY_VOLTAGE, true);
}

/* A board without battery answers 0 and a failure: the fact stays unknown. */
static enum verdict got_battery(struct flow *f, struct slice rx)
{
	(void)rx;
	told_word(f, &f->report.facts.battery_mv);
	return STEP_NEXT;
}

static enum verdict ask_dram_type(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_DRAM_TYPE, true);
}

static enum verdict got_dram_type(struct flow *f, struct slice rx)
{
	uint32_t type;

	(void)rx;
	if (told_word(f, &type))
		f->report.facts.dram_type = (uint8_t)type;
	return STEP_NEXT;
}

/* What only the card of an identified unit shows is not asked for in every run. */
static enum verdict ask_for_card(struct flow *f, enum xflash_control code)
{
	return f->plan->operation == FLOW_IDENTIFY ? control_get(f, code, true) : STEP_NEXT;
}

static enum verdict ask_rpmb(struct flow *f, struct flow_action *a)
{
	(void)a;
	return ask_for_card(f, GET_RPMB_STATUS);
}

static enum verdict got_rpmb(struct flow *f, struct slice rx)
{
	uint32_t state;

	(void)rx;
	if (told_word(f, &state) && (state == RPMB_KEY || state == RPMB_BLANK))
		f->report.facts.rpmb = state == RPMB_KEY ? RPMB_HAS_KEY : RPMB_NO_KEY;
	return STEP_NEXT;
}

static enum verdict ask_hrid(struct flow *f, struct flow_action *a)
{
	(void)a;
	return ask_for_card(f, GET_HRID);
}

static enum verdict got_hrid(struct flow *f, struct slice rx)
{
	(void)rx;
	if (f->xflash.offered && !xflash_failed(f->xflash.status) &&
	    f->xflash.in.got >= sizeof f->report.facts.hrid)
		memcpy(f->report.facts.hrid, f->xflash.in.body, sizeof f->report.facts.hrid);
	return STEP_NEXT;
}

static enum verdict ask_lock(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = xflash_unlock;
	return STEP_CALL;
}

static enum verdict ask_table_kind(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_PARTITION_TBL_CATA, true);
}

static enum verdict got_table_kind(struct flow *f, struct slice rx)
{
	uint32_t kind;

	(void)rx;
	if (told_word(f, &kind) && kind == TABLE_PMT &&
	    f->report.facts.storage.kind != STORAGE_NAND)
		return step_refuse(f, 44,
				   "the agent works with a PMT partition table, which this "
				   "generation has on NAND only");
	return STEP_NEXT;
}

const struct step xflash_survey[] = {
	{"usb speed", 0, ask_speed, got_speed, NULL},
	{"usb speed switch", 0, ask_switch, got_switch, NULL},
	{"agent lock", 0, ask_lock, NULL, NULL},
	{"emmc", 0, ask_emmc, got_emmc, NULL},
	{"ufs", 0, ask_ufs, got_ufs, NULL},
	{"nand", 0, ask_nand, got_nand, NULL},
	{"nor", 0, ask_nor, got_nor, NULL},
	{"memory", 0, ask_ram, got_ram, NULL},
	{"memory type", 0, ask_dram_type, got_dram_type, NULL},
	{"battery", 0, ask_battery, got_battery, NULL},
	{"chip", 0, ask_chip, got_chip, NULL},
	{"random id", 0, ask_random_id, got_random_id, NULL},
	{"storage life", 0, ask_life, got_life, NULL},
	{"rpmb", 0, ask_rpmb, got_rpmb, NULL},
	{"hardware id", 0, ask_hrid, got_hrid, NULL},
	{"table kind", 0, ask_table_kind, got_table_kind, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
