#include "tests/ledger/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof *b);

	if (!b)
		return -1;
	snprintf(b->dir, sizeof b->dir, "/tmp/ledger-test-XXXXXX");
	if (!mkdtemp(b->dir) || uv_loop_init(&b->loop))
		return -1;
	snprintf(b->path, sizeof b->path, "%s/ledger.sqlite3", b->dir);
	*state = b;
	return 0;
}

static void remove_folder(const struct bench *b)
{
	static const char *const tails[] = {"", "-wal", "-shm", "-journal", ".lock"};
	char name[128];

	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		snprintf(name, sizeof name, "%s%s", b->path, tails[i]);
		unlink(name);
	}
	rmdir(b->dir);
}

int bench_teardown(void **state)
{
	struct bench *b = *state;
	int busy;

	bench_close(b);
	busy = uv_loop_close(&b->loop);

	remove_folder(b);
	free(b);
	return busy; /* a handle left behind is a failure */
}

static struct ledger_options options_of(const struct bench *b)
{
	return (struct ledger_options){.path = b->path, .station = "test", .version = "0.0.1"};
}

void bench_open(struct bench *b)
{
	struct ledger_options options = options_of(b);
	struct problem problem = {0};

	if (ledger_open(&b->ledger, &b->loop, &options, &b->opened, &problem))
		fail_msg("%s: %s; %s", problem.where, problem.why, problem.remedy);
	assert_non_null(b->ledger);
}

struct problem bench_open_refused(struct bench *b)
{
	struct ledger_options options = options_of(b);
	struct problem problem = {0};

	assert_int_equal(ledger_open(&b->ledger, &b->loop, &options, &b->opened, &problem), -1);
	assert_null(b->ledger);
	assert_string_not_equal(problem.where, "");
	assert_string_not_equal(problem.why, "");
	assert_string_not_equal(problem.remedy, "");
	return problem;
}

static void on_closed(void *context)
{
	*(bool *)context = true;
}

void bench_close(struct bench *b)
{
	bool reader_closed = !b->reader, ledger_closed = !b->ledger;

	if (b->reader)
		ledger_reader_close(b->reader, on_closed, &reader_closed);
	b->reader = NULL;
	while (!reader_closed)
		uv_run(&b->loop, UV_RUN_ONCE);
	if (b->ledger)
		ledger_close(b->ledger, on_closed, &ledger_closed);
	b->ledger = NULL;
	while (!ledger_closed)
		uv_run(&b->loop, UV_RUN_ONCE);
	uv_run(&b->loop, UV_RUN_DEFAULT);
}

void bench_answer(void *context, int64_t id, const struct problem *error)
{
	struct answer *a = context;

	a->calls++;
	a->id = id;
	a->refused = error != NULL;
	if (error)
		a->problem = *error;
}

void bench_wait(struct bench *b, const struct answer *a)
{
	uint64_t until = uv_hrtime() + 20000000000ull;

	while (a->calls == 0 && uv_hrtime() < until) {
		uv_run(&b->loop, UV_RUN_NOWAIT);
		if (a->calls == 0)
			usleep(200);
	}
	assert_int_equal(a->calls, 1);
}

int64_t bench_stored(struct bench *b, const struct answer *a)
{
	bench_wait(b, a);
	if (a->refused)
		fail_msg("%s: %s; %s", a->problem.where, a->problem.why, a->problem.remedy);
	return a->id;
}

static sqlite3 *open_beside(const struct bench *b)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2(b->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	return db;
}

static void select_one(const struct bench *b, const char *sql, int64_t *number, char *text,
		       size_t size)
{
	sqlite3 *db = open_beside(b);
	sqlite3_stmt *statement;
	const char *value;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	*number = sqlite3_column_int64(statement, 0);
	value = (const char *)sqlite3_column_text(statement, 0);
	snprintf(text, size, "%s", value ? value : "");
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

int64_t bench_number(const struct bench *b, const char *sql)
{
	int64_t number;
	char text[64];

	select_one(b, sql, &number, text, sizeof text);
	return number;
}

const char *bench_text(const struct bench *b, const char *sql)
{
	static char text[4096];
	int64_t number;

	select_one(b, sql, &number, text, sizeof text);
	return text;
}

void bench_exec(const struct bench *b, const char *sql)
{
	sqlite3 *db = open_beside(b);

	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}
