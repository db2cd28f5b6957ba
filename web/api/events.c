/*
 * GET /api/v1/events: the hub's chunks as server-sent events on one connection.
 *
 * MHD asks for bytes whenever the socket takes some. With nothing to say the connection is
 * suspended and the hub's next chunk resumes it; the beat sees to it that this happens every few
 * seconds, so a client that went is noticed then.
 */
#include "web/api/handlers.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "web/api/params.h"
#include "web/context.h"
#include "web/events/hub.h"
#include "web/http/exchange.h"
#include "web/http/server.h"

enum { BLOCK_BYTES = 16 * 1024 };

struct stream {
	struct client client;
	struct hub *hub;
	struct server *server;
	struct MHD_Connection *connection;
	struct chunk *chunk; /* being sent; NULL between chunks */
	size_t sent;	     /* of the chunk */
	bool suspended;
};

static void on_wake(struct client *client)
{
	struct stream *s = (struct stream *)((char *)client - offsetof(struct stream, client));

	if (!s->suspended)
		return;
	s->suspended = false;
	server_resume(s->server, s->connection);
}

static ssize_t on_read(void *context, uint64_t position, char *out, size_t room)
{
	struct stream *s = context;
	size_t part;

	(void)position;
	if (hub_stopping(s->hub))
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (!s->chunk) {
		s->chunk = hub_next(s->hub, &s->client);
		s->sent = 0;
	}
	if (!s->chunk) {
		s->suspended = true;
		MHD_suspend_connection(s->connection);
		return 0;
	}
	part = s->chunk->bytes - s->sent;
	if (part > room)
		part = room;
	memcpy(out, s->chunk->text + s->sent, part);
	s->sent += part;
	if (s->sent == s->chunk->bytes) {
		chunk_release(s->chunk);
		s->chunk = NULL;
	}
	return (ssize_t)part;
}

static void on_free(void *context)
{
	struct stream *s = context;

	hub_leave(s->hub, &s->client);
	chunk_release(s->chunk);
	free(s);
}

void get_events(struct exchange *x)
{
	struct MHD_Response *r;
	struct stream *s;

	if (params_none(x))
		return;
	s = calloc(1, sizeof *s);
	if (!s) {
		answer_problem(x, PROBLEM_FAILED, NULL, "free memory on this machine",
			       "out of memory");
		return;
	}
	s->hub = x->web->hub;
	s->server = x->web->server;
	s->connection = x->connection;
	s->client.wake = on_wake;
	if (!hub_join(s->hub, &s->client)) {
		free(s);
		answer_problem(x, PROBLEM_BUSY, NULL, "close a page that shows this station",
			       "%d event streams are open, which is all there may be",
			       HUB_CLIENTS_MAX);
		return;
	}
	r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, on_read, s, on_free);
	if (!r) {
		on_free(s);
		answer_problem(x, PROBLEM_FAILED, NULL, "free memory on this machine",
			       "out of memory");
		return;
	}
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
	MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	answer_response(x, 200, r);
}
