/*
 * load: what the station needs to know of its past before its loop starts: open orders with what
 * they have reached so far, the packages on record, and the highest ids in use.
 *
 * Reads through a connection of its own and closes it again. Blocks; call after ledger_open(),
 * which creates and migrates the file and marks runs that a power cut left unfinished as
 * interrupted.
 */
#ifndef STATION_LEDGER_LOAD_H
#define STATION_LEDGER_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"

/* A unit that had at least one counted run (passed, failed or refused) in the order. */
struct ledger_loaded_unit {
	char key[72];	      /* ME-ID in lower-case hex; SoC-ID when the chip gave no ME-ID */
	bool passed;	      /* in any of its runs */
	bool first_passed;    /* its first counted run passed */
	uint32_t runs;	      /* counted ones */
	uint32_t tries;	      /* failed and refused runs since it last passed, but ST-064 */
	int64_t first_run_id; /* its first counted run */
	int64_t passed_ms;    /* end of its first passed run, UTC ms; 0: never passed */
};

struct ledger_loaded_order {
	int64_t id;
	char name[128];
	char profile[128];
	char package_id[65];
	char product[128];
	char operator_name[128]; /* "" none */
	int64_t quantity;
	int64_t opened_ms;
	char *choice_json; /* what it chose beside its profile */
	char stopped[512]; /* why no more runs of it are started; "" they are */
	/* `passed` counts units once, the others count runs, as view.h says. */
	uint32_t passed, failed, refused, interrupted;
	uint32_t units;	     /* known units with a counted run: unit_count, as a number */
	uint32_t first_pass; /* of these, passed at their first counted run */
	size_t unit_count;
	struct ledger_loaded_unit *list; /* by first counted run */
	/* Seconds between one unit's first pass and the next unit's, in order of time. */
	size_t takt_count;
	double *takt_s;
};

struct ledger_loaded_package {
	char id[65];
	char name[128];
	char platform[64];
	char project[128];
	uint64_t bytes;
	char *source_path; /* where it was imported from; "" unknown */
};

struct ledger_loaded_quarantine {
	char slot_path[160];
	int64_t since_ms;
	char why[512];
};

struct ledger_loaded {
	size_t order_count;
	struct ledger_loaded_order *orders; /* open ones, by id */
	size_t package_count;
	struct ledger_loaded_package *packages; /* by time of import */
	size_t quarantine_count;
	struct ledger_loaded_quarantine *quarantines; /* in force */
	int64_t last_run_id;			      /* 0: none yet */
	int64_t last_order_id;			      /* of all orders, open or closed */
};

/* 0, or -1 with `problem` and `out` empty. */
int ledger_load(const char *path, struct ledger_loaded *out, struct problem *problem);
void ledger_loaded_free(struct ledger_loaded *loaded);

#endif
