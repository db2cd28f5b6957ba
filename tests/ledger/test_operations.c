/* Operations of every kind in the ledger: choices, streams, tries, stopped orders, quarantine. */
#include "tests/ledger/bench.h"
#include "tests/ledger/schema_check.h"

#include <stdlib.h>
#include <string.h>

#include "schema/schema.h"
#include "station/ledger/db.h"
#include "station/ledger/load.h"
#include "station/ledger/migrate.h"

static struct ledger_loaded load(struct bench *b)
{
	struct ledger_loaded loaded;
	struct problem problem;

	bench_close(b);
	assert_int_equal(ledger_load(b->path, &loaded, &problem), 0);
	return loaded;
}

static void open_reading_order(struct bench *b)
{
	struct answer order = {0};

	ledger_open_order(b->ledger,
			  &(struct ledger_order){.id = 2,
						 .name = "WO-read",
						 .profile = "phone",
						 .package_id = PACKAGE_ID,
						 .product = "Phone One",
						 .opened_ms = START_MS,
						 .operation = "readback",
						 .choice_json = "{\"slots\":[\"A1\",\"A2\"]}"},
			  bench_answer, &order);
	assert_int_equal(bench_stored(b, &order), 2);
}

static void an_order_keeps_its_choices(void **state)
{
	struct query q = {.kind = QUERY_ORDER, .id = 2};
	struct bench *b = *state;
	struct ledger_loaded loaded;
	char why[256] = "";
	cJSON *json;

	bench_open(b);
	bench_stock(b);
	open_reading_order(b);
	ledger_stop_order(b->ledger, 2, "ST-065 the same fault on 5 units");
	json = bench_json(b, &q);
	assert_string_equal(cJSON_GetObjectItem(json, "operation")->valuestring, "readback");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "slots")), 2);
	if (!schema_valid("order", json, why, sizeof why))
		fail_msg("%s", why);
	cJSON_Delete(json);
	loaded = load(b);
	assert_int_equal(loaded.order_count, 2);
	assert_string_equal(loaded.orders[0].choice_json, "{}");
	assert_string_equal(loaded.orders[0].stopped, "");
	assert_string_equal(loaded.orders[1].choice_json, "{\"slots\":[\"A1\",\"A2\"]}");
	assert_string_equal(loaded.orders[1].stopped, "ST-065 the same fault on 5 units");
	ledger_loaded_free(&loaded);

	bench_open(b);
	ledger_stop_order(b->ledger, 2, NULL);
	loaded = load(b);
	assert_string_equal(loaded.orders[1].stopped, "");
	ledger_loaded_free(&loaded);
}

static void put_stream(struct bench *b, int64_t run, const char *kind, struct answer *a)
{
	ledger_put_stream(b->ledger,
			  &(struct ledger_stream){.run_id = run,
						  .kind = kind,
						  .name = "nvram",
						  .region = "EMMC_USER",
						  .start = 1048576,
						  .bytes = 5242880,
						  .sha256 = IMAGE_SHA,
						  .path = "vault/ab/1/nvram.bin",
						  .stored_ms = START_MS},
			  bench_answer, a);
}

/* Only what never writes may pass without a point of no return. */
static void reading_runs_pass_without_a_point_of_no_return(void **state)
{
	struct bench_run reading = {.id = 1, .order = 2, .unit = 1, .result = FLOW_PASSED};
	struct bench_run writing = {.id = 2, .order = 1, .unit = 2, .result = FLOW_PASSED};
	struct answer read = {0}, wrote = {0};
	struct bench *b = *state;

	bench_open(b);
	bench_stock(b);
	open_reading_order(b);
	bench_begin(b, &reading);
	bench_identified(b, &reading, NULL);
	bench_finish(b, &reading, &read);
	bench_stored(b, &read);
	bench_begin(b, &writing);
	bench_identified(b, &writing, NULL);
	bench_finish(b, &writing, &wrote);
	bench_wait(b, &wrote);
	assert_true(wrote.refused);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM runs WHERE result = 'passed'"), 1);
	assert_string_equal(bench_text(b, "SELECT operation FROM runs WHERE id = 1"), "readback");
}

static void streams_are_part_of_a_run(void **state)
{
	struct bench_run run = {.id = 1, .order = 2, .unit = 1, .result = FLOW_PASSED};
	struct query q = {.kind = QUERY_RUN, .id = 1};
	struct answer stored = {0}, nowhere = {0};
	struct bench *b = *state;
	const cJSON *stream;
	char why[256] = "";
	cJSON *json;

	bench_open(b);
	bench_stock(b);
	open_reading_order(b);
	bench_begin(b, &run);
	bench_identified(b, &run, NULL);
	put_stream(b, 1, "readback", &stored);
	bench_stored(b, &stored);
	put_stream(b, 77, "readback", &nowhere); /* a run that there never was */
	bench_wait(b, &nowhere);
	assert_true(nowhere.refused);
	bench_finish(b, &run, NULL);
	json = bench_json(b, &q);
	if (!schema_valid("run", json, why, sizeof why))
		fail_msg("%s", why);
	stream = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "streams"), 0);
	assert_string_equal(cJSON_GetObjectItem(stream, "name")->valuestring, "nvram");
	assert_string_equal(cJSON_GetObjectItem(stream, "sha256")->valuestring, IMAGE_SHA);
	assert_int_equal(cJSON_GetObjectItem(stream, "bytes")->valueint, 5242880);
	cJSON_Delete(json);
}

/* A run that broke off after its unit's data went into the vault says where that data is. */
static void a_broken_off_run_names_the_vault(void **state)
{
	struct bench_run run = {.id = 1, .order = 1, .unit = 1};
	struct answer stored = {0};
	struct bench *b = *state;

	bench_open(b);
	bench_stock(b);
	bench_begin(b, &run);
	bench_identified(b, &run, NULL);
	put_stream(b, 1, "identity", &stored);
	bench_stored(b, &stored);
	ledger_run_no_return(b->ledger, 1, START_MS + 1, NULL, NULL);
	/* The same run begins anew by the preloader it wrote: the first time stays. */
	ledger_run_no_return(b->ledger, 1, START_MS + 9, NULL, NULL);
	bench_close(b);
	bench_open(b);
	assert_int_equal(b->opened.interrupted, 1);
	assert_int_equal(bench_number(b, "SELECT no_return_ms FROM runs"), START_MS + 1);
	assert_non_null(strstr(bench_text(b, "SELECT error_what FROM runs"), "vault"));
}

static void tries_are_counted_since_the_last_pass(void **state)
{
	static const struct bench_run runs[] = {
		{.id = 1, .order = 1, .unit = 1, .result = FLOW_FAILED, .error = 60},
		{.id = 2, .order = 1, .unit = 1, .result = FLOW_PASSED},
		{.id = 3, .order = 1, .unit = 1, .result = FLOW_FAILED, .error = 60},
		{.id = 4, .order = 1, .unit = 1, .result = FLOW_INTERRUPTED},
		{.id = 5, .order = 1, .unit = 1, .result = FLOW_REFUSED, .error = 44},
		{.id = 6, .order = 1, .unit = 1, .result = FLOW_REFUSED, .error = 64},
	};
	struct bench *b = *state;
	struct ledger_loaded loaded;
	struct answer last = {0};

	bench_open(b);
	bench_stock(b);
	for (size_t i = 0; i < 6; i++)
		bench_whole_run(b, &runs[i], i == 5 ? &last : NULL);
	bench_stored(b, &last);
	loaded = load(b);
	assert_int_equal(loaded.orders[0].unit_count, 1);
	assert_int_equal(loaded.orders[0].list[0].runs, 5);  /* the interrupted one says nothing */
	assert_int_equal(loaded.orders[0].list[0].tries, 2); /* ST-064 is no try */
	ledger_loaded_free(&loaded);
}

static void quarantine_is_kept_until_released(void **state)
{
	struct bench *b = *state;
	struct ledger_loaded loaded;

	bench_open(b);
	bench_stock(b);
	ledger_quarantine(b->ledger, "usb1 1-1", START_MS, "6 failures in a row", "{\"units\":4}");
	ledger_quarantine(b->ledger, "usb1 1-1", START_MS + 5, "again", "{}"); /* no second one */
	ledger_quarantine(b->ledger, "usb1 1-9", START_MS, "it flaps", "{}");
	loaded = load(b);
	assert_int_equal(loaded.quarantine_count, 2);
	assert_string_equal(loaded.quarantines[0].slot_path, "usb1 1-1");
	assert_string_equal(loaded.quarantines[0].why, "6 failures in a row");
	ledger_loaded_free(&loaded);
	bench_open(b);
	ledger_release(b->ledger, "usb1 1-1", START_MS + 9);
	loaded = load(b);
	assert_int_equal(loaded.quarantine_count, 1);
	assert_string_equal(loaded.quarantines[0].slot_path, "usb1 1-9");
	ledger_loaded_free(&loaded);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM quarantines"), 2);
}

/* A ledger of the first version, with runs, is brought up to date and loses nothing. */
static void an_old_ledger_keeps_its_runs(void **state)
{
	struct bench *b = *state;
	struct problem problem;
	int version;
	sqlite3 *db;

	assert_int_equal(db_open_writer(&db, b->path, &problem), 0);
	assert_int_equal(migrate(db, schema_migrations, 1, &version, &problem), 0);
	assert_int_equal(version, 1);
	sqlite3_close(db);
	bench_exec(b, "INSERT INTO slots VALUES (1, 'usb1 1-1', 'A1', 1);"
		      "INSERT INTO units (id, me_id, first_seen_ms, last_seen_ms)"
		      " VALUES (1, 'ab', 1, 1);"
		      "INSERT INTO runs (id, slot_id, unit_id, attempt, version, usb_id, usb_speed,"
		      " started_ms, no_return_ms, finished_ms, result, bytes_written) VALUES"
		      " (7, 1, 1, 1, '0', '0e8d:2000', 'high', 1, 2, 3, 'passed', 9);"
		      "INSERT INTO steps VALUES (7, 0, 'connect', 5, 'passed');"
		      "UPDATE units SET last_run_id = 7");
	bench_open(b);
	assert_int_equal(bench_number(b, "SELECT bytes_written FROM runs WHERE id = 7"), 9);
	assert_string_equal(bench_text(b, "SELECT operation FROM runs WHERE id = 7"), "download");
	assert_int_equal(
		bench_number(b, "SELECT count(*) FROM steps JOIN runs ON runs.id = run_id"), 1);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM pragma_foreign_key_list('steps')"
					 " WHERE \"table\" = 'runs'"),
			 1);
	assert_true(bench_number(b, "SELECT count(*) FROM sqlite_schema WHERE type = 'index'"
				    " AND tbl_name = 'runs'") >= 7);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)
	const struct CMUnitTest tests[] = {
		CASE(an_order_keeps_its_choices),
		CASE(reading_runs_pass_without_a_point_of_no_return),
		CASE(streams_are_part_of_a_run),
		CASE(a_broken_off_run_names_the_vault),
		CASE(tries_are_counted_since_the_last_pass),
		CASE(quarantine_is_kept_until_released),
		CASE(an_old_ledger_keeps_its_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
