/*
 * layout_in: reads back the scatter text of a package for the checks: key by key, YAML forms V1.1.2
 * and later with one storage or two (packages.md 1.3, 1.4). Only what verify and identity need.
 */
#ifndef TESTS_SAMPLE_LAYOUT_IN_H
#define TESTS_SAMPLE_LAYOUT_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAYOUT_PARTS_MAX 160

struct layout_part {
	char name[64];
	char file[256];
	char region[32];
	bool download;
	bool reserved;
	uint64_t start; /* bytes from the start of the region, as the scatter says it */
	uint64_t size;
};

struct layout {
	char path[4096]; /* of the scatter file */
	bool ufs;	 /* which storage's section was read */
	uint64_t block;	 /* of end-relative starts, bytes */
	size_t count;
	struct layout_part parts[LAYOUT_PARTS_MAX];
};

/* Finds *_Android_scatter.txt in `dir` and reads the section for the storage. 0, or -1 reported. */
int layout_read(struct layout *l, const char *dir, bool ufs);

#endif
