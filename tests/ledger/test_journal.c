/* The journal of runs: what each record leaves behind, in order and out of it. */
#include "tests/ledger/bench.h"

#include <stdio.h>
#include <string.h>

static void a_run_is_stored_whole(void **state)
{
	struct bench *b = *state;
	struct bench_run run = {.id = 1, .order = 1, .unit = 7, .result = FLOW_PASSED};
	struct answer identified = {0}, no_return = {0}, finished = {0};

	bench_open(b);
	bench_stock(b);
	bench_begin(b, &run);
	bench_identified(b, &run, &identified);
	assert_int_equal(bench_stored(b, &identified), 1);
	assert_int_equal(
		bench_number(b, "SELECT result IS NULL AND no_return_ms IS NULL FROM runs"), 1);
	ledger_run_no_return(b->ledger, 1, START_MS + 1000, bench_answer, &no_return);
	assert_int_equal(bench_stored(b, &no_return), 1);
	assert_int_equal(bench_number(b, "SELECT no_return_ms FROM runs"), START_MS + 1000);
	bench_finish(b, &run, &finished);
	assert_int_equal(bench_stored(b, &finished), 1);

	assert_string_equal(bench_text(b, "SELECT result FROM runs"), "passed");
	assert_int_equal(bench_number(b, "SELECT bytes_written FROM runs"), 2097152);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM steps WHERE run_id = 1"), 2);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM partitions WHERE run_id = 1"), 2);
	assert_string_equal(bench_text(b, "SELECT sha256 FROM partitions JOIN images"
					  " ON images.id = image_id WHERE n = 0"),
			    IMAGE_SHA);
	assert_string_equal(bench_text(b, "SELECT me_id FROM units"),
			    "07000000111111111111111111111111");
	assert_string_equal(bench_text(b, "SELECT last_result FROM units"), "passed");
	assert_string_equal(bench_text(b, "SELECT facts ->> 'chip' FROM runs"), "MT6765");
	assert_string_equal(
		bench_text(b, "SELECT label FROM slots JOIN runs ON slot_id = slots.id"), "A1");
	assert_int_equal(bench_number(b, "SELECT order_id = 1 AND package_id = 1 AND"
					 " profile_id = 1 FROM runs"),
			 1);
}

/* Each record that comes at the wrong time is refused, says why, and leaves an event. */
static void records_out_of_order_are_refused(void **state)
{
	struct bench *b = *state;
	struct bench_run run = {.id = 5, .order = 1, .unit = 1, .result = FLOW_FAILED, .error = 60};
	struct answer a[6] = {0};

	bench_open(b);
	bench_stock(b);
	bench_identified(b, &run, &a[0]);
	ledger_run_no_return(b->ledger, 5, START_MS, bench_answer, &a[1]);
	bench_finish(b, &run, &a[2]);
	bench_begin(b, &run);
	bench_finish(b, &run, &a[3]);
	bench_finish(b, &run, &a[4]);
	ledger_run_no_return(b->ledger, 5, START_MS, bench_answer, &a[5]);
	for (int i = 0; i < 6; i++)
		bench_wait(b, &a[i]);
	for (int i = 0; i < 6; i++)
		assert_int_equal(a[i].refused, i != 3);
	assert_string_equal(a[0].problem.where, "run 5");
	assert_non_null(strstr(a[4].problem.why, "no such run is under way"));
	assert_int_equal(
		bench_number(b, "SELECT count(*) FROM events WHERE kind = 'ledger-refused'"), 5);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM units"), 1);
	assert_int_equal(bench_number(b, "SELECT error_code FROM runs WHERE id = 5"), 60);
}

/* A run that was never allowed to write can't have passed; a refused one can't have written. */
static void impossible_results_are_refused(void **state)
{
	struct bench *b = *state;
	struct bench_run passed = {.id = 1, .unit = 1, .result = FLOW_PASSED};
	struct bench_run running = {.id = 2, .unit = 1, .result = FLOW_RUNNING};
	struct bench_run faulty = {.id = 3, .unit = 1, .result = FLOW_PASSED, .error = 62};
	struct answer a[3] = {0};

	bench_open(b);
	bench_stock(b);
	bench_begin(b, &passed);
	bench_identified(b, &passed, NULL);
	bench_finish(b, &passed, &a[0]);
	bench_whole_run(b, &running, &a[1]);
	bench_whole_run(b, &faulty, &a[2]);
	for (int i = 0; i < 3; i++) {
		bench_wait(b, &a[i]);
		assert_true(a[i].refused);
	}
	assert_int_equal(bench_number(b, "SELECT count(*) FROM runs WHERE result IS NOT NULL"), 0);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM steps"), 0);
}

static void a_bad_record_takes_no_other_down(void **state)
{
	struct bench *b = *state;
	struct answer good = {0}, bad = {0}, double_name = {0};
	struct bench_run run = {.id = 1, .order = 1, .unit = 1, .result = FLOW_PASSED};
	struct ledger_order order = {.id = 2,
				     .name = "WO-2",
				     .profile = "unheard of",
				     .package_id = PACKAGE_ID,
				     .opened_ms = START_MS};

	bench_open(b);
	bench_stock(b);
	/* In one turn of the loop, so that the writer has all of them in one transaction or two. */
	bench_begin(b, &run);
	bench_begin(b, &run);
	ledger_open_order(b->ledger, &order, bench_answer, &bad);
	order.profile = "phone";
	order.name = "WO-1";
	ledger_open_order(b->ledger, &order, bench_answer, &double_name);
	ledger_event(b->ledger, START_MS, "", NULL, 0, "an event without a kind");
	bench_identified(b, &run, NULL);
	ledger_run_no_return(b->ledger, 1, START_MS, NULL, NULL);
	bench_finish(b, &run, &good);
	bench_stored(b, &good);
	bench_wait(b, &bad);
	bench_wait(b, &double_name);
	assert_true(bad.refused);
	assert_string_equal(bad.problem.where, "WO-2");
	assert_non_null(strstr(bad.problem.why, "no profile \"unheard of\""));
	assert_true(double_name.refused);
	assert_non_null(strstr(double_name.problem.why, "an order of this name is open"));
	assert_string_equal(bench_text(b, "SELECT result FROM runs"), "passed");
	assert_int_equal(bench_number(b, "SELECT count(*) FROM orders"), 1);
	assert_int_equal(
		bench_number(b, "SELECT count(*) FROM events WHERE kind = 'ledger-refused'"), 4);
}

static void orders_close_once(void **state)
{
	struct bench *b = *state;
	struct answer first = {0}, second = {0}, again = {0};

	bench_open(b);
	bench_stock(b);
	ledger_close_order(b->ledger, 1, START_MS + 5, "done", bench_answer, &first);
	ledger_close_order(b->ledger, 1, START_MS + 6, "again", bench_answer, &second);
	ledger_open_order(b->ledger,
			  &(struct ledger_order){.id = 2,
						 .name = "WO-1",
						 .profile = "phone",
						 .package_id = PACKAGE_ID,
						 .opened_ms = START_MS},
			  bench_answer, &again);
	assert_int_equal(bench_stored(b, &first), 1);
	bench_wait(b, &second);
	assert_true(second.refused);
	assert_int_equal(bench_stored(b, &again), 2);
	assert_string_equal(bench_text(b, "SELECT close_reason FROM orders WHERE id = 1"), "done");
}

/* The same chip is the same unit in any slot; a chip without ids never is. */
static void units_are_known_by_their_chip(void **state)
{
	struct bench *b = *state;
	struct device_facts blank = {.hw_code = 0x0766, .me_id_len = 16}; /* fuses never written */
	struct device_facts soc_only = bench_facts(3);
	struct bench_run runs[] = {
		{.id = 1, .order = 1, .unit = 3, .slot = "usb1 1-1"},
		{.id = 2, .order = 1, .unit = 3, .slot = "usb1 1-2"},
		{.id = 3, .order = 1},
		{.id = 4, .order = 1},
		{.id = 5},
		{.id = 6, .slot = "usb9 9-9"},
	};
	struct answer a[6] = {0};

	bench_open(b);
	bench_stock(b);
	for (size_t i = 0; i < 6; i++)
		bench_begin(b, &runs[i]);
	bench_identified(b, &runs[0], &a[0]);
	bench_identified(b, &runs[1], &a[1]);
	ledger_run_identified(b->ledger, 3, &blank, bench_answer, &a[2]);
	soc_only.me_id_len = 0;
	ledger_run_identified(b->ledger, 4, &soc_only, bench_answer, &a[3]);
	runs[4].unit = 3;
	bench_identified(b, &runs[4], &a[4]);
	memset(soc_only.soc_id, 0x77, sizeof soc_only.soc_id);
	ledger_run_identified(b->ledger, 6, &soc_only, bench_answer, &a[5]);
	assert_int_equal(bench_stored(b, &a[0]), 1);
	assert_int_equal(bench_stored(b, &a[1]), 1);
	assert_int_equal(bench_stored(b, &a[2]), 0);
	assert_int_equal(bench_stored(b, &a[3]), 1);
	assert_int_equal(bench_stored(b, &a[4]), 1);
	assert_int_equal(bench_stored(b, &a[5]), 2);
	assert_int_equal(bench_number(b, "SELECT attempt FROM runs WHERE id = 1"), 1);
	assert_int_equal(bench_number(b, "SELECT attempt FROM runs WHERE id = 2"), 2);
	assert_int_equal(bench_number(b, "SELECT attempt FROM runs WHERE id = 4"), 3);
	assert_int_equal(bench_number(b, "SELECT attempt FROM runs WHERE id = 5"), 1);
	assert_int_equal(bench_number(b, "SELECT unit_id IS NULL AND facts IS NOT NULL FROM runs"
					 " WHERE id = 3"),
			 1);
	assert_string_equal(bench_text(b, "SELECT path FROM slots WHERE id ="
					  " (SELECT slot_id FROM runs WHERE id = 6)"),
			    "usb9 9-9");
}

static void missing_links_cost_no_record(void **state)
{
	struct bench *b = *state;
	struct bench_run run = {
		.id = 1, .order = 44, .unit = 1, .result = FLOW_FAILED, .error = 60};
	struct answer a = {0};

	bench_open(b);
	bench_whole_run(b, &run, &a);
	assert_int_equal(bench_stored(b, &a), 1);
	assert_int_equal(bench_number(b, "SELECT order_id IS NULL AND package_id IS NULL AND"
					 " profile_id IS NULL FROM runs"),
			 1);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM events WHERE run_id = 1 AND"
					 " kind = 'ledger-link-missing'"),
			 1);
}

static void unfinished_runs_become_interrupted(void **state)
{
	struct bench *b = *state;
	struct bench_run runs[] = {
		{.id = 1, .order = 1, .unit = 1, .result = FLOW_PASSED},
		{.id = 2, .order = 1, .unit = 2},
		{.id = 3, .order = 1, .unit = 3},
		{.id = 4, .order = 1},
	};
	struct answer passed = {0}, written = {0};

	bench_open(b);
	bench_stock(b);
	bench_whole_run(b, &runs[0], &passed);
	for (int i = 1; i < 4; i++)
		bench_begin(b, &runs[i]);
	bench_identified(b, &runs[1], NULL);
	bench_identified(b, &runs[2], NULL);
	ledger_run_no_return(b->ledger, 3, START_MS + 2000, bench_answer, &written);
	bench_stored(b, &written);
	bench_close(b);

	bench_open(b);
	assert_int_equal(b->opened.interrupted, 3);
	assert_int_equal(b->opened.next_run_id, 5);
	assert_int_equal(b->opened.next_order_id, 2);
	assert_string_equal(bench_text(b, "SELECT result FROM runs WHERE id = 1"), "passed");
	assert_int_equal(bench_number(b, "SELECT count(*) FROM runs WHERE result = 'interrupted'"),
			 3);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM runs WHERE error_code = 66"), 1);
	assert_int_equal(bench_number(b, "SELECT error_code FROM runs WHERE id = 3"), 66);
	assert_string_equal(bench_text(b, "SELECT last_result FROM units WHERE id = 3"),
			    "interrupted");
	assert_int_equal(bench_number(b, "SELECT count(*) FROM events WHERE kind ="
					 " 'run-interrupted'"),
			 3);
	assert_int_equal(bench_number(b, "SELECT finished_ms FROM runs WHERE id = 4"), START_MS);
	bench_close(b);
	bench_open(b);
	assert_int_equal(b->opened.interrupted, 0);
	assert_int_equal(bench_number(b, "SELECT starts FROM station"), 3);
}

/* What has queued up while the writer was held back is stored together, not in a transaction each.
 */
static void records_are_grouped(void **state)
{
	enum { RUNS = 500 };
	static struct answer answers[RUNS + 1];
	struct bench *b = *state;
	struct ledger_counts before, after;
	sqlite3 *other;

	memset(answers, 0, sizeof answers);
	bench_open(b);
	bench_stock(b);
	ledger_counts(b->ledger, &before);
	assert_int_equal(sqlite3_open(b->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	for (int i = 1; i <= RUNS; i++) {
		struct bench_run run = {
			.id = i, .order = 1, .unit = (unsigned)i, .result = FLOW_PASSED};

		bench_whole_run(b, &run, &answers[i]);
	}
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	for (int i = 1; i <= RUNS; i++)
		assert_int_equal(bench_stored(b, &answers[i]), i);
	ledger_counts(b->ledger, &after);
	assert_int_equal(after.records - before.records, RUNS * 4);
	/* The one that was waiting for the lock, the one with all the rest, and one between. */
	assert_in_range(after.transactions - before.transactions, 1, 3);
	assert_int_equal(after.waiting, 0);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM runs WHERE result = 'passed'"),
			 RUNS);
}

static void closing_stores_all_that_is_queued(void **state)
{
	struct bench *b = *state;
	struct answer a = {0};
	struct bench_run run = {.id = 1, .order = 1, .unit = 1, .result = FLOW_PASSED};

	bench_open(b);
	bench_stock(b);
	for (int i = 0; i < 1000; i++)
		ledger_event(b->ledger, START_MS + i, "note", "usb1 1-1", 0, "text");
	bench_whole_run(b, &run, &a);
	bench_close(b);
	assert_int_equal(a.calls, 1);
	assert_false(a.refused);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM events WHERE kind = 'note'"), 1000);
	assert_string_equal(bench_text(b, "SELECT result FROM runs"), "passed");
	assert_string_equal(bench_text(b, "PRAGMA integrity_check"), "ok");
}

struct follow_up {
	struct bench *bench;
	struct ledger *ledger;
	struct answer last;
};

static void record_more(void *context, int64_t id, const struct problem *error)
{
	struct follow_up *f = context;

	(void)id;
	assert_null(error);
	ledger_close_order(f->ledger, 1, START_MS, "closing", bench_answer, &f->last);
}

static void callbacks_may_record_while_closing(void **state)
{
	struct bench *b = *state;
	struct follow_up f = {.bench = b};

	bench_open(b);
	bench_stock(b);
	f.ledger = b->ledger;
	ledger_put_profile(
		b->ledger,
		&(struct ledger_profile){.name = "late", .sha256 = IMAGE_SHA, .json = "{}"},
		record_more, &f);
	bench_close(b);
	assert_int_equal(f.last.calls, 1);
	assert_false(f.last.refused);
	assert_string_equal(bench_text(b, "SELECT close_reason FROM orders"), "closing");
}

static struct device_facts numbered_facts(unsigned unit, const char *serial, const char *imei)
{
	struct device_facts facts = bench_facts(unit);

	facts.product.status = IMEI_VALID;
	snprintf(facts.product.serial, sizeof facts.product.serial, "%s", serial);
	snprintf(facts.product.imei[1], sizeof facts.product.imei[1], "%s", imei);
	return facts;
}

/* Runs 1..4 of units 1, 2, 3, 1: the first two are strangers, the third has an IMEI of the first.
 */
static void doubles_are_found(void **state)
{
	static const char *const serials[] = {"A1", "B2", "", "A1"};
	static const char *const imeis[] = {"490154203237518", "", "490154203237518", ""};
	static const unsigned units[] = {1, 2, 3, 1};
	struct bench *b = *state;
	struct answer a[4] = {0};

	bench_open(b);
	bench_stock(b);
	for (int i = 0; i < 4; i++) {
		struct bench_run run = {.id = i + 1, .unit = units[i]};
		struct device_facts facts = numbered_facts(units[i], serials[i], imeis[i]);

		bench_begin(b, &run);
		bench_identified(b, &run, NULL);
		ledger_run_numbers(b->ledger, run.id, &facts, bench_answer, &a[i]);
		bench_wait(b, &a[i]);
	}
	assert_false(a[0].refused);
	assert_false(a[1].refused);
	assert_true(a[2].refused);
	assert_int_equal(a[2].id, 1);
	assert_string_equal(a[2].problem.where, "unit 3");
	assert_non_null(strstr(a[2].problem.why, "unit 1, last seen in run 1"));
	/* Its IMEI was not read this time, but it is on record. */
	assert_true(a[3].refused);
	assert_int_equal(a[3].id, 3);
	assert_int_equal(bench_number(b, "SELECT group_concat(run_id, '') FROM events"
					 " WHERE kind = 'double-identity'"),
			 13);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM imeis"), 2);
	assert_string_equal(bench_text(b, "SELECT serial FROM units WHERE id = 1"), "A1");
	assert_int_equal(
		bench_number(b, "SELECT count(*) FROM events WHERE kind = 'ledger-refused'"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_run_is_stored_whole),
		TEST(records_out_of_order_are_refused),
		TEST(impossible_results_are_refused),
		TEST(a_bad_record_takes_no_other_down),
		TEST(orders_close_once),
		TEST(units_are_known_by_their_chip),
		TEST(missing_links_cost_no_record),
		TEST(unfinished_runs_become_interrupted),
		TEST(records_are_grouped),
		TEST(closing_stores_all_that_is_queued),
		TEST(callbacks_may_record_while_closing),
		TEST(doubles_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
