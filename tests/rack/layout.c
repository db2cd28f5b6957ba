#include "tests/rack/layout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/bytes.h"

enum { SCATTER_BYTES_MAX = 1 << 20, USABLE_FROM = 0x8000 };

int layout_load(struct scatter *scatter, const char *path, struct problem *problem)
{
	FILE *f = fopen(path, "re");
	uint8_t *text = malloc(SCATTER_BYTES_MAX);
	const char *name = strrchr(path, '/');
	size_t n = f && text ? fread(text, 1, SCATTER_BYTES_MAX, f) : 0;
	int bad = -1;

	if (!f)
		problem_set(problem, "--layout", "name a scatter file", "%.150s: %s", path,
			    strerror(errno));
	else if (!text || n == SCATTER_BYTES_MAX)
		problem_set(problem, "--layout", "name a scatter file", "%.150s is too large",
			    path);
	else
		bad = scatter_parse(scatter, (struct slice){text, n}, name ? name + 1 : path,
				    problem);
	free(text);
	if (f)
		fclose(f);
	return bad;
}

/* Only in the scatter, not in the table (packages.md 5.2). */
static bool in_table(const struct scatter_entry *e)
{
	return (e->region == REGION_USER || e->region == REGION_NONE) && e->name[0] &&
	       strcasecmp(e->name, "pgpt") != 0 && strcasecmp(e->name, "sgpt") != 0 &&
	       strcasecmp(e->name, "MBR") != 0;
}

static int by_start(const void *a, const void *b)
{
	const struct gpt_entry *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/*
 * Entries counted from the end overlap in many files: the last one nominally reaches to the end of
 * the flash, where the backup table is. Cut each at its successor and at the last usable sector.
 */
static void cut_overlaps(struct gpt *gpt)
{
	uint64_t end = (gpt->last_usable + 1) * gpt->sector;
	size_t kept = 0;

	qsort(gpt->entries, gpt->count, sizeof *gpt->entries, by_start);
	for (size_t i = 0; i < gpt->count; i++) {
		struct gpt_entry *e = &gpt->entries[i];
		uint64_t next = i + 1 < gpt->count ? gpt->entries[i + 1].start : end;

		if (next > end)
			next = end;
		if (e->start < next && e->size > next - e->start)
			e->size = next - e->start;
		e->size -= e->size % gpt->sector;
		if (e->size && e->start + e->size <= end)
			gpt->entries[kept++] = *e;
	}
	gpt->count = kept;
}

int layout_table(struct gpt *gpt, const struct scatter *scatter, const struct storage_sizes *sizes,
		 uint64_t seed, struct problem *problem)
{
	const struct scatter_section *section = scatter_section_for(scatter, sizes->kind);
	uint64_t sectors = sizes->bytes[REGION_USER] / sizes->block;
	struct seeded s = {.state = seed};

	memset(gpt, 0, sizeof *gpt);
	if (!section)
		return problem_set(problem, "--layout", "use a scatter file of that storage",
				   "it has no %s section", storage_kind_name(sizes->kind));
	gpt->sector = sizes->block;
	gpt->first_usable = USABLE_FROM / sizes->block;
	gpt->last_usable = sectors - GPT_ENTRIES_MAX * 128 / sizes->block - 2;
	if (sizes->kind == STORAGE_NAND)
		gpt->last_usable = sectors - 1;
	seeded_fill(&s, gpt->disk_guid, sizeof gpt->disk_guid);
	for (size_t i = 0; i < section->count; i++) {
		const struct scatter_entry *e = &section->entries[i];
		struct gpt_entry *g = &gpt->entries[gpt->count];

		if (!in_table(e))
			continue;
		if (!scatter_resolve(section, e, sizes, &g->start, &g->size))
			return problem_set(problem, "--layout", "give --storage a larger size",
					   "partition %s does not fit %llu bytes", e->name,
					   (unsigned long long)sizes->bytes[REGION_USER]);
		if (gpt->count == GPT_ENTRIES_MAX - 1)
			return problem_set(problem, "--layout", "use a smaller layout",
					   "more than %d partitions", GPT_ENTRIES_MAX - 1);
		snprintf(g->name, sizeof g->name, "%s", e->name);
		gpt->count++;
	}
	cut_overlaps(gpt);
	return 0;
}

int layout_write_table(struct flash *flash, const struct gpt *gpt, struct problem *problem)
{
	uint64_t user = flash->regions[REGION_USER].bytes;
	uint8_t *primary = calloc(1, 34 * 4096), *backup = calloc(1, 34 * 4096);
	size_t primary_bytes = 0, backup_bytes = 0;
	int bad = -1;

	if (!primary || !backup)
		problem_set(problem, "memory", "use fewer devices", "none left");
	else if (!gpt_build(gpt, user, primary, &primary_bytes, backup, &backup_bytes, problem)) {
		bad = flash_write(flash, REGION_USER, 0, primary, primary_bytes) ||
		      flash_write(flash, REGION_USER, user - backup_bytes, backup, backup_bytes);
		if (bad)
			problem_set(problem, "storage file", "make room in --state",
				    "the partition table cannot be written");
	}
	free(primary);
	free(backup);
	return bad ? -1 : 0;
}

int layout_write_mbr(struct flash *flash, struct problem *problem)
{
	uint64_t last = flash->regions[REGION_USER].bytes / flash->block - 1;
	uint8_t mbr[512] = {0}, *entry = mbr + 0x1BE;

	entry[2] = 2; /* CHS of LBA 1 */
	entry[4] = 0xEE;
	memset(entry + 5, 0xFF, 3);
	put_le32(entry + 8, 1);
	put_le32(entry + 12, last > UINT32_MAX ? UINT32_MAX : (uint32_t)last);
	put_le16(mbr + 0x1FE, 0xAA55);
	if (flash_write(flash, REGION_USER, 0, mbr, sizeof mbr) != 0)
		return problem_set(problem, "storage file", "make room in --state",
				   "the protective MBR cannot be written");
	return 0;
}
