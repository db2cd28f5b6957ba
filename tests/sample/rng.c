#include "tests/sample/rng.h"

#include <string.h>

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

/* splitmix64: spreads a seed over the state. */
static uint64_t spread(uint64_t *x)
{
	uint64_t z = (*x += 0x9E3779B97F4A7C15u);

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

void rng_init(struct rng *r, uint64_t seed, const char *label)
{
	uint64_t x = seed ^ 0xCBF29CE484222325u;

	for (; *label; label++)
		x = (x ^ (uint8_t)*label) * 0x100000001B3u;
	for (int i = 0; i < 4; i++)
		r->s[i] = spread(&x);
}

uint64_t rng_next(struct rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

uint64_t rng_between(struct rng *r, uint64_t low, uint64_t high)
{
	return low + rng_next(r) % (high - low + 1);
}

void rng_fill(struct rng *r, void *out, size_t bytes)
{
	uint8_t *p = out;
	uint64_t word;

	for (; bytes >= sizeof word; bytes -= sizeof word, p += sizeof word) {
		word = rng_next(r);
		memcpy(p, &word, sizeof word);
	}
	if (bytes) {
		word = rng_next(r);
		memcpy(p, &word, bytes);
	}
}
