/*
 * import: a firmware folder becomes a package of the store:
 *
 *   store/<sha256>            every content once, read-only
 *   packages/<id>/<names...>  further names (hard links) of those contents, and manifest.json
 *
 * Steps: find what the package consists of, copy that content by content, then open, hash and
 * check the copies, as an order would; last the folder gets its name. What a crash leaves is a
 * packages/.import-* folder, removed at the next start, and contents without a package.
 * Blocks for long: for workers.
 */
#ifndef STATION_STORE_IMPORT_H
#define STATION_STORE_IMPORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "station/store/manifest.h"

#define STORE_PATH_MAX 4200

struct import {
	/* in */
	char source[STORE_PATH_MAX];
	const char *store, *packages;	   /* folders, see above */
	const struct package_rules *rules; /* the most that any profile allows */
	const atomic_bool *stop;
	uint64_t number; /* distinguishes imports of this run of the program */
	/* while it runs; for other threads to read */
	atomic_uint_fast64_t bytes_done, bytes_total;
	/* out */
	struct manifest manifest; /* valid when `good` */
	bool good;
	bool known; /* the store had it already */
	struct problem problem;
};

void import_run(struct import *i);

#endif
