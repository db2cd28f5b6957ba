#include "engine/format/pmt.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/base/text.h"

#define NAME_BYTES 64
#define ENTRY_60   PMT_ENTRY_BYTES
#define ENTRY_58   0x58u
#define ENTRY_4C   0x4Cu
#define SECTOR	   512u
#define PART_USER  8
#define PARTS	   9
#define REMEDY	   "format the unit with a full package, or read the table again"

struct entry {
	uint64_t start, size;
	uint64_t part; /* 0: not told */
};

static uint32_t entry_bytes(enum pmt_form form)
{
	switch (form) {
	case PMT_ENTRY_60:
		return ENTRY_60;
	case PMT_ENTRY_4C:
		return ENTRY_4C;
	case PMT_GPT_LIST:
		return ENTRY_58;
	case PMT_ANY:
	case PMT_NAND:
		break;
	}
	return 0;
}

static struct entry decode(const uint8_t *p, enum pmt_form form)
{
	const uint8_t *n = p + NAME_BYTES;

	if (form == PMT_ENTRY_60)
		return (struct entry){
			.size = get_le64(n), .part = get_le64(n + 8), .start = get_le64(n + 16)};
	if (form == PMT_ENTRY_4C)
		return (struct entry){.size = get_le32(n), .start = get_le32(n + 4)};
	return (struct entry){
		.start = get_le64(n), .size = get_le64(n + 8), .part = get_le16(n + 16)};
}

static bool good_name(const uint8_t *p)
{
	size_t n = strnlen((const char *)p, NAME_BYTES);

	if (n == 0 || n == NAME_BYTES)
		return false;
	for (size_t i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] >= 0x7F)
			return false;
	return true;
}

static int check_entry(const uint8_t *p, const struct entry *e, size_t number,
		       struct problem *problem)
{
	char where[48];

	snprintf(where, sizeof where, "partition table entry %zu", number);
	if (!good_name(p))
		return problem_set(problem, where, REMEDY, "its name is not text: \"%s\"",
				   text_show((struct slice){p, 16}).s);
	if (e->start > UINT64_MAX - e->size)
		return problem_set(problem, where, REMEDY, "%llu bytes at %llu are not possible",
				   (unsigned long long)e->size, (unsigned long long)e->start);
	return 0;
}

/* Boot regions are the scatter's business; a part nobody numbers is the user's. */
static bool elsewhere(const struct entry *e)
{
	return e->part && e->part < PARTS && e->part != PART_USER;
}

static int parse_as(struct gpt *gpt, struct slice table, enum pmt_form form, bool regions,
		    struct problem *problem)
{
	uint32_t step = entry_bytes(form);

	*gpt = (struct gpt){.sector = SECTOR};
	for (size_t at = 0, i = 0; at + step <= table.n; at += step, i++) {
		const uint8_t *p = table.p + at;
		struct entry e = decode(p, form);
		struct gpt_entry *to = &gpt->entries[gpt->count];

		if (e.size == 0)
			break;
		if (check_entry(p, &e, i, problem) != 0)
			return -1;
		if (regions && elsewhere(&e))
			continue;
		if (gpt->count == GPT_ENTRIES_MAX)
			return problem_set(problem, "partition table", REMEDY,
					   "more than %d entries", GPT_ENTRIES_MAX);
		memset(to, 0, sizeof *to);
		memcpy(to->name, p, strlen((const char *)p) + 1);
		to->start = e.start;
		to->size = e.size;
		gpt->count++;
	}
	if (gpt->count == 0)
		return problem_set(problem, "partition table", REMEDY, "it has no entries");
	return 0;
}

/* What lies before MBR in a linear table is in the boot regions. */
static void make_relative(struct gpt *gpt)
{
	const struct gpt_entry *mbr = gpt_find(gpt, "MBR");
	uint64_t base = mbr ? mbr->start : 0;
	size_t kept = 0;

	if (!base)
		return;
	for (size_t i = 0; i < gpt->count; i++) {
		struct gpt_entry e = gpt->entries[i];

		if (e.start < base)
			continue;
		e.start -= base;
		gpt->entries[kept++] = e;
	}
	gpt->count = kept;
}

/* Read in the wrong form a table soon ends: more entries are the better reading. */
static int parse_any(struct gpt *gpt, struct slice table, bool regions, struct problem *problem)
{
	struct problem second;
	struct gpt old;
	int bad = parse_as(gpt, table, PMT_ENTRY_60, regions, problem);

	if (parse_as(&old, table, PMT_ENTRY_4C, regions, &second) == 0 &&
	    (bad || old.count > gpt->count)) {
		*gpt = old;
		return 0;
	}
	return bad;
}

int pmt_parse(struct gpt *gpt, struct slice table, enum pmt_form form, struct problem *problem)
{
	int bad = form == PMT_ANY || form == PMT_NAND
			  ? parse_any(gpt, table, form == PMT_ANY, problem)
			  : parse_as(gpt, table, form, true, problem);

	if (bad) {
		*gpt = (struct gpt){.sector = SECTOR};
		return -1;
	}
	make_relative(gpt);
	return 0;
}

void pmt_put(uint8_t entry[PMT_ENTRY_BYTES], const char *name, uint64_t size, uint64_t part,
	     uint64_t offset)
{
	memset(entry, 0, PMT_ENTRY_BYTES);
	memcpy(entry, name, strnlen(name, NAME_BYTES - 1));
	put_le64(entry + NAME_BYTES, size);
	put_le64(entry + NAME_BYTES + 8, part);
	put_le64(entry + NAME_BYTES + 16, offset);
}
