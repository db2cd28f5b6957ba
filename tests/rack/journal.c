#include "tests/rack/journal.h"

#include <stdarg.h>

void journal_line(struct journal *j, uint64_t now_us, int device, const char *way,
		  const char *format, ...)
{
	uint64_t ms;
	va_list args;

	if (!j || !j->file)
		return;
	ms = (now_us - j->start_us) / 1000;
	fprintf(j->file, "%5llu.%03llu %d %s ", (unsigned long long)(ms / 1000),
		(unsigned long long)(ms % 1000), device, way);
	va_start(args, format);
	vfprintf(j->file, format, args);
	va_end(args);
	putc('\n', j->file);
}

const char *journal_hex(const void *bytes, size_t n)
{
	static char text[32 * 3 + 8];
	const uint8_t *p = bytes;
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n && i < 32; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, i ? " %02X" : "%02X", p[i]);
	if (n > 32)
		snprintf(text + at, sizeof text - at, " ...");
	return text;
}
