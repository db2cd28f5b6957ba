/* Profiles: what a product is and how it may be flashed. */
#include "web/api/handlers.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "station/view/view.h"
#include "web/api/params.h"
#include "web/api/render.h"
#include "web/context.h"
#include "web/http/exchange.h"

/* The station parsed the file when it started: it is JSON, and goes out as it is. */
static cJSON *render_profile(const char *name, const char *json)
{
	cJSON *item = cJSON_CreateObject();

	cJSON_AddStringToObject(item, "name", name);
	cJSON_AddRawToObject(item, "profile", json);
	return item;
}

void get_profiles(struct exchange *x)
{
	cJSON *items;

	if (params_none(x))
		return;
	items = cJSON_CreateArray();
	for (size_t i = 0; i < view_profile_count(x->web->station); i++) {
		const char *name, *json;

		view_profile(x->web->station, i, &name, &json);
		cJSON_AddItemToArray(items, render_profile(name, json));
	}
	answer_json(x, 200, render_items(items));
}

void get_profile(struct exchange *x)
{
	if (params_none(x))
		return;
	for (size_t i = 0; i < view_profile_count(x->web->station); i++) {
		const char *name, *json;

		view_profile(x->web->station, i, &name, &json);
		if (!strcmp(name, x->argument)) {
			answer_json(x, 200, render_profile(name, json));
			return;
		}
	}
	answer_problem(x, PROBLEM_NOT_FOUND, NULL, "use a name of /api/v1/profiles",
		       "no profile is called \"%.60s\"", x->argument);
}
