#include "station/ledger/bind.h"

#include <assert.h>
#include <stdint.h>

static int bind_text(sqlite3_stmt *statement, int i, const char *text)
{
	return sqlite3_bind_text(statement, i, text, -1, SQLITE_STATIC);
}

int bind_values(sqlite3_stmt *statement, const char *format, va_list *ap)
{
	int code = SQLITE_OK;

	for (int i = 1; *format && code == SQLITE_OK; format++, i++) {
		const char *text;
		int64_t number;

		switch (*format) {
		case 't':
			code = bind_text(statement, i, va_arg(*ap, const char *));
			break;
		case 's':
			text = va_arg(*ap, const char *);
			code = bind_text(statement, i, text ? text : "");
			break;
		case 'z':
			number = va_arg(*ap, int64_t);
			code = number ? sqlite3_bind_int64(statement, i, number)
				      : sqlite3_bind_null(statement, i);
			break;
		case 'x':
			(void)va_arg(*ap, int64_t);
			code = sqlite3_bind_null(statement, i);
			break;
		default:
			assert(*format == 'i');
			code = sqlite3_bind_int64(statement, i, va_arg(*ap, int64_t));
		}
	}
	return code;
}
