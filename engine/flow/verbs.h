/*
 * verbs: what a flow asks of a download agent, whatever generation it is.
 *
 * Each verb is a step table of its own that a flow step calls (STEP_CALL); its parameters and
 * results are in flow->io and the report's facts. A generation is added by writing its tables and
 * one line in verbs.c; the flow does not change.
 */
#ifndef ENGINE_FLOW_VERBS_H
#define ENGINE_FLOW_VERBS_H

#include "engine/chips/chips.h"
#include "engine/flow/step.h"

struct da_verbs {
	const struct step *start;  /* from the agent's first byte to all stages running */
	const struct step *survey; /* storage, RAM, ids, link: fills facts */
	const struct step *read;   /* io: region, address, length; bytes go to io.sink in order */
	const struct step *write;  /* io: region, address, image: by address, no checks by agent */
	const struct step *download; /* io: name, image: by name, as the device's own table says */
	const struct step *format;   /* io: region, address, length; io.percent */
	const struct step *open_job; /* before the first and after the last download of a run */
	const struct step *close_job;
	const struct step *end; /* shut down or restart, by io.restart */
};

/* NULL when this station has no tables for that generation. */
const struct da_verbs *da_verbs_for(enum da_protocol protocol);

#endif
