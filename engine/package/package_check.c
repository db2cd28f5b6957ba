/*
 * What is wrong with a package as a whole: agent, preloader, layout, checksum files. What is wrong
 * with single partitions is in package_check_parts.c. Rules: packages.md 1.8, 1.10, 2, 3.4.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/chips/chips.h"
#include "engine/package/package_parts.h"

const char *finding_level_name(enum finding_level level)
{
	switch (level) {
	case FINDING_NOTE:
		return "note";
	case FINDING_WARNING:
		return "warning";
	case FINDING_REFUSAL:
		return "refusal";
	}
	return "unknown";
}

static bool is_known(const struct package *p, const struct finding *f)
{
	for (size_t i = 0; i < p->finding_count; i++) {
		if (strcmp(p->findings[i].item, f->item) == 0 &&
		    strcmp(p->findings[i].text, f->text) == 0)
			return true;
	}
	return false;
}

/* A refusal must be seen even when the list is full of lesser things: it takes the last place. */
void package_find(struct package *p, enum finding_level level, uint16_t station_code,
		  const char *item, const char *remedy, const char *format, ...)
{
	struct finding f = {.level = level, .station_code = station_code};
	va_list ap;

	snprintf(f.item, sizeof f.item, "%s", item);
	snprintf(f.remedy, sizeof f.remedy, "%s", remedy);
	va_start(ap, format);
	vsnprintf(f.text, sizeof f.text, format, ap);
	va_end(ap);
	if (is_known(p, &f))
		return;
	if (p->finding_count < PACKAGE_FINDINGS_MAX)
		p->findings[p->finding_count++] = f;
	else if (level == FINDING_REFUSAL && !p->refused)
		p->findings[PACKAGE_FINDINGS_MAX - 1] = f;
	if (level == FINDING_REFUSAL)
		p->refused = true;
}

static void check_platform(struct package *p)
{
	if (p->scatter.platform[0] == '\0')
		package_find(p, FINDING_WARNING, 0, "",
			     "rename the scatter file to <CHIP>_Android_scatter.txt",
			     "the scatter file names no chip, and its own name does not either");
	else if (!chip_by_name(p->scatter.platform))
		package_find(p, FINDING_WARNING, 0, "",
			     "compare the platform line with the product",
			     "the platform %s is not in the chip table", p->scatter.platform);
}

/* Does any chip of that name have an entry in the agent file? */
static bool agent_serves(const struct da_file *d, const char *platform)
{
	for (size_t i = 0; i < chip_count(); i++) {
		const struct chip *c = chip_at(i);
		uint16_t sw_any = 0;
		struct problem ignored;

		if (!chip_has_name(c, platform))
			continue;
		for (size_t k = 0; k < d->count; k++) {
			sw_any = d->entries[k].sw_version;
			if (da_file_select(d, c->da_code, 0, d->entries[k].hw_version, sw_any,
					   &ignored) ||
			    (d->v6 && da_file_select(d, c->hw_code, 0, d->entries[k].hw_version,
						     sw_any, &ignored)))
				return true;
		}
	}
	return false;
}

static void check_agent_generation(struct package *p, const struct chip *c)
{
	bool wants_xml = c->da_protocol == DA_PROTOCOL_XML;

	if (c->da_protocol != DA_PROTOCOL_NONE && p->da.v6 != wants_xml)
		package_find(p, FINDING_WARNING, 0, p->da_name,
			     "take the agent file that was released with the package",
			     "it is %s V6 file, but %s usually takes %s", p->da.v6 ? "a" : "not a",
			     p->scatter.platform, wants_xml ? "one" : "an older one");
}

static void check_agent(struct package *p)
{
	const struct chip *c = chip_by_name(p->scatter.platform);

	if (p->da_bad) {
		package_find(p, FINDING_REFUSAL, ST_DA_SET, p->da_name, p->da_problem.remedy,
			     "agent file, %s: %s", p->da_problem.where, p->da_problem.why);
		return;
	}
	if (!p->has_da) {
		package_find(p, FINDING_NOTE, 0, "", "put the agent file of the product beside it",
			     "the folder holds no agent file (MTK_DOWNLOAD_AGENT)");
		return;
	}
	if (!c)
		return;
	check_agent_generation(p, c);
	if (!agent_serves(&p->da, p->scatter.platform))
		package_find(p, FINDING_REFUSAL, ST_DA_SET, p->da_name,
			     "take an agent file of a release that knows this chip",
			     "the agent file has no entry for %s (code 0x%04X)",
			     p->scatter.platform, c->da_code);
}

static void check_preloader_name(struct package *p, const char *file)
{
	const struct preloader *l = &p->preloader;

	if (l->name[0] == '\0' || text_same_any_case(l->name, file))
		return;
	/* builds write the name inside in lower case */
	if (p->scatter.project[0] && strcasestr(l->name, p->scatter.project))
		return;
	package_find(p, FINDING_WARNING, 0, file, "make sure the preloader is of this project",
		     "the preloader calls itself %s; the project is %s", l->name,
		     p->scatter.project[0] ? p->scatter.project : "not stated");
}

static void check_preloader_content(struct package *p, const char *file)
{
	const struct preloader *l = &p->preloader;

	if (l->hash == PRELOADER_HASH_BAD)
		package_find(
			p, FINDING_REFUSAL, ST_CHECKSUM_MISMATCH, file,
			"copy the preloader again from the build",
			"the preloader is damaged: its SHA-256 is not the one in its signature");
	if (l->emi.n == 0)
		package_find(
			p, FINDING_WARNING, 0, file, "take a preloader that holds MTK_BLOADER_INFO",
			"no DRAM settings inside: units that come by boot ROM can't be flashed");
	else if (preloader_fits_platform(l, p->scatter.platform) == 0)
		package_find(p, FINDING_REFUSAL, ST_MODEL_MISMATCH, file,
			     "take the preloader of this product's build",
			     "its DRAM settings are version %02u, which %s does not use%s%s",
			     l->emi_version, p->scatter.platform,
			     l->platform[0] ? "; they are of " : "", l->platform);
	if (l->raw.n == 0)
		package_find(p, FINDING_REFUSAL, ST_INCOMPLETE, file,
			     "take preloader_<project>.bin from the build",
			     "the file holds DRAM settings only, not a preloader");
	if (l->boot_header)
		package_find(p, FINDING_WARNING, 0, file,
			     "use preloader_<project>.bin of the build where there is one",
			     "the file is a read-back boot region (%s), not a preloader as built",
			     l->boot_name);
}

static void check_preloader(struct package *p)
{
	const char *file;

	if (p->preloader_file == SIZE_MAX) {
		package_find(p, FINDING_NOTE, 0, "",
			     "add the preloader when units come by boot ROM",
			     "no preloader is written, so there are no DRAM settings either");
		return;
	}
	file = p->files[p->preloader_file].name;
	if (p->preloader_bad) {
		package_find(p, FINDING_REFUSAL, ST_INCOMPLETE, file, p->preloader_problem.remedy,
			     "preloader, %s: %s", p->preloader_problem.where,
			     p->preloader_problem.why);
		return;
	}
	check_preloader_name(p, file);
	check_preloader_content(p, file);
}

static bool is_written(const struct package *p, const struct scatter_entry *e)
{
	for (size_t i = 0; i < p->part_count; i++) {
		if (p->parts[i].entry == e)
			return true;
	}
	return false;
}

static void check_overlaps(struct package *p, const struct scatter_section *sec)
{
	size_t other = 0;

	for (size_t i = scatter_next_overlap(sec, 0, &other); i < sec->count;
	     i = scatter_next_overlap(sec, i + 1, &other)) {
		const struct scatter_entry *a = &sec->entries[i];
		const struct scatter_entry *b = &sec->entries[other];
		bool written = is_written(p, a) || is_written(p, b);

		package_find(p, written ? FINDING_REFUSAL : FINDING_WARNING,
			     written ? ST_LAYOUT_INVALID : 0, a->name,
			     "use the original scatter of the build",
			     "0x%llx bytes at 0x%llx overlap %s (0x%llx bytes at 0x%llx)",
			     (unsigned long long)a->size, (unsigned long long)a->start, b->name,
			     (unsigned long long)b->size, (unsigned long long)b->start);
	}
}

static void check_checksum_files(struct package *p)
{
	if (p->checksums_bad)
		package_find(p, FINDING_REFUSAL, ST_CHECKSUM_MISMATCH, p->checksums_name,
			     p->checksums_problem.remedy, "checksum file, %s: %s",
			     p->checksums_problem.where, p->checksums_problem.why);
	if (p->has_checksums && !p->checksums.enabled)
		package_find(p, FINDING_NOTE, 0, p->checksums_name, "set CHECKSUM_SWITCH=1",
			     "the checksum file is switched off: its sums are not compared");
	for (size_t i = 0; i < p->list_count; i++) {
		if (p->lists[i].bad)
			package_find(p, FINDING_WARNING, 0, p->lists[i].name,
				     p->lists[i].problem.remedy, "hash list not used, %s: %s",
				     p->lists[i].problem.where, p->lists[i].problem.why);
	}
}

void package_check(struct package *p, const struct package_rules *rules)
{
	p->finding_count = 0;
	p->refused = false;
	check_platform(p);
	package_check_parts(p, rules);
	check_preloader(p);
	check_agent(p);
	check_checksum_files(p);
	for (size_t i = 0; i < p->scatter.section_count; i++)
		check_overlaps(p, &p->scatter.sections[i]);
	for (size_t i = 0; i < p->scatter.warning_count; i++)
		package_find(p, FINDING_NOTE, 0, p->scatter_name, "compare with the build", "%s",
			     p->scatter.warnings[i]);
}
