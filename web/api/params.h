/*
 * params: query parameters, strictly. A parameter that is unknown here, given twice, empty or not
 * of its form is refused with its name: a misspelt filter must not look like "no filter".
 */
#ifndef WEB_API_PARAMS_H
#define WEB_API_PARAMS_H

#include <stddef.h>
#include <stdint.h>

struct exchange;
struct query;

enum param_form {
	PARAM_TEXT,   /* any text that fits the field */
	PARAM_DIGITS, /* decimal digits only, kept as text */
	PARAM_HEX,    /* hexadecimal digits only, kept as text, lower case */
	PARAM_RESULT, /* passed failed refused interrupted */
	PARAM_STATE,  /* one of these, or running */
	PARAM_ID,     /* 1..2^53, int64_t */
	PARAM_LIMIT,  /* 1..1000, int */
	PARAM_TIME,   /* RFC 3339 date-time with Z or an offset, or a date (UTC): int64_t of ms */
};

struct param_rule {
	const char *name;
	enum param_form form;
	size_t offset, size; /* of the field in struct query */
};

/* 0, or -1 when refused and answered. */
int params_read(struct exchange *x, const struct param_rule *rules, size_t count, struct query *q);

/* For a path that takes none. */
int params_none(struct exchange *x);

/* The path's {id} as a number, or -1 when it is none and that was answered (404). */
int64_t path_id(struct exchange *x);

/* UTC ms of "2026-11-20", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00.123+02:00". -1: not a time.
 */
int64_t time_parse(const char *text);

#endif
