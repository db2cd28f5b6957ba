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

int wire_sums_make(struct wire_sums *w, struct slice image)
{
	size_t blocks = image.n / WIRE_SUMS_BLOCK + (image.n % WIRE_SUMS_BLOCK != 0);
	uint16_t sum = 0;

	*w = (struct wire_sums){.bytes = image.n};
	w->prefix = malloc((blocks + 1) * sizeof *w->prefix);
	if (!w->prefix)
		return -1;
	w->prefix[0] = 0;
	for (size_t i = 0; i < blocks; i++) {
		uint64_t at = (uint64_t)i * WIRE_SUMS_BLOCK;
		uint64_t rest = image.n - at;

		sum += sum_bytes(image.p + at, rest < WIRE_SUMS_BLOCK ? rest : WIRE_SUMS_BLOCK);
		w->prefix[i + 1] = sum;
	}
	return 0;
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
	last = (size_t)(end / WIRE_SUMS_BLOCK + (end % WIRE_SUMS_BLOCK != 0));
	return (uint16_t)(w->prefix[last] - w->prefix[offset / WIRE_SUMS_BLOCK] +
			  (n % 2 != 0 ? 0xFF : 0));
}
