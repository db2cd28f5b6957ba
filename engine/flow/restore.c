/*
 * restore: the unit's own data back to where the new layout has it, and the proof at the end of the
 * run that each partition is as it was.
 */
#include <stdio.h>
#include <string.h>

#include "engine/flow/phases.h"

static struct flow_own *in_work(struct flow *f)
{
	return &f->own[f->own_work.at];
}

/* The bytes are asked for by name: they are this unit's, out of this run's backup. */
static enum verdict ask_load(struct flow *f, struct flow_action *a)
{
	struct flow_own_work *w = &f->own_work;
	const struct flow_own *own;

	while (w->at < f->own_count && (!f->own[w->at].lost || f->own[w->at].restored))
		w->at++;
	if (w->at == f->own_count) {
		f->report.target[0] = '\0';
		return STEP_LEAVE;
	}
	own = in_work(f);
	snprintf(f->report.target, sizeof f->report.target, "%s", own->name);
	a->what = FLOW_LOAD;
	a->save = (struct flow_save){
		.kind = FLOW_SAVE_IDENTITY,
		.region = own->region,
		.start = own->start,
		.total = own->size,
	};
	snprintf(a->save.name, sizeof a->save.name, "%s", own->name);
	return STEP_ASKED;
}

static enum verdict lost(struct flow *f, uint32_t code, const char *why)
{
	f->report.identity = FLOW_IDENTITY_LOST;
	return step_fail(f, FAULT_STATION, code, "%s: %s", in_work(f)->name, why);
}

static enum verdict got_load(struct flow *f, struct slice rx)
{
	struct flow_own *own = in_work(f);
	struct flow_own_work sum = {.at = 0};

	(void)rx;
	if (f->owed && !f->loaded.n) { /* that earlier run had no such partition */
		own->lost = false;
		return STEP_AGAIN;
	}
	if (f->loaded.n != own->size)
		return lost(f, 56, "the backup that was given has another length");
	own_take(&sum, f->loaded);
	if (!f->owed && own_digest(&sum) != own->digest)
		return lost(f, 56, "the backup that was given is not what was read from the unit");
	own->digest = own_digest(&sum);
	own->blank = !sum.mixed;
	return STEP_NEXT;
}

static enum verdict ask_back(struct flow *f, struct flow_action *a)
{
	const struct flow_own *own = in_work(f);

	(void)a;
	f->io.name = own->name;
	f->io.region = own->region;
	f->io.address = own->new_start;
	f->io.room = own->size;
	f->io.image = f->loaded;
	f->io.length = f->loaded.n;
	f->io.sums = f->loaded_sums;
	f->io.own = !f->loaded_sums; /* else they are summed on the way */
	f->io.sparse = false;
	f->io.record = own->record;
	f->part_began_ms = f->now_ms;
	f->call = f->verbs->write;
	return STEP_CALL;
}

static enum verdict got_back(struct flow *f, struct slice rx)
{
	struct flow_own *own = in_work(f);
	struct flow_part_record *record = &f->report.parts[own->record];

	(void)rx;
	own->restored = true;
	record->written = true;
	record->ms = (uint32_t)(f->now_ms - f->part_began_ms);
	return STEP_RESTART;
}

const struct step flow_restore[] = {
	{"load backup", 0, ask_load, got_load, NULL},
	{"journal", 0, ask_point_of_no_return, got_point_of_no_return, NULL},
	{"write back", 0, ask_back, got_back, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

/* A partition that held something and is empty now is worse than one that is different. */
static enum verdict compare(struct flow *f)
{
	const struct flow_own *own = in_work(f);
	struct flow_own_work *w = &f->own_work;

	if (own_digest(w) != own->digest && !w->mixed && !own->blank)
		return lost(f, 57, "it held data before the work and is empty now");
	if (own_digest(w) != own->digest)
		return lost(f, 51, "it is not what it was before the work");
	if (own->record != SIZE_MAX)
		f->report.parts[own->record].verified = FLOW_VERIFIED_FULL;
	own_begin(f, w->at + 1);
	return STEP_AGAIN;
}

static enum verdict all_the_same(struct flow *f)
{
	bool back = false;

	f->report.target[0] = '\0';
	for (size_t i = 0; i < f->own_count; i++)
		back = back || f->own[i].restored;
	f->report.identity = own_all_blank(f) ? FLOW_IDENTITY_NONE
			     : back	      ? FLOW_IDENTITY_RESTORED
					      : FLOW_IDENTITY_SAME;
	return STEP_LEAVE;
}

static bool not_compared(const struct flow *f, const struct flow_own *own)
{
	return own->written || own->aside || (f->owed && !own->lost);
}

static enum verdict ask_again(struct flow *f, struct flow_action *a)
{
	struct flow_own_work *w = &f->own_work;
	enum verdict v;

	(void)a;
	while (w->at < f->own_count && not_compared(f, in_work(f)))
		w->at++;
	if (w->at == f->own_count)
		return all_the_same(f);
	snprintf(f->report.target, sizeof f->report.target, "%s", in_work(f)->name);
	v = own_read_on(f, in_work(f)->new_start);
	return v == STEP_NEXT ? compare(f) : v;
}

static enum verdict got_again(struct flow *f, struct slice rx)
{
	(void)rx;
	return f->report.fault.family != FAULT_NONE ? STEP_FAIL : STEP_AGAIN;
}

static enum verdict ask_first(struct flow *f, struct flow_action *a)
{
	(void)a;
	own_begin(f, 0);
	return STEP_NEXT;
}

const struct step flow_identity[] = {
	{"compare", 0, ask_first, NULL, NULL},
	{"compare", 0, ask_again, got_again, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
