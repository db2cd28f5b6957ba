/*
 * filter: the conditions of a query as SQL text with its values apart, so that nothing a person
 * sends ever becomes SQL. An empty text and 0 mean "any" and add nothing.
 */
#ifndef STATION_LEDGER_FILTER_H
#define STATION_LEDGER_FILTER_H

#include <stdint.h>

#include "station/ledger/query.h"
#include "station/ledger/rows.h"

#define FILTER_VALUES_MAX   16
#define QUERY_LIMIT_DEFAULT 100
#define QUERY_LIMIT_MAX	    1000

struct filter {
	char sql[1536]; /* " WHERE a AND b", or "" */
	int count;
	struct {
		const char *text; /* borrowed; NULL: a number */
		int64_t number;
	} values[FILTER_VALUES_MAX];
};

/* `condition` holds one `?`. */
void filter_text(struct filter *f, const char *condition, const char *value);
void filter_number(struct filter *f, const char *condition, int64_t value);
void filter_plain(struct filter *f, const char *condition); /* without a value */

/* The filters of runs (alias r): unit, result ("running" too), slot, order, from, to, after. */
void filter_runs(struct filter *f, const struct query *q);
/* The filters of units (alias u); result is that of the last run, from and to are of last seen. */
void filter_units(struct filter *f, const struct query *q);
/* The filters of statistics (alias r): slot, order, from, to. */
void filter_stats(struct filter *f, const struct query *q);

/* `select` + conditions + `tail`. `f` and its values must stay until rows_end(). */
struct rows filter_rows(const struct filter *f, sqlite3 *db, const char *select, const char *tail);

/* Rows a page holds; one more is asked for, to know whether there is a next page. */
int filter_limit(const struct query *q);

#endif
