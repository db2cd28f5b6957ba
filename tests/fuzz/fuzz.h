/* fuzz: what every fuzz target defines. Inputs are foreign; a broken promise of ours aborts. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The name and type are libFuzzer's. Always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Unlike assert(), also there in builds with NDEBUG. */
static inline void must(int holds)
{
	if (!holds)
		abort();
}

#endif
