/*
 * Every chip that the sample makes packages for, on every storage it has, by boot ROM and by
 * preloader: flashed, compared, its own data left alone; and changed to another layout, its own
 * data moved with it. What differs from chip to chip is data in both the engine and the rack; this
 * is where the two must agree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/fault/play.h"

#define CHIPS_MAX 96

static struct play play;

struct kind {
	char chip[16], agent[16], storage[16];
};

static struct kind kinds[CHIPS_MAX];
static size_t kind_count;

/* Lines "MT6572 legacy emmc nand". */
static void take_line(char *line)
{
	char *save = NULL, *chip = strtok_r(line, " ", &save), *agent = strtok_r(NULL, " ", &save);

	for (char *s = strtok_r(NULL, " ", &save); s; s = strtok_r(NULL, " ", &save)) {
		struct kind *kind = &kinds[kind_count++];

		assert_true(kind_count < CHIPS_MAX);
		snprintf(kind->chip, sizeof kind->chip, "%s", chip);
		snprintf(kind->agent, sizeof kind->agent, "%s", agent);
		snprintf(kind->storage, sizeof kind->storage, "%s", s);
	}
}

static int read_kinds(void **state)
{
	static char said[8192];
	const char *args[] = {"chips", NULL};
	char *save = NULL;

	(void)state;
	assert_int_equal(sample_run("flashrack-sample", args, said, sizeof said), 0);
	for (char *line = strtok_r(said, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		take_line(line);
	assert_true(kind_count > 30);
	return 0;
}

static int close_play(void **state)
{
	(void)state;
	if (play.device)
		play_close(&play);
	return 0;
}

static void open_kind(const struct kind *kind, bool brom)
{
	static struct setup setup;
	char size[32];

	snprintf(size, sizeof size, "%s:%s", kind->storage,
		 strcmp(kind->storage, "nand") ? "96M" : "32M");
	setup = (struct setup){
		.name = kind->chip,
		.sample = {"--chip", kind->chip, "--storage", kind->storage, "--compact"},
		.rack = {"--chip", kind->chip, "--storage", size},
	};
	play_open(&play, &setup, brom);
}

static void flash(const struct kind *kind, bool brom)
{
	open_kind(kind, brom);
	play_run(&play, FLOW_DOWNLOAD);
	play_expect_passed(&play);
	play_expect_package(&play);
	close_play(NULL);
}

static void by_boot_rom(void **state)
{
	(void)state;
	for (size_t i = 0; i < kind_count; i++)
		flash(&kinds[i], true);
}

static void by_preloader(void **state)
{
	(void)state;
	for (size_t i = 0; i < kind_count; i++)
		flash(&kinds[i], false);
}

/* The device's own data, by the places of the package that is on it now. */
static void own_data(const struct sample_pack *pack, char *said, size_t size)
{
	char path[300];

	snprintf(path, sizeof path, "%s/0", play.device->dir);
	if (!sample_pack_identity(pack, path, said, size))
		fail_msg("%s: %s", play.name, said);
}

/* An upgrade to the next layout of the same product, where own data lies elsewhere. */
static void upgrade(const struct kind *kind)
{
	static char before[PLAY_SAID_MAX], after[PLAY_SAID_MAX];
	const char *args[] = {
		"--chip",	    kind->chip, "--storage", kind->storage, "--compact",
		"--layout-variant", "2",	"--seed",    "2",	    NULL};
	struct sample_pack newer;
	char path[300];

	open_kind(kind, true);
	own_data(&play.pack, before, sizeof before);
	snprintf(path, sizeof path, "%s/newer", play.folder);
	assert_int_equal(mkdir(path, 0755), 0);
	sample_pack_make(&newer, path, args);
	play.plan.package = &newer.package;
	play.plan.rules = &newer.rules;
	play_run(&play, FLOW_UPGRADE);
	if (!strcmp(kind->agent, "xflash") && !strcmp(kind->storage, "nand")) {
		/* XFlash agents have no command for the table of a NAND: nothing is begun. */
		play_expect_refused(&play, 44);
		sample_pack_free(&newer);
		close_play(NULL);
		return;
	}
	if (play.flow.report.result != FLOW_PASSED)
		fail_msg("%s: [%s] %d %u: %s", play.name, play.flow.report.fault.step,
			 (int)play.flow.report.fault.family, play.flow.report.fault.code,
			 play.flow.report.fault.what);
	own_data(&newer, after, sizeof after);
	assert_string_equal(before, after);
	snprintf(path, sizeof path, "%s/0", play.device->dir);
	if (!sample_pack_held(&newer, path, after, sizeof after))
		fail_msg("%s: %s", play.name, after);
	sample_pack_free(&newer);
	close_play(NULL);
}

static void to_another_layout(void **state)
{
	(void)state;
	for (size_t i = 0; i < kind_count; i++)
		upgrade(&kinds[i]);
}

#define T(name) cmocka_unit_test_teardown(name, close_play)

int main(void)
{
	const struct CMUnitTest tests[] = {T(by_boot_rom), T(by_preloader), T(to_another_layout)};

	return cmocka_run_group_tests(tests, read_kinds, NULL);
}
