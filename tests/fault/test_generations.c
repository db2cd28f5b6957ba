/*
 * Whole runs of every agent generation against the rack's own devices: each setup of
 * tests/lib/setups.c and each way to arrive, one device through all operations; and faults at
 * chosen exchanges of what writes (test_fault.c tries every single one, with a device in memory).
 *
 * Chosen are the first exchange of each step of the run and each n-th from there. At each:
 *  - the device is lost for good (ends.h): the run ends with a listed code, within bounds;
 *  - one thing goes wrong and the device goes on (slip.c).
 *
 * FAULT_ONLY=TEXT plays what holds TEXT in its name; FAULT_EVERY=N chooses each n-th exchange of
 * all setups, 0 none.
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

struct life {
	char name[96];
	const struct setup *setup;
	bool brom;
};

static unsigned every(unsigned otherwise)
{
	const char *text = getenv("FAULT_EVERY");

	if (!play.setup->faults && !text)
		return 0;
	return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

/* The first partition of the user region that has an image, by one of the names layouts give it. */
static const char *boot_partition(void)
{
	static const char *const names[] = {"boot", "BOOTIMG", "bootimg", "boot_a"};

	for (size_t i = 0; i < play.pack.package.part_count; i++)
		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
			if (!strcmp(play.pack.package.parts[i].entry->name, names[k]))
				return names[k];
	fail_msg("%s: no boot partition in the package", play.name);
	return NULL;
}

static void passes(enum flow_operation operation)
{
	play_run(&play, operation);
	play_expect_passed(&play);
}

static void passes_or_refused(enum flow_operation operation, int code)
{
	play_run(&play, operation);
	if (code)
		play_expect_refused(&play, (uint32_t)code);
	else
		play_expect_passed(&play);
}

static void read_back(struct flow_range *range)
{
	const struct rackdev_stream *s = play.device->streams;
	struct slice image = {NULL, 0};

	play.plan.ranges = range;
	play.plan.range_count = 1;
	passes(FLOW_READBACK);
	if (play.device->stream_count != 1 || !s->whole)
		fail_msg("%s: %zu streams, the first is %s", play.name, play.device->stream_count,
			 s->save.name);
	for (size_t i = 0; i < play.pack.package.part_count; i++)
		if (!strcmp(play.pack.package.parts[i].entry->name, range->name))
			image = play.pack.package.files[play.pack.package.parts[i].file].bytes;
	assert_true(image.n > 0 && s->n >= image.n);
	assert_memory_equal(s->bytes, image.p, image.n);
}

static void erase(struct flow_range *range)
{
	char said[PLAY_SAID_MAX];

	play.plan.ranges = range;
	play.plan.range_count = 1;
	passes(FLOW_ERASE);
	assert_false(play_holds_package(&play, said, sizeof said));
	if (strncmp(said, range->name, strlen(range->name)) != 0 || !strstr(said, ", 1 different"))
		fail_msg("%s: after the erase of %s: %s", play.name, range->name, said);
}

static void every_operation(void **state)
{
	const struct life *life = *state;
	const char *only[] = {NULL, NULL};
	struct flow_range range = {0};

	play_open(&play, life->setup, life->brom);
	only[0] = boot_partition();
	snprintf(range.name, sizeof range.name, "%s", only[0]);

	play.plan.verify = life->brom ? FLOW_VERIFY_SAMPLE : FLOW_VERIFY_CHECKSUM;
	play.every = every(40);
	passes(FLOW_DOWNLOAD);
	play_expect_package(&play);
	play.every = 0;

	passes(FLOW_IDENTIFY);
	passes(FLOW_VERIFY_ONLY);
	read_back(&range);
	passes_or_refused(FLOW_MEMTEST, life->setup->memtest);
	play_expect_package(&play);
	erase(&range);

	play.plan.ranges = NULL;
	play.plan.range_count = 0;
	play_run(&play, FLOW_VERIFY_ONLY); /* it sees what is missing */
	assert_int_equal(play.flow.report.result, FLOW_FAILED);
	play.plan.only = only;
	passes(FLOW_DOWNLOAD);
	play_expect_package(&play);
	play.plan.only = NULL;

	passes_or_refused(FLOW_UPGRADE, life->setup->upgrade);
	play_expect_package(&play);
	play.every = every(64);
	play.plan.verify = FLOW_VERIFY_FULL;
	passes_or_refused(FLOW_FORMAT_ALL, life->setup->format_all);
	play_expect_package(&play);
	print_message("%s: %u faulty runs at %u places\n", life->name, play.tried, play.points);
}

static int close_play(void **state)
{
	(void)state;
	play_close(&play);
	return 0;
}

int main(void)
{
	const char *only = getenv("FAULT_ONLY");
	struct life *lives = calloc(2 * setup_count, sizeof *lives);
	struct CMUnitTest *tests = calloc(2 * setup_count, sizeof *tests);
	size_t n = 0;
	int failed = 1;

	for (size_t i = 0; lives && tests && i < 2 * setup_count; i++) {
		struct life *l = &lives[n];

		l->setup = &setups[i / 2];
		l->brom = i % 2 == 0;
		snprintf(l->name, sizeof l->name, "%s %s, %s", l->setup->generation, l->setup->name,
			 l->brom ? "boot ROM" : "preloader");
		if (!only || strstr(l->name, only))
			tests[n++] =
				(struct CMUnitTest){l->name, every_operation, NULL, close_play, l};
	}
	if (n > 0)
		failed = _cmocka_run_group_tests("generations", tests, n, NULL, NULL);
	free(tests);
	free(lives);
	return failed;
}
