/*
 * query: reading the ledger for the web, off the loop thread.
 *
 * Each query runs in libuv's worker pool on a read-only connection and comes back on the loop
 * thread as JSON text in the shapes of the API (see schema/api). Queries never wait for the writer
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
/* Waits for queries under way (they finish or are interrupted); then `closed` on the loop. */
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
	QUERY_PACKAGE, /* text_id */
	QUERY_PROFILES,
	QUERY_STATS, /* order filter: yields, units an hour, takt, Pareto, by slot */
};

struct query {
	enum query_kind kind;
	int64_t id;
	char text_id[80];
	/* filters; empty strings and 0 are "any" */
	char imei[20], serial[64], me_id[40], soc_id[72], result[16], slot[96];
	int64_t order;
	int64_t from_ms, to_ms;
	int limit;     /* 1..1000 */
	int64_t after; /* cursor: id of the last row seen */
};

enum query_status { QUERY_OK, QUERY_NOT_FOUND, QUERY_FAILED };

/* `body` is JSON (or text for RUN_LOG), freed by the query after the call. */
typedef void query_done(void *context, enum query_status status, const char *body,
			const struct problem *error);
/* 0 when queued; -1 when too many are waiting (then `done` is not called). */
int ledger_query(struct ledger_reader *r, const struct query *q, query_done *done, void *context);

#endif
