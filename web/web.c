#include "web/web.h"

#include <stdlib.h>
#include <string.h>

#include "web/context.h"
#include "web/events/hub.h"
#include "web/http/server.h"

static const char memory_remedy[] = "give the machine more memory";

static void part_stopped(struct web *w)
{
	void (*stopped)(void *) = w->stopped;
	void *context = w->stopped_context;

	if (--w->open_parts)
		return;
	free(w->address);
	free(w);
	if (stopped)
		stopped(context);
}

int web_start(struct web **out, uv_loop_t *loop, struct station *s, struct ledger_reader *reader,
	      const struct web_options *o, struct problem *problem)
{
	struct web *w = calloc(1, sizeof *w);

	if (!w)
		return problem_set(problem, "web", memory_remedy, "out of memory");
	w->loop = loop;
	w->station = s;
	w->reader = reader;
	w->address = strdup(o->address ? o->address : "127.0.0.1");
	if (!w->address) {
		free(w);
		return problem_set(problem, "web", memory_remedy, "out of memory");
	}
	if (server_start(&w->server, w, o->port, problem)) {
		free(w->address);
		free(w);
		return -1;
	}
	w->hub = hub_start(w);
	if (!w->hub) {
		w->open_parts = 1;
		server_stop(w->server, part_stopped);
		return problem_set(problem, "web", memory_remedy, "out of memory");
	}
	*out = w;
	return 0;
}

int web_port(const struct web *w)
{
	return server_port(w->server);
}

void web_stop(struct web *w, void (*stopped)(void *context), void *context)
{
	w->stopped = stopped;
	w->stopped_context = context;
	w->open_parts = 2;
	hub_stop(w->hub);
	server_stop(w->server, part_stopped);
	hub_close(w->hub, part_stopped);
}
