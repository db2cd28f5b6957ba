/*
 * manifest: what the store knows of a package without opening it: manifest.json beside its files.
 */
#ifndef STATION_STORE_MANIFEST_H
#define STATION_STORE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "engine/package/package.h"

struct manifest_file {
	char name[SCATTER_FILE_MAX];
	char sha256[65];
	uint64_t bytes;
};

struct manifest {
	char id[65], name[96], platform[24], project[64];
	char scatter[SCATTER_FILE_MAX], da[SCATTER_FILE_MAX]; /* da: "" none */
	char source[512];				      /* imported from */
	uint64_t bytes;
	bool refused;
	char problem[512]; /* first refusal and remedy, or "" */
	size_t file_count;
	struct manifest_file *files; /* owned */
	char *findings_json;	     /* owned; array of {level, code, item, text, remedy} */
};

/* JSON text, to free(); NULL when out of memory. */
char *manifest_print(const struct manifest *m);
char *manifest_print_files(const struct manifest *m); /* array of {name, bytes, sha256} */
char *manifest_print_findings(const struct package *p);
/* Read back what manifest_print() wrote. 0, or -1 with `problem`. */
int manifest_read(struct manifest *m, const char *file, struct problem *problem);
void manifest_free(struct manifest *m);

#endif
