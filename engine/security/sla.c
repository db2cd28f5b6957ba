#include "engine/security/sla.h"

#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "engine/base/text.h"

static const char remedy[] = "give the key file that belongs to this product's auth file";

/* Asking for a password would hang the station: an encrypted key is refused. */
static int no_password(char *to, int room, int writing, void *context)
{
	(void)to;
	(void)room;
	(void)writing;
	(void)context;
	return -1;
}

bool sla_looks_like_key(struct slice file)
{
	static const char armour[] = "-----BEGIN ";

	if (file.n >= 4 && file.p[0] == 0x30 && file.p[1] == 0x82)
		return (size_t)(file.p[2] << 8 | file.p[3]) + 4 <= file.n;
	return text_starts(text_trim(file), armour);
}

static EVP_PKEY *parse_key(struct slice file)
{
	EVP_PKEY *key = NULL;
	BIO *bio;

	if (!file.n || file.n > INT_MAX)
		return NULL;
	if (file.p[0] == 0x30) {
		const unsigned char *at = file.p;

		return d2i_AutoPrivateKey(NULL, &at, (long)file.n);
	}
	bio = BIO_new_mem_buf(file.p, (int)file.n);
	if (bio)
		key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	BIO_free(bio);
	return key;
}

/* The key, to be freed by the caller; NULL with `problem`. */
static EVP_PKEY *open_key(struct slice file, struct problem *problem)
{
	EVP_PKEY *key = parse_key(file);

	ERR_clear_error();
	if (!key) {
		problem_set(problem, "key file", remedy,
			    "it holds no private key in PEM or DER that opens without password");
		return NULL;
	}
	if (EVP_PKEY_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_size(key) <= SLA_ANSWER_MAX)
		return key;
	problem_set(problem, "key file", remedy, "it is no RSA key of up to %d bits (%d bits)",
		    SLA_ANSWER_MAX * 8, EVP_PKEY_get_bits(key));
	EVP_PKEY_free(key);
	return NULL;
}

int sla_check_key(struct slice file, size_t *bytes, struct problem *problem)
{
	EVP_PKEY *key = open_key(file, problem);

	if (!key)
		return -1;
	*bytes = (size_t)EVP_PKEY_get_size(key);
	EVP_PKEY_free(key);
	return 0;
}

/* The private key's operation on `data`, padded as `padding` says. */
static int private_operation(EVP_PKEY *key, int padding, const uint8_t *data, size_t n,
			     uint8_t *answer, size_t *answer_bytes)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	bool good = context && EVP_PKEY_sign_init(context) > 0 &&
		    EVP_PKEY_CTX_set_rsa_padding(context, padding) > 0 &&
		    EVP_PKEY_sign(context, answer, answer_bytes, data, n) > 0;

	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return good ? 0 : -1;
}

static void swap_pairs(uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		uint8_t first = bytes[i];

		bytes[i] = bytes[i + 1];
		bytes[i + 1] = first;
	}
}

static int check_lengths(EVP_PKEY *key, size_t n, size_t room, struct problem *problem)
{
	if (!n || n > SLA_CHALLENGE_MAX || n % 2)
		return problem_set(problem, "challenge", "power-cycle the unit",
				   "the device sent a challenge of %zu bytes", n);
	if (room < (size_t)EVP_PKEY_get_size(key))
		return problem_set(problem, "key file", remedy,
				   "the answer would have %d bytes, there is room for %zu",
				   EVP_PKEY_get_size(key), room);
	return 0;
}

int sla_answer(struct slice file, const uint8_t *challenge, size_t n, uint8_t *answer, size_t room,
	       size_t *answer_bytes, struct problem *problem)
{
	EVP_PKEY *key = open_key(file, problem);
	uint8_t swapped[SLA_CHALLENGE_MAX];
	int bad;

	if (!key)
		return -1;
	bad = check_lengths(key, n, room, problem);
	if (!bad) {
		memcpy(swapped, challenge, n);
		swap_pairs(swapped, n);
		*answer_bytes = room;
		bad = private_operation(key, RSA_PKCS1_PADDING, swapped, n, answer, answer_bytes);
		if (bad)
			problem_set(problem, "key file", remedy, "signing with it failed");
		else
			swap_pairs(answer, *answer_bytes);
	}
	EVP_PKEY_free(key);
	return bad;
}

/* ---- OAEP (RFC 8017, 7.1.1) with SHA-256, no label ---- */

#define HASH 32

/* XOR the mask of `seed` over `to` (MGF1, B.2.1). */
static int mask(uint8_t *to, size_t n, const uint8_t *seed, size_t seed_bytes)
{
	uint8_t block[SLA_ANSWER_MAX + 4], digest[HASH];

	memcpy(block, seed, seed_bytes);
	for (size_t at = 0; at < n; at += HASH) {
		size_t counter = at / HASH;

		memset(block + seed_bytes, 0, 3);
		block[seed_bytes + 3] = (uint8_t)counter;
		if (!EVP_Digest(block, seed_bytes + 4, digest, NULL, EVP_sha256(), NULL))
			return -1;
		for (size_t i = 0; i < HASH && at + i < n; i++)
			to[at + i] ^= digest[i];
	}
	return 0;
}

/* `to` gets `n` bytes: 00, masked seed, masked {hash of the label, zeros, 01, message}. */
static int pad_oaep(uint8_t *to, size_t n, const uint8_t *message, size_t message_bytes)
{
	uint8_t *seed = to + 1, *data = to + 1 + HASH;
	size_t data_bytes = n - 1 - HASH;

	memset(to, 0, n);
	if (!EVP_Digest(message, message_bytes, seed, NULL, EVP_sha256(), NULL) ||
	    !EVP_Digest("", 0, data, NULL, EVP_sha256(), NULL))
		return -1;
	data[data_bytes - message_bytes - 1] = 1;
	memcpy(data + data_bytes - message_bytes, message, message_bytes);
	if (mask(data, data_bytes, seed, HASH))
		return -1;
	return mask(seed, HASH, data, data_bytes);
}

int sla_agent_answer(struct slice file, const uint8_t *random, size_t n, uint8_t *answer,
		     size_t room, size_t *answer_bytes, struct problem *problem)
{
	EVP_PKEY *key = open_key(file, problem);
	uint8_t padded[SLA_ANSWER_MAX];
	size_t bytes;
	int bad;

	if (!key)
		return -1;
	bytes = (size_t)EVP_PKEY_get_size(key);
	bad = check_lengths(key, n, room, problem);
	if (!bad && bytes < 2 * HASH + 2 + n)
		bad = problem_set(problem, "key file", remedy, "a key of %zu bytes is too short",
				  bytes);
	if (!bad) {
		*answer_bytes = room;
		if (pad_oaep(padded, bytes, random, n) ||
		    private_operation(key, RSA_NO_PADDING, padded, bytes, answer, answer_bytes))
			bad = problem_set(problem, "key file", remedy, "signing with it failed");
	}
	EVP_PKEY_free(key);
	return bad;
}
