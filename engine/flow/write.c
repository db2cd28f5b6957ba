/*
 * write: the jobs of the plan, one after the other, behind the journalled point of no return.
 *
 *     journal -> agent's record begins -> [job]* -> agent's record ends
 */
#include <stdio.h>
#include <string.h>

#include "engine/flow/phases.h"

static enum verdict ask_journal(struct flow *f, struct flow_action *a)
{
	(void)f;
	a->what = FLOW_JOURNAL;
	a->journal = FLOW_JOURNAL_POINT_OF_NO_RETURN;
	return STEP_ASKED;
}

static enum verdict got_journal(struct flow *f, struct slice rx)
{
	(void)rx;
	f->report.wrote = true;
	return STEP_NEXT;
}

static enum verdict ask_open(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = f->verbs->open_job;
	return STEP_CALL;
}

/* What the verb is to send, and how. */
static enum verdict set_up(struct flow *f, const struct flow_job *job)
{
	const struct package_file *file = job_file(f, job);

	f->io.name = job->name;
	f->io.region = job->region;
	f->io.address = job->start;
	f->io.record = job->record;
	if (job->how == JOB_TABLE)
		return layout_image(f, !strcmp(job->name, "SGPT"));
	f->io.image = file->bytes;
	f->io.length = file->bytes.n;
	f->io.sums = &file->sums;
	f->io.own = false;
	f->io.sparse = file->sparse;
	return STEP_NEXT;
}

static enum verdict ask_job(struct flow *f, struct flow_action *a)
{
	const struct flow_job *job = &f->jobs[f->job];
	enum verdict v;

	(void)a;
	if (f->job == f->job_count)
		return STEP_NEXT;
	snprintf(f->report.target, sizeof f->report.target, "%s", job_label(f, job));
	v = set_up(f, job);
	if (v != STEP_NEXT)
		return v;
	f->part_began_ms = f->now_ms;
	f->call = job->how == JOB_BY_ADDRESS ? f->verbs->write : f->verbs->download;
	return STEP_CALL;
}

static enum verdict got_job(struct flow *f, struct slice rx)
{
	struct flow_part_record *record = &f->report.parts[f->jobs[f->job].record];

	(void)rx;
	record->ms += (uint32_t)(f->now_ms - f->part_began_ms);
	record->written = record->bytes == record->total;
	if (record->written && f->plan->verify != FLOW_VERIFY_NONE)
		record->verified = FLOW_VERIFIED_CHECKSUM; /* the agent has read it back */
	f->report.target[0] = '\0';
	f->job++;
	return STEP_AGAIN;
}

static enum verdict ask_close(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = f->verbs->close_job;
	return STEP_CALL;
}

const struct step flow_write[] = {
	{"journal", 0, ask_journal, got_journal, NULL},
	{"record begin", 0, ask_open, NULL, NULL},
	{"image", 0, ask_job, got_job, NULL},
	{"record end", 0, ask_close, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
