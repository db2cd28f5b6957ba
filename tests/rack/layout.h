/*
 * layout: what a device of the factory carries before it is flashed: a partition table made from a
 * scatter file, and (provisioned units) data of its own in the identity partitions.
 */
#ifndef RACK_LAYOUT_H
#define RACK_LAYOUT_H

#include "engine/base/problem.h"
#include "engine/format/gpt.h"
#include "engine/format/scatter.h"
#include "tests/rack/flash.h"
#include "tests/rack/identity.h"

/* Read and parse the scatter file at `path`; the caller frees with scatter_free(). */
int layout_load(struct scatter *scatter, const char *path, struct problem *problem);

/* The table of a device with these storage sizes. */
int layout_table(struct gpt *gpt, const struct scatter *scatter, const struct storage_sizes *sizes,
		 uint64_t seed, struct problem *problem);

/* Write both copies of the table. */
int layout_write_table(struct flash *flash, const struct gpt *gpt, struct problem *problem);
/* Write a protective MBR to LBA 0; many devices carry none there (packages.md 5.2). */
int layout_write_mbr(struct flash *flash, struct problem *problem);

/* Fill nvram, nvdata, proinfo, ... with plausible data that only this unit has (packages.md 6). */
int layout_provision(struct flash *flash, const struct gpt *gpt, const struct identity *id,
		     uint64_t seed, struct problem *problem);

#endif
