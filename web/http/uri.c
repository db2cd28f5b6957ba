#include "web/http/uri.h"

#include <string.h>

#include "web/http/utf8.h"

static const char encode_remedy[] = "percent-encode the address as RFC 3986 says";

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int decode(char *text, bool plus_is_space, const char *where, struct problem *problem)
{
	char *out = text;

	for (const char *in = text; *in; in++) {
		if (*in == '%') {
			int high = hex_digit(in[1]), low = high < 0 ? -1 : hex_digit(in[2]);

			if (low < 0)
				return problem_set(problem, where, encode_remedy,
						   "\"%.16s\" is not a percent code", in);
			if (!high && !low)
				return problem_set(problem, where, encode_remedy,
						   "a NUL byte is not allowed");
			*out++ = (char)(high << 4 | low);
			in += 2;
		} else if (*in == '+' && plus_is_space) {
			*out++ = ' ';
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	if (!utf8_valid(text, (size_t)(out - text)))
		return problem_set(problem, where, encode_remedy, "the text is not UTF-8");
	return 0;
}

static int parse_path(struct uri *u, char *path, struct problem *problem)
{
	if (*path != '/')
		return problem_set(problem, "path", "ask for a path that begins with a slash",
				   "the request target is not a path");
	for (char *part = path + 1, *end; part; part = end) {
		end = strchr(part, '/');
		if (end)
			*end++ = '\0';
		if (u->segment_count == URI_MAX_SEGMENTS)
			return problem_set(problem, "path",
					   "see /openapi.json for the paths there are",
					   "the path has more than %d parts", URI_MAX_SEGMENTS);
		if (decode(part, false, "path", problem))
			return -1;
		u->segments[u->segment_count++] = part;
	}
	return 0;
}

static int parse_query(struct uri *u, char *query, struct problem *problem)
{
	for (char *part = query, *end; part; part = end) {
		struct uri_param *param = &u->params[u->param_count];
		char *value;

		end = strchr(part, '&');
		if (end)
			*end++ = '\0';
		if (!*part)
			continue;
		if (u->param_count == URI_MAX_PARAMS)
			return problem_set(problem, "query", "leave out what is not needed",
					   "there are more than %d parameters", URI_MAX_PARAMS);
		value = strchr(part, '=');
		if (value)
			*value++ = '\0';
		if (decode(part, true, "query", problem) ||
		    (value && decode(value, true, "query", problem)))
			return -1;
		param->name = part;
		param->value = value ? value : "";
		u->param_count++;
	}
	return 0;
}

int uri_parse(struct uri *u, char *target, struct problem *problem)
{
	char *query = strchr(target, '?');

	memset(u, 0, sizeof *u);
	if (query)
		*query++ = '\0';
	if (parse_path(u, target, problem))
		return -1;
	return query ? parse_query(u, query, problem) : 0;
}

const char *uri_param(const struct uri *u, const char *name)
{
	for (size_t i = 0; i < u->param_count; i++)
		if (!strcmp(u->params[i].name, name))
			return u->params[i].value;
	return NULL;
}
