/* Loading what the station knew, and the arithmetic of yields and pace below it. */
#include "tests/ledger/bench.h"

#include <math.h>
#include <string.h>

#include "station/ledger/figures.h"
#include "station/ledger/load.h"

static void an_empty_ledger(void **state)
{
	struct bench *b = *state;
	struct ledger_loaded loaded;
	struct problem problem;

	bench_open(b);
	assert_int_equal(ledger_load(b->path, &loaded, &problem), 0);
	assert_int_equal(loaded.order_count, 0);
	assert_int_equal(loaded.package_count, 0);
	assert_int_equal(loaded.last_run_id, 0);
	assert_int_equal(loaded.last_order_id, 0);
	ledger_loaded_free(&loaded);
}

static void no_ledger_at_all(void **state)
{
	struct bench *b = *state;
	struct ledger_loaded loaded;
	struct problem problem = {0};

	assert_int_equal(ledger_load(b->path, &loaded, &problem), -1);
	assert_string_equal(problem.where, b->path);
	assert_null(loaded.orders);
}

static void store_runs(struct bench *b, const struct bench_run *runs, size_t count)
{
	struct answer last = {0};

	for (size_t i = 0; i < count; i++)
		bench_whole_run(b, &runs[i], i + 1 == count ? &last : NULL);
	bench_stored(b, &last);
}

static void open_orders_with_their_counters(void **state)
{
	static const struct bench_run runs[] = {
		{.id = 1,
		 .order = 1,
		 .unit = 9,
		 .result = FLOW_PASSED,
		 .finished_ms = START_MS + 1000},
		{.id = 2, .order = 1, .unit = 3, .result = FLOW_FAILED, .error = 60},
		{.id = 3,
		 .order = 1,
		 .unit = 3,
		 .result = FLOW_PASSED,
		 .finished_ms = START_MS + 4000},
		{.id = 4,
		 .order = 1,
		 .unit = 9,
		 .result = FLOW_PASSED,
		 .finished_ms = START_MS + 5000},
		{.id = 5, .order = 1, .unit = 4, .result = FLOW_INTERRUPTED},
		{.id = 6, .order = 1, .unit = 5, .result = FLOW_REFUSED, .error = 45},
		{.id = 7, .order = 1, .result = FLOW_FAILED, .error = 3},
		{.id = 8, .unit = 9, .result = FLOW_FAILED, .error = 60},
	};
	struct bench *b = *state;
	struct ledger_loaded loaded;
	const struct ledger_loaded_order *o;
	struct answer second = {0}, closed = {0};
	struct problem problem;

	bench_open(b);
	bench_stock(b);
	store_runs(b, runs, sizeof runs / sizeof *runs);
	ledger_open_order(b->ledger,
			  &(struct ledger_order){.id = 2,
						 .name = "WO-2",
						 .profile = "phone",
						 .package_id = PACKAGE_ID,
						 .opened_ms = START_MS,
						 .operator_name = "Ada"},
			  bench_answer, &second);
	ledger_open_order(b->ledger,
			  &(struct ledger_order){.id = 3,
						 .name = "WO-3",
						 .profile = "phone",
						 .package_id = PACKAGE_ID,
						 .opened_ms = START_MS},
			  NULL, NULL);
	ledger_close_order(b->ledger, 3, START_MS, "done", bench_answer, &closed);
	bench_stored(b, &second);
	bench_stored(b, &closed);

	assert_int_equal(ledger_load(b->path, &loaded, &problem), 0);
	assert_int_equal(loaded.last_run_id, 8);
	assert_int_equal(loaded.last_order_id, 3);
	assert_int_equal(loaded.package_count, 1);
	assert_string_equal(loaded.packages[0].id, PACKAGE_ID);
	assert_string_equal(loaded.packages[0].name, "fw");
	assert_string_equal(loaded.packages[0].source_path, "/srv/fw");
	assert_int_equal(loaded.packages[0].bytes, 4096);
	assert_int_equal(loaded.order_count, 2);
	assert_string_equal(loaded.orders[1].name, "WO-2");
	assert_string_equal(loaded.orders[1].operator_name, "Ada");
	assert_int_equal(loaded.orders[1].units, 0);
	assert_null(loaded.orders[1].list);

	o = &loaded.orders[0];
	assert_string_equal(o->name, "WO-1");
	assert_string_equal(o->profile, "phone");
	assert_string_equal(o->package_id, PACKAGE_ID);
	assert_int_equal(o->quantity, 100);
	assert_int_equal(o->opened_ms, START_MS);
	assert_int_equal(o->passed, 2);
	assert_int_equal(o->failed, 2);
	assert_int_equal(o->refused, 1);
	assert_int_equal(o->interrupted, 1);
	assert_int_equal(o->units, 3);
	assert_int_equal(o->first_pass, 1);
	assert_int_equal(o->unit_count, 3);
	assert_string_equal(o->list[0].key, "09000000111111111111111111111111");
	assert_true(o->list[0].first_passed);
	assert_int_equal(o->list[0].passed_ms, START_MS + 1000);
	assert_int_equal(o->list[1].first_run_id, 2);
	assert_true(o->list[1].passed && !o->list[1].first_passed);
	assert_false(o->list[2].passed);
	assert_int_equal(o->takt_count, 1);
	assert_true(o->takt_s[0] == 3.0);
	ledger_loaded_free(&loaded);
	assert_null(loaded.orders);
}

static struct figures figures_of(const struct figures_run *runs, size_t count)
{
	struct figures f = {0};

	for (size_t i = 0; i < count; i++)
		figures_add(&f, &runs[i]);
	figures_finish(&f);
	assert_false(f.failed);
	return f;
}

static void figures_of_nothing(void **state)
{
	struct figures f = figures_of(NULL, 0);

	(void)state;
	assert_true(isnan(figures_yield(&f)));
	assert_true(isnan(figures_first_pass_yield(&f)));
	assert_true(isnan(figures_units_per_hour(&f)));
	assert_true(isnan(figures_takt_s(&f, 0.5)));
	assert_true(isnan(figures_run_s(&f, 0.5)));
	figures_release(&f);
}

/* The same unit in two orders is counted in each. */
static void figures_count_a_unit_once_an_order(void **state)
{
	static const struct figures_run runs[] = {
		{1, 5, false, 0, 1000}, {1, 5, true, 2000, 3000}, {1, 5, true, 4000, 5000},
		{1, 6, true, 0, 2000},	{2, 5, true, 6000, 9000}, {2, 0, false, 0, 10},
	};
	struct figures f = figures_of(runs, 6);

	(void)state;
	assert_int_equal(f.units, 3);
	assert_int_equal(f.passed, 3);
	assert_int_equal(f.first_pass, 2);
	assert_true(figures_yield(&f) == 1.0);
	/* Passes at 2, 3 and 9 s. */
	assert_true(figures_takt_s(&f, 0.5) == 1.0);
	assert_true(figures_takt_s(&f, 0.95) == 6.0);
	assert_true(figures_run_s(&f, 0.5) == 1.0);
	assert_true(figures_run_s(&f, 1.0) == 3.0);
	figures_release(&f);
}

static void percentiles_by_nearest_rank(void **state)
{
	struct figures_run runs[101];
	struct figures f;

	(void)state;
	for (int i = 0; i < 101; i++)
		runs[i] = (struct figures_run){.order_id = 1,
					       .unit_id = i + 1,
					       .passed = true,
					       .started_ms = 1000,
					       .finished_ms = 1000 + (int64_t)i * (i + 1) * 500};
	f = figures_of(runs, 101);
	/* Gaps are 1, 2, ... 100 s. */
	assert_true(figures_takt_s(&f, 0.5) == 50.0);
	assert_true(figures_takt_s(&f, 0.95) == 95.0);
	assert_true(figures_takt_s(&f, 0.0) == 1.0);
	assert_true(figures_takt_s(&f, 1.0) == 100.0);
	assert_true(fabs(figures_units_per_hour(&f) - 101 * 3600.0 / 5050.0) < 1e-9);
	figures_release(&f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_ledger),
		TEST(no_ledger_at_all),
		TEST(open_orders_with_their_counters),
		cmocka_unit_test(figures_of_nothing),
		cmocka_unit_test(figures_count_a_unit_once_an_order),
		cmocka_unit_test(percentiles_by_nearest_rank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
