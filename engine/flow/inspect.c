/*
 * inspect: what only the running agent can tell, compared with the package before the first write.
 *
 *     survey -> the unit's partition table -> active slot -> plan of the work, or a refusal
 *     -> its serial and IMEIs, told to the station
 *
 * An agent that tells the table itself is asked; else the sectors of a GPT are read. A boot loader
 * takes the backup table when the primary is damaged, and so do we. A device with neither is a
 * blank board; it gets a table only when the plan allows blank boards.
 */
#include <string.h>

#include "engine/flow/phases.h"
#include "engine/format/gpt.h"

/* Sectors that hold a table: MBR, header and 128 entries; the backup has no MBR. */
static uint32_t head_bytes(uint32_t block)
{
	return block == 4096 ? 6 * 4096 : 34 * 512;
}

static uint32_t tail_bytes(uint32_t block)
{
	return block == 4096 ? 5 * 4096 : 33 * 512;
}

static enum verdict ask_survey(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = f->verbs->survey;
	return STEP_CALL;
}

static enum verdict got_survey(struct flow *f, struct slice rx)
{
	(void)rx;
	return limits_check(f);
}

/* Gathers a short read in flow->table. */
static enum verdict keep(struct flow *f, uint64_t at, struct slice bytes)
{
	memcpy(f->table + at, bytes.p, bytes.n);
	return STEP_NEXT;
}

static enum verdict read_table(struct flow *f, uint64_t address, uint32_t n)
{
	f->io.region = REGION_USER;
	f->io.address = address;
	f->io.length = n;
	f->io.sink = keep;
	f->table_bytes = n;
	f->call = f->verbs->read;
	return STEP_CALL;
}

/* A GPT lies in sectors of 512 or 4096; other storage has one only in the agent's words. */
bool table_in_sectors(const struct flow *f)
{
	uint32_t block = f->report.facts.storage.block;

	if (f->verbs->table_on_nand && f->report.facts.storage.kind == STORAGE_NAND)
		return false;
	return (!f->verbs->table || f->verbs->table_on_nand) && (block == 512 || block == 4096);
}

static enum verdict ask_told(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->table_bytes = 0;
	if (!f->verbs->table)
		return STEP_NEXT;
	f->call = f->verbs->table;
	return STEP_CALL;
}

static enum verdict got_told(struct flow *f, struct slice rx)
{
	struct problem problem;

	(void)rx;
	if (f->verbs->parse_table && f->table_bytes)
		f->has_found = f->verbs->parse_table(f, &f->found, &problem) == 0;
	return STEP_NEXT;
}

static enum verdict ask_primary(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!table_in_sectors(f))
		return STEP_NEXT;
	return read_table(f, 0, head_bytes(f->report.facts.storage.block));
}

static enum verdict got_primary(struct flow *f, struct slice rx)
{
	struct slice head = {f->table, f->table_bytes};
	struct problem problem;

	(void)rx;
	f->has_found = gpt_parse(&f->found, head, f->report.facts.storage.block, &problem) == 0;
	return STEP_NEXT;
}

static enum verdict ask_backup(struct flow *f, struct flow_action *a)
{
	const struct storage_sizes *s = &f->report.facts.storage;
	uint32_t n = tail_bytes(s->block);

	(void)a;
	if (f->has_found || !table_in_sectors(f))
		return STEP_NEXT;
	return read_table(f, s->bytes[REGION_USER] - n, n);
}

static enum verdict got_backup(struct flow *f, struct slice rx)
{
	const struct storage_sizes *s = &f->report.facts.storage;
	struct slice tail = {f->table, f->table_bytes};
	struct problem problem;

	(void)rx;
	f->has_found =
		gpt_parse_backup(&f->found, tail, s->block, s->bytes[REGION_USER], &problem) == 0;
	return STEP_NEXT;
}

static enum verdict ask_plan(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->report.facts.has_table = f->has_found;
	return work_plan(f);
}

const struct step flow_inspect[] = {
	{"survey", 0, ask_survey, got_survey, NULL},
	{"partition table", 0, ask_told, got_told, NULL},
	{"partition table", 0, ask_primary, got_primary, NULL},
	{"backup table", 0, ask_backup, got_backup, NULL},
	{"active slot", 0, slots_ask, slots_got, NULL},
	{"plan", 0, ask_plan, NULL, NULL},
	{"serial and IMEIs", 0, numbers_ask, numbers_got, NULL},
	{"serial and IMEIs", 0, numbers_tell, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
