/*
 * preflight: everything that can be refused before the device gets a byte of an agent.
 *
 * Chip against package, package against itself, agent file, security state, DRAM settings. The
 * findings of package_check() count, and what endangers a unit is looked at again here, so that a
 * caller who forgot that check cannot harm one. All of these are refusals: nothing was written.
 */
#include <string.h>

#include "engine/base/text.h"
#include "engine/brom/brom.h"
#include "engine/flow/phases.h"

static const char *platform_of(const struct flow *f)
{
	return f->plan->platform ? f->plan->platform : f->plan->package->scatter.platform;
}

static enum verdict check_chip(struct flow *f)
{
	const struct device_facts *facts = &f->report.facts;
	const char *platform = platform_of(f);

	if (!f->chip)
		return step_refuse(f, 21, "chip code 0x%04X is not in the chip table",
				   facts->hw_code);
	if (!platform[0])
		return step_refuse(f, 32, "the package names no platform to compare %s with",
				   f->chip->names[0]);
	if (!chip_has_name(f->chip, platform))
		return step_refuse(f, 20, "the package is for %s, the unit has %s (0x%04X)",
				   platform, f->chip->names[0], facts->hw_code);
	return STEP_NEXT;
}

static enum verdict check_findings(struct flow *f)
{
	const struct package *p = f->plan->package;

	if (!flow_operation_uses_images(f->plan->operation))
		return STEP_NEXT;
	for (size_t i = 0; i < p->finding_count; i++) {
		const struct finding *found = &p->findings[i];

		if (found->level == FINDING_REFUSAL)
			return step_refuse(f, found->station_code, "%s%s%s", found->item,
					   found->item[0] ? ": " : "", found->text);
	}
	return STEP_NEXT;
}

static enum verdict check_part(struct flow *f, size_t i)
{
	const struct package_part *part = &f->plan->package->parts[i];
	const struct scatter_entry *entry = part->entry;
	const struct package_file *file;

	if (scatter_is_identity(entry->name) && !own_allowed(f, entry->name))
		return step_refuse(f, 58,
				   "%s holds a unit's own data and the package would overwrite it",
				   entry->name);
	file = part_file(f, i);
	if (!file)
		return step_refuse(f, 31, "%s: file %s is missing", entry->name, entry->file);
	if (file->sparse_bad)
		return step_refuse(f, 31, "%s: sparse image %s is damaged: %.120s", entry->name,
				   file->name, file->problem.why);
	if (!file->bytes.n)
		return step_refuse(f, 31, "%s: %s is empty", entry->name, file->name);
	if (part->sum == PART_SUM_BAD)
		return step_refuse(f, 30, "%s: %s does not have its listed checksum", entry->name,
				   file->name);
	if (!file->hashed || !file->sums.prefix)
		return step_refuse(f, 30, "%s: %s was not hashed at import", entry->name,
				   file->name);
	if (entry->size && !entry->to_end && file->expanded > entry->size)
		return step_refuse(f, 37, "%s: %s has %llu bytes, the partition %llu", entry->name,
				   file->name, (unsigned long long)file->expanded,
				   (unsigned long long)entry->size);
	return STEP_NEXT;
}

static enum verdict check_parts(struct flow *f)
{
	const struct package *p = f->plan->package;

	if (!flow_operation_uses_images(f->plan->operation))
		return STEP_NEXT;
	if (!p->part_count)
		return step_refuse(f, 31, "the package holds nothing to write");
	for (size_t i = 0; i < p->part_count; i++) {
		enum verdict v = check_part(f, i);

		if (v != STEP_NEXT)
			return v;
	}
	return STEP_NEXT;
}

static enum verdict check_preloader(struct flow *f)
{
	const struct preloader *preloader = &f->plan->package->preloader;
	const char *platform = platform_of(f);
	bool by_rom = f->report.facts.arrived_as == MODE_BROM;

	if (by_rom && (!f->plan->package->has_preloader || !preloader->emi.n))
		return step_refuse(f, 35,
				   "the unit came by boot ROM, its DRAM needs settings, and the "
				   "package has no preloader with them");
	if (f->plan->package->has_preloader && preloader_fits_platform(preloader, platform) == 0)
		return step_refuse(f, 32,
				   "the preloader (%s, DRAM settings version %u) is not one for %s",
				   preloader->name, preloader->emi_version, platform);
	return STEP_NEXT;
}

/* A V6 container holds XML agents, whatever the chip started with; the chip table has the rest. */
static enum da_protocol protocol_of(const struct flow *f)
{
	if (f->plan->package->da.v6)
		return DA_PROTOCOL_XML;
	return f->chip->da_protocol == DA_PROTOCOL_XML ? DA_PROTOCOL_NONE : f->chip->da_protocol;
}

/* V6 containers are looked up by the chip's own code, older ones by the folded one. */
static const struct da_entry *find_entry(const struct flow *f, struct problem *problem)
{
	const struct da_file *da = &f->plan->package->da;
	const struct device_facts *facts = &f->report.facts;
	const struct da_entry *entry = NULL;

	if (da->v6)
		entry = da_file_select(da, f->chip->hw_code, facts->hw_sub_code, facts->hw_version,
				       facts->sw_version, problem);
	if (!entry)
		entry = da_file_select(da, f->chip->da_code, facts->hw_sub_code, facts->hw_version,
				       facts->sw_version, problem);
	return entry;
}

static enum verdict check_end(struct flow *f)
{
	const struct da_verbs *v = f->verbs;
	enum flow_end end = f->plan->end;
	const char *mode = end == FLOW_END_FASTBOOT && !v->ends_fastboot ? "fastboot"
			   : end == FLOW_END_META && !v->ends_meta	 ? "META"
			   : end == FLOW_END_TEST && !v->ends_test	 ? "Android test mode"
									 : NULL;

	if (!mode)
		return STEP_NEXT;
	return step_refuse(f, 83, "the %s agent can not restart a unit into %s", v->name, mode);
}

static enum verdict check_agent(struct flow *f)
{
	const struct package *p = f->plan->package;
	struct da_region da1, da2;
	struct problem problem;

	if (!p->has_da)
		return step_refuse(f, 36, "the package has no download agent");
	f->verbs = da_verbs_for(protocol_of(f));
	if (!f->verbs)
		return step_refuse(f, 36, "%s is not an agent file for %s: it needs %s", p->da_name,
				   f->chip->names[0],
				   f->chip->da_protocol == DA_PROTOCOL_XML
					   ? "a V6 one"
					   : "an agent that this station does not know");
	f->entry = find_entry(f, &problem);
	if (!f->entry || !da_entry_stages(&p->da, f->entry, &da1, &da2, &problem)) {
		f->verbs = NULL; /* nobody to be told to end */
		return step_refuse(f, 36, "%s: %.180s", p->da_name, problem.why);
	}
	f->da1 = da_region_bytes(&p->da, &da1);
	f->da1_addr = da1.start_addr;
	f->da1_sig_len = da1.sig_len;
	f->da2 = da_region_bytes(&p->da, &da2);
	/* A legacy DA1 takes DA2 with its signature; others know its hash without (da-file.md 4).
	 */
	if (protocol_of(f) != DA_PROTOCOL_LEGACY)
		f->da2.n -= da2.sig_len;
	f->da2_addr = da2.start_addr;
	return check_end(f);
}

/* Which of the owner's files the unit asks for and this order does not have. */
static enum verdict check_security(struct flow *f)
{
	uint32_t config = f->report.facts.target_config;
	const char *missing = auth_missing(f);

	if (!missing)
		return STEP_NEXT;
	return step_refuse(f, 23,
			   "the %s asks for authorisation (target config 0x%02X:%s%s%s), and the "
			   "order has no %s",
			   f->report.facts.arrived_as == MODE_BROM ? "boot ROM" : "preloader",
			   config, config & 1 ? " SBC" : "", config & 2 ? " SLA" : "",
			   config & 4 ? " DAA" : "", missing);
}

/* Names that the package's layout does not write would be left out in silence. */
static enum verdict check_chosen(struct flow *f)
{
	const struct package *p = f->plan->package;

	if (!f->plan->only || !flow_operation_uses_images(f->plan->operation))
		return STEP_NEXT;
	for (size_t i = 0; f->plan->only[i]; i++) {
		bool known = false;

		for (size_t k = 0; k < p->part_count; k++)
			known = known ||
				text_same_any_case(p->parts[k].entry->name, f->plan->only[i]);
		if (!known)
			return step_refuse(f, 31,
					   "%s was chosen, but the package does not write it",
					   f->plan->only[i]);
	}
	return STEP_NEXT;
}

static enum verdict ask_compare(struct flow *f, struct flow_action *a)
{
	static enum verdict (*const checks[])(struct flow *) = {
		recover_check, check_chip,	check_findings, check_parts,
		check_chosen,  check_preloader, check_agent,	check_security,
	};

	(void)a;
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		enum verdict v = checks[i](f);

		if (v != STEP_NEXT)
			return v;
	}
	return STEP_NEXT;
}

const struct step flow_preflight[] = {
	{"compare", 0, ask_compare, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
