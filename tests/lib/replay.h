/*
 * replay: a transcript as a device. Text in, a flow driven by it, every byte of the host checked.
 *
 *     H> A0                        one transfer of the host, byte for byte
 *     H> F(4) 09 00 01 00          a frame: header and payload, two transfers
 *     H> <da1>                     a blob by name, lent by the caller; F(<da2>) makes its header
 *     D> 52 45 41 44 59            bytes of the device
 *     D> S0                        a status frame of value 0
 *     H> T OK                      a frame of this text, to the line's end, with its NUL
 *     H> X <da>...</da>            the same, with the XML prolog before it
 *     silence                      nothing comes: the host's wait ends
 *     gone | back PID | abort      the device leaves, comes back, the station stops the run
 *     journal identified | journal point-of-no-return
 *     = comment, as is everything behind #
 */
#ifndef TESTS_LIB_REPLAY_H
#define TESTS_LIB_REPLAY_H

#include "engine/flow/flow_state.h"

struct replay_blob {
	const char *name;
	struct slice bytes;
};

struct replay {
	const char *name; /* for messages */
	const char *text;
	const struct replay_blob *blobs; /* ends with name NULL */
	unsigned line;
	char error[256]; /* "" while all is well */
};

/*
 * Run `f`, whose action is `a`, to the end of the transcript or of the run. Gives true when both
 * ended together, or the transcript ended first; `a` then holds the action that nothing answered.
 */
bool replay_run(struct replay *r, struct flow *f, struct flow_action *a);

/*
 * Make a flow that works on `table` alone, as a verb of a run with this plan, and begin it. Chip
 * (MT6765 when NULL), agent, io and facts are kept from what `f` holds; the rest starts fresh.
 */
void replay_verb(struct flow *f, const struct flow_plan *plan, const struct step *table,
		 struct flow_action *a);

#endif
