#include "web/http/utf8.h"

#include <string.h>

/* Bytes of the valid character at `p`, 0 when there is none. */
static size_t character(const unsigned char *p, size_t left)
{
	unsigned char lead = p[0];
	size_t size = lead < 0x80   ? 1
		      : lead < 0xc2 ? 0
		      : lead < 0xe0 ? 2
		      : lead < 0xf0 ? 3
		      : lead < 0xf5 ? 4
				    : 0;

	if (!size || size > left)
		return 0;
	/* The second byte excludes overlong forms, surrogates and what lies above U+10FFFF. */
	if ((lead == 0xe0 && p[1] < 0xa0) || (lead == 0xed && p[1] > 0x9f) ||
	    (lead == 0xf0 && p[1] < 0x90) || (lead == 0xf4 && p[1] > 0x8f))
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

bool utf8_valid(const char *text, size_t bytes)
{
	const unsigned char *p = (const unsigned char *)text;

	for (size_t at = 0, size; at < bytes; at += size) {
		size = character(p + at, bytes - at);
		if (!size)
			return false;
	}
	return true;
}

void utf8_mend(char *text)
{
	size_t bytes = strlen(text);

	for (size_t at = 0, size; at < bytes; at += size) {
		size = character((unsigned char *)text + at, bytes - at);
		if (!size) {
			text[at] = '?';
			size = 1;
		}
	}
}
