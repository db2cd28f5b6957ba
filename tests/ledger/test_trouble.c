/* When file or disk refuse: what is told, what is kept, and that nothing stored is ever lost. */
#include "tests/ledger/bench.h"
#include "tests/ledger/faulty_disk.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Turns the loop until the ledger is, or is no longer, failing. */
static struct problem wait_until_failing(struct bench *b, bool failing)
{
	struct problem why = {0};

	for (int i = 0; i < 20000 && ledger_failing(b->ledger, &why) != failing; i++) {
		uv_run(&b->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	assert_int_equal(ledger_failing(b->ledger, &why), failing);
	return why;
}

static int setup(void **state)
{
	faulty_disk_set(DISK_WELL);
	return bench_setup(state);
}

static int teardown(void **state)
{
	faulty_disk_set(DISK_WELL);
	return bench_teardown(state);
}

/* The whole of the contract of ledger_failing(), for one kind of trouble. */
static void survive(struct bench *b, enum disk_fault fault, const char *expected)
{
	struct bench_run before = {.id = 1, .order = 1, .unit = 1, .result = FLOW_PASSED};
	struct bench_run during = {
		.id = 2, .order = 1, .unit = 2, .result = FLOW_FAILED, .error = 71};
	struct answer stored = {0}, identified = {0}, no_return = {0}, finished = {0}, order = {0};
	struct problem why;

	bench_open(b);
	bench_stock(b);
	bench_whole_run(b, &before, &stored);
	bench_stored(b, &stored);

	faulty_disk_set(fault);
	bench_begin(b, &during);
	bench_identified(b, &during, &identified);
	ledger_run_no_return(b->ledger, 2, START_MS, bench_answer, &no_return);
	ledger_close_order(b->ledger, 1, START_MS, "now", bench_answer, &order);
	bench_finish(b, &during, &finished);
	why = wait_until_failing(b, true);
	assert_non_null(strstr(why.why, expected));
	assert_string_not_equal(why.remedy, "");
	bench_wait(b, &identified);
	bench_wait(b, &no_return);
	bench_wait(b, &order);
	assert_true(identified.refused);
	assert_true(no_return.refused);
	assert_non_null(strstr(no_return.problem.why, expected));
	assert_true(order.refused);
	assert_true(faulty_disk_failures() > 0);
	assert_int_equal(finished.calls, 0); /* neither told stored, nor given up */

	faulty_disk_set(DISK_WELL);
	bench_stored(b, &finished);
	wait_until_failing(b, false);
	assert_int_equal(identified.calls, 1);
	assert_int_equal(no_return.calls, 1);
	bench_close(b);
	assert_string_equal(bench_text(b, "SELECT result FROM runs WHERE id = 1"), "passed");
	assert_string_equal(bench_text(b, "SELECT result FROM runs WHERE id = 2"), "failed");
	assert_int_equal(bench_number(b, "SELECT no_return_ms IS NULL AND unit_id IS NOT NULL"
					 " FROM runs WHERE id = 2"),
			 1);
	assert_int_equal(bench_number(b, "SELECT closed_ms IS NULL FROM orders"), 1);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM events WHERE kind ="
					 " 'ledger-recovered'"),
			 1);
	assert_string_equal(bench_text(b, "PRAGMA integrity_check"), "ok");
}

static void a_full_disk(void **state)
{
	survive(*state, DISK_FULL, "full");
}

static void a_disk_that_fails_to_write(void **state)
{
	survive(*state, DISK_WRITE_ERROR, "I/O error");
}

static void a_disk_that_fails_to_sync(void **state)
{
	survive(*state, DISK_SYNC_ERROR, "I/O error");
}

/* Full in the middle of a transaction, at every write there is in one. */
static void a_disk_that_fills_up_in_a_transaction(void **state)
{
	struct bench *b = *state;
	int64_t id = 1;

	bench_open(b);
	bench_stock(b);
	for (int writes = 0; writes < 12; writes++, id++) {
		struct bench_run run = {.id = id, .order = 1, .unit = 1, .result = FLOW_PASSED};
		struct answer permission = {0}, finished = {0};

		bench_begin(b, &run);
		bench_identified(b, &run, NULL);
		ledger_run_no_return(b->ledger, id, START_MS, bench_answer, &permission);
		bench_stored(b, &permission);
		faulty_disk_full_after(writes);
		bench_finish(b, &run, &finished);
		while (faulty_disk_failures() == 0 && finished.calls == 0)
			uv_run(&b->loop, UV_RUN_NOWAIT);
		faulty_disk_set(DISK_WELL);
		assert_int_equal(bench_stored(b, &finished), id);
		assert_int_equal(bench_number(b, "SELECT count(*) FROM steps"), 2 * id);
	}
	assert_string_equal(bench_text(b, "PRAGMA integrity_check"), "ok");
}

static void a_station_that_must_end_says_what_is_lost(void **state)
{
	struct bench *b = *state;
	struct bench_run run = {.id = 1, .order = 1, .unit = 1, .result = FLOW_PASSED};
	struct answer permission = {0}, finished = {0};

	bench_open(b);
	bench_stock(b);
	bench_begin(b, &run);
	bench_identified(b, &run, NULL);
	ledger_run_no_return(b->ledger, 1, START_MS, bench_answer, &permission);
	bench_stored(b, &permission);
	faulty_disk_set(DISK_FULL);
	bench_finish(b, &run, &finished);
	bench_close(b);
	assert_int_equal(finished.calls, 1);
	assert_true(finished.refused);
	faulty_disk_set(DISK_WELL);
	bench_open(b);
	assert_int_equal(b->opened.interrupted, 1);
	assert_int_equal(
		bench_number(b, "SELECT error_code FROM runs WHERE result = 'interrupted'"), 66);
}

/* Somebody's shell holds the write lock: the station waits, says so, and goes on afterwards. */
static void a_file_locked_by_another_program(void **state)
{
	struct bench *b = *state;
	struct bench_run run = {.id = 1, .order = 1, .unit = 1, .result = FLOW_FAILED, .error = 60};
	struct answer finished = {0};
	struct problem why;
	sqlite3 *other;

	bench_open(b);
	bench_stock(b);
	assert_int_equal(sqlite3_open(b->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	bench_whole_run(b, &run, &finished);
	why = wait_until_failing(b, true);
	assert_non_null(strstr(why.why, "locked"));
	assert_non_null(strstr(why.remedy, "other program"));
	assert_int_equal(finished.calls, 0);
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	assert_int_equal(bench_stored(b, &finished), 1);
	wait_until_failing(b, false);
}

/* A short lock is none of the station's business: no failure is shown. */
static void a_lock_that_soon_goes_away(void **state)
{
	struct bench *b = *state;
	struct answer order = {0};
	sqlite3 *other;

	bench_open(b);
	bench_stock(b);
	assert_int_equal(sqlite3_open(b->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ledger_close_order(b->ledger, 1, START_MS, "done", bench_answer, &order);
	for (int i = 0; i < 300; i++) {
		uv_run(&b->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	assert_int_equal(order.calls, 0);
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	assert_int_equal(bench_stored(b, &order), 1);
	assert_false(ledger_failing(b->ledger, NULL));
}

static void events_alone_are_given_up_in_the_end(void **state)
{
	enum { EVENTS = 50000 + 500 };
	struct bench *b = *state;
	struct bench_run run = {.id = 1, .order = 1, .unit = 1, .result = FLOW_FAILED, .error = 60};
	struct answer finished = {0};

	bench_open(b);
	bench_stock(b);
	faulty_disk_set(DISK_FULL);
	for (int i = 0; i < EVENTS; i++)
		ledger_event(b->ledger, START_MS, "note", NULL, 0, "text");
	bench_whole_run(b, &run, &finished);
	wait_until_failing(b, true);
	faulty_disk_set(DISK_WELL);
	bench_stored(b, &finished);
	bench_close(b);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM events WHERE kind = 'note'"), 50000);
	assert_non_null(strstr(bench_text(b, "SELECT text FROM events WHERE kind ="
					     " 'ledger-recovered'"),
			       "; 500 events were not kept"));
	assert_string_equal(bench_text(b, "SELECT result FROM runs"), "failed");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_full_disk),
		TEST(a_disk_that_fails_to_write),
		TEST(a_disk_that_fails_to_sync),
		TEST(a_disk_that_fills_up_in_a_transaction),
		TEST(a_station_that_must_end_says_what_is_lost),
		TEST(a_file_locked_by_another_program),
		TEST(a_lock_that_soon_goes_away),
		TEST(events_alone_are_given_up_in_the_end),
	};

	faulty_disk_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
