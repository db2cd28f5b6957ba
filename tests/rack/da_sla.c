#include "tests/rack/da_sla.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "engine/base/bytes.h"
#include "tests/rack/agent.h"

enum { KEY_BYTES_MAX = 512, SHA256_BYTES = 32 };

static EVP_PKEY *load_key(struct device *d)
{
	FILE *f = d->config->da_sla_key ? fopen(d->config->da_sla_key, "re") : NULL;
	EVP_PKEY *key = f ? PEM_read_PUBKEY(f, NULL, NULL, NULL) : NULL;

	if (f)
		fclose(f);
	if (!key)
		device_log(d, "--", "no public key to judge the file by");
	return key;
}

/* The public key's work alone, padding left on; 0 when the answer is no number of this key. */
static size_t open_answer(EVP_PKEY *key, const uint8_t *answer, size_t n, uint8_t *plain)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t plain_n = KEY_BYTES_MAX;
	bool good = ctx && EVP_PKEY_encrypt_init(ctx) > 0 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) > 0 &&
		    EVP_PKEY_encrypt(ctx, plain, &plain_n, answer, n) > 0;

	EVP_PKEY_CTX_free(ctx);
	return good ? plain_n : 0;
}

/* XOR `n` bytes with the mask that MGF1 over SHA-256 makes of the seed (RFC 8017, B.2.1). */
static bool unmask(uint8_t *bytes, size_t n, const uint8_t *seed, size_t seed_n)
{
	for (uint32_t i = 0; n; i++) {
		uint8_t input[KEY_BYTES_MAX + 4], mask[SHA256_BYTES];
		size_t run = n < sizeof mask ? n : sizeof mask;

		memcpy(input, seed, seed_n);
		put_be32(input + seed_n, i);
		if (!EVP_Digest(input, seed_n + 4, mask, NULL, EVP_sha256(), NULL))
			return false;
		for (size_t j = 0; j < run; j++)
			*bytes++ ^= mask[j];
		n -= run;
	}
	return true;
}

/* What OAEP packed (RFC 8017, 7.1.2), with an empty label; 0 bytes: it is no such package. */
static size_t unpack(uint8_t *plain, size_t n, const uint8_t **message)
{
	uint8_t *seed = plain + 1, *data = seed + SHA256_BYTES, label[SHA256_BYTES];
	size_t data_n = n - 1 - SHA256_BYTES, at = SHA256_BYTES;

	if (n < 2 * SHA256_BYTES + 2 || plain[0] || !unmask(seed, SHA256_BYTES, data, data_n) ||
	    !unmask(data, data_n, seed, SHA256_BYTES) ||
	    !EVP_Digest("", 0, label, NULL, EVP_sha256(), NULL) ||
	    memcmp(data, label, sizeof label) != 0)
		return 0;
	while (at < data_n && !data[at])
		at++;
	if (at == data_n || data[at] != 1)
		return 0;
	*message = data + at + 1;
	return data_n - at - 1;
}

static bool answers(EVP_PKEY *key, const uint8_t *challenge, const uint8_t *answer, size_t n)
{
	size_t key_bytes = (size_t)EVP_PKEY_size(key);
	uint8_t plain[KEY_BYTES_MAX];
	const uint8_t *random;

	if (!challenge || n != key_bytes || key_bytes > sizeof plain ||
	    open_answer(key, answer, n, plain) != key_bytes)
		return false;
	return unpack(plain, key_bytes, &random) == DA_SLA_RANDOM_BYTES &&
	       !memcmp(random, challenge, DA_SLA_RANDOM_BYTES);
}

static bool is_signed(EVP_PKEY *key, const uint8_t *file, size_t n)
{
	size_t key_bytes = (size_t)EVP_PKEY_size(key);
	EVP_MD_CTX *ctx;
	bool good;

	if (n <= key_bytes)
		return false;
	ctx = EVP_MD_CTX_new();
	good = ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) > 0 &&
	       EVP_DigestVerify(ctx, file + n - key_bytes, key_bytes, file, n - key_bytes) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

bool da_sla_accepts(struct device *d, const uint8_t *challenge, const uint8_t *answer, size_t n)
{
	EVP_PKEY *key = load_key(d);
	bool good = key && (answers(key, challenge, answer, n) || is_signed(key, answer, n));

	EVP_PKEY_free(key);
	device_log(d, "--", "the owner's file of %zu bytes: %s", n, good ? "accepted" : "refused");
	return good;
}

/* ---- for the agents ---- */

bool agent_locked(const struct device *d)
{
	return d->config->da_sla && !d->agent->authorised;
}

void agent_challenge(struct device *d)
{
	struct seeded s = {.state = d->config->seed ^ (uint64_t)d->index << 32 ^ d->now_us};

	seeded_fill(&s, d->agent->random, sizeof d->agent->random);
	d->agent->challenged = true;
}

bool agent_unlock(struct device *d, const uint8_t *file, size_t n)
{
	struct agent *a = d->agent;

	a->authorised = da_sla_accepts(d, a->challenged ? a->random : NULL, file, n);
	a->challenged = false; /* each is good for one answer */
	return a->authorised;
}
