#include "station/ledger/json_out.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "station/ledger/times.h"

static bool make_room(struct json_out *j, size_t more)
{
	size_t room = j->room ? j->room : 512;
	char *p;

	if (j->failed)
		return false;
	if (j->n + more <= j->room)
		return true;
	while (room < j->n + more)
		room *= 2;
	p = realloc(j->p, room);
	if (!p) {
		j->failed = true;
		return false;
	}
	j->p = p;
	j->room = room;
	return true;
}

static void put(struct json_out *j, const char *p, size_t n)
{
	if (n == 0 || !make_room(j, n))
		return;
	memcpy(j->p + j->n, p, n);
	j->n += n;
}

static void put_text(struct json_out *j, const char *text)
{
	put(j, text, strlen(text));
}

/* Length of the valid UTF-8 sequence at `p`, 0 if there is none. Never reads past a NUL. */
static size_t sequence(const uint8_t *p)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;

	if (p[0] > 0xF4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
	    (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
		return 0;
	return n;
}

static void put_quoted(struct json_out *j, const char *text)
{
	const uint8_t *p = (const uint8_t *)text;

	put(j, "\"", 1);
	while (*p) {
		char escape[8];
		size_t n = sequence(p);

		if (n == 0) {
			put_text(j, "\xEF\xBF\xBD");
			n = 1;
		} else if (*p == '"' || *p == '\\') {
			escape[0] = '\\';
			escape[1] = (char)*p;
			put(j, escape, 2);
		} else if (*p < 0x20 || *p == 0x7F) {
			snprintf(escape, sizeof escape, "\\u%04x", *p);
			put(j, escape, 6);
		} else {
			put(j, (const char *)p, n);
		}
		p += n;
	}
	put(j, "\"", 1);
}

static void before_value(struct json_out *j, const char *key)
{
	if (j->comma)
		put(j, ",", 1);
	j->comma = true;
	if (key) {
		put_quoted(j, key);
		put(j, ":", 1);
	}
}

static void open_with(struct json_out *j, const char *key, const char *bracket)
{
	before_value(j, key);
	put(j, bracket, 1);
	j->comma = false;
}

static void close_with(struct json_out *j, const char *bracket)
{
	put(j, bracket, 1);
	j->comma = true;
}

void json_object(struct json_out *j, const char *key)
{
	open_with(j, key, "{");
}

void json_object_end(struct json_out *j)
{
	close_with(j, "}");
}

void json_array(struct json_out *j, const char *key)
{
	open_with(j, key, "[");
}

void json_array_end(struct json_out *j)
{
	close_with(j, "]");
}

void json_text(struct json_out *j, const char *key, const char *text)
{
	if (!text) {
		json_null(j, key);
		return;
	}
	before_value(j, key);
	put_quoted(j, text);
}

void json_int(struct json_out *j, const char *key, int64_t value)
{
	char digits[24];

	before_value(j, key);
	put(j, digits, (size_t)snprintf(digits, sizeof digits, "%" PRId64, value));
}

void json_real(struct json_out *j, const char *key, double value)
{
	char digits[40];

	if (!isfinite(value)) {
		json_null(j, key);
		return;
	}
	before_value(j, key);
	put(j, digits, (size_t)snprintf(digits, sizeof digits, "%.6g", value));
}

void json_bool(struct json_out *j, const char *key, bool value)
{
	before_value(j, key);
	put_text(j, value ? "true" : "false");
}

void json_null(struct json_out *j, const char *key)
{
	before_value(j, key);
	put_text(j, "null");
}

void json_time(struct json_out *j, const char *key, int64_t utc_ms)
{
	char iso[TIMES_ISO_SIZE];

	json_text(j, key, times_iso(iso, utc_ms));
}

void json_raw(struct json_out *j, const char *key, const char *json)
{
	before_value(j, key);
	put_text(j, json);
}

void json_hex(struct json_out *j, const char *key, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	before_value(j, key);
	put(j, "\"", 1);
	for (size_t i = 0; i < n; i++) {
		char two[2] = {digits[p[i] >> 4], digits[p[i] & 15]};

		put(j, two, 2);
	}
	put(j, "\"", 1);
}

void json_print(struct json_out *j, const char *format, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, format);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, ap);
	if (n > 0 && make_room(j, (size_t)n + 1)) {
		vsnprintf(j->p + j->n, (size_t)n + 1, format, again);
		j->n += (size_t)n;
	}
	va_end(again);
	va_end(ap);
}

char *json_take(struct json_out *j)
{
	char *p;

	put(j, "", 1);
	p = j->failed ? NULL : j->p;
	if (!p)
		free(j->p);
	*j = (struct json_out){0};
	return p;
}

void json_drop(struct json_out *j)
{
	free(j->p);
	*j = (struct json_out){0};
}
