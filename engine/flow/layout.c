/*
 * layout: the device's partition table against the scatter (protocol/packages.md 1.6, 5.2, 5.4).
 *
 * Fewer than half of the names in common is another device's table, not an older one of this: the
 * way out is another one, and so is what people are told.
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

/* Everything in the user region but the table itself (5.2); NAND has one region for all. */
bool layout_lists(const struct flow *f, const struct scatter_entry *e)
{
	bool user = e->region == REGION_USER ||
		    (e->region == REGION_NONE && f->report.facts.storage.kind == STORAGE_NAND);

	return user && e->name[0] && !layout_is_table(e->name);
}

/* The partition that takes what is left: its nominal size says little (1.6). */
static const struct scatter_entry *growing(const struct flow *f)
{
	const struct scatter_section *section = f->section;
	const struct scatter_entry *last = NULL;

	for (size_t i = 0; i < section->count; i++) {
		const struct scatter_entry *e = &section->entries[i];

		if (layout_lists(f, e) && !e->is_reserved && !e->from_end &&
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

enum flow_layout layout_compare(const struct flow *f, const struct gpt *gpt, char *text,
				size_t room, size_t *count)
{
	const struct scatter_entry *grows = growing(f);
	struct difference d = {.text = text, .room = room};
	size_t listed = 0, known = 0;

	text[0] = '\0';
	for (size_t i = 0; i < f->section->count; i++) {
		const struct scatter_entry *e = &f->section->entries[i];

		/* Reserved entries are never written, and overlap by nature (1.6). */
		if (!layout_lists(f, e) || e->is_reserved || e->from_end)
			continue;
		listed++;
		known += gpt_find(gpt, e->name) != NULL;
		compare_entry(f, gpt, e, e == grows, &d);
	}
	*count = d.count;
	if (2 * known < listed) {
		snprintf(text, room, "only %zu of the package's %zu partitions are on the unit",
			 known, listed);
		return FLOW_LAYOUT_FOREIGN;
	}
	return d.count ? FLOW_LAYOUT_CHANGED : FLOW_LAYOUT_SAME;
}
