#include "station/order/wish.h"

#include <string.h>

static int choose_end(struct task_choice *c, const char *end, struct problem *problem)
{
	if (!end || !end[0])
		return 0;
	c->has_end = true;
	if (task_end_by_name(end, &c->end))
		return 0;
	return problem_set(problem, "end", "use shutdown, reboot, stay, fastboot, meta or test",
			   "\"%.20s\" is no way to end", end);
}

static int choose_operation(struct task_choice *c, const char *name, struct problem *problem)
{
	if (!name || !name[0])
		return 0;
	c->has_operation = true;
	if (task_operation_by_name(name, &c->operation))
		return 0;
	return problem_set(problem, "operation",
			   "use download, upgrade, format-all, erase, readback, memtest, verify or "
			   "identify",
			   "\"%.20s\" is no operation", name);
}

/* Copy a list of names. 0, or -1 with `problem`: too many, or one too long. */
static int copy_names(char *to, size_t size, size_t most, size_t *count, const char *const *from,
		      const char *key, struct problem *problem)
{
	*count = 0;
	for (; from && from[*count]; ++*count) {
		const char *name = from[*count];

		if (*count == most)
			return problem_set(problem, key, "leave the list out to take all",
					   "at most %zu can be named", most);
		if (!name[0] || strlen(name) >= size)
			return problem_set(problem, key, "give names as the station shows them",
					   "\"%.40s\" is too short or too long", name);
		memcpy(to + *count * size, name, strlen(name) + 1);
	}
	return 0;
}

/* With slots in the config every name can be looked up; without, slots are learned later. */
static int check_slots(const struct station *s, const struct task_choice *c,
		       struct problem *problem)
{
	for (size_t i = 0; s->config->slot_count && i < c->slot_count; i++) {
		bool known = false;

		for (size_t k = 0; k < s->port_count && !known; k++)
			known = strcmp(c->slots[i], s->ports[k]->label) == 0 ||
				order_is_place(s->ports[k]->path, c->slots[i]) ||
				order_is_place(c->slots[i], s->ports[k]->path);
		if (!known)
			return problem_set(problem, "slots", "use labels of /api/v1/slots",
					   "no slot is called \"%.60s\"", c->slots[i]);
	}
	return 0;
}

int wish_read(const struct station *s, const struct view_order_request *r, struct task_choice *c,
	      struct problem *problem)
{
	memset(c, 0, sizeof *c);
	if (choose_operation(c, r->operation, problem) != 0 ||
	    choose_end(c, r->end, problem) != 0 ||
	    copy_names(c->only.names[0], sizeof c->only.names[0], TASK_ONLY_MAX, &c->only.count,
		       r->only, "only", problem) != 0 ||
	    copy_names(c->slots[0], TASK_SLOT_SIZE, TASK_SLOTS_MAX, &c->slot_count, r->slots,
		       "slots", problem) != 0)
		return -1;
	if (r->range_count > FLOW_RANGES_MAX)
		return problem_set(problem, "ranges", "open a second order for the others",
				   "at most %d ranges can be given", FLOW_RANGES_MAX);
	if (r->range_count)
		memcpy(c->ranges.list, r->ranges, r->range_count * sizeof *r->ranges);
	c->ranges.count = r->range_count;
	return check_slots(s, c, problem);
}
