/* routes: every path the station answers, in one table. /openapi.json says the same for people. */
#ifndef WEB_API_ROUTES_H
#define WEB_API_ROUTES_H

#include "web/http/router.h"

extern const struct route api_routes[];
extern const size_t api_route_count;

#endif
