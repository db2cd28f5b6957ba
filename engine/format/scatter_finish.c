/*
 * The last step of parsing: written addresses become starts inside regions (packages.md 1.6), and
 * what must hold for whole sections is checked.
 */
#include <string.h>

#include "engine/base/text.h"
#include "engine/format/scatter_build.h"

/* Entries at 0xFFFFnnnn count from the end of the flash, but only when they are reserved. */
static bool counts_from_end(struct scatter *s, struct scatter_entry *e)
{
	bool by_name = strcmp(e->name, "BMTPOOL") == 0 || strcmp(e->name, "OTP") == 0;

	if (e->linear < 0xFFFF0000u || e->linear > 0xFFFFFFFFu)
		return false;
	if (!e->is_reserved && by_name)
		scatter_warn(s, "line %u: %s counts from the end although is_reserved is false",
			     e->line, e->name);
	return e->is_reserved || by_name;
}

/*
 * Linear address at which the user region starts. It is not 0 only in the plain form and V1.1.1,
 * where linear addresses run over boot1, boot2 and rpmb first; then MBR is the first user entry.
 */
static uint64_t user_base_of(const struct scatter_section *sec)
{
	const struct scatter_entry *mbr = scatter_find(sec, "MBR");

	if (sec->storage != STORAGE_EMMC && sec->storage != STORAGE_SDMMC)
		return 0;
	if (mbr && mbr->region == REGION_USER)
		return mbr->linear;
	for (size_t i = 0; i < sec->count; i++) {
		const struct scatter_entry *e = &sec->entries[i];

		if (e->region == REGION_USER && !e->is_reserved)
			return e->linear >= e->physical ? e->linear - e->physical : 0;
	}
	return 0;
}

/*
 * The start follows from the linear address alone: generators of V1.1.1 files leave
 * physical_start_addr 0, or repeat the linear one there.
 */
static int settle_start(struct scatter *s, struct scatter_section *sec, struct scatter_entry *e,
			struct problem *problem)
{
	bool user = e->region == REGION_USER;
	uint64_t base = user ? sec->user_base : 0;
	uint64_t end;

	e->from_end = counts_from_end(s, e);
	if (e->from_end) {
		e->blocks_from_end = (uint32_t)(e->linear & 0xFFFF);
		return 0;
	}
	if (e->is_reserved && e->name[0] == '\0') {
		e->start = e->linear; /* a tool's left-over; it is never written */
		return 0;
	}
	if (e->linear < base)
		return scatter_bad(problem, e->line, "correct linear_start_addr",
				   "partition %s at 0x%llx lies before the user region (0x%llx)",
				   e->name, (unsigned long long)e->linear,
				   (unsigned long long)base);
	e->start = user || e->region == REGION_NONE || e->region == REGION_BOOT1 ? e->linear - base
										 : e->physical;
	if (user && e->physical != 0 && e->physical != e->start && e->physical != e->linear)
		scatter_warn(s, "line %u: %s: physical 0x%llx does not fit linear 0x%llx", e->line,
			     e->name, (unsigned long long)e->physical,
			     (unsigned long long)e->linear);
	if (__builtin_add_overflow(e->start, e->size, &end))
		return scatter_bad(problem, e->line, "correct partition_size",
				   "partition %s: start 0x%llx plus size 0x%llx exceeds 64 bits",
				   e->name, (unsigned long long)e->start,
				   (unsigned long long)e->size);
	return 0;
}

static bool is_growing_kind(const struct scatter_entry *e)
{
	return e->operation == SCATTER_OP_NEEDRESIZE || text_same_any_case(e->name, "userdata") ||
	       text_same_any_case(e->name, "usrdata") || text_same_any_case(e->name, "fat");
}

static void settle_end(struct scatter_section *sec)
{
	struct scatter_entry *last = NULL;

	for (size_t i = 0; i < sec->count; i++) {
		struct scatter_entry *e = &sec->entries[i];

		if (e->is_reserved || e->from_end)
			continue;
		if (e->size == 0)
			e->to_end = true;
		if ((e->region == REGION_USER || e->region == REGION_NONE) &&
		    (!last || e->start > last->start))
			last = e;
	}
	if (last && is_growing_kind(last))
		last->to_end = true;
}

static void settle_block_size(struct scatter_section *sec)
{
	if (sec->block_size == 0)
		sec->block_size = sec->storage == STORAGE_UFS ? 0x80000 : 0x20000;
}

static void warn_of_oddities(struct scatter *s, const struct scatter_section *sec)
{
	size_t other = 0;

	for (size_t i = 0; i < sec->count; i++) {
		const struct scatter_entry *e = &sec->entries[i];

		if (e->name[0] == '\0')
			scatter_warn(s, "line %u: an entry without a name, ignored", e->line);
	}
	for (size_t i = scatter_next_overlap(sec, 0, &other); i < sec->count;
	     i = scatter_next_overlap(sec, i + 1, &other))
		scatter_warn(s, "line %u: %s overlaps %s of line %u", sec->entries[i].line,
			     sec->entries[i].name, sec->entries[other].name,
			     sec->entries[other].line);
}

static int finish_section(struct scatter *s, struct scatter_section *sec, struct problem *problem)
{
	if (sec->count == 0)
		return scatter_bad(problem, 0, "copy the file again: it may be cut short",
				   "the section for %s lists no partitions",
				   storage_kind_name(sec->storage));
	settle_block_size(sec);
	sec->user_base = user_base_of(sec);
	for (size_t i = 0; i < sec->count; i++) {
		if (settle_start(s, sec, &sec->entries[i], problem) != 0)
			return -1;
	}
	settle_end(sec);
	warn_of_oddities(s, sec);
	return 0;
}

int scatter_finish(struct scatter *s, struct problem *problem)
{
	if (s->section_count == 0)
		return scatter_bad(problem, 0, "copy the file again: it may be cut short",
				   "the file lists no partitions");
	if (s->form != SCATTER_PLAIN && s->platform[0] == '\0')
		return scatter_bad(problem, 0, "add the platform line of the build",
				   "the header names no platform");
	for (size_t i = 0; i < s->section_count; i++) {
		if (finish_section(s, &s->sections[i], problem) != 0)
			return -1;
	}
	return 0;
}
