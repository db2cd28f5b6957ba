#include "web/http/server.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "web/api/routes.h"
#include "web/assets.h"
#include "web/context.h"
#include "web/http/exchange.h"
#include "web/http/guard.h"
#include "web/http/listen.h"
#include "web/http/router.h"

enum { CONNECTIONS_MAX = 256, IDLE_SECONDS = 60, CONNECTION_MEMORY = 32 * 1024 };

struct waiting { /* exchanges whose connection is suspended, for server_stop */
	struct exchange *exchange;
	struct waiting *next;
};

struct server {
	struct web *web;
	struct MHD_Daemon *daemon;
	uv_poll_t poll;
	uv_timer_t timer;
	int port, handles;
	struct waiting *waiting;
	void (*stopped)(struct web *w);
};

static const char security_policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; "
				      "img-src 'self'; connect-src 'self'; "
				      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/* ---- the loop ---- */

static void run(struct server *s);

static void on_timer(uv_timer_t *timer)
{
	run(timer->data);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	(void)status; /* an error shows in MHD's own sockets too, and MHD closes those */
	(void)events;
	run(poll->data);
}

static void run(struct server *s)
{
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(s->daemon);
	if (MHD_get_timeout(s->daemon, &ms) == MHD_YES)
		uv_timer_start(&s->timer, on_timer, ms, 0);
	else
		uv_timer_stop(&s->timer);
}

void server_resume(struct server *s, struct MHD_Connection *connection)
{
	MHD_resume_connection(connection);
	uv_timer_start(&s->timer, on_timer, 0, 0);
}

/* ---- one request ---- */

static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
	struct server *s = context;

	(void)connection;
	return exchange_new(s->web, target);
}

static void waiting_remove(struct server *s, const struct exchange *x)
{
	for (struct waiting **at = &s->waiting; *at; at = &(*at)->next) {
		struct waiting *found = *at;

		if (found->exchange != x)
			continue;
		*at = found->next;
		free(found);
		return;
	}
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
			 enum MHD_RequestTerminationCode code)
{
	struct exchange *x = *state;

	(void)connection;
	(void)code;
	if (!x)
		return;
	waiting_remove(context, x);
	x->connection = NULL;
	x->suspended = false;
	*state = NULL;
	exchange_release(x);
}

static const char *content_length(const struct exchange *x)
{
	return exchange_header(x, MHD_HTTP_HEADER_CONTENT_LENGTH);
}

static bool is_json(const char *type)
{
	size_t size = strlen("application/json");

	return type && !strncasecmp(type, "application/json", size) &&
	       (!type[size] || strchr("; \t", type[size]));
}

/* A body we would read must be JSON. An action without a body needs no type. */
static bool body_fits(struct exchange *x)
{
	const char *type = exchange_header(x, MHD_HTTP_HEADER_CONTENT_TYPE);
	const char *length = content_length(x);
	bool empty = !exchange_header(x, MHD_HTTP_HEADER_TRANSFER_ENCODING) &&
		     (!length || !strcmp(length, "0"));

	if (length && strtoull(length, NULL, 10) > BODY_MAX_BYTES) {
		answer_problem(x, PROBLEM_TOO_LARGE, NULL, "send a smaller body",
			       "the body of %.20s bytes is over the limit of %d", length,
			       BODY_MAX_BYTES);
		return false;
	}
	if (empty || is_json(type))
		return true;
	answer_problem(x, PROBLEM_MEDIA_TYPE, "Content-Type", "send Content-Type: application/json",
		       "\"%.60s\" is not application/json", type ? type : "");
	return false;
}

/* All that can be refused before the body came. Nothing is answered when all is well. */
static void begin(struct exchange *x, struct MHD_Connection *connection, const char *method)
{
	struct problem problem;

	x->connection = connection;
	x->begun = true;
	if (!guard_host(x))
		return;
	if (uri_parse(&x->uri, x->cut, &problem)) {
		answer_problem(x, PROBLEM_BAD_PATH, problem.where, problem.remedy, "%s",
			       problem.why);
		return;
	}
	if (route_find(x, api_routes, api_route_count, method))
		return;
	if (x->route->method == ROUTE_POST && guard_origin(x))
		body_fits(x);
}

/* Keeps a body up to its limit; -1 when so much comes that only closing helps. */
static int take_body(struct exchange *x, const char *data, size_t bytes)
{
	char *grown;

	x->drained += bytes;
	if (x->drained > BODY_DRAIN_BYTES)
		return -1;
	if (x->response || x->route->method != ROUTE_POST)
		return 0; /* answered already: read on, so that the client gets to read the answer
			   */
	if (x->drained > BODY_MAX_BYTES) {
		answer_problem(x, PROBLEM_TOO_LARGE, NULL, "send a smaller body",
			       "the body is over the limit of %d bytes", BODY_MAX_BYTES);
		return 0;
	}
	grown = realloc(x->body, x->body_bytes + bytes + 1);
	if (!grown)
		return -1;
	memcpy(grown + x->body_bytes, data, bytes);
	x->body = grown;
	x->body_bytes += bytes;
	x->body[x->body_bytes] = '\0';
	return 0;
}

static enum MHD_Result send_answer(struct exchange *x)
{
	enum MHD_Result queued;

	MHD_add_response_header(x->response, "Content-Security-Policy", security_policy);
	MHD_add_response_header(x->response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(x->response, "Referrer-Policy", "no-referrer");
	MHD_add_response_header(x->response, "Cross-Origin-Resource-Policy", "same-origin");
	queued = MHD_queue_response(x->connection, x->status, x->response);
	MHD_destroy_response(x->response); /* the connection holds its own reference */
	x->response = NULL;
	return queued;
}

static enum MHD_Result wait_for_answer(struct server *s, struct exchange *x)
{
	struct waiting *w = malloc(sizeof *w);

	if (!w)
		return MHD_NO;
	*w = (struct waiting){.exchange = x, .next = s->waiting};
	s->waiting = w;
	x->suspended = true;
	MHD_suspend_connection(x->connection);
	return MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *bytes, void **state)
{
	struct server *s = context;
	struct exchange *x = *state;
	const char *length;

	(void)url; /* decoded before it was split: see uri.h */
	(void)version;
	if (!x)
		return MHD_NO;
	if (!x->begun) {
		begin(x, connection, method);
		length = content_length(x);
		/* Too much to be read to its end: answer now, MHD closes the connection after. */
		if (x->response && length && strtoull(length, NULL, 10) > BODY_DRAIN_BYTES)
			return send_answer(x);
		return MHD_YES;
	}
	if (*bytes) {
		size_t came = *bytes;

		*bytes = 0;
		return take_body(x, data, came) ? MHD_NO : MHD_YES;
	}
	if (!x->response && !x->handled) {
		x->handled = true;
		x->route->handle(x);
	}
	waiting_remove(s, x);
	if (x->response)
		return send_answer(x);
	/* Nobody holds it, so nobody will answer it: only lack of memory leads here. */
	if (x->hopeless || x->references == 1)
		return MHD_NO;
	return wait_for_answer(s, x);
}

/* ---- start and stop ---- */

static struct MHD_Daemon *daemon_start(struct server *s, int fd)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request,
				s, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK,
				on_target, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
				MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS_MAX,
				MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_SECONDS,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
				MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

static int watch(struct server *s)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	if (!info || uv_poll_init(s->web->loop, &s->poll, info->epoll_fd))
		return -1;
	uv_timer_init(s->web->loop, &s->timer);
	s->poll.data = s;
	s->timer.data = s;
	return uv_poll_start(&s->poll, UV_READABLE, on_poll);
}

int server_start(struct server **out, struct web *w, int port, struct problem *problem)
{
	struct server *s = calloc(1, sizeof *s);
	int fd;

	if (!s)
		return problem_set(problem, "web", "give the machine more memory", "out of memory");
	s->web = w;
	fd = listen_open(w->address, port, problem);
	if (fd < 0) {
		free(s);
		return -1;
	}
	s->port = listen_port(fd);
	s->daemon = daemon_start(s, fd);
	if (!s->daemon) {
		close(fd);
		free(s);
		return problem_set(problem, "web", "check the limit of open files",
				   "the HTTP daemon did not start");
	}
	if (watch(s)) {
		MHD_stop_daemon(s->daemon);
		free(s);
		return problem_set(problem, "web", "check the limit of open files",
				   "the loop cannot watch the HTTP daemon");
	}
	*out = s;
	return 0;
}

int server_port(const struct server *s)
{
	return s->port;
}

static void on_closed(uv_handle_t *handle)
{
	struct server *s = handle->data;
	struct web *w = s->web;
	void (*stopped)(struct web *) = s->stopped;

	if (--s->handles)
		return;
	free(s);
	stopped(w);
}

void server_stop(struct server *s, void (*stopped)(struct web *w))
{
	s->stopped = stopped;
	/* MHD may not be stopped with a suspended connection: an answer resumes it. */
	for (struct waiting *w = s->waiting; w; w = w->next)
		answer_problem(w->exchange, PROBLEM_BUSY, NULL,
			       "ask again when the station is back", "the station is stopping");
	MHD_run(s->daemon);
	uv_poll_stop(&s->poll);
	MHD_stop_daemon(s->daemon);
	s->handles = 2;
	uv_close((uv_handle_t *)&s->poll, on_closed);
	uv_close((uv_handle_t *)&s->timer, on_closed);
}
