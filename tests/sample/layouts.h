/* layouts: the partition rows that chips.c gives to chips, and plan.c makes plans of. */
#ifndef TESTS_SAMPLE_LAYOUTS_H
#define TESTS_SAMPLE_LAYOUTS_H

#include <stdint.h>

#include "tests/sample/sample.h"

enum row_flag {
	ROW_FIXED = 1,	 /* the image does not scale with --size */
	ROW_SPARSE = 2,	 /* written as an Android sparse image */
	ROW_SHARED = 4,	 /* holds the file of the row above */
	ROW_SLOT = 8,	 /* with A/B there are two of it, name_a and name_b */
	ROW_REST = 16,	 /* its image takes what the others leave */
	ROW_SECOND = 32, /* only in layout variant 2 */
	ROW_GROWS = 64,	 /* larger in variant 2: all behind it move */
};

/*
 * Image sizes are for a package of 256 MiB and scale with --size. `size` is the nominal partition
 * size; a larger image grows it.
 */
struct sample_row {
	const char *name, *file, *operation;
	uint64_t size;
	uint64_t image; /* bytes; 0 no image */
	enum sample_head head;
	unsigned flags;
};

/* An entry counted from the end of the region (packages.md 1.6). */
struct sample_tail {
	const char *name;
	uint64_t bytes_from_end; /* 0: its own size */
	uint64_t size;
};

#endif
