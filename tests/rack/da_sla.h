/*
 * da_sla: may the host work with a locked second stage (--security dasla)? Shared by the XFlash
 * and XML agents. The owner's public key is that of --da-sla-key; without it nobody is let in.
 *
 * The documents say that 16 random bytes go out and 256 bytes usually come back, not how these are
 * made (da-xflash.md 5.1, 5.2). The rack takes two forms, both verified with the public key: the
 * random bytes in OAEP with SHA-256, worked on by the private key; and a file of any content that
 * ends in its own RSA signature (PKCS#1 1.5, SHA-256), as a policy made beforehand would.
 */
#ifndef RACK_DA_SLA_H
#define RACK_DA_SLA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device;

#define DA_SLA_RANDOM_BYTES 16

/* `challenge`: the last one given, NULL when none was. */
bool da_sla_accepts(struct device *d, const uint8_t *challenge, const uint8_t *answer, size_t n);

#endif
