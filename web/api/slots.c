/* Slots: where units are plugged in, with what happens there now. */
#include "web/api/handlers.h"

#include <cjson/cJSON.h>

#include "station/view/view.h"
#include "web/api/body.h"
#include "web/api/params.h"
#include "web/api/render.h"
#include "web/context.h"
#include "web/http/exchange.h"

void get_slots(struct exchange *x)
{
	if (!params_none(x))
		answer_json(x, 200, render_items(render_slots(x->web->station)));
}

/* Index of the path's slot, -1 when answered. */
static long find_slot(struct exchange *x)
{
	long i = view_find_slot(x->web->station, x->argument);

	if (i < 0)
		answer_problem(x, PROBLEM_NOT_FOUND, NULL,
			       "use a label or path of /api/v1/slots, percent-encoded",
			       "no slot is called \"%.90s\"", x->argument);
	return i;
}

static void answer_slot(struct exchange *x, unsigned int status, long i)
{
	struct view_slot slot;

	view_slot(x->web->station, (size_t)i, &slot);
	answer_json(x, status, render_slot(&slot));
}

void get_slot(struct exchange *x)
{
	long i;

	if (params_none(x))
		return;
	i = find_slot(x);
	if (i >= 0)
		answer_slot(x, 200, i);
}

/* The command is taken; what it led to shows as the slot's next states. */
static void command(struct exchange *x, int (*act)(struct station *, size_t, struct problem *))
{
	struct problem problem;
	long i;

	if (params_none(x) || body_none(x))
		return;
	i = find_slot(x);
	if (i < 0)
		return;
	if (act(x->web->station, (size_t)i, &problem))
		answer_problem(x, PROBLEM_CONFLICT, problem.where, problem.remedy, "%s",
			       problem.why);
	else
		answer_slot(x, 202, i);
}

void post_slot_abort(struct exchange *x)
{
	command(x, view_abort_slot);
}

void post_slot_retry(struct exchange *x)
{
	command(x, view_retry_slot);
}

void post_slot_release(struct exchange *x)
{
	command(x, view_release_slot);
}
