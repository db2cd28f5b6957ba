/* agent: uploads and starts the download agent; and ends it at the end of the run. */
#include "engine/brom/brom.h"
#include "engine/flow/phases.h"

static enum verdict ask_upload(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = brom_send_agent;
	return STEP_CALL;
}

static enum verdict ask_start(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = f->verbs->start;
	return STEP_CALL;
}

const struct step flow_agent[] = {
	{"upload", 0, ask_upload, NULL, NULL},
	{"start", 0, ask_start, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

/*
 * A unit that failed after the first write is switched off, never sent into its system; one that
 * was refused is not left in a boot mode that the order wanted for a finished unit.
 */
static enum flow_end end_of(const struct flow *f)
{
	enum flow_end end = f->plan->end;

	if (!f->ending || end == FLOW_END_STAY)
		return end;
	if (f->report.wrote)
		return FLOW_END_SHUTDOWN;
	return end == FLOW_END_SHUTDOWN ? end : FLOW_END_REBOOT;
}

static enum verdict ask_end(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->io.end = end_of(f);
	f->io.restart = f->io.end == FLOW_END_REBOOT;
	if (f->io.end == FLOW_END_STAY)
		return STEP_NEXT;
	f->call = f->verbs->end;
	return STEP_CALL;
}

const struct step flow_end[] = {
	{"end", 0, ask_end, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
