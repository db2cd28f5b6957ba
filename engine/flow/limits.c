/*
 * limits: what the survey found, against what the work needs: storage that is there and of the
 * package's kind and size, not worn out; enough charge; DRAM settings that the unit can start with.
 */
#include <stdio.h>
#include <string.h>

#include "engine/flow/phases.h"

#define BATTERY_MIN_MV	   3300u
#define BATTERY_PLAUSIBLE  1000u /* less is no millivolts (da-legacy.md 5.9: unit unconfirmed) */
#define SPARES_NEARLY_GONE 3	 /* JEDEC: pre-EOL 1 normal, 2 warning, 3 urgent */
#define LIFE_EXCEEDED	   11	 /* JEDEC: tenths of the life used; 11: more than all of it */
#define SMALLEST_USER	   (67 * 512) /* both tables and a sector */

static enum verdict check_storage(struct flow *f)
{
	const struct storage_sizes *s = &f->report.facts.storage;

	if (s->kind == STORAGE_NONE)
		return step_refuse(f, 40, "the agent finds no eMMC, UFS or NAND on this unit");
	f->section = scatter_section_for(&f->plan->package->scatter, s->kind);
	if (!f->section && flow_operation_uses_images(f->plan->operation))
		return step_refuse(f, 42, "the unit has %s, the package has no layout for it",
				   storage_kind_name(s->kind));
	if (s->block < 512 || s->block & (s->block - 1) || s->bytes[REGION_USER] < SMALLEST_USER ||
	    s->bytes[REGION_USER] % s->block)
		return step_refuse(f, 41, "the user region has %llu bytes in blocks of %u",
				   (unsigned long long)s->bytes[REGION_USER], s->block);
	return flow_operation_uses_images(f->plan->operation) ? jobs_fit(f) : STEP_NEXT;
}

static enum verdict check_life(struct flow *f)
{
	const struct device_facts *facts = &f->report.facts;

	if (facts->pre_eol == SPARES_NEARLY_GONE || facts->life_a == LIFE_EXCEEDED ||
	    facts->life_b == LIFE_EXCEEDED)
		return step_refuse(f, 43,
				   "the storage is worn out: life estimates %u and %u of 11, spare "
				   "blocks state %u of 3",
				   facts->life_a, facts->life_b, facts->pre_eol);
	return STEP_NEXT;
}

static enum verdict check_battery(struct flow *f)
{
	uint32_t least = f->plan->battery_min_mv ? f->plan->battery_min_mv : BATTERY_MIN_MV;
	uint32_t mv = f->report.facts.battery_mv;

	if (mv < BATTERY_PLAUSIBLE || mv >= least)
		return STEP_NEXT;
	return step_refuse(f, 9, "the battery has %u mV, at least %u are asked for", mv, least);
}

static bool same_bytes(const uint8_t *id, const uint8_t *cid, size_t n, bool swapped)
{
	for (size_t i = 0; i < n; i++)
		if (id[i] != cid[swapped ? (i & ~(size_t)3) + 3 - i % 4 : i])
			return false;
	return true;
}

/* Groups of four bytes come in either order (da-legacy.md 3.5); discrete DRAM fits anything. */
static bool record_fits(const struct flow *f, const struct emi_record *r)
{
	const uint8_t *cid = f->report.facts.cid;

	if (!r->id_length || r->id_length > sizeof r->id)
		return true;
	if (f->report.facts.storage.kind == STORAGE_UFS && f->report.facts.storage_name[0])
		return !memcmp(r->id, f->report.facts.storage_name,
			       strnlen((const char *)r->id, r->id_length));
	return same_bytes(r->id, cid, r->id_length, false) ||
	       same_bytes(r->id, cid, r->id_length, true);
}

static bool cid_known(const struct flow *f)
{
	static const uint8_t none[sizeof f->report.facts.cid];
	enum storage_kind kind = f->report.facts.storage.kind;

	return (kind == STORAGE_EMMC || (kind == STORAGE_UFS && f->report.facts.storage_name[0])) &&
	       memcmp(f->report.facts.cid, none, sizeof none) != 0;
}

static bool preloader_goes_out(const struct flow *f)
{
	const struct package *p = f->plan->package;

	for (size_t i = 0; p->has_preloader && i < p->part_count; i++)
		if (p->parts[i].section == f->section && p->parts[i].file == p->preloader_file &&
		    plan_chooses(f->plan, p->parts[i].entry->name))
			return true;
	return false;
}

/*
 * The unit's next start is by the package's preloader: without settings for the memory on this
 * board it would not come up again. Which parts it knows is for the package's owner to read.
 */
static enum verdict check_dram_settings(struct flow *f)
{
	const struct preloader *l = &f->plan->package->preloader;
	size_t kept = l->emi_count < PRELOADER_EMI_MAX ? l->emi_count : PRELOADER_EMI_MAX;

	if (!preloader_goes_out(f) || !kept || kept < l->emi_count || !cid_known(f))
		return STEP_NEXT;
	for (size_t i = 0; i < kept; i++)
		if (record_fits(f, &l->records[i]))
			return STEP_NEXT;
	return step_refuse(f, 35,
			   "none of the %zu DRAM settings of %s is for the storage and memory "
			   "package on this board (id %02X %02X %02X \"%.6s\"); ask for a package "
			   "of this board's memory variant",
			   l->emi_count, l->name[0] ? l->name : "the preloader",
			   f->report.facts.cid[0], f->report.facts.cid[1], f->report.facts.cid[2],
			   (const char *)f->report.facts.cid + 3);
}

enum verdict limits_check(struct flow *f)
{
	enum flow_operation operation = f->plan->operation;
	enum verdict v = check_storage(f);

	if (v == STEP_NEXT && flow_operation_writes(operation))
		v = check_life(f);
	if (v == STEP_NEXT && flow_operation_writes(operation))
		v = check_battery(f);
	if (v == STEP_NEXT && flow_operation_writes(operation) && operation != FLOW_ERASE)
		v = check_dram_settings(f);
	return v;
}
