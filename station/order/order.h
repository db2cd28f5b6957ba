/*
 * order: what the line is doing now: profile + package + quantity, and what has come of it.
 *
 * loading -> open -> closing (no new runs, some under way) -> gone. Runs borrow an order's plan, so
 * it stays until the last of them is over. Counters are restored from the ledger at start.
 */
#ifndef STATION_ORDER_ORDER_H
#define STATION_ORDER_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/flow/flow.h"
#include "station/ledger/load.h"
#include "station/profile/profile.h"

struct loaded_package;

enum order_state { ORDER_LOADING, ORDER_OPEN, ORDER_CLOSING };

struct order_unit {
	char key[72]; /* ME-ID, else SoC-ID, hex */
	bool passed, first_passed;
	uint32_t runs;	/* that ended; after a restart without the interrupted ones */
	uint32_t tries; /* failed and refused since it last passed */
};

#define ORDER_ROW_MAX 32 /* units remembered of a row of equal faults */

#define ORDER_PASSES_KEPT 4096 /* times of the latest passes, for rates */

struct order {
	int64_t id;
	enum order_state state;
	char name[128], package_id[65], package_name[96], product[128], operator_name[128];
	char profile_name[128]; /* also when the profile is not there any more */
	const struct profile *profile;
	int64_t quantity; /* 0: open end */
	int64_t opened_ms;
	struct loaded_package *loaded;	       /* owned; NULL while loading */
	struct task_choice choice;	       /* what it says for itself */
	struct task task;		       /* what is done: profile and choice together */
	const char *only[TASK_ONLY_MAX + 1];   /* of the plan, into `task` */
	const char *slots[TASK_SLOTS_MAX + 1]; /* for the view, into `choice`; NULL-terminated */
	struct flow_plan plan;		       /* valid when open */
	char why[512];			       /* why it can not run, or "" */
	char stopped[512]; /* why no more runs are started although it is open, or "" */
	struct {
		enum fault_family family;
		uint32_t code;
		size_t units; /* different ones, in a row */
		char keys[ORDER_ROW_MAX][72];
		char last[72]; /* unit of the last run that ended */
	} row;		       /* of equal faults; order/judge.c */
	bool recorded;	       /* its row is in the ledger, and open */
	bool busy;	       /* a worker loads its package */

	uint32_t passed, failed, refused, interrupted, running; /* as view.h says */
	uint32_t first_pass;
	size_t unit_count, unit_room;
	struct order_unit *units;	      /* owned, sorted by key */
	int64_t passes_ms[ORDER_PASSES_KEPT]; /* ring, by time */
	size_t pass_count;		      /* ever, since opened or restored */
	double takt_median_s;		      /* < 0: unknown */
	uint64_t version;
};

/* Empty, in state ORDER_LOADING. NULL when out of memory. */
struct order *order_make(void);
void order_free(struct order *o); /* not `loaded` */
/* Take over what the ledger knows of an order from before. False when out of memory. */
bool order_restore(struct order *o, const struct ledger_loaded_order *from);

/* Take what the order says for itself. */
void order_take_choice(struct order *o, const struct task_choice *choice);
/* Fill plan, lists and task from profile, choice and loaded package. */
void order_make_plan(struct order *o);
/* Does it name this slot, by its label or place? */
bool order_names_slot(const struct order *o, const char *label, const char *path);
/* Is `path` the place that is `written` whole or by its last word ("1-4.2")? */
bool order_is_place(const char *path, const char *written);

/* Would one more unit be more than ordered, if all that run now pass? */
bool order_is_full(const struct order *o);
void order_run_begins(struct order *o);
/*
 * `key`: of the unit, or "" when it was not identified. `fault`: of the run. `at_ms`: UTC. False
 * when out of memory.
 */
bool order_run_ends(struct order *o, enum flow_result result, const struct fault *fault,
		    const char *key, int64_t at_ms);
/* Runs of that unit that ended, and how many of them count as tries; 0 when it was not here. */
void order_unit_past(const struct order *o, const char *key, uint32_t *runs, uint32_t *tries);
/* The run that has just ended had this fault: on how many different units in a row now? */
size_t order_same_fault(struct order *o, const struct fault *f);
void order_forget_faults(struct order *o);

double order_first_pass_yield(const struct order *o); /* 0..1; < 0 unknown */
double order_units_per_hour(const struct order *o, int64_t now_ms);

/* "ME-ID, else SoC-ID", lower-case hex; "" when the device has neither. */
void order_unit_key(char key[72], const struct device_facts *facts);

#endif
