/* phases: the tables of engine/flow itself, one file each; flow.c puts them in order. */
#ifndef ENGINE_FLOW_PHASES_H
#define ENGINE_FLOW_PHASES_H

#include "engine/flow/flow_state.h"

extern const struct step flow_preflight[]; /* preflight.c */
extern const struct step flow_agent[];	   /* flow.c */
extern const struct step flow_inspect[];   /* inspect.c */
extern const struct step flow_write[];	   /* write.c */
extern const struct step flow_verify[];	   /* verify.c */
extern const struct step flow_end[];	   /* flow.c */

struct gpt;

/* Does every entry of the section fit the storage found (jobs.c)? STEP_NEXT or STEP_FAIL. */
enum verdict jobs_fit(struct flow *f);

/*
 * Plan of the writes, made once storage and table are known (jobs.c). `gpt` is the device's own
 * table, NULL on a blank board. STEP_NEXT or STEP_FAIL.
 */
enum verdict jobs_plan(struct flow *f, const struct gpt *gpt);
/* The file that a job sends, and its length as sent; the table's job has none (NULL). */
const struct package_file *job_file(const struct flow *f, const struct flow_job *job);
/* Name of a part for people. */
const char *job_label(const struct flow *f, const struct flow_job *job);

/* Bytes that reading back `job` takes by the plan's verify level (verify.c). */
uint64_t verify_bytes(const struct flow *f, size_t job);

/*
 * Compare the device's table with the section's entries (layout.c). Writes the first differences to
 * `text`; gives their number.
 */
size_t layout_differences(const struct flow *f, const struct gpt *gpt, char *text, size_t room);
/* The table a blank device gets, from the section (layout.c); false with `problem`. */
bool layout_build(const struct flow *f, struct gpt *gpt, struct problem *problem);
/* Build primary or backup into flow->table and lend it to flow->io (layout.c). */
enum verdict layout_image(struct flow *f, bool backup);
/* Entries of the scatter that stand for the table itself. */
bool layout_is_table(const char *name);

#endif
