/*
 * body: the JSON object of a POST, strictly: one object, nothing behind it, every key known and
 * given once, every value of its type and range.
 */
#ifndef WEB_API_BODY_H
#define WEB_API_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cJSON;
struct exchange;

struct body_rule {
	const char *key;
	bool required;
	size_t text_max;   /* bytes of a string; 0: the value is a whole number */
	int64_t low, high; /* of a whole number */
	/*
	 * Above 0: a list of that many at most. Of objects of these fields; without fields, of
	 * strings of 1 to text_max bytes.
	 */
	size_t list_max;
	const struct body_rule *fields;
	size_t field_count;
};

/*
 * Object of the body, to be freed with cJSON_Delete; NULL when refused and answered. No body is an
 * empty object.
 */
struct cJSON *body_read(struct exchange *x, const struct body_rule *rules, size_t count);

/* For an action that takes nothing: no body or {}. 0, or -1 when answered. */
int body_none(struct exchange *x);

/* Values of a checked body; the text is borrowed from it, "" and 0 when the key is not there. */
const char *body_text(const struct cJSON *body, const char *key);
int64_t body_number(const struct cJSON *body, const char *key);

/* Strings of a checked list, NULL-terminated, into `to` of list_max + 1; NULL when it is not there.
 */
const char *const *body_texts(const struct cJSON *body, const char *key, const char **to);

#endif
