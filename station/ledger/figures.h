/*
 * figures: yields and pace of a set of runs, from one pass over them. Pure arithmetic.
 *
 * Counted runs are those that passed, failed or were refused; an interrupted run says nothing of
 * unit or process. A unit is counted once, in each order it goes through:
 *   yield             units that passed / units with a counted run
 *   first-pass yield  units whose first counted run passed / units with a counted run
 *   takt              seconds between one unit's first pass and the next unit's
 *   units an hour     units that passed / time from the first start to the last pass
 */
#ifndef STATION_LEDGER_FIGURES_H
#define STATION_LEDGER_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct figures_run {
	int64_t order_id, unit_id; /* 0: none */
	bool passed;
	int64_t started_ms, finished_ms;
};

struct figures {
	uint32_t units, passed, first_pass;
	int64_t first_start_ms;
	int64_t *pass_ms; /* first pass of each unit that passed; sorted by figures_finish() */
	size_t room;
	uint32_t *run_ms; /* durations of passed runs, sorted by figures_finish() */
	size_t run_count, run_room;
	int64_t order_id, unit_id; /* of the last run added */
	bool unit_passed;
	bool failed; /* out of memory */
};

/* Start with a zeroed struct. Counted runs only, ordered by order, unit, run. */
void figures_add(struct figures *f, const struct figures_run *run);
void figures_finish(struct figures *f);
void figures_release(struct figures *f);

/* All: NAN when there is nothing to tell it from. */
double figures_yield(const struct figures *f);
double figures_first_pass_yield(const struct figures *f);
double figures_units_per_hour(const struct figures *f);
/* `q` 0..1, e.g. 0.5 for the median (nearest rank). */
double figures_takt_s(const struct figures *f, double q);
double figures_run_s(const struct figures *f, double q);

#endif
