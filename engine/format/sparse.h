/*
 * sparse: Android sparse images. Source: protocol/packages.md 4.1.
 */
#ifndef ENGINE_FORMAT_SPARSE_H
#define ENGINE_FORMAT_SPARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "engine/base/slice.h"

struct sparse_chunk {
	enum { SPARSE_RAW, SPARSE_FILL, SPARSE_SKIP } kind; /* CRC chunks are checked, not kept */
	uint64_t out;	/* offset in the expanded image, bytes */
	uint64_t bytes; /* expanded */
	size_t file;	/* offset of the payload in the file (RAW) */
	uint32_t fill;	/* FILL: the pattern, as little-endian word */
};

struct sparse {
	uint32_t block;	   /* bytes */
	uint64_t expanded; /* bytes */
	size_t file_bytes; /* bytes of the file that belong to the image */
	bool has_crc;
	size_t count;
	struct sparse_chunk *chunks; /* owned */
};

bool sparse_detect(struct slice file);
/* Index all chunks; refuses truncated files, unknown chunks, and chunk sums that do not fit. */
int sparse_index(struct sparse *s, struct slice file, struct problem *problem);
/* Check CRC32 of the expanded image where the file states one. Slow (reads everything). 0 or -1. */
int sparse_check_crc(const struct sparse *s, struct slice file, struct problem *problem);
/*
 * Copy expanded bytes [offset, offset + n) to `to`; bytes never written become `hole`. False past
 * the end.
 */
bool sparse_read(const struct sparse *s, struct slice file, uint64_t offset, uint8_t *to, size_t n,
		 uint8_t hole);
void sparse_free(struct sparse *s);

#endif
