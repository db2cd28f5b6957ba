/*
 * server: the HTTP daemon, driven by the loop.
 *
 * libmicrohttpd keeps its sockets in its own epoll set; the loop polls that one descriptor, and a
 * timer holds MHD_get_timeout's answer, asked again after every run. Without a thread of its own
 * MHD wakes nobody when a connection is resumed: server_resume does.
 */
#ifndef WEB_HTTP_SERVER_H
#define WEB_HTTP_SERVER_H

#include "engine/base/problem.h"

struct MHD_Connection;
struct server;
struct web;

/* Listens on w->address. 0, or -1 with `problem`. */
int server_start(struct server **out, struct web *w, int port, struct problem *problem);
int server_port(const struct server *s);

/* Lets a suspended connection go on, on the next turn of the loop. */
void server_resume(struct server *s, struct MHD_Connection *connection);

/*
 * Ends every connection; waiting requests are answered 503. All streams must have been told to end
 * before (hub_stop). `stopped` when the handles are closed and the server is freed.
 */
void server_stop(struct server *s, void (*stopped)(struct web *w));

#endif
