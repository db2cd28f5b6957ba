/*
 * dram_records: which of a preloader's DRAM records go to an agent (protocol/da-legacy.md 3.3).
 */
#ifndef ENGINE_LEGACY_DRAM_RECORDS_H
#define ENGINE_LEGACY_DRAM_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/format/preloader.h"

/* What the first stage found on the board. */
struct dram_board {
	bool has_cid;
	uint8_t cid[16]; /* as sent: both orders are tried */
	uint8_t nand_id[8];
	uint8_t nand_ids; /* bytes of it; 0: no NAND */
};

#define DRAM_RECORD_NONE SIZE_MAX

struct slice dram_record(const struct preloader *p, size_t i); /* i < p->emi_count */
struct slice dram_all_records(const struct preloader *p);
/* Record of the multi-chip package found on the board, at or behind `from`; or none. */
size_t dram_record_for(const struct preloader *p, const struct dram_board *board, size_t from);
/* Record of discrete DRAM, of a maker (MR5) or of any when `vendor` is 0; or none. */
size_t dram_record_discrete(const struct preloader *p, uint32_t vendor);

#endif
