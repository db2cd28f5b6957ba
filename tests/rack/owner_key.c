#include "tests/rack/owner_key.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "engine/base/bytes.h"

enum { PSS_SALT_BYTES = 32, GFH_BYTES = 0x38, GFH_SIGNATURE = 0x2C, TYPE1_FILL_LEAST = 8 };

/* To be freed by the caller; NULL: no such file, or no RSA key in it. */
static EVP_PKEY *load(const char *path)
{
	FILE *f = fopen(path, "re");
	EVP_PKEY *key = f ? PEM_read_PUBKEY(f, NULL, NULL, NULL) : NULL;

	if (f)
		fclose(f);
	if (key && (EVP_PKEY_base_id(key) != EVP_PKEY_RSA ||
		    EVP_PKEY_get_size(key) > OWNER_KEY_BYTES_MAX)) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

int owner_key_check(const char *path, const char *option, struct problem *problem)
{
	EVP_PKEY *key = load(path);

	if (!key)
		return problem_set(problem, option, "name an RSA public key in PEM",
				   "%.150s holds none", path);
	EVP_PKEY_free(key);
	return 0;
}

/* ---- SLA ---- */

static void swap_pairs(uint8_t *to, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		to[i] = from[i + 1];
		to[i + 1] = from[i];
	}
}

/* The public key's work alone, padding left on. */
static bool open_with(EVP_PKEY *key, const uint8_t *sealed, size_t n, uint8_t *plain)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	size_t got = n;
	bool good = context && EVP_PKEY_encrypt_init(context) > 0 &&
		    EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) > 0 &&
		    EVP_PKEY_encrypt(context, plain, &got, sealed, n) > 0 && got == n;

	EVP_PKEY_CTX_free(context);
	return good;
}

/* 00 01, at least eight FF, 00, then the message to the end. */
static bool is_type1(const uint8_t *plain, size_t n, const uint8_t *message, size_t message_n)
{
	size_t fill = n - 3 - message_n;

	if (n < 3 + TYPE1_FILL_LEAST + message_n || plain[0] != 0 || plain[1] != 1 ||
	    plain[2 + fill] != 0 || memcmp(plain + n - message_n, message, message_n) != 0)
		return false;
	for (size_t i = 0; i < fill; i++)
		if (plain[2 + i] != 0xFF)
			return false;
	return true;
}

bool owner_key_answers(const char *path, const uint8_t *challenge, size_t challenge_n,
		       const uint8_t *answer, size_t answer_n)
{
	uint8_t sealed[OWNER_KEY_BYTES_MAX], plain[OWNER_KEY_BYTES_MAX], wanted[64];
	EVP_PKEY *key = load(path);
	bool good = key && challenge_n <= sizeof wanted && challenge_n % 2 == 0 &&
		    answer_n == (size_t)EVP_PKEY_get_size(key);

	if (good) {
		swap_pairs(wanted, challenge, challenge_n);
		swap_pairs(sealed, answer, answer_n);
		good = open_with(key, sealed, answer_n, plain) &&
		       is_type1(plain, answer_n, wanted, challenge_n);
	}
	EVP_PKEY_free(key);
	return good;
}

/* ---- signatures ---- */

bool owner_key_signed(const char *path, const uint8_t *bytes, size_t n, const uint8_t *signature,
		      size_t signature_n)
{
	EVP_PKEY *key = load(path);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how = NULL;
	bool good = key && context &&
		    EVP_DigestVerifyInit(context, &how, EVP_sha256(), NULL, key) > 0 &&
		    EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) > 0 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(how, PSS_SALT_BYTES) > 0 &&
		    EVP_DigestVerify(context, signature, signature_n, bytes, n) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return good;
}

bool owner_key_signed_gfh(const char *path, const uint8_t *file, size_t n)
{
	uint32_t signature_n;

	if (n < GFH_BYTES || memcmp(file, "MMM\x01", 4) != 0)
		return false;
	signature_n = get_le32(file + GFH_SIGNATURE);
	if (!signature_n || signature_n > n - GFH_BYTES)
		return false;
	return owner_key_signed(path, file, n - signature_n, file + n - signature_n, signature_n);
}
