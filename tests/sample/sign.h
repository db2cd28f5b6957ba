/*
 * sign: what the owner of a secured product makes with a key of their own: signed agents, the auth
 * file, and the keys themselves.
 *
 * The documents name sizes and places of signatures but no scheme. The sample and the rack agree on
 * RSA with PSS padding, SHA-256 and a salt of 32 bytes, over everything before the signature; the
 * PSS is what boot ROM's status 6004 speaks of (brom.md section 10).
 */
#ifndef TESTS_SAMPLE_SIGN_H
#define TESTS_SAMPLE_SIGN_H

#include <stddef.h>
#include <stdint.h>

/* `room` must be the key's size. 0, or -1 reported. */
int sign_bytes(const char *key_path, const uint8_t *bytes, size_t n, uint8_t *signature,
	       size_t room);

/* auth_sv5.auth: a GFH container of 0x8D0 bytes that holds the tool's public key (section 12). */
int sign_write_auth(const char *key_path, const char *dir);

/*
 * owner.pem, owner.pub.pem, sla.pem, sla.pub.pem, stranger.pem, stranger.pub.pem into `dir`, RSA
 * with 2048 bits, new ones each time. Test material: no product has these keys.
 */
int sign_make_keys(const char *dir);

#endif
