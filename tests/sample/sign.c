#include "tests/sample/sign.h"

#include "tests/sample/bytes.h"
#include "tests/sample/report.h"
#include "tests/sample/sink.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdbool.h>
#include <string.h>

enum { SALT_BYTES = 32, AUTH_BYTES = 0x8D0, KEY_BYTES = 256, KEY_AT = 0x44, KEY_BITS = 2048 };

static EVP_PKEY *read_key(const char *path)
{
	FILE *f = fopen(path, "re");
	EVP_PKEY *key;

	if (!f) {
		report("key", path, strerror(errno), "name a private key in PEM");
		return NULL;
	}
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	if (!key || EVP_PKEY_base_id(key) != EVP_PKEY_RSA || EVP_PKEY_get_size(key) != KEY_BYTES) {
		report("key", path, "it is no RSA key of 2048 bits in PEM",
		       "make one with flashrack-sample keys --out DIR");
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

int sign_bytes(const char *key_path, const uint8_t *bytes, size_t n, uint8_t *signature,
	       size_t room)
{
	EVP_PKEY *key = read_key(key_path);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how = NULL;
	size_t got = room;
	bool good = key && context &&
		    EVP_DigestSignInit(context, &how, EVP_sha256(), NULL, key) > 0 &&
		    EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) > 0 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(how, SALT_BYTES) > 0 &&
		    EVP_DigestSign(context, signature, &got, bytes, n) > 0 && got == room;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	if (!good && key)
		report("key", key_path, "signing failed", "check libcrypto");
	return good ? 0 : -1;
}

/* The container signs itself, as everything that starts with a GFH does. */
static int build_auth(const char *key_path, uint8_t *auth)
{
	EVP_PKEY *key = read_key(key_path);
	BIGNUM *modulus = NULL;
	bool good;

	if (!key)
		return -1;
	memset(auth, 0, AUTH_BYTES);
	memcpy(auth, "MMM\x01", 4);
	set16(auth + 4, 0x38);
	set_text(auth + 8, "AUTH_SV5");
	set32(auth + 0x14, 1);
	set32(auth + 0x20, AUTH_BYTES);
	set32(auth + 0x24, AUTH_BYTES);
	set32(auth + 0x28, 0x38);
	set32(auth + 0x2C, KEY_BYTES);
	set32(auth + 0x40, 65537);
	good = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus) &&
	       BN_bn2binpad(modulus, auth + KEY_AT, KEY_BYTES) == KEY_BYTES;
	BN_free(modulus);
	EVP_PKEY_free(key);
	if (!good)
		return report("auth file", key_path, "the key has no modulus", "check libcrypto");
	return sign_bytes(key_path, auth, AUTH_BYTES - KEY_BYTES, auth + AUTH_BYTES - KEY_BYTES,
			  KEY_BYTES);
}

int sign_write_auth(const char *key_path, const char *dir)
{
	uint8_t auth[AUTH_BYTES];
	struct sink s;

	if (build_auth(key_path, auth) || sink_open(&s, dir, "auth_sv5.auth"))
		return -1;
	sink_put(&s, auth, sizeof auth);
	return sink_close(&s, NULL, NULL);
}

static int write_pair(const char *dir, const char *name)
{
	char private_path[4096], public_path[4096];
	EVP_PKEY *key = EVP_RSA_gen(KEY_BITS);
	FILE *f[2] = {NULL, NULL};
	bool good;

	snprintf(private_path, sizeof private_path, "%s/%s.pem", dir, name);
	snprintf(public_path, sizeof public_path, "%s/%s.pub.pem", dir, name);
	f[0] = fopen(private_path, "we");
	f[1] = fopen(public_path, "we");
	good = key && f[0] && f[1] && PEM_write_PrivateKey(f[0], key, NULL, NULL, 0, NULL, NULL) &&
	       PEM_write_PUBKEY(f[1], key);
	for (int i = 0; i < 2; i++)
		if (f[i] && fclose(f[i]))
			good = false;
	EVP_PKEY_free(key);
	return good ? 0
		    : report("keys", private_path, "it can not be written",
			     "choose a writable --out");
}

int sign_make_keys(const char *dir)
{
	return write_pair(dir, "owner") || write_pair(dir, "sla") || write_pair(dir, "stranger")
		       ? -1
		       : 0;
}
