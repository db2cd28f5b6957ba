/*
 * ledger: opens the file and puts the writer to work; on the loop side, turns calls into records
 * and answers into callbacks.
 *
 * Open: lock -> SQLite -> quick check -> migrate -> recover -> writer thread.
 * Close: writer_close() -> the thread stores the rest and delivers its answers -> it ends -> join
 * -> uv_close -> `closed`.
 */
#include "station/ledger/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "schema/schema.h"
#include "station/ledger/db.h"
#include "station/ledger/migrate.h"
#include "station/ledger/recover.h"
#include "station/ledger/times.h"
#include "station/ledger/writer.h"

struct ledger {
	struct writer writer;
	struct writer_state state; /* as of the last turn of the loop */
	uv_async_t notify;
	int lock;      /* descriptor of the lock file */
	char *version; /* the writer borrows it */
	void (*closed)(void *context);
	void *closed_context;
};

/*
 * A second station on the same file would mark our runs as interrupted. SQLite's locks can't tell,
 * as they come and go with each transaction.
 */
static int lock_file(const char *path, struct problem *problem)
{
	char name[4096];
	int fd;

	snprintf(name, sizeof name, "%s.lock", path);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return problem_set(
			problem, path,
			"make state_dir exist and be writable for the user of the station",
			"its lock file can't be opened: %s", strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	problem_set(problem, path, "end the other station, or set another state_dir",
		    errno == EWOULDBLOCK ? "another station is using it"
					 : "its lock file can't be locked");
	close(fd);
	return -1;
}

static int make_durable(sqlite3 *db, const char *path, struct problem *problem)
{
	int code = db_make_durable(db);

	return code == SQLITE_OK ? 0 : db_problem(problem, db, code, path);
}

static int check(sqlite3 *db, const char *path, struct problem *problem)
{
	sqlite3_stmt *statement;
	const char *text;
	int code = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL);
	int result = -1;

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	text = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
	if (!text)
		db_problem(problem, db, code, path);
	else if (strcmp(text, "ok") == 0)
		result = 0;
	else
		problem_set(problem, path,
			    "move the file aside and put back the last backup, or start anew",
			    "the file is damaged: %s", text);
	sqlite3_finalize(statement);
	return result;
}

static int last_ids(sqlite3 *db, struct ledger_opened *opened, struct problem *problem)
{
	int code = db_number(db, "SELECT coalesce(max(id), 0) + 1 FROM runs", &opened->next_run_id);

	if (code == SQLITE_OK)
		code = db_number(db, "SELECT coalesce(max(id), 0) + 1 FROM orders",
				 &opened->next_order_id);
	return code == SQLITE_OK ? 0 : db_problem(problem, db, code, "ledger file");
}

static int open_database(sqlite3 **db, const struct ledger_options *options,
			 struct ledger_opened *opened, struct problem *problem)
{
	if (db_open_writer(db, options->path, problem))
		return -1;
	if (migrate_check(*db, schema_migrations_count, problem) == 0 &&
	    make_durable(*db, options->path, problem) == 0 &&
	    check(*db, options->path, problem) == 0 &&
	    migrate(*db, schema_migrations, schema_migrations_count, &opened->schema_version,
		    problem) == 0 &&
	    recover(*db, options->station, options->version, &opened->interrupted, problem) == 0 &&
	    last_ids(*db, opened, problem) == 0)
		return 0;
	sqlite3_close(*db);
	*db = NULL;
	return -1;
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct ledger *l = handle->data;
	void (*closed)(void *context) = l->closed;
	void *context = l->closed_context;

	close(l->lock);
	free(l->version);
	free(l);
	if (closed)
		closed(context);
}

static void on_notify(uv_async_t *notify)
{
	struct ledger *l = notify->data;

	if (!writer_deliver(&l->writer, &l->state))
		return;
	writer_release(&l->writer);
	uv_close((uv_handle_t *)notify, on_handle_closed);
}

int ledger_open(struct ledger **out, uv_loop_t *loop, const struct ledger_options *options,
		struct ledger_opened *opened, struct problem *problem)
{
	struct ledger *l = calloc(1, sizeof *l);
	sqlite3 *db = NULL;

	*out = NULL;
	*opened = (struct ledger_opened){0};
	if (!l)
		return problem_set(problem, options->path, "free memory on this machine",
				   "out of memory");
	l->lock = lock_file(options->path, problem);
	if (l->lock < 0)
		goto free_ledger;
	if (open_database(&db, options, opened, problem))
		goto unlock;
	l->version = strdup(options->version ? options->version : "");
	if (!l->version || uv_async_init(loop, &l->notify, on_notify)) {
		problem_set(problem, options->path, "free memory or file descriptors",
			    "the ledger's writer could not be set up");
		goto close_database;
	}
	l->notify.data = l;
	if (writer_start(&l->writer, db, l->version, &l->notify, problem)) {
		sqlite3_close(db);
		uv_close((uv_handle_t *)&l->notify, on_handle_closed);
		return -1;
	}
	*out = l;
	return 0;

close_database:
	free(l->version);
	sqlite3_close(db);
unlock:
	close(l->lock);
free_ledger:
	free(l);
	return -1;
}

void ledger_close(struct ledger *l, void (*closed)(void *context), void *context)
{
	l->closed = closed;
	l->closed_context = context;
	writer_close(&l->writer);
}

bool ledger_failing(const struct ledger *l, struct problem *why)
{
	if (l->state.failing && why)
		*why = l->state.why;
	return l->state.failing;
}

void ledger_counts(const struct ledger *l, struct ledger_counts *out)
{
	*out = (struct ledger_counts){
		.transactions = l->state.transactions,
		.failed_transactions = l->state.failed_transactions,
		.records = l->state.records,
		.waiting = l->state.waiting,
	};
}

static void push(struct ledger *l, struct record *r, ledger_done *done, void *context)
{
	r->done = done;
	r->context = context;
	writer_push(&l->writer, r);
}

void ledger_put_slot(struct ledger *l, const struct ledger_slot *slot)
{
	push(l, record_slot(slot), NULL, NULL);
}

void ledger_put_profile(struct ledger *l, const struct ledger_profile *profile, ledger_done *done,
			void *context)
{
	push(l, record_profile(profile), done, context);
}

void ledger_put_package(struct ledger *l, const struct ledger_package *package, ledger_done *done,
			void *context)
{
	push(l, record_package(package), done, context);
}

void ledger_open_order(struct ledger *l, const struct ledger_order *order, ledger_done *done,
		       void *context)
{
	push(l, record_order_open(order), done, context);
}

void ledger_close_order(struct ledger *l, int64_t order_id, int64_t closed_ms, const char *reason,
			ledger_done *done, void *context)
{
	push(l, record_order_close(order_id, closed_ms, reason), done, context);
}

void ledger_stop_order(struct ledger *l, int64_t order_id, const char *why)
{
	push(l, record_order_stop(order_id, why), NULL, NULL);
}

void ledger_quarantine(struct ledger *l, const char *slot_path, int64_t since_ms, const char *why,
		       const char *statistics_json)
{
	push(l, record_quarantine(slot_path, since_ms, why, statistics_json), NULL, NULL);
}

void ledger_release(struct ledger *l, const char *slot_path, int64_t at_ms)
{
	push(l, record_release(slot_path, at_ms), NULL, NULL);
}

void ledger_put_stream(struct ledger *l, const struct ledger_stream *stream, ledger_done *done,
		       void *context)
{
	push(l, record_stream(stream), done, context);
}

void ledger_begin_run(struct ledger *l, const struct ledger_run_begin *run)
{
	push(l, record_run_begin(run), NULL, NULL);
}

void ledger_run_identified(struct ledger *l, int64_t run_id, const struct device_facts *facts,
			   ledger_done *done, void *context)
{
	push(l, record_run_identified(run_id, times_now_ms(), facts), done, context);
}

void ledger_run_numbers(struct ledger *l, int64_t run_id, const struct device_facts *facts,
			ledger_done *done, void *context)
{
	push(l, record_run_numbers(run_id, times_now_ms(), facts), done, context);
}

void ledger_run_no_return(struct ledger *l, int64_t run_id, int64_t at_ms, ledger_done *done,
			  void *context)
{
	push(l, record_run_no_return(run_id, at_ms), done, context);
}

void ledger_finish_run(struct ledger *l, const struct ledger_run_end *end, ledger_done *done,
		       void *context)
{
	push(l, record_run_finish(end), done, context);
}

void ledger_event(struct ledger *l, int64_t at_ms, const char *kind, const char *slot_path,
		  int64_t run_id, const char *text)
{
	push(l, record_event(at_ms, kind, slot_path, run_id, text), NULL, NULL);
}
