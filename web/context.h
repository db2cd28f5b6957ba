/* context: what every handler can reach. Owned by web.c, alive as long as its daemon. */
#ifndef WEB_CONTEXT_H
#define WEB_CONTEXT_H

#include <stdbool.h>
#include <uv.h>

struct hub;
struct ledger_reader;
struct server;
struct station;

struct web {
	uv_loop_t *loop;
	struct station *station;
	struct ledger_reader *reader;
	struct server *server; /* HTTP daemon on the loop */
	struct hub *hub;       /* live events */
	char *address;	       /* as configured; the only non-loopback Host we answer to */
	int open_parts;	       /* of server and hub, counted down while stopping */
	void (*stopped)(void *context);
	void *stopped_context;
};

#endif
