/*
 * json_out: writes JSON text straight into a growing buffer, without a tree in between.
 *
 * Commas are its business; nesting is the caller's. `key` is NULL inside arrays. Text that is not
 * valid UTF-8 (a device may say anything) comes out with U+FFFD in place of the bad bytes. Running
 * out of memory sticks: json_take() then returns NULL.
 */
#ifndef STATION_LEDGER_JSON_OUT_H
#define STATION_LEDGER_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_out {
	char *p;
	size_t n, room;
	bool comma; /* the next value needs one before it */
	bool failed;
};

/* Start with a zeroed struct. */
void json_object(struct json_out *j, const char *key);
void json_object_end(struct json_out *j);
void json_array(struct json_out *j, const char *key);
void json_array_end(struct json_out *j);
void json_text(struct json_out *j, const char *key, const char *text); /* NULL text: null */
void json_int(struct json_out *j, const char *key, int64_t value);
void json_real(struct json_out *j, const char *key, double value); /* NaN, infinite: null */
void json_bool(struct json_out *j, const char *key, bool value);
void json_null(struct json_out *j, const char *key);
void json_time(struct json_out *j, const char *key, int64_t utc_ms); /* ISO 8601 */
/* Text that is JSON already, unchanged. */
void json_raw(struct json_out *j, const char *key, const char *json);
/* Bytes in lower-case hex. */
void json_hex(struct json_out *j, const char *key, const uint8_t *p, size_t n);
/* The finished text, NUL-terminated, to be freed by the caller; NULL: out of memory. */
char *json_take(struct json_out *j);
void json_drop(struct json_out *j);

/* Plain text into the same kind of buffer. */
__attribute__((format(printf, 2, 3))) void json_print(struct json_out *j, const char *format, ...);

#endif
