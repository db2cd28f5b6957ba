/* flashrack orders, order open|close|resume, packages, package import */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "station/cli/cli.h"
#include "station/cli/client.h"
#include "station/cli/table.h"

int cmd_orders(const struct cli_options *o)
{
	static const char *const heads[] = {"order",  "name",	"state",   "operation", "profile",
					    "passed", "failed", "refused", "quantity"};
	cJSON *list = client_get(o, "orders");
	const cJSON *order;
	struct table t;

	if (!list)
		return CLI_FAILED;
	if (o->json)
		return cli_print_json(list, CLI_GOOD);
	table_start(&t, 9, heads, 1u << 0 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8);
	cJSON_ArrayForEach(order, cJSON_GetObjectItem(list, "items"))
	{
		table_row(&t, (const char *const[]){
				      client_text(order, "id"), client_text(order, "name"),
				      client_text(order, "state"), client_text(order, "operation"),
				      client_text(order, "profile"), client_text(order, "passed"),
				      client_text(order, "failed"), client_text(order, "refused"),
				      client_text(order, "quantity")});
	}
	table_print(&t);
	cJSON_Delete(list);
	return CLI_GOOD;
}

static void add_text(cJSON *to, const char *key, const char *text)
{
	if (text)
		cJSON_AddStringToObject(to, key, text);
}

/* "a,b,c" as a list. */
static void add_list(cJSON *to, const char *key, const char *text)
{
	cJSON *list = text ? cJSON_AddArrayToObject(to, key) : NULL;

	while (text && *text) {
		size_t n = strcspn(text, ",");
		char *one = strndup(text, n);

		if (n)
			cJSON_AddItemToArray(list, cJSON_CreateString(one ? one : ""));
		free(one);
		text += n + (text[n] == ',');
	}
}

static bool whole_number(const char *text, double *value)
{
	char *end;

	errno = 0;
	*value = (double)strtoull(text, &end, 0);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

/* "nvram", or "user+0x1000:0x200": bytes of a region. False when it is neither. */
static bool add_range(cJSON *list, const char *text)
{
	const char *plus = strchr(text, '+'), *colon = plus ? strchr(plus, ':') : NULL;
	cJSON *range = cJSON_CreateObject();
	char region[64], start[64];
	double value;

	cJSON_AddItemToArray(list, range);
	if (!plus) {
		cJSON_AddStringToObject(range, "partition", text);
		return *text != '\0';
	}
	snprintf(region, sizeof region, "%.*s", (int)(plus - text), text);
	snprintf(start, sizeof start, "%.*s", colon ? (int)(colon - plus - 1) : 63, plus + 1);
	cJSON_AddStringToObject(range, "region", region);
	if (!whole_number(start, &value))
		return false;
	cJSON_AddNumberToObject(range, "start", value);
	if (colon && !whole_number(colon + 1, &value))
		return false;
	if (colon)
		cJSON_AddNumberToObject(range, "length", value);
	return true;
}

static int usage(const char *where, const char *why)
{
	fprintf(stderr, "flashrack: usage, %s: %s; see flashrack --help\n", where, why);
	return CLI_USAGE;
}

int cmd_order_open(const struct cli_options *o)
{
	cJSON *body = cJSON_CreateObject(), *ranges;
	double quantity;

	add_text(body, "profile", o->profile);
	add_text(body, "package", o->package);
	add_text(body, "name", o->name);
	add_text(body, "operator", o->operator_name);
	add_text(body, "operation", o->operation);
	add_text(body, "end", o->end);
	add_list(body, "only", o->only);
	add_list(body, "slots", o->slots);
	ranges = o->range_count ? cJSON_AddArrayToObject(body, "ranges") : NULL;
	for (size_t i = 0; i < o->range_count; i++) {
		if (add_range(ranges, o->ranges[i]))
			continue;
		cJSON_Delete(body);
		return usage(o->ranges[i], "a range is a partition or REGION+START[:LENGTH]");
	}
	if (o->quantity && !whole_number(o->quantity, &quantity)) {
		cJSON_Delete(body);
		return usage("--quantity", "it takes a whole number");
	}
	if (o->quantity)
		cJSON_AddNumberToObject(body, "quantity", quantity);
	body = client_post(o, "orders", body);
	if (!body)
		return CLI_FAILED;
	if (o->json)
		return cli_print_json(body, CLI_GOOD);
	printf("order %s is open: %s\n", client_text(body, "id"), client_text(body, "name"));
	cJSON_Delete(body);
	return CLI_GOOD;
}

int cmd_order_close(const struct cli_options *o)
{
	char *part = client_part(o->path);
	char path[300];
	cJSON *answer;

	snprintf(path, sizeof path, "orders/%s/close", part ? part : "");
	free(part);
	answer = client_post(o, path, NULL);
	if (!answer)
		return CLI_FAILED;
	if (o->json)
		return cli_print_json(answer, CLI_GOOD);
	printf("order %s is closed\n", client_text(answer, "id"));
	cJSON_Delete(answer);
	return CLI_GOOD;
}

int cmd_order_resume(const struct cli_options *o)
{
	char *part = client_part(o->path);
	char path[300];
	cJSON *answer;

	snprintf(path, sizeof path, "orders/%s/resume", part ? part : "");
	free(part);
	answer = client_post(o, path, NULL);
	if (!answer)
		return CLI_FAILED;
	if (o->json)
		return cli_print_json(answer, CLI_GOOD);
	printf("order %s goes on\n", client_text(answer, "id"));
	cJSON_Delete(answer);
	return CLI_GOOD;
}

int cmd_package_import(const struct cli_options *o)
{
	char *folder = realpath(o->path, NULL);
	cJSON *body = cJSON_CreateObject();

	/* The station may be another machine: a path that is not here is passed on as it is. */
	cJSON_AddStringToObject(body, "path", folder ? folder : o->path);
	free(folder);
	body = client_post(o, "packages", body);
	if (!body)
		return CLI_FAILED;
	if (o->json)
		return cli_print_json(body, CLI_GOOD);
	printf("import has begun; flashrack packages shows how far it is\n");
	cJSON_Delete(body);
	return CLI_GOOD;
}

int cmd_packages(const struct cli_options *o)
{
	static const char *const heads[] = {"package", "platform", "project",
					    "state",   "bytes",	   "id"};
	cJSON *list = client_get(o, "packages");
	const cJSON *p;
	struct table t;

	if (!list)
		return CLI_FAILED;
	if (o->json)
		return cli_print_json(list, CLI_GOOD);
	table_start(&t, 6, heads, 1u << 4);
	cJSON_ArrayForEach(p, cJSON_GetObjectItem(list, "items"))
	{
		table_row(&t,
			  (const char *const[]){client_text(p, "name"), client_text(p, "platform"),
						client_text(p, "project"), client_text(p, "state"),
						client_text(p, "bytes"), client_text(p, "id")});
	}
	table_print(&t);
	cJSON_Delete(list);
	return CLI_GOOD;
}
