/* XFlash agents that answer to their owner only (da-xflash.md 4.4, 5.1, 5.2). */
#include "tests/rack/rig.h"

#include <string.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "engine/base/bytes.h"

enum { KEY_BYTES = 256, HASH_BYTES = 32 };

static int teardown(void **state)
{
	struct rig *rig = *state;

	if (rig->config.da_sla_key)
		unlink(rig->config.da_sla_key);
	rig_free(rig);
	return 0;
}

static EVP_PKEY *make_key(struct rig *rig)
{
	static char path[96];
	EVP_PKEY *key = EVP_RSA_gen(8 * KEY_BYTES);
	FILE *f;

	snprintf(path, sizeof path, "%s/key.pem", rig->dir);
	f = fopen(path, "we");
	assert_non_null(key);
	assert_non_null(f);
	assert_int_equal(PEM_write_PUBKEY(f, key), 1);
	fclose(f);
	rig->config.da_sla = true;
	rig->config.da_sla_key = path;
	return key;
}

/* XOR with MGF1-SHA256 of `seed`. */
static void mask(uint8_t *bytes, size_t n, const uint8_t *seed, size_t seed_n)
{
	for (uint32_t i = 0; i * HASH_BYTES < n; i++) {
		uint8_t input[KEY_BYTES + 4], pad[HASH_BYTES];

		memcpy(input, seed, seed_n);
		put_be32(input + seed_n, i);
		assert_int_equal(EVP_Digest(input, seed_n + 4, pad, NULL, EVP_sha256(), NULL), 1);
		for (size_t j = 0; j < HASH_BYTES && i * HASH_BYTES + j < n; j++)
			bytes[i * HASH_BYTES + j] ^= pad[j];
	}
}

/* OAEP with SHA-256 around the random number, then the private key alone. */
static void answer(EVP_PKEY *key, const uint8_t *random, uint8_t out[KEY_BYTES])
{
	uint8_t em[KEY_BYTES] = {0}, *seed = em + 1, *data = em + 1 + HASH_BYTES;
	size_t data_n = KEY_BYTES - 1 - HASH_BYTES, out_n = KEY_BYTES;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);

	memset(seed, 0x5A, HASH_BYTES);
	assert_int_equal(EVP_Digest("", 0, data, NULL, EVP_sha256(), NULL), 1);
	data[data_n - 17] = 1;
	memcpy(data + data_n - 16, random, 16);
	mask(data, data_n, seed, HASH_BYTES);
	mask(seed, HASH_BYTES, data, data_n);
	assert_true(EVP_PKEY_sign_init(ctx) > 0);
	assert_true(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) > 0);
	assert_true(EVP_PKEY_sign(ctx, out, &out_n, em, KEY_BYTES) > 0);
	EVP_PKEY_CTX_free(ctx);
}

static void expect_lock(struct rig *rig, uint32_t locked)
{
	rig_control_code(rig, 0x040016, 0);
	rig_status(rig, locked);
	rig_status(rig, 0);
}

static void challenge(struct rig *rig, uint8_t random[16])
{
	uint8_t info[68];

	rig_control_code(rig, 0x040013, 0);
	assert_int_equal(rig_get(rig, info, sizeof info), sizeof info);
	rig_status(rig, 0);
	assert_int_equal(get_le32(info), 0x00010000);
	assert_memory_equal(info + 20, rig->d.id.hrid, 16);
	assert_memory_equal(info + 36, rig->d.id.soc_id, 32);
	memcpy(random, info + 4, 16);
}

static void send_policy(struct rig *rig, const uint8_t *file, size_t n, uint32_t status)
{
	rig_control_code(rig, 0x02000B, 0);
	rig_frame(rig, file, n);
	rig_status(rig, status);
}

static void locked_storage_is_not_touched(void **state)
{
	struct rig *rig = *state;

	rig->config.da_sla = true;
	rig_agent2(rig);
	rig_table(rig, 2);
	expect_lock(rig, 1);
	for (uint32_t opcode = 0x010004; opcode <= 0x010005; opcode++) {
		rig_opcode(rig, opcode);
		rig_block(rig, 1, 8, 0, 0x1000);
		rig_status(rig, 0xC002000C);
	}
	rig_opcode(rig, 0x010003);
	rig_block(rig, 1, 8, 0, 0x1000);
	rig_status(rig, 0xC002000C);
	rig_status(rig, 0xC0030007);
	rig_download(rig, "lk", 0x1000, 0xC0020004);
	rig_opcode(rig, 0x010006);
	rig_frame(rig, "lk", 2);
	rig_status(rig, 0xC0020004);
	assert_int_equal(rig->d.flash.regions[REGION_USER].erased, 0);
}

static void the_owners_answer_opens_it(void **state)
{
	struct rig *rig = *state;
	EVP_PKEY *key = make_key(rig);
	uint8_t random[16], file[KEY_BYTES];

	rig_agent2(rig);
	rig_table(rig, 2);
	challenge(rig, random);
	random[0] ^= 1;
	answer(key, random, file);
	send_policy(rig, file, sizeof file, 0xC002004A);
	expect_lock(rig, 1);
	random[0] ^= 1;
	answer(key, random, file);
	send_policy(rig, file, sizeof file, 0xC002004A); /* that challenge was spent */
	rig_advance(rig, 1);
	challenge(rig, random);
	answer(key, random, file);
	send_policy(rig, file, sizeof file, 0);
	expect_lock(rig, 0);
	rig_download(rig, "lk", 0x1000, 0);
	EVP_PKEY_free(key);
}

static void without_the_public_key_nobody_is_let_in(void **state)
{
	struct rig *rig = *state;
	uint8_t file[KEY_BYTES] = {1};

	rig->config.da_sla = true;
	rig_agent2(rig);
	send_policy(rig, file, sizeof file, 0xC002004A);
}

static void open_agents_of_2020_do_not_know_the_question(void **state)
{
	struct rig *rig = *state;
	uint8_t file[KEY_BYTES] = {1};

	rig_agent2(rig);
	rig_control_code(rig, 0x040016, 0xC0010004);
	rig_control_code(rig, 0x020010, 0xC0010004);
	rig_control_code(rig, 0x080008, 0xC0010004);
	send_policy(rig, file, sizeof file, 0xC0020049);
}

static void open_agents_of_2022_say_so(void **state)
{
	struct rig *rig = *state;

	rig->config.agent = AGENT_2022;
	rig_agent2(rig);
	expect_lock(rig, 0);
	rig_control_code(rig, 0x080008, 0);
	rig_status(rig, 0);
}

/* One raw block, and one that nobody cares for. */
static size_t sparse_image(uint8_t *to)
{
	memset(to, 0, 28 + 12 + 4096 + 12);
	put_le32(to, 0xED26FF3A);
	put_le16(to + 4, 1);
	put_le16(to + 8, 28);
	put_le16(to + 10, 12);
	put_le32(to + 12, 4096);
	put_le32(to + 16, 2);
	put_le32(to + 20, 2);
	put_le32(to + 28, 0xCAC1);
	put_le32(to + 32, 1);
	put_le32(to + 36, 12 + 4096);
	memset(to + 40, 0x77, 4096);
	put_le32(to + 40 + 4096, 0xCAC3);
	put_le32(to + 44 + 4096, 1);
	put_le32(to + 48 + 4096, 12);
	return 28 + 12 + 4096 + 12;
}

static void gaps_of_sparse_images_are_erased_unless_told(void **state)
{
	struct rig *rig = *state;
	static uint8_t file[0x2000], got[0x2000], old[0x2000], zeros[0x1000];
	size_t n = sparse_image(file);

	rig->config.agent = AGENT_2022;
	rig_agent2(rig);
	rig_table(rig, 2);
	memset(old, 0x33, sizeof old);
	for (int keep = 1; keep >= 0; keep--) {
		assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 2 << 20, old, sizeof old),
				 0);
		rig->d.agent->keep_sparse_gaps = false;
		if (keep) {
			rig_control_code(rig, 0x080008, 0);
			rig_status(rig, 0);
		}
		rig_download(rig, "lk", n, 0);
		rig_packet(rig, file, n);
		rig_status(rig, 0);
		rig_status(rig, 0);
		assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 2 << 20, got, sizeof got),
				 0);
		assert_memory_equal(got, file + 40, 0x1000);
		assert_memory_equal(got + 0x1000, keep ? old : zeros, 0x1000);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(locked_storage_is_not_touched),
		TEST(the_owners_answer_opens_it),
		TEST(without_the_public_key_nobody_is_let_in),
		TEST(open_agents_of_2020_do_not_know_the_question),
		TEST(open_agents_of_2022_say_so),
		TEST(gaps_of_sparse_images_are_erased_unless_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
