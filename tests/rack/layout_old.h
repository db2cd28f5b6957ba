/*
 * layout_old: the partition table as the agents of a chip know it: PMT on eMMC and NAND, MBR and
 * its EBRs (packages.md 5.3), or a GPT.
 */
#ifndef RACK_LAYOUT_OLD_H
#define RACK_LAYOUT_OLD_H

#include "engine/base/problem.h"
#include "engine/chips/chips.h"
#include "engine/format/gpt.h"
#include "engine/format/scatter.h"
#include "tests/rack/legacy/pmt.h"

/* Does a device of this chip with this storage and scatter carry a PMT? */
bool layout_is_old(const struct chip *chip, const struct flash *flash,
		   const struct scatter *scatter);
/* Where the user region begins in the table's linear addresses. */
uint64_t layout_old_base(const struct rack_pmt *pmt);

/*
 * Write the table of `scatter`; `gpt` is what layout_table() made of it, for devices with a GPT.
 * Legacy agents get one of 40 entries: some have no room for more (da-legacy.md 5.8). 0, or -1 with
 * problem.
 */
int layout_write_for(struct flash *flash, const struct chip *chip, const struct scatter *scatter,
		     const struct gpt *gpt, struct problem *problem);

#endif
