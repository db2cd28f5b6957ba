/*
 * layout_old: the partition table of devices that have no GPT: PMT on eMMC and NAND, MBR and its
 * EBRs (packages.md 5.3).
 */
#ifndef RACK_LAYOUT_OLD_H
#define RACK_LAYOUT_OLD_H

#include "engine/base/problem.h"
#include "engine/chips/chips.h"
#include "engine/format/scatter.h"
#include "tests/rack/legacy/pmt.h"

/* Does a device of this chip with this storage and scatter carry a PMT? */
bool layout_is_old(const struct chip *chip, const struct flash *flash,
		   const struct scatter *scatter);
/* Where the user region begins in the table's linear addresses. */
uint64_t layout_old_base(const struct rack_pmt *pmt);

/* Write PMT, MBR and EBRs. 0, or -1 with problem. */
int layout_write_old(struct flash *flash, const struct chip *chip, const struct scatter *scatter,
		     struct problem *problem);

#endif
