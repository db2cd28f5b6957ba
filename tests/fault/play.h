/*
 * play: whole runs of a flow against one device of the rack: a setup's package and device, one
 * operation after the other, what must be true at the end of each, and faults on the way.
 */
#ifndef TESTS_FAULT_PLAY_H
#define TESTS_FAULT_PLAY_H

#include <stdbool.h>

#include "engine/flow/flow_state.h"
#include "tests/lib/rackdev.h"
#include "tests/lib/sample_pack.h"
#include "tests/lib/setups.h"

#define PLAY_ACTIONS_MAX 40000
#define PLAY_SAID_MAX	 8192

struct play {
	char name[96];
	const struct setup *setup;
	bool brom; /* it arrives as boot ROM, else as preloader */
	char folder[64];
	struct sample_pack pack;
	struct rackdev *device;
	char identity[PLAY_SAID_MAX]; /* of the device as it came from the factory */
	struct flow_plan plan;
	struct flow flow;
	unsigned actions;
	/* Faults at one exchange in so many, beside the first of each step; 0: none at all. */
	unsigned every;
	unsigned points, tried;
};

/* Make folder, package and device. Fails the running test when that cannot be. */
void play_open(struct play *p, const struct setup *setup, bool brom);
void play_close(struct play *p);

/* Run `operation` once, by p->plan otherwise; the device is plugged in anew unless it is new. */
void play_run(struct play *p, enum flow_operation operation);

/* The run passed, the unit's own data is as it was, nothing was written before the journal. */
void play_expect_passed(struct play *p);
void play_expect_refused(struct play *p, uint32_t station_code);
/* The storage holds the package, bit for bit. */
void play_expect_package(struct play *p);
bool play_holds_package(struct play *p, char *said, size_t size);

/* slip.c: try every fault at the action that the flow has just asked for. */
void play_faults(struct play *p, const struct flow_action *at);

#endif
