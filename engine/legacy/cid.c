#include "engine/legacy/cid.h"

#include <string.h>

/* Samsung, hynix, Micron (two), Toshiba, SanDisk (packages.md 3.4). */
static const uint8_t makers[] = {0x15, 0x90, 0x13, 0xFE, 0x11, 0x45};

/* Device types that are soldered; other bits of that byte are reserved. */
#define TYPE_BGA 1
#define TYPE_POP 2

void cid_reverse(uint8_t to[CID_BYTES], const uint8_t from[CID_BYTES])
{
	for (unsigned i = 0; i < CID_BYTES; i++)
		to[i] = from[(i & ~3u) + 3 - (i & 3)];
}

/* How much speaks for bytes whose first two are these. */
static int makes_sense(uint8_t maker, uint8_t type)
{
	return (memchr(makers, maker, sizeof makers) ? 2 : 0) +
	       (type == TYPE_BGA || type == TYPE_POP);
}

void cid_normalise(uint8_t to[CID_BYTES], const uint8_t from[CID_BYTES], bool usual_reversed)
{
	int as_is = makes_sense(from[0], from[1]);
	int reversed = makes_sense(from[3], from[2]);

	if (reversed > as_is || (reversed == as_is && usual_reversed))
		cid_reverse(to, from);
	else
		memcpy(to, from, CID_BYTES);
}

void cid_name(char to[CID_NAME_ROOM], const uint8_t cid[CID_BYTES])
{
	unsigned n = 0;

	for (unsigned i = 3; i < 9; i++)
		if (cid[i] > ' ' && cid[i] < 0x7F)
			to[n++] = (char)cid[i];
	to[n] = '\0';
}
