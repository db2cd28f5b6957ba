/*
 * pmt: partition tables as legacy agents tell and take them: fixed little-endian entries, without
 * the signatures they have on flash. Source: protocol/da-legacy.md 5.8, packages.md 5.3.
 */
#ifndef ENGINE_FORMAT_PMT_H
#define ENGINE_FORMAT_PMT_H

#include "engine/base/problem.h"
#include "engine/base/slice.h"
#include "engine/format/gpt.h"

enum pmt_form {
	PMT_ANY,      /* one of the two below, whichever makes sense */
	PMT_ENTRY_60, /* name[64], u64 size, part, offset, mask */
	PMT_ENTRY_4C, /* name[64], u32 size, offset, flags */
	PMT_GPT_LIST, /* name[64], u64 offset, size, u16 part, 6 pad */
	PMT_NAND,     /* as PMT_ANY, but the part numbers are no regions: all entries count */
};

/*
 * Entries of the user region, starts and sizes in bytes of it, into `gpt` (sector 512, no sectors
 * of a table). Linear offsets, which count the boot regions in, are seen by that of MBR and made
 * relative. Ends at the first size 0 or at the table's end. -1 with `problem` when there is no
 * entry or one that makes no sense.
 */
int pmt_parse(struct gpt *gpt, struct slice table, enum pmt_form form, struct problem *problem);

#define PMT_ENTRY_BYTES 0x60

/* One entry of the first form; `part` is the region's number (8 user), 0 on NAND. */
void pmt_put(uint8_t entry[PMT_ENTRY_BYTES], const char *name, uint64_t size, uint64_t part,
	     uint64_t offset);

#endif
