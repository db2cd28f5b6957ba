/*
 * quirks: how the legacy agents of each chip differ from each other on the wire, one row a chip.
 * Source: protocol/da-legacy.md, the section beside each field. What all chips share is no quirk.
 */
#ifndef ENGINE_CHIPS_QUIRKS_H
#define ENGINE_CHIPS_QUIRKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What follows the 18 bytes of host configuration (3.2). */
enum quirk_extra {
	EXTRA_NONE,
	EXTRA_NEW_COMBO,  /* u32 is_new_combo */
	EXTRA_FORCE_DRAM, /* u32 force_enable_dram */
	EXTRA_IS_GPT,	  /* u32 is_gpt */
	EXTRA_SLC,	  /* list of SLC shares */
	EXTRA_SKIP_SLC,	  /* u32 skip_dl_info, then the list */
};

/* How DRAM settings go to an agent that the boot ROM started (3.3). */
enum quirk_emi {
	EMI_ONE,	   /* A: the one record that fits */
	EMI_ONE_BEHIND_ID, /* C: 16 bytes of the agent come first, then as A */
	EMI_TABLE,	   /* D: all records */
};

struct chip_quirks {
	uint16_t hw_code;
	uint8_t chip_bytes[7]; /* what the agent may call the chip (3.1); 0 ends */
	enum quirk_extra extra;
	bool no_probe;	     /* C0 is followed by the versions: no storage report (3.1) */
	bool single_stage;   /* no second stage; a NAND table in its place (da-file.md 2.1) */
	bool wide_nand;	     /* NAND size in the report is u64, else u32 (4) */
	bool bmt_word;	     /* u32 between ids and trailer of the report (4) */
	bool pc_time;	     /* 16 bytes of host time and address in D4, 61, 62 and 51 (5) */
	bool narrow_lists;   /* u32 for u64 in NAND image lists (5.10) */
	bool old_numbers;    /* status words of the 2011 generation (6) */
	uint8_t combo_words; /* u32s that come before stage 2 (3.3) */
	uint8_t reset_key;   /* 1; 0 = one-key mode (3.2) */
	uint8_t bmt_flag;    /* sent when the package names no BMT pool (3.2) */
	enum quirk_emi emi;
	bool emi_discrete;   /* B: discrete DRAM takes a second record by its maker (3.3) */
	uint8_t emi_version; /* 0: as the preloader's settings say */
	uint16_t emi_record; /* bytes; 0: any, the agent tells */
	uint16_t emi_limit;  /* bytes of all records; longer ones hang the agent. 0: unknown */
	uint8_t gpt_entries; /* most header entries of a GPT that the agent survives (5.8); 0: any
			      */
};

/* NULL: the chip has no legacy agent that is described. */
const struct chip_quirks *chip_quirks_of(uint16_t hw_code);
size_t chip_quirks_count(void);
const struct chip_quirks *chip_quirks_at(size_t i);

#endif
