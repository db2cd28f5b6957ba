/*
 * profile: what the legacy agents of one chip do differently from the others (da-legacy.md 3.1,
 * 3.2, 3.3, 4.1, 5). One row a chip; the agent has no other condition on a chip.
 */
#ifndef RACK_LEGACY_PROFILE_H
#define RACK_LEGACY_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/chips/chips.h"

/* What the host sends behind the 18 bytes of configuration (3.2). */
enum legacy_extra {
	EXTRA_NONE,
	EXTRA_WORD,	/* is_new_combo, force_enable_dram, is_gpt */
	EXTRA_SLC,	/* u32 count, count records of 20 bytes */
	EXTRA_WORD_SLC, /* skip_dl_info, then the list */
};

/* How DRAM settings travel (3.3): one record, after 16 bytes, or the whole table. */
enum legacy_dram { DRAM_A, DRAM_C, DRAM_D };

struct legacy_profile {
	uint16_t hw_code;
	uint8_t chip_byte;
	uint8_t major;	  /* DA version: 4, or 3 in the MT6573/75/77/89 era */
	uint8_t nand_ids; /* 7 or 5 */
	enum legacy_extra extra;
	enum legacy_dram dram;
	uint8_t emi_version;
	uint16_t emi_record;	  /* bytes */
	uint16_t emi_table_limit; /* bytes; 0: none known. DRAM_D only */
	bool single_stage;	  /* no probe report, no DA2: the NAND table comes instead */
	bool reversed_probe;	  /* CID words already reversed in the probe report (3.5) */
	bool dword_slots;	  /* MT6592: five words of flash-combo data before stage 2 */
	bool pc_identity;	  /* MT6592: 16 bytes of PC time and MAC in 51, 61, 62, D4 */
	bool pmt;		  /* the vendor's own table of that era is the PMT */
	bool any_part;		  /* SWITCH_PART takes every number */
	bool gpt_limit;		  /* a header of more than 40 entries overruns the agent */
	bool unverified;	  /* DA1 has no digest of DA2 */
};

/* NULL: the documents name no agent of this chip. `name` tells names of one hw code apart. */
const struct legacy_profile *la_profile_of(const struct chip *chip);
/* The chip byte: names on one hw code differ (MT6737, MT7623, ...). */
uint8_t la_chip_byte(const struct legacy_profile *profile, const char *name);
/* NAND sizes in the report are 64 bits wide from chip byte 8B on (section 4). */
bool la_wide_nand(uint8_t chip_byte);
/* Chips with a BMT word in the report (section 4). */
bool la_bmt_word(uint8_t chip_byte);
/* Chips whose NAND image list has 32-bit addresses (5.10). */
bool la_narrow_list(uint8_t chip_byte);

#endif
