/*
 * apply: stores one record, inside the writer's transaction. One file for each group of tables.
 *
 * Each returns SQLITE_OK, an SQLite result code, or APPLY_REFUSED with r->problem filled when the
 * record contradicts what is stored (an unknown profile, a run that is over). r->id receives the id
 * of the row.
 */
#ifndef STATION_LEDGER_APPLY_H
#define STATION_LEDGER_APPLY_H

#include "station/ledger/record.h"
#include "station/ledger/statements.h"

#define APPLY_REFUSED (-1)

struct applier {
	struct statements sql;
	const char *version; /* of the program; borrowed */
};

int apply_record(struct applier *a, struct record *r);

int apply_slot(struct applier *a, struct record *r);
int apply_profile(struct applier *a, struct record *r);
int apply_package(struct applier *a, struct record *r);
int apply_order_open(struct applier *a, struct record *r);
int apply_order_close(struct applier *a, struct record *r);
int apply_order_stop(struct applier *a, struct record *r);
int apply_quarantine(struct applier *a, struct record *r);
int apply_release(struct applier *a, struct record *r);
int apply_stream(struct applier *a, struct record *r);
int apply_run_begin(struct applier *a, struct record *r);
int apply_run_identified(struct applier *a, struct record *r);
int apply_run_numbers(struct applier *a, struct record *r);
int apply_run_no_return(struct applier *a, struct record *r);
int apply_run_finish(struct applier *a, struct record *r);
int apply_event(struct applier *a, struct record *r);

/*
 * Stores what was read of the unit's serial and IMEIs. A number that was read once stays on record,
 * also when a later run finds it gone.
 */
int apply_numbers(struct applier *a, int64_t unit_id, const struct proinfo *product);

/* Finds or makes the unit of these facts and links the run to it; *unit_id is 0 without any id. */
int apply_unit(struct applier *a, int64_t run_id, int64_t at_ms, const struct device_facts *facts,
	       int64_t *unit_id);

#endif
