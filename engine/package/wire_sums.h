/*
 * wire_sums: the byte sums of an image that agents want beside each packet, computed once.
 *
 * XFlash checksums a packet as the sum of its bytes, plus 0xFF when the count is odd, modulo 65536
 * (protocol/da-xflash.md 6.2). Sums are additive, so one prefix sum for each 4 KiB of a file gives
 * the checksum of any packet that starts on such a border in constant time, whatever packet length
 * the agent asks for: nothing is summed while ports run.
 *
 * XML agents want another sum: of the packet's little-endian 32-bit words, plus each of up to three
 * bytes behind the last whole word, modulo 2^32 (protocol/da-xml.md 3.1). It is additive too, over
 * the same blocks.
 */
#ifndef ENGINE_PACKAGE_WIRE_SUMS_H
#define ENGINE_PACKAGE_WIRE_SUMS_H

#include <stdint.h>

#include "engine/base/slice.h"

#define WIRE_SUMS_BLOCK 4096

struct wire_sums {
	uint64_t bytes;	  /* of the image */
	uint16_t *prefix; /* owned; prefix[i] = sum of bytes [0, min(i * 4096, bytes)) mod 65536 */
	uint32_t *words;  /* owned; the same for sums of 32-bit words, modulo 2^32 */
};

/* 0, or -1 when out of memory. Reads the whole image: never on the loop thread. */
int wire_sums_make(struct wire_sums *w, struct slice image);

/*
 * The same in pieces, for callers that do other things with the bytes meanwhile: start once, then
 * add [from, to) in order; borders are multiples of 4096, or the image's end.
 */
int wire_sums_start(struct wire_sums *w, uint64_t bytes);
void wire_sums_add(struct wire_sums *w, struct slice image, uint64_t from, uint64_t to);

void wire_sums_free(struct wire_sums *w);
/* Checksum of [offset, offset + n); offset must be a multiple of 4096, and the end too or the
 * image's end. */
uint16_t wire_sums_packet(const struct wire_sums *w, uint64_t offset, uint64_t n);
/* The legacy agents' sum over the same kind of range: bytes only, no rule for odd counts. */
uint16_t wire_sums_plain(const struct wire_sums *w, uint64_t offset, uint64_t n);
/* The XML agents' sum of 32-bit words over the same kind of range. */
uint32_t wire_sums_words(const struct wire_sums *w, uint64_t offset, uint64_t n);
/* The same for bytes at hand that have no sums of their own; reads all `n` bytes. */
uint32_t wire_sums_words_of(struct slice bytes);
/* Sum of all bytes modulo 65536, as Checksum.ini has it (no rule for odd counts). */
uint16_t wire_sums_total(const struct wire_sums *w);

#endif
