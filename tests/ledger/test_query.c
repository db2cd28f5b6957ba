/* Queries: shapes by the published schemas, filters, pages, and figures with known answers. */
#include "tests/ledger/bench.h"
#include "tests/ledger/schema_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS 60000

/*
 * A small day in order 1, a minute apart:
 *   run 1  unit 1  A1  passed             minute  1
 *   run 2  unit 2  A2  failed  ST-060     minute  2
 *   run 3  unit 2  A1  passed             minute  4
 *   run 4  unit 3  A2  refused ST-045     minute  5
 *   run 5  -       A2  failed  ST-060     minute  6
 *   run 6  unit 4  A1  interrupted        minute  7
 *   run 7  unit 4  A1  passed             minute 10
 *   run 8  unit 1  A1  passed (again)     minute 11
 *   run 9  unit 5  A2  under way
 * and run 10, unit 6, passed outside of any order. Each took 30 s.
 */
static void a_small_day(struct bench *b)
{
	static const struct {
		int64_t id;
		unsigned unit;
		const char *slot;
		enum flow_result result;
		uint32_t error;
		int minute;
	} day[] = {
		{1, 1, "usb1 1-1", FLOW_PASSED, 0, 1},	 {2, 2, "usb1 1-2", FLOW_FAILED, 60, 2},
		{3, 2, "usb1 1-1", FLOW_PASSED, 0, 4},	 {4, 3, "usb1 1-2", FLOW_REFUSED, 45, 5},
		{5, 0, "usb1 1-2", FLOW_FAILED, 60, 6},	 {6, 4, "usb1 1-1", FLOW_INTERRUPTED, 0, 7},
		{7, 4, "usb1 1-1", FLOW_PASSED, 0, 10},	 {8, 1, "usb1 1-1", FLOW_PASSED, 0, 11},
		{9, 5, "usb1 1-2", FLOW_RUNNING, 0, 12}, {10, 6, "usb1 1-1", FLOW_PASSED, 0, 12},
	};
	struct answer last = {0};

	bench_open(b);
	bench_stock(b);
	for (size_t i = 0; i < sizeof day / sizeof *day; i++) {
		struct bench_run run = {
			.id = day[i].id,
			.order = day[i].id == 10 ? 0 : 1,
			.unit = day[i].unit,
			.slot = day[i].slot,
			.result = day[i].result,
			.error = day[i].error,
			.finished_ms = START_MS + day[i].minute * MINUTE_MS,
		};

		run.started_ms = run.finished_ms - MINUTE_MS / 2;
		if (run.result == FLOW_RUNNING) {
			bench_begin(b, &run);
			bench_identified(b, &run, NULL);
		} else {
			bench_whole_run(b, &run, day[i].id == 10 ? &last : NULL);
		}
	}
	bench_stored(b, &last);
}

static const cJSON *at(const cJSON *json, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);

	if (!item)
		fail_msg("no key %s", key);
	return item;
}

static double number_at(const cJSON *json, const char *key)
{
	const cJSON *item = at(json, key);

	assert_true(cJSON_IsNumber(item));
	return item->valuedouble;
}

static const char *text_at(const cJSON *json, const char *key)
{
	const cJSON *item = at(json, key);

	assert_true(cJSON_IsString(item));
	return item->valuestring;
}

/* The ids of a page, as "3,2,1". */
static const char *ids_of(const cJSON *page)
{
	static char text[4096];
	const cJSON *item;
	size_t n = 0;

	text[0] = '\0';
	cJSON_ArrayForEach(item, at(page, "items")) n += (size_t)snprintf(
		text + n, sizeof text - n, "%s%.0f", n ? "," : "", number_at(item, "id"));
	return text;
}

static void expect_ids(struct bench *b, struct query q, const char *expected)
{
	cJSON *page = bench_json(b, &q);
	const cJSON *item;

	assert_string_equal(ids_of(page), expected);
	assert_true(cJSON_IsNull(at(page, "next")));
	cJSON_ArrayForEach(item, at(page, "items"))
		assert_schema(q.kind == QUERY_RUNS ? "run" : "unit", item);
	cJSON_Delete(page);
}

static void a_passed_run(void **state)
{
	struct bench *b = *state;
	cJSON *run;
	const cJSON *part;

	a_small_day(b);
	run = bench_json(b, &(struct query){.kind = QUERY_RUN, .id = 1});
	assert_schema("run", run);
	assert_string_equal(text_at(run, "result"), "passed");
	assert_true(cJSON_IsNull(at(run, "error")));
	assert_string_equal(text_at(run, "started_at"), "2026-11-20T10:15:30.000Z");
	assert_string_equal(text_at(run, "finished_at"), "2026-11-20T10:16:00.000Z");
	assert_string_equal(text_at(at(run, "unit"), "me_id"), "01000000111111111111111111111111");
	assert_string_equal(text_at(at(run, "unit"), "imei_status"), "not read");
	assert_string_equal(text_at(run, "slot"), "A1");
	assert_string_equal(text_at(run, "slot_path"), "usb1 1-1");
	assert_string_equal(text_at(run, "order_name"), "WO-1");
	assert_string_equal(text_at(run, "package"), PACKAGE_ID);
	assert_string_equal(text_at(run, "profile"), "phone");
	assert_string_equal(text_at(at(run, "usb"), "id"), "0e8d:2000");
	assert_string_equal(text_at(at(run, "identity"), "backup"), "not needed");
	assert_string_equal(text_at(at(run, "da"), "identifier"), "MTK_DA");
	assert_string_equal(text_at(at(run, "facts"), "chip"), "MT6765");
	assert_true(number_at(run, "bytes_written") == 2097152);
	assert_true(number_at(run, "mib_per_s") == 4); /* 2 MiB in 500 ms */
	part = cJSON_GetArrayItem(at(run, "partitions"), 0);
	assert_string_equal(text_at(part, "sha256"), IMAGE_SHA);
	assert_true(cJSON_IsTrue(at(part, "complete")));
	assert_true(cJSON_IsNull(at(cJSON_GetArrayItem(at(run, "partitions"), 1), "sha256")));
	assert_string_equal(text_at(cJSON_GetArrayItem(at(run, "steps"), 0), "name"),
			    "connect: handshake");
	cJSON_Delete(run);
}

static void a_failed_run_says_what_to_do(void **state)
{
	struct bench *b = *state;
	const cJSON *error;
	cJSON *run;

	a_small_day(b);
	run = bench_json(b, &(struct query){.kind = QUERY_RUN, .id = 2});
	assert_schema("run", run);
	error = at(run, "error");
	assert_string_equal(text_at(error, "code"), "ST-060");
	assert_string_equal(text_at(error, "name"), "DEVICE_VANISHED_DURING_WRITE");
	assert_string_equal(text_at(error, "family"), "station");
	assert_string_equal(text_at(error, "step"), "write: packet");
	assert_string_equal(text_at(error, "what"), "expected 1, found 2");
	assert_true(strlen(text_at(error, "meaning")) > 20);
	assert_true(cJSON_GetArraySize(at(error, "action")) > 0);
	cJSON_Delete(run);

	run = bench_json(b, &(struct query){.kind = QUERY_RUN, .id = 5});
	assert_schema("run", run);
	assert_true(cJSON_IsNull(at(at(run, "unit"), "me_id")));
	cJSON_Delete(run);
	run = bench_json(b, &(struct query){.kind = QUERY_RUN, .id = 9});
	assert_schema("run", run);
	assert_true(cJSON_IsNull(at(run, "result")));
	assert_true(cJSON_IsNull(at(run, "finished_at")));
	cJSON_Delete(run);
}

static void what_does_not_exist_is_not_found(void **state)
{
	static const enum query_kind kinds[] = {QUERY_RUN, QUERY_UNIT, QUERY_ORDER, QUERY_RUN_LOG,
						QUERY_PACKAGE};
	struct bench *b = *state;

	a_small_day(b);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct query q = {.kind = kinds[i], .id = 99, .text_id = "cafe"};
		enum query_status status;
		char *body = bench_query(b, &q, &status);

		assert_int_equal(status, QUERY_NOT_FOUND);
		assert_null(body);
		q.id = 0;
		body = bench_query(b, &q, &status);
		assert_int_equal(status, QUERY_NOT_FOUND);
		assert_null(body);
	}
}

static void runs_by_every_filter(void **state)
{
	struct bench *b = *state;
	struct query q = {.kind = QUERY_RUNS};

	a_small_day(b);
	bench_exec(b, "UPDATE units SET serial = 'SN4' WHERE id = 4;"
		      "INSERT INTO imeis VALUES (2, 0, '490154203237518')");
	expect_ids(b, q, "10,9,8,7,6,5,4,3,2,1");
	strcpy(q.result, "passed");
	expect_ids(b, q, "10,8,7,3,1");
	strcpy(q.result, "running");
	expect_ids(b, q, "9");
	strcpy(q.result, "refused");
	expect_ids(b, q, "4");
	strcpy(q.result, "passed");
	q.order = 1;
	expect_ids(b, q, "8,7,3,1");
	q = (struct query){.kind = QUERY_RUNS, .slot = "A2"};
	expect_ids(b, q, "9,5,4,2");
	strcpy(q.slot, "usb1 1-2");
	expect_ids(b, q, "9,5,4,2");
	strcpy(q.slot, "A2' OR 1=1 --");
	expect_ids(b, q, "");
	q = (struct query){.kind = QUERY_RUNS, .me_id = "02000000111111111111111111111111"};
	expect_ids(b, q, "3,2");
	q = (struct query){
		.kind = QUERY_RUNS,
		.soc_id = "0200000022222222222222222222222222222222222222222222222222222222"};
	expect_ids(b, q, "3,2");
	q = (struct query){.kind = QUERY_RUNS, .imei = "490154203237518"};
	expect_ids(b, q, "3,2");
	q = (struct query){.kind = QUERY_RUNS, .serial = "SN4"};
	expect_ids(b, q, "7,6");
	q = (struct query){.kind = QUERY_RUNS,
			   .from_ms = START_MS + 4 * MINUTE_MS,
			   .to_ms = START_MS + 7 * MINUTE_MS};
	expect_ids(b, q, "6,5,4");
}

static void units_by_every_filter(void **state)
{
	struct bench *b = *state;
	struct query q = {.kind = QUERY_UNITS};

	a_small_day(b);
	bench_exec(b, "UPDATE units SET serial = 'SN4' WHERE id = 4;"
		      "INSERT INTO imeis VALUES (2, 0, '490154203237518')");
	expect_ids(b, q, "6,5,4,3,2,1");
	strcpy(q.result, "passed");
	expect_ids(b, q, "6,4,2,1");
	strcpy(q.result, "refused");
	expect_ids(b, q, "3");
	q = (struct query){.kind = QUERY_UNITS, .order = 1};
	expect_ids(b, q, "5,4,3,2,1");
	q = (struct query){.kind = QUERY_UNITS, .slot = "A2"};
	expect_ids(b, q, "5,3,2");
	q = (struct query){.kind = QUERY_UNITS, .me_id = "0400000011111111111111111111111"};
	expect_ids(b, q, "");
	strcat(q.me_id, "1");
	expect_ids(b, q, "4");
	q = (struct query){.kind = QUERY_UNITS, .imei = "490154203237518"};
	expect_ids(b, q, "2");
	q = (struct query){.kind = QUERY_UNITS, .serial = "SN4"};
	expect_ids(b, q, "4");
}

static void one_unit_with_its_runs(void **state)
{
	struct bench *b = *state;
	cJSON *unit;

	a_small_day(b);
	unit = bench_json(b, &(struct query){.kind = QUERY_UNIT, .id = 2});
	assert_schema("unit", unit);
	assert_string_equal(text_at(unit, "result"), "passed");
	assert_string_equal(text_at(unit, "chip"), "MT6765");
	assert_true(number_at(unit, "last_run") == 3);
	assert_true(number_at(unit, "run_count") == 2);
	assert_int_equal(cJSON_GetArraySize(at(unit, "runs")), 2);
	assert_true(number_at(cJSON_GetArrayItem(at(unit, "runs"), 0), "attempt") == 2);
	cJSON_Delete(unit);
}

/* Every page starts where the one before ended, also while new runs arrive. */
static void pages_join_without_gaps(void **state)
{
	struct bench *b = *state;
	struct query q = {.kind = QUERY_RUNS, .limit = 3};
	struct bench_run late = {.id = 11, .order = 1, .unit = 9, .result = FLOW_PASSED};
	struct answer stored = {0};
	char all[128] = "";
	cJSON *page;

	a_small_day(b);
	for (int pages = 0;; pages++) {
		page = bench_json(b, &q);
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s|", ids_of(page));
		if (pages == 1) {
			bench_whole_run(b, &late, &stored);
			bench_stored(b, &stored);
		}
		if (cJSON_IsNull(at(page, "next")))
			break;
		q.after = (int64_t)number_at(page, "next");
		cJSON_Delete(page);
	}
	cJSON_Delete(page);
	assert_string_equal(all, "10,9,8|7,6,5|4,3,2|1|");
}

/* A full last page has no next: a client must not be sent for an empty one. */
static void the_last_page_says_so(void **state)
{
	struct bench *b = *state;
	struct query q = {.kind = QUERY_RUNS, .limit = 10};
	cJSON *page;

	a_small_day(b);
	page = bench_json(b, &q);
	assert_int_equal(cJSON_GetArraySize(at(page, "items")), 10);
	assert_true(cJSON_IsNull(at(page, "next")));
	cJSON_Delete(page);
	q.kind = QUERY_UNITS;
	q.limit = 2;
	page = bench_json(b, &q);
	assert_string_equal(ids_of(page), "6,5");
	assert_true(number_at(page, "next") == 5);
	cJSON_Delete(page);
}

static void an_orders_counters(void **state)
{
	struct bench *b = *state;
	const cJSON *order;
	cJSON *page;

	a_small_day(b);
	page = bench_json(b, &(struct query){.kind = QUERY_ORDERS});
	order = cJSON_GetArrayItem(at(page, "items"), 0);
	assert_schema("order", order);
	assert_string_equal(text_at(order, "state"), "open");
	assert_true(number_at(order, "units") == 4);
	assert_true(number_at(order, "passed") == 3);
	assert_true(number_at(order, "failed") == 2);
	assert_true(number_at(order, "refused") == 1);
	assert_true(number_at(order, "interrupted") == 1);
	assert_true(number_at(order, "running") == 1);
	/* Units 1 and 4 passed at their first counted run; an interruption does not count. */
	assert_true(number_at(order, "first_pass_yield") == 0.5);
	assert_true(number_at(order, "yield") == 0.75);
	assert_true(number_at(order, "takt_median_s") == 180);
	cJSON_Delete(page);
	page = bench_json(b, &(struct query){.kind = QUERY_ORDER, .id = 1});
	assert_schema("order", page);
	cJSON_Delete(page);
}

static void statistics(void **state)
{
	struct bench *b = *state;
	const cJSON *error, *slot;
	cJSON *stats;

	a_small_day(b);
	stats = bench_json(b, &(struct query){.kind = QUERY_STATS, .order = 1});
	assert_schema("stats", stats);
	assert_true(number_at(at(stats, "runs"), "total") == 9);
	assert_true(number_at(at(stats, "runs"), "passed") == 4);
	assert_true(number_at(at(stats, "runs"), "running") == 1);
	assert_true(number_at(at(stats, "units"), "tried") == 4);
	assert_true(number_at(at(stats, "units"), "passed") == 3);
	assert_true(number_at(stats, "first_pass_yield") == 0.5);
	/* Passes at minutes 1, 4 and 10; the first start half a minute before. */
	assert_true(number_at(at(stats, "takt_s"), "median") == 180);
	assert_true(number_at(at(stats, "takt_s"), "p95") == 360);
	assert_true(number_at(at(stats, "run_s"), "median") == 30);
	assert_true(number_at(stats, "units_per_hour") > 18.9 &&
		    number_at(stats, "units_per_hour") < 19);
	assert_int_equal(cJSON_GetArraySize(at(stats, "errors")), 2);
	error = cJSON_GetArrayItem(at(stats, "errors"), 0);
	assert_string_equal(text_at(error, "code"), "ST-060");
	assert_true(number_at(error, "count") == 2);
	assert_true(number_at(error, "units") == 1);
	slot = cJSON_GetArrayItem(at(stats, "slots"), 1);
	assert_string_equal(text_at(slot, "slot"), "A2");
	assert_true(number_at(at(slot, "runs"), "failed") == 2);
	assert_true(number_at(slot, "pass_rate") == 0);
	cJSON_Delete(stats);

	stats = bench_json(b, &(struct query){.kind = QUERY_STATS});
	assert_schema("stats", stats);
	assert_true(number_at(at(stats, "runs"), "total") == 10);
	cJSON_Delete(stats);
	stats = bench_json(b, &(struct query){.kind = QUERY_STATS, .order = 77});
	assert_schema("stats", stats);
	assert_true(cJSON_IsNull(at(stats, "yield")));
	cJSON_Delete(stats);
}

static void packages_and_profiles(void **state)
{
	struct bench *b = *state;
	struct answer newer = {0};
	const cJSON *item;
	cJSON *page;

	a_small_day(b);
	page = bench_json(b, &(struct query){.kind = QUERY_PACKAGE, .text_id = PACKAGE_ID});
	assert_schema("package", page);
	item = cJSON_GetArrayItem(at(page, "files"), 0);
	assert_string_equal(text_at(item, "name"), "boot.img");
	assert_true(number_at(item, "bytes") == 4096);
	assert_string_equal(text_at(cJSON_GetArrayItem(at(page, "findings"), 0), "level"), "note");
	cJSON_Delete(page);
	page = bench_json(b, &(struct query){.kind = QUERY_PACKAGES});
	assert_int_equal(cJSON_GetArraySize(at(page, "items")), 1);
	assert_schema("package", cJSON_GetArrayItem(at(page, "items"), 0));
	cJSON_Delete(page);
	ledger_put_profile(b->ledger,
			   &(struct ledger_profile){.name = "phone",
						    .sha256 = PACKAGE_ID,
						    .json = "{\"name\":\"phone\",\"verify\":1}"},
			   bench_answer, &newer);
	bench_stored(b, &newer);
	page = bench_json(b, &(struct query){.kind = QUERY_PROFILES});
	assert_int_equal(cJSON_GetArraySize(at(page, "items")), 1);
	item = cJSON_GetArrayItem(at(page, "items"), 0);
	assert_string_equal(text_at(item, "sha256"), PACKAGE_ID);
	assert_true(number_at(at(item, "profile"), "verify") == 1);
	cJSON_Delete(page);
}

static void the_log_of_a_run(void **state)
{
	struct bench *b = *state;
	struct query q = {.kind = QUERY_RUN_LOG, .id = 2};
	struct answer order = {0};
	enum query_status status;
	const char *event;
	char *log;

	a_small_day(b);
	ledger_event(b->ledger, START_MS + 95000, "reattach", "usb1 1-2", 2, "came back as DA");
	ledger_close_order(b->ledger, 1, START_MS, NULL, bench_answer, &order);
	bench_stored(b, &order);
	log = bench_query(b, &q, &status);
	assert_int_equal(status, QUERY_OK);
	event = strstr(log, "2026-11-20T10:16:35.000Z reattach: came back as DA\n");
	assert_non_null(event);
	assert_non_null(strstr(log, "started: attempt 1, slot A2, usb 0e8d:2000 high\n"));
	assert_non_null(strstr(event, "failed: expected 1, found 2\n"));
	assert_non_null(strstr(log, "step write: boot: failed, 500 ms\n"));
	assert_non_null(strstr(log, "partition boot: 2097152 bytes, complete, verify checksum"));
	free(log);
}

static void texts_of_all_kinds_stay_json(void **state)
{
	struct bench *b = *state;
	struct answer package = {0};
	cJSON *page;

	bench_open(b);
	ledger_put_package(b->ledger,
			   &(struct ledger_package){
				   .id = PACKAGE_ID,
				   .name = "a \"quoted\" \\ name\n\twith \x01 and \xC3\xA9",
				   .source_path = "/srv/\xFF\xC3(broken",
				   .platform = "",
			   },
			   bench_answer, &package);
	bench_stored(b, &package);
	page = bench_json(b, &(struct query){.kind = QUERY_PACKAGE, .text_id = PACKAGE_ID});
	assert_string_equal(text_at(page, "name"),
			    "a \"quoted\" \\ name\n\twith \x01 and \xC3\xA9");
	assert_string_equal(text_at(page, "source"), "/srv/\xEF\xBF\xBD\xEF\xBF\xBD(broken");
	cJSON_Delete(page);
}

static void count_answer(void *context, enum query_status status, const char *body,
			 const struct problem *error)
{
	int *counts = context;

	assert_true((status == QUERY_FAILED) == (error != NULL));
	assert_true((status == QUERY_OK) == (body != NULL));
	counts[status]++;
}

static void mark_closed(void *context)
{
	*(bool *)context = true;
}

/* Too many are turned away; closing answers all that are waiting; none is left unanswered. */
static void many_at_once_and_closing(void **state)
{
	struct bench *b = *state;
	struct query q = {.kind = QUERY_STATS};
	struct problem problem;
	int counts[3] = {0}, taken = 0;
	bool closed = false;

	a_small_day(b);
	assert_int_equal(ledger_reader_open(&b->reader, &b->loop, b->path, &problem), 0);
	while (taken < 1000 && ledger_query(b->reader, &q, count_answer, counts) == 0)
		taken++;
	assert_true(taken >= 64 && taken < 1000);
	ledger_reader_close(b->reader, mark_closed, &closed);
	assert_int_equal(ledger_query(b->reader, &q, count_answer, counts), -1);
	b->reader = NULL;
	while (!closed)
		uv_run(&b->loop, UV_RUN_ONCE);
	assert_int_equal(counts[QUERY_OK] + counts[QUERY_FAILED], taken);
	assert_true(counts[QUERY_FAILED] >= 60);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_passed_run),
		TEST(a_failed_run_says_what_to_do),
		TEST(what_does_not_exist_is_not_found),
		TEST(runs_by_every_filter),
		TEST(units_by_every_filter),
		TEST(one_unit_with_its_runs),
		TEST(pages_join_without_gaps),
		TEST(the_last_page_says_so),
		TEST(an_orders_counters),
		TEST(statistics),
		TEST(packages_and_profiles),
		TEST(the_log_of_a_run),
		TEST(texts_of_all_kinds_stay_json),
		TEST(many_at_once_and_closing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
