/* store: a batch of records in one transaction. */
#ifndef STATION_LEDGER_STORE_H
#define STATION_LEDGER_STORE_H

#include <sqlite3.h>

#include "station/ledger/apply.h"
#include "station/ledger/record.h"

/*
 * 0: the transaction is on disk; each record has its id, or `refused` with its problem. -1: nothing
 * of it is stored, file or disk refused for the reason in `why`; the same batch may be tried again.
 */
int store_batch(sqlite3 *db, struct applier *a, const struct record_list *batch,
		struct problem *why);

#endif
