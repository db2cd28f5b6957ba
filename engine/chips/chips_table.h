/* The table that chips_gen makes; sorted by hw_code. Private to engine/chips. */
#ifndef ENGINE_CHIPS_CHIPS_TABLE_H
#define ENGINE_CHIPS_CHIPS_TABLE_H

#include "engine/chips/chips.h"

extern const struct chip chips_table[];
extern const size_t chips_table_count;

#endif
