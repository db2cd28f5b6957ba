/*
 * sparse_sink: writes an Android sparse image that arrives in pieces of any size (packages.md 4.1),
 * the way the agents do it: the partition is erased first, a file cut short is not noticed, an
 * unknown chunk or a chunk past the end is remembered for the final status (da-xflash.md 6.6).
 */
#ifndef RACK_SPARSE_SINK_H
#define RACK_SPARSE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/rack/flash.h"

enum sparse_sink_error {
	SPARSE_SINK_GOOD,
	SPARSE_SINK_BAD_CHUNK,
	SPARSE_SINK_TOO_LARGE,
	SPARSE_SINK_STORAGE, /* the chip failed */
};

struct sparse_sink {
	struct flash *flash;
	enum storage_region region;
	uint64_t start, size; /* the partition */
	bool erased;	      /* before the first chunk: gaps and zeros are there already */
	enum sparse_sink_error error;
	bool no_fill; /* set after init: fill chunks are bad chunks, as for old agents */

	enum { SINK_FILE_HEAD, SINK_CHUNK_HEAD, SINK_RAW, SINK_FILL, SINK_SKIP, SINK_END } state;
	uint8_t head[64];
	size_t head_n, head_want;
	uint32_t block, chunks_left, chunk_head_bytes;
	uint64_t out;	     /* bytes of the partition behind us */
	uint64_t left;	     /* payload bytes of this chunk still to come */
	uint64_t fill_bytes; /* to be filled once the pattern is here */
};

void sparse_sink_init(struct sparse_sink *s, struct flash *flash, enum storage_region region,
		      uint64_t start, uint64_t size);
/* The same without the erase: gaps keep what they hold (DISABLE_SPARSE_ERASE). */
void sparse_sink_init_over(struct sparse_sink *s, struct flash *flash, enum storage_region region,
			   uint64_t start, uint64_t size);
void sparse_sink_put(struct sparse_sink *s, const uint8_t *bytes, size_t n);

#endif
