/*
 * own: which partitions hold the unit's own data, and how a run looks after them.
 *
 * Names count, whatever the package's layout says (packages.md 1.8, 6), and so does a layout that
 * calls an entry protected. A plain download watches them: a digest before and after. Work that
 * destroys or moves one saves all of them first, whole and read twice, and writes back what was in
 * the way, as long as the new layout has the same room for each (packages.md 7).
 */
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/flow/phases.h"

#define MOST_TABLE                                                                                 \
	0x100000u /* bytes; where a table claims more, it is not one to keep a copy of             \
		   */

static const struct scatter_entry *entry_named(const struct flow *f, const char *name)
{
	for (size_t i = 0; f->section && i < f->section->count; i++)
		if (text_same_any_case(f->section->entries[i].name, name))
			return &f->section->entries[i];
	return NULL;
}

bool own_is(const struct flow *f, const char *name)
{
	const struct scatter_entry *e = entry_named(f, name);

	if (scatter_is_identity(name))
		return true;
	return e && (e->operation == SCATTER_OP_PROTECTED || e->operation == SCATTER_OP_BINREGION);
}

bool own_allowed(const struct flow *f, const char *name)
{
	const char *const *allowed = f->plan->rules ? f->plan->rules->allowed_identity : NULL;

	for (; allowed && *allowed; allowed++)
		if (text_same_any_case(*allowed, name))
			return true;
	return false;
}

static bool job_writes(const struct flow *f, const char *name)
{
	for (size_t i = 0; i < f->job_count; i++)
		if (f->jobs[i].part != SIZE_MAX &&
		    text_same_any_case(job_label(f, &f->jobs[i]), name))
			return true;
	return false;
}

static enum verdict add_own(struct flow *f, const char *name, uint64_t start, uint64_t size)
{
	struct flow_own *own = &f->own[f->own_count];

	if (!size || !own_is(f, name))
		return STEP_NEXT;
	if (f->own_count == FLOW_OWN_MAX)
		return step_refuse(f, 50, "more than %u partitions with the unit's data",
				   FLOW_OWN_MAX);
	*own = (struct flow_own){.region = REGION_USER,
				 .start = start,
				 .size = size,
				 .new_start = start,
				 .record = SIZE_MAX,
				 .written = job_writes(f, name)};
	snprintf(own->name, sizeof own->name, "%.63s", name);
	f->own_count++;
	return STEP_NEXT;
}

/* An earlier run erased the table: what the vault may have is where the package's layout says. */
static enum verdict list_owed(struct flow *f)
{
	enum verdict v = STEP_NEXT;

	for (size_t i = 0; v == STEP_NEXT && i < f->section->count; i++) {
		const struct scatter_entry *e = &f->section->entries[i];
		uint64_t start, size;

		if (layout_lists(f, e) &&
		    scatter_resolve(f->section, e, &f->report.facts.storage, &start, &size))
			v = add_own(f, e->name, start, size);
	}
	return v;
}

static enum verdict list_found(struct flow *f)
{
	enum verdict v = STEP_NEXT;

	f->own_count = 0;
	if (f->owed && f->new_table && !f->has_found)
		return list_owed(f);
	for (size_t i = 0; v == STEP_NEXT && f->has_found && i < f->found.count; i++)
		v = add_own(f, f->found.entries[i].name, f->found.entries[i].start,
			    f->found.entries[i].size);
	return v;
}

/* Where the new layout has room for it; refused when it has none of that size. */
static enum verdict find_new_place(struct flow *f, struct flow_own *own)
{
	const struct scatter_entry *e = entry_named(f, own->name);
	uint64_t start, size;

	if (!e || !scatter_resolve(f->section, e, &f->report.facts.storage, &start, &size))
		return step_refuse(f, 44,
				   "%s holds the unit's own data and has no place in the package's "
				   "layout",
				   own->name);
	if (size != own->size)
		return step_refuse(f, 44,
				   "%s holds the unit's own data: 0x%llx bytes on the unit, 0x%llx "
				   "in the package's layout",
				   own->name, (unsigned long long)own->size,
				   (unsigned long long)size);
	own->new_start = start;
	own->lost = f->plan->operation == FLOW_FORMAT_ALL || start != own->start;
	return STEP_NEXT;
}

static enum verdict set_aside(struct flow *f, const char *name, enum storage_region region,
			      uint64_t start, uint64_t size)
{
	struct flow_own *own = &f->own[f->own_count];

	if (f->own_count == FLOW_OWN_MAX)
		return step_refuse(f, 50, "more than %u things to save", FLOW_OWN_MAX);
	*own = (struct flow_own){.region = region, .start = start, .size = size, .aside = true};
	snprintf(own->name, sizeof own->name, "%s", name);
	f->own_count++;
	return STEP_NEXT;
}

/* What a repair bench asks for when a backup has to be understood later (packages.md 7). */
static enum verdict save_aside(struct flow *f)
{
	const struct storage_sizes *s = &f->report.facts.storage;
	uint64_t head = f->found.first_usable * s->block;
	uint64_t last = (f->found.last_usable + 1) * s->block;
	enum verdict v = STEP_NEXT;

	if (!f->has_found)
		return STEP_NEXT;
	if (table_in_sectors(f) && head < MOST_TABLE && last < s->bytes[REGION_USER] &&
	    s->bytes[REGION_USER] - last < MOST_TABLE) {
		v = set_aside(f, "pgpt", REGION_USER, 0, head);
		if (v == STEP_NEXT)
			v = set_aside(f, "sgpt", REGION_USER, last, s->bytes[REGION_USER] - last);
	}
	if (v == STEP_NEXT && s->bytes[REGION_BOOT1])
		v = set_aside(f, "boot1", REGION_BOOT1, 0, s->bytes[REGION_BOOT1]);
	return v;
}

static enum verdict keep_all(struct flow *f)
{
	f->care = OWN_SAVE;
	if (!f->own_count && f->has_found && !f->plan->blank_boards)
		return step_refuse(
			f, 50,
			"none of the unit's partitions is known to hold its own data, so "
			"nothing can be saved");
	for (size_t i = 0; i < f->own_count; i++) {
		enum verdict v = f->own[i].written ? STEP_NEXT : find_new_place(f, &f->own[i]);

		if (v != STEP_NEXT)
			return v;
	}
	return save_aside(f);
}

static bool overlaps(const struct flow_own *own, const struct flow_span *span)
{
	return own->region == span->region && own->start < span->start + span->length &&
	       span->start < own->start + own->size;
}

/* Only what is erased is saved, and only what the rules name may be erased. */
static enum verdict guard_spans(struct flow *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->own_count; i++) {
		bool hit = false;

		for (size_t k = 0; k < f->span_count; k++)
			hit = hit || overlaps(&f->own[i], &f->spans[k]);
		if (hit && !own_allowed(f, f->own[i].name))
			return step_refuse(f, 54,
					   "%s holds the unit's own data and lies in what is to be "
					   "erased; the profile does not allow that",
					   f->own[i].name);
		if (hit)
			f->own[kept++] = f->own[i];
	}
	f->own_count = kept;
	f->care = OWN_SAVE;
	return STEP_NEXT;
}

/* A part in the report for each that is saved or written back. */
static void add_records(struct flow *f)
{
	struct flow_report *r = &f->report;

	for (size_t i = 0; i < f->own_count && r->part_count < FLOW_PARTS_MAX; i++) {
		struct flow_part_record *record = &r->parts[r->part_count];

		*record = (struct flow_part_record){.part = SIZE_MAX};
		snprintf(record->name, sizeof record->name, "%s", f->own[i].name);
		f->own[i].record = r->part_count++;
		if (f->own[i].lost)
			record->total = f->own[i].size;
	}
}

/* Bytes on the wire: before and after; a backup is read twice, and what was lost goes back. */
static uint64_t bytes_of(const struct flow *f, size_t i)
{
	const struct flow_own *own = &f->own[i];
	uint64_t n = own_range_bytes(f, i);

	if (f->care == OWN_WATCH)
		return own->written ? n : 2 * n;
	if (f->plan->operation == FLOW_ERASE || own->aside)
		return 2 * n;
	return 3 * n + (own->lost ? own->size : 0);
}

static enum own_care watch_level(const struct flow *f)
{
	if (f->report.verify >= FLOW_VERIFY_SAMPLE)
		return OWN_WATCH;
	for (size_t i = 0; i < f->own_count; i++)
		if (f->own[i].written)
			return OWN_WATCH;
	return OWN_LEFT;
}

/* An earlier run took this unit's data and did not give it back: all of it goes back now. */
static void pay_back(struct flow *f)
{
	f->care = OWN_SAVE;
	for (size_t i = 0; i < f->own_count; i++)
		f->own[i].lost = !f->own[i].written && !f->own[i].aside;
}

/* Does the run write images, so that it matters whether there was anything to lose? */
static bool writes_images(const struct flow *f)
{
	return flow_operation_writes(f->plan->operation) && f->plan->operation != FLOW_ERASE;
}

enum verdict own_plan(struct flow *f)
{
	bool destroys = f->plan->operation == FLOW_FORMAT_ALL || f->new_table;
	enum verdict v = list_found(f);

	if (v != STEP_NEXT)
		return v;
	if (f->plan->operation == FLOW_ERASE)
		v = guard_spans(f);
	else if (destroys)
		v = keep_all(f);
	else if (flow_operation_writes(f->plan->operation))
		f->care = watch_level(f);
	if (v != STEP_NEXT)
		return v;
	if (f->owed && writes_images(f))
		pay_back(f);
	if (f->care == OWN_SAVE)
		add_records(f);
	for (size_t i = 0; f->care != OWN_LEFT && i < f->own_count; i++)
		f->report.bytes_total += bytes_of(f, i);
	if (!f->own_count && writes_images(f))
		f->report.identity = FLOW_IDENTITY_NONE;
	return STEP_NEXT;
}

bool own_all_blank(const struct flow *f)
{
	for (size_t i = 0; i < f->own_count; i++)
		if (!f->own[i].blank && !f->own[i].aside)
			return false;
	return true;
}

void own_judge_end(struct flow *f)
{
	if (!f->report.wrote || f->care != OWN_SAVE || f->report.identity != FLOW_IDENTITY_SAVED ||
	    f->plan->operation == FLOW_ERASE)
		return;
	for (size_t i = 0; i < f->own_count; i++)
		if (f->own[i].lost && !f->own[i].restored)
			f->report.identity = FLOW_IDENTITY_LOST;
}
