/* memrun: one whole run of a plan on a device in memory, and what tests ask of it afterwards. */
#ifndef TESTS_LIB_MEMRUN_H
#define TESTS_LIB_MEMRUN_H

#include "engine/flow/flow_state.h"
#include "tests/lib/memdev.h"
#include "tests/lib/pack.h"

struct memrun {
	struct pack pack;
	struct flow_plan plan;
	struct memdev device;
	struct flow flow;
	unsigned actions;
};

/* Makes the package; the plan may then be changed before memrun_go(). */
void memrun_begin(struct memrun *r, enum flow_operation operation,
		  const struct pack_options *options);
/* Runs to the end; ends the test program when a run does not, or when progress goes back. */
void memrun_go(struct memrun *r, const struct memdev_options *options);
void memrun_free(struct memrun *r);
/* The names of the phases gone through, "connect identify ... finish". Static. */
const char *memrun_phases(const struct memrun *r);
/* What was saved under that name, NULL: nothing. */
const struct memdev_stream *memrun_stream(const struct memrun *r, const char *name);

#endif
