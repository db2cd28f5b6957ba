/*
 * layout_build: the partition table that the package's layout asks for, and its pieces as they go
 * to the device: a GPT in two, or what the agent's generation makes of the layout.
 *
 * Source: protocol/packages.md 1.6, 5.2.
 */
#include <stdio.h>
#include <string.h>

#include "engine/flow/phases.h"

/* Bytes at the end of the user region that the backup table takes. */
static uint64_t backup_bytes(uint32_t block)
{
	return block == 4096 ? 5 * 4096 : 33 * 512;
}

static bool add_entry(const struct flow *f, struct gpt *gpt, const struct scatter_entry *e,
		      struct problem *problem)
{
	const struct storage_sizes *s = &f->report.facts.storage;
	uint64_t limit = s->bytes[REGION_USER] - backup_bytes(s->block);
	struct gpt_entry *to = &gpt->entries[gpt->count];
	uint64_t start, size;

	if (gpt->count == GPT_ENTRIES_MAX || !scatter_resolve(f->section, e, s, &start, &size) ||
	    start >= limit) {
		problem_set(problem, e->name, "use the package of this storage size",
			    "it does not fit in the user region of %llu bytes",
			    (unsigned long long)s->bytes[REGION_USER]);
		return false;
	}
	/* A tail entry counted from the end nominally covers the backup table (1.6). */
	if (size > limit - start)
		size = limit - start;
	memset(to, 0, sizeof *to);
	snprintf(to->name, sizeof to->name, "%s", e->name);
	to->start = start;
	to->size = size;
	gpt->count++;
	return true;
}

bool layout_build(const struct flow *f, struct gpt *gpt, struct problem *problem)
{
	const struct storage_sizes *s = &f->report.facts.storage;

	memset(gpt, 0, sizeof *gpt);
	gpt->sector = s->block;
	gpt->my_lba = 1;
	gpt->slots = f->verbs->table_slots;
	memcpy(gpt->disk_guid, f->has_found ? f->found.disk_guid : f->report.facts.random_id,
	       sizeof gpt->disk_guid);
	for (size_t i = 0; i < f->section->count; i++) {
		const struct scatter_entry *e = &f->section->entries[i];

		if (layout_lists(f, e) && !add_entry(f, gpt, e, problem))
			return false;
	}
	gpt->first_usable = s->block == 4096 ? 6 : 34;
	gpt->alternate_lba = s->bytes[REGION_USER] / s->block - 1;
	gpt->last_usable = gpt->alternate_lba - backup_bytes(s->block) / s->block;
	return true;
}

/* Primary, then backup. */
static enum verdict gpt_piece(struct flow *f, const struct gpt *gpt, unsigned nth)
{
	uint64_t user = f->report.facts.storage.bytes[REGION_USER];
	uint8_t other[FLOW_TABLE_BYTES];
	size_t primary = 0, backup = 0;
	bool first = nth == 0;
	struct problem problem;

	if (nth > 1)
		return STEP_LEAVE;
	if (gpt_build(gpt, user, first ? f->table : other, &primary, first ? other : f->table,
		      &backup, &problem))
		return step_refuse(f, 41, "no partition table can be made: %s: %.120s",
				   problem.where, problem.why);
	f->table_bytes = (uint32_t)(first ? primary : backup);
	f->io.region = REGION_USER;
	f->io.address = first ? 0 : user - backup;
	f->io.name = first ? "PGPT" : "SGPT";
	return STEP_NEXT;
}

static enum verdict make_piece(struct flow *f, const struct gpt *gpt, unsigned nth)
{
	struct problem problem = {.why = ""};

	if (!f->verbs->build_table)
		return gpt_piece(f, gpt, nth);
	switch (f->verbs->build_table(f, gpt, nth, &problem)) {
	case TABLE_IS_GPT:
		return gpt_piece(f, gpt, nth);
	case TABLE_PIECE:
		f->io.name = "PMT";
		return STEP_NEXT;
	case TABLE_OVER:
		return STEP_LEAVE;
	case TABLE_BAD:
		break;
	}
	return step_refuse(f, 44, "no partition table can be made: %s: %.120s", problem.where,
			   problem.why);
}

enum verdict layout_piece(struct flow *f, unsigned nth)
{
	struct problem problem;
	struct gpt gpt;
	enum verdict v;

	if (!layout_build(f, &gpt, &problem))
		return step_refuse(f, 41, "no partition table can be made: %s: %.120s",
				   problem.where, problem.why);
	v = make_piece(f, &gpt, nth);
	if (v != STEP_NEXT)
		return v;
	f->io.image = (struct slice){f->table, f->table_bytes};
	f->io.own = true;
	f->io.sums = NULL;
	f->io.sparse = false;
	f->io.length = f->table_bytes;
	return STEP_NEXT;
}
