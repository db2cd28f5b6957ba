/*
 * rows: reading a SELECT row by row, with one place to look for errors: the end.
 *
 *	struct rows r = rows_of(db, "SELECT name FROM slots WHERE id > ?1", "i", id);
 *	while (rows_next(&r))
 *		use(rows_text(&r, 0));
 *	code = rows_end(&r);
 */
#ifndef STATION_LEDGER_ROWS_H
#define STATION_LEDGER_ROWS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct rows {
	sqlite3_stmt *statement;
	int code; /* of SQLite, so far */
};

/* Format as in bind.h. */
struct rows rows_of(sqlite3 *db, const char *sql, const char *format, ...);
bool rows_next(struct rows *r); /* false: no more, or an error */
/* Releases the statement. SQLITE_OK, or the first error. */
int rows_end(struct rows *r);

/* Columns of the current row, from 0. Texts are valid until the next row. */
int64_t rows_int(const struct rows *r, int column);
const char *rows_text(const struct rows *r, int column); /* NULL: SQL NULL */
const char *rows_text_or_empty(const struct rows *r, int column);
bool rows_null(const struct rows *r, int column);

#endif
