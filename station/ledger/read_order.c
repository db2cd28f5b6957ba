/* read_order: orders with what they have reached, counted from their runs. */
#include <stdio.h>

#include "station/ledger/figures.h"
#include "station/ledger/read.h"

static const char select_orders[] =
	"SELECT o.id, o.name, f.name, p.sha256, p.name, o.product, o.quantity, o.operator,"
	" o.opened_ms, o.closed_ms, o.close_reason, o.operation, o.choice -> 'slots', o.stopped"
	" FROM orders o"
	" JOIN profiles f ON f.id = o.profile_id JOIN packages p ON p.id = o.package_id";

static int gather(sqlite3 *db, int64_t order_id, struct figures *f)
{
	struct rows r =
		rows_of(db,
			"SELECT unit_id, result = 'passed', started_ms, finished_ms FROM runs"
			" WHERE order_id = ?1 AND result IN ('passed', 'failed', 'refused')"
			" ORDER BY unit_id, id",
			"i", order_id);

	while (rows_next(&r)) {
		struct figures_run run = {
			.order_id = order_id,
			.unit_id = rows_int(&r, 0),
			.passed = rows_int(&r, 1),
			.started_ms = rows_int(&r, 2),
			.finished_ms = rows_int(&r, 3),
		};

		figures_add(f, &run);
	}
	figures_finish(f);
	if (f->failed)
		r.code = SQLITE_NOMEM;
	return rows_end(&r);
}

static int write_runs(sqlite3 *db, int64_t order_id, struct json_out *out)
{
	struct rows r = rows_of(db,
				"SELECT count(*) FILTER (WHERE result = 'failed'),"
				" count(*) FILTER (WHERE result = 'refused'),"
				" count(*) FILTER (WHERE result = 'interrupted'),"
				" count(*) FILTER (WHERE result IS NULL)"
				" FROM runs WHERE order_id = ?1",
				"i", order_id);

	if (rows_next(&r)) {
		json_int(out, "failed", rows_int(&r, 0));
		json_int(out, "refused", rows_int(&r, 1));
		json_int(out, "interrupted", rows_int(&r, 2));
		json_int(out, "running", rows_int(&r, 3));
	}
	return rows_end(&r);
}

static int write_counters(sqlite3 *db, int64_t order_id, struct json_out *out)
{
	struct figures f = {0};
	int code = gather(db, order_id, &f);

	json_int(out, "units", f.units);
	json_int(out, "passed", f.passed); /* units once; the next four are runs */
	if (code == SQLITE_OK)
		code = write_runs(db, order_id, out);
	json_int(out, "first_pass", f.first_pass);
	json_real(out, "first_pass_yield", figures_first_pass_yield(&f));
	json_real(out, "yield", figures_yield(&f));
	json_real(out, "units_per_hour", figures_units_per_hour(&f));
	json_real(out, "takt_median_s", figures_takt_s(&f, 0.5));
	figures_release(&f);
	return code;
}

static int write_order(sqlite3 *db, const struct rows *r, struct json_out *out)
{
	bool closed = !rows_null(r, 9);
	int code;

	json_object(out, NULL);
	json_int(out, "id", rows_int(r, 0));
	json_text(out, "name", rows_text(r, 1));
	json_text(out, "state", closed ? "closed" : "open");
	json_text(out, "profile", rows_text(r, 2));
	json_object(out, "package");
	json_text(out, "id", rows_text(r, 3));
	json_text(out, "name", rows_text(r, 4));
	json_object_end(out);
	json_text(out, "product", rows_text(r, 5));
	if (rows_int(r, 6))
		json_int(out, "quantity", rows_int(r, 6));
	else
		json_null(out, "quantity"); /* open end */
	json_text(out, "operator", rows_text(r, 7));
	json_time(out, "opened_at", rows_int(r, 8));
	if (closed)
		json_time(out, "closed_at", rows_int(r, 9));
	else
		json_null(out, "closed_at");
	json_text(out, "close_reason", rows_text(r, 10));
	json_text(out, "operation", rows_text(r, 11));
	json_raw(out, "slots", rows_null(r, 12) ? "[]" : rows_text(r, 12));
	json_text(out, "stopped", rows_text(r, 13));
	code = write_counters(db, rows_int(r, 0), out);
	json_object_end(out);
	return code;
}

int read_orders(sqlite3 *db, const struct query *q, struct json_out *out, bool *found)
{
	int limit = filter_limit(q), count = 0;
	struct filter f = {0};
	int64_t last = 0, next = 0;
	char tail[64];
	struct rows r;

	filter_number(&f, "o.opened_ms >= ?", q->from_ms);
	filter_number(&f, "o.opened_ms < ?", q->to_ms);
	filter_number(&f, "o.id < ?", q->after);
	snprintf(tail, sizeof tail, " ORDER BY o.id DESC LIMIT %d", limit + 1);
	r = filter_rows(&f, db, select_orders, tail);
	page_open(out);
	while (rows_next(&r)) {
		if (count++ == limit) {
			next = last;
			break;
		}
		last = rows_int(&r, 0);
		r.code = write_order(db, &r, out);
	}
	page_close(out, next);
	*found = true;
	return rows_end(&r);
}

int read_order(sqlite3 *db, const struct query *q, struct json_out *out, bool *found)
{
	struct filter f = {0};
	struct rows r;

	filter_plain(&f, "o.id = ?");
	f.values[f.count++].number = q->id;
	r = filter_rows(&f, db, select_orders, "");
	*found = rows_next(&r);
	if (*found)
		r.code = write_order(db, &r, out);
	return rows_end(&r);
}
