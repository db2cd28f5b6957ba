#include "web/http/exchange.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/context.h"
#include "web/http/server.h"
#include "web/http/utf8.h"

struct exchange *exchange_new(struct web *w, const char *target)
{
	struct exchange *x = calloc(1, sizeof *x);

	if (!x)
		return NULL;
	x->web = w;
	x->references = 1;
	x->target = strdup(target);
	x->cut = strdup(target);
	if (!x->target || !x->cut) {
		exchange_release(x);
		return NULL;
	}
	return x;
}

void exchange_hold(struct exchange *x)
{
	x->references++;
}

void exchange_release(struct exchange *x)
{
	if (--x->references)
		return;
	if (x->response)
		MHD_destroy_response(x->response);
	free(x->body);
	free(x->cut);
	free(x->target);
	free(x);
}

const char *exchange_header(const struct exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

void answer_response(struct exchange *x, unsigned int status, struct MHD_Response *response)
{
	if (x->response) {
		if (response)
			MHD_destroy_response(response);
		return;
	}
	x->response = response;
	x->status = status;
	x->hopeless = !response;
	if (x->suspended && x->connection) {
		x->suspended = false;
		server_resume(x->web->server, x->connection);
	}
}

void answer_header(struct exchange *x, const char *name, const char *value)
{
	if (x->response)
		MHD_add_response_header(x->response, name, value);
}

/* MHD frees what malloc gave; no second copy. */
static struct MHD_Response *response_owning(char *text, size_t bytes, const char *type)
{
	struct MHD_Response *r =
		MHD_create_response_from_buffer(bytes, text, MHD_RESPMEM_MUST_FREE);

	if (!r) {
		free(text);
		return NULL;
	}
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return r;
}

/* The last resort: an answer that needs no memory of ours but MHD's own small piece. */
static void answer_no_memory(struct exchange *x)
{
	static char text[] =
		"{\"type\":\"urn:flashrack:problem:failed\",\"title\":\"The station could not "
		"answer\",\"status\":500,\"detail\":\"out of memory\"}";
	struct MHD_Response *r =
		MHD_create_response_from_buffer(sizeof text - 1, text, MHD_RESPMEM_PERSISTENT);

	if (r)
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE,
					"application/problem+json");
	answer_response(x, 500, r);
}

static void answer_printed(struct exchange *x, unsigned int status, cJSON *json, const char *type)
{
	char *text = json ? cJSON_PrintUnformatted(json) : NULL;
	struct MHD_Response *r = text ? response_owning(text, strlen(text), type) : NULL;

	cJSON_Delete(json);
	if (r)
		answer_response(x, status, r);
	else
		answer_no_memory(x);
}

void answer_json(struct exchange *x, unsigned int status, cJSON *json)
{
	answer_printed(x, status, json, "application/json");
}

void answer_text(struct exchange *x, unsigned int status, const char *type, const char *text)
{
	char *copy = strdup(text);
	struct MHD_Response *r = copy ? response_owning(copy, strlen(copy), type) : NULL;

	if (r)
		answer_response(x, status, r);
	else
		answer_no_memory(x);
}

struct kind {
	int status;
	const char *type, *title;
};

static const struct kind kinds[] = {
#define PROBLEM_ROW(name, status, slug, title)                                                     \
	[PROBLEM_##name] = {status, "urn:flashrack:problem:" slug, title},
	PROBLEM_KINDS(PROBLEM_ROW)
#undef PROBLEM_ROW
};

void answer_problem(struct exchange *x, enum problem_kind kind, const char *where,
		    const char *remedy, const char *format, ...)
{
	const struct kind *k = &kinds[kind];
	cJSON *json = cJSON_CreateObject();
	char detail[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(detail, sizeof detail, format, ap);
	va_end(ap);
	utf8_mend(detail);
	cJSON_AddStringToObject(json, "type", k->type);
	cJSON_AddStringToObject(json, "title", k->title);
	cJSON_AddNumberToObject(json, "status", k->status);
	cJSON_AddStringToObject(json, "detail", detail);
	if (utf8_valid(x->target, strlen(x->target)))
		cJSON_AddStringToObject(json, "instance", x->target);
	if (where)
		cJSON_AddStringToObject(json, "where", where);
	cJSON_AddStringToObject(json, "remedy", remedy);
	answer_printed(x, (unsigned int)k->status, json, "application/problem+json");
	if (kind == PROBLEM_BUSY)
		answer_header(x, MHD_HTTP_HEADER_RETRY_AFTER, "1");
}
