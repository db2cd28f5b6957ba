/*
 * hub: turns changes of the live view into one stream of events that all clients share.
 *
 * When the view says it changed, the hub renders what has another version than last time, once,
 * into a chunk of event text with a number, and wakes the clients. Chunks go out at most every
 * HUB_PACE_MS: the first change at once, those that follow within that time together. The newest
 * chunks are kept in a ring of bounded size; a client that is so slow that its next chunk has left
 * the ring gets a new snapshot instead, so no client can make the station's memory grow.
 *
 * Events: `snapshot` {now, page, station, slots[], orders[], packages[]} first and after a loss;
 * then `slot` {one}, `slots` [all, when slots came or went], `orders` [the open ones], `packages`
 * [all], `station` {}; `beat` {now} every HUB_BEAT_MS, so that a page notices a dead station.
 * With no client connected nothing is rendered and no timer runs.
 */
#ifndef WEB_EVENTS_HUB_H
#define WEB_EVENTS_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chunk;
struct client;
struct hub;
struct web;

enum {
	HUB_PACE_MS = 150,
	HUB_BEAT_MS = 5000,
	HUB_RING_CHUNKS = 32,
	HUB_RING_BYTES = 1 << 20,
	HUB_CLIENTS_MAX = 64,
};

/* One piece of event text; shared and counted. */
struct chunk {
	uint64_t number;
	int references;
	size_t bytes;
	char text[];
};

/* One open stream; the hub knows it, stream.c owns it. */
struct client {
	struct client *next;
	uint64_t wants; /* number of the chunk it reads next */
	bool fresh;	/* wants a snapshot before anything else */
	void (*wake)(struct client *c);
};

/* Takes the station's view listener. NULL: out of memory. */
struct hub *hub_start(struct web *w);

/* False: HUB_CLIENTS_MAX streams are open already. */
bool hub_join(struct hub *h, struct client *c);
void hub_leave(struct hub *h, struct client *c);

/* The next chunk for this client, referenced for it, or NULL when there is nothing new. */
struct chunk *hub_next(struct hub *h, struct client *c);
void chunk_release(struct chunk *c);

/* True from hub_stop on: streams end. */
bool hub_stopping(const struct hub *h);

/* Wakes all streams so that they end. After the HTTP server is gone: hub_close. */
void hub_stop(struct hub *h);
void hub_close(struct hub *h, void (*closed)(struct web *w));

#endif
