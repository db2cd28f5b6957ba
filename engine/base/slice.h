/* slice: a borrowed run of bytes. The owner is whoever made the memory; a slice never frees it. */
#ifndef ENGINE_BASE_SLICE_H
#define ENGINE_BASE_SLICE_H

#include <stddef.h>
#include <stdint.h>

struct slice {
	const uint8_t *p;
	size_t n; /* bytes */
};

#endif
