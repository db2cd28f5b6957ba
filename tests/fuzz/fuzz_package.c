/*
 * A whole package: the input is a scatter file, a NUL byte, and the content that every other file
 * of the folder has. Open, hash, check and close must hold for all of it.
 */
#include <string.h>

#include "engine/package/package.h"
#include "tests/fuzz/fuzz.h"

struct input {
	struct slice scatter;
	struct slice rest;
};

static bool find(void *context, const char *name, struct slice *bytes)
{
	const struct input *in = context;

	/* such names must never be asked for */
	must(name[0] != '/' && strncmp(name, "../", 3) != 0 && !strstr(name, "/../"));
	*bytes = strcmp(name, "MT6765_Android_scatter.txt") == 0 ? in->scatter : in->rest;
	return strcmp(name, "absent") != 0;
}

static const char *match(void *context, const char *pattern, size_t nth)
{
	(void)context;
	if (nth > 0 || strchr(pattern, '/'))
		return NULL;
	return "some.bin";
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const uint8_t *nul = n > 0 ? memchr(bytes, 0, n) : NULL;
	size_t cut = nul ? (size_t)(nul - bytes) : n;
	struct input in = {{bytes, cut}, {nul ? nul + 1 : bytes + n, nul ? n - cut - 1 : 0}};
	const struct package_source source = {&in, find, match};
	struct problem problem = {.where = ""};
	struct package p;

	if (package_open(&p, "folder", "MT6765_Android_scatter.txt", "agent.bin", &source,
			 &problem) != 0) {
		must(problem.where[0] && problem.why[0] && problem.remedy[0]);
		return 0;
	}
	must(package_hash(&p, NULL, NULL, &problem) == 0);
	package_check(&p, NULL);
	must(p.finding_count <= PACKAGE_FINDINGS_MAX && strlen(p.id) == 64);
	for (size_t i = 0; i < p.finding_count; i++)
		must(p.findings[i].text[0] && p.findings[i].remedy[0]);
	package_close(&p);
	return 0;
}
