/* memtest: DRAM, then storage, as far as the agent offers it. Content of the storage stays. */
#include <stdio.h>

#include "engine/flow/phases.h"

static enum verdict test(struct flow *f, const char *what)
{
	snprintf(f->report.target, sizeof f->report.target, "%s", what);
	f->io.region = REGION_USER;
	f->io.address = 0;
	f->io.length = 0; /* all of it, or what the agent holds to be safe */
	f->io.done = 0;
	f->io.percent = 0;
	f->call = f->verbs->memtest;
	return STEP_CALL;
}

static enum verdict ask_dram(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!f->verbs->memtest)
		return step_refuse(f, 83, "the %s agent offers no memory test", f->verbs->name);
	f->io.test = IO_TEST_DRAM;
	return test(f, "DRAM");
}

static enum verdict ask_storage(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->io.test = IO_TEST_STORAGE;
	return test(f, "storage");
}

static enum verdict tested(struct flow *f, struct slice rx)
{
	(void)rx;
	f->report.target[0] = '\0';
	return STEP_NEXT;
}

const struct step flow_memtest[] = {
	{"dram test", 0, ask_dram, tested, NULL},
	{"storage test", 0, ask_storage, tested, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
