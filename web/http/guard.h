/*
 * guard: who may talk to us. The station has no login: it listens on loopback, and any web page
 * open in a browser on the same machine can send requests there. Two checks keep such pages out:
 * the Host must be a name of ours (a page that rebinds its own name to 127.0.0.1 is refused), and a
 * request that changes something must come from our own page or from no page at all.
 */
#ifndef WEB_HTTP_GUARD_H
#define WEB_HTTP_GUARD_H

#include <stdbool.h>

struct exchange;

/* False: refused, and answered. */
bool guard_host(struct exchange *x);
bool guard_origin(struct exchange *x);

/*
 * Whether a Host header names this station: "localhost", an address of loopback, or the configured
 * address; any literal address when the station listens on all of them (names are what rebinds).
 * A port may follow; it is not compared, so that a forwarded port works.
 */
bool guard_host_is_ours(const char *host, const char *configured);

#endif
