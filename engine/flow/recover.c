/*
 * recover: a unit in boot ROM because its preloader is dead gets that first, alone; then it is
 * restarted, has to come back by its preloader, and the run begins anew.
 *
 * All refusals of the whole run come before, so that a preloader is never written to a unit that
 * the rest of the package is not for.
 */
#include <string.h>

#include "engine/flow/phases.h"

#define RETURN_MS 60000 /* reset, power-on delay and the preloader's own start, with room */

bool recover_due(const struct flow *f)
{
	return f->plan->recover && !f->recovering && f->report.facts.arrived_as == MODE_BROM;
}

/* From now on it is told apart from another unit that is put into the slot. */
static void remember(struct flow *f)
{
	const struct device_facts *facts = &f->report.facts;

	memcpy(f->first_me_id, facts->me_id, sizeof f->first_me_id);
	f->first_me_id_len = facts->me_id_len;
	f->recovering = true;
}

static enum verdict ask_begin(struct flow *f, struct flow_action *a)
{
	(void)a;
	remember(f);
	f->job = 0;
	while (f->job < f->job_count && !job_is_boot(f, &f->jobs[f->job]))
		f->job++;
	if (f->job == f->job_count)
		return step_refuse(f, 31,
				   "the unit came by boot ROM and is to be recovered, but no "
				   "preloader is among the images to write");
	if (!f->verbs->open_job)
		return STEP_NEXT;
	f->call = f->verbs->open_job;
	return STEP_CALL;
}

static enum verdict ask_preloader(struct flow *f, struct flow_action *a)
{
	(void)a;
	while (f->job < f->job_count && !job_is_boot(f, &f->jobs[f->job]))
		f->job++;
	if (f->job == f->job_count)
		return STEP_NEXT;
	return job_send(f, &f->jobs[f->job]);
}

static enum verdict got_preloader(struct flow *f, struct slice rx)
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

static enum verdict ask_restart(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->io.end = FLOW_END_REBOOT;
	f->io.restart = true;
	f->call = f->verbs->end;
	return STEP_CALL;
}

static enum verdict ask_return(struct flow *f, struct flow_action *a)
{
	f->leaving = false;
	f->agent_idle = false;
	a->what = FLOW_REATTACH;
	a->ms = RETURN_MS;
	return STEP_ASKED;
}

static enum verdict not_started(struct flow *f)
{
	return step_fail(f, FAULT_STATION, 8,
			 "the preloader was written, and the unit came back by boot ROM all the "
			 "same: this preloader does not start on it");
}

static enum verdict got_return(struct flow *f, struct slice rx)
{
	(void)rx;
	if (device_mode_of(f->arrival.vid, f->arrival.pid) == MODE_BROM)
		return not_started(f);
	f->from_start = true;
	return STEP_LEAVE;
}

static enum verdict no_return(struct flow *f, struct slice rx)
{
	(void)rx;
	return step_fail(f, FAULT_STATION, 63,
			 "the preloader was written, but the unit did not come back by it within "
			 "%u s",
			 RETURN_MS / 1000);
}

const struct step flow_recover[] = {
	{"record begin", 0, ask_begin, NULL, NULL},
	{"journal", 0, ask_point_of_no_return, got_point_of_no_return, NULL},
	{"preloader", 0, ask_preloader, got_preloader, NULL},
	{"record end", 0, ask_close, NULL, NULL},
	{"restart", 0, ask_restart, NULL, NULL},
	{"return", RETURN_MS, ask_return, got_return, no_return},
	{NULL, 0, NULL, NULL, NULL},
};

void recover_begin_anew(struct flow *f)
{
	struct flow_report *r = &f->report;

	memset(&r->facts, 0, sizeof r->facts);
	r->facts.arrived_as = device_mode_of(f->arrival.vid, f->arrival.pid);
	memset(&f->brom, 0, sizeof f->brom);
	memset(&f->xflash, 0, sizeof f->xflash);
	memset(&f->legacy, 0, sizeof f->legacy);
	memset(&f->xml, 0, sizeof f->xml);
	memset(&f->io, 0, sizeof f->io);
	memset(&f->check, 0, sizeof f->check);
	f->from_start = false;
	f->verbs = NULL;
	f->entry = NULL;
	f->section = NULL;
	f->job = f->job_count = 0;
	f->span = f->span_count = 0;
	f->own_count = 0;
	f->care = OWN_LEFT;
	f->has_found = f->blank = f->new_table = false;
	r->part_count = 0;
	r->bytes_total = r->bytes_done; /* progress goes on from where it is */
	r->recovered = true;
}

enum verdict recover_check(struct flow *f)
{
	const struct device_facts *facts = &f->report.facts;

	if (!f->recovering)
		return STEP_NEXT;
	if (f->first_me_id_len && facts->me_id_len == f->first_me_id_len &&
	    memcmp(f->first_me_id, facts->me_id, facts->me_id_len))
		return step_fail(f, FAULT_STATION, 10,
				 "another unit came back than the one whose preloader was written");
	if (facts->arrived_as == MODE_BROM)
		return not_started(f);
	return STEP_NEXT;
}
