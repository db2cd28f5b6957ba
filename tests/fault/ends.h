/*
 * ends: what must hold at the end of every run that did not pass, and the ways in which a device
 * can be lost for good at any action of a run. Independent of what plays the device.
 */
#ifndef TESTS_FAULT_ENDS_H
#define TESTS_FAULT_ENDS_H

#include <stdint.h>

#include "engine/flow/flow_state.h"

enum lost {
	LOST_SILENT,  /* no byte any more */
	LOST_SHORT,   /* half of this reply, then silence */
	LOST_GARBAGE, /* bytes that mean nothing, as many as wanted, for ever */
	LOST_ZEROS,
	LOST_UNPLUG,
	LOST_ABORT,
	LOST_BROKEN,
	LOST_KINDS
};

const char *lost_name(enum lost kind);

/*
 * Copy `flow`, whose next action is `at`, lose the device and run the copy to its end, within
 * bounds: it must not pass, and must say phase, step, a listed code and a sentence. `where` is for
 * the message of a failure.
 */
void lose(const struct flow *flow, const struct flow_action *at, enum lost kind, uint64_t now_ms,
	  const char *where);

/* A run that is over and did not pass: the codes are listed, the words are there, no nonsense. */
void check_end(const struct flow *flow, const char *where);

#endif
