#include "station/ledger/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "station/ledger/db.h"
#include "station/ledger/figures.h"
#include "station/ledger/rows.h"

static void copy_text(char *out, size_t size, const struct rows *r, int column)
{
	snprintf(out, size, "%s", rows_text_or_empty(r, column));
}

/* Room for one more in an array that doubles; NULL: out of memory, the array stays. */
static void *one_more(void *list, size_t count, size_t size)
{
	bool full = (count & (count - 1)) == 0; /* 0 and powers of two */

	return full ? realloc(list, (count ? count * 2 : 1) * size) : list;
}

static int read_orders(sqlite3 *db, struct ledger_loaded *out)
{
	struct rows r = rows_of(
		db,
		"SELECT o.id, o.name, f.name, p.sha256, o.product, o.operator, o.quantity,"
		" o.opened_ms, o.choice, coalesce(o.stopped, '') FROM orders o JOIN profiles f ON "
		"f.id = o.profile_id"
		" JOIN packages p ON p.id = o.package_id WHERE o.closed_ms IS NULL ORDER BY o.id",
		"");

	while (rows_next(&r)) {
		struct ledger_loaded_order *o = one_more(out->orders, out->order_count, sizeof *o);

		if (!o) {
			r.code = SQLITE_NOMEM;
			break;
		}
		out->orders = o;
		o += out->order_count++;
		*o = (struct ledger_loaded_order){
			.id = rows_int(&r, 0),
			.quantity = rows_int(&r, 6),
			.opened_ms = rows_int(&r, 7),
			.choice_json = strdup(rows_text_or_empty(&r, 8)),
		};
		if (!o->choice_json) {
			r.code = SQLITE_NOMEM;
			break;
		}
		copy_text(o->stopped, sizeof o->stopped, &r, 9);
		copy_text(o->name, sizeof o->name, &r, 1);
		copy_text(o->profile, sizeof o->profile, &r, 2);
		copy_text(o->package_id, sizeof o->package_id, &r, 3);
		copy_text(o->product, sizeof o->product, &r, 4);
		copy_text(o->operator_name, sizeof o->operator_name, &r, 5);
	}
	return rows_end(&r);
}

static int count_runs(sqlite3 *db, struct ledger_loaded_order *o)
{
	struct rows r = rows_of(db,
				"SELECT count(*) FILTER (WHERE result = 'failed'),"
				" count(*) FILTER (WHERE result = 'refused'),"
				" count(*) FILTER (WHERE result = 'interrupted')"
				" FROM runs WHERE order_id = ?1",
				"i", o->id);

	if (rows_next(&r)) {
		o->failed = (uint32_t)rows_int(&r, 0);
		o->refused = (uint32_t)rows_int(&r, 1);
		o->interrupted = (uint32_t)rows_int(&r, 2);
	}
	return rows_end(&r);
}

/* The unit of this row: the last one of the list, or a new one at its end. NULL: out of memory. */
static struct ledger_loaded_unit *unit_of_row(struct ledger_loaded_order *o, const struct rows *r,
					      int64_t *unit_id)
{
	struct ledger_loaded_unit *unit;

	if (o->unit_count && rows_int(r, 1) == *unit_id)
		return &o->list[o->unit_count - 1];
	unit = one_more(o->list, o->unit_count, sizeof *unit);
	if (!unit)
		return NULL;
	o->list = unit;
	unit += o->unit_count++;
	*unit = (struct ledger_loaded_unit){
		.first_run_id = rows_int(r, 0),
		.first_passed = rows_int(r, 2),
	};
	copy_text(unit->key, sizeof unit->key, r, 5);
	*unit_id = rows_int(r, 1);
	return unit;
}

static int read_units(sqlite3 *db, struct ledger_loaded_order *o, struct figures *f)
{
	int64_t unit_id = 0;
	struct rows r =
		rows_of(db,
			"SELECT r.id, r.unit_id, r.result = 'passed', r.started_ms, r.finished_ms,"
			" coalesce(u.me_id, u.soc_id),"
			" r.error_code IS 64 AND r.error_family IS 'station' FROM runs r"
			" LEFT JOIN units u ON u.id = r.unit_id"
			" WHERE r.order_id = ?1 AND r.result IN ('passed', 'failed', 'refused')"
			" ORDER BY r.unit_id, r.id",
			"i", o->id);

	while (rows_next(&r)) {
		struct figures_run run = {
			.order_id = o->id,
			.unit_id = rows_int(&r, 1),
			.passed = rows_int(&r, 2),
			.started_ms = rows_int(&r, 3),
			.finished_ms = rows_int(&r, 4),
		};
		struct ledger_loaded_unit *unit;

		figures_add(f, &run);
		if (run.unit_id == 0 && !f->failed)
			continue; /* counted; nobody can know it again */
		unit = unit_of_row(o, &r, &unit_id);
		if (!unit || f->failed) {
			r.code = SQLITE_NOMEM;
			break;
		}
		unit->runs++;
		unit->tries = run.passed ? 0 : unit->tries + !rows_int(&r, 6);
		if (run.passed && !unit->passed) {
			unit->passed = true;
			unit->passed_ms = run.finished_ms;
		}
	}
	return rows_end(&r);
}

static int by_first_run(const void *a, const void *b)
{
	int64_t x = ((const struct ledger_loaded_unit *)a)->first_run_id;
	int64_t y = ((const struct ledger_loaded_unit *)b)->first_run_id;

	return (x > y) - (x < y);
}

static int take_figures(struct ledger_loaded_order *o, struct figures *f)
{
	figures_finish(f);
	o->passed = f->passed;
	o->units = f->units;
	o->first_pass = f->first_pass;
	if (f->passed < 2)
		return SQLITE_OK;
	o->takt_s = calloc(f->passed - 1, sizeof *o->takt_s);
	if (!o->takt_s)
		return SQLITE_NOMEM;
	o->takt_count = f->passed - 1;
	for (size_t i = 0; i < o->takt_count; i++)
		o->takt_s[i] = (double)(f->pass_ms[i + 1] - f->pass_ms[i]) / 1000.0;
	return SQLITE_OK;
}

static int read_counters(sqlite3 *db, struct ledger_loaded_order *o)
{
	struct figures f = {0};
	int code = count_runs(db, o);

	if (code == SQLITE_OK)
		code = read_units(db, o, &f);
	if (code == SQLITE_OK)
		code = take_figures(o, &f);
	figures_release(&f);
	if (code == SQLITE_OK && o->unit_count)
		qsort(o->list, o->unit_count, sizeof *o->list, by_first_run);
	return code;
}

static int read_packages(sqlite3 *db, struct ledger_loaded *out)
{
	struct rows r = rows_of(db,
				"SELECT sha256, name, platform, project, bytes, source_path"
				" FROM packages ORDER BY imported_ms, id",
				"");

	while (rows_next(&r)) {
		struct ledger_loaded_package *p =
			one_more(out->packages, out->package_count, sizeof *p);

		if (p)
			out->packages = p;
		if (p)
			p[out->package_count].source_path = strdup(rows_text_or_empty(&r, 5));
		if (!p || !p[out->package_count].source_path) {
			r.code = SQLITE_NOMEM;
			break;
		}
		p += out->package_count++;
		copy_text(p->id, sizeof p->id, &r, 0);
		copy_text(p->name, sizeof p->name, &r, 1);
		copy_text(p->platform, sizeof p->platform, &r, 2);
		copy_text(p->project, sizeof p->project, &r, 3);
		p->bytes = (uint64_t)rows_int(&r, 4);
	}
	return rows_end(&r);
}

static int read_quarantines(sqlite3 *db, struct ledger_loaded *out)
{
	struct rows r = rows_of(db,
				"SELECT s.path, q.since_ms, q.why FROM quarantines q"
				" JOIN slots s ON s.id = q.slot_id WHERE q.released_ms IS NULL",
				"");

	while (rows_next(&r)) {
		struct ledger_loaded_quarantine *q =
			one_more(out->quarantines, out->quarantine_count, sizeof *q);

		if (!q) {
			r.code = SQLITE_NOMEM;
			break;
		}
		out->quarantines = q;
		q += out->quarantine_count++;
		q->since_ms = rows_int(&r, 1);
		copy_text(q->slot_path, sizeof q->slot_path, &r, 0);
		copy_text(q->why, sizeof q->why, &r, 2);
	}
	return rows_end(&r);
}

static int read_all(sqlite3 *db, struct ledger_loaded *out)
{
	int code = db_number(db, "SELECT max(id) FROM runs", &out->last_run_id);

	if (code == SQLITE_OK)
		code = db_number(db, "SELECT max(id) FROM orders", &out->last_order_id);
	if (code == SQLITE_OK)
		code = read_quarantines(db, out);
	if (code == SQLITE_OK)
		code = read_packages(db, out);
	if (code == SQLITE_OK)
		code = read_orders(db, out);
	for (size_t i = 0; i < out->order_count && code == SQLITE_OK; i++)
		code = read_counters(db, &out->orders[i]);
	return code;
}

int ledger_load(const char *path, struct ledger_loaded *out, struct problem *problem)
{
	sqlite3 *db;
	int code;

	*out = (struct ledger_loaded){0};
	if (db_open_reader(&db, path, problem))
		return -1;
	code = read_all(db, out);
	if (code != SQLITE_OK) {
		db_problem(problem, db, code, path);
		ledger_loaded_free(out);
	}
	sqlite3_close(db);
	return code == SQLITE_OK ? 0 : -1;
}

void ledger_loaded_free(struct ledger_loaded *loaded)
{
	for (size_t i = 0; i < loaded->order_count; i++) {
		free(loaded->orders[i].list);
		free(loaded->orders[i].takt_s);
		free(loaded->orders[i].choice_json);
	}
	for (size_t i = 0; i < loaded->package_count; i++)
		free(loaded->packages[i].source_path);
	free(loaded->orders);
	free(loaded->packages);
	free(loaded->quarantines);
	*loaded = (struct ledger_loaded){0};
}
