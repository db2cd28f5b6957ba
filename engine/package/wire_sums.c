#include "engine/package/wire_sums.h"

#include <assert.h>
#include <stdlib.h>

static uint16_t sum_bytes(const uint8_t *p, uint64_t n)
{
	uint32_t sum =
		0; /* at most 4096 * 255: no overflow, and the compiler makes vectors of it */

	for (uint64_t i = 0; i < n; i++)
		sum += p[i];
	return (uint16_t)sum;
}

static size_t blocks_of(uint64_t bytes)
{
	return (size_t)(bytes / WIRE_SUMS_BLOCK + (bytes % WIRE_SUMS_BLOCK != 0));
}

int wire_sums_start(struct wire_sums *w, uint64_t bytes)
{
	*w = (struct wire_sums){.bytes = bytes};
	w->prefix = malloc((blocks_of(bytes) + 1) * sizeof *w->prefix);
	if (!w->prefix)
		return -1;
	w->prefix[0] = 0;
	return 0;
}

void wire_sums_add(struct wire_sums *w, struct slice image, uint64_t from, uint64_t to)
{
	for (uint64_t at = from; at < to; at += WIRE_SUMS_BLOCK) {
		size_t block = (size_t)(at / WIRE_SUMS_BLOCK);
		uint64_t n = to - at < WIRE_SUMS_BLOCK ? to - at : WIRE_SUMS_BLOCK;

		w->prefix[block + 1] = (uint16_t)(w->prefix[block] + sum_bytes(image.p + at, n));
	}
}

int wire_sums_make(struct wire_sums *w, struct slice image)
{
	if (wire_sums_start(w, image.n) != 0)
		return -1;
	wire_sums_add(w, image, 0, image.n);
	return 0;
}

uint16_t wire_sums_total(const struct wire_sums *w)
{
	return w->prefix[blocks_of(w->bytes)];
}

void wire_sums_free(struct wire_sums *w)
{
	free(w->prefix);
	*w = (struct wire_sums){0};
}

uint16_t wire_sums_packet(const struct wire_sums *w, uint64_t offset, uint64_t n)
{
	uint64_t end = offset + n;
	size_t last;

	assert(w->prefix && offset % WIRE_SUMS_BLOCK == 0 && end >= offset && end <= w->bytes);
	assert(end % WIRE_SUMS_BLOCK == 0 || end == w->bytes);
	last = blocks_of(end);
	return (uint16_t)(w->prefix[last] - w->prefix[offset / WIRE_SUMS_BLOCK] +
			  (n % 2 != 0 ? 0xFF : 0));
}
