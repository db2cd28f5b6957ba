/*
 * Every chip that the sample makes packages for, on every storage it has, by boot ROM and by
 * preloader: flashed, compared, its own data left alone. What differs from chip
 * to chip is data in both the engine and the rack; this is where the two must agree.
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

static void flash(const struct kind *kind, bool brom)
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

#define T(name) cmocka_unit_test_teardown(name, close_play)

int main(void)
{
	const struct CMUnitTest tests[] = {T(by_boot_rom), T(by_preloader)};

	return cmocka_run_group_tests(tests, read_kinds, NULL);
}
