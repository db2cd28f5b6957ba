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
#include "web/api/records.h"
#include "web/api/render.h"
#include "web/context.h"
#include "web/http/exchange.h"

enum { QUANTITY_MAX = 100000000 };

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

void post_order(struct exchange *x)
{
	static const struct body_rule rules[] = {
		{.key = "name", .text_max = 60},
		{.key = "profile", .required = true, .text_max = 60},
		{.key = "package", .required = true, .text_max = 1000},
		{.key = "quantity", .low = 0, .high = QUANTITY_MAX},
		{.key = "operator", .text_max = 60},
	};
	struct view_order_request request;
	cJSON *body;
	void *command;

	if (params_none(x))
		return;
	body = body_read(x, rules, sizeof rules / sizeof *rules);
	if (!body)
		return;
	request = (struct view_order_request){
		.name = body_text(body, "name"),
		.profile = body_text(body, "profile"),
		.package = body_text(body, "package"),
		.quantity = body_number(body, "quantity"),
		.operator_name = body_text(body, "operator"),
	};
	if (!profile_is_known(x->web->station, request.profile)) {
		answer_problem(x, PROBLEM_BAD_VALUE, "profile", "use a name of /api/v1/profiles",
			       "no profile is called \"%.60s\"", request.profile);
	} else {
		command = command_begin(x, answer_opened);
		if (command)
			view_open_order(x->web->station, &request, command_done, command);
	}
	cJSON_Delete(body);
}

static void answer_closed(struct exchange *x, int64_t id)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddNumberToObject(json, "id", (double)id);
	cJSON_AddStringToObject(json, "state", "closed");
	answer_json(x, 200, json);
}

void post_order_close(struct exchange *x)
{
	struct view_order order;
	int64_t id;
	void *command;

	if (params_none(x) || body_none(x))
		return;
	id = path_id(x);
	if (id < 0)
		return;
	if (find_open(x->web->station, id, &order) < 0) {
		answer_problem(x, PROBLEM_NOT_FOUND, NULL, "see /api/v1/orders for the open ones",
			       "no open order has the number %lld", (long long)id);
		return;
	}
	command = command_begin(x, answer_closed);
	if (command)
		view_close_order(x->web->station, id, command_done, command);
}
