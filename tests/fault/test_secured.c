/*
 * Secured devices of each agent generation, that really verify, against the whole flow: with the
 * owner's files they are flashed; without, or with a stranger's, nothing is written and the run
 * says which file it is (symptoms.md N6). And units whose preloader is dead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fault/play.h"

static struct play play;

/* Keys of this run; the files of one package's owner, and those that the plan names. */
static char folder[64];
static struct flow_keys keys;
static uint8_t files[4][4096];

static const char *path_of(const char *name)
{
	static char paths[8][128];
	static unsigned turn;
	char *path = paths[turn++ % 8];

	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static struct slice read_to(uint8_t *to, const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		fail_msg("%s cannot be read", path);
	n = fread(to, 1, sizeof files[0], f);
	fclose(f);
	return (struct slice){to, n};
}

static int make_keys(void **state)
{
	char said[256];
	const char *args[] = {"keys", "--out", folder, NULL};

	(void)state;
	snprintf(folder, sizeof folder, "/tmp/flashrack-keys-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(sample_run("flashrack-sample", args, said, sizeof said), 0);
	return 0;
}

static int drop_keys(void **state)
{
	static const char *const names[] = {"owner", "sla", "stranger"};
	char name[32];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "%s.pem", names[i]);
		remove(path_of(name));
		snprintf(name, sizeof name, "%s.pub.pem", names[i]);
		remove(path_of(name));
	}
	return remove(folder);
}

static const struct {
	const char *chip, *storage, *rack_storage;
} chips[] = {
	{"MT6735", "emmc", "emmc:64M"}, {"MT6765", "emmc", "emmc:96M"},
	{"MT6789", "ufs", "ufs:64M"},	{"MT6572", "nand", "nand:32M"},
	{"MT6589", "emmc", "emmc:64M"}, {"MT8167", "nand", "nand:32M"},
};
enum { LEGACY, XFLASH, XML, GENERATIONS, CHIPS = sizeof chips / sizeof *chips };

/*
 * A device with these fuses, whose owner's public keys it holds, and a package that `signer`
 * signed. The plan gets all of the owner's files.
 */
static void open_secured(int generation, const char *security, bool brom, const char *signer)
{
	static struct setup setup;
	char path[300];

	setup = (struct setup){
		.name = chips[generation].chip,
		.sample = {"--chip", chips[generation].chip, "--storage", chips[generation].storage,
			   "--compact", "--sign", path_of(signer)},
		.rack = {"--chip", chips[generation].chip, "--storage",
			 chips[generation].rack_storage, "--security", security, "--sla-key",
			 path_of("sla.pub.pem"), "--auth-key", path_of("owner.pub.pem"), "--da-key",
			 path_of("owner.pub.pem"), "--da-sla-key", path_of("sla.pub.pem")},
	};
	play_open(&play, &setup, brom);
	snprintf(path, sizeof path, "%s/package/auth_sv5.auth", play.folder);
	keys = (struct flow_keys){
		.auth = read_to(files[0], path),
		.sla = read_to(files[1], path_of("sla.pem")),
		.da_sla = read_to(files[2], path_of("sla.pem")),
		.auth_name = "auth_sv5.auth",
		.sla_name = "sla.pem",
		.da_sla_name = "sla.pem",
	};
	play.plan.keys = &keys;
}

static int close_play(void **state)
{
	(void)state;
	if (play.device)
		play_close(&play);
	return 0;
}

static void expect_untouched(void)
{
	assert_int_equal(rackdev_touched(play.device), play.device->touched_before);
	assert_int_equal(play.flow.report.bytes_written, 0);
}

static void expect_fault(enum fault_family family, uint32_t code)
{
	const struct flow_report *r = &play.flow.report;

	if (r->result == FLOW_PASSED || r->fault.family != family || r->fault.code != code)
		fail_msg("%s: result %d, [%s] family %d, code 0x%X: %s", play.name, (int)r->result,
			 r->fault.step, (int)r->fault.family, r->fault.code, r->fault.what);
	expect_untouched();
}

static void owner_flashes(void **state)
{
	(void)state;
	for (int g = 0; g < GENERATIONS; g++) {
		open_secured(g, "sbc,sla,daa", true, "owner.pem");
		play_run(&play, FLOW_DOWNLOAD);
		play_expect_passed(&play);
		play_expect_package(&play);
		close_play(NULL);
		open_secured(g, "sbc,sla,daa", false, "owner.pem");
		play_run(&play, FLOW_DOWNLOAD);
		play_expect_passed(&play);
		play_expect_package(&play);
		close_play(NULL);
	}
}

static void missing_files_are_named(void **state)
{
	(void)state;
	for (int g = 0; g < GENERATIONS; g++) {
		open_secured(g, "sbc,sla,daa", true, "owner.pem");
		keys.sla.n = 0;
		play_run(&play, FLOW_DOWNLOAD);
		play_expect_refused(&play, 23);
		assert_non_null(strstr(play.flow.report.fault.what, "SLA key file"));
		keys.auth.n = 0;
		play_run(&play, FLOW_DOWNLOAD);
		play_expect_refused(&play, 23);
		assert_non_null(strstr(play.flow.report.fault.what, "auth file"));
		close_play(NULL);
	}
}

static void strangers_files_are_refused(void **state)
{
	(void)state;
	open_secured(XFLASH, "sbc,sla,daa", true, "owner.pem");
	keys.sla = read_to(files[3], path_of("stranger.pem"));
	play_run(&play, FLOW_DOWNLOAD);
	expect_fault(FAULT_BROM, 0x1D0D);
	close_play(NULL);

	open_secured(XFLASH, "sbc,sla,daa", true, "stranger.pem");
	play_run(&play, FLOW_DOWNLOAD);
	expect_fault(FAULT_BROM, 0x2000); /* the auth file came with the stranger's package */
	close_play(NULL);
}

/* The boot ROM is satisfied, the agent is a stranger's. */
static void strangers_agents_are_refused(void **state)
{
	(void)state;
	open_secured(LEGACY, "sbc,daa", false, "stranger.pem");
	play_run(&play, FLOW_DOWNLOAD);
	expect_fault(FAULT_BROM, 0x2001); /* an older preloader */
	close_play(NULL);
	open_secured(XFLASH, "sbc,daa", false, "stranger.pem");
	play_run(&play, FLOW_DOWNLOAD);
	expect_fault(FAULT_BROM, 0x7024);
	close_play(NULL);
}

static void locked_second_stages(void **state)
{
	(void)state;
	for (int g = XFLASH; g < GENERATIONS; g++) {
		open_secured(g, "dasla", true, "owner.pem");
		keys.da_sla.n = 0;
		play_run(&play, FLOW_DOWNLOAD);
		play_expect_refused(&play, 23);
		keys.da_sla = read_to(files[3], path_of("stranger.pem"));
		play_run(&play, FLOW_DOWNLOAD);
		assert_int_not_equal(play.flow.report.result, FLOW_PASSED);
		expect_untouched();
		keys.da_sla = read_to(files[2], path_of("sla.pem"));
		play_run(&play, FLOW_DOWNLOAD);
		play_expect_passed(&play);
		play_expect_package(&play);
		close_play(NULL);
	}
}

/* ---- signed images ---- */

/* Does the device hold the package, with the signed form of what has one (`how`: "--signed")? */
static void expect_forms(const char *how)
{
	char package[128], device[300], said[1024];
	const char *args[] = {"verify", "--package", package, "--device", device, how, NULL};

	snprintf(package, sizeof package, "%s/package", play.folder);
	snprintf(device, sizeof device, "%s/0", play.device->dir);
	if (sample_run("flashrack-sample", args, said, sizeof said) != 0)
		fail_msg("%s: %s", play.name, said);
}

/* A unit with secure boot takes "X-verified", one without it the plain image (packages.md 4.4). */
static void secure_boot_takes_signed_images(void **state)
{
	static const char *const fuses[] = {"sbc", "none"};
	static struct setup setup;

	(void)state;
	for (int g = 0; g < GENERATIONS; g++) {
		for (size_t i = 0; i < 2; i++) {
			setup = (struct setup){
				.name = chips[g].chip,
				.sample = {"--chip", chips[g].chip, "--storage", chips[g].storage,
					   "--compact", "--verified"},
				.rack = {"--chip", chips[g].chip, "--storage",
					 chips[g].rack_storage, "--security", fuses[i]},
			};
			play_open(&play, &setup, false);
			play.plan.verify = FLOW_VERIFY_SAMPLE;
			play_run(&play, FLOW_DOWNLOAD);
			play_expect_passed(&play);
			expect_forms(i ? NULL : "--signed");
			close_play(NULL);
		}
	}
}

/* ---- dead preloaders ---- */

static void open_dead(int generation)
{
	static struct setup setup;

	setup = (struct setup){
		.name = chips[generation].chip,
		.sample = {"--chip", chips[generation].chip, "--storage", chips[generation].storage,
			   "--compact"},
		.rack = {"--chip", chips[generation].chip, "--storage",
			 chips[generation].rack_storage, "--boot", "dead"},
	};
	play_open(&play, &setup, true);
	play.plan.recover = true;
}

static void dead_units_are_recovered(void **state)
{
	(void)state;
	for (int g = 0; g < CHIPS; g++) {
		open_dead(g);
		assert_int_equal(play.device->d->stage, 1); /* boot ROM */
		play_run(&play, FLOW_DOWNLOAD);
		play_expect_passed(&play);
		play_expect_package(&play);
		assert_true(play.flow.report.recovered);
		assert_int_equal(play.flow.report.facts.arrived_as, MODE_PRELOADER);
		assert_string_equal(play.device->d->last_boot, "ok");
		close_play(NULL);
	}
}

#define T(name) cmocka_unit_test_teardown(name, close_play)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(owner_flashes),
		T(missing_files_are_named),
		T(strangers_files_are_refused),
		T(strangers_agents_are_refused),
		T(locked_second_stages),
		T(secure_boot_takes_signed_images),
		T(dead_units_are_recovered),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
