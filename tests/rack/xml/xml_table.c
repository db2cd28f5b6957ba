/*
 * Partition tables that arrive as images. The agent fixes what a template leaves open: checksums,
 * the device's real size, the backup (da-xml.md section 6, packages.md 5.2), and reads it anew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/bytes.h"
#include "tests/rack/layout.h"
#include "tests/rack/xml/xml_agent.h"

enum { PROBE_BYTES = 34 * 4096, ENTRY_BYTES = 128 };

static size_t table_bytes(const struct device *d)
{
	return d->flash.block == 4096 ? 6 * 4096u : 34 * 512u;
}

bool xml_read_table(struct device *d, struct gpt *gpt)
{
	uint64_t user = d->flash.regions[REGION_USER].bytes;
	size_t n = table_bytes(d);
	uint8_t *bytes = malloc(n);
	struct problem problem;
	bool good;

	if (!bytes || agent_storage_absent(d)) {
		free(bytes);
		return false;
	}
	good = !flash_read(&d->flash, REGION_USER, 0, bytes, n) &&
	       !gpt_parse(gpt, (struct slice){bytes, n}, d->flash.block, &problem);
	good = good ||
	       (!flash_read(&d->flash, REGION_USER, user - n, bytes, n) &&
		!gpt_parse_backup(gpt, (struct slice){bytes, n}, d->flash.block, user, &problem));
	free(bytes);
	return good;
}

/* ---- a template ---- */

static void read_name(char *to, const uint8_t *utf16)
{
	size_t n = 0;

	for (; n < 36 && get_le16(utf16 + 2 * n); n++)
		to[n] = (char)utf16[2 * n];
	to[n] = '\0';
}

/* Entries as they stand, whatever the checksums say; open ends are drawn to the last sector. */
static void read_entries(struct gpt *gpt, const uint8_t *entries, size_t n, uint64_t last)
{
	for (size_t i = 0; (i + 1) * ENTRY_BYTES <= n && gpt->count < GPT_ENTRIES_MAX; i++) {
		const uint8_t *e = entries + i * ENTRY_BYTES;
		struct gpt_entry *g = &gpt->entries[gpt->count];
		uint64_t first = get_le64(e + 32), end = get_le64(e + 40);

		if (!first || first > last)
			continue;
		if (end < first || end > last)
			end = last;
		memcpy(g->guid, e + 16, sizeof g->guid);
		g->start = first * gpt->sector;
		g->size = (end + 1 - first) * gpt->sector;
		g->attributes = get_le64(e + 48);
		read_name(g->name, e + 56);
		gpt->count++;
	}
}

/* Where the header is in what was written: with or without an MBR in front, or at the end. */
static const uint8_t *find_header(const uint8_t *bytes, size_t n, size_t sector)
{
	for (size_t at = 0; at + 92 <= n; at += sector) {
		if (!memcmp(bytes + at, "EFI PART", 8))
			return bytes + at;
	}
	return NULL;
}

static bool fix(struct device *d, const uint8_t *bytes, size_t n)
{
	const uint8_t *header = find_header(bytes, n, d->flash.block);
	uint64_t sectors = d->flash.regions[REGION_USER].bytes / d->flash.block;
	bool at_end = header && header > bytes + d->flash.block;
	const uint8_t *entries = at_end ? bytes : header ? header + d->flash.block : NULL;
	struct gpt *gpt = header ? calloc(1, sizeof *gpt) : NULL;
	struct problem problem;
	bool good = false;

	if (gpt) {
		gpt->sector = d->flash.block;
		gpt->first_usable = get_le64(header + 40);
		gpt->last_usable = sectors - table_bytes(d) / d->flash.block;
		memcpy(gpt->disk_guid, header + 56, sizeof gpt->disk_guid);
		read_entries(gpt, entries,
			     at_end ? (size_t)(header - bytes) : n - (size_t)(entries - bytes),
			     gpt->last_usable);
		good = gpt->count && !layout_write_table(&d->flash, gpt, &problem);
	}
	free(gpt);
	return good;
}

/* Is the copy that was just written a table for this storage as it is? */
static bool stands(struct device *d, bool backup)
{
	uint64_t user = d->flash.regions[REGION_USER].bytes;
	size_t n = table_bytes(d);
	uint8_t *bytes = malloc(n);
	struct gpt *gpt = malloc(sizeof *gpt);
	struct problem problem;
	bool good = bytes && gpt &&
		    !flash_read(&d->flash, REGION_USER, backup ? user - n : 0, bytes, n);

	if (good && backup)
		good = !gpt_parse_backup(gpt, (struct slice){bytes, n}, d->flash.block, user,
					 &problem);
	else if (good)
		good = !gpt_parse(gpt, (struct slice){bytes, n}, d->flash.block, &problem) &&
		       gpt->alternate_lba == user / d->flash.block - 1;
	free(bytes);
	free(gpt);
	return good;
}

bool xml_table_written(struct device *d)
{
	const struct agent_target *t = &d->xml->target;
	size_t n = t->size < PROBE_BYTES ? (size_t)t->size : PROBE_BYTES;
	uint8_t *bytes;
	bool good;

	if (stands(d, !strcasecmp(t->name, "sgpt")))
		return true;
	bytes = malloc(n);
	good = bytes && !flash_read(&d->flash, REGION_USER, t->start, bytes, n) && fix(d, bytes, n);
	free(bytes);
	device_log(d, "--", "  table %s", good ? "fixed for this storage" : "not understood");
	return good;
}
