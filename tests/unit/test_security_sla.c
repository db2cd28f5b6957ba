/* Answers to challenges, against ones that were computed without libcrypto (tests/data/keys). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/security/sla.h"

#define KEY_BYTES 128

static uint8_t file_bytes[4096];

static struct slice file(const char *name)
{
	char path[512];
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, TEST_DATA "/keys/%s", name);
	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(file_bytes, 1, sizeof file_bytes, f);
	fclose(f);
	assert_true(n > 0);
	return (struct slice){file_bytes, n};
}

static void challenge(uint8_t to[16])
{
	for (int i = 0; i < 16; i++)
		to[i] = (uint8_t)(0x10 + i);
}

static void boot_rom_answer(void **state)
{
	static const char *const forms[] = {"sample.pem", "sample_pkcs1.pem", "sample.der"};
	uint8_t asked[16], answer[SLA_ANSWER_MAX], want[KEY_BYTES];
	struct problem problem;
	size_t n;

	(void)state;
	memcpy(want, file("rom_answer.bin").p, sizeof want);
	for (size_t i = 0; i < 3; i++) {
		challenge(asked);
		assert_int_equal(sla_answer(file(forms[i]), asked, sizeof asked, answer,
					    sizeof answer, &n, &problem),
				 0);
		assert_int_equal(n, KEY_BYTES);
		assert_memory_equal(answer, want, n);
		assert_int_equal(asked[0], 0x10); /* the challenge itself stays as it was */
	}
}

static void agent_answer(void **state)
{
	uint8_t asked[16], answer[SLA_ANSWER_MAX], want[KEY_BYTES];
	struct problem problem;
	size_t n;

	(void)state;
	memcpy(want, file("agent_answer.bin").p, sizeof want);
	challenge(asked);
	assert_int_equal(sla_agent_answer(file("sample.pem"), asked, sizeof asked, answer,
					  sizeof answer, &n, &problem),
			 0);
	assert_int_equal(n, KEY_BYTES);
	assert_memory_equal(answer, want, n);
}

static void keys_are_checked(void **state)
{
	struct problem problem;
	size_t n = 0;

	(void)state;
	assert_int_equal(sla_check_key(file("sample.pem"), &n, &problem), 0);
	assert_int_equal(n, KEY_BYTES);
	assert_int_equal(sla_check_key(file("locked.pem"), &n, &problem), -1);
	assert_non_null(strstr(problem.why, "without password"));
	assert_int_equal(sla_check_key(file("elliptic.pem"), &n, &problem), -1);
	assert_non_null(strstr(problem.why, "no RSA key"));
	assert_int_equal(sla_check_key(file("rom_answer.bin"), &n, &problem), -1);
	assert_int_equal(sla_check_key((struct slice){NULL, 0}, &n, &problem), -1);
}

static void what_looks_like_a_key(void **state)
{
	static const uint8_t policy[] = {0x30, 0x82, 0x7F, 0xFF, 0};

	(void)state;
	assert_true(sla_looks_like_key(file("sample.pem")));
	assert_true(sla_looks_like_key(file("sample.der")));
	assert_true(sla_looks_like_key(file("locked.pem")));
	assert_false(sla_looks_like_key(file("rom_answer.bin")));
	assert_false(sla_looks_like_key((struct slice){policy, sizeof policy}));
	assert_false(sla_looks_like_key((struct slice){policy, 0}));
}

static void challenges_and_rooms_that_do_not_fit(void **state)
{
	uint8_t asked[SLA_CHALLENGE_MAX + 2] = {0}, answer[SLA_ANSWER_MAX];
	struct slice key = file("sample.pem");
	struct problem problem;
	size_t n;

	(void)state;
	assert_int_equal(sla_answer(key, asked, 0, answer, sizeof answer, &n, &problem), -1);
	assert_int_equal(sla_answer(key, asked, 15, answer, sizeof answer, &n, &problem), -1);
	assert_int_equal(sla_answer(key, asked, sizeof asked, answer, sizeof answer, &n, &problem),
			 -1);
	assert_int_equal(sla_answer(key, asked, 16, answer, KEY_BYTES - 1, &n, &problem), -1);
	assert_non_null(strstr(problem.why, "room"));
	/* OAEP with SHA-256 leaves 62 of 128 bytes. */
	assert_int_equal(sla_agent_answer(key, asked, 64, answer, sizeof answer, &n, &problem), -1);
	assert_non_null(strstr(problem.why, "too short"));
	assert_int_equal(sla_agent_answer(key, asked, 16, answer, 8, &n, &problem), -1);
}

/* Every byte cut off or changed: an answer or a problem, never anything else. */
static void damaged_keys(void **state)
{
	uint8_t asked[16], answer[SLA_ANSWER_MAX];
	struct slice key = file("sample.der");
	struct problem problem;
	size_t n;

	(void)state;
	challenge(asked);
	for (size_t cut = 0; cut < key.n; cut++)
		assert_int_equal(sla_answer((struct slice){key.p, cut}, asked, sizeof asked, answer,
					    sizeof answer, &n, &problem),
				 -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boot_rom_answer),
		cmocka_unit_test(agent_answer),
		cmocka_unit_test(keys_are_checked),
		cmocka_unit_test(what_looks_like_a_key),
		cmocka_unit_test(challenges_and_rooms_that_do_not_fit),
		cmocka_unit_test(damaged_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
