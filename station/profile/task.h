/*
 * task: what is to be done to a unit: the operation and its choices. A profile states one; an order
 * may choose otherwise within the operations that the profile allows.
 *
 * Reading never writes to a unit, so identify, verify, readback and memtest are always allowed;
 * what may cost a unit its data (upgrade, format-all, erase) only when the profile lists it.
 */
#ifndef STATION_PROFILE_TASK_H
#define STATION_PROFILE_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/problem.h"
#include "engine/flow/flow.h"
#include "station/config/reader.h"

#define TASK_ONLY_MAX  128
#define TASK_SLOTS_MAX 128
#define TASK_SLOT_SIZE 201 /* a label, or a path on the bus; with NUL */

/* Partitions to write or to compare; none: all. */
struct task_only {
	size_t count;
	char names[TASK_ONLY_MAX][SCATTER_NAME_MAX];
};

/* Places that erase and readback are about. */
struct task_ranges {
	size_t count;
	struct flow_range list[FLOW_RANGES_MAX];
};

struct task {
	enum flow_operation operation;
	enum flow_verify verify;
	enum flow_end end;
	bool recover; /* a unit with a dead preloader gets it first, then comes back by it */
	struct task_only only;
	struct task_ranges ranges;
};

/* What an order says for itself; the rest is the profile's. */
struct task_choice {
	bool has_operation, has_end;
	enum flow_operation operation;
	enum flow_end end;
	struct task_only only;
	struct task_ranges ranges;
	size_t slot_count; /* 0: any slot that no other order names */
	char slots[TASK_SLOTS_MAX][TASK_SLOT_SIZE];
};

/* Readers for key tables (reader.h); `to` is the member that the name says. */
int task_read_operation(struct reader *r, const cJSON *v, void *operation);
int task_read_end(struct reader *r, const cJSON *v, void *end);
int task_read_only(struct reader *r, const cJSON *v, void *only);    /* of a list */
int task_read_range(struct reader *r, const cJSON *v, void *ranges); /* of a list */

/* The keys of a choice in an object: "operation", "end", "only", "ranges", "slots". */
int task_choice_read(struct reader *r, const cJSON *object, struct task_choice *to);
/* The same from text that task_choice_print() wrote. 0, or -1 with `problem`. */
int task_choice_parse(const char *json, struct task_choice *to, struct problem *problem);
/* JSON text, to free(); NULL when out of memory. */
char *task_choice_print(const struct task_choice *c);
bool task_is_choice_key(const char *name);

bool task_operation_by_name(const char *name, enum flow_operation *operation);
bool task_end_by_name(const char *name, enum flow_end *end);
const char *task_end_name(enum flow_end end);
bool task_allowed(unsigned operations, enum flow_operation operation); /* `operations`: bits */

/*
 * What an order does: the profile's task with the order's choices. `operations`: a bit for each
 * flow_operation the profile allows. 0, or -1 with `problem`: not allowed (ST-054), or choices that
 * mean nothing for the operation.
 */
int task_choose(struct task *to, const struct task *profile, unsigned operations,
		const struct task_choice *choice, struct problem *problem);

#endif
