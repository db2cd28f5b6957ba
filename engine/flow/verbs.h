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

/* What build_table answers. */
enum table_piece {
	TABLE_BAD = -1, /* `problem` says why */
	TABLE_OVER = 0, /* there is no such piece: the ones before it were all */
	TABLE_PIECE = 1,
	TABLE_IS_GPT = 2,
};

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
	bool table_on_nand; /* `table` is for NAND alone: other storage has a GPT to read */
	int (*parse_table)(const struct flow *f, struct gpt *gpt, struct problem *problem);
	/*
	 * A new table onto the device. build_table makes piece `nth` (from 0) of the table for
	 * `layout` in flow->table (table_bytes) and sets io.region and io.address; write_table
	 * sends it (io.image, io.own set), NULL: `download` of "PGPT" and "SGPT", else `write`.
	 * build_table NULL, or its answer TABLE_IS_GPT: the flow makes a GPT, with at most
	 * table_slots entries in its header (0: the usual 128).
	 */
	enum table_piece (*build_table)(struct flow *f, const struct gpt *layout, unsigned nth,
					struct problem *problem);
	const struct step *write_table;
	uint32_t table_slots;
	const struct step *read; /* io: region, address, length; bytes go to io.sink in order */
	/*
	 * io: name; a whole partition as the agent's own table has it, to io.sink; io.length is its
	 * length in bytes then. NULL: agent knows no names.
	 */
	const struct step *upload;
	const struct step *write; /* io: region, address, image: by address, no checks by agent */
	/* io: name, image: by name, as the device's own table says; NULL: agent knows no names */
	const struct step *download;
	const struct step *format;   /* io: region, address, length; io.percent */
	const struct step *open_job; /* before the first and after the last download; NULL none */
	const struct step *close_job;
	/*
	 * A raw preloader with the device header before it, to io.region alone: BOOT1 or BOOT2 (the
	 * flow asks once for each), USER on NAND; io: address, image. NULL: download does it.
	 */
	const struct step *preloader;
	const struct step *memtest;		  /* io: test, address, length; NULL: not offered */
	const struct step *end;			  /* shut down, restart or boot mode, by io.end */
	bool ends_fastboot, ends_meta, ends_test; /* boot modes that `end` can ask for */
};

/* NULL when this station has no tables for that generation. */
const struct da_verbs *da_verbs_for(enum da_protocol protocol);

#endif
