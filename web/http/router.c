#include "web/http/router.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "web/http/exchange.h"

/* Compares segment by segment; a {part} takes any segment that is not empty. */
static bool path_fits(const char *pattern, const struct uri *u, const char **argument)
{
	size_t i = 0;

	*argument = NULL;
	for (const char *part = pattern + 1; part; i++) {
		size_t size = strcspn(part, "/");

		if (i == u->segment_count)
			return false;
		if (*part == '{') {
			if (!*u->segments[i])
				return false;
			*argument = u->segments[i];
		} else if (strlen(u->segments[i]) != size || memcmp(u->segments[i], part, size)) {
			return false;
		}
		part = part[size] ? part + size + 1 : NULL;
	}
	return i == u->segment_count;
}

static bool method_fits(enum route_method method, const char *name)
{
	if (method == ROUTE_POST)
		return !strcmp(name, MHD_HTTP_METHOD_POST);
	return !strcmp(name, MHD_HTTP_METHOD_GET) || !strcmp(name, MHD_HTTP_METHOD_HEAD);
}

int route_find(struct exchange *x, const struct route *routes, size_t count, const char *method)
{
	bool get = false, post = false;
	char allow[24];

	for (size_t i = 0; i < count; i++) {
		const char *argument;

		if (!path_fits(routes[i].pattern, &x->uri, &argument))
			continue;
		if (method_fits(routes[i].method, method)) {
			x->route = &routes[i];
			x->argument = argument;
			return 0;
		}
		get |= routes[i].method == ROUTE_GET;
		post |= routes[i].method == ROUTE_POST;
	}
	if (!get && !post) {
		answer_problem(x, PROBLEM_NOT_FOUND, NULL,
			       "see /openapi.json for the paths there are",
			       "no path %.200s is known", x->target);
		return -1;
	}
	snprintf(allow, sizeof allow, "%s%s%s", get ? "GET, HEAD" : "", get && post ? ", " : "",
		 post ? "POST" : "");
	answer_problem(x, PROBLEM_BAD_METHOD, NULL, "use a method of the Allow header",
		       "%.20s is not a method of this path", method);
	answer_header(x, MHD_HTTP_HEADER_ALLOW, allow);
	return -1;
}
