/*
 * owner_key: what a secured device verifies with the public keys of its owner (--sla-key,
 * --auth-key, --da-key; RSA, PEM). Written from brom.md section 12 alone; where the documents name
 * no signature scheme the choice is in README.md.
 */
#ifndef RACK_OWNER_KEY_H
#define RACK_OWNER_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"

#define OWNER_KEY_BYTES_MAX 512

/* Is there an RSA public key in the file? 0, or -1 with `problem` about `option`. */
int owner_key_check(const char *path, const char *option, struct problem *problem);

/*
 * Was `challenge` signed by the private key, in the order of bytes and the padding of section 12:
 * pairs swapped before and after, PKCS#1 type 1?
 */
bool owner_key_answers(const char *path, const uint8_t *challenge, size_t challenge_n,
		       const uint8_t *answer, size_t answer_n);

/* Is `signature` one of `bytes`: RSA-PSS, SHA-256, salt of 32 bytes? */
bool owner_key_signed(const char *path, const uint8_t *bytes, size_t n, const uint8_t *signature,
		      size_t signature_n);

/* A GFH container that ends in its own signature, as long as its header says (packages.md 3.3). */
bool owner_key_signed_gfh(const char *path, const uint8_t *file, size_t n);

#endif
