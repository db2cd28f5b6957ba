/* The tables that chips_gen makes; chips_table is sorted by hw_code. Private to engine/chips. */
#ifndef ENGINE_CHIPS_CHIPS_TABLE_H
#define ENGINE_CHIPS_CHIPS_TABLE_H

#include "engine/chips/chips.h"

extern const struct chip chips_table[];
extern const size_t chips_table_count;

/* Names that scatter files use and the chip data lacks (engine/data/chip_aliases.json). */
struct chip_alias {
	const char *name;
	uint16_t hw_code;
};

extern const struct chip_alias chip_aliases[];
extern const size_t chip_alias_count;

#endif
