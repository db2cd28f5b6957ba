/*
 * web: the station's REST API, live events, metrics and dashboard, served from the loop thread.
 *
 * One libmicrohttpd daemon polled by the station's own libuv loop: every handler runs on the loop
 * thread, so the live view needs no lock. Ledger queries go to the reader's worker pool while their
 * connection is suspended. Nothing here blocks the loop.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include <uv.h>

#include "engine/base/problem.h"

struct ledger_reader;
struct station;
struct web;

struct web_options {
	const char *address; /* IPv4 or IPv6 literal, or "localhost"; NULL = 127.0.0.1 */
	int port;	     /* 0 = any free one, see web_port */
};

/*
 * Listens and serves until web_stop. Station and reader are borrowed until `stopped` was called;
 * the station's one view listener is taken. 0, or -1 with `problem` filled (address in use, no
 * rights).
 */
int web_start(struct web **out, uv_loop_t *loop, struct station *s, struct ledger_reader *reader,
	      const struct web_options *o, struct problem *problem);

/* The port really listened on. */
int web_port(const struct web *w);

/*
 * Closes the listener and every connection now; requests that wait for a query get a 503. `stopped`
 * comes on a later turn of the loop, when all handles are closed and the memory is given back.
 * Stop the web before the ledger reader and the station; a query that ends after is harmless.
 */
void web_stop(struct web *w, void (*stopped)(void *context), void *context);

#endif
