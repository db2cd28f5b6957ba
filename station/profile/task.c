#include "station/profile/task.h"

#include <stdio.h>
#include <string.h>

#define ALWAYS                                                                                     \
	(1u << FLOW_READBACK | 1u << FLOW_MEMTEST | 1u << FLOW_VERIFY_ONLY | 1u << FLOW_IDENTIFY)

static const char *const end_names[] = {
	[FLOW_END_SHUTDOWN] = "shutdown", [FLOW_END_REBOOT] = "reboot", [FLOW_END_STAY] = "stay",
	[FLOW_END_FASTBOOT] = "fastboot", [FLOW_END_META] = "meta",	[FLOW_END_TEST] = "test",
};

#define ENDS (sizeof end_names / sizeof end_names[0])

bool task_operation_by_name(const char *name, enum flow_operation *operation)
{
	for (int i = 0; i < FLOW_OPERATIONS; i++) {
		*operation = (enum flow_operation)i;
		if (strcmp(flow_operation_name(*operation), name) == 0)
			return true;
	}
	return false;
}

bool task_end_by_name(const char *name, enum flow_end *end)
{
	for (size_t i = 0; i < ENDS; i++) {
		*end = (enum flow_end)i;
		if (strcmp(end_names[i], name) == 0)
			return true;
	}
	return false;
}

const char *task_end_name(enum flow_end end)
{
	return end_names[end];
}

bool task_allowed(unsigned operations, enum flow_operation operation)
{
	return (operations | ALWAYS) & 1u << operation;
}

static bool takes_only(enum flow_operation operation)
{
	return operation == FLOW_DOWNLOAD || operation == FLOW_VERIFY_ONLY;
}

static bool takes_ranges(enum flow_operation operation)
{
	return operation == FLOW_ERASE || operation == FLOW_READBACK;
}

/* The choices that were made for another operation are left behind; those made now must fit. */
static int check_choice(const struct task *t, const struct task_choice *c, struct problem *problem)
{
	const char *name = flow_operation_name(t->operation);

	if (c->only.count && !takes_only(t->operation))
		return problem_set(problem, "only", "leave it out, or choose download or verify",
				   "%s is not done to single partitions of the package", name);
	if (c->ranges.count && !takes_ranges(t->operation))
		return problem_set(problem, "ranges", "leave them out, or choose erase or readback",
				   "%s takes no ranges", name);
	if (takes_ranges(t->operation) && !t->ranges.count)
		return problem_set(problem, "ranges",
				   "name partitions, or a region with start and length",
				   "%s needs to know what", name);
	return 0;
}

int task_choose(struct task *to, const struct task *profile, unsigned operations,
		const struct task_choice *choice, struct problem *problem)
{
	*to = *profile;
	if (choice->has_operation)
		to->operation = choice->operation;
	if (choice->has_end)
		to->end = choice->end;
	if (choice->only.count)
		to->only = choice->only;
	if (choice->ranges.count)
		to->ranges = choice->ranges;
	if (!task_allowed(operations, to->operation))
		return problem_set(problem, "operation",
				   "choose another, or let the profile's \"operations\" list it",
				   "%sthe profile does not allow %s",
				   to->operation == FLOW_DOWNLOAD ? "" : "ST-054 ",
				   flow_operation_name(to->operation));
	if (!takes_only(to->operation) && !choice->only.count)
		to->only.count = 0;
	if (!takes_ranges(to->operation) && !choice->ranges.count)
		to->ranges.count = 0;
	return check_choice(to, choice, problem);
}
