/*
 * dram: what the boot ROM left to do: DRAM settings for an agent that finds no DRAM (da-legacy.md
 * 3.3). A preloader has DRAM up: the first answer is then 0 and all of this is passed over.
 *
 * The settings are records of the package's own preloader. Old agents take the one record that fits
 * the board's memory package (by its eMMC or NAND id), newer ones all of them. What can not work is
 * refused before a record is sent; every failure is number 4032, as the field knows it, with the
 * agent's own status in its words.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/legacy/cid.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define FIELD_MS       10000
#define SET_UP_MS      30000
#define BOARD_BYTES    26 /* eMMC status and id, NAND status and count of ids */
#define OWN_ID_BYTES   16 /* that variant C sends before it asks */
#define DUMP_CALIBRATE 0x80000001u

/* Fails with 4032. `code` 0: the agent gave none. */
__attribute__((format(printf, 3, 4))) static enum verdict dram_failed(struct flow *f, uint32_t code,
								      const char *format, ...)
{
	char why[176], status[48] = "";
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, sizeof why, format, ap);
	va_end(ap);
	if (code)
		snprintf(status, sizeof status, ": %u %s", code, lg_status_name(code));
	return step_fail(f, FAULT_FLASHTOOL, LG_ENABLE_DRAM_FAIL, "%s%s", why, status);
}

/* The package is not for this board; nothing was tried. */
static enum verdict refused(struct flow *f, enum verdict failed)
{
	f->report.fault.refused = !f->report.wrote;
	return failed;
}

static const struct preloader *settings(const struct flow *f)
{
	return &f->plan->package->preloader;
}

static enum verdict ask_state(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, 4);
}

static enum verdict got_state(struct flow *f, struct slice rx)
{
	enum verdict v = lg_whole(f, rx);

	if (v != STEP_NEXT)
		return v;
	f->legacy.dram_down = get_be32(rx.p) != 0;
	f->report.facts.agent_from_brom = f->legacy.dram_down;
	return f->legacy.dram_down ? STEP_NEXT : STEP_LEAVE;
}

static enum verdict ask_board(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, BOARD_BYTES);
}

static enum verdict got_board(struct flow *f, struct slice rx)
{
	struct dram_board *board = &f->legacy.board;
	enum verdict v = lg_whole(f, rx);
	unsigned ids;

	if (v != STEP_NEXT)
		return v;
	board->has_cid = get_be32(rx.p) == 0;
	memcpy(board->cid, rx.p + 4, sizeof board->cid);
	if (board->has_cid)
		cid_normalise(f->report.facts.cid, board->cid, true);
	ids = get_be16(rx.p + 24);
	if (ids > LEGACY_IDS_MAX)
		return step_fail(f, FAULT_FLASHTOOL, LG_PROTOCOL, "%u NAND id words are announced",
				 ids);
	f->legacy.ids = (uint8_t)ids;
	board->nand_ids = 0;
	if (get_be32(rx.p + 20) == 0)
		board->nand_ids =
			(uint8_t)(ids < sizeof board->nand_id ? ids : sizeof board->nand_id);
	return STEP_NEXT;
}

static enum verdict ask_board_ids(struct flow *f, struct flow_action *a)
{
	(void)a;
	return f->legacy.ids ? lg_want(f, 2u * f->legacy.ids) : STEP_NEXT;
}

static enum verdict got_board_ids(struct flow *f, struct slice rx)
{
	enum verdict v = lg_whole(f, rx);

	if (v != STEP_NEXT)
		return v;
	for (unsigned i = 0; i < f->legacy.board.nand_ids; i++)
		f->legacy.board.nand_id[i] = (uint8_t)get_be16(rx.p + 2 * (size_t)i);
	return STEP_NEXT;
}

static enum verdict no_record(struct flow *f)
{
	const struct dram_board *board = &f->legacy.board;
	char name[CID_NAME_ROOM] = "";

	if (board->has_cid)
		cid_name(name, f->report.facts.cid);
	return refused(f, dram_failed(f, LG_DEVICE_NOT_FOUND,
				      "none of the %zu DRAM settings of %s is for this board (%s "
				      "%02X \"%s\")",
				      settings(f)->emi_count, settings(f)->name,
				      board->has_cid ? "eMMC of maker" : "NAND of maker",
				      board->has_cid ? f->report.facts.cid[0] : board->nand_id[0],
				      name));
}

/* Old agents: the record of the memory package, or one of discrete DRAM where that is possible. */
static enum verdict pick_one(struct flow *f)
{
	struct legacy_state *l = &f->legacy;
	size_t i = dram_record_for(settings(f), &l->board, 0);

	if (i == DRAM_RECORD_NONE) {
		i = dram_record_discrete(settings(f), 0);
		l->by_vendor = lg_quirks(f)->emi_discrete;
	}
	if (i == DRAM_RECORD_NONE)
		return no_record(f);
	l->pick[0] = (uint16_t)i;
	l->picks = 1;
	return STEP_NEXT;
}

/* Newer agents choose themselves, but hang when the table is longer than their room. */
static enum verdict pick_table(struct flow *f)
{
	struct legacy_state *l = &f->legacy;
	const struct preloader *p = settings(f);
	uint32_t limit = lg_quirks(f)->emi_limit;
	size_t i = DRAM_RECORD_NONE;

	l->picks = 0;
	if (!limit || dram_all_records(p).n <= limit)
		return STEP_NEXT;
	while ((i = dram_record_for(p, &l->board, i == DRAM_RECORD_NONE ? 0 : i + 1)) !=
		       DRAM_RECORD_NONE &&
	       l->picks < LEGACY_PICKS_MAX)
		l->pick[l->picks++] = (uint16_t)i;
	i = l->picks ? DRAM_RECORD_NONE : dram_record_discrete(p, 0);
	if (i != DRAM_RECORD_NONE)
		l->pick[l->picks++] = (uint16_t)i;
	return l->picks ? STEP_NEXT : no_record(f);
}

static enum verdict wrong_size(struct flow *f, uint32_t wanted)
{
	return refused(f, dram_failed(f, LG_UNSUPPORTED_EMI,
				      "the agent takes DRAM records of %u bytes, those of %s have "
				      "%u",
				      wanted, settings(f)->name, settings(f)->emi_stride));
}

static enum verdict ask_settings(struct flow *f, struct flow_action *a)
{
	const struct preloader *p = settings(f);
	unsigned version = lg_quirks(f)->emi_version;

	(void)a;
	f->legacy.by_vendor = false;
	if (!f->plan->package->has_preloader || !p->emi.n)
		return refused(f, step_fail(f, FAULT_FLASHTOOL, LG_NO_DRAM_SETTINGS,
					    "the unit came by boot ROM and needs DRAM settings, "
					    "but the package's preloader holds none"));
	if (version && p->emi_version && version != p->emi_version)
		return refused(f, dram_failed(f, LG_UNSUPPORTED_EMI,
					      "%s has DRAM settings of version %u, this chip's "
					      "agents take version %u",
					      p->name, p->emi_version, version));
	if (lg_quirks(f)->emi_record && lg_quirks(f)->emi_record != p->emi_stride)
		return wrong_size(f, lg_quirks(f)->emi_record);
	return lg_quirks(f)->emi == EMI_TABLE ? pick_table(f) : pick_one(f);
}

/* Some settings call themselves version 00 (packages.md 3.4): they are the chip's. */
static enum verdict ask_version(struct flow *f, struct flow_action *a)
{
	unsigned version = settings(f)->emi_version;

	lg_u8(f, a, OP_ENABLE_DRAM);
	lg_u32(f, a, version ? version : lg_quirks(f)->emi_version);
	return lg_want(f, 1);
}

static enum verdict got_version(struct flow *f, struct slice rx)
{
	if (rx.n < f->want)
		return STEP_MORE;
	if (rx.p[0] == LG_NACK)
		return refused(f, dram_failed(f, LG_UNSUPPORTED_EMI,
					      "the agent does not take DRAM settings of version %u",
					      settings(f)->emi_version));
	return lg_plain_ack(f, rx);
}

static enum verdict ask_size(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, 4u + (lg_quirks(f)->emi == EMI_ONE_BEHIND_ID ? OWN_ID_BYTES : 0));
}

static enum verdict got_size(struct flow *f, struct slice rx)
{
	enum verdict v = lg_whole(f, rx);

	if (v != STEP_NEXT)
		return v;
	f->legacy.record_bytes = get_be32(rx.p + f->want - 4);
	if (f->legacy.record_bytes != settings(f)->emi_stride)
		return wrong_size(f, f->legacy.record_bytes);
	return STEP_NEXT;
}

static struct slice picked(const struct flow *f, unsigned i)
{
	return f->legacy.picks ? dram_record(settings(f), f->legacy.pick[i])
			       : dram_all_records(settings(f));
}

static unsigned pieces(const struct flow *f)
{
	return f->legacy.picks ? f->legacy.picks : 1;
}

static enum verdict ask_records(struct flow *f, struct flow_action *a)
{
	uint32_t total = 0;

	for (unsigned i = 0; i < pieces(f); i++)
		total += (uint32_t)picked(f, i).n;
	lg_u8(f, a, LG_ACK);
	if (lg_quirks(f)->emi == EMI_TABLE)
		lg_u32(f, a, total);
	for (unsigned i = 0; i < pieces(f); i++)
		tx_lend(a, picked(f, i));
	return lg_want(f, 2);
}

static enum verdict got_records(struct flow *f, struct slice rx)
{
	enum verdict v = lg_whole(f, rx);
	uint16_t sum = 0;

	if (v != STEP_NEXT)
		return v;
	for (unsigned i = 0; i < pieces(f); i++)
		sum = (uint16_t)(sum + lg_sum(picked(f, i)));
	if (get_be16(rx.p) != sum)
		return dram_failed(f, 0,
				   "DRAM settings with sum %04X were sent, the agent received "
				   "%04X",
				   sum, get_be16(rx.p));
	return STEP_NEXT;
}

static enum verdict ask_set_up(struct flow *f, struct flow_action *a)
{
	lg_u8(f, a, LG_ACK);
	lg_u32(f, a, DUMP_CALIBRATE);
	return lg_want(f, 4);
}

static enum verdict set_up_failed(struct flow *f, uint32_t code)
{
	bool meant = dram_record_for(settings(f), &f->legacy.board, 0) != DRAM_RECORD_NONE ||
		     dram_record_discrete(settings(f), 0) != DRAM_RECORD_NONE;

	return dram_failed(f, code, "DRAM set-up with version %u of %s failed%s",
			   settings(f)->emi_version, settings(f)->name,
			   meant ? "" : ", which has no record for this board's memory");
}

#define STAGE_SIZE 1

static enum verdict take_result(struct flow *f, struct slice rx)
{
	enum verdict v = lg_whole(f, rx);
	uint32_t status;

	if (v != STEP_NEXT)
		return v;
	if (f->legacy.stage == STAGE_SIZE) {
		f->report.facts.dram_type = rx.p[0];
		f->report.facts.dram_bytes = lg_get64(rx.p + 2);
		return STEP_LEAVE;
	}
	status = get_be32(rx.p);
	if (status == 0)
		return lg_more(f, STAGE_SIZE, 10);
	return f->legacy.by_vendor ? STEP_NEXT : set_up_failed(f, lg_code(f, status));
}

/* Discrete DRAM: the first record only got the agent to ask the chips who made them (variant B). */
static enum verdict ask_vendor(struct flow *f, struct flow_action *a)
{
	lg_u8(f, a, LG_ACK);
	return lg_want(f, 8);
}

static enum verdict got_vendor(struct flow *f, struct slice rx)
{
	enum verdict v = lg_whole(f, rx);
	size_t i = DRAM_RECORD_NONE;

	if (v != STEP_NEXT)
		return v;
	f->legacy.by_vendor = false;
	if (get_be32(rx.p)) /* 0 would stand for any */
		i = dram_record_discrete(settings(f), get_be32(rx.p));
	if (i == DRAM_RECORD_NONE)
		return refused(f, dram_failed(f, LG_DEVICE_NOT_FOUND,
					      "%s has no DRAM settings for discrete DRAM of maker "
					      "%u",
					      settings(f)->name, get_be32(rx.p)));
	f->legacy.pick[0] = (uint16_t)i;
	f->legacy.picks = 1;
	return STEP_NEXT;
}

static enum verdict ask_vendor_set_up(struct flow *f, struct flow_action *a)
{
	lg_u8(f, a, LG_ACK);
	return lg_want(f, 4);
}

static enum verdict hung(struct flow *f, struct slice rx)
{
	(void)rx;
	return dram_failed(f, 0,
			   "no answer to the DRAM settings (version %u of %s): the agent hangs",
			   settings(f)->emi_version, settings(f)->name);
}

const struct step legacy_dram[] = {
	{"dram state", FIELD_MS, ask_state, got_state, NULL},
	{"dram board", FIELD_MS, ask_board, got_board, NULL},
	{"dram board", FIELD_MS, ask_board_ids, got_board_ids, NULL},
	{"dram settings", 0, ask_settings, NULL, NULL},
	{"dram version", FIELD_MS, ask_version, got_version, hung},
	{"dram record size", FIELD_MS, ask_size, got_size, hung},
	{"dram records", FIELD_MS, ask_records, got_records, hung},
	{"dram set-up", SET_UP_MS, ask_set_up, take_result, hung},
	{"dram maker", FIELD_MS, ask_vendor, got_vendor, hung},
	{"dram records", FIELD_MS, ask_records, got_records, hung},
	{"dram set-up", SET_UP_MS, ask_vendor_set_up, take_result, hung},
	{NULL, 0, NULL, NULL, NULL},
};
