#include "tests/rack/legacy/pmt.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/bytes.h"
#include "tests/rack/nand.h"

enum { MIB = 0x100000, NAME_BYTES = 64 };

/* How one form lies on the storage. */
struct shape {
	uint32_t bytes; /* of one copy, signatures included */
	uint32_t head;	/* where the entries begin */
	uint32_t tail;	/* bytes behind the entries */
	uint32_t signature[2];
	uint32_t entry;
	uint64_t at[2];
};

static struct shape shape_of(const struct flash *flash, enum rack_pmt_form form)
{
	uint64_t user = flash->regions[REGION_USER].bytes;
	uint64_t block = flash_nand_block_bytes(flash);

	switch (form) {
	case RACK_PMT_FIRST:
		return (struct shape){.bytes = 0x800,
				      .head = 4,
				      .tail = 4,
				      .signature = {0x50547631, 0x4D505431},
				      .entry = user < UINT64_C(4) << 30 ? 76 : 88,
				      .at = {0x400, 0xC00}};
	case RACK_PMT_SECOND:
		return (struct shape){.bytes = 0x1000,
				      .head = 8,
				      .tail = 8,
				      .signature = {0x50547631, 0x4D505431},
				      .entry = 88,
				      .at = {user - MIB, user - MIB + 0x1000}};
	case RACK_PMT_NAND:
		break;
	}
	return (struct shape){
		.bytes = 0x1000,
		.head = 4,
		.tail = 4,
		.signature = {0x50547633, 0x4D505433},
		.entry = 96,
		.at = {flash_nand_logical_bytes(flash), flash_nand_logical_bytes(flash) + block}};
}

enum rack_pmt_form rack_pmt_form_of(const struct flash *flash, uint16_t hw_code)
{
	static const uint16_t first[] = {0x6573, 0x6575, 0x6577, 0x6583, 0x8135};

	if (flash->kind == STORAGE_NAND)
		return RACK_PMT_NAND;
	for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
		if (first[i] == hw_code)
			return RACK_PMT_FIRST;
	}
	return RACK_PMT_SECOND;
}

/* ---- one entry; the numbers stand where the form has them ---- */

static void put_entry(const struct rack_pmt_entry *e, uint32_t width, uint8_t *p)
{
	memset(p, 0, width);
	memcpy(p, e->name, strnlen(e->name, NAME_BYTES - 1));
	if (width == 76) {
		put_le32(p + 64, (uint32_t)e->size);
		put_le32(p + 68, (uint32_t)e->offset);
		put_le32(p + 72, (uint32_t)e->mask);
		return;
	}
	put_le64(p + 64, e->size);
	if (width == 96)
		put_le64(p + 72, e->id);
	put_le64(p + width - 16, e->offset);
	put_le64(p + width - 8, e->mask);
}

static void get_entry(struct rack_pmt_entry *e, uint32_t width, const uint8_t *p)
{
	memset(e, 0, sizeof *e);
	memcpy(e->name, p, NAME_BYTES - 1);
	if (width == 76) {
		e->size = get_le32(p + 64);
		e->offset = get_le32(p + 68);
		e->mask = get_le32(p + 72);
		return;
	}
	e->size = get_le64(p + 64);
	e->id = width == 96 ? get_le64(p + 72) : 0;
	e->offset = get_le64(p + width - 16);
	e->mask = get_le64(p + width - 8);
}

void rack_pmt_to_wire(const struct rack_pmt_entry *e, uint8_t wire[RACK_PMT_WIRE_BYTES])
{
	put_entry(e, RACK_PMT_WIRE_BYTES, wire);
}

void rack_pmt_from_wire(struct rack_pmt_entry *e, const uint8_t wire[RACK_PMT_WIRE_BYTES])
{
	get_entry(e, RACK_PMT_WIRE_BYTES, wire);
}

/* ---- one copy ---- */

static int move(struct flash *flash, enum rack_pmt_form form, uint64_t at, uint8_t *bytes, size_t n,
		bool write)
{
	if (form != RACK_PMT_NAND)
		return write ? flash_write(flash, REGION_USER, at, bytes, n)
			     : flash_read(flash, REGION_USER, at, bytes, n);
	return write ? flash_nand_write(flash, at, bytes, n) : flash_nand_read(flash, at, bytes, n);
}

static bool load_copy(const struct flash *flash, enum rack_pmt_form form, int copy,
		      struct rack_pmt *pmt)
{
	struct shape s = shape_of(flash, form);
	uint8_t bytes[0x1000];

	pmt->count = 0;
	if (move((struct flash *)flash, form, s.at[copy], bytes, s.bytes, false) ||
	    get_le32(bytes) != s.signature[copy] ||
	    get_le32(bytes + s.bytes - 4) != s.signature[copy])
		return false;
	for (uint32_t at = s.head; at + s.entry <= s.bytes - s.tail; at += s.entry) {
		struct rack_pmt_entry *e = &pmt->entries[pmt->count];

		get_entry(e, s.entry, bytes + at);
		if (!e->name[0] || !e->size || ++pmt->count == RACK_PMT_ENTRIES_MAX)
			break;
	}
	return true;
}

bool rack_pmt_load(const struct flash *flash, enum rack_pmt_form form, struct rack_pmt *pmt)
{
	return load_copy(flash, form, 0, pmt) || load_copy(flash, form, 1, pmt);
}

static int store_copy(struct flash *flash, enum rack_pmt_form form, int copy,
		      const struct rack_pmt *pmt)
{
	struct shape s = shape_of(flash, form);
	uint8_t bytes[0x1000] = {0};

	put_le32(bytes, s.signature[copy]);
	put_le32(bytes + s.bytes - 4, s.signature[copy]);
	if (form == RACK_PMT_SECOND)
		memcpy(bytes + 4, "1.0", 4);
	for (size_t i = 0; i < pmt->count; i++)
		put_entry(&pmt->entries[i], s.entry, bytes + s.head + i * s.entry);
	if (form == RACK_PMT_NAND && flash_nand_erase(flash, s.at[copy]))
		return -1;
	return move(flash, form, s.at[copy], bytes, s.bytes, true);
}

int rack_pmt_store(struct flash *flash, enum rack_pmt_form form, const struct rack_pmt *pmt)
{
	struct shape s = shape_of(flash, form);

	if (pmt->count > (s.bytes - s.head - s.tail) / s.entry)
		return -1;
	return store_copy(flash, form, 0, pmt) || store_copy(flash, form, 1, pmt) ? -1 : 0;
}

const struct rack_pmt_entry *rack_pmt_find(const struct rack_pmt *pmt, const char *name)
{
	for (size_t i = 0; i < pmt->count; i++) {
		if (!strcasecmp(pmt->entries[i].name, name))
			return &pmt->entries[i];
	}
	return NULL;
}
