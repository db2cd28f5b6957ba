/* The dashboard's files and the description of the API. */
#include "web/api/handlers.h"

#include "web/api/params.h"
#include "web/assets.h"
#include "web/http/exchange.h"

static void answer_file(struct exchange *x, const char *name)
{
	const struct asset *a = asset_find(name);

	if (a)
		asset_answer(x, a);
	else
		answer_problem(x, PROBLEM_NOT_FOUND, NULL, "begin at /",
			       "the page has no file %.60s", name);
}

/* Parameters of the page belong to its script and are not looked at here. */
void get_page(struct exchange *x)
{
	answer_file(x, "index.html");
}

void get_page_file(struct exchange *x)
{
	answer_file(x, x->argument);
}

void get_openapi(struct exchange *x)
{
	if (!params_none(x))
		answer_file(x, "openapi.json");
}
