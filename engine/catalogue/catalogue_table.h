/* The table that catalogue_gen makes; sorted by family, then number. Private to engine/catalogue.
 */
#ifndef ENGINE_CATALOGUE_CATALOGUE_TABLE_H
#define ENGINE_CATALOGUE_CATALOGUE_TABLE_H

#include "engine/catalogue/catalogue.h"

extern const struct catalogue_entry catalogue_table[];
extern const size_t catalogue_table_count;

#endif
