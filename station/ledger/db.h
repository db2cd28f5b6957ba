/*
 * db: a SQLite connection set up as the ledger needs it, and SQLite's errors as problems with a
 * remedy. Shared by the writer (read-write) and by everything that reads.
 */
#ifndef STATION_LEDGER_DB_H
#define STATION_LEDGER_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/base/problem.h"

/*
 * The only read-write connection; makes the file when there is none, and changes nothing in one
 * that is there. Used by one thread at a time. 0, or -1 with `problem` and *out NULL.
 */
int db_open_writer(sqlite3 **out, const char *path, struct problem *problem);
/* WAL, synchronous=FULL, foreign keys on. An SQLite result code. */
int db_make_durable(sqlite3 *db);
/* Read-only; the file must exist. 0, or -1 with `problem` and *out NULL. */
int db_open_reader(sqlite3 **out, const char *path, struct problem *problem);

/* Runs statements without results. An SQLite result code. */
int db_exec(sqlite3 *db, const char *sql);
/* First column of the first row; 0 when there is no row. An SQLite result code. */
int db_number(sqlite3 *db, const char *sql, int64_t *out);

/*
 * True when `code` speaks of the file or the disk (full, locked, I/O error), so that the same
 * record may be stored later; false when it speaks of the record (a broken constraint).
 */
bool db_unable(int code);

/* Fills `problem` from the connection's last error. Returns -1. */
int db_problem(struct problem *problem, sqlite3 *db, int code, const char *doing);

#endif
