/*
 * ranges: places on the device that the plan names, to be erased or read back.
 *
 * A partition is looked up in the device's own table: what people mean is what the unit calls so.
 * The boot regions go by name too, on any storage.
 */
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/flow/phases.h"

static const char *const region_words[REGION_COUNT] = {
	[REGION_NONE] = "user", [REGION_BOOT1] = "boot1", [REGION_BOOT2] = "boot2",
	[REGION_RPMB] = "rpmb", [REGION_GP1] = "gp1",	  [REGION_GP2] = "gp2",
	[REGION_GP3] = "gp3",	[REGION_GP4] = "gp4",	  [REGION_USER] = "user",
};

/* The whole that `range` is a part of. */
static enum verdict whole_of(struct flow *f, const struct flow_range *range, struct flow_span *all)
{
	const struct gpt_entry *e;

	if (!range->name[0]) {
		all->region = range->region == REGION_NONE ? REGION_USER : range->region;
		all->start = 0;
		all->length = f->report.facts.storage.bytes[all->region];
		/* RPMB takes writes only with a key that the unit alone has. */
		if (all->region == REGION_RPMB && f->plan->operation == FLOW_ERASE)
			return step_refuse(f, 83, "RPMB can not be erased");
		if (!all->length)
			return step_refuse(
				f, 83, "the unit has no region %s",
				storage_region_name(f->report.facts.storage.kind, all->region));
		return STEP_NEXT;
	}
	e = f->has_found ? gpt_find(&f->found, range->name) : NULL;
	if (!e)
		return step_refuse(f, 44, "%s is not in the unit's partition table", range->name);
	*all = (struct flow_span){REGION_USER, e->start, e->size};
	return STEP_NEXT;
}

/* Erasing is done in blocks; reading may begin and end anywhere, and is cut to what was asked. */
static enum verdict check_blocks(struct flow *f, const struct flow_span *span, const char *label)
{
	uint32_t block = f->report.facts.storage.block;

	if (f->plan->operation == FLOW_ERASE &&
	    (!block || span->start % block || span->length % block))
		return step_refuse(f, 59, "%s: 0x%llx+0x%llx is not made of whole blocks of %u",
				   label, (unsigned long long)span->start,
				   (unsigned long long)span->length, block);
	return STEP_NEXT;
}

static enum verdict resolve(struct flow *f, const struct flow_range *range, struct flow_span *span)
{
	struct flow_span all = {REGION_USER, 0, 0};
	const char *label;
	enum verdict v;

	if (range->region >= REGION_COUNT || !region_words[range->region])
		return step_refuse(f, 83, "region %d can not be named alone", (int)range->region);
	label = range->name[0] ? range->name : region_words[range->region];
	v = whole_of(f, range, &all);
	if (v != STEP_NEXT)
		return v;
	if (range->start >= all.length || range->length > all.length - range->start)
		return step_refuse(f, 41, "%s has 0x%llx bytes, 0x%llx+0x%llx was asked for", label,
				   (unsigned long long)all.length, (unsigned long long)range->start,
				   (unsigned long long)range->length);
	*span = (struct flow_span){all.region, all.start + range->start,
				   range->length ? range->length : all.length - range->start};
	return check_blocks(f, span, label);
}

/* "boot", or "user+0x1000" */
static void name_range(const struct flow_range *range, char name[SCATTER_NAME_MAX])
{
	const char *base = range->name[0] ? range->name : region_words[range->region];

	if (range->start || (!range->name[0] && range->length))
		snprintf(name, SCATTER_NAME_MAX, "%.40s+0x%llx", base,
			 (unsigned long long)range->start);
	else
		snprintf(name, SCATTER_NAME_MAX, "%.63s", base);
}

static enum verdict add_range(struct flow *f, size_t i)
{
	const struct flow_range *range = &f->plan->ranges[i];
	struct flow_part_record *record = &f->report.parts[f->report.part_count];
	struct flow_span *span = &f->spans[f->span_count];
	enum verdict v = resolve(f, range, span);

	if (v != STEP_NEXT)
		return v;
	f->span_count++;
	if (f->plan->operation != FLOW_READBACK)
		return STEP_NEXT;
	*record = (struct flow_part_record){.part = SIZE_MAX, .total = span->length};
	name_range(range, record->name);
	f->report.part_count++;
	f->report.bytes_total += span->length;
	return STEP_NEXT;
}

enum verdict ranges_plan(struct flow *f)
{
	enum verdict v = STEP_NEXT;

	if (!f->plan->range_count || f->plan->range_count > FLOW_RANGES_MAX)
		return step_refuse(f, 83, "%zu ranges were given to %s", f->plan->range_count,
				   flow_operation_name(f->plan->operation));
	for (size_t i = 0; v == STEP_NEXT && i < f->plan->range_count; i++)
		v = add_range(f, i);
	return v;
}

/* What was read beyond the range's ends, to make whole blocks, does not leave. */
static enum verdict keep(struct flow *f, uint64_t at, struct slice bytes)
{
	struct flow_own_work *w = &f->own_work;
	uint64_t from = at < w->first ? w->first - at : 0;
	uint64_t end = w->first + w->bytes;

	if (from >= bytes.n || at >= end)
		return STEP_NEXT;
	if (bytes.n > end - at)
		bytes.n = (size_t)(end - at);
	bytes = (struct slice){bytes.p + from, bytes.n - (size_t)from};
	f->report.bytes_done += bytes.n;
	f->report.parts[f->range].bytes += bytes.n;
	return save_note(f, bytes);
}

static enum verdict ask_range(struct flow *f, struct flow_action *a)
{
	struct flow_own_work *w = &f->own_work;
	const struct flow_span *span = &f->spans[f->range];
	uint32_t block = f->report.facts.storage.block;

	(void)a;
	if (f->range == f->span_count) {
		f->report.target[0] = '\0';
		return STEP_LEAVE;
	}
	w->first = span->start % block;
	w->bytes = span->length;
	f->saving.to = (struct flow_save){.kind = FLOW_SAVE_READBACK,
					  .region = span->region,
					  .start = span->start,
					  .total = span->length};
	snprintf(f->saving.to.name, sizeof f->saving.to.name, "%s", f->report.parts[f->range].name);
	snprintf(f->report.target, sizeof f->report.target, "%s", f->saving.to.name);
	f->part_began_ms = f->now_ms;
	f->io.region = span->region;
	f->io.address = span->start - w->first;
	f->io.length = (w->first + w->bytes + block - 1) / block * block;
	f->io.sink = keep;
	f->call = f->verbs->read;
	return STEP_CALL;
}

static enum verdict got_range(struct flow *f, struct slice rx)
{
	struct flow_part_record *record = &f->report.parts[f->range];

	(void)rx;
	if (f->report.fault.family != FAULT_NONE)
		return STEP_FAIL;
	record->saved = true;
	record->ms = (uint32_t)(f->now_ms - f->part_began_ms);
	f->range++;
	return STEP_AGAIN;
}

const struct step flow_readback[] = {
	{"read back", 0, ask_range, got_range, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
