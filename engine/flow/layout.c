/*
 * layout: the device's partition table against the scatter, and the table of a blank board.
 *
 * Source: protocol/packages.md 1.6, 5.2, 5.4.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/flow/phases.h"
#include "engine/format/gpt.h"

bool layout_is_table(const char *name)
{
	return !strcasecmp(name, "pgpt") || !strcasecmp(name, "sgpt") || !strcasecmp(name, "MBR") ||
	       !strcasecmp(name, "EBR1") || !strcasecmp(name, "EBR2");
}

/* Entries that a GPT lists: everything in the user region but the table itself (5.2). */
static bool listed(const struct scatter_entry *e)
{
	return e->region == REGION_USER && !layout_is_table(e->name);
}

/* The partition that takes what is left: its nominal size says little (1.6). */
static const struct scatter_entry *growing(const struct scatter_section *section)
{
	const struct scatter_entry *last = NULL;

	for (size_t i = 0; i < section->count; i++) {
		const struct scatter_entry *e = &section->entries[i];

		if (listed(e) && !e->is_reserved && !e->from_end &&
		    (!last || e->start > last->start))
			last = e;
	}
	return last;
}

struct difference {
	size_t count;
	char *text;
	size_t room, used;
};

/* Only the first few fit: enough to know what kind of change it is. */
__attribute__((format(printf, 2, 3))) static void differ(struct difference *d, const char *format,
							 ...)
{
	char one[160];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(one, sizeof one, format, ap);
	va_end(ap);
	d->count++;
	if (n < 0 || d->used + (size_t)n + 3 > d->room)
		return;
	d->used += (size_t)snprintf(d->text + d->used, d->room - d->used, "%s%s",
				    d->used ? "; " : "", one);
}

static void compare_entry(const struct flow *f, const struct gpt *gpt,
			  const struct scatter_entry *e, bool grows, struct difference *d)
{
	const struct gpt_entry *on_device = gpt_find(gpt, e->name);
	uint64_t start, size;

	if (!on_device) {
		/* A missing one counts only if it is to be written (5.4). */
		if (e->is_download)
			differ(d, "%s is not on the unit", e->name);
		return;
	}
	if (!scatter_resolve(f->section, e, &f->report.facts.storage, &start, &size))
		differ(d, "%s does not fit on the unit", e->name);
	else if (on_device->start != start || (!grows && on_device->size != size))
		differ(d, "%s: package 0x%llx+0x%llx, unit 0x%llx+0x%llx", e->name,
		       (unsigned long long)start, (unsigned long long)size,
		       (unsigned long long)on_device->start, (unsigned long long)on_device->size);
}

size_t layout_differences(const struct flow *f, const struct gpt *gpt, char *text, size_t room)
{
	const struct scatter_entry *grows = growing(f->section);
	struct difference d = {.text = text, .room = room};

	text[0] = '\0';
	for (size_t i = 0; i < f->section->count; i++) {
		const struct scatter_entry *e = &f->section->entries[i];

		/* Reserved entries are never written, and overlap by nature (1.6). */
		if (listed(e) && !e->is_reserved && !e->from_end)
			compare_entry(f, gpt, e, e == grows, &d);
	}
	return d.count;
}

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
	memcpy(gpt->disk_guid, f->report.facts.random_id, sizeof gpt->disk_guid);
	for (size_t i = 0; i < f->section->count; i++) {
		const struct scatter_entry *e = &f->section->entries[i];

		if (listed(e) && !add_entry(f, gpt, e, problem))
			return false;
	}
	gpt->first_usable = s->block == 4096 ? 6 : 34;
	gpt->alternate_lba = s->bytes[REGION_USER] / s->block - 1;
	gpt->last_usable = gpt->alternate_lba - backup_bytes(s->block) / s->block;
	return true;
}

enum verdict layout_image(struct flow *f, bool backup)
{
	uint8_t other[FLOW_TABLE_BYTES];
	size_t primary_bytes = sizeof f->table, backup_size = sizeof other;
	struct problem problem;
	struct gpt gpt;

	if (!layout_build(f, &gpt, &problem) ||
	    gpt_build(&gpt, f->report.facts.storage.bytes[REGION_USER], backup ? other : f->table,
		      &primary_bytes, backup ? f->table : other, &backup_size, &problem))
		return step_refuse(f, 41, "no partition table can be made: %s: %.120s",
				   problem.where, problem.why);
	f->table_bytes = (uint32_t)(backup ? backup_size : primary_bytes);
	f->io.image = (struct slice){f->table, f->table_bytes};
	f->io.own = true;
	f->io.sums = NULL;
	f->io.sparse = false;
	f->io.length = f->table_bytes;
	return STEP_NEXT;
}
