/*
 * migrate: brings a ledger file to the version this program knows, one transaction a migration.
 *
 * `user_version` of the file is the number of the last migration applied. A file that a newer
 * program has written, or that is some other program's database, is refused and left as it is.
 */
#ifndef STATION_LEDGER_MIGRATE_H
#define STATION_LEDGER_MIGRATE_H

#include <sqlite3.h>
#include <stddef.h>

#include "engine/base/problem.h"
#include "schema/schema.h"

/* 0 when the file is new or a ledger of at most version `count`, else -1 with `problem`. */
int migrate_check(sqlite3 *db, size_t count, struct problem *problem);

/*
 * `migrations[i]` leads from version i to i + 1. `*version` is the file's version afterwards. When
 * one fails the file stays at the version before it. 0, or -1 with `problem`.
 */
int migrate(sqlite3 *db, const struct schema_text *migrations, size_t count, int *version,
	    struct problem *problem);

#endif
