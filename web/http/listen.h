/* listen: the listening socket, made here so that a refusal can say why. */
#ifndef WEB_HTTP_LISTEN_H
#define WEB_HTTP_LISTEN_H

#include "engine/base/problem.h"

/* Non-blocking socket listening on a literal address; -1 with `problem`. The caller closes it. */
int listen_open(const char *address, int port, struct problem *problem);

/* Port a socket is bound to, -1 when it cannot be told. */
int listen_port(int socket);

#endif
