/*
 * Secured boot ROMs that really verify (brom.md section 12): keys are made on the spot, answers and
 * signatures with libcrypto alone.
 */
#include "tests/rack/rig.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include "engine/base/bytes.h"
#include "tests/rack/owner_key.h"

enum { KEY_BYTES = 256, AUTH_BYTES = 0x8D0, DA_BYTES = 0x400 };

/* One key pair for the owner, one for a stranger; the public halves lie in files. */
struct keys {
	EVP_PKEY *owner, *stranger;
	char dir[64], owner_path[128], stranger_path[128];
};

static struct keys keys;

static EVP_PKEY *make_key(const char *name, char *path, size_t room)
{
	EVP_PKEY *key = EVP_RSA_gen(KEY_BYTES * 8);
	FILE *f;

	assert_non_null(key);
	snprintf(path, room, "%s/%s", keys.dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(PEM_write_PUBKEY(f, key), 1);
	fclose(f);
	return key;
}

static int make_keys(void **state)
{
	(void)state;
	snprintf(keys.dir, sizeof keys.dir, "/tmp/rack-keys-XXXXXX");
	assert_non_null(mkdtemp(keys.dir));
	keys.owner = make_key("owner.pub.pem", keys.owner_path, sizeof keys.owner_path);
	keys.stranger = make_key("stranger.pub.pem", keys.stranger_path, sizeof keys.stranger_path);
	return 0;
}

static int drop_keys(void **state)
{
	(void)state;
	EVP_PKEY_free(keys.owner);
	EVP_PKEY_free(keys.stranger);
	remove(keys.owner_path);
	remove(keys.stranger_path);
	return remove(keys.dir);
}

static int set_up(void **state)
{
	struct rig *rig = rig_new();

	rig->config.boot = BOOT_BROM;
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	rig_free(*state);
	return 0;
}

/* ---- the host's side ---- */

static void sign_pss(EVP_PKEY *key, const uint8_t *bytes, size_t n, uint8_t *signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how;
	size_t got = KEY_BYTES;

	assert_true(EVP_DigestSignInit(context, &how, EVP_sha256(), NULL, key) > 0);
	assert_true(EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) > 0);
	assert_true(EVP_PKEY_CTX_set_rsa_pss_saltlen(how, 32) > 0);
	assert_true(EVP_DigestSign(context, signature, &got, bytes, n) > 0);
	EVP_MD_CTX_free(context);
}

static void swap_pairs(uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i += 2) {
		uint8_t first = bytes[i];

		bytes[i] = bytes[i + 1];
		bytes[i + 1] = first;
	}
}

static void answer(EVP_PKEY *key, const uint8_t challenge[16], bool swap, uint8_t *to)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	uint8_t copy[16];
	size_t got = KEY_BYTES;

	memcpy(copy, challenge, sizeof copy);
	if (swap)
		swap_pairs(copy, sizeof copy);
	assert_true(EVP_PKEY_sign_init(context) > 0);
	assert_true(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0);
	assert_true(EVP_PKEY_sign(context, to, &got, copy, sizeof copy) > 0);
	EVP_PKEY_CTX_free(context);
	if (swap)
		swap_pairs(to, KEY_BYTES);
}

static void make_auth(EVP_PKEY *key, uint8_t auth[AUTH_BYTES])
{
	memset(auth, 0x11, AUTH_BYTES);
	memcpy(auth, "MMM\x01\x38\x00\x00\x00", 8);
	put_le32(auth + 0x2C, KEY_BYTES);
	sign_pss(key, auth, AUTH_BYTES - KEY_BYTES, auth + AUTH_BYTES - KEY_BYTES);
}

static void expect_status(struct rig *rig, uint16_t status)
{
	uint8_t got[2];

	rig_read(rig, got, sizeof got);
	assert_int_equal(get_be16(got), status);
}

static void send_auth(struct rig *rig, EVP_PKEY *key, uint16_t status)
{
	uint8_t auth[AUTH_BYTES], sum[2];

	make_auth(key, auth);
	rig_play(rig, "H> E2\n D> E2\n H> 00 00 08 D0\n D> 00 00 08 D0 00 00\n");
	assert_int_equal(rig_out(rig, auth, sizeof auth), 0);
	rig_read(rig, sum, sizeof sum);
	expect_status(rig, status);
}

static void ask_challenge(struct rig *rig, uint8_t challenge[16])
{
	rig_play(rig, "H> E3\n D> E3 00 00 00 00 00 10\n");
	rig_read(rig, challenge, 16);
}

static void send_answer(struct rig *rig, const uint8_t *bytes, uint16_t status)
{
	rig_play(rig, "H> 00 00 01 00\n D> 00 00 01 00 00 00\n");
	assert_int_equal(rig_out(rig, bytes, KEY_BYTES), 0);
	expect_status(rig, status);
}

/* SEND_DA of a stage that `key` signed, up to its last status; `first` ends it when not 0. */
static void send_da(struct rig *rig, EVP_PKEY *key, uint16_t first, uint16_t last)
{
	uint8_t da[DA_BYTES], sum[2];

	memset(da, 0x5A, sizeof da);
	sign_pss(key, da, sizeof da - KEY_BYTES, da + sizeof da - KEY_BYTES);
	rig_play(rig, "H> D7\n D> D7\n H> 00 20 00 00\n D> 00 20 00 00\n"
		      "H> 00 00 04 00\n D> 00 00 04 00\n H> 00 00 01 00\n D> 00 00 01 00\n");
	expect_status(rig, first);
	if (first)
		return;
	assert_int_equal(rig_out(rig, da, sizeof da), 0);
	rig_read(rig, sum, sizeof sum);
	expect_status(rig, last);
}

static struct rig *locked(void **state)
{
	struct rig *rig = *state;

	rig->config.security = SECURE_SBC | SECURE_SLA | SECURE_DAA;
	rig->config.sla_key = rig->config.auth_key = rig->config.da_key = keys.owner_path;
	rig_plug(rig);
	rig_wake(rig);
	return rig;
}

/* ---- tests ---- */

static void owner_gets_in(void **state)
{
	struct rig *rig = locked(state);
	uint8_t challenge[16], response[KEY_BYTES];

	send_da(rig, keys.owner, 0x1D0D, 0);
	send_auth(rig, keys.owner, 0);
	send_da(rig, keys.owner, 0x1D0D, 0); /* the challenge is still open */
	ask_challenge(rig, challenge);
	answer(keys.owner, challenge, true, response);
	send_answer(rig, response, 0);
	rig_play(rig, "H> E3\n D> E3 70 17\n"); /* passed already */
	send_da(rig, keys.owner, 0, 0);
	rig_send(rig, "D5");
	rig_expect(rig, "D5");
	rig_send(rig, "00 20 00 00");
	rig_expect(rig, "00 20 00 00 00 00 C0");
}

static void answers_that_are_wrong(void **state)
{
	struct rig *rig = locked(state);
	uint8_t first[16], second[16], response[KEY_BYTES];

	send_auth(rig, keys.owner, 0);
	ask_challenge(rig, first);
	answer(keys.stranger, first, true, response);
	send_answer(rig, response, 0x1D0D);
	ask_challenge(rig, second);
	assert_memory_not_equal(first, second, sizeof first);
	answer(keys.owner, second, false, response); /* pairs not swapped */
	send_answer(rig, response, 0x1D0D);
	ask_challenge(rig, second);
	answer(keys.owner, first, true, response); /* an answer to another challenge */
	send_answer(rig, response, 0x1D0D);
	rig_play(rig, "H> E3\n D> E3 00 00 00 00 00 10\n");
	rig_read(rig, second, sizeof second);
	rig_play(rig, "H> 00 00 00 04\n D> 00 00 00 04 00 00\n H> 00 00 00 00\n D> 1D 0D\n");
	send_da(rig, keys.owner, 0x1D0D, 0);
}

static void auth_file_of_a_stranger(void **state)
{
	struct rig *rig = locked(state);

	send_auth(rig, keys.stranger, 0x2000);
	rig_play(rig, "H> E3\n D> E3 70 17\n");
	send_auth(rig, keys.owner, 0);
}

static void one_auth_file_only(void **state)
{
	struct rig *rig = *state;
	uint8_t auth[0x100] = "MMM\x01";

	rig->config.security = SECURE_DAA;
	rig->config.has_auth_digest = true;
	SHA256(auth, sizeof auth, rig->config.auth_digest);
	rig_plug(rig);
	rig_wake(rig);
	auth[9] = 1;
	for (int turn = 0; turn < 2; turn++) {
		uint8_t sum[2];

		rig_play(rig, "H> E2\n D> E2\n H> 00 00 01 00\n D> 00 00 01 00 00 00\n");
		assert_int_equal(rig_out(rig, auth, sizeof auth), 0);
		rig_read(rig, sum, sizeof sum);
		expect_status(rig, turn ? 0 : 0x2000);
		auth[9] = 0;
	}
}

static void agent_of_a_stranger_in_the_boot_rom(void **state)
{
	struct rig *rig = *state;

	rig->config.security = SECURE_DAA;
	rig->config.da_key = keys.owner_path;
	rig_plug(rig);
	rig_wake(rig);
	send_auth(rig, keys.stranger, 0); /* no key to verify it by: its shape is good */
	send_da(rig, keys.stranger, 0, 0x7015);
	send_da(rig, keys.owner, 0, 0);
}

static void agent_of_a_stranger_in_the_preloader(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_PRELOADER;
	rig->config.security = SECURE_SBC | SECURE_DAA;
	rig->config.da_key = keys.owner_path;
	rig_plug(rig);
	rig_wake(rig);
	send_da(rig, keys.stranger, 0, 0x7024);
	rig_advance(rig, 1000);
	assert_int_equal(rig->d.stage, STAGE_BROM); /* it asserted */
}

static void keys_that_are_none(void **state)
{
	struct problem problem;

	(void)state;
	assert_int_equal(owner_key_check(keys.owner_path, "--sla-key", &problem), 0);
	assert_int_equal(owner_key_check("/nonexistent", "--sla-key", &problem), -1);
	assert_string_equal(problem.where, "--sla-key");
	assert_false(owner_key_answers("/nonexistent", (const uint8_t *)"0123456789abcdef", 16,
				       (const uint8_t *)"x", 1));
	assert_false(owner_key_signed_gfh(keys.owner_path, (const uint8_t *)"MMM\x01", 4));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(owner_gets_in),
		T(answers_that_are_wrong),
		T(auth_file_of_a_stranger),
		T(one_auth_file_only),
		T(agent_of_a_stranger_in_the_boot_rom),
		T(agent_of_a_stranger_in_the_preloader),
		cmocka_unit_test(keys_that_are_none),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
