/*
 * exchange: one request and its answer.
 *
 * Life: made when MHD has the request line, begun when it has the headers (checks that need no
 * body), handled when the body is whole. A handler either answers at once with one of the answer_
 * functions, or takes a reference (exchange_hold), returns, and answers later on the loop thread:
 * the connection is suspended in between. The client may have gone by then; answering is harmless
 * and does nothing.
 */
#ifndef WEB_HTTP_EXCHANGE_H
#define WEB_HTTP_EXCHANGE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

#include "web/http/uri.h"

struct cJSON;
struct route;
struct web;

enum { BODY_MAX_BYTES = 64 * 1024, BODY_DRAIN_BYTES = 1024 * 1024 };

struct exchange {
	struct web *web;
	struct MHD_Connection *connection; /* NULL once MHD is done with the request */
	int references;
	char *target; /* as it came; for the problem's `instance` */
	char *cut;    /* copy that `uri` points into */
	struct uri uri;
	const struct route *route;
	const char *argument;	    /* the path's {part}, decoded; NULL if the route has none */
	char *body;		    /* NUL-terminated, NULL when there is none */
	size_t body_bytes, drained; /* kept; and seen in all */
	struct MHD_Response *response;
	unsigned int status;
	bool begun, handled, suspended;
	bool hopeless; /* no memory even for an error: the connection is closed without an answer */
};

struct exchange *exchange_new(struct web *w, const char *target);
void exchange_hold(struct exchange *x);
void exchange_release(struct exchange *x);

/* Value of a request header, or NULL. */
const char *exchange_header(const struct exchange *x, const char *name);

/* The response to send. Takes `response` over; a second answer is dropped. */
void answer_response(struct exchange *x, unsigned int status, struct MHD_Response *response);
/* JSON tree; takes `json` over (NULL: out of memory, answered as such). */
void answer_json(struct exchange *x, unsigned int status, struct cJSON *json);
/* Text of any type, copied. */
void answer_text(struct exchange *x, unsigned int status, const char *type, const char *text);
/* One more header on the answer given. */
void answer_header(struct exchange *x, const char *name, const char *value);

/* Kinds of refusal: name, HTTP status, the last part of the problem's type URI, title. */
#define PROBLEM_KINDS(X)                                                                           \
	X(BAD_PATH, 400, "bad-path", "The address cannot be read")                                 \
	X(BAD_PARAMETER, 400, "bad-parameter", "A query parameter is not usable")                  \
	X(BAD_BODY, 400, "bad-body", "The body is not JSON")                                       \
	X(BAD_REQUEST, 400, "bad-request", "The request is not complete")                          \
	X(CROSS_ORIGIN, 403, "cross-origin", "The request comes from another site")                \
	X(NOT_FOUND, 404, "not-found", "There is no such thing here")                              \
	X(BAD_METHOD, 405, "bad-method", "This method is not allowed here")                        \
	X(CONFLICT, 409, "conflict", "The station cannot do this now")                             \
	X(TOO_LARGE, 413, "too-large", "The body is too large")                                    \
	X(MEDIA_TYPE, 415, "media-type", "The body's type is not usable")                          \
	X(WRONG_HOST, 421, "wrong-host", "This station does not answer to that name")              \
	X(BAD_VALUE, 422, "bad-value", "A value in the body is not usable")                        \
	X(FAILED, 500, "failed", "The station could not answer")                                   \
	X(BUSY, 503, "busy", "The station is too busy to answer")

enum problem_kind {
#define PROBLEM_ENUM(name, status, slug, title) PROBLEM_##name,
	PROBLEM_KINDS(PROBLEM_ENUM)
#undef PROBLEM_ENUM
};

/* RFC 9457 document; `where` names the parameter or key at fault, or NULL; `format` makes `detail`.
 */
__attribute__((format(printf, 5, 6))) void answer_problem(struct exchange *x,
							  enum problem_kind kind, const char *where,
							  const char *remedy, const char *format,
							  ...);

#endif
