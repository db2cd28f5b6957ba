/*
 * write: the jobs of the plan, one after the other, behind the journalled point of no return.
 *
 *     journal -> [piece of the table]*                                      phase "layout"
 *     journal -> agent's record begins -> [image]* -> agent's record ends   phase "write"
 */
#include <stdio.h>
#include <string.h>

#include "engine/flow/phases.h"

enum verdict ask_point_of_no_return(struct flow *f, struct flow_action *a)
{
	(void)f;
	a->what = FLOW_JOURNAL;
	a->journal = FLOW_JOURNAL_POINT_OF_NO_RETURN;
	return STEP_ASKED;
}

enum verdict got_point_of_no_return(struct flow *f, struct slice rx)
{
	(void)rx;
	f->report.wrote = true;
	return STEP_NEXT;
}

static enum verdict ask_open(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->job = 0;
	if (!f->verbs->open_job)
		return STEP_NEXT;
	f->call = f->verbs->open_job;
	return STEP_CALL;
}

/* What the verb is to send. */
static enum verdict set_up(struct flow *f, const struct flow_job *job)
{
	const struct package_file *file = job_file(f, job);

	f->io.name = job->name;
	f->io.record = job->record;
	f->io.room = job->room;
	if (job->how == JOB_TABLE)
		return layout_piece(f, job->piece);
	f->io.region = job->region;
	f->io.address = job->start;
	f->io.image = file->bytes;
	f->io.length = file->bytes.n;
	f->io.sums = &file->sums;
	f->io.own = false;
	f->io.sparse = file->sparse;
	return STEP_NEXT;
}

/* A table goes by the agent's own command, else by name, where the agent reads it at once. */
static const struct step *table_verb(const struct flow *f)
{
	if (f->verbs->build_table && f->verbs->write_table)
		return f->verbs->write_table;
	return f->verbs->download ? f->verbs->download : f->verbs->write;
}

static const struct step *verb_of(const struct flow *f, const struct flow_job *job)
{
	switch (job->how) {
	case JOB_BY_NAME:
		return f->verbs->download;
	case JOB_BY_ADDRESS:
		return f->verbs->write;
	case JOB_TABLE:
		return table_verb(f);
	case JOB_PRELOADER:
		return f->verbs->preloader;
	}
	return NULL;
}

enum verdict job_send(struct flow *f, const struct flow_job *job)
{
	snprintf(f->report.target, sizeof f->report.target, "%s", job_label(f, job));
	if (set_up(f, job) != STEP_NEXT)
		return STEP_FAIL;
	f->part_began_ms = f->now_ms;
	f->call = verb_of(f, job);
	return STEP_CALL;
}

void job_sent(struct flow *f, const struct flow_job *job)
{
	struct flow_part_record *record = &f->report.parts[job->record];

	record->ms += (uint32_t)(f->now_ms - f->part_began_ms);
	record->written = record->bytes == record->total;
	if (record->written && f->report.verify != FLOW_VERIFY_NONE)
		record->verified = FLOW_VERIFIED_CHECKSUM; /* the agent has read it back */
	f->report.target[0] = '\0';
}

/* The next job of the phase: the table's pieces, or everything else. */
static enum verdict ask_next(struct flow *f, bool table)
{
	while (f->job < f->job_count && (f->jobs[f->job].how == JOB_TABLE) != table)
		f->job++;
	if (f->job == f->job_count)
		return STEP_NEXT;
	return job_send(f, &f->jobs[f->job]);
}

static enum verdict ask_image(struct flow *f, struct flow_action *a)
{
	(void)a;
	return ask_next(f, false);
}

static enum verdict ask_table(struct flow *f, struct flow_action *a)
{
	(void)a;
	return ask_next(f, true);
}

static enum verdict got_job(struct flow *f, struct slice rx)
{
	(void)rx;
	job_sent(f, &f->jobs[f->job++]);
	return STEP_AGAIN;
}

static enum verdict ask_close(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!f->verbs->close_job)
		return STEP_NEXT;
	f->call = f->verbs->close_job;
	return STEP_CALL;
}

static enum verdict ask_first(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->job = 0;
	return STEP_NEXT;
}

const struct step flow_layout_write[] = {
	{"journal", 0, ask_point_of_no_return, got_point_of_no_return, NULL},
	{"partition table", 0, ask_first, NULL, NULL},
	{"partition table", 0, ask_table, got_job, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

const struct step flow_write[] = {
	{"journal", 0, ask_point_of_no_return, got_point_of_no_return, NULL},
	{"record begin", 0, ask_open, NULL, NULL},
	{"image", 0, ask_image, got_job, NULL},
	{"record end", 0, ask_close, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
