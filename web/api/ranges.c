#include "web/api/ranges.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "web/http/exchange.h"

#define BYTES_MAX (INT64_C(1) << 44)

const struct body_rule range_fields[RANGE_FIELDS] = {
	{.key = "partition", .text_max = SCATTER_NAME_MAX - 1},
	{.key = "region", .text_max = 32},
	{.key = "start", .low = 0, .high = BYTES_MAX},
	{.key = "length", .low = 1, .high = BYTES_MAX},
};

/* Short names that fit every kind of storage, and those that scatter files use. */
static bool region_named(const char *name, enum storage_region *region)
{
	static const struct {
		const char *name;
		enum storage_region region;
	} names[] = {
		{"user", REGION_USER}, {"boot1", REGION_BOOT1}, {"boot2", REGION_BOOT2},
		{"rpmb", REGION_RPMB}, {"gp1", REGION_GP1},	{"gp2", REGION_GP2},
		{"gp3", REGION_GP3},   {"gp4", REGION_GP4},	{"nand", REGION_USER},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!strcasecmp(names[i].name, name)) {
			*region = names[i].region;
			return true;
		}
	}
	for (int r = REGION_BOOT1; r < REGION_COUNT; r++) {
		*region = (enum storage_region)r;
		if (r != REGION_BOOT12 &&
		    (!strcasecmp(storage_region_name(STORAGE_EMMC, *region), name) ||
		     !strcasecmp(storage_region_name(STORAGE_UFS, *region), name)))
			return true;
	}
	return false;
}

static int range_read(struct exchange *x, const cJSON *item, const char *key, struct flow_range *to)
{
	const char *partition = body_text(item, "partition"), *region = body_text(item, "region");

	if (!*partition == !*region) {
		answer_problem(x, PROBLEM_BAD_VALUE, key,
			       "give each range either a partition or a region", "a range has %s",
			       *partition ? "both" : "neither");
		return -1;
	}
	memset(to, 0, sizeof *to);
	snprintf(to->name, sizeof to->name, "%s", partition);
	to->start = (uint64_t)body_number(item, "start");
	to->length = (uint64_t)body_number(item, "length");
	if (*partition || region_named(region, &to->region))
		return 0;
	answer_problem(x, PROBLEM_BAD_VALUE, key,
		       "use user, boot1, boot2, gp1 to gp4, or the scatter file's name of it",
		       "no region is called \"%.32s\"", region);
	return -1;
}

int ranges_read(struct exchange *x, const cJSON *body, const char *key, struct flow_range *to,
		size_t *count)
{
	const cJSON *item;

	*count = 0;
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, key))
	{
		if (range_read(x, item, key, &to[*count]))
			return -1;
		++*count;
	}
	return 0;
}
