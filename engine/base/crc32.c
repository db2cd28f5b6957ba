#include "engine/base/crc32.h"

#include <zlib.h>

uint32_t crc32_add(uint32_t crc, struct slice bytes)
{
	/* zlib takes a null pointer for "give the start value". */
	return bytes.n ? (uint32_t)crc32_z(crc, bytes.p, bytes.n) : crc;
}

uint32_t crc32_add_repeated(uint32_t crc, uint32_t unit_crc, uint64_t unit_bytes, uint64_t times)
{
	/* All units are alike, so they may be joined in any order: by doubling. */
	for (; times; times >>= 1) {
		if (times & 1)
			crc = (uint32_t)crc32_combine(crc, unit_crc, (z_off_t)unit_bytes);
		unit_crc = (uint32_t)crc32_combine(unit_crc, unit_crc, (z_off_t)unit_bytes);
		unit_bytes *= 2;
	}
	return crc;
}
