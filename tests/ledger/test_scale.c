/*
 * A ledger of a year: 120,000 runs of 60,000 units in 24 orders. Pages must cost what they show,
 * not what there is; counted in instructions of SQLite, so that a slow machine passes and a missing
 * index does not. No query may scan a table of runs, units or their details but through an index.
 */
#include "tests/ledger/bench.h"
#include "tests/ledger/sql_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_OF(x) #x
#define SQL_OF(x)  TEXT_OF(x)
#define RUNS	   120000
#define UNITS	   60000
#define ORDER_RUNS 5000
#define SLOTS	   40

static struct bench *year;

static const char make_year[] =
	"BEGIN;"
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " SQL_OF(
		SLOTS) ")"
		       " INSERT INTO slots (id, path, label, first_seen_ms)"
		       "  SELECT i, 'usb1 1-' || i, 'S' || i, 1 FROM n;"
		       "INSERT INTO profiles VALUES (1, 'phone', '" IMAGE_SHA "', '{}', 1, 1);"
		       "INSERT INTO images VALUES (1, '" IMAGE_SHA "', 4096);"
		       "INSERT INTO packages VALUES (1, '" PACKAGE_ID
		       "', 'fw', 'MT6765', '', 1, '[]', '', 1);"
		       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
		       "24)"
		       " INSERT INTO orders (id, name, profile_id, package_id, product, quantity, "
		       "opened_ms)"
		       "  SELECT i, 'WO-' || i, 1, 1, 'Phone', 5000, i FROM n;"
		       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i "
		       "< " SQL_OF(
			       UNITS) ")"
				      " INSERT INTO units (id, me_id, soc_id, serial, hw_code, "
				      "first_seen_ms, last_seen_ms,"
				      "  last_result) SELECT i, printf('%032x', i), "
				      "printf('%064x', i), 'SN' || i, 1894, i, i * 60000,"
				      "  iif(i % 50, 'passed', 'failed') FROM n;"
				      "INSERT INTO imeis SELECT id, 0, printf('%015d', id) FROM "
				      "units;"
				      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
				      "FROM n WHERE i < " SQL_OF(
					      RUNS) ")"
						    " INSERT INTO runs (id, order_id, slot_id, "
						    "unit_id, package_id, profile_id, attempt, "
						    "version,"
						    "  usb_id, usb_speed, started_ms, "
						    "no_return_ms, finished_ms, result, "
						    "error_family, error_code,"
						    "  bytes_written, facts) SELECT i, 1 + (i - 1) "
						    "/ " SQL_OF(ORDER_RUNS) ", 1 + i % " SQL_OF(
							    SLOTS) ", 1 + (i - 1) / 2, 1, 1, 1, "
								   "'0.1', '0e8d:2000', 'high', i "
								   "* 60000, i * 60000 + 1,"
								   "  i * 60000 + 45000, iif(i % "
								   "50, 'passed', 'failed'), iif(i "
								   "% 50, NULL, 'station'),"
								   "  iif(i % 50, NULL, 60 + i % "
								   "3), 1, json_object('chip', "
								   "'MT6765', 'text', "
								   "printf('%300d', i))"
								   "  FROM n;"
								   "INSERT INTO steps SELECT id, "
								   "0, 'write', 5, 'passed' FROM "
								   "runs;"
								   "INSERT INTO partitions SELECT "
								   "id, 0, 'boot', 4096, 1, "
								   "'full', 5, 1 FROM runs;"
								   "INSERT INTO events SELECT id, "
								   "started_ms, 'note', slot_id, "
								   "id, 'text' FROM runs;"
								   "COMMIT;";

static int make_a_year(void **state)
{
	void *b = NULL;

	(void)state;
	if (bench_setup(&b))
		return -1;
	year = b;
	bench_open(year);
	bench_exec(year, make_year);
	return 0;
}

static int drop_the_year(void **state)
{
	void *b = year;

	(void)state;
	return bench_teardown(&b);
}

/* Tables that stay small however long the station runs, or are asked for by their key alone. */
static bool is_large(const char *line)
{
	return strstr(line, "SCAN r") || strstr(line, "SCAN u") || strstr(line, "SCAN units") ||
	       strstr(line, "SCAN steps") || strstr(line, "SCAN partitions") ||
	       strstr(line, "SCAN p ") || strstr(line, "SCAN events") || strstr(line, "SCAN imeis");
}

static void expect_indexed_plan(sqlite3 *db, const char *sql)
{
	char explain[4200];
	sqlite3_stmt *statement;

	snprintf(explain, sizeof explain, "EXPLAIN QUERY PLAN %s", sql);
	assert_int_equal(sqlite3_prepare_v2(db, explain, -1, &statement, NULL), SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(statement, 3);
		/* In order of id with a LIMIT: a page from the end, not the whole table. */
		bool page = strcmp(line, "SCAN r") == 0 || strcmp(line, "SCAN u") == 0;

		page = page && strstr(sql, ".id DESC LIMIT");
		if (is_large(line) && !strstr(line, "INDEX") && !page)
			fail_msg("%s: %s", line, sql);
	}
	sqlite3_finalize(statement);
}

static void expect_cost(struct query q, uint64_t most)
{
	enum query_status status;
	uint64_t cost, begin;
	sqlite3 *db;
	char *body;

	begin = uv_hrtime();
	sql_watch_start();
	body = bench_query(year, &q, &status);
	cost = sql_watch_stop();
	print_message("  kind %2d: %8llu instructions, %6.1f ms, %zu bytes\n", (int)q.kind,
		      (unsigned long long)cost, (double)(uv_hrtime() - begin) / 1e6,
		      body ? strlen(body) : 0);
	assert_int_equal(status, QUERY_OK);
	assert_true(sql_watch_count() > 0);
	assert_int_equal(sqlite3_open(year->path, &db), SQLITE_OK);
	for (size_t i = 0; i < sql_watch_count(); i++)
		expect_indexed_plan(db, sql_watch_text(i));
	sqlite3_close(db);
	free(body);
	if (cost > most)
		fail_msg("%llu instructions, expected at most %llu", (unsigned long long)cost,
			 (unsigned long long)most);
}

#define PAGE_COST 100000 /* a page of 100 runs with steps and partitions */

static void pages_of_runs(void **state)
{
	struct query q = {.kind = QUERY_RUNS};

	(void)state;
	expect_cost(q, PAGE_COST);
	q.after = RUNS / 2;
	expect_cost(q, PAGE_COST);
	strcpy(q.result, "failed");
	expect_cost(q, PAGE_COST);
	q.order = 3;
	expect_cost(q, PAGE_COST);
	/* A label may stand for several positions over the years: their runs are merged, all 3,000.
	 */
	q = (struct query){.kind = QUERY_RUNS, .slot = "S7"};
	expect_cost(q, 3 * PAGE_COST);
	q = (struct query){.kind = QUERY_RUNS, .order = 5, .limit = 100};
	expect_cost(q, PAGE_COST);
}

static void runs_of_a_unit(void **state)
{
	struct query q = {.kind = QUERY_RUNS};

	(void)state;
	snprintf(q.me_id, sizeof q.me_id, "%032x", 4711);
	expect_cost(q, 2000);
	q = (struct query){.kind = QUERY_RUNS};
	snprintf(q.soc_id, sizeof q.soc_id, "%064x", 4711);
	expect_cost(q, 2000);
	q = (struct query){.kind = QUERY_RUNS, .serial = "SN4711"};
	expect_cost(q, 2000);
	q = (struct query){.kind = QUERY_RUNS, .imei = "000000000004711"};
	expect_cost(q, 2000);
	/* An old hour: found by time, whatever came after it. */
	q = (struct query){.kind = QUERY_RUNS, .from_ms = 60000 * 500, .to_ms = 60000 * 560};
	expect_cost(q, PAGE_COST);
}

static void pages_of_units(void **state)
{
	struct query q = {.kind = QUERY_UNITS};

	(void)state;
	expect_cost(q, PAGE_COST);
	strcpy(q.result, "failed");
	expect_cost(q, PAGE_COST);
	/* The units of an order are read from its 5,000 index entries. */
	q = (struct query){.kind = QUERY_UNITS, .order = 3};
	expect_cost(q, PAGE_COST);
	q = (struct query){.kind = QUERY_UNITS, .imei = "000000000004711"};
	expect_cost(q, 1000);
	q = (struct query){.kind = QUERY_UNITS, .from_ms = 60000 * 500, .to_ms = 60000 * 560};
	expect_cost(q, PAGE_COST);
}

static void single_things(void **state)
{
	(void)state;
	expect_cost((struct query){.kind = QUERY_RUN, .id = 60000}, 2000);
	expect_cost((struct query){.kind = QUERY_UNIT, .id = 30000}, 4000);
	expect_cost((struct query){.kind = QUERY_RUN_LOG, .id = 60000}, 2000);
}

/* These count runs, and so cost by their number: one pass over a covering index for each figure. */
static void figures_of_an_order_and_of_all(void **state)
{
	(void)state;
	expect_cost((struct query){.kind = QUERY_ORDER, .id = 3}, ORDER_RUNS * 100ull);
	expect_cost((struct query){.kind = QUERY_STATS, .order = 3}, ORDER_RUNS * 150ull);
	expect_cost((struct query){.kind = QUERY_STATS}, RUNS * 150ull);
}

/* Somebody may run ANALYZE on the file: plans must not turn bad by SQLite knowing more. */
static void the_same_with_statistics(void **state)
{
	bench_close(year);
	bench_exec(year, "ANALYZE");
	bench_open(year);
	pages_of_runs(state);
	runs_of_a_unit(state);
	pages_of_units(state);
	single_things(state);
	figures_of_an_order_and_of_all(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_runs),
		cmocka_unit_test(runs_of_a_unit),
		cmocka_unit_test(pages_of_units),
		cmocka_unit_test(single_things),
		cmocka_unit_test(figures_of_an_order_and_of_all),
		cmocka_unit_test(the_same_with_statistics),
	};

	sql_watch_install();
	return cmocka_run_group_tests(tests, make_a_year, drop_the_year);
}
