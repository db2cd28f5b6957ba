/* Tasks and choices as JSON: in profiles, in the config, and in the ledger. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "station/profile/task.h"

#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))
#define BYTES_MAX (INT64_C(1) << 44)

/* A list of names in a remedy: "one of: a, b". */
static void add_name(char *to, size_t size, const char *name)
{
	size_t n = strlen(to);

	snprintf(to + n, size - n, "%s%s", n ? ", " : "", name);
}

int task_read_operation(struct reader *r, const cJSON *v, void *operation)
{
	char all[160] = "";

	if (!cJSON_IsString(v))
		return reader_refuse(r, "give names of operations", "this is not a text");
	if (task_operation_by_name(v->valuestring, operation))
		return 0;
	for (int i = 0; i < FLOW_OPERATIONS; i++)
		add_name(all, sizeof all, flow_operation_name((enum flow_operation)i));
	return reader_refuse(r, "choose one of these", "\"%.40s\" is not one of %s", v->valuestring,
			     all);
}

int task_read_end(struct reader *r, const cJSON *v, void *end)
{
	if (task_end_by_name(v->valuestring, end))
		return 0;
	return reader_refuse(r, "choose one of these",
			     "\"%.40s\" is not one of \"shutdown\", \"reboot\", \"stay\", "
			     "\"fastboot\", \"meta\", \"test\"",
			     v->valuestring);
}

int task_read_only(struct reader *r, const cJSON *v, void *only)
{
	struct task_only *o = only;

	if (o->count == TASK_ONLY_MAX)
		return reader_refuse(r, "leave the list out to take all",
				     "at most %d partitions can be named", TASK_ONLY_MAX);
	return reader_text(r, v, o->names[o->count++], sizeof o->names[0]);
}

/* Short names that fit every kind of storage, and those that scatter files use. */
static bool region_by_name(const char *name, enum storage_region *region)
{
	static const struct {
		const char *name;
		enum storage_region region;
	} names[] = {
		{"user", REGION_USER}, {"boot1", REGION_BOOT1}, {"boot2", REGION_BOOT2},
		{"rpmb", REGION_RPMB}, {"gp1", REGION_GP1},	{"gp2", REGION_GP2},
		{"gp3", REGION_GP3},   {"gp4", REGION_GP4},	{"nand", REGION_USER},
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		*region = names[i].region;
		if (strcasecmp(names[i].name, name) == 0)
			return true;
	}
	for (int i = REGION_BOOT1; i < REGION_COUNT; i++) {
		*region = (enum storage_region)i;
		if (i != REGION_BOOT12 &&
		    (strcasecmp(storage_region_name(STORAGE_EMMC, *region), name) == 0 ||
		     strcasecmp(storage_region_name(STORAGE_UFS, *region), name) == 0))
			return true;
	}
	return false;
}

struct range_text {
	char partition[SCATTER_NAME_MAX], region[32];
	int64_t start, length;
};

static int take_range(struct reader *r, const struct range_text *t, struct flow_range *to)
{
	*to = (struct flow_range){.start = (uint64_t)t->start, .length = (uint64_t)t->length};
	if (!t->partition[0] == !t->region[0])
		return reader_refuse(r, "give either a partition or a region", "it has %s",
				     t->region[0] ? "both" : "neither");
	memcpy(to->name, t->partition, sizeof to->name);
	if (!t->region[0] || region_by_name(t->region, &to->region))
		return 0;
	return reader_refuse(r, "use user, boot1, boot2, gp1 to gp4, or the scatter file's name",
			     "no region is called \"%.31s\"", t->region);
}

int task_read_range(struct reader *r, const cJSON *v, void *ranges)
{
	static const struct key keys[] = {
		{.name = "partition",
		 .kind = KEY_TEXT,
		 .offset = offsetof(struct range_text, partition),
		 .size = SCATTER_NAME_MAX,
		 .min = 1},
		{.name = "region",
		 .kind = KEY_TEXT,
		 .offset = offsetof(struct range_text, region),
		 .size = sizeof(((struct range_text *)0)->region),
		 .min = 1},
		{.name = "start",
		 .kind = KEY_NUMBER,
		 .offset = offsetof(struct range_text, start),
		 .max = BYTES_MAX},
		{.name = "length",
		 .kind = KEY_NUMBER,
		 .offset = offsetof(struct range_text, length),
		 .max = BYTES_MAX},
	};
	struct task_ranges *all = ranges;
	struct range_text text = {.start = 0};

	if (all->count == FLOW_RANGES_MAX)
		return reader_refuse(r, "open a second order for the others",
				     "at most %d ranges can be given", FLOW_RANGES_MAX);
	if (reader_object(r, v, keys, COUNT(keys), &text) != 0)
		return -1;
	return take_range(r, &text, &all->list[all->count++]);
}

/* ---- choices ---- */

static int read_operation(struct reader *r, const cJSON *v, void *to)
{
	struct task_choice *c = to;

	c->has_operation = true;
	return task_read_operation(r, v, &c->operation);
}

static int read_end(struct reader *r, const cJSON *v, void *to)
{
	struct task_choice *c = to;

	c->has_end = true;
	return task_read_end(r, v, &c->end);
}

static int read_slot(struct reader *r, const cJSON *v, void *to)
{
	struct task_choice *c = to;

	if (c->slot_count == TASK_SLOTS_MAX)
		return reader_refuse(r, "leave the list out to take all",
				     "at most %d slots can be named", TASK_SLOTS_MAX);
	return reader_text(r, v, c->slots[c->slot_count++], TASK_SLOT_SIZE);
}

static const struct key choice_keys[] = {
	{.name = "operation", .kind = KEY_WORD, .read = read_operation},
	{.name = "end", .kind = KEY_WORD, .read = read_end},
	{.name = "only",
	 .kind = KEY_LIST,
	 .offset = offsetof(struct task_choice, only),
	 .read = task_read_only},
	{.name = "ranges",
	 .kind = KEY_LIST,
	 .offset = offsetof(struct task_choice, ranges),
	 .read = task_read_range},
	{.name = "slots", .kind = KEY_LIST, .read = read_slot},
};

bool task_is_choice_key(const char *name)
{
	for (size_t i = 0; i < COUNT(choice_keys); i++)
		if (strcmp(choice_keys[i].name, name) == 0)
			return true;
	return false;
}

int task_choice_read(struct reader *r, const cJSON *object, struct task_choice *to)
{
	memset(to, 0, sizeof *to);
	return reader_object(r, object, choice_keys, COUNT(choice_keys), to);
}

int task_choice_parse(const char *json, struct task_choice *to, struct problem *problem)
{
	struct reader r = {.problem = problem};
	cJSON *tree = reader_parse(json, strlen(json), problem);
	int result = tree ? task_choice_read(&r, tree, to) : -1;

	cJSON_Delete(tree);
	return result;
}

static bool print_range(cJSON *list, const struct flow_range *range)
{
	cJSON *item = cJSON_CreateObject();
	bool good;

	if (!cJSON_AddItemToArray(list, item)) {
		cJSON_Delete(item);
		return false;
	}
	if (range->name[0])
		good = cJSON_AddStringToObject(item, "partition", range->name);
	else
		good = cJSON_AddStringToObject(item, "region",
					       storage_region_name(STORAGE_EMMC, range->region));
	return good && cJSON_AddNumberToObject(item, "start", (double)range->start) &&
	       cJSON_AddNumberToObject(item, "length", (double)range->length);
}

static bool print_text(cJSON *list, const char *text)
{
	cJSON *item = cJSON_CreateString(text);

	if (cJSON_AddItemToArray(list, item))
		return true;
	cJSON_Delete(item);
	return false;
}

static bool print_lists(cJSON *tree, const struct task_choice *c)
{
	cJSON *only = cJSON_AddArrayToObject(tree, "only");
	cJSON *ranges = cJSON_AddArrayToObject(tree, "ranges");
	cJSON *slots = cJSON_AddArrayToObject(tree, "slots");
	bool good = only && ranges && slots;

	for (size_t i = 0; good && i < c->only.count; i++)
		good = print_text(only, c->only.names[i]);
	for (size_t i = 0; good && i < c->ranges.count; i++)
		good = print_range(ranges, &c->ranges.list[i]);
	for (size_t i = 0; good && i < c->slot_count; i++)
		good = print_text(slots, c->slots[i]);
	return good;
}

char *task_choice_print(const struct task_choice *c)
{
	cJSON *tree = cJSON_CreateObject();
	bool good = tree && print_lists(tree, c);
	char *text;

	if (good && c->has_operation)
		good = cJSON_AddStringToObject(tree, "operation",
					       flow_operation_name(c->operation));
	if (good && c->has_end)
		good = cJSON_AddStringToObject(tree, "end", task_end_name(c->end));
	text = good ? cJSON_PrintUnformatted(tree) : NULL;
	cJSON_Delete(tree);
	return text;
}
