/*
 * copy: files into the content-addressed store: DIR/<sha256>, read-only, each content once.
 * Blocks: for workers.
 */
#ifndef STATION_STORE_COPY_H
#define STATION_STORE_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"

struct copy {
	const char *store;				 /* folder of contents */
	bool (*progress)(void *context, uint64_t bytes); /* more bytes; false: stop */
	void *context;
};

/*
 * Take the file at `path` into the store, on disk when this returns, and give its hash (hex). The
 * source is read, not mapped: it may shrink or vanish meanwhile without harm. 0 or -1.
 */
int copy_into_store(const struct copy *c, const char *path, char sha256[65], uint64_t *bytes,
		    struct problem *problem);
/* Make `folder`/`name` a second name of a stored content; makes subfolders of `name`. */
int copy_link(const char *store, const char *sha256, const char *folder, const char *name,
	      struct problem *problem);
/* Write a small file in one go, on disk when this returns. */
int copy_write(const char *folder, const char *name, const char *text, size_t n,
	       struct problem *problem);
int copy_sync_folder(const char *folder, struct problem *problem);
/* mkdir -p. */
int copy_make_folder(const char *folder, struct problem *problem);
/* rm -r of a folder of ours; what can not be removed stays. */
void copy_remove(const char *folder);

#endif
