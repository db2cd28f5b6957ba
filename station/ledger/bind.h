/*
 * bind: values for a statement by a format, a letter each:
 *   i  int64_t
 *   z  int64_t, 0 is SQL NULL
 *   x  int64_t, always SQL NULL
 *   t  const char *, NULL is SQL NULL
 *   s  const char *, NULL is ""
 * Texts are borrowed: they must stay until the statement is reset.
 */
#ifndef STATION_LEDGER_BIND_H
#define STATION_LEDGER_BIND_H

#include <sqlite3.h>
#include <stdarg.h>

/* An SQLite result code. */
int bind_values(sqlite3_stmt *statement, const char *format, va_list *ap);

#endif
