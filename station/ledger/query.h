/*
 * query: reading the ledger for the web, off the loop thread.
 *
 * Each query runs in libuv's worker pool on a read-only connection and comes back on the loop
 * thread as JSON text in the shapes of the API (see schema/json). Queries never wait for the writer
 * (WAL).
 */
#ifndef STATION_LEDGER_QUERY_H
#define STATION_LEDGER_QUERY_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "engine/base/problem.h"

struct ledger_reader;

int ledger_reader_open(struct ledger_reader **out, uv_loop_t *loop, const char *path,
		       struct problem *problem);
/*
 * Queries waiting or under way are answered QUERY_FAILED first; then `closed` on the loop. Close
 * the reader before the ledger, so that the writer is the last to leave and can fold the WAL back
 * in.
 */
void ledger_reader_close(struct ledger_reader *r, void (*closed)(void *context), void *context);

enum query_kind {
	QUERY_UNITS,   /* filters below; {"items":[...],"next":cursor|null} */
	QUERY_UNIT,    /* id */
	QUERY_RUNS,    /* filters below */
	QUERY_RUN,     /* id; the run's JSON of design.md */
	QUERY_RUN_LOG, /* id; plain text, a line an event or step */
	QUERY_ORDERS,  /* with counters */
	QUERY_ORDER,   /* id */
	QUERY_PACKAGES,
	QUERY_PACKAGE,	/* text_id */
	QUERY_PROFILES, /* text_id: of that name only */
	QUERY_STATS,	/* order filter: yields, units an hour, takt, Pareto, by slot */
};

struct query {
	enum query_kind kind;
	int64_t id;
	char text_id[80];
	/* Filters of units, runs and (slot, order, from, to) statistics; "" and 0 are "any". */
	char imei[20], serial[64], me_id[40], soc_id[72];
	char result[16]; /* of a run ("running" too), of a unit's last run */
	char slot[96];	 /* label or path */
	int64_t order;
	/* From inclusive, to exclusive, UTC ms: of a run's start, of a unit's last sight. */
	int64_t from_ms, to_ms;
	int limit;     /* 1..1000; 0: 100 */
	int64_t after; /* cursor: `next` of the page before; 0: the newest */
};

enum query_status { QUERY_OK, QUERY_NOT_FOUND, QUERY_FAILED };

/* `body` is JSON (or text for RUN_LOG), freed by the query after the call. */
typedef void query_done(void *context, enum query_status status, const char *body,
			const struct problem *error);
/* 0 when queued; -1 when too many are waiting (then `done` is not called). */
int ledger_query(struct ledger_reader *r, const struct query *q, query_done *done, void *context);

#endif
