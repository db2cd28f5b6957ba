/*
 * sla: answers to the challenges of secured devices, made with the owner's own private key.
 *
 * A key file is an RSA private key, PEM (PKCS#1 or PKCS#8, not encrypted) or DER. The size of an
 * answer is the size of the key: 0x80, 0x100 or 0x180 bytes are seen. Nothing here keeps a key:
 * every call reads it anew from the borrowed file.
 *
 * Each function returns 0, or -1 with `problem` filled (the file's name is the caller's to add).
 */
#ifndef ENGINE_SECURITY_SLA_H
#define ENGINE_SECURITY_SLA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "engine/base/slice.h"

#define SLA_ANSWER_MAX	  0x200 /* bytes: a key of 4096 bits */
#define SLA_CHALLENGE_MAX 64	/* bytes: both kinds of device send 16 */

/* Does the file hold an RSA private key that can be used? `bytes`: length of its answers. */
int sla_check_key(struct slice file, size_t *bytes, struct problem *problem);

/* Does it look like a key at all (PEM armour or a DER sequence)? Signed policies do not. */
bool sla_looks_like_key(struct slice file);

/*
 * Boot ROM (brom.md section 12): the bytes of every 16-bit pair of the challenge change places, the
 * private key works on it with PKCS#1 type 1 padding, and the answer's pairs change places, too.
 * `n` must be even. The same challenge always gives the same answer.
 */
int sla_answer(struct slice file, const uint8_t *challenge, size_t n, uint8_t *answer, size_t room,
	       size_t *answer_bytes, struct problem *problem);

/*
 * Agents of the XFlash and XML generations: the private key works on the 16 random bytes of the
 * device's firmware information, padded by OAEP with SHA-256. No byte is swapped. The documents
 * name the answer (da-xflash.md 5.1: 256 bytes usual) but not how it is made; OAEP is what the
 * agents' own status 0xC002004A (RSA_OAEP_FAIL), next to the one of the policy, says. The padding's
 * seed is taken from the challenge, so that a run can be repeated byte for byte.
 */
int sla_agent_answer(struct slice file, const uint8_t *random, size_t n, uint8_t *answer,
		     size_t room, size_t *answer_bytes, struct problem *problem);

#endif
