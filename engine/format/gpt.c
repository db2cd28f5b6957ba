#include "engine/format/gpt.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/base/crc32.h"
#include "engine/base/text.h"

#define HEADER_BYTES   92
#define ENTRY_BYTES    128
#define ENTRY_MAX      4096
#define REVISION       0x00010000u
#define FIRST_USABLE   0x8000 /* bytes; where current layouts start (packages.md 5.2) */
#define NAME_UNITS     36
#define REMEDY_REWRITE "flash the unit with a layout, or read the table again"

/* All entries of MediaTek tables use the basic data type. */
static const uint8_t type_guid[16] = {0xA2, 0xA0, 0xD0, 0xEB, 0xE5, 0xB9, 0x33, 0x44,
				      0x87, 0xC0, 0x68, 0xB6, 0xB7, 0x26, 0x99, 0xC7};
/* First of the vendor's fixed list of partition GUIDs; the others are given by index. */
static const uint8_t first_guid[16] = {0x30, 0xD3, 0x7A, 0xF5, 0xC2, 0x39, 0x88, 0x44,
				       0x9B, 0xB0, 0x00, 0xCB, 0x43, 0xC9, 0xCC, 0xD4};

static bool has_signature(struct slice s, size_t at)
{
	return s.n >= at + HEADER_BYTES && memcmp(s.p + at, "EFI PART", 8) == 0;
}

static uint32_t header_crc(const uint8_t *header, uint32_t size)
{
	static const uint8_t zero[4];
	uint32_t crc = crc32_add(0, (struct slice){header, 16});

	crc = crc32_add(crc, (struct slice){zero, 4});
	return crc32_add(crc, (struct slice){header + 20, size - 20});
}

/* Header fields that only matter while parsing. */
struct header {
	uint64_t entries_lba;
	uint32_t entry_count;
	uint32_t entry_bytes;
	uint32_t entries_crc;
};

static int parse_header(struct gpt *g, struct header *h, struct slice sector, uint64_t lba,
			struct problem *problem)
{
	const uint8_t *p = sector.p;
	uint32_t size = get_le32(p + 12);

	if (get_le32(p + 8) != REVISION)
		return problem_set(problem, "GPT header", REMEDY_REWRITE,
				   "revision is 0x%X, not 0x10000", get_le32(p + 8));
	if (size < HEADER_BYTES || size > sector.n)
		return problem_set(problem, "GPT header", REMEDY_REWRITE,
				   "header size %u is not possible", size);
	if (get_le32(p + 16) != header_crc(p, size))
		return problem_set(problem, "GPT header", REMEDY_REWRITE,
				   "CRC is 0x%08X, its bytes give 0x%08X", get_le32(p + 16),
				   header_crc(p, size));
	g->my_lba = get_le64(p + 24);
	g->alternate_lba = get_le64(p + 32);
	g->first_usable = get_le64(p + 40);
	g->last_usable = get_le64(p + 48);
	memcpy(g->disk_guid, p + 56, 16);
	h->entries_lba = get_le64(p + 72);
	h->entry_count = get_le32(p + 80);
	g->slots = h->entry_count;
	h->entry_bytes = get_le32(p + 84);
	h->entries_crc = get_le32(p + 88);
	if (g->my_lba != lba)
		return problem_set(problem, "GPT header", REMEDY_REWRITE,
				   "header says it is sector %llu, it was read from %llu",
				   (unsigned long long)g->my_lba, (unsigned long long)lba);
	if (h->entry_bytes < ENTRY_BYTES || h->entry_bytes > ENTRY_MAX ||
	    h->entry_bytes % ENTRY_BYTES != 0)
		return problem_set(problem, "GPT header", REMEDY_REWRITE,
				   "entry size %u is not supported", h->entry_bytes);
	if (h->entry_count > GPT_ENTRIES_MAX)
		return problem_set(problem, "GPT header", REMEDY_REWRITE,
				   "%u entries; at most %d are supported", h->entry_count,
				   GPT_ENTRIES_MAX);
	if (g->last_usable > UINT64_MAX / g->sector - 1)
		return problem_set(problem, "GPT header", REMEDY_REWRITE,
				   "last usable sector %llu is not possible",
				   (unsigned long long)g->last_usable);
	return 0;
}

static size_t put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xC0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	/* the field is sized for names as they are in practice: two bytes for a unit are enough */
	to[0] = '?';
	return 1;
}

/* Names are UTF-16LE; some old tables hold 8-bit text (packages.md 5.2). */
static void parse_name(char to[73], const uint8_t *p)
{
	size_t n = 0;

	if (p[1] != 0) {
		size_t len = strnlen((const char *)p, 72);

		memcpy(to, p, len);
		to[len] = '\0';
		return;
	}
	for (int i = 0; i < NAME_UNITS; i++) {
		uint16_t unit = get_le16(p + 2 * (size_t)i);

		if (unit == 0)
			break;
		n += put_utf8(to + n, unit);
	}
	to[n] = '\0';
}

static int parse_entry(struct gpt *g, const uint8_t *p, uint32_t number, struct problem *problem)
{
	static const uint8_t unused[16];
	struct gpt_entry *e = &g->entries[g->count];
	uint64_t first = get_le64(p + 32);
	uint64_t last = get_le64(p + 40);
	char where[48];

	if (memcmp(p, unused, 16) == 0)
		return 0;
	snprintf(where, sizeof where, "GPT entry %u", number);
	if (first > last || last > g->last_usable)
		return problem_set(
			problem, where, REMEDY_REWRITE,
			"sectors %llu to %llu are not inside the usable ones, up to %llu",
			(unsigned long long)first, (unsigned long long)last,
			(unsigned long long)g->last_usable);
	*e = (struct gpt_entry){.start = first * g->sector,
				.size = (last - first + 1) * g->sector,
				.attributes = get_le64(p + 48)};
	memcpy(e->guid, p + 16, 16);
	parse_name(e->name, p + 56);
	g->count++;
	return 0;
}

static int parse_entries(struct gpt *g, const struct header *h, struct slice table,
			 struct problem *problem)
{
	uint64_t bytes = (uint64_t)h->entry_count * h->entry_bytes;

	if (bytes > table.n)
		return problem_set(problem, "GPT entries", "read more of the region",
				   "%llu bytes of entries, only %zu were read",
				   (unsigned long long)bytes, table.n);
	table.n = (size_t)bytes;
	if (crc32_add(0, table) != h->entries_crc)
		return problem_set(problem, "GPT entries", REMEDY_REWRITE,
				   "CRC is 0x%08X, their bytes give 0x%08X", h->entries_crc,
				   crc32_add(0, table));
	for (uint32_t i = 0; i < h->entry_count; i++) {
		if (parse_entry(g, table.p + (size_t)i * h->entry_bytes, i, problem) != 0)
			return -1;
	}
	return 0;
}

static bool sector_ok(uint32_t sector)
{
	return sector == 512 || sector == 4096;
}

int gpt_parse(struct gpt *g, struct slice head, uint32_t sector, struct problem *problem)
{
	struct header h = {0};
	uint64_t at;

	*g = (struct gpt){.sector = sector};
	if (sector == 0)
		g->sector = has_signature(head, 512) ? 512 : 4096;
	if (!sector_ok(g->sector))
		return problem_set(problem, "GPT", "use 512 or 4096", "sector size %u", sector);
	if (!has_signature(head, g->sector))
		return problem_set(problem, "GPT header", REMEDY_REWRITE,
				   "no \"EFI PART\" in sector 1 of the user region");
	if (head.n < 2 * (size_t)g->sector)
		return problem_set(problem, "GPT header", "read more of the region",
				   "only %zu bytes were read", head.n);
	if (parse_header(g, &h, (struct slice){head.p + g->sector, g->sector}, 1, problem) != 0)
		return -1;
	if (h.entries_lba < 2 || h.entries_lba > head.n / g->sector)
		return problem_set(problem, "GPT header", REMEDY_REWRITE,
				   "entries at sector %llu are not behind the header",
				   (unsigned long long)h.entries_lba);
	at = h.entries_lba * g->sector;
	return parse_entries(g, &h, (struct slice){head.p + at, head.n - (size_t)at}, problem);
}

static uint32_t backup_sector_of(struct slice tail)
{
	if (tail.n >= 4096 && has_signature(tail, tail.n - 4096))
		return 4096;
	return 512;
}

int gpt_parse_backup(struct gpt *g, struct slice tail, uint32_t sector, uint64_t region_bytes,
		     struct problem *problem)
{
	struct header h = {0};
	uint64_t tail_start;
	uint64_t at;

	*g = (struct gpt){.sector = sector ? sector : backup_sector_of(tail)};
	if (!sector_ok(g->sector) || region_bytes % g->sector != 0 || tail.n < g->sector ||
	    tail.n > region_bytes)
		return problem_set(problem, "backup GPT", "read the tail of the region again",
				   "%zu bytes of a region of %llu with sectors of %u", tail.n,
				   (unsigned long long)region_bytes, g->sector);
	tail_start = region_bytes - tail.n;
	if (!has_signature(tail, tail.n - g->sector))
		return problem_set(problem, "backup GPT", REMEDY_REWRITE,
				   "no \"EFI PART\" in the last sector of the user region");
	if (parse_header(g, &h, (struct slice){tail.p + tail.n - g->sector, g->sector},
			 region_bytes / g->sector - 1, problem) != 0)
		return -1;
	if (__builtin_mul_overflow(h.entries_lba, (uint64_t)g->sector, &at) || at < tail_start ||
	    at > region_bytes - g->sector)
		return problem_set(problem, "backup GPT", "read more of the region's tail",
				   "entries at sector %llu are not in the bytes that were read",
				   (unsigned long long)h.entries_lba);
	at -= tail_start;
	return parse_entries(g, &h, (struct slice){tail.p + at, tail.n - g->sector - (size_t)at},
			     problem);
}

const struct gpt_entry *gpt_find(const struct gpt *g, const char *name)
{
	for (size_t i = 0; i < g->count; i++) {
		if (text_same_any_case(g->entries[i].name, name))
			return &g->entries[i];
	}
	return NULL;
}

/* What gpt_build() settles before it writes a byte. All in sectors. */
struct plan {
	uint32_t sector;
	uint64_t total;
	uint64_t table; /* sectors of the entry table */
	uint32_t slots; /* entries that the header counts */
	uint64_t first_usable, last_usable;
};

static int check_entry(const struct gpt *g, const struct plan *plan, size_t i,
		       struct problem *problem)
{
	const struct gpt_entry *e = &g->entries[i];
	char where[48];

	snprintf(where, sizeof where, "GPT entry %zu", i);
	if (e->size == 0 || e->size % plan->sector != 0 || e->start % plan->sector != 0)
		return problem_set(problem, where, "align the partition to sectors",
				   "%s: start 0x%llx, size 0x%llx with sectors of %u", e->name,
				   (unsigned long long)e->start, (unsigned long long)e->size,
				   plan->sector);
	if (e->start / plan->sector < plan->first_usable ||
	    e->size / plan->sector > plan->last_usable + 1 ||
	    e->start / plan->sector > plan->last_usable + 1 - e->size / plan->sector)
		return problem_set(problem, where, "use a layout for this size of storage",
				   "%s: 0x%llx bytes at 0x%llx are not inside the usable sectors "
				   "%llu to %llu",
				   e->name, (unsigned long long)e->size,
				   (unsigned long long)e->start,
				   (unsigned long long)plan->first_usable,
				   (unsigned long long)plan->last_usable);
	if (strlen(e->name) > NAME_UNITS || e->name[0] == '\0')
		return problem_set(problem, where, "use a name of 1 to 36 characters",
				   "the name \"%s\" does not fit", e->name);
	for (size_t j = 0; j < i; j++) {
		const struct gpt_entry *o = &g->entries[j];

		if (e->start < o->start + o->size && o->start < e->start + e->size)
			return problem_set(problem, where, "correct the layout", "%s overlaps %s",
					   e->name, o->name);
	}
	return 0;
}

static int make_plan(struct plan *plan, const struct gpt *g, uint64_t region_bytes,
		     struct problem *problem)
{
	*plan = (struct plan){.sector = g->sector};
	if (!sector_ok(g->sector) || region_bytes % g->sector != 0)
		return problem_set(problem, "GPT", "use sectors of 512 or 4096 bytes",
				   "a region of %llu bytes with sectors of %u",
				   (unsigned long long)region_bytes, g->sector);
	plan->slots = g->slots ? g->slots : GPT_ENTRIES_MAX;
	if (plan->slots > GPT_ENTRIES_MAX || g->count > plan->slots)
		return problem_set(problem, "GPT", "use fewer partitions",
				   "%zu entries; at most %u fit", g->count, plan->slots);
	plan->total = region_bytes / g->sector;
	plan->table = GPT_ENTRIES_MAX * ENTRY_BYTES / g->sector;
	if (plan->total < 2 * FIRST_USABLE / g->sector + 2)
		return problem_set(problem, "GPT", "use larger storage",
				   "a region of %llu bytes is too small for a partition table",
				   (unsigned long long)region_bytes);
	plan->first_usable = g->first_usable ? g->first_usable : FIRST_USABLE / g->sector;
	plan->last_usable = g->last_usable ? g->last_usable : plan->total - plan->table - 2;
	if (plan->first_usable < plan->table + 2 ||
	    plan->last_usable > plan->total - plan->table - 2 ||
	    plan->first_usable > plan->last_usable)
		return problem_set(problem, "GPT", "leave room for both tables",
				   "usable sectors %llu to %llu of %llu",
				   (unsigned long long)plan->first_usable,
				   (unsigned long long)plan->last_usable,
				   (unsigned long long)plan->total);
	for (size_t i = 0; i < g->count; i++) {
		if (check_entry(g, plan, i, problem) != 0)
			return -1;
	}
	return 0;
}

static void put_entry(uint8_t *p, const struct gpt_entry *e, size_t index, uint32_t sector)
{
	static const uint8_t none[16];

	memcpy(p, type_guid, 16);
	memcpy(p + 16, e->guid, 16);
	if (memcmp(e->guid, none, 16) == 0) {
		memcpy(p + 16, first_guid, 16);
		p[16 + 15] = (uint8_t)(first_guid[15] + index);
	}
	put_le64(p + 32, e->start / sector);
	put_le64(p + 40, (e->start + e->size) / sector - 1);
	put_le64(p + 48, e->attributes);
	for (size_t i = 0; e->name[i]; i++)
		put_le16(p + 56 + 2 * i, (uint8_t)e->name[i]);
}

static void put_header(uint8_t *p, const struct gpt *g, const struct plan *plan, uint64_t my_lba,
		       uint64_t alternate, uint64_t entries_lba, uint32_t entries_crc)
{
	memcpy(p, "EFI PART", 8);
	put_le32(p + 8, REVISION);
	put_le32(p + 12, HEADER_BYTES);
	put_le64(p + 24, my_lba);
	put_le64(p + 32, alternate);
	put_le64(p + 40, plan->first_usable);
	put_le64(p + 48, plan->last_usable);
	memcpy(p + 56, g->disk_guid, 16);
	put_le64(p + 72, entries_lba);
	put_le32(p + 80, plan->slots);
	put_le32(p + 84, ENTRY_BYTES);
	put_le32(p + 88, entries_crc);
	put_le32(p + 16, header_crc(p, HEADER_BYTES));
}

int gpt_build(const struct gpt *g, uint64_t region_bytes, uint8_t *primary, size_t *primary_bytes,
	      uint8_t *backup, size_t *backup_bytes, struct problem *problem)
{
	struct plan plan;
	size_t table_bytes = GPT_ENTRIES_MAX * ENTRY_BYTES;
	uint8_t *table;
	uint32_t crc;

	if (make_plan(&plan, g, region_bytes, problem) != 0)
		return -1;
	*primary_bytes = 2 * (size_t)plan.sector + table_bytes;
	*backup_bytes = plan.sector + table_bytes;
	memset(primary, 0, *primary_bytes);
	memset(backup, 0, *backup_bytes);
	table = primary + 2 * (size_t)plan.sector;
	for (size_t i = 0; i < g->count; i++)
		put_entry(table + i * ENTRY_BYTES, &g->entries[i], i, plan.sector);
	memcpy(backup, table, table_bytes);
	crc = crc32_add(0, (struct slice){table, (size_t)plan.slots * ENTRY_BYTES});
	put_header(primary + plan.sector, g, &plan, 1, plan.total - 1, 2, crc);
	put_header(backup + table_bytes, g, &plan, plan.total - 1, 1, plan.total - 1 - plan.table,
		   crc);
	return 0;
}
