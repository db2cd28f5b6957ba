/*
 * table: the device's partition table (da-legacy.md 5.8).
 *
 * A GPT is read as sectors: the agent's own question (A5) hides the backup's state, and the MT6580
 * one dies of a GPT with more entries than it has room for, as it does on the first write. A device
 * without one is asked: it may have a PMT, or nothing at all. NAND has a PMT only.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/format/gpt.h"
#include "engine/format/pmt.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define ANSWER_MS     10000
#define BLOCK_BYTES   512u
#define SECTORS	      34u /* MBR, header, 128 entries */
#define ENTRIES_AT    (BLOCK_BYTES + 80)
#define STAGE_LENGTH  1
#define STAGE_ENTRIES 2
#define STAGE_STATUS  3
#define KIND_PMT      0x5A

static enum verdict keep(struct flow *f, uint64_t at, struct slice bytes)
{
	memcpy(f->table + at, bytes.p, bytes.n);
	return STEP_NEXT;
}

static enum verdict ask_sectors(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->legacy.table = TABLE_NONE;
	f->table_bytes = 0;
	if (lg_on_nand(f))
		return STEP_NEXT;
	f->io.region = REGION_USER;
	f->io.address = 0;
	f->io.length = SECTORS * BLOCK_BYTES;
	f->io.sink = keep;
	f->call = legacy_read;
	return STEP_CALL;
}

/* A damaged one is the agent's to judge: it falls back to the backup. */
static enum verdict got_sectors(struct flow *f, struct slice rx)
{
	uint8_t limit = lg_quirks(f)->gpt_entries;
	uint32_t entries = get_le32(f->table + ENTRIES_AT);
	struct problem problem;
	struct gpt gpt;

	(void)rx;
	if (lg_on_nand(f) || memcmp(f->table + BLOCK_BYTES, "EFI PART", 8) != 0)
		return STEP_NEXT;
	if (limit && entries > limit)
		return step_refuse(f, 44,
				   "the unit's GPT has room for %u entries; this chip's agent dies "
				   "of more than %u at its first write",
				   entries, limit);
	if (gpt_parse(&gpt, (struct slice){f->table, SECTORS * BLOCK_BYTES}, BLOCK_BYTES, &problem))
		return STEP_NEXT;
	f->legacy.table = TABLE_SECTORS;
	f->table_bytes = SECTORS * BLOCK_BYTES;
	return STEP_LEAVE;
}

static enum verdict ask_list(struct flow *f, struct flow_action *a)
{
	lg_op(f, a, lg_on_nand(f) ? OP_READ_PMT_NAND : OP_READ_PMT_EMMC);
	return lg_want(f, 1);
}

static enum verdict got_kind(struct flow *f, struct slice rx)
{
	switch (rx.p[0]) {
	case KIND_PMT:
		f->legacy.table = TABLE_PMT;
		return lg_more(f, STAGE_LENGTH, 4);
	case 0x01: /* GPT: both, primary only, backup only, both */
	case 0x02:
	case 0x04:
	case 0x06:
		f->legacy.table = TABLE_GPT_LIST;
		return lg_more(f, STAGE_LENGTH, 4);
	case LG_NACK:
		return lg_more(f, STAGE_STATUS, 4);
	default:
		return lg_unexpected(f, rx, "a kind of partition table");
	}
}

static enum verdict got_list(struct flow *f, struct slice rx)
{
	if (f->legacy.stage > STAGE_STATUS)
		return lg_unexpected(f, rx, "");
	if (rx.n < f->want)
		return STEP_MORE;
	if (f->legacy.stage == 0)
		return got_kind(f, rx);
	if (f->legacy.stage == STAGE_STATUS) {
		f->agent_idle = true;
		if (lg_code(f, get_be32(rx.p)) == LG_NO_TABLE)
			return STEP_LEAVE;
		return lg_refused(f, get_be32(rx.p));
	}
	f->table_bytes = get_be32(rx.p);
	if (f->table_bytes == 0 || f->table_bytes > sizeof f->table)
		return step_fail(f, FAULT_FLASHTOOL, LG_PROTOCOL,
				 "a partition table of %u bytes is announced", f->table_bytes);
	return STEP_NEXT;
}

static enum verdict ask_entries(struct flow *f, struct flow_action *a)
{
	lg_u8(f, a, LG_ACK);
	return lg_want(f, f->table_bytes);
}

static enum verdict got_entries(struct flow *f, struct slice rx)
{
	if (rx.n < f->want)
		return STEP_MORE;
	memcpy(f->table, rx.p, f->table_bytes);
	return STEP_NEXT;
}

static enum verdict ask_end(struct flow *f, struct flow_action *a)
{
	lg_u8(f, a, LG_ACK);
	f->agent_idle = true;
	return lg_want(f, 0);
}

const struct step legacy_table[] = {
	{"table sectors", 0, ask_sectors, got_sectors, NULL},
	{"table", ANSWER_MS, ask_list, got_list, NULL},
	{"table entries", ANSWER_MS, ask_entries, got_entries, NULL},
	{"table end", ANSWER_MS, ask_end, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

int legacy_parse_table(const struct flow *f, struct gpt *gpt, struct problem *problem)
{
	struct slice table = {f->table, f->table_bytes};

	switch (f->legacy.table) {
	case TABLE_SECTORS:
		return gpt_parse(gpt, table, BLOCK_BYTES, problem);
	case TABLE_PMT:
		return pmt_parse(gpt, table, lg_on_nand(f) ? PMT_NAND : PMT_ANY, problem);
	case TABLE_GPT_LIST:
		return pmt_parse(gpt, table, PMT_GPT_LIST, problem);
	case TABLE_NONE:
		break;
	}
	*gpt = (struct gpt){.sector = BLOCK_BYTES};
	return problem_set(problem, "partition table", "allow blank boards, or format the unit",
			   "the agent finds none on the unit (%d)", LG_NO_TABLE);
}
