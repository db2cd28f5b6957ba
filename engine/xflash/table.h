/* table: partition tables that are no GPT, for the XFlash verbs (table.c says where they lie). */
#ifndef ENGINE_XFLASH_TABLE_H
#define ENGINE_XFLASH_TABLE_H

#include "engine/flow/verbs.h"

/* As da_verbs.parse_table and da_verbs.build_table. */
int xflash_parse_table(const struct flow *f, struct gpt *gpt, struct problem *problem);
enum table_piece xflash_build_table(struct flow *f, const struct gpt *layout, unsigned nth,
				    struct problem *problem);

#endif
