/*
 * fake: a station that is only a view, for tests of the web and for work on the page.
 *
 * It keeps the promises of station/view/view.h and station/ledger/query.h with made-up units:
 * either still (each slot shows one state, in turn) or alive (units come, are written, pass or
 * fail). It flashes nothing and is linked into test programs only.
 */
#ifndef TESTS_API_FAKE_H
#define TESTS_API_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "engine/base/problem.h"
#include "station/view/view.h"

enum { FAKE_SLOTS_MAX = 160, FAKE_RUNS_MAX = 400, FAKE_ORDERS_MAX = 8, FAKE_PACKAGES_MAX = 8 };

enum fake_queries { FAKE_QUERIES_OK, FAKE_QUERIES_FAIL, FAKE_QUERIES_BUSY, FAKE_QUERIES_SLOW };

struct fake_options {
	size_t slots;
	bool alive, order, fleeting; /* fleeting: short runs and stays */
	const char *state;	     /* of the station, "ready" */
	enum fake_queries queries;
	uint64_t seed;
};

struct fake_run {
	int64_t id, started_ms, finished_ms;
	char label[16], me_id[36];
	const char *result;
	const struct view_error *error; /* NULL when passed */
	uint64_t bytes;
};

struct fake_slot {
	char label[16], path[64], me_id[36], soc_id[68];
	const char *state, *step, *partition;
	const struct view_error *error;
	uint64_t version, done, total;
	double speed;
	int64_t run_id, started_ms, changed_ms;
	uint32_t run_ms, runs, passed, failed, refused;
	int phase;
	int64_t phase_until_ms;
	const struct view_error *fate; /* how this run is going to end; NULL: passes */
	uint64_t fate_at;	       /* bytes written when it does */
	bool quarantined;
};

struct fake_order {
	int64_t id, quantity, opened_ms;
	char name[64], profile[64], operator_name[64], operation[24], slot[16];
	const char *slots[2]; /* `slot`, NULL */
	uint32_t passed, failed, refused, interrupted;
	uint64_t version;
};

struct fake_package {
	char id[72], name[64];
	const char *state;
	char problem[128];
	uint64_t version, bytes, done;
};

struct station {
	struct fake_options options;
	uv_loop_t *loop;
	uv_timer_t tick;
	struct fake_slot slots[FAKE_SLOTS_MAX];
	struct fake_order orders[FAKE_ORDERS_MAX];
	size_t order_count;
	struct fake_package packages[FAKE_PACKAGES_MAX];
	size_t package_count;
	struct fake_run runs[FAKE_RUNS_MAX]; /* oldest first, finished ones */
	size_t run_count;
	uint64_t version, random, written;
	int64_t last_run, last_order, started_ms;
	void (*changed)(void *context);
	void *changed_context;
};

void fake_start(struct station *s, uv_loop_t *loop, const struct fake_options *o);
void fake_stop(struct station *s);

/* Counts the version up and tells the listener. */
void fake_touch(struct station *s);
int64_t fake_now(void);
/* 0 <= number < below */
uint64_t fake_random(struct station *s, uint64_t below);

/* Error number i of a handful, wrapping around. */
const struct view_error *fake_error(size_t i);

/* One turn of every slot's life, and its still picture. */
void fake_live(struct station *s);
void fake_pose(struct station *s);
void fake_slot_leave(struct station *s, struct fake_slot *slot, const char *state,
		     const struct view_error *error);
void fake_slot_begin(struct station *s, struct fake_slot *slot);
bool fake_slot_busy(const struct fake_slot *slot);

/* The reader over the fake's runs. */
struct ledger_reader {
	struct station *station;
};

#endif
