/*
 * inspect: what only the running agent can tell, compared with the package before the first write.
 *
 *     survey -> primary table -> [backup table] -> plan of the writes, or a refusal
 *
 * A boot loader takes the backup table when the primary is damaged, and so do we. A device with
 * neither is a blank board; it gets a table only when the plan allows blank boards.
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
	const struct storage_sizes *s = &f->report.facts.storage;

	(void)rx;
	if (s->kind == STORAGE_NONE)
		return step_refuse(f, 40, "the agent finds no eMMC, UFS or NAND on this unit");
	f->section = scatter_section_for(&f->plan->package->scatter, s->kind);
	if (!f->section)
		return step_refuse(f, 42, "the unit has %s, the package has no layout for it",
				   storage_kind_name(s->kind));
	if (s->kind != STORAGE_EMMC && s->kind != STORAGE_UFS)
		return step_refuse(f, 42, "this station cannot write %s with this agent yet",
				   storage_kind_name(s->kind));
	if ((s->block != 512 && s->block != 4096) ||
	    s->bytes[REGION_USER] < head_bytes(s->block) + tail_bytes(s->block))
		return step_refuse(f, 41, "the user region has %llu bytes in blocks of %u",
				   (unsigned long long)s->bytes[REGION_USER], s->block);
	return jobs_fit(f);
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

static enum verdict ask_primary(struct flow *f, struct flow_action *a)
{
	(void)a;
	return read_table(f, 0, head_bytes(f->report.facts.storage.block));
}

/* Compare, unless there is no table to compare with. */
static enum verdict compare(struct flow *f, const struct gpt *gpt)
{
	char text[160];
	size_t differences = layout_differences(f, gpt, text, sizeof text);

	if (differences)
		return step_refuse(f, 44, "%zu difference%s: %s", differences,
				   differences == 1 ? "" : "s", text);
	return jobs_plan(f, gpt);
}

static enum verdict got_primary(struct flow *f, struct slice rx)
{
	struct slice head = {f->table, f->table_bytes};
	struct problem problem;
	struct gpt gpt;

	(void)rx;
	if (gpt_parse(&gpt, head, f->report.facts.storage.block, &problem))
		return STEP_NEXT;
	return compare(f, &gpt) == STEP_FAIL ? STEP_FAIL : STEP_LEAVE;
}

static enum verdict ask_backup(struct flow *f, struct flow_action *a)
{
	const struct storage_sizes *s = &f->report.facts.storage;
	uint32_t n = tail_bytes(s->block);

	(void)a;
	return read_table(f, s->bytes[REGION_USER] - n, n);
}

static enum verdict got_backup(struct flow *f, struct slice rx)
{
	const struct storage_sizes *s = &f->report.facts.storage;
	struct slice tail = {f->table, f->table_bytes};
	struct problem problem;
	struct gpt gpt;

	(void)rx;
	if (!gpt_parse_backup(&gpt, tail, s->block, s->bytes[REGION_USER], &problem))
		return compare(f, &gpt);
	if (!f->plan->blank_boards)
		return step_refuse(f, 44,
				   "the unit has no partition table (%.100s), and this order does "
				   "not allow blank boards",
				   problem.why);
	f->blank = true;
	return jobs_plan(f, NULL);
}

const struct step flow_inspect[] = {
	{"survey", 0, ask_survey, got_survey, NULL},
	{"partition table", 0, ask_primary, got_primary, NULL},
	{"backup table", 0, ask_backup, got_backup, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
