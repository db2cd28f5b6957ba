#include "engine/format/emi.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/base/text.h"

#define HEAD_BYTES   0x70
#define NAME_AT	     0x1B
#define NAME_END     0x58
#define COUNT_AT     0x6C
#define COUNT_MAX    256 /* 36 is the most seen; more than that is damage */
#define STEP_BACK    0x800
#define DRAM_PC_DDR3 4 /* has no MR5 to read a vendor from: timings stand in its place */
/*
 * Agents of chips with versions up to this take single records or all of them, never the count
 * (da-legacy.md 3.3), so in these a count that is too high does no harm.
 */
#define LAST_LOOSE_COUNT 14
#define TITLE		 "MTK_BLOADER_INFO_v"
#define TITLE_BYTES	 18

#define REMEDY "take the preloader from the build; collected copies are often cut short"

/* Layouts of one record, chosen by its size alone: version 00 occurs with several. */
struct layout {
	char name;
	uint16_t stride;
	uint16_t type;	    /* offsets in the record */
	uint16_t id_length; /* 0: none; never the first field */
	uint16_t fw_id_length;
	uint16_t id;
	uint16_t fw_id;
	uint16_t ranks;
	uint8_t rank_bytes; /* 4 or 8; 0 none */
	uint8_t rank_count;
	uint16_t vendor;
};

static const struct layout layouts[] = {
	{'A', 188, 0x04, 0x08, 0x0C, 0x10, 0x20, 0x6C, 4, 4, 0xB0},
	{'B', 176, 0x04, 0x08, 0x0C, 0x10, 0x20, 0x60, 4, 4, 0xA4},
	{'C', 160, 0x04, 0x08, 0x0C, 0x10, 0x20, 0x50, 8, 4, 0x98},
	{'c', 164, 0x04, 0x08, 0x0C, 0x10, 0x20, 0x50, 8, 4, 0},
	{'c', 144, 0x04, 0x08, 0x0C, 0x10, 0x20, 0x50, 4, 4, 0},
	{'c', 140, 0x04, 0x08, 0x0C, 0x10, 0x20, 0x4C, 4, 4, 0},
	{'D', 84, 0x00, 0x04, 0, 0x08, 0, 0x18, 8, 2, 0x50},
	{'E', 168, 0x00, 0x14, 0, 0x04, 0, 0x90, 4, 4, 0xA0},
	{'F', 184, 0x04, 0x08, 0x0C, 0x10, 0x20, 0x6C, 4, 4, 0},
	{'G', 64, 0x00, 0, 0, 0, 0, 0, 0, 0, 0},
	{'G', 136, 0x00, 0, 0, 0x04, 0, 0, 0, 0, 0},
};

#define LAYOUT_COUNT (sizeof layouts / sizeof layouts[0])

static const struct layout *layout_of(uint64_t stride)
{
	for (size_t i = 0; i < LAYOUT_COUNT; i++) {
		if (layouts[i].stride == stride)
			return &layouts[i];
	}
	return NULL;
}

bool emi_is_blob(struct slice bytes)
{
	return text_starts(bytes, TITLE);
}

static bool blob_before_length(struct slice content, size_t end, struct slice *blob)
{
	uint32_t n;

	if (end < HEAD_BYTES + 4 || end > content.n)
		return false;
	n = get_le32(content.p + end - 4);
	if (n < HEAD_BYTES || n > end - 4)
		return false;
	*blob = (struct slice){content.p + end - 4 - n, n};
	return emi_is_blob(*blob);
}

/* The word behind a blob states the distance back to its title. 0 when no word does. */
static size_t stated_length(const uint8_t *title, size_t most)
{
	for (size_t n = HEAD_BYTES; n + 4 <= most; n += 4) {
		if (get_le32(title + n) == n)
			return n;
	}
	return 0;
}

/* Last resort: the title, and behind it the word that states the distance back to it. */
static bool search(struct slice content, struct slice *blob)
{
	const uint8_t *at = content.n > 0 ? memmem(content.p, content.n, TITLE, TITLE_BYTES) : NULL;

	if (!at)
		return false;
	*blob = (struct slice){at, stated_length(at, content.n - (size_t)(at - content.p))};
	return blob->n > 0;
}

bool emi_locate(struct slice content, struct slice *blob)
{
	if (blob_before_length(content, content.n, blob))
		return true;
	if (content.n > STEP_BACK && get_le32(content.p + content.n - 4) == 0 &&
	    blob_before_length(content, content.n - STEP_BACK, blob))
		return true;
	return search(content, blob);
}

/* DRAM ranks are powers of two of at least 16 MiB; anything else means the field is not there. */
static uint64_t dram_bytes_of(const struct layout *l, const uint8_t *record)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < l->rank_count; i++) {
		const uint8_t *p = record + l->ranks + (size_t)i * l->rank_bytes;
		uint64_t rank = l->rank_bytes == 8 ? get_le64(p) : get_le32(p);

		if (rank == 0 || rank % (16u << 20) != 0 || rank > (uint64_t)64 << 30)
			break;
		sum += rank;
	}
	return sum;
}

static struct emi_record decode_record(const struct layout *l, const uint8_t *p)
{
	struct emi_record r = {.type = get_le32(p + l->type)};

	if (l->id_length) {
		r.id_length = get_le32(p + l->id_length);
		if (r.id_length > sizeof r.id)
			r.id_length = sizeof r.id;
		memcpy(r.id, p + l->id, sizeof r.id);
	}
	if (l->fw_id_length) {
		r.fw_id_length = get_le32(p + l->fw_id_length);
		if (r.fw_id_length > sizeof r.fw_id)
			r.fw_id_length = sizeof r.fw_id;
		memcpy(r.fw_id, p + l->fw_id, sizeof r.fw_id);
	}
	if (l->rank_bytes)
		r.dram_bytes = dram_bytes_of(l, p);
	if (l->vendor && (r.type & 0xFF) != DRAM_PC_DDR3)
		r.vendor = get_le32(p + l->vendor);
	return r;
}

static int read_version(struct preloader *p, struct slice blob, struct problem *problem)
{
	uint8_t tens = blob.p[TITLE_BYTES];
	uint8_t ones = blob.p[TITLE_BYTES + 1];

	if (tens < '0' || tens > '9' || ones < '0' || ones > '9')
		return problem_set(problem, "DRAM settings", REMEDY,
				   "the version behind " TITLE " is not two digits");
	p->emi_version = (unsigned)(tens - '0') * 10 + (unsigned)(ones - '0');
	return 0;
}

static void read_name(struct preloader *p, struct slice blob)
{
	size_t n = 0;

	while (NAME_AT + n < NAME_END && n + 1 < sizeof p->name && blob.p[NAME_AT + n] >= 0x20 &&
	       blob.p[NAME_AT + n] < 0x7F)
		n++;
	memcpy(p->name, blob.p + NAME_AT, n);
	p->name[n] = '\0';
}

/* Records in a blob: how they are laid out and how many there are. */
struct fit {
	const struct layout *layout;
	size_t count;
};

/* As many records as the head states, filling the body. */
static bool fit_stated(struct fit *fit, size_t body, uint32_t count)
{
	fit->layout = count > 0 && body % count == 0 ? layout_of(body / count) : NULL;
	fit->count = count;
	return fit->layout != NULL;
}

/*
 * Whole records of a layout this version is known with, fewer than the head states: builds of
 * MT6572 to MT6589 count 16 where 10 are there.
 */
static bool fit_fewer(struct fit *fit, size_t body, uint32_t count, unsigned version)
{
	for (size_t i = 0; version <= LAST_LOOSE_COUNT && i < LAYOUT_COUNT; i++) {
		size_t there = body / layouts[i].stride;

		if (body % layouts[i].stride != 0 || there == 0 || there >= count ||
		    !emi_version_uses(version, layouts[i].name))
			continue;
		*fit = (struct fit){&layouts[i], there};
		return true;
	}
	return false;
}

/* `body` bytes of records, of which the length is sure. */
static bool fit_sure(struct fit *fit, size_t body, uint32_t count, unsigned version)
{
	struct fit fewer;
	bool stated = fit_stated(fit, body, count);

	if (stated && emi_version_uses(version, fit->layout->name))
		return true;
	if (fit_fewer(&fewer, body, count, version)) {
		*fit = fewer;
		return true;
	}
	return stated;
}

/*
 * A collected blob without the length word. Bytes left behind it are guessed: none, or what others
 * were seen with. A layout the version is known with goes before one it is not; version 00 tells
 * nothing.
 */
static bool fit_guess(struct fit *fit, struct slice *blob, uint32_t count, unsigned version)
{
	static const size_t extras[] = {0, 4, 0x24, 0x30};
	size_t body = blob->n - HEAD_BYTES;

	for (int known = 1; known >= 0; known--) {
		for (size_t i = 0; i < sizeof extras / sizeof extras[0]; i++) {
			if (body < extras[i] || !fit_stated(fit, body - extras[i], count))
				continue;
			if (known && version > 0 && !emi_version_uses(version, fit->layout->name))
				continue;
			blob->n -= extras[i];
			return true;
		}
		if (known && fit_fewer(fit, body, count, version))
			return true;
	}
	return false;
}

static int read_head(struct preloader *p, struct slice blob, uint32_t *count,
		     struct problem *problem)
{
	if (blob.n < HEAD_BYTES)
		return problem_set(problem, "DRAM settings", REMEDY,
				   "they have %zu bytes, the head alone %d", blob.n, HEAD_BYTES);
	if (read_version(p, blob, problem) != 0)
		return -1;
	read_name(p, blob);
	*count = get_le32(blob.p + COUNT_AT);
	if (*count == 0 || *count > COUNT_MAX)
		return problem_set(problem, "DRAM settings at 0x6C", REMEDY,
				   "%u records are not possible", *count);
	return 0;
}

static int take(struct preloader *p, struct slice blob, const struct fit *fit)
{
	p->emi = blob;
	p->layout = fit->layout->name;
	p->emi_stride = fit->layout->stride;
	p->emi_count = fit->count;
	for (size_t i = 0; i < fit->count && i < PRELOADER_EMI_MAX; i++)
		p->records[i] =
			decode_record(fit->layout, blob.p + HEAD_BYTES + i * fit->layout->stride);
	emi_guess_platform(p);
	return 0;
}

static int no_fit(const struct preloader *p, uint32_t count, size_t body, struct problem *problem)
{
	return problem_set(problem, "DRAM settings", REMEDY,
			   "%u records of version %02u in %zu bytes fit no known record size: "
			   "cut short or of a new kind",
			   count, p->emi_version, body);
}

int emi_decode(struct preloader *p, struct slice blob, struct problem *problem)
{
	struct fit fit;
	uint32_t count = 0;
	size_t body;

	if (read_head(p, blob, &count, problem) != 0)
		return -1;
	body = blob.n - HEAD_BYTES;
	if (fit_sure(&fit, body, count, p->emi_version))
		return take(p, blob, &fit);
	if (count == 0 || body == 0 || body % count != 0)
		return no_fit(p, count, body, problem);
	p->emi = blob;
	p->emi_stride = (uint32_t)(body / count);
	return 0;
}

int emi_decode_bare(struct preloader *p, struct slice blob, struct problem *problem)
{
	struct fit fit;
	uint32_t count = 0;
	size_t stated;

	if (read_head(p, blob, &count, problem) != 0)
		return -1;
	stated = stated_length(blob.p, blob.n);
	if (stated > 0 && fit_sure(&fit, stated - HEAD_BYTES, count, p->emi_version)) {
		blob.n = stated;
		return take(p, blob, &fit);
	}
	if (fit_guess(&fit, &blob, count, p->emi_version))
		return take(p, blob, &fit);
	return no_fit(p, count, blob.n - HEAD_BYTES, problem);
}
