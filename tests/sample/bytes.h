/* bytes: little- and big-endian fields written into and read from plain memory. */
#ifndef TESTS_SAMPLE_BYTES_H
#define TESTS_SAMPLE_BYTES_H

#include <stdint.h>
#include <string.h>

static inline void set16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void set32(uint8_t *p, uint32_t v)
{
	set16(p, v);
	set16(p + 2, v >> 16);
}

static inline void set32be(uint8_t *p, uint32_t v)
{
	set32(p, __builtin_bswap32(v));
}

static inline unsigned get16(const uint8_t *p)
{
	return (unsigned)(p[0] | p[1] << 8);
}

static inline uint32_t get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

/* Text without its NUL, into a field that is already filled. */
static inline void set_text(uint8_t *p, const char *text)
{
	memcpy(p, text, strlen(text));
}

#endif
