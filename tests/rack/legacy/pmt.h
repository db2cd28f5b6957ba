/*
 * pmt: the partition table of devices up to MT6592, as it lies on the storage (packages.md 5.3).
 *
 *   eMMC, second form   MT6571/72/82/92: 0x1000 bytes 1 MiB before the end of the user region,
 *                       mirror right behind; entries of 88 bytes
 *   eMMC, first form    MT6575/77/89, 8135: records of 2048 bytes at 0x400 and 0xC00; entries of
 *                       76 bytes below 4 GiB, else 88
 *   NAND                the first two of the reserved blocks at the end: PTv3, MPT3; 96 bytes
 */
#ifndef RACK_LEGACY_PMT_H
#define RACK_LEGACY_PMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/rack/flash.h"

#define RACK_PMT_ENTRIES_MAX 40
#define RACK_PMT_WIRE_BYTES  0x60

struct rack_pmt_entry {
	char name[64];
	uint64_t size;	 /* bytes */
	uint64_t id;	 /* part id on the wire */
	uint64_t offset; /* bytes; eMMC: linear, from the first boot region on */
	uint64_t mask;	 /* flags */
};

struct rack_pmt {
	size_t count;
	struct rack_pmt_entry entries[RACK_PMT_ENTRIES_MAX];
};

enum rack_pmt_form { RACK_PMT_FIRST, RACK_PMT_SECOND, RACK_PMT_NAND };

enum rack_pmt_form rack_pmt_form_of(const struct flash *flash, uint16_t hw_code);
/* False when neither the table nor its mirror is there. */
bool rack_pmt_load(const struct flash *flash, enum rack_pmt_form form, struct rack_pmt *pmt);
/* Both copies; -1 when the storage fails or there are too many entries. */
int rack_pmt_store(struct flash *flash, enum rack_pmt_form form, const struct rack_pmt *pmt);
const struct rack_pmt_entry *rack_pmt_find(const struct rack_pmt *pmt,
					   const char *name); /* any case */

/* The entries as commands carry them (da-legacy.md 5.8). */
void rack_pmt_to_wire(const struct rack_pmt_entry *e, uint8_t wire[RACK_PMT_WIRE_BYTES]);
void rack_pmt_from_wire(struct rack_pmt_entry *e, const uint8_t wire[RACK_PMT_WIRE_BYTES]);

#endif
