/*
 * writer: the thread that owns the read-write connection, and the two queues between it and the
 * loop.
 *
 * Happy path: the loop pushes records; the thread takes all there are, stores them in one
 * transaction (a savepoint each, so that a bad record takes only itself down), commits, and hands
 * those with a callback back to the loop.
 *
 * When file or disk refuse (full, locked, I/O error) the transaction is rolled back and tried
 * again, more and more slowly, until it succeeds. Meanwhile the ledger is failing, and each waiting
 * record is treated as its kind demands (see `policies` in writer.c): history is kept and stored
 * later; permission to act (point of no return) and wishes of people are refused at once.
 */
#ifndef STATION_LEDGER_WRITER_H
#define STATION_LEDGER_WRITER_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "station/ledger/apply.h"
#include "station/ledger/record.h"

/* Events are the only records that may be given up, when this many wait for a failing disk. */
#define WRITER_EVENTS_MAX 50000

struct writer_state { /* what the loop may know */
	bool failing;
	struct problem why;
	uint64_t transactions, failed_transactions, records;
	uint64_t events_dropped;
	size_t waiting; /* records not yet stored */
};

struct writer {
	uv_thread_t thread;
	uv_async_t *notify; /* sent when `done`, `state` or `ended` has changed */

	uv_mutex_t mutex; /* guards all up to the next blank line */
	uv_cond_t wake;
	struct record_list queue; /* from the loop, oldest first */
	struct record_list done;  /* answers for the loop */
	size_t undelivered;	  /* answers whose callback has not returned yet */
	bool closing, ended;
	struct writer_state state;

	sqlite3 *db; /* the thread's own, as all below */
	struct applier applier;
	struct record_list pending; /* taken from the queue, not yet stored */
	unsigned tries;		    /* in vain, since the last success */
	unsigned tries_closing;	    /* of these, since the station wants to close */
	int64_t failing_since_ms;
};

/* Takes over `db`, which the thread closes at its end. 0, or -1 with `problem`; then `db` is open.
 */
int writer_start(struct writer *w, sqlite3 *db, const char *version, uv_async_t *notify,
		 struct problem *problem);
/* Loop thread. Takes over `r`. */
void writer_push(struct writer *w, struct record *r);
/* Loop thread: call the callbacks of all answers. Returns true when the thread has ended. */
bool writer_deliver(struct writer *w, struct writer_state *state);
/* Loop thread: store what is queued, then end; `notify` comes when done. */
void writer_close(struct writer *w);
/* Loop thread, after writer_deliver() has returned true. */
void writer_release(struct writer *w);

#endif
