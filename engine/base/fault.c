#include "engine/base/fault.h"

#include <stdarg.h>
#include <stdio.h>

void fault_set(struct fault *f, enum fault_family family, uint32_t code, const char *step,
	       const char *format, ...)
{
	va_list ap;

	if (f->family != FAULT_NONE)
		return;
	f->family = family;
	f->code = code;
	snprintf(f->step, sizeof f->step, "%s", step);
	va_start(ap, format);
	vsnprintf(f->what, sizeof f->what, format, ap);
	va_end(ap);
}
