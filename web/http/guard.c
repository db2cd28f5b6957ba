#include "web/http/guard.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "web/context.h"
#include "web/http/exchange.h"

/* Copies the host without its port and brackets. False: it does not fit or is malformed. */
static bool bare_host(const char *host, char *out, size_t size)
{
	const char *start = host, *end;

	if (*host == '[') {
		start = host + 1;
		end = strchr(start, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
	} else {
		end = host + strcspn(host, ":");
		if (*end && strchr(end + 1, ':'))
			return false;
	}
	if (end == start || (size_t)(end - start) >= size)
		return false;
	memcpy(out, start, (size_t)(end - start));
	out[end - start] = '\0';
	return true;
}

static bool is_loopback(const char *host)
{
	struct in_addr four;
	struct in6_addr six;

	if (!strcasecmp(host, "localhost"))
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static bool is_literal(const char *host)
{
	struct in6_addr any;

	return inet_pton(AF_INET, host, &any) == 1 || inet_pton(AF_INET6, host, &any) == 1;
}

bool guard_host_is_ours(const char *host, const char *configured)
{
	char bare[128];

	if (!host || !bare_host(host, bare, sizeof bare))
		return false;
	if (is_loopback(bare) || !strcasecmp(bare, configured))
		return true;
	return (!strcmp(configured, "0.0.0.0") || !strcmp(configured, "::")) && is_literal(bare);
}

bool guard_host(struct exchange *x)
{
	const char *host = exchange_header(x, MHD_HTTP_HEADER_HOST);

	if (!host) {
		answer_problem(x, PROBLEM_BAD_REQUEST, "Host", "send a Host header",
			       "there is no Host header");
		return false;
	}
	if (guard_host_is_ours(host, x->web->address))
		return true;
	answer_problem(x, PROBLEM_WRONG_HOST, "Host", "use the address the station listens on",
		       "\"%.100s\" is not a name of this station", host);
	return false;
}

/* "http://HOST" of our own page, whatever name and port it was reached by. */
static bool origin_is_host(const char *origin, const char *host)
{
	return !strncasecmp(origin, "http://", 7) && !strcasecmp(origin + 7, host);
}

bool guard_origin(struct exchange *x)
{
	const char *origin = exchange_header(x, "Origin");
	const char *site = exchange_header(x, "Sec-Fetch-Site");
	bool own = !origin || origin_is_host(origin, exchange_header(x, MHD_HTTP_HEADER_HOST));
	bool same = !site || !strcmp(site, "same-origin") || !strcmp(site, "none");

	if (own && same)
		return true;
	answer_problem(x, PROBLEM_CROSS_ORIGIN, own ? "Sec-Fetch-Site" : "Origin",
		       "use the station's own page, or a client that is not a web page",
		       "a page of %.100s may not change anything here",
		       origin ? origin : "another site");
	return false;
}
