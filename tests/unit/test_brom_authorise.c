/*
 * Secured boot ROMs (brom.md section 12): what is sent, in which order, and how each refusal ends;
 * and what a plan must hold for which target config.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/brom/brom.h"
#include "engine/brom/command.h"
#include "tests/lib/pack.h"
#include "tests/lib/replay.h"

#define CONFIG_ALL 0xE7 /* of the fused phone in section 16 */

static struct pack pack;
static struct flow flow;
static struct flow_plan plan;
static struct flow_keys keys;
static struct flow_action action;
static uint8_t key_file[4096], answer[128];
static bool watchdog_runs;

static size_t read_file(const char *name, uint8_t *to, size_t room)
{
	char path[512];
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, TEST_DATA "/keys/%s", name);
	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(to, 1, room, f);
	fclose(f);
	return n;
}

static int set_up(void **state)
{
	static const uint8_t auth[] = {'M', 'M', 'M', 1, 5}, cert[] = {0xC0, 0xC1};
	const struct pack_options options = {.emi_version = 35};

	(void)state;
	pack_make(&pack, &options);
	read_file("rom_answer.bin", answer, sizeof answer);
	keys = (struct flow_keys){
		.auth = {auth, sizeof auth},
		.cert = {cert, sizeof cert},
		.sla = {key_file, read_file("sample.pem", key_file, sizeof key_file)},
		.sla_name = "sample.pem",
	};
	plan = (struct flow_plan){.package = &pack.package, .keys = &keys};
	watchdog_runs = false;
	memset(&flow, 0, sizeof flow);
	flow.plan = &plan;
	flow.report.facts.arrived_as = MODE_BROM;
	flow.report.facts.target_config = CONFIG_ALL;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pack_free(&pack);
	return 0;
}

static void play(const char *name, const char *text)
{
	const struct replay_blob blobs[] = {{"answer", {answer, sizeof answer}}, {NULL, {NULL, 0}}};
	struct replay r = {.name = name, .text = text, .blobs = blobs};

	replay_verb(&flow, &plan, brom_authorise, &action);
	flow.brom.watchdog_runs = watchdog_runs;
	if (!replay_run(&r, &flow, &action))
		fail_msg("%s", r.error);
}

static void ended_with(enum fault_family family, uint32_t code)
{
	assert_int_equal(action.what, FLOW_FINISH);
	assert_int_equal(flow.report.fault.family, family);
	assert_int_equal(flow.report.fault.code, code);
}

#define CERT	  "H> E0\nD> E0\nH> 00 00 00 02\nD> 00 00 00 02 00 00\nH> C0 C1\nD> C1 C0 00 00\n"
#define AUTH	  "H> E2\nD> E2\nH> 00 00 00 05\nD> 00 00 00 05 00 00\nH> 4D 4D 4D 01 05\n"
#define AUTH_GOOD AUTH "D> 4C 05 00 00\n"
#define CHALLENGE                                                                                  \
	"H> E3\nD> E3 00 00\nD> 00 00 00 10\nD> 10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F\n"

static void whole_dialogue(void **state)
{
	(void)state;
	play("all files", CERT AUTH_GOOD CHALLENGE
	     "H> 00 00 00 80\nD> 00 00 00 80 00 00\nH> <answer>\nD> 00 00\n");
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

static void nothing_for_open_devices_and_preloaders(void **state)
{
	(void)state;
	flow.report.facts.target_config = 0;
	play("open", "");
	assert_int_equal(flow.report.result, FLOW_PASSED);
	flow.report.facts.target_config = CONFIG_ALL;
	flow.report.facts.arrived_as = MODE_PRELOADER;
	play("preloader", "");
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

static void no_certificate_no_challenge(void **state)
{
	(void)state;
	keys.cert.n = 0;
	flow.report.facts.target_config = BROM_CONFIG_DAA;
	play("DAA alone", AUTH_GOOD);
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

/* 1D0C: not needed, go on. 7017 to the challenge: passed already (section 12). */
static void what_the_device_does_not_need(void **state)
{
	(void)state;
	play("not needed",
	     "H> E0\nD> E0\nH> 00 00 00 02\nD> 00 00 00 02 1D 0C\n"
	     "H> E2\nD> E2\nH> 00 00 00 05\nD> 00 00 00 05 1D 0C\nH> E3\nD> E3 70 17\n");
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

static void refused_auth(void **state)
{
	(void)state;
	keys.cert.n = 0;
	play("auth refused", AUTH "D> 4C 05 20 00\n");
	ended_with(FAULT_BROM, 0x2000);
	assert_non_null(strstr(flow.report.fault.what, "0x2000"));
}

static void auth_that_is_too_long(void **state)
{
	(void)state;
	keys.cert.n = 0;
	play("auth too long", "H> E2\nD> E2\nH> 00 00 00 05\nD> 00 00 00 05 70 04\n");
	ended_with(FAULT_BROM, 0x7004);
}

static void refused_certificate(void **state)
{
	(void)state;
	play("certificate refused",
	     "H> E0\nD> E0\nH> 00 00 00 02\nD> 00 00 00 02 00 00\nH> C0 C1\nD> C1 C0 60 05\n");
	ended_with(FAULT_BROM, 0x6005);
}

static void refused_answer(void **state)
{
	(void)state;
	play("answer refused", CERT AUTH_GOOD CHALLENGE
	     "H> 00 00 00 80\nD> 00 00 00 80 00 00\nH> <answer>\nD> 1D 0D\n");
	ended_with(FAULT_BROM, 0x1D0D);
}

/* The dialogue can not be left: four zeros, the device's refusal, and the key is to blame. */
static void key_that_can_not_answer(void **state)
{
	(void)state;
	key_file[60] = '!';
	play("bad key", CERT AUTH_GOOD CHALLENGE
	     "H> 00 00 00 04\nD> 00 00 00 04 00 00\nH> 00 00 00 00\nD> 1D 0D\n");
	ended_with(FAULT_STATION, 23);
	assert_non_null(strstr(flow.report.fault.what, "sample.pem"));
}

static void missing_files_end_it(void **state)
{
	(void)state;
	plan.keys = NULL;
	play("no keys", "");
	ended_with(FAULT_STATION, 23);
}

static void odd_challenge(void **state)
{
	(void)state;
	play("endless challenge", CERT AUTH_GOOD "H> E3\nD> E3 00 00\nD> 00 01 00 00\n");
	ended_with(FAULT_STATION, 11);
}

/* Where registers are locked the watchdog's write is done again, once the host is known. */
static void watchdog_once_more(void **state)
{
	(void)state;
	watchdog_runs = true;
	flow.report.facts.target_config = BROM_CONFIG_DAA | BROM_CONFIG_WRITE;
	keys.cert.n = 0;
	play("watchdog", AUTH_GOOD "H> D4\nD> D4\nH> 10 00 70 00\nD> 10 00 70 00\n"
				   "H> 00 00 00 01\nD> 00 00 00 01 00 00\n"
				   "H> 22 00 00 64\nD> 22 00 00 64 00 00\n");
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

/* ---- auth_missing() ---- */

static void missing_is(uint32_t config, enum device_mode mode, const char *what)
{
	const char *missing;

	flow.plan = &plan;
	flow.report.facts.target_config = config;
	flow.report.facts.arrived_as = mode;
	missing = auth_missing(&flow);
	if (what)
		assert_string_equal(missing, what);
	else
		assert_null(missing);
}

static void what_is_missing(void **state)
{
	static uint8_t agent[64];

	(void)state;
	memset(agent, 0xA5, sizeof agent);
	flow.da1 = (struct slice){agent, sizeof agent};
	flow.da1_sig_len = 16;
	missing_is(CONFIG_ALL, MODE_BROM, NULL);
	keys.sla.n = 40;
	missing_is(CONFIG_ALL, MODE_BROM, "SLA key file that holds an RSA private key");
	missing_is(BROM_CONFIG_DAA, MODE_BROM, NULL);
	keys.sla.n = 0;
	missing_is(CONFIG_ALL, MODE_BROM, "SLA key file");
	keys.auth.n = 0;
	missing_is(CONFIG_ALL, MODE_BROM, "auth file");
	missing_is(BROM_CONFIG_DAA, MODE_BROM, "auth file");
	keys.cert.n = 0;
	missing_is(BROM_CONFIG_SBC | BROM_CONFIG_ROOT_CERT, MODE_BROM, "certificate file");
	plan.keys = NULL;
	missing_is(CONFIG_ALL, MODE_BROM, "auth file");
	missing_is(BROM_CONFIG_SBC, MODE_BROM, NULL);
	missing_is(BROM_CONFIG_SBC | BROM_CONFIG_DAA, MODE_PRELOADER, NULL);
}

static void agents_that_are_not_signed(void **state)
{
	static const char wanted[] = "download agent signed by the owner";
	static uint8_t agent[64];

	(void)state;
	flow.da1 = (struct slice){agent, sizeof agent};
	flow.da1_sig_len = 0;
	missing_is(BROM_CONFIG_DAA, MODE_PRELOADER, wanted);
	flow.da1_sig_len = 16;
	memcpy(agent + 48, "SSSSCUST", 8);
	missing_is(BROM_CONFIG_DAA, MODE_PRELOADER, wanted);
	missing_is(BROM_CONFIG_DAA, MODE_BROM, wanted);
	missing_is(BROM_CONFIG_SBC, MODE_PRELOADER, NULL);
	flow.da1_sig_len = 128; /* longer than the agent */
	missing_is(BROM_CONFIG_DAA, MODE_BROM, wanted);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(whole_dialogue),
		T(nothing_for_open_devices_and_preloaders),
		T(no_certificate_no_challenge),
		T(what_the_device_does_not_need),
		T(refused_auth),
		T(auth_that_is_too_long),
		T(refused_certificate),
		T(refused_answer),
		T(key_that_can_not_answer),
		T(missing_files_end_it),
		T(odd_challenge),
		T(watchdog_once_more),
		T(what_is_missing),
		T(agents_that_are_not_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
