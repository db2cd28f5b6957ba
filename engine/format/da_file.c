#include "engine/format/da_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"

#define FILE_HEADER 0x6C
#define INFO_MAGIC  0x22668899u
#define ENTRY_MAGIC 0xDADA
#define ENTRY_V3    0xD8
#define ENTRY_V4    0xDC
#define REGION	    20

#define REMEDY_COPY "copy the agent file again, or take it from the vendor's tool package"

static int check_header(struct da_file *d, struct slice bytes, uint32_t *count,
			struct problem *problem)
{
	if (bytes.n < FILE_HEADER)
		return problem_set(problem, "header", REMEDY_COPY,
				   "the file has %zu bytes, the header alone %d", bytes.n,
				   FILE_HEADER);
	if (memcmp(bytes.p, "MTK_DOWNLOAD_AGENT", 18) != 0)
		return problem_set(
			problem, "header at 0x0", REMEDY_COPY,
			"it does not begin with MTK_DOWNLOAD_AGENT: not an agent file, or "
			"one with a signature in front");
	d->info_ver = get_le32(bytes.p + 0x60);
	if (d->info_ver != 3 && d->info_ver != 4)
		return problem_set(problem, "header at 0x60",
				   "use a file of container version 3 or 4",
				   "container version %u is not supported", d->info_ver);
	if (get_le32(bytes.p + 0x64) != INFO_MAGIC)
		return problem_set(problem, "header at 0x64", REMEDY_COPY,
				   "magic is 0x%08X, not 0x22668899", get_le32(bytes.p + 0x64));
	memcpy(d->identifier, bytes.p + 0x20, 64);
	d->identifier[64] = '\0';
	d->v6 = strstr(d->identifier, "MTK_DA_v6") != NULL;
	*count = get_le32(bytes.p + 0x68);
	if (*count == 0)
		return problem_set(problem, "header at 0x68", REMEDY_COPY,
				   "the file lists no entries");
	if (*count > DA_ENTRIES_MAX)
		return problem_set(problem, "header at 0x68", REMEDY_COPY,
				   "%u entries; at most %d are supported", *count, DA_ENTRIES_MAX);
	if (*count > (bytes.n - FILE_HEADER) / (d->info_ver == 3 ? ENTRY_V3 : ENTRY_V4))
		return problem_set(problem, "header at 0x68", REMEDY_COPY,
				   "%u entries can't be in a file of %zu bytes", *count, bytes.n);
	return 0;
}

/*
 * Files that vendors ship for one chip (DA_BR.bin, MTK_DA_v6 with a single entry) count sig_offset
 * from the file's start. Every signature ends with its region, which tells the two apart.
 */
static void count_signature_from_region(struct da_region *r)
{
	uint64_t end = (uint64_t)r->sig_offset + r->sig_len;

	if (r->sig_len && end > r->len && end == (uint64_t)r->offset + r->len)
		r->sig_offset -= r->offset;
}

static int check_region(const struct da_region *r, size_t file_bytes, const char *where,
			unsigned number, struct problem *problem)
{
	if (r->offset > file_bytes || r->len > file_bytes - r->offset)
		return problem_set(problem, where, REMEDY_COPY,
				   "region %u needs 0x%x bytes at 0x%x, the file has 0x%zx", number,
				   r->len, r->offset, file_bytes);
	if (r->sig_offset > r->len || r->sig_len > r->len - r->sig_offset)
		return problem_set(problem, where, REMEDY_COPY,
				   "region %u: a signature of 0x%x bytes at 0x%x is not inside its "
				   "0x%x bytes",
				   number, r->sig_len, r->sig_offset, r->len);
	return 0;
}

static int parse_entry(struct da_entry *e, const struct da_file *d, const uint8_t *p,
		       const char *where, struct problem *problem)
{
	bool old = d->info_ver == 3;
	const uint8_t *tail = p + (old ? 0x08 : 0x0C); /* the part both versions share */

	if (get_le16(p) != ENTRY_MAGIC)
		return problem_set(problem, where, REMEDY_COPY, "magic is 0x%04X, not 0xDADA",
				   get_le16(p));
	*e = (struct da_entry){.hw_code = get_le16(p + 2)};
	e->hw_sub_code = old ? 0 : get_le16(p + 4);
	e->hw_version = get_le16(p + (old ? 4 : 6));
	e->sw_version = get_le16(p + (old ? 6 : 8));
	e->feature = get_le32(tail);
	e->entry_region_index = get_le16(tail + 4);
	e->region_count = get_le16(tail + 6);
	if (e->region_count == 0 || e->region_count >= DA_REGIONS_MAX)
		return problem_set(problem, where, REMEDY_COPY, "%u regions; 1 to 9 are possible",
				   e->region_count);
	for (unsigned i = 0; i < e->region_count; i++) {
		const uint8_t *r = tail + 8 + (size_t)i * REGION;

		e->regions[i] = (struct da_region){get_le32(r), get_le32(r + 4), get_le32(r + 8),
						   get_le32(r + 12), get_le32(r + 16)};
		count_signature_from_region(&e->regions[i]);
		if (check_region(&e->regions[i], d->bytes.n, where, i, problem) != 0)
			return -1;
	}
	return 0;
}

int da_file_parse(struct da_file *d, struct slice bytes, struct problem *problem)
{
	size_t entry_bytes;
	uint32_t count = 0;

	*d = (struct da_file){.bytes = bytes};
	if (check_header(d, bytes, &count, problem) != 0)
		return -1;
	entry_bytes = d->info_ver == 3 ? ENTRY_V3 : ENTRY_V4;
	d->entries = calloc(count, sizeof *d->entries);
	if (!d->entries)
		return problem_set(problem, "header", "free memory on the station",
				   "out of memory for %u entries", count);
	for (uint32_t i = 0; i < count; i++) {
		size_t at = FILE_HEADER + i * entry_bytes;
		char where[48];

		snprintf(where, sizeof where, "entry %u at 0x%zx", i, at);
		if (parse_entry(&d->entries[i], d, bytes.p + at, where, problem) != 0) {
			da_file_free(d);
			return -1;
		}
		d->count++;
	}
	return 0;
}

void da_file_free(struct da_file *d)
{
	free(d->entries);
	*d = (struct da_file){0};
}

/* Codes of one silicon that share the agent of another (da-file.md section 3, step 1). */
static uint16_t folded(uint16_t code)
{
	switch (code) {
	case 0x0321:
	case 0x0335:
	case 0x0337:
		return 0x6735;
	case 0x7623:
	case 0x7683:
		return 0x8590;
	case 0x8172:
	case 0x8176:
		return 0x8173;
	default:
		return code;
	}
}

/* How well an entry fits, larger is better; 0: not at all. */
static int fit(const struct da_entry *e, size_t candidates, uint16_t hw_version,
	       uint16_t sw_version)
{
	if (e->hw_version == hw_version && e->sw_version == sw_version)
		return 0x1000;
	if (e->sw_version == sw_version)
		return 0x800;
	if (candidates == 1)
		return 0x400;
	if (e->sw_version > sw_version && e->sw_version - sw_version <= 0xFF)
		return 0x100 - (e->sw_version - sw_version);
	return 0;
}

/* An entry that differs from an earlier one in nothing but the feature word adds no choice. */
static bool repeats_earlier(const struct da_file *d, size_t i)
{
	const struct da_entry *e = &d->entries[i];

	for (size_t j = 0; j < i; j++) {
		const struct da_entry *o = &d->entries[j];

		if (o->hw_code == e->hw_code && o->hw_sub_code == e->hw_sub_code &&
		    o->hw_version == e->hw_version && o->sw_version == e->sw_version)
			return true;
	}
	return false;
}

const struct da_entry *da_file_select(const struct da_file *d, uint16_t da_code,
				      uint16_t hw_sub_code, uint16_t hw_version,
				      uint16_t sw_version, struct problem *problem)
{
	uint16_t code = folded(da_code);
	const struct da_entry *best = NULL;
	size_t candidates = 0;
	int best_fit = 0;

	for (size_t i = 0; i < d->count; i++)
		candidates += d->entries[i].hw_code == code && !repeats_earlier(d, i);
	for (size_t i = 0; i < d->count; i++) {
		const struct da_entry *e = &d->entries[i];
		int f = e->hw_code == code ? fit(e, candidates, hw_version, sw_version) : 0;

		if (f > best_fit) {
			best = e;
			best_fit = f;
		}
	}
	if (!best)
		problem_set(
			problem, "entry table",
			"take an agent file of a release that knows this chip and version",
			"no entry for code 0x%04X, sub 0x%04X, hardware 0x%04X, software 0x%04X "
			"(%zu entries of that code)",
			code, hw_sub_code, hw_version, sw_version, candidates);
	return best;
}

bool da_entry_stages(const struct da_file *d, const struct da_entry *e, struct da_region *da1,
		     struct da_region *da2, struct problem *problem)
{
	char where[48];
	unsigned first = 1;

	snprintf(where, sizeof where, "entry %zu", (size_t)(e - d->entries));
	if (e->region_count < 3) {
		problem_set(problem, where, "take an agent file for phones",
			    "only %u regions; first and second stage need regions 1 and 2",
			    e->region_count);
		return false;
	}
	/* Phones have them at 1 and 2; files for other chips start later (da-file.md 2.1). */
	if (e->entry_region_index > 1) {
		first = e->entry_region_index;
		while (first < e->region_count && e->regions[first].sig_len == 0)
			first++;
		if (first + 1 >= e->region_count)
			first = e->entry_region_index;
	}
	if (first + 1 >= e->region_count || e->regions[first].len == 0 ||
	    e->regions[first + 1].len == 0) {
		problem_set(problem, where, REMEDY_COPY,
			    "first or second stage is empty (entry region %u of %u)",
			    e->entry_region_index, e->region_count);
		return false;
	}
	*da1 = e->regions[first];
	*da2 = e->regions[first + 1];
	return true;
}

struct slice da_region_bytes(const struct da_file *d, const struct da_region *r)
{
	return (struct slice){d->bytes.p + r->offset, r->len};
}
