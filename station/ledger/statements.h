/*
 * statements: everything the writer does to the database, as statements prepared once.
 */
#ifndef STATION_LEDGER_STATEMENTS_H
#define STATION_LEDGER_STATEMENTS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/base/problem.h"

enum statement {
	SQL_SLOT_PUT,
	SQL_SLOT_SEEN,
	SQL_PROFILE_PUT,
	SQL_PROFILE_FIND,
	SQL_PACKAGE_PUT,
	SQL_PACKAGE_FIND,
	SQL_IMAGES_PUT,
	SQL_IMAGE_SEEN,
	SQL_FILES_PUT,
	SQL_ORDER_FIND,
	SQL_ORDER_OPEN,
	SQL_ORDER_CLOSE,
	SQL_ORDER_STOP,
	SQL_QUARANTINE_ADD,
	SQL_QUARANTINE_END,
	SQL_STREAM_ADD,
	SQL_UNIT_BY_ME_ID,
	SQL_UNIT_BY_SOC_ID,
	SQL_UNIT_ADD,
	SQL_UNIT_SEEN,
	SQL_UNIT_RESULT,
	SQL_UNIT_NUMBERS,
	SQL_UNIT_IMEI,
	SQL_UNIT_DOUBLE,
	SQL_UNIT_LATEST_RUN,
	SQL_RUN_BEGIN,
	SQL_RUN_UNIT,
	SQL_RUN_FACTS,
	SQL_RUN_NO_RETURN,
	SQL_RUN_FINISH,
	SQL_STEP_ADD,
	SQL_PARTITION_ADD,
	SQL_EVENT_ADD,
	SQL_COUNT
};

struct statements {
	sqlite3 *db; /* borrowed */
	sqlite3_stmt *list[SQL_COUNT];
};

/* 0, or -1 with `problem` and nothing left to release. */
int statements_prepare(struct statements *s, sqlite3 *db, struct problem *problem);
void statements_release(struct statements *s);

/* Bind the arguments (format: bind.h) and run to the end. An SQLite result code. */
int statement_run(struct statements *s, enum statement which, const char *format, ...);
/* The same, and the first column of the first row: *out, with *found telling whether there was one.
 */
int statement_number(struct statements *s, enum statement which, int64_t *out, bool *found,
		     const char *format, ...);
/* Rows changed by the last statement_run(). */
int statement_changes(const struct statements *s);

#endif
