/*
 * Rows of protocol/symptoms.md that take more than one run or more than one device to tell.
 */
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define SMALL "--size", "4", "--compact", "--raw"

static struct sim sim;

static int begin(void **state)
{
	static const char *const small[] = {SMALL, NULL};

	(void)state;
	sim_begin_with(&sim, small);
	sim_file(&sim, "profiles/all.json",
		 "{\"operations\":[\"download\",\"upgrade\",\"format-all\",\"verify\",\"erase\"],"
		 "\"verify\":\"checksum\"}");
	return 0;
}

static int end(void **state)
{
	(void)state;
	sim_end(&sim);
	return 0;
}

static void open_order(const char *name, const char *package, const char *more)
{
	char json[700];

	snprintf(json, sizeof json, "{\"name\":\"%s\",\"profile\":\"all\",\"package\":\"%s/%s\"%s}",
		 name, sim.dir, package, more);
	sim_order_json(&sim, json);
}

static void close_order(int id)
{
	char path[64];
	int status;

	snprintf(path, sizeof path, "/api/v1/orders/%d/close", id);
	cJSON_Delete(sim_post(&sim, path, "", &status));
	assert_in_range(status, 200, 299);
}

/* Of the latest run. Static memory. */
static const char *run_error(const char *key)
{
	static char text[600];
	int status;
	cJSON *runs = sim_get(&sim, "/api/v1/runs?limit=1", &status);
	cJSON *run = cJSON_GetArrayItem(cJSON_GetObjectItem(runs, "items"), 0);
	cJSON *value = cJSON_GetObjectItem(cJSON_GetObjectItem(run, "error"), key);

	snprintf(text, sizeof text, "%s", cJSON_IsString(value) ? value->valuestring : "");
	cJSON_Delete(runs);
	return text;
}

static void expect_runs(const char *result, int64_t count)
{
	sim_wait_sql(&sim, 60, count, "SELECT count(*) FROM runs WHERE result = '%s'", result);
}

static void change_byte(const char *path, long at)
{
	char name[256];
	FILE *f;
	int byte;

	snprintf(name, sizeof name, "%s/%s", sim.dir, path);
	f = fopen(name, "r+");
	assert_non_null(f);
	fseek(f, at, SEEK_SET);
	byte = fgetc(f);
	fseek(f, at, SEEK_SET);
	fputc(byte ^ 0x40, f);
	assert_int_equal(fclose(f), 0);
}

/* S3: all was sent, and the unit's storage has lost some of it: seen by comparing what is there. */
static void content_that_was_lost_is_seen(void **state)
{
	static const char *const args[] = {"--boot", "brom", "--storage", "emmc:96M", NULL};
	cJSON *package;
	const cJSON *boot;
	long start;

	(void)state;
	sim_rack(&sim, "rack", 1, args);
	sim_station(&sim, "rack", "{\"restart_ms\":0}");
	package = sim_check_package(&sim);
	boot = sim_partition(package, "boot");
	start = (long)cJSON_GetObjectItem(boot, "start")->valuedouble;
	cJSON_Delete(package);
	open_order("write", "package", "");
	expect_runs("passed", 1);
	close_order(1);
	sim_ctl(&sim, "rack", "unplug", "all");
	change_byte("rack/0/user.img", start + 70001);
	open_order("look", "package", ",\"operation\":\"verify\"");
	sim_ctl(&sim, "rack", "replug", "all");
	expect_runs("failed", 1);
	assert_string_equal(run_error("code"), "ST-062");
	assert_non_null(strstr(run_error("what"), "boot"));
	assert_non_null(strstr(run_error("what"), "0x11")); /* 70001 = 0x11171 */
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

/* Where the second stage of that chip begins in the agent file. */
static long second_stage_at(const char *chip)
{
	static char text[1 << 18];
	char path[128];
	const char *args[] = {"da", path, "--json", NULL};
	const cJSON *entry;
	long at = 0;
	cJSON *json;

	snprintf(path, sizeof path, "%s/package/DA_SAMPLE.bin", sim.dir);
	assert_int_equal(sim_run(&sim, "flashrack", args, text, sizeof text), 0);
	json = cJSON_Parse(text);
	cJSON_ArrayForEach(entry, cJSON_GetObjectItem(json, "entries"))
	{
		if (!strcmp(cJSON_GetObjectItem(entry, "chip")->valuestring, chip))
			at = (long)cJSON_GetObjectItem(cJSON_GetObjectItem(entry, "da2"), "offset")
				     ->valuedouble;
	}
	cJSON_Delete(json);
	assert_true(at > 0);
	return at;
}

/* S11: the second stage of the agent file is damaged: the first one finds that out. */
static void damaged_agent_is_told(void **state)
{
	static const char *const args[] = {"--boot", "brom", "--storage", "emmc:96M", NULL};
	int64_t written;

	(void)state;
	change_byte("package/DA_SAMPLE.bin", second_stage_at("MT6765") + 100);
	sim_rack(&sim, "rack", 1, args);
	sim_ctl(&sim, "rack", "unplug", "all");
	written = sim_written(&sim, "rack", 0);
	sim_station(&sim, "rack", NULL);
	open_order("damaged", "package", "");
	sim_ctl(&sim, "rack", "replug", "all");
	expect_runs("failed", 1);
	assert_string_equal(run_error("code"), "0xC0070004");
	assert_int_equal(strncmp(run_error("step"), "agent:", 6), 0);
	assert_int_equal(sim_written(&sim, "rack", 0), written);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

/* S11: an agent file of another generation came with the package: no order, before any unit. */
static void foreign_agent_is_refused(void **state)
{
	static const char *const legacy[] = {"--chip", "MT6580", "--compact", NULL};
	char from[128], to[128], json[300], *text;
	cJSON *answer;
	int status;

	(void)state;
	sim_package(&sim, "other", legacy);
	snprintf(from, sizeof from, "%s/other/DA_SAMPLE.bin", sim.dir);
	snprintf(to, sizeof to, "%s/package/DA_SAMPLE.bin", sim.dir);
	assert_int_equal(rename(from, to), 0);
	sim_station(&sim, NULL, NULL);
	snprintf(json, sizeof json,
		 "{\"name\":\"W\",\"profile\":\"plain\",\"package\":\"%s/package\"}", sim.dir);
	answer = sim_post(&sim, "/api/v1/orders", json, &status);
	text = cJSON_PrintUnformatted(answer);
	if (status != 409 || !strstr(text, "ST-036"))
		fail_msg("status %d: %s", status, text);
	free(text);
	cJSON_Delete(answer);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

/*
 * S12: the unit has the layout of an earlier release. A download says how they differ and writes
 * nothing; the upgrade moves everything, the unit's own data included.
 */
static void changed_layout_needs_an_upgrade(void **state)
{
	static const char *const second[] = {SMALL, "--layout-variant", "2", NULL};
	static const char *const args[] = {"--boot", "brom", "--storage", "emmc:128M", NULL};
	struct sim_identity before, after;
	int64_t written;

	(void)state;
	sim_rack(&sim, "rack", 1, args);
	sim_identity(&sim, "rack", 0, &before);
	sim_ctl(&sim, "rack", "unplug", "all");
	written = sim_written(&sim, "rack", 0);
	sim_package(&sim, "second", second);
	sim_station(&sim, "rack", "{\"restart_ms\":0}");
	open_order("plain", "second", "");
	sim_ctl(&sim, "rack", "replug", "all");
	expect_runs("refused", 1);
	assert_string_equal(run_error("code"), "ST-044");
	assert_non_null(strstr(run_error("what"), "difference"));
	assert_int_equal(sim_written(&sim, "rack", 0), written);
	close_order(1);
	open_order("upgrade", "second", ",\"operation\":\"upgrade\"");
	sim_ctl(&sim, "rack", "replug", "all");
	expect_runs("passed", 1);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
	/* The witness reads the new layout now: own data at its new places, the same. */
	snprintf(sim.package, sizeof sim.package, "second");
	assert_true(sim_verify(&sim, "rack", 0));
	sim_identity(&sim, "rack", 0, &after);
	assert_string_equal(after.text, before.text);
}

/* N1: several units leave in the same second: it is the hub's or the power's doing. */
static void units_that_drop_together(void **state)
{
	static const char *const slow[] = {"--boot",	  "brom", "--storage", "emmc:96M",
					   "--link-mbps", "20",	  NULL};
	bool told = false;

	(void)state;
	sim_rack(&sim, "rack", 4, slow);
	sim_station(&sim, "rack", NULL);
	open_order("hub", "package", "");
	for (int i = 1; i <= 4; i++) {
		char label[8];

		snprintf(label, sizeof label, "S%d", i);
		sim_wait_slot(&sim, label, "writing", 30);
	}
	sim_ctl(&sim, "rack", "unplug", "all");
	expect_runs("failed", 4);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs WHERE error_code = 60"), 4);
	/* Departures are told one by one; the last of them shows what they have in common. */
	for (int tries = 0; tries < 100 && !told; tries++) {
		told = strcmp(sim_slot_text(&sim, "S2", "notice.code"), "ST-006") == 0;
		sim_sleep_ms(50);
	}
	assert_true(told);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

/* N2: a model that runs at high speed came up at full speed: flashed, and the port is marked. */
static void full_speed_is_marked(void **state)
{
	static const char *const slow[] = {"--storage", "emmc:96M", "--fault", "fullspeed@arrival",
					   NULL};

	(void)state;
	sim_rack(&sim, "rack", 1, slow);
	sim_ctl(&sim, "rack", "unplug", "all");
	sim_station(&sim, "rack", NULL);
	open_order("slow", "package", "");
	sim_ctl(&sim, "rack", "replug", "all");
	expect_runs("passed", 1);
	assert_string_equal(sim_slot_text(&sim, "S1", "notice.code"), "ST-005");
	assert_true(sim_verify(&sim, "rack", 0));
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

/*
 * N5: results cannot be stored. Files may not get longer from now on: to the station that is a full
 * disk. The run under way never becomes a pass, the next unit is not begun; nothing is written.
 */
static void no_run_without_a_ledger(void **state)
{
	static const char *const args[] = {"--boot", "brom", "--storage", "emmc:96M", NULL};
	const struct rlimit none = {4096, 4096};
	int64_t written[2];

	(void)state;
	sim_rack(&sim, "rack", 2, args);
	sim_ctl(&sim, "rack", "unplug", "all");
	written[0] = sim_written(&sim, "rack", 0);
	written[1] = sim_written(&sim, "rack", 1);
	sim_station(&sim, "rack", NULL);
	open_order("full", "package", "");
	assert_int_equal(prlimit(sim.station, RLIMIT_FSIZE, &none, NULL), 0);
	sim_ctl(&sim, "rack", "replug", "0");
	sim_wait_slot(&sim, "S1", "storing held", 30);
	sim_ctl(&sim, "rack", "replug", "1");
	sim_wait_slot(&sim, "S2", "held", 30);
	assert_string_equal(sim_slot_text(&sim, "S2", "error.code"), "ST-071");
	assert_int_equal(sim_written(&sim, "rack", 0), written[0]);
	assert_int_equal(sim_written(&sim, "rack", 1), written[1]);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs WHERE result = 'passed'"), 0);
	sim_stop_station(&sim, SIGKILL);
}

/* N6: a secured unit really verifies; the profile names the owner's files, and it passes. */
static void owners_files_open_a_secured_unit(void **state)
{
	char keys[128], owner[160], sla[160], public[160];
	const char *make[] = {"keys", "--out", keys, NULL};
	const char *package[] = {SMALL, "--sign", owner, NULL};
	const char *args[] = {"--boot",	     "brom",	  "--storage", "emmc:96M",   "--security",
			      "sbc,sla,daa", "--sla-key", sla,	       "--auth-key", public,
			      "--da-key",    public,	  NULL};
	char out[256];

	(void)state;
	snprintf(keys, sizeof keys, "%s/keys", sim.dir);
	snprintf(owner, sizeof owner, "%s/owner.pem", keys);
	snprintf(sla, sizeof sla, "%s/sla.pub.pem", keys);
	snprintf(public, sizeof public, "%s/owner.pub.pem", keys);
	assert_int_equal(sim_run(&sim, "flashrack-sample", make, out, sizeof out), 0);
	sim_package(&sim, "signed", package);
	sim_file(&sim, "profiles/all.json",
		 "{\"auth\":\"../signed/auth_sv5.auth\",\"sla_key\":\"../keys/sla.pem\"}");
	sim_rack(&sim, "rack", 1, args);
	sim_station(&sim, "rack", NULL);
	open_order("secured", "signed", "");
	expect_runs("passed", 1);
	snprintf(sim.package, sizeof sim.package, "signed");
	assert_true(sim_verify(&sim, "rack", 0));
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

/* A dead preloader: the preloader first, the unit comes back by it, then the rest. */
static void dead_preloader_is_recovered(void **state)
{
	static const char *const args[] = {"--boot", "dead", "--storage", "emmc:96M", NULL};
	struct sim_identity before, after;

	(void)state;
	sim_file(&sim, "profiles/all.json", "{\"recover\":true}");
	sim_rack(&sim, "rack", 2, args);
	sim_identity(&sim, "rack", 0, &before);
	sim_station(&sim, "rack", NULL);
	open_order("dead", "package", "");
	expect_runs("passed", 2);
	assert_true(sim_verify(&sim, "rack", 0));
	assert_true(sim_verify(&sim, "rack", 1));
	sim_identity(&sim, "rack", 0, &after);
	assert_string_equal(after.text, before.text);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

/* Old chips have no number of their own: each pass counts as one unit, also after a restart. */
static void units_without_a_number_count(void **state)
{
	static const char *const old[] = {"--chip", "MT6589", "--compact", NULL};
	static const char *const args[] = {"--chip", "MT6589", "--storage", "emmc:64M",
					   "--boot", "brom",   NULL};
	cJSON *order;
	int status;

	(void)state;
	sim_end(&sim);
	sim_begin_with(&sim, old);
	sim_rack(&sim, "rack", 2, args);
	sim_ctl(&sim, "rack", "unplug", "1");
	sim_station(&sim, "rack", "{\"restart_ms\":0}");
	sim_order(&sim, "old", "plain", 1);
	expect_runs("passed", 1);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
	sim_station(&sim, "rack", "{\"restart_ms\":0}");
	order = sim_get(&sim, "/api/v1/orders/1", &status);
	assert_int_equal(cJSON_GetObjectItem(order, "passed")->valueint, 1);
	cJSON_Delete(order);
	sim_ctl(&sim, "rack", "replug", "1");
	sim_wait_slot(&sim, "S1", "held", 20); /* one was ordered */
	assert_string_equal(sim_slot_text(&sim, "S1", "error.code"), "ST-080");
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs"), 1);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

/* Where the layout has the record of serial and IMEIs. */
static long proinfo_at(void)
{
	cJSON *package = sim_check_package(&sim);
	const cJSON *p;
	long at = 0;

	cJSON_ArrayForEach(p, cJSON_GetObjectItem(package, "partitions"))
	{
		if (!strcmp(cJSON_GetObjectItem(p, "name")->valuestring, "proinfo"))
			at = (long)cJSON_GetObjectItem(p, "start")->valuedouble;
	}
	cJSON_Delete(package);
	assert_true(at > 0);
	return at;
}

/* Device 1 gets the numbers of device 0, as by a backup of another unit. */
static void clone_numbers(long at)
{
	char name[128];
	char record[1024];
	FILE *f;

	snprintf(name, sizeof name, "%s/rack/0/user.img", sim.dir);
	f = fopen(name, "r");
	assert_non_null(f);
	fseek(f, at, SEEK_SET);
	assert_int_equal(fread(record, sizeof record, 1, f), 1);
	fclose(f);
	snprintf(name, sizeof name, "%s/rack/1/user.img", sim.dir);
	f = fopen(name, "r+");
	assert_non_null(f);
	fseek(f, at, SEEK_SET);
	assert_int_equal(fwrite(record, sizeof record, 1, f), 1);
	assert_int_equal(fclose(f), 0);
}

/* IMEIs and their status of a run, as the API shows them. Static memory. */
static const char *shown_numbers(int run_id)
{
	static char text[200];
	char path[40], *printed;
	int status;
	cJSON *run, *unit;

	snprintf(path, sizeof path, "/api/v1/runs/%d", run_id);
	run = sim_get(&sim, path, &status);
	unit = cJSON_GetObjectItem(run, "unit");
	printed = cJSON_PrintUnformatted(cJSON_GetObjectItem(unit, "imei"));
	snprintf(text, sizeof text, "%s %s %s",
		 cJSON_GetStringValue(cJSON_GetObjectItem(unit, "serial")), printed,
		 cJSON_GetStringValue(cJSON_GetObjectItem(unit, "imei_status")));
	free(printed);
	cJSON_Delete(run);
	return text;
}

/* N4: the same serial and IMEIs on two units: the second is refused, and then the first too. */
static void same_numbers_on_two_units(void **state)
{
	static const char *const args[] = {"--boot", "brom", "--storage", "emmc:96M", NULL};
	char first[200];
	int64_t written;

	(void)state;
	sim_rack(&sim, "rack", 2, args);
	sim_ctl(&sim, "rack", "unplug", "all");
	clone_numbers(proinfo_at());
	written = sim_written(&sim, "rack", 1);
	sim_station(&sim, "rack", "{\"restart_ms\":0}");
	open_order("twins", "package", "");
	sim_ctl(&sim, "rack", "replug", "0");
	expect_runs("passed", 1);
	sim_ctl(&sim, "rack", "unplug", "0");
	sim_ctl(&sim, "rack", "replug", "1");
	expect_runs("refused", 1);
	assert_string_equal(run_error("code"), "ST-053");
	assert_non_null(strstr(run_error("what"), "unit 1, last seen in run 1"));
	assert_int_equal(sim_written(&sim, "rack", 1), written);
	snprintf(first, sizeof first, "%s", shown_numbers(1));
	assert_string_equal(shown_numbers(2), first);
	assert_non_null(strstr(first, "\"00100100"));
	assert_non_null(strstr(first, "] valid"));
	sim_wait_sql(&sim, 10, 2,
		     "SELECT count(DISTINCT run_id) FROM events WHERE kind = 'double-identity'");
	close_order(1);
	sim_ctl(&sim, "rack", "unplug", "1");
	open_order("again", "package", "");
	sim_ctl(&sim, "rack", "replug", "0");
	expect_runs("refused", 2);
	assert_string_equal(run_error("code"), "ST-053");
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(content_that_was_lost_is_seen, begin, end),
		cmocka_unit_test_setup_teardown(damaged_agent_is_told, begin, end),
		cmocka_unit_test_setup_teardown(foreign_agent_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(changed_layout_needs_an_upgrade, begin, end),
		cmocka_unit_test_setup_teardown(units_that_drop_together, begin, end),
		cmocka_unit_test_setup_teardown(full_speed_is_marked, begin, end),
		cmocka_unit_test_setup_teardown(no_run_without_a_ledger, begin, end),
		cmocka_unit_test_setup_teardown(owners_files_open_a_secured_unit, begin, end),
		cmocka_unit_test_setup_teardown(dead_preloader_is_recovered, begin, end),
		cmocka_unit_test_setup_teardown(units_without_a_number_count, begin, end),
		cmocka_unit_test_setup_teardown(same_numbers_on_two_units, begin, end),
	};

	return cmocka_run_group_tests_name("stories", tests, NULL, NULL);
}
