#include "station/ledger/filter.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void filter_plain(struct filter *f, const char *condition)
{
	size_t n = strlen(f->sql);
	int more =
		snprintf(f->sql + n, sizeof f->sql - n, "%s%s", n ? " AND " : " WHERE ", condition);

	assert(more > 0 && (size_t)more < sizeof f->sql - n);
	(void)more;
}

void filter_text(struct filter *f, const char *condition, const char *value)
{
	if (!*value)
		return;
	assert(f->count < FILTER_VALUES_MAX);
	filter_plain(f, condition);
	f->values[f->count++].text = value;
}

void filter_number(struct filter *f, const char *condition, int64_t value)
{
	if (value == 0)
		return;
	assert(f->count < FILTER_VALUES_MAX);
	filter_plain(f, condition);
	f->values[f->count++].number = value;
}

void filter_runs(struct filter *f, const struct query *q)
{
	filter_text(f, "r.unit_id IN (SELECT unit_id FROM imeis WHERE imei = ?)", q->imei);
	filter_text(f, "r.unit_id IN (SELECT id FROM units WHERE serial = ?)", q->serial);
	filter_text(f, "r.unit_id IN (SELECT id FROM units WHERE me_id = lower(?))", q->me_id);
	filter_text(f, "r.unit_id IN (SELECT id FROM units WHERE soc_id = lower(?))", q->soc_id);
	if (strcmp(q->result, "running") == 0)
		filter_plain(f, "r.result IS NULL");
	else
		filter_text(f, "r.result = ?", q->result);
	filter_stats(f, q);
	filter_number(f, "r.id < ?", q->after);
}

void filter_stats(struct filter *f, const struct query *q)
{
	size_t n;

	if (*q->slot) {
		filter_text(f, "r.slot_id IN (SELECT id FROM slots WHERE path = ?", q->slot);
		/* The same value again: by path or by label. */
		n = strlen(f->sql);
		snprintf(f->sql + n, sizeof f->sql - n,
			 " UNION SELECT id FROM slots WHERE label = ?)");
		f->values[f->count++].text = q->slot;
	}
	filter_number(f, "r.order_id = ?", q->order);
	filter_number(f, "r.started_ms >= ?", q->from_ms);
	filter_number(f, "r.started_ms < ?", q->to_ms);
}

void filter_units(struct filter *f, const struct query *q)
{
	filter_text(f, "u.id IN (SELECT unit_id FROM imeis WHERE imei = ?)", q->imei);
	filter_text(f, "u.serial = ?", q->serial);
	filter_text(f, "u.me_id = lower(?)", q->me_id);
	filter_text(f, "u.soc_id = lower(?)", q->soc_id);
	filter_text(f, "u.last_result = ?", q->result);
	filter_text(f,
		    "u.id IN (SELECT r.unit_id FROM runs r JOIN slots s ON s.id = r.slot_id"
		    " WHERE ? IN (s.path, s.label))",
		    q->slot);
	filter_number(f, "u.id IN (SELECT unit_id FROM runs WHERE order_id = ?)", q->order);
	filter_number(f, "u.last_seen_ms >= ?", q->from_ms);
	filter_number(f, "u.last_seen_ms < ?", q->to_ms);
	filter_number(f, "u.id < ?", q->after);
}

struct rows filter_rows(const struct filter *f, sqlite3 *db, const char *select, const char *tail)
{
	char sql[4096];
	int n = snprintf(sql, sizeof sql, "%s%s%s", select, f->sql, tail);
	struct rows r;

	assert(n > 0 && (size_t)n < sizeof sql);
	(void)n;
	r = rows_of(db, sql, "");
	for (int i = 0; i < f->count && r.code == SQLITE_OK; i++)
		r.code = f->values[i].text
				 ? sqlite3_bind_text(r.statement, i + 1, f->values[i].text, -1,
						     SQLITE_STATIC)
				 : sqlite3_bind_int64(r.statement, i + 1, f->values[i].number);
	return r;
}

int filter_limit(const struct query *q)
{
	if (q->limit <= 0)
		return QUERY_LIMIT_DEFAULT;
	return q->limit > QUERY_LIMIT_MAX ? QUERY_LIMIT_MAX : q->limit;
}
