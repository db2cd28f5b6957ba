/*
 * Slots and orders: which order a unit takes, what is asked of it, what is kept of it, how often it
 * is tried, and when a slot is out of use.
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
#include <sys/stat.h>

static struct sim sim;

static int begin(void **state)
{
	static const char *const small[] = {"--size", "4", "--compact", "--raw", NULL};

	(void)state;
	sim_begin_with(&sim, small);
	sim_file(&sim, "profiles/all.json",
		 "{\"verify\":\"checksum\",\"operations\":[\"download\",\"upgrade\",\"format-all\","
		 "\"erase\"]}");
	return 0;
}

static int end(void **state)
{
	(void)state;
	sim_end(&sim);
	return 0;
}

static void expect_clean_end(struct sim *s)
{
	assert_int_equal(sim_stop_station(s, SIGTERM), 0);
	assert_int_equal(sim_sql(s, "SELECT count(*) FROM runs WHERE result IS NULL"), 0);
}

/* Open an order of the sample package with more keys; gives its id. */
__attribute__((format(printf, 2, 3))) static int64_t open_order(const char *name, const char *more,
								...)
{
	char keys[600], json[1000];
	va_list ap;

	va_start(ap, more);
	vsnprintf(keys, sizeof keys, more, ap);
	va_end(ap);
	snprintf(json, sizeof json, "{\"name\":\"%s\",\"package\":\"%s/package\",%s}", name,
		 sim.dir, keys);
	return sim_order_json(&sim, json);
}

static void post(const char *path, int expected)
{
	int status;

	cJSON_Delete(sim_post(&sim, path, "", &status));
	assert_int_equal(status, expected);
}

static void wait_code(const char *label, const char *code)
{
	for (int tries = 500; tries > 0; tries--) {
		if (strcmp(sim_slot_text(&sim, label, "error.code"), code) == 0)
			return;
		sim_sleep_ms(20);
	}
	fail_msg("slot %s does not show %s", label, code);
}

/* A unit takes the order that names its slot, by label or by place, else the one that names none.
 */
static void orders_go_to_their_slots(void **state)
{
	static const char *const brom[] = {"--boot", "brom", NULL};

	(void)state;
	sim_rack(&sim, "rack", 3, brom);
	sim_station(&sim, "rack",
		    "{\"slots\":[{\"path\":\"1-1\",\"label\":\"A1\"},"
		    "{\"path\":\"1-2\",\"label\":\"A2\"},{\"path\":\"1-3\",\"label\":\"A3\"}]}");
	open_order("WO-2", "\"profile\":\"plain\",\"slots\":[\"1-2\"]");
	sim_wait_sql(&sim, 120, 1, "SELECT count(*) FROM runs WHERE result = 'passed'");
	sim_wait_slot(&sim, "A1", "held", 5);
	assert_string_equal(sim_slot_text(&sim, "A1", "error.code"), "ST-080");
	open_order("WO-any", "\"profile\":\"stays\"");
	open_order("WO-later", "\"profile\":\"stays\"");
	sim_wait_sql(&sim, 120, 3, "SELECT count(*) FROM runs WHERE result = 'passed'");
	assert_int_equal(sim_sql(&sim,
				 "SELECT count(*) FROM runs r JOIN orders o ON o.id = r.order_id"
				 " JOIN slots s ON s.id = r.slot_id WHERE (o.name = 'WO-2') ="
				 " (s.label = 'A2') AND o.name <> 'WO-later'"),
			 3);
	expect_clean_end(&sim);

	/* Restarted, the orders still know their slots. */
	sim_station(&sim, "rack",
		    "{\"slots\":[{\"path\":\"1-1\",\"label\":\"A1\"},"
		    "{\"path\":\"1-2\",\"label\":\"A2\"},{\"path\":\"1-3\",\"label\":\"A3\"}]}");
	sim_ctl(&sim, "rack", "replug", "1");
	sim_wait_sql(&sim, 120, 2,
		     "SELECT count(*) FROM runs r JOIN orders o ON o.id = r.order_id"
		     " WHERE o.name = 'WO-2' AND r.result = 'passed'");
	expect_clean_end(&sim);
}

/* Bytes of a file below the station's state folder; must be there. */
static char *state_file(const char *path, size_t *n, struct stat *st)
{
	char whole[700], *bytes;
	FILE *f;

	snprintf(whole, sizeof whole, "%s/state/%s", sim.dir, path);
	assert_int_equal(stat(whole, st), 0);
	f = fopen(whole, "r");
	assert_non_null(f);
	*n = (size_t)st->st_size;
	bytes = malloc(*n + 1);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, *n, f), *n);
	fclose(f);
	return bytes;
}

static cJSON *run_of(int64_t order)
{
	char path[64];
	int64_t id =
		sim_sql(&sim, "SELECT max(id) FROM runs WHERE order_id = %lld", (long long)order);
	int status;
	cJSON *run;

	snprintf(path, sizeof path, "/api/v1/runs/%lld", (long long)id);
	run = sim_get(&sim, path, &status);
	assert_int_equal(status, 200);
	return run;
}

static const char *text_at(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItem(object, key);

	return cJSON_IsString(item) ? item->valuestring : "";
}

/* What is read of a unit is in a file, whole, with its hash on record; the unit is not written. */
static void readback_makes_files(void **state)
{
	static const char *const brom[] = {"--boot", "brom", NULL};
	const cJSON *stream, *partition, *package_part;
	cJSON *run, *package = sim_check_package(&sim);
	char image_path[400], *bytes, *image;
	int64_t first, order, before;
	struct stat st;
	FILE *f;
	size_t n;

	(void)state;
	package_part = sim_partition(package, "boot boot_a");
	assert_non_null(package_part);
	sim_rack(&sim, "rack", 1, brom);
	sim_station(&sim, "rack", NULL);
	first = open_order("WO-write", "\"profile\":\"stays\",\"quantity\":1");
	sim_wait_sql(&sim, 120, 1, "SELECT count(*) FROM runs WHERE result = 'passed'");
	before = sim_written(&sim, "rack", 0);
	order = open_order("WO-read",
			   "\"profile\":\"plain\",\"operation\":\"readback\",\"ranges\":["
			   "{\"partition\":\"%s\"},{\"region\":\"user\",\"length\":1048576}]",
			   text_at(package_part, "name"));
	assert_true(order > first);
	sim_ctl(&sim, "rack", "replug", "0");
	sim_wait_sql(&sim, 120, 2, "SELECT count(*) FROM runs WHERE result = 'passed'");
	assert_int_equal(sim_written(&sim, "rack", 0), before);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM streams WHERE kind = 'readback'"), 2);
	run = run_of(order);
	assert_string_equal(text_at(run, "operation"), "readback");
	stream = cJSON_GetArrayItem(cJSON_GetObjectItem(run, "streams"), 0);
	assert_string_equal(text_at(stream, "name"), text_at(package_part, "name"));
	partition = cJSON_GetArrayItem(cJSON_GetObjectItem(run, "partitions"), 0);
	assert_string_equal(text_at(partition, "sha256"), text_at(stream, "sha256"));
	bytes = state_file(text_at(stream, "path"), &n, &st);
	assert_int_equal(n, cJSON_GetObjectItem(stream, "bytes")->valuedouble);
	snprintf(image_path, sizeof image_path, "%s/package/%s", sim.dir,
		 text_at(package_part, "file"));
	f = fopen(image_path, "r");
	assert_non_null(f);
	image = malloc(n);
	assert_non_null(image);
	n = fread(image, 1, n, f);
	fclose(f);
	assert_true(n > 0 && memcmp(image, bytes, n) == 0);
	free(image);
	free(bytes);
	cJSON_Delete(run);
	cJSON_Delete(package);
	expect_clean_end(&sim);
}

/* A card of the unit: facts and partition table; nothing is written. */
static void identify_makes_a_card(void **state)
{
	static const char *const brom[] = {"--boot", "brom", NULL};
	const cJSON *facts, *table;
	int64_t order, before;
	cJSON *run;

	(void)state;
	sim_rack(&sim, "rack", 1, brom);
	sim_station(&sim, "rack", NULL);
	before = sim_written(&sim, "rack", 0);
	order = open_order("WO-who", "\"profile\":\"plain\",\"operation\":\"identify\"");
	sim_wait_sql(&sim, 120, 1, "SELECT count(*) FROM runs WHERE result = 'passed'");
	assert_int_equal(sim_written(&sim, "rack", 0), before);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs WHERE no_return_ms IS NULL"), 1);
	run = run_of(order);
	facts = cJSON_GetObjectItem(run, "facts");
	assert_string_equal(text_at(facts, "chip"), "MT6765");
	assert_string_equal(text_at(cJSON_GetObjectItem(facts, "storage"), "kind"), "EMMC");
	table = cJSON_GetObjectItem(run, "partition_table");
	assert_true(cJSON_GetArraySize(table) > 5);
	assert_string_equal(text_at(cJSON_GetArrayItem(table, 0), "region"), "EMMC_USER");
	cJSON_Delete(run);
	expect_clean_end(&sim);
}

/* Format and download: the unit's own data goes through the vault, and is the same after. */
static void own_data_comes_back(void **state)
{
	static const char *const brom[] = {"--boot", "brom", NULL};
	struct sim_identity before, after;
	const cJSON *stream;
	cJSON *run;
	int64_t order;
	struct stat st;
	size_t n;

	(void)state;
	sim_rack(&sim, "rack", 1, brom);
	sim_identity(&sim, "rack", 0, &before);
	sim_station(&sim, "rack", NULL);
	order = open_order("WO-format", "\"profile\":\"all\",\"operation\":\"format-all\"");
	sim_wait_sql(&sim, 60, 1, "SELECT count(*) FROM runs WHERE result = 'passed'");
	sim_identity(&sim, "rack", 0, &after);
	assert_string_equal(before.text, after.text);
	assert_true(sim_verify(&sim, "rack", 0));
	assert_true(sim_sql(&sim, "SELECT count(*) FROM streams WHERE kind = 'identity'") > 0);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs WHERE identity = 'restored'"), 1);
	run = run_of(order);
	assert_string_equal(text_at(cJSON_GetObjectItem(run, "identity"), "restored"), "restored");
	stream = cJSON_GetArrayItem(cJSON_GetObjectItem(run, "streams"), 0);
	assert_int_equal(strncmp(text_at(stream, "path"), "vault/", 6), 0);
	free(state_file(text_at(stream, "path"), &n, &st));
	assert_int_equal(st.st_mode & 0777, 0600);
	cJSON_Delete(run);
	expect_clean_end(&sim);
}

/* The manifest of the only backup says how it stands. */
static bool manifest_says(const char *state_word)
{
	char path[700], *text, wanted[40];
	struct stat st;
	bool found;
	size_t n;

	snprintf(path, sizeof path, "%s/find", sim.dir);
	snprintf(wanted, sizeof wanted, "\"%s\"", state_word);
	{
		cJSON *run = NULL;
		const cJSON *stream;
		int status;
		char at[64];

		snprintf(at, sizeof at, "/api/v1/runs/%lld",
			 (long long)sim_sql(&sim, "SELECT min(run_id) FROM streams"
						  " WHERE kind = 'identity'"));
		run = sim_get(&sim, at, &status);
		stream = cJSON_GetArrayItem(cJSON_GetObjectItem(run, "streams"), 0);
		snprintf(path, sizeof path, "%s", text_at(stream, "path"));
		cJSON_Delete(run);
	}
	snprintf(strrchr(path, '/'), 20, "/manifest.json");
	text = state_file(path, &n, &st);
	text[n] = '\0';
	found = strstr(text, wanted) != NULL;
	free(text);
	return found;
}

/* Power is cut between format and restore: the next run gives the unit its data back. */
static void owed_data_is_given_back(void **state)
{
	static const char *const slow[] = {"--boot", "brom", "--link-mbps", "30", NULL};
	struct sim_identity before, after;

	(void)state;
	sim_rack(&sim, "rack", 1, slow);
	sim_identity(&sim, "rack", 0, &before);
	sim_station(&sim, "rack", NULL);
	open_order("WO-format", "\"profile\":\"all\",\"operation\":\"format-all\"");
	sim_wait_sql(&sim, 60, 1, "SELECT count(*) FROM runs WHERE no_return_ms > 0");
	sim_stop_station(&sim, SIGKILL);
	sim_station(&sim, "rack", NULL);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs WHERE result = 'interrupted' AND"
				       " error_code = 66 AND error_what LIKE '%%vault%%'"),
			 1);
	assert_true(manifest_says("owed"));
	sim_ctl(&sim, "rack", "replug", "0");
	sim_wait_sql(&sim, 60, 1, "SELECT count(*) FROM runs WHERE result = 'passed'");
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM events WHERE kind = 'data-owed'"), 1);
	sim_identity(&sim, "rack", 0, &after);
	assert_string_equal(before.text, after.text);
	assert_true(manifest_says("settled"));
	expect_clean_end(&sim);
}

/* A unit that fails is tried so often, and then refused, whoever plugs it in. */
static void tries_are_counted(void **state)
{
	static const char *const broken[] = {"--boot", "brom", "--fault", "dram-fail", NULL};

	(void)state;
	sim_rack(&sim, "rack", 1, broken);
	sim_station(&sim, "rack", "{\"limits\":{\"tries\":2}}");
	open_order("WO-t", "\"profile\":\"plain\"");
	sim_wait_slot(&sim, "S1", "failed", 30);
	sim_ctl(&sim, "rack", "replug", "0");
	sim_wait_sql(&sim, 120, 2, "SELECT count(*) FROM runs WHERE result = 'failed'");
	expect_clean_end(&sim);
	sim_station(&sim, "rack", "{\"limits\":{\"tries\":2}}"); /* and not forgotten */
	sim_ctl(&sim, "rack", "replug", "0");
	sim_wait_slot(&sim, "S1", "refused", 30);
	assert_string_equal(sim_slot_text(&sim, "S1", "error.code"), "ST-064");
	assert_int_equal(sim_sql(&sim, "SELECT max(attempt) FROM runs"), 3);
	expect_clean_end(&sim);
}

/* The same fault on several units stops the order on all slots, until people let it go on. */
static void same_fault_stops_the_order(void **state)
{
	static const char *const other[] = {"--boot", "brom", "--fault", "dram-fail", NULL};

	(void)state;
	sim_rack(&sim, "rack", 3, other);
	sim_ctl(&sim, "rack", "unplug", "all");
	sim_station(&sim, "rack", "{\"limits\":{\"same_fault_units\":2}}");
	open_order("WO-s", "\"profile\":\"plain\"");
	sim_ctl(&sim, "rack", "replug", "0");
	sim_wait_sql(&sim, 120, 1, "SELECT count(*) FROM runs WHERE result = 'failed'");
	sim_ctl(&sim, "rack", "replug", "1");
	sim_wait_sql(&sim, 120, 1, "SELECT count(*) FROM orders WHERE stopped LIKE 'ST-065%%'");
	sim_ctl(&sim, "rack", "replug", "2");
	sim_wait_slot(&sim, "S3", "held", 10);
	assert_string_equal(sim_slot_text(&sim, "S3", "error.code"), "ST-065");
	expect_clean_end(&sim);
	sim_station(&sim, "rack", NULL); /* stopped it stays */
	wait_code("S1", "ST-065");
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs"), 2);
	expect_clean_end(&sim);
}

/* A slot that keeps failing is out of use, also after a restart, until it is released. */
static void quarantine_holds(void **state)
{
	static const char *const broken[] = {"--boot", "brom", "--fault", "nak@step:target-config",
					     NULL};
	static const char config[] = "{\"limits\":{\"slot_failures\":1,\"auto_tries\":0}}";

	(void)state;
	sim_rack(&sim, "rack", 1, broken);
	sim_station(&sim, "rack", config);
	open_order("WO-q", "\"profile\":\"plain\"");
	sim_wait_slot(&sim, "S1", "failed", 30);
	sim_ctl(&sim, "rack", "replug", "0");
	sim_wait_slot(&sim, "S1", "held", 10);
	assert_string_equal(sim_slot_text(&sim, "S1", "error.code"), "ST-013");
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM quarantines"), 1);
	post("/api/v1/slots/S1/retry", 409);
	expect_clean_end(&sim);
	sim_station(&sim, "rack", config);
	sim_wait_slot(&sim, "S1", "held", 10);
	assert_string_equal(sim_slot_text(&sim, "S1", "error.code"), "ST-013");
	post("/api/v1/slots/S1/release", 202);
	sim_wait_sql(&sim, 120, 2, "SELECT count(*) FROM runs WHERE result = 'failed'");
	sim_wait_sql(&sim, 5, 2, "SELECT count(*) FROM quarantines");
	assert_int_equal(
		sim_sql(&sim, "SELECT count(*) FROM quarantines WHERE released_ms IS NULL"), 1);
	expect_clean_end(&sim);
}

/* A preloader that comes while no order is open is greeted, waits longer than its window, and is
 * flashed when the order comes. */
static void preloader_waits_for_its_order(void **state)
{
	static const char *const short_window[] = {"--window-ms", "1000", NULL};

	(void)state;
	sim_rack(&sim, "rack", 2, short_window);
	sim_ctl(&sim, "rack", "unplug", "all");
	sim_station(&sim, "rack", NULL);
	sim_ctl(&sim, "rack", "replug", "all");
	sim_wait_sql(&sim, 10, 2, "SELECT count(*) FROM events WHERE kind = 'caught'");
	sim_sleep_ms(2000);
	assert_string_equal(sim_slot_text(&sim, "S1", "state"), "held");
	assert_string_equal(sim_slot_text(&sim, "S1", "unit.chip"), "MT6765");
	assert_true(strlen(sim_slot_text(&sim, "S1", "unit.me_id")) == 32);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs"), 0);
	open_order("WO-c", "\"profile\":\"plain\"");
	sim_wait_sql(&sim, 120, 2, "SELECT count(*) FROM runs WHERE result = 'passed'");
	assert_true(sim_verify(&sim, "rack", 0));
	expect_clean_end(&sim);
}

/* After a fault for which the catalogue says so a unit that is still there is tried again by
 * itself, as often as the config allows. */
static void tries_again_by_itself(void **state)
{
	static const char *const bad[] = {"--boot", "brom", "--fault", "status=3000@step:send-da",
					  NULL};

	(void)state;
	sim_rack(&sim, "rack", 1, bad);
	sim_station(&sim, "rack", "{\"limits\":{\"auto_tries\":0}}");
	open_order("WO-a", "\"profile\":\"plain\"");
	sim_wait_slot(&sim, "S1", "failed", 60);
	assert_string_equal(sim_slot_text(&sim, "S1", "error.code"), "0x3000");
	assert_string_equal(sim_slot_text(&sim, "S1", "error.retry"), "same port");
	sim_sleep_ms(3000);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs"), 1);
	expect_clean_end(&sim);
	sim_ctl(&sim, "rack", "unplug", "0");
	sim_station(&sim, "rack", "{\"limits\":{\"auto_tries\":1}}");
	sim_ctl(&sim, "rack", "replug", "0");
	sim_wait_sql(&sim, 120, 3, "SELECT count(*) FROM runs WHERE result = 'failed'");
	sim_sleep_ms(3000);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs"), 3);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM events WHERE kind = 'retry'"), 1);
	assert_int_equal(sim_sql(&sim, "SELECT max(attempt) FROM runs"), 3);
	expect_clean_end(&sim);
}

/* A slow link stops nobody, and is told of. */
static void full_speed_is_noticed(void **state)
{
	static const char *const slow[] = {"--full-speed", NULL};

	(void)state;
	sim_rack(&sim, "rack", 1, slow);
	sim_ctl(&sim, "rack", "unplug", "all");
	sim_station(&sim, "rack", NULL);
	sim_ctl(&sim, "rack", "replug", "all");
	sim_wait_sql(&sim, 10, 1, "SELECT count(*) FROM events WHERE kind = 'full-speed'");
	assert_string_equal(sim_slot_text(&sim, "S1", "notice.code"), "ST-005");
	open_order("WO-f", "\"profile\":\"plain\"");
	sim_wait_sql(&sim, 60, 1, "SELECT count(*) FROM runs WHERE result = 'passed'");
	expect_clean_end(&sim);
}

/* Three units leave in the same moment: the hub or its supply is to be looked at. */
static void units_that_drop_together(void **state)
{
	static const char *const slow[] = {"--boot", "brom", "--link-mbps", "20", NULL};

	(void)state;
	sim_rack(&sim, "rack", 3, slow);
	sim_station(&sim, "rack", NULL);
	open_order("WO-d", "\"profile\":\"plain\"");
	sim_wait_sql(&sim, 60, 3, "SELECT count(*) FROM runs WHERE no_return_ms > 0");
	sim_ctl(&sim, "rack", "unplug", "all");
	sim_wait_sql(&sim, 20, 3, "SELECT count(*) FROM runs WHERE error_code = 60");
	assert_true(sim_sql(&sim, "SELECT count(*) FROM events WHERE kind = 'several-dropped'") >
		    0);
	assert_string_equal(sim_slot_text(&sim, "S2", "notice.code"), "ST-006");
	assert_string_equal(sim_slot_text(&sim, "S2", "error.code"), "ST-060");
	expect_clean_end(&sim);
}

/* A named slot that stays empty while an order is open for it says so. */
static void an_empty_slot_is_told_of(void **state)
{
	(void)state;
	sim_rack(&sim, "rack", 1, NULL);
	sim_ctl(&sim, "rack", "unplug", "all");
	sim_station(&sim, "rack",
		    "{\"arrival_wait_s\":1,\"slots\":[{\"path\":\"1-1\",\"label\":\"A1\"}]}");
	open_order("WO-e", "\"profile\":\"plain\"");
	wait_code("A1", "ST-002");
	assert_string_equal(sim_slot_text(&sim, "A1", "state"), "empty");
	sim_ctl(&sim, "rack", "replug", "all");
	sim_wait_sql(&sim, 120, 1, "SELECT count(*) FROM runs WHERE result = 'passed'");
	assert_string_equal(sim_slot_text(&sim, "A1", "error.code"), "");
	expect_clean_end(&sim);
}

static void refuse(const char *keys, const char *why)
{
	char json[800];
	const cJSON *detail;
	cJSON *answer;
	int status;

	snprintf(json, sizeof json, "{\"name\":\"W\",\"package\":\"%s/package\",%s}", sim.dir,
		 keys);
	answer = sim_post(&sim, "/api/v1/orders", json, &status);
	detail = cJSON_GetObjectItem(answer, "detail");
	if (status < 400 || status > 499 || !cJSON_IsString(detail) ||
	    !strstr(detail->valuestring, why))
		fail_msg("%s: %d %s", keys, status,
			 cJSON_IsString(detail) ? detail->valuestring : "without detail");
	cJSON_Delete(answer);
}

/* What a profile does not allow, or what means nothing, is no order. */
static void wrong_choices_are_refused(void **state)
{
	(void)state;
	sim_rack(&sim, "rack", 1, NULL);
	sim_station(&sim, "rack", "{\"slots\":[{\"path\":\"1-1\",\"label\":\"A1\"}]}");
	refuse("\"profile\":\"plain\",\"operation\":\"format-all\"", "ST-054");
	refuse("\"profile\":\"plain\",\"operation\":\"erase\","
	       "\"ranges\":[{\"partition\":\"userdata\"}]",
	       "ST-054");
	refuse("\"profile\":\"all\",\"operation\":\"erase\"", "needs to know what");
	refuse("\"profile\":\"plain\",\"operation\":\"identify\",\"only\":[\"boot\"]", "single");
	refuse("\"profile\":\"plain\",\"ranges\":[{\"partition\":\"boot\"}]", "takes no ranges");
	refuse("\"profile\":\"plain\",\"slots\":[\"B7\"]", "B7");
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM orders"), 0);
	expect_clean_end(&sim);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(orders_go_to_their_slots, begin, end),
		cmocka_unit_test_setup_teardown(readback_makes_files, begin, end),
		cmocka_unit_test_setup_teardown(identify_makes_a_card, begin, end),
		cmocka_unit_test_setup_teardown(own_data_comes_back, begin, end),
		cmocka_unit_test_setup_teardown(owed_data_is_given_back, begin, end),
		cmocka_unit_test_setup_teardown(tries_are_counted, begin, end),
		cmocka_unit_test_setup_teardown(same_fault_stops_the_order, begin, end),
		cmocka_unit_test_setup_teardown(quarantine_holds, begin, end),
		cmocka_unit_test_setup_teardown(preloader_waits_for_its_order, begin, end),
		cmocka_unit_test_setup_teardown(tries_again_by_itself, begin, end),
		cmocka_unit_test_setup_teardown(full_speed_is_noticed, begin, end),
		cmocka_unit_test_setup_teardown(units_that_drop_together, begin, end),
		cmocka_unit_test_setup_teardown(an_empty_slot_is_told_of, begin, end),
		cmocka_unit_test_setup_teardown(wrong_choices_are_refused, begin, end),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
