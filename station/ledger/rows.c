#include "station/ledger/rows.h"

#include <stdarg.h>
#include <stddef.h>

#include "station/ledger/bind.h"

struct rows rows_of(sqlite3 *db, const char *sql, const char *format, ...)
{
	struct rows r = {0};
	va_list ap;

	r.code = sqlite3_prepare_v2(db, sql, -1, &r.statement, NULL);
	va_start(ap, format);
	if (r.code == SQLITE_OK)
		r.code = bind_values(r.statement, format, &ap);
	va_end(ap);
	return r;
}

bool rows_next(struct rows *r)
{
	int code;

	if (r->code != SQLITE_OK)
		return false;
	code = sqlite3_step(r->statement);
	if (code == SQLITE_ROW)
		return true;
	r->code = code == SQLITE_DONE ? SQLITE_OK : code;
	return false;
}

int rows_end(struct rows *r)
{
	sqlite3_finalize(r->statement);
	r->statement = NULL;
	return r->code;
}

int64_t rows_int(const struct rows *r, int column)
{
	return sqlite3_column_int64(r->statement, column);
}

const char *rows_text(const struct rows *r, int column)
{
	return (const char *)sqlite3_column_text(r->statement, column);
}

const char *rows_text_or_empty(const struct rows *r, int column)
{
	const char *text = rows_text(r, column);

	return text ? text : "";
}

bool rows_null(const struct rows *r, int column)
{
	return sqlite3_column_type(r->statement, column) == SQLITE_NULL;
}
