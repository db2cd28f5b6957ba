#include "engine/format/emi.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/base/text.h"

#define HEAD_BYTES  0x70
#define NAME_AT	    0x1B
#define NAME_END    0x58
#define COUNT_AT    0x6C
#define COUNT_MAX   256 /* 36 is the most seen; more than that is damage */
#define STEP_BACK   0x800
#define TITLE	    "MTK_BLOADER_INFO_v"
#define TITLE_BYTES 18

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

static const struct layout *layout_of(uint64_t stride)
{
	for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
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

/* Last resort: the title, and behind it the word that states the distance back to it. */
static bool search(struct slice content, struct slice *blob)
{
	const uint8_t *at = content.n > 0 ? memmem(content.p, content.n, TITLE, TITLE_BYTES) : NULL;
	size_t start, most;

	if (!at)
		return false;
	start = (size_t)(at - content.p);
	most = content.n - start;
	for (size_t n = HEAD_BYTES; n + 4 <= most; n += 4) {
		if (get_le32(at + n) == n) {
			*blob = (struct slice){at, n};
			return true;
		}
	}
	return false;
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
	if (l->vendor)
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

/* Bytes that collectors of bare blobs left behind: nothing, the length word, or it with a hash. */
static const struct layout *fit_layout(struct slice *blob, uint32_t count)
{
	static const size_t extras[] = {0, 4, 0x24, 0x30};

	for (size_t i = 0; i < sizeof extras / sizeof extras[0]; i++) {
		const struct layout *l;
		size_t n;

		if (blob->n < HEAD_BYTES + extras[i])
			break;
		n = blob->n - HEAD_BYTES - extras[i];
		l = n % count == 0 ? layout_of(n / count) : NULL;
		if (l) {
			blob->n -= extras[i];
			return l;
		}
	}
	return NULL;
}

int emi_decode(struct preloader *p, struct slice blob, struct problem *problem)
{
	const struct layout *l;
	uint32_t count;

	if (blob.n < HEAD_BYTES)
		return problem_set(problem, "DRAM settings", REMEDY,
				   "they have %zu bytes, the head alone %d", blob.n, HEAD_BYTES);
	if (read_version(p, blob, problem) != 0)
		return -1;
	read_name(p, blob);
	count = get_le32(blob.p + COUNT_AT);
	if (count == 0 || count > COUNT_MAX)
		return problem_set(problem, "DRAM settings at 0x6C", REMEDY,
				   "%u records are not possible", count);
	l = fit_layout(&blob, count);
	if (!l)
		return problem_set(
			problem, "DRAM settings", REMEDY,
			"%u records of version %02u in %zu bytes fit no known record size: "
			"cut short or of a new kind",
			count, p->emi_version, blob.n - HEAD_BYTES);
	p->emi = blob;
	p->layout = l->name;
	p->emi_stride = l->stride;
	p->emi_count = count;
	for (uint32_t i = 0; i < count && i < PRELOADER_EMI_MAX; i++)
		p->records[i] = decode_record(l, blob.p + HEAD_BYTES + (size_t)i * l->stride);
	return 0;
}
