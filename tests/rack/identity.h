/*
 * identity: what makes one virtual device different from every other: chip ids, storage ids,
 * serial, IMEIs. All of it follows from the rack's seed and the device's number.
 */
#ifndef RACK_IDENTITY_H
#define RACK_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "engine/format/storage.h"

struct identity {
	uint8_t me_id[16];
	uint8_t soc_id[32];
	uint8_t cid[20]; /* eMMC: 16 bytes; UFS: 20 */
	uint8_t fwver[8];
	uint8_t hrid[16];
	char serial[20];  /* letters and digits */
	char imei[2][16]; /* 15 digits with a valid check digit, test TAC 00100100 */
};

/* A small seeded generator: same seed, same bytes, on every machine. */
struct seeded {
	uint64_t state;
};

uint64_t seeded_next(struct seeded *s);
void seeded_fill(struct seeded *s, void *to, size_t n);

void identity_make(struct identity *id, uint64_t seed, int device, enum storage_kind storage);
char luhn_digit(const char *fourteen);		    /* check digit of an IMEI's first 14 digits */
void imei_to_bcd(const char *imei, uint8_t bcd[8]); /* low nibble first (packages.md section 6) */

#endif
