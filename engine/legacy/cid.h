/*
 * cid: the 16 bytes an eMMC is known by, which legacy agents send with or without the bytes of each
 * 32-bit word reversed, stage by stage and year by year (protocol/da-legacy.md 3.5).
 */
#ifndef ENGINE_LEGACY_CID_H
#define ENGINE_LEGACY_CID_H

#include <stdbool.h>
#include <stdint.h>

#define CID_BYTES     16
#define CID_NAME_ROOM 7 /* six characters and NUL */

void cid_reverse(uint8_t to[CID_BYTES], const uint8_t from[CID_BYTES]);
/*
 * Put into the order of the standard, by a maker byte that is known or a device type that is
 * possible in one order only; `usual_reversed` decides when both would do.
 */
void cid_normalise(uint8_t to[CID_BYTES], const uint8_t from[CID_BYTES], bool usual_reversed);
/* Product name: the characters that can be printed. */
void cid_name(char to[CID_NAME_ROOM], const uint8_t cid[CID_BYTES]);

#endif
