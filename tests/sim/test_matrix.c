/*
 * Every operation on every kind of device, through the real station: a rack of eight for each setup
 * of tests/lib/setups.c and each way to arrive.
 *
 * First all eight are downloaded to by one order. Then each gets an order of its own for its slot,
 * all open at once, and all are plugged in anew:
 *
 *   S1 download, chosen partitions   S2 upgrade     S3 format-all   S4 erase
 *   S5 readback                      S6 memtest     S7 verify       S8 identify
 *
 * What an agent does not offer must be refused with its code; nothing is left out. Storage is
 * judged by flashrack-sample, and each unit's own data must be what it was before the first run.
 * SIM_ONLY=TEXT plays the setups whose name holds TEXT.
 */
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/setups.h"

#define DEVICES	     8
#define BOOT_NAMES   "boot BOOTIMG bootimg boot_a"
#define LOGO_NAMES   "logo LOGO logo_a"
#define RUNS_SECONDS 120

struct play {
	const struct setup *setup;
	bool brom;
	char name[64];
};

static struct sim sim;
static struct sim_identity before[DEVICES];
static cJSON *package;

enum { ONLY, UPGRADE, FORMAT, ERASE, READBACK, MEMTEST, VERIFY, IDENTIFY };

static const char *name_of(const char *names)
{
	return cJSON_GetObjectItem(sim_partition(package, names), "name")->valuestring;
}

/* ---- the wave of orders ---- */

static void order_for_slot(int slot, const char *operation, const char *more)
{
	char json[900];

	snprintf(json, sizeof json,
		 "{\"name\":\"%s\",\"profile\":\"all\",\"package\":\"%s/package\",\"quantity\":1,"
		 "\"operation\":\"%s\",\"slots\":[\"S%d\"]%s}",
		 operation, sim.dir, operation, slot + 1, more);
	sim_order_json(&sim, json);
}

static void open_orders(void)
{
	char more[300];

	snprintf(more, sizeof more, ",\"only\":[\"%s\",\"%s\"]", name_of(BOOT_NAMES),
		 name_of(LOGO_NAMES));
	order_for_slot(ONLY, "download", more);
	order_for_slot(UPGRADE, "upgrade", "");
	order_for_slot(FORMAT, "format-all", "");
	snprintf(more, sizeof more, ",\"ranges\":[{\"partition\":\"%s\"}]", name_of(BOOT_NAMES));
	order_for_slot(ERASE, "erase", more);
	snprintf(more, sizeof more,
		 ",\"ranges\":[{\"partition\":\"%s\"},{\"partition\":\"%s\",\"start\":0,"
		 "\"length\":65536}]",
		 name_of(BOOT_NAMES), name_of(LOGO_NAMES));
	order_for_slot(READBACK, "readback", more);
	order_for_slot(MEMTEST, "memtest", "");
	order_for_slot(VERIFY, "verify", "");
	order_for_slot(IDENTIFY, "identify", "");
}

/* ---- what came of it ---- */

static int64_t number_of_run(int device, const char *column)
{
	return sim_sql(&sim,
		       "SELECT %s FROM runs r JOIN slots s ON s.id = r.slot_id "
		       "WHERE s.label = 'S%d' ORDER BY r.id DESC LIMIT 1",
		       column, device + 1);
}

static bool last_is(int device, const char *result)
{
	char column[64];

	snprintf(column, sizeof column, "r.result = '%s'", result);
	return number_of_run(device, column) == 1;
}

static void expect_passed(const struct play *p, int device)
{
	char label[16];

	if (last_is(device, "passed"))
		return;
	snprintf(label, sizeof label, "S%d", device + 1);
	fail_msg("%s, %s: code %lld; %s; see %s", p->name, label,
		 (long long)number_of_run(device, "r.error_code"),
		 sim_slot_text(&sim, label, "error.detail"), sim.dir);
}

static void expect_refused(const struct play *p, int device, int code)
{
	if (!last_is(device, "refused") || number_of_run(device, "r.error_code") != code)
		fail_msg("%s, S%d: not refused with ST-%03d but %lld; see %s", p->name, device + 1,
			 code, (long long)number_of_run(device, "r.error_code"), sim.dir);
	assert_int_equal(number_of_run(device, "r.bytes_written"), 0);
}

static void expect_identity(const struct play *p, int device)
{
	struct sim_identity now;

	sim_identity(&sim, "rack", device, &now);
	if (strcmp(now.text, before[device].text) != 0)
		fail_msg("%s, S%d: own data was\n%snow\n%s", p->name, device + 1,
			 before[device].text, now.text);
}

static void expect_package(const struct play *p, int device)
{
	char said[8192];

	if (sim_witness(&sim, "verify", "rack", device, said, sizeof said) != 0)
		fail_msg("%s, S%d: %s; see %s", p->name, device + 1, said, sim.dir);
}

/* The witness finds one difference: the erased partition no longer holds its image. */
static void expect_erased(const struct play *p, int device, const char *partition)
{
	char said[8192], line[80];

	assert_int_equal(sim_witness(&sim, "verify", "rack", device, said, sizeof said), 1);
	snprintf(line, sizeof line, "%s: ", partition);
	if (strncmp(said, line, strlen(line)) != 0 || !strstr(said, ", 1 different"))
		fail_msg("%s: after erase of %s: %s", p->name, partition, said);
}

static FILE *open_one(const char *pattern, int64_t *bytes)
{
	glob_t found;
	FILE *f;

	if (glob(pattern, 0, NULL, &found) != 0 || found.gl_pathc != 1)
		fail_msg("%s: not one file; see %s", pattern, sim.dir);
	f = fopen(found.gl_pathv[0], "r");
	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	*bytes = ftell(f);
	rewind(f);
	globfree(&found);
	return f;
}

/* A file that was read back is as long as asked for, and begins with the image. `bytes` 0: all. */
static void expect_read(const char *names, int64_t bytes)
{
	const cJSON *part = sim_partition(package, names);
	int64_t read_bytes, image_bytes, same = 0;
	char path[300];
	FILE *image, *read;
	int a, b;

	if (!bytes)
		bytes = (int64_t)cJSON_GetObjectItem(part, "size")->valuedouble;
	snprintf(path, sizeof path, "%s/package/%s", sim.dir,
		 cJSON_GetObjectItem(part, "file")->valuestring);
	image = open_one(path, &image_bytes);
	snprintf(path, sizeof path, "%s/state/readback/*/*/%s*", sim.dir,
		 cJSON_GetObjectItem(part, "name")->valuestring);
	read = open_one(path, &read_bytes);
	assert_int_equal(read_bytes, bytes);
	while ((a = fgetc(image)) != EOF && (b = fgetc(read)) != EOF && a == b)
		same++;
	fclose(image);
	fclose(read);
	assert_int_equal(same, image_bytes < bytes ? image_bytes : bytes);
}

static int refusal_of(const struct setup *u, int operation)
{
	return operation == MEMTEST   ? u->memtest
	       : operation == UPGRADE ? u->upgrade
	       : operation == FORMAT  ? u->format_all
				      : 0;
}

static void check_wave(const struct play *p, const int64_t written[DEVICES])
{
	for (int i = 0; i < DEVICES; i++) {
		int code = refusal_of(p->setup, i);

		if (code)
			expect_refused(p, i, code);
		else
			expect_passed(p, i);
		expect_identity(p, i);
		if (i == ERASE)
			expect_erased(p, i, name_of(BOOT_NAMES));
		else
			expect_package(p, i);
	}
	expect_read(BOOT_NAMES, 0);
	expect_read(LOGO_NAMES, 65536);
	assert_int_equal(sim_written(&sim, "rack", READBACK), written[READBACK]);
	assert_int_equal(sim_written(&sim, "rack", VERIFY), written[VERIFY]);
	assert_int_equal(sim_written(&sim, "rack", IDENTIFY), written[IDENTIFY]);
	/* Chosen partitions: fewer bytes than all of them. */
	assert_true(number_of_run(ONLY, "r.bytes_written") > 0);
	assert_true(number_of_run(ONLY, "r.bytes_written") <
		    sim_sql(&sim, "SELECT max(bytes_written) FROM runs"));
}

/* ---- a setup ---- */

static void start_line(const struct play *p)
{
	const char *args[SETUP_ARGS_MAX + 4];
	size_t n = 0;

	for (; p->setup->rack[n]; n++)
		args[n] = p->setup->rack[n];
	args[n++] = "--boot";
	args[n++] = p->brom ? "brom" : "preloader";
	args[n] = NULL;
	sim_file(&sim, "profiles/all.json",
		 "{\"verify\":\"checksum\",\"operations\":[\"download\",\"upgrade\","
		 "\"format-all\",\"erase\",\"readback\",\"memtest\",\"verify\",\"identify\"]}");
	sim_rack(&sim, "rack", DEVICES, args);
	for (int i = 0; i < DEVICES; i++)
		sim_identity(&sim, "rack", i, &before[i]);
	sim_ctl(&sim, "rack", "unplug", "all");
	sim_station(&sim, "rack", "{\"restart_ms\":0}");
	package = sim_check_package(&sim);
}

/* Wait until every device has had one more run; give up when one waits for ever. */
static void wait_runs(int64_t count)
{
	sim_wait_sql(&sim, RUNS_SECONDS, count,
		     "SELECT count(*) FROM runs WHERE result IS NOT NULL");
}

static void download_all(const struct play *p)
{
	char path[64];
	int64_t order = sim_order(&sim, "all", "all", DEVICES);
	int status;

	sim_ctl(&sim, "rack", "replug", "all");
	wait_runs(DEVICES);
	for (int i = 0; i < DEVICES; i++) {
		expect_passed(p, i);
		expect_package(p, i);
		expect_identity(p, i);
	}
	snprintf(path, sizeof path, "/api/v1/orders/%lld/close", (long long)order);
	cJSON_Delete(sim_post(&sim, path, "", &status));
	assert_in_range(status, 200, 299);
}

static void every_operation(void **state)
{
	const struct play *p = *state;
	int64_t written[DEVICES];

	start_line(p);
	download_all(p);
	sim_ctl(&sim, "rack", "unplug", "all");
	for (int i = 0; i < DEVICES; i++)
		written[i] = sim_written(&sim, "rack", i);
	open_orders();
	sim_ctl(&sim, "rack", "replug", "all");
	wait_runs(2 * (int64_t)DEVICES);
	check_wave(p, written);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

static int begin(void **state)
{
	const struct play *p = *state;

	sim_begin_with(&sim, p->setup->sample);
	return 0;
}

static int end(void **state)
{
	(void)state;
	cJSON_Delete(package);
	package = NULL;
	sim_end(&sim);
	return 0;
}

int main(void)
{
	const char *only = getenv("SIM_ONLY");
	struct play *plays = calloc(2 * setup_count, sizeof *plays);
	struct CMUnitTest *tests = calloc(2 * setup_count, sizeof *tests);
	size_t n = 0;
	int failed = 1;

	for (size_t i = 0; plays && tests && i < 2 * setup_count; i++) {
		struct play *p = &plays[n];

		p->setup = &setups[i / 2];
		p->brom = i % 2 == 0;
		snprintf(p->name, sizeof p->name, "%s, %s", p->setup->name,
			 p->brom ? "boot ROM" : "preloader");
		if (only && !strstr(p->name, only))
			continue;
		tests[n++] = (struct CMUnitTest){p->name, every_operation, begin, end, p};
	}
	if (n > 0)
		failed = _cmocka_run_group_tests("matrix", tests, n, NULL, NULL);
	free(tests);
	free(plays);
	return failed;
}
