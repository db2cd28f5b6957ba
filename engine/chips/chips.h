/*
 * chips: one table of all known chips, made at build time from chips.json (brom.md section 19).
 * A chip's quirks are data here, never conditions elsewhere.
 */
#ifndef ENGINE_CHIPS_CHIPS_H
#define ENGINE_CHIPS_CHIPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum da_protocol { DA_PROTOCOL_NONE, DA_PROTOCOL_LEGACY, DA_PROTOCOL_XFLASH, DA_PROTOCOL_XML };

struct chip {
	uint16_t hw_code;	  /* as GET_HW_CODE answers */
	uint16_t da_code;	  /* look-up code in DA containers */
	const char *const *names; /* "MT6765", ...; NULL-terminated */
	const char *description;
	const char *kind; /* "phone", "iot", ... ("class" of the data file) */
	uint32_t watchdog_addr, watchdog_value;
	uint8_t watchdog_width; /* bits: 16 or 32; 0 none */
	enum da_protocol da_protocol;
	uint32_t da_load_addr, da2_load_addr; /* 0 unknown */
	uint32_t da1_sig_len;
	bool jump_da64;
	bool skip_watchdog;		      /* aarch64_soc_flag */
	int8_t me_id, soc_id;		      /* 1 supported, 0 not, -1 not stated */
	uint32_t extra_register_writes[4][2]; /* {address, value}; address 0 ends */
};

size_t chip_count(void);
const struct chip *chip_at(size_t i);
const struct chip *chip_by_hw_code(uint16_t hw_code);
/* By platform name, any case; suffixes as in "MT6757D" or "MT6735M" fall back to the base name. */
const struct chip *chip_by_name(const char *name);
bool chip_has_name(const struct chip *c, const char *name); /* same rule */

#endif
