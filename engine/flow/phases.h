/* phases: the tables of engine/flow itself, one file each; phases.c puts them in order. */
#ifndef ENGINE_FLOW_PHASES_H
#define ENGINE_FLOW_PHASES_H

#include "engine/flow/flow_state.h"

struct phase {
	const char *name;
	const struct step *table;
	uint16_t silent, gone;		   /* station codes, before the first write */
	unsigned operations;		   /* bits by enum flow_operation */
	bool (*due)(const struct flow *f); /* is there anything to do? NULL: always */
};

extern const struct phase flow_phases[]; /* FLOW_LAST_PHASE + 1 of them */
/* The first phase at or after `phase` that this run goes through; "finish" at the latest. */
unsigned phase_from(const struct flow *f, unsigned phase);
/* Does it write or compare the package's images? */
bool flow_operation_uses_images(enum flow_operation operation);

extern const struct step flow_preflight[];    /* preflight.c */
extern const struct step flow_agent[];	      /* agent.c */
extern const struct step flow_inspect[];      /* inspect.c */
extern const struct step flow_recover[];      /* recover.c */
extern const struct step flow_backup[];	      /* backup.c */
extern const struct step flow_erase[];	      /* erase.c */
extern const struct step flow_layout_write[]; /* write.c */
extern const struct step flow_restore[];      /* restore.c */
extern const struct step flow_write[];	      /* write.c */
extern const struct step flow_verify[];	      /* verify.c */
extern const struct step flow_identity[];     /* restore.c */
extern const struct step flow_readback[];     /* ranges.c */
extern const struct step flow_memtest[];      /* memtest.c */
extern const struct step flow_end[];	      /* agent.c */

/* The step that every phase with a write begins with: the point of no return is journalled. */
enum verdict ask_point_of_no_return(struct flow *f, struct flow_action *a); /* write.c */
enum verdict got_point_of_no_return(struct flow *f, struct slice rx);

/* What the survey found, against what the work needs (limits.c). */
enum verdict limits_check(struct flow *f);
/* Is the unit's table a GPT that is read as sectors, not told by the agent (inspect.c)? */
bool table_in_sectors(const struct flow *f);
/* Serial and IMEIs: read where the table has a proinfo, and told to the station (numbers.c). */
enum verdict numbers_ask(struct flow *f, struct flow_action *a);
enum verdict numbers_got(struct flow *f, struct slice rx);
enum verdict numbers_tell(struct flow *f, struct flow_action *a);
/* Settle what is to be done on this unit (work.c). */
enum verdict work_plan(struct flow *f);

/* Does every entry of the section fit the storage found (jobs.c)? STEP_NEXT or STEP_FAIL. */
enum verdict jobs_fit(struct flow *f);
/*
 * Plan of the writes, made once storage and table are known (jobs.c). `gpt` is the table that the
 * agent will go by, NULL when it is written in this run. STEP_NEXT or STEP_FAIL.
 */
enum verdict jobs_plan(struct flow *f, const struct gpt *gpt);
/* The file that a part of the package goes out as on this unit; NULL: none (jobs.c). */
const struct package_file *part_file(const struct flow *f, size_t part);
/* The file that a job sends, and its length as sent; the table's job has none (NULL). */
const struct package_file *job_file(const struct flow *f, const struct flow_job *job);
/* Name of a part for people. */
const char *job_label(const struct flow *f, const struct flow_job *job);
/* Does it write to a boot region (or, on NAND, the preloader)? */
bool job_is_boot(const struct flow *f, const struct flow_job *job);
/* Send the job by the verb that it was planned for (write.c): STEP_CALL, or STEP_FAIL. */
enum verdict job_send(struct flow *f, const struct flow_job *job);
void job_sent(struct flow *f, const struct flow_job *job);
/* Is this partition chosen by the plan? */
bool plan_chooses(const struct flow_plan *plan, const char *name);

/* The verify level that counts: a run that only verifies reads back in any case (verify.c). */
enum flow_verify verify_level(const struct flow_plan *plan);
bool verify_due(const struct flow *f);
/* Bytes that reading back `job` takes by the verify level (verify.c). */
uint64_t verify_bytes(const struct flow *f, size_t job);
/*
 * Head, tail and four places of `n` bytes, by turn (verify.c); they differ from unit to unit and
 * key to key, and are the same whenever asked for. False when there are no more.
 */
bool sample_range(const struct flow *f, uint64_t key, uint64_t n, uint64_t turn, uint64_t *from,
		  uint64_t *bytes);

/*
 * Compare the device's table with the section's entries (layout.c). Writes the first differences to
 * `text` and their number to `count`.
 */
enum flow_layout layout_compare(const struct flow *f, const struct gpt *gpt, char *text,
				size_t room, size_t *count);
/* Entries of the scatter that stand for the table itself. */
bool layout_is_table(const char *name);
/* An entry that the device's table lists (layout.c). */
bool layout_lists(const struct flow *f, const struct scatter_entry *e);
/* The table that the package's layout asks for (layout_build.c); false with `problem`. */
bool layout_build(const struct flow *f, struct gpt *gpt, struct problem *problem);
/*
 * Make piece `nth` of the new table in flow->table and lend it to flow->io (layout_build.c):
 * STEP_NEXT; STEP_LEAVE when there is no such piece; STEP_FAIL.
 */
enum verdict layout_piece(struct flow *f, unsigned nth);

/* The plan's ranges on this device (ranges.c). `what` is the operation, for the refusal. */
enum verdict ranges_plan(struct flow *f);
/* What an upgrade or a format has to erase (erase.c). */
enum verdict erase_plan(struct flow *f);

/* A/B devices (slots.c): a step of inspect that reads which slot is active, and what follows. */
enum verdict slots_ask(struct flow *f, struct flow_action *a);
enum verdict slots_got(struct flow *f, struct slice rx);
enum verdict slots_check(struct flow *f);

/* The unit's own data: own.c, own_read.c. */
bool own_is(const struct flow *f, const char *name);	  /* does that partition hold any? */
bool own_allowed(const struct flow *f, const char *name); /* do the rules let it be written? */
enum verdict own_plan(struct flow *f);
bool own_all_blank(const struct flow *f);
void own_judge_end(struct flow *f); /* at the end of a run, however it ended */
uint64_t own_range_bytes(const struct flow *f, size_t i);
void own_begin(struct flow *f, size_t at);
void own_take(struct flow_own_work *w, struct slice bytes);
uint64_t own_digest(const struct flow_own_work *w);
/* Read the next range of the partition in work, which lies at `start`; STEP_NEXT: all is read. */
enum verdict own_read_on(struct flow *f, uint64_t start);

/* Staged recovery (recover.c). */
bool recover_due(const struct flow *f);
enum verdict recover_check(struct flow *f); /* at preflight: is it the unit that left? */
void recover_begin_anew(struct flow *f);    /* forget what belongs to the mode it left */

#endif
