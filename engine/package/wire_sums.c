#include "engine/package/wire_sums.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/base/bytes.h"

static uint16_t sum_bytes(const uint8_t *p, uint64_t n)
{
	uint32_t sum =
		0; /* at most 4096 * 255: no overflow, and the compiler makes vectors of it */

	for (uint64_t i = 0; i < n; i++)
		sum += p[i];
	return (uint16_t)sum;
}

uint32_t wire_sums_words_of(struct slice bytes)
{
	size_t whole = bytes.n / 4 * 4;
	uint32_t sum = 0;

	for (size_t i = 0; i < whole; i += 4)
		sum += get_le32(bytes.p + i);
	for (size_t i = whole; i < bytes.n; i++)
		sum += bytes.p[i];
	return sum;
}

static size_t blocks_of(uint64_t bytes)
{
	return (size_t)(bytes / WIRE_SUMS_BLOCK + (bytes % WIRE_SUMS_BLOCK != 0));
}

int wire_sums_start(struct wire_sums *w, uint64_t bytes)
{
	*w = (struct wire_sums){.bytes = bytes};
	w->prefix = malloc((blocks_of(bytes) + 1) * sizeof *w->prefix);
	w->words = malloc((blocks_of(bytes) + 1) * sizeof *w->words);
	if (!w->prefix || !w->words) {
		wire_sums_free(w);
		return -1;
	}
	w->prefix[0] = 0;
	w->words[0] = 0;
	return 0;
}

void wire_sums_add(struct wire_sums *w, struct slice image, uint64_t from, uint64_t to)
{
	for (uint64_t at = from; at < to; at += WIRE_SUMS_BLOCK) {
		size_t block = (size_t)(at / WIRE_SUMS_BLOCK);
		uint64_t n = to - at < WIRE_SUMS_BLOCK ? to - at : WIRE_SUMS_BLOCK;

		w->prefix[block + 1] = (uint16_t)(w->prefix[block] + sum_bytes(image.p + at, n));
		w->words[block + 1] =
			w->words[block] + wire_sums_words_of((struct slice){image.p + at, n});
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
	free(w->words);
	*w = (struct wire_sums){0};
}

/* Index behind the last block of the range. */
static size_t range_end(const struct wire_sums *w, uint64_t offset, uint64_t n)
{
	uint64_t end = offset + n;

	assert(w->prefix && offset % WIRE_SUMS_BLOCK == 0 && end >= offset && end <= w->bytes);
	assert(end % WIRE_SUMS_BLOCK == 0 || end == w->bytes);
	return blocks_of(end);
}

uint16_t wire_sums_plain(const struct wire_sums *w, uint64_t offset, uint64_t n)
{
	size_t last = range_end(w, offset, n);

	return (uint16_t)(w->prefix[last] - w->prefix[offset / WIRE_SUMS_BLOCK]);
}

uint16_t wire_sums_packet(const struct wire_sums *w, uint64_t offset, uint64_t n)
{
	return (uint16_t)(wire_sums_plain(w, offset, n) + (n % 2 != 0 ? 0xFF : 0));
}

uint32_t wire_sums_words(const struct wire_sums *w, uint64_t offset, uint64_t n)
{
	size_t last = range_end(w, offset, n);

	return w->words[last] - w->words[offset / WIRE_SUMS_BLOCK];
}
