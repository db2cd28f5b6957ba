/* Packages: firmware in the store, or on its way there. */
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

/* From the live view: it also knows what is being imported, or failed to be. */
void get_packages(struct exchange *x)
{
	if (!params_none(x))
		answer_json(x, 200, render_items(render_packages(x->web->station)));
}

void get_package(struct exchange *x)
{
	struct query q = {.kind = QUERY_PACKAGE};

	if (params_none(x))
		return;
	if (strlen(x->argument) >= sizeof q.text_id) {
		answer_problem(x, PROBLEM_NOT_FOUND, NULL, "use an id of /api/v1/packages",
			       "no package has so long an id");
		return;
	}
	snprintf(q.text_id, sizeof q.text_id, "%s", x->argument);
	records_answer(x, &q, "package");
}

static void answer_begun(struct exchange *x, int64_t id)
{
	cJSON *json = cJSON_CreateObject();

	(void)id; /* a package's id is its content, known when all is read */
	cJSON_AddStringToObject(json, "state", "importing");
	answer_json(x, 202, json);
	answer_header(x, MHD_HTTP_HEADER_LOCATION, "/api/v1/packages");
}

void post_package(struct exchange *x)
{
	static const struct body_rule rules[] = {
		{.key = "path", .required = true, .text_max = 1000}};
	cJSON *body;
	const char *path;
	void *command;

	if (params_none(x))
		return;
	body = body_read(x, rules, 1);
	if (!body)
		return;
	path = body_text(body, "path");
	if (*path != '/') {
		answer_problem(x, PROBLEM_BAD_VALUE, "path",
			       "give the folder from the root, such as /srv/fw",
			       "\"%.100s\" is not an absolute path", path);
	} else {
		command = command_begin(x, answer_begun);
		if (command)
			view_import_package(x->web->station, path, command_done, command);
	}
	cJSON_Delete(body);
}
