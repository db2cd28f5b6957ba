#include "station/ledger/store.h"

#include <stdio.h>

#include "station/ledger/db.h"
#include "station/ledger/times.h"

static const char *kind_name(enum record_kind kind)
{
	static const char *const names[] = {
		[RECORD_SLOT] = "slot",
		[RECORD_PROFILE] = "profile",
		[RECORD_PACKAGE] = "package",
		[RECORD_ORDER_OPEN] = "new order",
		[RECORD_ORDER_CLOSE] = "close of an order",
		[RECORD_RUN_BEGIN] = "start of a run",
		[RECORD_RUN_IDENTIFIED] = "identity of a run's unit",
		[RECORD_RUN_NUMBERS] = "serial and IMEIs of a run's unit",
		[RECORD_RUN_NO_RETURN] = "point of no return of a run",
		[RECORD_RUN_FINISH] = "end of a run",
		[RECORD_EVENT] = "event",
		[RECORD_ANSWER] = "answer",
	};

	return names[kind];
}

/* A refused record leaves a trace in the events, whether or not somebody waits for it. */
static int note_refusal(struct applier *a, const struct record *r)
{
	char text[448];
	int code;

	snprintf(text, sizeof text, "%s, %s: %s", kind_name(r->kind), r->problem.where,
		 r->problem.why);
	code = statement_run(&a->sql, SQL_EVENT_ADD, "ittit", times_now_ms(), "ledger-refused",
			     NULL, (int64_t)0, text);
	return code;
}

/* SQLITE_OK also when the record is refused; else what file or disk said. */
static int store_one(sqlite3 *db, struct applier *a, struct record *r)
{
	int code = db_exec(db, "SAVEPOINT record");

	r->refused = false;
	r->id = 0;
	if (code == SQLITE_OK)
		code = apply_record(a, r);
	if (code == SQLITE_OK)
		return db_exec(db, "RELEASE record");
	if (code != APPLY_REFUSED) {
		if (db_unable(code))
			return code;
		db_problem(&r->problem, db, code, kind_name(r->kind));
	}
	r->refused = true;
	r->id = 0;
	code = db_exec(db, "ROLLBACK TO record; RELEASE record");
	return code == SQLITE_OK ? note_refusal(a, r) : code;
}

int store_batch(sqlite3 *db, struct applier *a, const struct record_list *batch,
		struct problem *why)
{
	int code = db_exec(db, "BEGIN IMMEDIATE");

	for (struct record *r = batch->first; r && code == SQLITE_OK; r = r->next)
		code = store_one(db, a, r);
	if (code == SQLITE_OK)
		code = db_exec(db, "COMMIT");
	if (code == SQLITE_OK)
		return 0;
	db_problem(why, db, code, "ledger file");
	/* Some errors have rolled back already. */
	if (!sqlite3_get_autocommit(db))
		db_exec(db, "ROLLBACK");
	return -1;
}
