#include "station/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "station/ledger/times.h"

static const char *level_name(enum log_level level)
{
	switch (level) {
	case LOG_INFO:
		return "info";
	case LOG_WARNING:
		return "warning";
	case LOG_ERROR:
		return "error";
	}
	return "";
}

/* One write a line, so that lines of several programs on one terminal do not mix. */
void log_line(enum log_level level, const char *format, ...)
{
	char line[1024], time[TIMES_ISO_SIZE];
	va_list ap;
	size_t end;
	int n;

	n = snprintf(line, sizeof line, "%s %s ", times_iso(time, times_now_ms()),
		     level_name(level));
	va_start(ap, format);
	vsnprintf(line + n, sizeof line - (size_t)n - 1, format, ap);
	va_end(ap);
	end = strlen(line);
	line[end++] = '\n';
	if (write(STDERR_FILENO, line, end) < 0)
		return; /* nobody listens any more */
}
