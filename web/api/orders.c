/* Orders: what the line is making. */
#include "web/api/handlers.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "station/ledger/query.h"
#include "station/view/view.h"
#include "web/api/body.h"
#include "web/api/command.h"
#include "web/api/params.h"
#include "web/api/ranges.h"
#include "web/api/records.h"
#include "web/api/render.h"
#include "web/context.h"
#include "web/http/exchange.h"

enum { QUANTITY_MAX = 100000000, ONLY_MAX = 128, SLOTS_MAX = 128 };

static const struct param_rule list_params[] = {
	{"limit", PARAM_LIMIT, offsetof(struct query, limit), sizeof(int)},
	{"after", PARAM_ID, offsetof(struct query, after), sizeof(int64_t)},
};

void get_orders(struct exchange *x)
{
	struct query q = {.kind = QUERY_ORDERS, .limit = 50};

	if (!params_read(x, list_params, sizeof list_params / sizeof *list_params, &q))
		records_answer(x, &q, "order");
}

void get_order(struct exchange *x)
{
	struct query q = {.kind = QUERY_ORDER};

	if (params_none(x))
		return;
	q.id = path_id(x);
	if (q.id > 0)
		records_answer(x, &q, "order");
}

/* Index among the open orders, -1 when it is not one. */
static long find_open(const struct station *s, int64_t id, struct view_order *order)
{
	struct view_station station;

	view_station(s, &station);
	for (size_t i = 0; i < station.order_count; i++) {
		view_order(s, i, order);
		if (order->id == id)
			return (long)i;
	}
	return -1;
}

static void answer_opened(struct exchange *x, int64_t id)
{
	struct view_order order;
	cJSON *json;
	char location[48];

	if (find_open(x->web->station, id, &order) >= 0) {
		json = render_order(&order);
	} else {
		json = cJSON_CreateObject();
		cJSON_AddNumberToObject(json, "id", (double)id);
	}
	answer_json(x, 201, json);
	snprintf(location, sizeof location, "/api/v1/orders/%lld", (long long)id);
	answer_header(x, MHD_HTTP_HEADER_LOCATION, location);
}

static bool profile_is_known(const struct station *s, const char *wanted)
{
	const char *name, *json;

	for (size_t i = 0; i < view_profile_count(s); i++) {
		view_profile(s, i, &name, &json);
		if (!strcmp(name, wanted))
			return true;
	}
	return false;
}

static const struct body_rule order_fields[] = {
	{.key = "name", .text_max = 60},
	{.key = "profile", .required = true, .text_max = 60},
	{.key = "package", .required = true, .text_max = 1000},
	{.key = "quantity", .low = 0, .high = QUANTITY_MAX},
	{.key = "operator", .text_max = 60},
	{.key = "operation", .text_max = 20},
	{.key = "end", .text_max = 20},
	{.key = "only", .text_max = SCATTER_NAME_MAX - 1, .list_max = ONLY_MAX},
	{.key = "slots", .text_max = 200, .list_max = SLOTS_MAX},
	{.key = "ranges",
	 .list_max = FLOW_RANGES_MAX,
	 .fields = range_fields,
	 .field_count = RANGE_FIELDS},
};

static bool operation_is_known(const char *wanted)
{
	for (int o = 0; o < FLOW_OPERATIONS; o++)
		if (!strcmp(flow_operation_name((enum flow_operation)o), wanted))
			return true;
	return false;
}

/* What the station does not have to look at; 0, or -1 when answered. */
static int check_names(struct exchange *x, const struct view_order_request *request)
{
	if (!profile_is_known(x->web->station, request->profile)) {
		answer_problem(x, PROBLEM_BAD_VALUE, "profile", "use a name of /api/v1/profiles",
			       "no profile is called \"%.60s\"", request->profile);
		return -1;
	}
	if (*request->operation && !operation_is_known(request->operation)) {
		answer_problem(
			x, PROBLEM_BAD_VALUE, "operation",
			"use download, upgrade, format-all, erase, readback, memtest, verify "
			"or identify",
			"no operation is called \"%.20s\"", request->operation);
		return -1;
	}
	return 0;
}

static void open_order(struct exchange *x, const cJSON *body)
{
	const char *only[ONLY_MAX + 1], *slots[SLOTS_MAX + 1];
	struct flow_range ranges[FLOW_RANGES_MAX];
	struct view_order_request request = {
		.name = body_text(body, "name"),
		.profile = body_text(body, "profile"),
		.package = body_text(body, "package"),
		.quantity = body_number(body, "quantity"),
		.operator_name = body_text(body, "operator"),
		.operation = body_text(body, "operation"),
		.end = body_text(body, "end"),
		.only = body_texts(body, "only", only),
		.slots = body_texts(body, "slots", slots),
		.ranges = ranges,
	};
	void *command;

	if (check_names(x, &request) ||
	    ranges_read(x, body, "ranges", ranges, &request.range_count))
		return;
	command = command_begin(x, answer_opened);
	if (command)
		view_open_order(x->web->station, &request, command_done, command);
}

void post_order(struct exchange *x)
{
	cJSON *body;

	if (params_none(x))
		return;
	body = body_read(x, order_fields, sizeof order_fields / sizeof *order_fields);
	if (body)
		open_order(x, body);
	cJSON_Delete(body);
}

static void answer_closed(struct exchange *x, int64_t id)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddNumberToObject(json, "id", (double)id);
	cJSON_AddStringToObject(json, "state", "closed");
	answer_json(x, 200, json);
}

/* Number of the path's order, which is open; -1 when answered. */
static int64_t open_order_of_path(struct exchange *x)
{
	struct view_order order;
	int64_t id;

	if (params_none(x) || body_none(x))
		return -1;
	id = path_id(x);
	if (id < 0 || find_open(x->web->station, id, &order) >= 0)
		return id;
	answer_problem(x, PROBLEM_NOT_FOUND, NULL, "see /api/v1/orders for the open ones",
		       "no open order has the number %lld", (long long)id);
	return -1;
}

void post_order_close(struct exchange *x)
{
	int64_t id = open_order_of_path(x);
	void *command = id < 0 ? NULL : command_begin(x, answer_closed);

	if (command)
		view_close_order(x->web->station, id, command_done, command);
}

void post_order_resume(struct exchange *x)
{
	int64_t id = open_order_of_path(x);
	struct view_order order;
	struct problem problem;

	if (id < 0)
		return;
	if (view_resume_order(x->web->station, id, &problem)) {
		answer_problem(x, PROBLEM_CONFLICT, problem.where, problem.remedy, "%s",
			       problem.why);
		return;
	}
	find_open(x->web->station, id, &order);
	answer_json(x, 200, render_order(&order));
}
