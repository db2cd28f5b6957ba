/*
 * read_stats: how a line does: results, yields, pace, what goes wrong most, and where. All SELECTs
 * run over the covering index runs_figures alone.
 */
#include "station/ledger/figures.h"
#include "station/ledger/read.h"

#define ERRORS_MAX " LIMIT 50"

#define RESULT_COUNTS                                                                              \
	" count(*), count(*) FILTER (WHERE r.result = 'passed'),"                                  \
	" count(*) FILTER (WHERE r.result = 'failed'),"                                            \
	" count(*) FILTER (WHERE r.result = 'refused'),"                                           \
	" count(*) FILTER (WHERE r.result = 'interrupted'),"                                       \
	" count(*) FILTER (WHERE r.result IS NULL)"

/* RESULT_COUNTS, from the given column on. */
static void write_counts(struct json_out *out, const struct rows *r, int column)
{
	static const char *const keys[] = {"total",   "passed",	     "failed",
					   "refused", "interrupted", "running"};

	json_object(out, "runs");
	for (int i = 0; i < 6; i++)
		json_int(out, keys[i], rows_int(r, column + i));
	json_object_end(out);
}

static int write_totals(sqlite3 *db, const struct filter *f, struct json_out *out)
{
	struct rows r = filter_rows(f, db, "SELECT" RESULT_COUNTS " FROM runs r", "");

	if (rows_next(&r))
		write_counts(out, &r, 0);
	return rows_end(&r);
}

static int gather(sqlite3 *db, const struct filter *f, struct figures *figures)
{
	struct filter counted = *f;
	struct rows r;

	filter_plain(&counted, "r.result IN ('passed', 'failed', 'refused')");
	r = filter_rows(&counted, db,
			"SELECT r.order_id, r.unit_id, r.result = 'passed', r.started_ms,"
			" r.finished_ms FROM runs r",
			" ORDER BY r.order_id, r.unit_id, r.id");
	while (rows_next(&r)) {
		struct figures_run run = {
			.order_id = rows_int(&r, 0),
			.unit_id = rows_int(&r, 1),
			.passed = rows_int(&r, 2),
			.started_ms = rows_int(&r, 3),
			.finished_ms = rows_int(&r, 4),
		};

		figures_add(figures, &run);
	}
	figures_finish(figures);
	if (figures->failed)
		r.code = SQLITE_NOMEM;
	return rows_end(&r);
}

static int write_figures(sqlite3 *db, const struct filter *f, struct json_out *out)
{
	struct figures figures = {0};
	int code = gather(db, f, &figures);

	json_object(out, "units");
	json_int(out, "tried", figures.units);
	json_int(out, "passed", figures.passed);
	json_int(out, "first_pass", figures.first_pass);
	json_object_end(out);
	json_real(out, "first_pass_yield", figures_first_pass_yield(&figures));
	json_real(out, "yield", figures_yield(&figures));
	json_real(out, "units_per_hour", figures_units_per_hour(&figures));
	json_object(out, "takt_s");
	json_real(out, "median", figures_takt_s(&figures, 0.5));
	json_real(out, "p95", figures_takt_s(&figures, 0.95));
	json_object_end(out);
	json_object(out, "run_s"); /* length of passed runs */
	json_real(out, "median", figures_run_s(&figures, 0.5));
	json_real(out, "p95", figures_run_s(&figures, 0.95));
	json_object_end(out);
	figures_release(&figures);
	return code;
}

/* Pareto: the most frequent first. */
static int write_errors(sqlite3 *db, const struct filter *f, struct json_out *out)
{
	struct filter faulty = *f;
	struct rows r;

	filter_plain(&faulty, "r.error_code IS NOT NULL");
	r = filter_rows(&faulty, db,
			"SELECT r.error_family, r.error_code, count(*), count(DISTINCT r.unit_id)"
			" FROM runs r",
			" GROUP BY r.error_family, r.error_code ORDER BY 3 DESC, 1, 2" ERRORS_MAX);
	json_array(out, "errors");
	while (rows_next(&r)) {
		json_object(out, NULL);
		read_error_name(out, rows_text(&r, 0), rows_int(&r, 1));
		json_int(out, "count", rows_int(&r, 2));
		json_int(out, "units", rows_int(&r, 3));
		json_object_end(out);
	}
	json_array_end(out);
	return rows_end(&r);
}

static int write_slots(sqlite3 *db, const struct filter *f, struct json_out *out)
{
	struct rows r = filter_rows(f, db,
				    "SELECT s.label, s.path," RESULT_COUNTS
				    " FROM runs r CROSS JOIN slots s ON s.id = r.slot_id",
				    " GROUP BY r.slot_id ORDER BY s.label, s.path");

	json_array(out, "slots");
	while (rows_next(&r)) {
		int64_t passed = rows_int(&r, 3);
		int64_t counted = passed + rows_int(&r, 4) + rows_int(&r, 5);

		json_object(out, NULL);
		json_text(out, "slot", rows_text(&r, 0));
		json_text(out, "slot_path", rows_text(&r, 1));
		write_counts(out, &r, 2);
		if (counted)
			json_real(out, "pass_rate", (double)passed / (double)counted);
		else
			json_null(out, "pass_rate");
		json_object_end(out);
	}
	json_array_end(out);
	return rows_end(&r);
}

static void optional_number(struct json_out *out, const char *key, int64_t value)
{
	if (value)
		json_int(out, key, value);
	else
		json_null(out, key);
}

static void optional_time(struct json_out *out, const char *key, int64_t ms)
{
	if (ms)
		json_time(out, key, ms);
	else
		json_null(out, key);
}

int read_stats(sqlite3 *db, const struct query *q, struct json_out *out, bool *found)
{
	struct filter f = {0};
	int code;

	filter_stats(&f, q);
	json_object(out, NULL);
	optional_number(out, "order", q->order);
	optional_time(out, "from", q->from_ms);
	optional_time(out, "to", q->to_ms);
	code = write_totals(db, &f, out);
	if (code == SQLITE_OK)
		code = write_figures(db, &f, out);
	if (code == SQLITE_OK)
		code = write_errors(db, &f, out);
	if (code == SQLITE_OK)
		code = write_slots(db, &f, out);
	json_object_end(out);
	*found = true;
	return code;
}
