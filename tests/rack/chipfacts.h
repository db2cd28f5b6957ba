/* chipfacts: what a chip of the rack says beyond the chip table of the engine. */
#ifndef RACK_CHIPFACTS_H
#define RACK_CHIPFACTS_H

#include "engine/chips/chips.h"

/* GET_HW_SW_VER of every XFlash chip seen (brom.md section 8). */
#define CHIP_HW_SUB_CODE 0x8A00
#define CHIP_HW_VERSION	 0xCA00
#define CHIP_SW_VERSION	 0x0000

/*
 * The one EMI version a chip's agents take (packages.md 3.4); -1 where no sample tells. MT6761 and
 * MT6762 share a hw code but not the version: `name` decides.
 */
int chip_emi_version(const struct chip *chip, const char *name);

#endif
