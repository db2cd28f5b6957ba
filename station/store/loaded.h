/*
 * loaded: a package of the store, mapped, hashed and checked for one order.
 *
 * Each order has a package of its own, because the findings depend on the rules of its profile.
 * Immutable once loaded: all runs of the order share it.
 */
#ifndef STATION_STORE_LOADED_H
#define STATION_STORE_LOADED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "engine/package/package.h"
#include "station/store/folder.h"

struct loaded_package {
	struct folder folder;
	struct package package;
	char (*sha256)[65]; /* of each file, hex; owned */
	char da_sha256[65]; /* "" none */
};

struct loaded_source {
	const char *folder;
	const char *scatter; /* name in the folder */
	const char *da;	     /* as folder_open() takes it; NULL: what the folder has */
	const struct package_rules *rules;
};

/*
 * Map, hash (which also brings every page into memory) and check. Slow: for workers. NULL with
 * `problem` when the folder can not be used or `progress` stopped it; refusals are findings.
 */
struct loaded_package *loaded_package_open(const struct loaded_source *from,
					   bool (*progress)(void *context, uint64_t done,
							    uint64_t total),
					   void *context, struct problem *problem);
void loaded_package_close(struct loaded_package *l);

/* Of files[i], or "" (SIZE_MAX). */
const char *loaded_package_sha256(const struct loaded_package *l, size_t i);
const char *loaded_package_da_name(const struct loaded_package *l); /* identifier; NULL none */
const char *loaded_package_da_sha256(const struct loaded_package *l);
/* First refusal, or NULL. */
const struct finding *package_first_refusal(const struct package *p);

/* Hex SHA-256 of bytes; false when libcrypto fails. */
bool sha256_hex(char to[65], struct slice bytes);
void hex_of(char *to, const uint8_t *bytes, size_t n); /* 2n + 1 characters */

#endif
