/*
 * backup: the unit's own data before the work, saved or only remembered by its digest.
 *
 * A backup counts when its stream is taken as durable and a second reading gives the same bytes.
 */
#include <stdio.h>
#include <string.h>

#include "engine/flow/phases.h"

static void open_stream(struct flow *f, const struct flow_own *own)
{
	f->saving.to = (struct flow_save){
		.kind = FLOW_SAVE_IDENTITY,
		.region = own->region,
		.start = own->start,
		.total = own->size,
	};
	snprintf(f->saving.to.name, sizeof f->saving.to.name, "%s", own->name);
}

static enum verdict next_part(struct flow *f)
{
	f->saving.to.total = 0;
	own_begin(f, f->own_work.at + 1);
	return STEP_AGAIN;
}

static enum verdict saved(struct flow *f, struct flow_own *own)
{
	if (own_digest(&f->own_work) != own->digest)
		return step_refuse(f, 55, "%s: two readings of it differ", own->name);
	own->saved = true;
	if (own->record != SIZE_MAX)
		f->report.parts[own->record].saved = true;
	return next_part(f);
}

static enum verdict part_read(struct flow *f)
{
	struct flow_own_work *w = &f->own_work;
	struct flow_own *own = &f->own[w->at];

	f->reading_own = false;
	if (w->again)
		return saved(f, own);
	own->digest = own_digest(w);
	own->blank = !w->mixed;
	if (own->written && !own->blank)
		return step_refuse(f, 58,
				   "%s holds this unit's own data, and the package would write it: "
				   "that is for blank boards only",
				   own->name);
	if (f->care != OWN_SAVE)
		return next_part(f);
	own_begin(f, w->at);
	w->again = true;
	return STEP_AGAIN;
}

static enum verdict ask_part(struct flow *f, struct flow_action *a)
{
	struct flow_own_work *w = &f->own_work;
	const struct flow_own *own = &f->own[w->at];
	enum verdict v;

	(void)a;
	/* What is on the unit of a debt is not what the vault must keep; an erase pays nothing. */
	if (w->at == f->own_count || (f->owed && f->plan->operation != FLOW_ERASE))
		return STEP_NEXT;
	snprintf(f->report.target, sizeof f->report.target, "%s", own->name);
	if (f->care == OWN_SAVE && !w->again && !w->turn)
		open_stream(f, own);
	f->reading_own = f->care == OWN_SAVE;
	v = own_read_on(f, own->start);
	return v == STEP_NEXT ? part_read(f) : v;
}

static enum verdict got_part(struct flow *f, struct slice rx)
{
	(void)rx;
	return f->report.fault.family != FAULT_NONE ? STEP_FAIL : STEP_AGAIN;
}

static enum verdict ask_over(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->report.target[0] = '\0';
	f->saving.to.total = 0;
	if (f->care == OWN_SAVE)
		f->report.identity = FLOW_IDENTITY_SAVED;
	own_begin(f, 0);
	return STEP_NEXT;
}

const struct step flow_backup[] = {
	{"identity data", 0, ask_part, got_part, NULL},
	{"identity data", 0, ask_over, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
