/*
 * uri: a request target, split before it is decoded.
 *
 * "/api/v1/slots/usb1%201-4.2?limit=5" becomes segments {"api","v1","slots","usb1 1-4.2"} and
 * parameters {limit=5}. Splitting first matters: a slot path may hold an encoded slash.
 * Strict: a broken percent code, a NUL, bytes that are no UTF-8, too many parts are refused.
 */
#ifndef WEB_HTTP_URI_H
#define WEB_HTTP_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/problem.h"

enum { URI_MAX_SEGMENTS = 8, URI_MAX_PARAMS = 16 };

struct uri_param {
	const char *name, *value;
};

struct uri {
	const char *segments[URI_MAX_SEGMENTS];
	size_t segment_count;
	struct uri_param params[URI_MAX_PARAMS];
	size_t param_count;
};

/* Cuts and decodes `target` in place; the result points into it. 0, or -1 with `problem`. */
int uri_parse(struct uri *u, char *target, struct problem *problem);

/* Value of a parameter, or NULL. */
const char *uri_param(const struct uri *u, const char *name);

#endif
