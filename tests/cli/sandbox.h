/* sandbox: a temporary folder with the files of a sample package, removed again by the test. */
#ifndef TESTS_CLI_SANDBOX_H
#define TESTS_CLI_SANDBOX_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/samples_package.h"

struct sandbox {
	char path[64];
};

static inline void sandbox_put(const struct sandbox *s, const char *name, struct slice bytes)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", s->path, name);
	f = fopen(path, "wb");
	if (!f || fwrite(bytes.p, 1, bytes.n, f) != bytes.n || fclose(f) != 0) {
		perror(path);
		abort();
	}
}

static inline void sandbox_remove(const struct sandbox *s, const char *name)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", s->path, name);
	if (unlink(path) != 0)
		abort();
}

static inline struct sandbox sandbox_make(void)
{
	struct sandbox s = {"/tmp/flashrack-test-XXXXXX"};
	struct sample_folder files;

	if (!mkdtemp(s.path))
		abort();
	sample_folder_make(&files);
	for (size_t i = 0; i < files.count; i++)
		sandbox_put(&s, files.files[i].name, buffer_slice(&files.files[i].bytes));
	sample_folder_free(&files);
	return s;
}

static inline int sandbox_unlink(const char *path, const struct stat *st, int kind,
				 struct FTW *place)
{
	(void)st;
	(void)kind;
	(void)place;
	return remove(path);
}

static inline void sandbox_clean(const struct sandbox *s)
{
	nftw(s->path, sandbox_unlink, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
