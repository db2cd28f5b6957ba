#include "engine/gen/read_file.h"

#include <stdio.h>
#include <stdlib.h>

static _Noreturn void stop(const char *path)
{
	perror(path);
	exit(1);
}

char *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text;
	long n;

	if (!f || fseek(f, 0, SEEK_END) != 0)
		stop(path);
	n = ftell(f);
	if (n < 0 || fseek(f, 0, SEEK_SET) != 0)
		stop(path);
	text = malloc((size_t)n + 1);
	if (!text || fread(text, 1, (size_t)n, f) != (size_t)n)
		stop(path);
	text[n] = '\0';
	fclose(f);
	return text;
}
