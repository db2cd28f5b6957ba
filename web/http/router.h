/* router: finds the handler of a request in one table of method and path. */
#ifndef WEB_HTTP_ROUTER_H
#define WEB_HTTP_ROUTER_H

#include <stddef.h>

struct exchange;

enum route_method { ROUTE_GET, ROUTE_POST };

struct route {
	enum route_method method; /* GET answers HEAD too */
	const char *pattern;	  /* "/api/v1/slots/{slot}/abort": at most one {part} */
	void (*handle)(struct exchange *x);
};

/*
 * Sets x->route and x->argument. -1 when nothing fits, and then it is answered: 404, or 405 with
 * the methods the path has.
 */
int route_find(struct exchange *x, const struct route *routes, size_t count, const char *method);

#endif
