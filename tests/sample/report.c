#include "tests/sample/report.h"

#include <stdio.h>

int report(const char *what, const char *where, const char *why, const char *remedy)
{
	fprintf(stderr, "flashrack-sample: %s, %s: %s; %s\n", what, where, why, remedy);
	return -1;
}
