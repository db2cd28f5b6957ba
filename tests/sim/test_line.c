/* Whole runs of a line: what passes, what is refused, what fails, and that it is all recorded. */
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define MIB 16

static struct sim sim;

static int begin(void **state)
{
	(void)state;
	sim_begin(&sim, MIB);
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

static int64_t error_code(struct sim *s, const char *where)
{
	return sim_sql(s, "SELECT error_code FROM runs WHERE %s ORDER BY id LIMIT 1", where);
}

/* Units that are there before the order, by preloader and by boot ROM, are flashed when it opens.
 */
static void eight_units_pass(void **state)
{
	static const char *const brom[] = {"--boot", "brom", NULL};
	cJSON *order;
	int status;

	(void)state;
	sim_rack(&sim, "rack", 8, brom);
	sim_station(&sim, "rack", NULL);
	sim_wait_slot(&sim, "S8", "held", 10);
	assert_string_equal(sim_slot_text(&sim, "S8", "error.code"), "ST-080");
	sim_order(&sim, "WO-8", "sampled", 8);
	sim_wait_sql(&sim, 120, 8, "SELECT count(*) FROM runs WHERE result = 'passed'");
	for (int i = 0; i < 8; i++)
		assert_true(sim_verify(&sim, "rack", i));
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM units WHERE last_result = 'passed'"),
			 8);
	expect_clean_end(&sim);

	/* A new start knows the order and what it has reached: the ninth unit is held. */
	sim_station(&sim, "rack", NULL);
	order = sim_get(&sim, "/api/v1/orders/1", &status);
	assert_int_equal(cJSON_GetObjectItem(order, "passed")->valueint, 8);
	cJSON_Delete(order);
	sim_ctl(&sim, "rack", "replug", "0");
	sim_wait_slot(&sim, "S1", "held", 10);
	expect_clean_end(&sim);
}

/* Arrivals with an order open, by preloader within its window; slots and labels of the config. */
static void preloaders_are_caught_in_their_window(void **state)
{
	static const char *const short_window[] = {"--window-ms", "1000", NULL};
	double ms;
	int64_t tenths;

	(void)state;
	sim_rack(&sim, "rack", 4, short_window);
	sim_ctl(&sim, "rack", "unplug", "all");
	sim_station(&sim, "rack",
		    "{\"slots\":[{\"path\":\"1-1\",\"label\":\"A1\"},"
		    "{\"path\":\"1-2\",\"label\":\"A2\"},{\"path\":\"1-3\",\"label\":\"A3\"},"
		    "{\"path\":\"1-4\",\"label\":\"A4\"}]}");
	sim_order(&sim, "WO-P", "full", 0);
	sim_ctl(&sim, "rack", "replug", "all");
	sim_wait_sql(&sim, 60, 4, "SELECT count(*) FROM runs WHERE result = 'passed'");
	for (int i = 0; i < 4; i++)
		assert_true(sim_verify(&sim, "rack", i));
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM slots WHERE label LIKE 'A_'"), 4);
	tenths = sim_sql(&sim, "SELECT max(CAST(10 * CAST(text AS REAL) AS INTEGER)) FROM events "
			       "WHERE kind = 'first-byte'");
	ms = (double)tenths / 10;
	assert_true(ms > 0 && ms < 300); /* protocol/brom.md section 15 */
	expect_clean_end(&sim);
}

/* The unit is pulled while data is written; the slot takes it again at once, and it passes. */
static void unplugged_unit_fails_and_passes_next(void **state)
{
	static const char *const pulled[] = {
		"--fault", "0/unplug@write:2", "--fault-once", "--boot", "brom", NULL};

	(void)state;
	sim_rack(&sim, "rack", 2, pulled);
	sim_station(&sim, "rack", NULL);
	sim_order(&sim, "WO-U", "plain", 0);
	sim_wait_sql(&sim, 60, 1, "SELECT count(*) FROM runs WHERE result = 'failed'");
	assert_int_equal(error_code(&sim, "result = 'failed'"), 60);
	sim_wait_slot(&sim, "S1", "failed", 5);
	assert_string_equal(sim_slot_text(&sim, "S1", "error.code"), "ST-060");
	assert_false(sim_verify(&sim, "rack", 0));
	sim_ctl(&sim, "rack", "replug", "0");
	sim_wait_sql(&sim, 60, 2, "SELECT count(*) FROM runs WHERE result = 'passed'");
	assert_true(sim_verify(&sim, "rack", 0));
	assert_true(sim_verify(&sim, "rack", 1));
	expect_clean_end(&sim);
}

static void fails_with(const char *fault, int64_t code, const char *phase)
{
	const char *args[] = {"--fault", fault, "--boot", "brom", NULL};

	sim_rack(&sim, "rack", 1, args);
	sim_station(&sim, "rack", NULL);
	sim_order(&sim, "WO-F", "plain", 0);
	sim_wait_sql(&sim, 90, 1, "SELECT count(*) FROM runs WHERE result = 'failed'");
	assert_int_equal(error_code(&sim, "1"), code);
	assert_int_equal(
		sim_sql(&sim, "SELECT count(*) FROM runs WHERE error_step LIKE '%s:%%'", phase), 1);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs WHERE error_what <> ''"), 1);
	expect_clean_end(&sim);
}

static void silent_unit_fails(void **state)
{
	(void)state;
	fails_with("nak@step:target-config", 15, "identify");
}

static void garbage_fails(void **state)
{
	(void)state;
	fails_with("corrupt@in:12", 11, "identify");
}

static void dram_failure_fails(void **state)
{
	(void)state;
	fails_with("dram-fail", 35, "agent");
}

/* Refusals write nothing; the device stays, and is tried again only when people say so. */
static void wrong_chip_is_refused_and_retried(void **state)
{
	static const char *const other[] = {"--chip", "MT6771", "--boot", "brom", NULL};
	int64_t before;
	int status;

	(void)state;
	sim_rack(&sim, "rack", 1, other);
	before = sim_written(&sim, "rack", 0);
	sim_station(&sim, "rack", NULL);
	sim_order(&sim, "WO-W", "plain", 0);
	sim_wait_slot(&sim, "S1", "refused", 20);
	assert_string_equal(sim_slot_text(&sim, "S1", "error.code"), "ST-020");
	sim_sleep_ms(1500);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs"), 1);
	cJSON_Delete(sim_post(&sim, "/api/v1/slots/S1/retry", "", &status));
	assert_in_range(status, 200, 299);
	sim_wait_sql(&sim, 20, 2, "SELECT count(*) FROM runs WHERE result = 'refused'");
	assert_int_equal(sim_sql(&sim, "SELECT sum(bytes_written) FROM runs"), 0);
	assert_int_equal(sim_written(&sim, "rack", 0), before);
	expect_clean_end(&sim);
}

/* A slot that keeps coming and going is held, and says so. */
static void flapping_slot_is_held(void **state)
{
	static const char *const flaps[] = {"--fault", "0/flap@arrival:8", NULL};

	(void)state;
	sim_rack(&sim, "rack", 1, flaps);
	sim_ctl(&sim, "rack", "unplug", "0");
	sim_station(&sim, "rack", "{\"flap\":{\"arrivals\":3,\"seconds\":60}}");
	sim_order(&sim, "WO-L", "plain", 0);
	sim_ctl(&sim, "rack", "replug", "0");
	sim_wait_slot(&sim, "S1", "held", 20);
	assert_string_equal(sim_slot_text(&sim, "S1", "error.code"), "ST-004");
	assert_true(sim_sql(&sim, "SELECT count(*) FROM runs") <= 2);
	expect_clean_end(&sim);
}

/* Stopping in the middle of a write: the run is on record as interrupted before the end. */
static void stop_interrupts_and_records(void **state)
{
	static const char *const slow[] = {"--boot", "brom", "--link-mbps", "40", NULL};

	(void)state;
	sim_rack(&sim, "rack", 3, slow);
	sim_station(&sim, "rack", NULL);
	sim_order(&sim, "WO-S", "plain", 0);
	sim_wait_slot(&sim, "S3", "writing", 30);
	sim_sleep_ms(300);
	expect_clean_end(&sim);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs WHERE result = 'interrupted'"),
			 3);
	assert_true(sim_sql(&sim, "SELECT count(*) FROM runs WHERE no_return_ms > 0") >= 1);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM events WHERE kind = 'station-stop'"),
			 1);
}

static void abort_stops_one_slot(void **state)
{
	static const char *const slow[] = {"--boot", "brom", "--link-mbps", "60", NULL};
	int status;

	(void)state;
	sim_rack(&sim, "rack", 2, slow);
	sim_station(&sim, "rack", NULL);
	sim_order(&sim, "WO-A", "plain", 0);
	sim_wait_slot(&sim, "S1", "writing", 30);
	cJSON_Delete(sim_post(&sim, "/api/v1/slots/S1/abort", "", &status));
	assert_in_range(status, 200, 299);
	sim_wait_slot(&sim, "S1", "interrupted", 10);
	assert_string_equal(sim_slot_text(&sim, "S1", "error.code"), "ST-081");
	sim_wait_sql(&sim, 60, 1, "SELECT count(*) FROM runs WHERE result = 'passed'");
	assert_true(sim_verify(&sim, "rack", 1));
	cJSON_Delete(sim_post(&sim, "/api/v1/slots/S1/abort", "", &status));
	assert_int_equal(status, 409);
	expect_clean_end(&sim);
}

/* A package whose image does not fit its checksum file can not become an order. */
static void damaged_package_is_refused(void **state)
{
	char path[160], json[300];
	cJSON *answer;
	FILE *f;
	int status;

	(void)state;
	snprintf(path, sizeof path, "%s/package/logo.bin", sim.dir);
	f = fopen(path, "r+");
	assert_non_null(f);
	fseek(f, 5000, SEEK_SET);
	fputc('!', f);
	fclose(f);
	sim_rack(&sim, "rack", 1, NULL);
	sim_station(&sim, "rack", NULL);
	snprintf(json, sizeof json,
		 "{\"name\":\"W\",\"profile\":\"plain\",\"package\":\"%s/package\",\"quantity\":1}",
		 sim.dir);
	answer = sim_post(&sim, "/api/v1/orders", json, &status);
	assert_in_range(status, 400, 499);
	assert_non_null(strstr(cJSON_GetObjectItem(answer, "detail")->valuestring, "ST-030"));
	cJSON_Delete(answer);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM orders"), 0);
	sim_wait_sql(&sim, 5, 1, "SELECT count(*) FROM packages");
	sim_wait_sql(&sim, 5, 1, "SELECT count(*) FROM events WHERE kind = 'package-refused'");
	expect_clean_end(&sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(eight_units_pass, begin, end),
		cmocka_unit_test_setup_teardown(preloaders_are_caught_in_their_window, begin, end),
		cmocka_unit_test_setup_teardown(unplugged_unit_fails_and_passes_next, begin, end),
		cmocka_unit_test_setup_teardown(silent_unit_fails, begin, end),
		cmocka_unit_test_setup_teardown(garbage_fails, begin, end),
		cmocka_unit_test_setup_teardown(dram_failure_fails, begin, end),
		cmocka_unit_test_setup_teardown(wrong_chip_is_refused_and_retried, begin, end),
		cmocka_unit_test_setup_teardown(flapping_slot_is_held, begin, end),
		cmocka_unit_test_setup_teardown(stop_interrupts_and_records, begin, end),
		cmocka_unit_test_setup_teardown(abort_stops_one_slot, begin, end),
		cmocka_unit_test_setup_teardown(damaged_package_is_refused, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
