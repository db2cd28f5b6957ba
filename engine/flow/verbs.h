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

struct gpt;
struct problem;

struct da_verbs {
	const char *name;	   /* "legacy", "xflash", "xml" */
	const struct step *start;  /* from the agent's first byte to all stages running */
	const struct step *survey; /* storage, RAM, ids, link, battery: fills facts */
	/*
	 * The partition table as the agent tells it, left in flow->table (table_bytes); NULL: the
	 * flow reads the sectors of a GPT itself. parse_table (NULL with table) makes entries of
	 * it: names, starts and sizes in bytes. -1 with `problem` when there is none.
	 */
	const struct step *table;
	int (*parse_table)(const struct flow *f, struct gpt *gpt, struct problem *problem);
	const struct step *read;  /* io: region, address, length; bytes go to io.sink in order */
	const struct step *write; /* io: region, address, image: by address, no checks by agent */
	/* io: name, image: by name, as the device's own table says; NULL: agent knows no names */
	const struct step *download;
	const struct step *format;   /* io: region, address, length; io.percent */
	const struct step *open_job; /* before the first and after the last download; NULL none */
	const struct step *close_job;
	/* The preloader into its boot regions, with the device header; NULL: download does it. */
	const struct step *preloader;
	const struct step *memtest;		  /* io: test, address, length; NULL: not offered */
	const struct step *end;			  /* shut down, restart or boot mode, by io.end */
	bool ends_fastboot, ends_meta, ends_test; /* boot modes that `end` can ask for */
};

/* NULL when this station has no tables for that generation. */
const struct da_verbs *da_verbs_for(enum da_protocol protocol);

#endif
