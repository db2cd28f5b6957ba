/*
 * query: takes queries on the loop thread, runs them in libuv's worker pool, brings the answers
 * back.
 *
 * A few connections, each used by one query at a time: a query waits in line on the loop until one
 * is free, so the pool (shared with imports) never fills up with waiting queries, and nothing is
 * locked.
 */
#include "station/ledger/query.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "station/ledger/db.h"
#include "station/ledger/read.h"

#define CONNECTIONS	2
#define WAITING_MAX	64
#define LONGEST_MS	10000
#define STEPS_PER_CHECK 10000 /* of SQLite's virtual machine: well under a millisecond */
#define NANO_PER_MS	1000000ull

struct job {
	uv_work_t work;
	struct ledger_reader *reader;
	struct job *next;
	struct query query;
	query_done *done;
	void *context;
	int connection;
	uint64_t deadline; /* uv_hrtime */
	enum query_status status;
	char *body;
	struct problem problem;
};

struct ledger_reader {
	uv_loop_t *loop;
	uv_async_t end; /* never sent: its close callback ends the reader */
	sqlite3 *connections[CONNECTIONS];
	bool busy[CONNECTIONS];
	struct job *first, *last; /* waiting */
	size_t waiting, active;
	atomic_bool closing; /* also read by the workers */
	void (*closed)(void *context);
	void *closed_context;
};

typedef int read_function(sqlite3 *db, const struct query *q, struct json_out *out, bool *found);

static read_function *const readers[] = {
	[QUERY_UNITS] = read_units,	[QUERY_UNIT] = read_unit,
	[QUERY_RUNS] = read_runs,	[QUERY_RUN] = read_run,
	[QUERY_RUN_LOG] = read_run_log, [QUERY_ORDERS] = read_orders,
	[QUERY_ORDER] = read_order,	[QUERY_PACKAGES] = read_packages,
	[QUERY_PACKAGE] = read_package, [QUERY_PROFILES] = read_profiles,
	[QUERY_STATS] = read_stats,
};

static int must_stop(void *context)
{
	const struct job *job = context;

	return atomic_load(&job->reader->closing) || uv_hrtime() > job->deadline;
}

static int read_in_transaction(sqlite3 *db, const struct query *q, struct json_out *out,
			       bool *found)
{
	int code = db_exec(db, "BEGIN"), end;

	if (code != SQLITE_OK)
		return code;
	code = readers[q->kind](db, q, out, found);
	end = db_exec(db, "COMMIT");
	return code == SQLITE_OK ? end : code;
}

static void explain(struct job *job, sqlite3 *db, int code)
{
	if ((code & 0xFF) == SQLITE_INTERRUPT)
		problem_set(&job->problem, "ledger query",
			    "ask for less: a smaller limit, a shorter time, one order",
			    atomic_load(&job->reader->closing)
				    ? "the station is closing"
				    : "it took more than 10 s and was stopped");
	else
		db_problem(&job->problem, db, code, "ledger query");
}

/* Worker thread. */
static void work(uv_work_t *request)
{
	struct job *job = request->data;
	sqlite3 *db = job->reader->connections[job->connection];
	struct json_out out = {0};
	bool found = false;
	int code;

	job->deadline = uv_hrtime() + LONGEST_MS * NANO_PER_MS;
	sqlite3_progress_handler(db, STEPS_PER_CHECK, must_stop, job);
	code = read_in_transaction(db, &job->query, &out, &found);
	sqlite3_progress_handler(db, 0, NULL, NULL);
	job->status = QUERY_FAILED;
	if (code != SQLITE_OK) {
		explain(job, db, code);
	} else if (!found) {
		job->status = QUERY_NOT_FOUND;
	} else {
		job->body = json_take(&out);
		if (job->body)
			job->status = QUERY_OK;
		else
			explain(job, NULL, SQLITE_NOMEM);
	}
	json_drop(&out);
}

static void answer(struct job *job)
{
	job->done(job->context, job->status, job->status == QUERY_OK ? job->body : NULL,
		  job->status == QUERY_FAILED ? &job->problem : NULL);
	free(job->body);
	free(job);
}

static void on_ended(uv_handle_t *handle)
{
	struct ledger_reader *r = handle->data;
	void (*closed)(void *context) = r->closed;
	void *context = r->closed_context;

	free(r);
	if (closed)
		closed(context);
}

static void end_reader(struct ledger_reader *r)
{
	for (int i = 0; i < CONNECTIONS; i++)
		sqlite3_close(r->connections[i]);
	uv_close((uv_handle_t *)&r->end, on_ended);
}

static void start_waiting(struct ledger_reader *r);

static void after_work(uv_work_t *request, int status)
{
	struct job *job = request->data;
	struct ledger_reader *r = job->reader;

	/* Cancelling is not used, so the work has been done. */
	(void)status;
	r->busy[job->connection] = false;
	answer(job);
	r->active--;
	start_waiting(r);
	if (atomic_load(&r->closing) && r->active == 0)
		end_reader(r);
}

static int free_connection(const struct ledger_reader *r)
{
	for (int i = 0; i < CONNECTIONS; i++)
		if (!r->busy[i])
			return i;
	return -1;
}

static struct job *take_waiting(struct ledger_reader *r)
{
	struct job *job = r->first;

	r->first = job->next;
	if (!r->first)
		r->last = NULL;
	r->waiting--;
	return job;
}

static void start_waiting(struct ledger_reader *r)
{
	int connection;

	while (r->first && (connection = free_connection(r)) >= 0) {
		struct job *job = take_waiting(r);

		job->connection = connection;
		r->busy[connection] = true;
		r->active++;
		uv_queue_work(r->loop, &job->work, work, after_work);
	}
}

int ledger_query(struct ledger_reader *r, const struct query *q, query_done *done, void *context)
{
	struct job *job;

	if (atomic_load(&r->closing) || r->waiting >= WAITING_MAX)
		return -1;
	job = calloc(1, sizeof *job);
	if (!job)
		return -1;
	job->work.data = job;
	job->reader = r;
	job->query = *q;
	job->done = done;
	job->context = context;
	if (r->last)
		r->last->next = job;
	else
		r->first = job;
	r->last = job;
	r->waiting++;
	start_waiting(r);
	return 0;
}

int ledger_reader_open(struct ledger_reader **out, uv_loop_t *loop, const char *path,
		       struct problem *problem)
{
	struct ledger_reader *r = calloc(1, sizeof *r);

	*out = NULL;
	if (!r)
		return problem_set(problem, path, "free memory on this machine", "out of memory");
	r->loop = loop;
	r->end.data = r;
	for (int i = 0; i < CONNECTIONS; i++)
		if (db_open_reader(&r->connections[i], path, problem))
			goto failed;
	if (uv_async_init(loop, &r->end, NULL)) {
		problem_set(problem, path, "free file descriptors",
			    "the ledger's reader could not be set up");
		goto failed;
	}
	uv_unref((uv_handle_t *)&r->end);
	*out = r;
	return 0;

failed:
	for (int i = 0; i < CONNECTIONS; i++)
		sqlite3_close(r->connections[i]);
	free(r);
	return -1;
}

void ledger_reader_close(struct ledger_reader *r, void (*closed)(void *context), void *context)
{
	r->closed = closed;
	r->closed_context = context;
	atomic_store(&r->closing, true);
	while (r->first) {
		struct job *job = take_waiting(r);

		job->status = QUERY_FAILED;
		problem_set(&job->problem, "ledger query", "ask again when the station is back",
			    "the station is closing");
		answer(job);
	}
	if (r->active == 0)
		end_reader(r);
}
