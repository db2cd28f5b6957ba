/*
 * json_in: reading JSON that people write (config, profiles), with errors that name the place.
 *
 * A cursor knows the file, the object and its path ("slots[2]"). Each getter leaves its default
 * when the key is absent, and fills `problem` when the value has the wrong type or is out of range:
 * the first problem stays, later calls do nothing. json_in_done() refuses keys that nobody asked
 * for.
 */
#ifndef STATION_CONFIG_JSON_IN_H
#define STATION_CONFIG_JSON_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "engine/base/problem.h"

#define JSON_IN_KEYS 32

struct json_in {
	const cJSON *object; /* NULL: absent, every getter leaves its default */
	char path[64];	     /* "" at the top, else "usb" or "slots[2]" */
	struct problem *problem;
	bool *failed;			 /* shared by a cursor and its children */
	const char *known[JSON_IN_KEYS]; /* keys asked for so far */
	size_t known_count;
};

/* Whole file to a NUL-terminated string (free it), or NULL with `problem`; `limit` in bytes. */
char *json_in_read_file(const char *path, size_t limit, struct problem *problem);
/* Parse to an object, or NULL with `problem` naming line and column. Free with cJSON_Delete. */
cJSON *json_in_parse(const char *text, struct problem *problem);

void json_in_begin(struct json_in *in, const cJSON *object, const char *path, bool *failed,
		   struct problem *problem);
void json_in_string(struct json_in *in, const char *key, char *to, size_t size);
void json_in_bool(struct json_in *in, const char *key, bool *to);
void json_in_number(struct json_in *in, const char *key, int64_t min, int64_t max, int64_t *to);
/* Index into the NULL-terminated `words`. */
void json_in_choice(struct json_in *in, const char *key, const char *const *words, int *to);
/* Child object; absent gives an empty cursor. */
struct json_in json_in_object(struct json_in *in, const char *key);
/* Array under `key`, or NULL when absent (or wrong, then failed); items by cJSON_GetArrayItem. */
const cJSON *json_in_array(struct json_in *in, const char *key, size_t most);
/* Item `i` of array `key` as a child cursor; it must be an object. */
struct json_in json_in_item(struct json_in *in, const char *key, const cJSON *array, int i);
/* Array of strings into `to` (malloc'd strings, NULL-terminated array; see json_in_free_strings).
 */
void json_in_strings(struct json_in *in, const char *key, size_t most, char ***to);
void json_in_free_strings(char **strings);
/* Refuse unknown keys. */
void json_in_done(struct json_in *in);
/* For checks of the caller's own: notes `why` at this cursor's `key`. */
__attribute__((format(printf, 4, 5))) void json_in_refuse(struct json_in *in, const char *key,
							  const char *remedy, const char *format,
							  ...);

#endif
