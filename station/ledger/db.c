#include "station/ledger/db.h"

#include <stddef.h>

/* Longest wait for somebody else's lock, such as a person's sqlite3 shell. */
#define BUSY_MS 2000

static const char *remedy_of(int code)
{
	switch (code & 0xFF) {
	case SQLITE_FULL:
		return "free space on the disk of state_dir; queued records are stored by "
		       "themselves";
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return "end the other program that holds the file open for writing";
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return "make state_dir exist and be writable for the user of the station";
	case SQLITE_IOERR:
		return "check disk and file system of state_dir (kernel log), free space";
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return "move the file aside and put back the last backup, or start with a new one";
	case SQLITE_NOMEM:
		return "free memory on this machine";
	default:
		return "report this with the station's log";
	}
}

bool db_unable(int code)
{
	switch (code & 0xFF) {
	case SQLITE_ERROR:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
	case SQLITE_RANGE:
	case SQLITE_MISUSE:
		return false;
	default:
		return true;
	}
}

int db_problem(struct problem *problem, sqlite3 *db, int code, const char *doing)
{
	const char *text = db ? sqlite3_errmsg(db) : sqlite3_errstr(code);
	const char *generic = sqlite3_errstr(code);

	/* After a rollback the connection no longer tells the first error. */
	if (!db || (sqlite3_errcode(db) & 0xFF) != (code & 0xFF))
		text = generic;
	return problem_set(problem, doing, remedy_of(code), "%s (SQLite code %d)", text, code);
}

int db_exec(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

int db_number(sqlite3 *db, const char *sql, int64_t *out)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

	*out = 0;
	if (code != SQLITE_OK)
		return code;
	if (sqlite3_step(statement) == SQLITE_ROW)
		*out = sqlite3_column_int64(statement, 0);
	return sqlite3_finalize(statement);
}

static int open_file(sqlite3 **out, const char *path, int flags, struct problem *problem)
{
	/* One thread at a time has a connection: SQLite's own mutex would guard nothing. */
	int code = sqlite3_open_v2(path, out, flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (code == SQLITE_OK) {
		sqlite3_extended_result_codes(*out, 1);
		sqlite3_busy_timeout(*out, BUSY_MS);
		return 0;
	}
	db_problem(problem, *out, code, path);
	sqlite3_close(*out);
	*out = NULL;
	return -1;
}

int db_open_writer(sqlite3 **out, const char *path, struct problem *problem)
{
	if (open_file(out, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, problem))
		return -1;
	/* A file that can only be read opens without a word; find out now rather than at a run. */
	if (sqlite3_db_readonly(*out, "main") != 1)
		return 0;
	db_problem(problem, NULL, SQLITE_READONLY, path);
	sqlite3_close(*out);
	*out = NULL;
	return -1;
}

int db_make_durable(sqlite3 *db)
{
	return db_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
			   "PRAGMA foreign_keys = ON;");
}

int db_open_reader(sqlite3 **out, const char *path, struct problem *problem)
{
	int code;

	if (open_file(out, path, SQLITE_OPEN_READONLY, problem))
		return -1;
	code = db_exec(*out, "PRAGMA query_only = ON;"
			     "PRAGMA cache_size = -4096");
	if (code == SQLITE_OK)
		return 0;
	db_problem(problem, *out, code, path);
	sqlite3_close(*out);
	*out = NULL;
	return -1;
}
