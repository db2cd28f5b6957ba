/* rom_quirks: what hosts do differently with the boot ROMs of a few old chips; one row a chip. */
#ifndef ENGINE_BROM_ROM_QUIRKS_H
#define ENGINE_BROM_ROM_QUIRKS_H

#include <stdint.h>

struct rom_quirks {
	uint16_t hw_code;
	/* Address of the hardware version, 16 bits, the software version 4 bytes behind it: read
	   with A2 where GET_HW_SW_VER does not exist (brom.md section 8). 0: it exists. */
	uint32_t version_registers;
	uint32_t emi_gena; /* register set to 2 before SEND_DA (section 13); 0 none */
};

/* Never NULL: chips that are not in the table have no quirks. */
const struct rom_quirks *rom_quirks_of(uint16_t hw_code);

#endif
