#include "engine/base/problem.h"

#include <stdarg.h>
#include <stdio.h>

int problem_set(struct problem *p, const char *where, const char *remedy, const char *format, ...)
{
	va_list ap;

	snprintf(p->where, sizeof p->where, "%s", where);
	snprintf(p->remedy, sizeof p->remedy, "%s", remedy);
	va_start(ap, format);
	vsnprintf(p->why, sizeof p->why, format, ap);
	va_end(ap);
	return -1;
}
