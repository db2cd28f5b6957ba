/*
 * rng: the seeded stream all sample content comes from (xoshiro256**, public domain algorithm).
 * The same seed and label give the same bytes on every machine.
 */
#ifndef TESTS_SAMPLE_RNG_H
#define TESTS_SAMPLE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

/* `label` keeps the streams of one seed apart: each file has its own. */
void rng_init(struct rng *r, uint64_t seed, const char *label);
uint64_t rng_next(struct rng *r);
/* Even enough for lengths and counts: low <= value <= high. */
uint64_t rng_between(struct rng *r, uint64_t low, uint64_t high);
void rng_fill(struct rng *r, void *out, size_t bytes);

#endif
