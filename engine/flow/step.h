/*
 * step: the form of every protocol table, and the verdicts its functions give.
 *
 * A table is an array of steps read downwards; an entry without name ends it. One step is one
 * exchange with the device (ask fills the action, answer judges the reply), or a decision that
 * needs none (ask alone gives a verdict), or a whole other table (ask gives STEP_CALL). Names are
 * what progress, records and failures show; a step named "" goes by the name of its caller.
 *
 * Rules that keep the whole simple:
 *  - `answer` may be called with less than was wanted, when silence cut the reply short: it then
 *    gives STEP_MORE, and the runner takes that for silence;
 *  - silence is `silence`'s to judge; without it the run fails with the code of its phase;
 *  - an unplug, an abort and a broken adapter are the runner's business, never a step's;
 *  - STEP_FAIL comes with step_fail() having noted why.
 */
#ifndef ENGINE_FLOW_STEP_H
#define ENGINE_FLOW_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/fault.h"
#include "engine/base/slice.h"
#include "engine/flow/flow.h"

enum verdict {
	STEP_ASKED,   /* from ask: the action is ready */
	STEP_MORE,    /* from answer: receive again, flow->want bytes, nothing to send */
	STEP_AGAIN,   /* ask the same step again */
	STEP_NEXT,    /* go to the step below */
	STEP_RESTART, /* go to the top of this table */
	STEP_LEAVE,   /* this table is done: back to the caller, or to the next phase */
	STEP_CALL,    /* from ask: run flow->call first, then this step's answer */
	STEP_FAIL,
};

struct step {
	const char *name;
	uint32_t ms; /* longest silence; 0: no exchange */
	enum verdict (*ask)(struct flow *f, struct flow_action *a);
	/* NULL: any reply is good. After STEP_CALL it is called with an empty reply. */
	enum verdict (*answer)(struct flow *f, struct slice rx);
	enum verdict (*silence)(struct flow *f, struct slice rx); /* NULL: the run fails */
};

/* Note the fault (the first one stays) with phase and step, and give STEP_FAIL. */
__attribute__((format(printf, 4, 5))) enum verdict step_fail(struct flow *f,
							     enum fault_family family,
							     uint32_t code, const char *format,
							     ...);
/* The same for a refusal: nothing was written, and the unit is not to blame. Station codes only. */
__attribute__((format(printf, 3, 4))) enum verdict step_refuse(struct flow *f, uint32_t code,
							       const char *format, ...);

/*
 * Filling an action. tx_copy() copies up to the room of flow->out, for headers and parameters;
 * tx_lend() lends memory that outlives the run (images, agents). Each makes one bulk transfer.
 */
void tx_copy(struct flow *f, struct flow_action *a, const void *bytes, size_t n);
void tx_lend(struct flow_action *a, struct slice bytes);
/*
 * From a read's sink: let these bytes leave as the next of the stream flow->saving.to. They are
 * borrowed from the event in work; the runner hands them out before it goes on.
 */
enum verdict save_note(struct flow *f, struct slice bytes);
/* Receive `n` bytes after what was queued; gives STEP_ASKED. */
enum verdict rx_want(struct flow *f, size_t n);

#endif
