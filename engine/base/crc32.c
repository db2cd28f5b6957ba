#include "engine/base/crc32.h"

#include "engine/base/bytes.h"

#define POLYNOMIAL 0xEDB88320u

/* tables[k][b]: CRC register after byte b and k zero bytes; eight of them eat eight bytes at once.
 */
static void make_tables(uint32_t tables[8][256])
{
	for (uint32_t b = 0; b < 256; b++) {
		uint32_t c = b;

		for (int bit = 0; bit < 8; bit++)
			c = c & 1 ? c >> 1 ^ POLYNOMIAL : c >> 1;
		tables[0][b] = c;
	}
	for (uint32_t b = 0; b < 256; b++) {
		for (int k = 1; k < 8; k++) {
			uint32_t before = tables[k - 1][b];

			tables[k][b] = before >> 8 ^ tables[0][before & 0xFF];
		}
	}
}

/* Below this, making the tables costs more than it saves. */
#define SHORT_RUN 2048

static uint32_t add_bitwise(uint32_t crc, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		crc ^= s.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
	}
	return crc;
}

uint32_t crc32_add(uint32_t crc, struct slice s)
{
	uint32_t t[8][256];

	crc = ~crc;
	if (s.n < SHORT_RUN)
		return ~add_bitwise(crc, s);
	make_tables(t);
	for (; s.n >= 8; s.p += 8, s.n -= 8) {
		uint32_t a = get_le32(s.p) ^ crc;
		uint32_t b = get_le32(s.p + 4);

		crc = t[7][a & 0xFF] ^ t[6][a >> 8 & 0xFF] ^ t[5][a >> 16 & 0xFF] ^ t[4][a >> 24] ^
		      t[3][b & 0xFF] ^ t[2][b >> 8 & 0xFF] ^ t[1][b >> 16 & 0xFF] ^ t[0][b >> 24];
	}
	return ~add_bitwise(crc, s);
}

/* Product of two polynomials modulo the CRC's, bits reflected (bit 31 is x to the 0). */
static uint32_t multiply(uint32_t a, uint32_t b)
{
	uint32_t product = 0;

	for (uint32_t bit = 1u << 31; bit != 0; bit >>= 1) {
		if (a & bit)
			product ^= b;
		b = b & 1 ? b >> 1 ^ POLYNOMIAL : b >> 1;
	}
	return product;
}

/* x to the power of 8 * bytes: multiplying a CRC by it moves the CRC over that many bytes. */
static uint32_t shift_over(uint64_t bytes)
{
	uint32_t result = 1u << 31;
	uint32_t power = 1u << 23; /* x to the 8th */

	for (; bytes != 0; bytes >>= 1) {
		if (bytes & 1)
			result = multiply(result, power);
		power = multiply(power, power);
	}
	return result;
}

uint32_t crc32_add_repeated(uint32_t crc, uint32_t unit_crc, uint64_t unit_bytes, uint64_t times)
{
	/* CRC(AB) = CRC(A) moved over B, plus CRC(B): double the run for each bit of `times`. */
	uint32_t run_crc = unit_crc;
	uint32_t run_shift = shift_over(unit_bytes);

	for (; times != 0; times >>= 1) {
		if (times & 1)
			crc = multiply(crc, run_shift) ^ run_crc;
		run_crc = multiply(run_crc, run_shift) ^ run_crc;
		run_shift = multiply(run_shift, run_shift);
	}
	return crc;
}
