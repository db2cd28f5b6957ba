/*
 * erase: which bytes a run gives back to the storage, and doing so.
 *
 * Format all takes the whole user region, on NAND up to its reserved tail; boot regions are written
 * over later and not erased before: a run that breaks off in between leaves a unit that still
 * answers. An upgrade with a new table clears what the package does not write and what now lies
 * somewhere else, where old bytes would be taken for its content.
 */
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/flow/phases.h"

static enum verdict add_span(struct flow *f, enum storage_region region, uint64_t start,
			     uint64_t length)
{
	if (f->span_count == FLOW_SPANS_MAX)
		return step_refuse(f, 44, "more than %u ranges to erase", FLOW_SPANS_MAX);
	f->spans[f->span_count++] = (struct flow_span){region, start, length};
	return STEP_NEXT;
}

/* Start of the tail that bad-block management keeps for itself. */
static uint64_t user_end(const struct flow *f)
{
	const struct storage_sizes *s = &f->report.facts.storage;
	uint64_t end = s->bytes[REGION_USER];

	for (size_t i = 0; s->kind == STORAGE_NAND && i < f->section->count; i++) {
		const struct scatter_entry *e = &f->section->entries[i];
		uint64_t start, size;

		if (e->from_end && scatter_resolve(f->section, e, s, &start, &size) && start < end)
			end = start;
	}
	return end;
}

static bool part_written(const struct flow *f, const struct scatter_entry *e)
{
	for (size_t i = 0; i < f->job_count; i++)
		if (f->jobs[i].part != SIZE_MAX &&
		    f->plan->package->parts[f->jobs[i].part].entry == e)
			return true;
	return false;
}

static enum verdict clear_moved(struct flow *f, const struct scatter_entry *e)
{
	const struct gpt_entry *old = f->has_found ? gpt_find(&f->found, e->name) : NULL;
	uint64_t start, size;

	if (!layout_lists(f, e) || e->is_reserved || e->from_end || part_written(f, e))
		return STEP_NEXT;
	if (old && own_is(f, e->name))
		return STEP_NEXT; /* written back whole, or where it always was */
	if (!scatter_resolve(f->section, e, &f->report.facts.storage, &start, &size) || !size)
		return STEP_NEXT;
	if (old && old->start == start && old->size == size)
		return STEP_NEXT;
	return add_span(f, REGION_USER, start, size);
}

enum verdict erase_plan(struct flow *f)
{
	enum verdict v = STEP_NEXT;

	if (f->plan->operation == FLOW_FORMAT_ALL)
		return add_span(f, REGION_USER, 0, user_end(f));
	if (f->plan->operation != FLOW_UPGRADE)
		return STEP_NEXT;
	for (size_t i = 0; f->new_table && v == STEP_NEXT && i < f->section->count; i++)
		v = clear_moved(f, &f->section->entries[i]);
	return v;
}

static enum verdict ask_span(struct flow *f, struct flow_action *a)
{
	const struct flow_span *s = &f->spans[f->span];

	(void)a;
	if (f->span == f->span_count) {
		f->report.target[0] = '\0';
		return STEP_LEAVE;
	}
	snprintf(f->report.target, sizeof f->report.target, "%s+0x%llx",
		 storage_region_name(f->report.facts.storage.kind, s->region),
		 (unsigned long long)s->start);
	f->io.region = s->region;
	f->io.address = s->start;
	f->io.length = s->length;
	f->io.done = 0;
	f->io.percent = 0;
	f->call = f->verbs->format;
	return STEP_CALL;
}

static enum verdict got_span(struct flow *f, struct slice rx)
{
	(void)rx;
	f->span++;
	return STEP_AGAIN;
}

const struct step flow_erase[] = {
	{"journal", 0, ask_point_of_no_return, got_point_of_no_return, NULL},
	{"erase", 0, ask_span, got_span, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
