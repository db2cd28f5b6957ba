/* chipfacts: what a chip of the rack says beyond the chip table of the engine. */
#ifndef RACK_CHIPFACTS_H
#define RACK_CHIPFACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/chips/chips.h"

/* GET_HW_SW_VER of every XFlash chip seen (brom.md section 8). */
#define CHIP_HW_SUB_CODE 0x8A00
#define CHIP_HW_VERSION	 0xCA00
#define CHIP_SW_VERSION	 0x0000

/* What the boot ROM of a chip answers differently from the newer ones (brom.md 8, 9, 13). */
struct chip_boot {
	uint16_t hw_code;
	uint16_t hw_sub, hw_version, sw_version;
	uint32_t version_regs; /* hw and sw version, read with 16-bit reads; 0: the usual place */
	uint32_t writable;     /* a register hosts set before SEND_DA (EMI_GENA); 0: none */
	uint16_t write_status; /* status 1 of WRITE32 in the boot ROM */
	bool no_hw_code;       /* FD is echoed only: feature phones */
	bool no_versions;      /* FC is echoed only */
};

/* Never NULL: chips that are not in the table are as the newer ones. */
const struct chip_boot *chip_boot(const struct chip *chip);
/* Does the chip have GET_ME_ID, GET_SOC_ID? What old chips are not said to have they have not. */
bool chip_has_me_id(const struct chip *chip);
bool chip_has_soc_id(const struct chip *chip);

/*
 * The one EMI version a chip's agents take (packages.md 3.4); -1 where no sample tells. MT6761 and
 * MT6762 share a hw code but not the version: `name` decides.
 */
int chip_emi_version(const struct chip *chip, const char *name);

#endif
