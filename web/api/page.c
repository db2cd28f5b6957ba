/* The dashboard's files, the description of the API and the schemas it refers to. */
#include "web/api/handlers.h"

#include <stdbool.h>
#include <string.h>

#include "web/api/params.h"
#include "web/assets.h"
#include "web/http/exchange.h"

static bool is_schema(const char *name)
{
	static const char end[] = ".schema.json";
	size_t bytes = strlen(name);

	return bytes > sizeof end - 1 && !strcmp(name + bytes - (sizeof end - 1), end);
}

static void answer_file(struct exchange *x, const char *name)
{
	const struct asset *a = asset_find(name);

	if (a)
		asset_answer(x, a);
	else
		answer_problem(x, PROBLEM_NOT_FOUND, NULL, "begin at / or at /openapi.json",
			       "there is no file %.60s", x->argument ? x->argument : name);
}

/* Parameters of the page belong to its script and are not looked at here. */
void get_page(struct exchange *x)
{
	answer_file(x, "index.html");
}

void get_page_file(struct exchange *x)
{
	answer_file(x, is_schema(x->argument) ? "" : x->argument);
}

void get_schema(struct exchange *x)
{
	if (!params_none(x))
		answer_file(x, is_schema(x->argument) ? x->argument : "");
}

void get_openapi(struct exchange *x)
{
	if (!params_none(x))
		answer_file(x, "openapi.json");
}
