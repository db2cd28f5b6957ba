/*
 * read: what each kind of query answers, written as JSON (or text) from a read-only connection that
 * is inside a transaction, so that an answer of several SELECTs is of one moment.
 *
 * Each returns an SQLite result code; *found turns false when the thing asked for does not exist.
 * Called on a worker thread.
 */
#ifndef STATION_LEDGER_READ_H
#define STATION_LEDGER_READ_H

#include <sqlite3.h>
#include <stdbool.h>

#include "station/ledger/filter.h"
#include "station/ledger/json_out.h"
#include "station/ledger/query.h"

int read_runs(sqlite3 *db, const struct query *q, struct json_out *out, bool *found);
int read_run(sqlite3 *db, const struct query *q, struct json_out *out, bool *found);
int read_run_log(sqlite3 *db, const struct query *q, struct json_out *out, bool *found);
int read_units(sqlite3 *db, const struct query *q, struct json_out *out, bool *found);
int read_unit(sqlite3 *db, const struct query *q, struct json_out *out, bool *found);
int read_orders(sqlite3 *db, const struct query *q, struct json_out *out, bool *found);
int read_order(sqlite3 *db, const struct query *q, struct json_out *out, bool *found);
int read_packages(sqlite3 *db, const struct query *q, struct json_out *out, bool *found);
int read_package(sqlite3 *db, const struct query *q, struct json_out *out, bool *found);
int read_profiles(sqlite3 *db, const struct query *q, struct json_out *out, bool *found);
int read_stats(sqlite3 *db, const struct query *q, struct json_out *out, bool *found);

/*
 * Shared pieces. A page is {"items":[...],"next":cursor}: open it, write at most `limit` items
 * while rows come, close it with the id of the last item, or 0 when no more rows follow.
 */
void page_open(struct json_out *out);
void page_close(struct json_out *out, int64_t next);

/* Whole runs (the columns of the API) as items, newest first; *next is the cursor, 0 at the end. */
int read_run_items(sqlite3 *db, const struct filter *f, int limit, struct json_out *out,
		   size_t *count, int64_t *next);
/* error{code,name,family,step,meaning,action[],what} from the catalogue; null without family. */
void read_error(struct json_out *out, const char *key, const char *family, int64_t code,
		const char *step, const char *what);
/* "code","name","family","meaning" alone, into an open object. */
void read_error_name(struct json_out *out, const char *family, int64_t code);
/* "imei":[...],"imei_status": of a unit. */
int read_imeis(sqlite3 *db, int64_t unit_id, const char *status, struct json_out *out);

#endif
