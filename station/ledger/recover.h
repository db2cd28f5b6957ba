/*
 * recover: what the ledger does first with the file it opens: note the start, and close the books
 * of runs that no program is working on any more.
 */
#ifndef STATION_LEDGER_RECOVER_H
#define STATION_LEDGER_RECOVER_H

#include <sqlite3.h>
#include <stddef.h>

#include "engine/base/problem.h"

/*
 * Unfinished runs become `interrupted`, ended at their last sign of life; past the point of no
 * return they carry ST-066 (the unit must not ship). One transaction. 0, or -1 with `problem`.
 */
int recover(sqlite3 *db, const char *station, const char *version, size_t *interrupted,
	    struct problem *problem);

#endif
