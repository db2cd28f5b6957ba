/*
 * reader: JSON files with a known form, read by tables.
 *
 * A table names every key an object may hold, its kind, its limits and where its value goes. What
 * is not in the table, has another kind, or is out of limits is refused by its full path
 * ("slots[2].path") with what was expected: config and profiles are written by people.
 */
#ifndef STATION_CONFIG_READER_H
#define STATION_CONFIG_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "engine/base/problem.h"

enum key_kind {
	KEY_TEXT,   /* char[size]; min: least characters */
	KEY_NUMBER, /* int64_t, whole, between min and max */
	KEY_BOOL,   /* bool */
	KEY_CHOICE, /* int: index into `choices` */
	KEY_WORD,   /* a text that `read` understands */
	KEY_OBJECT, /* `read` is called with the object */
	KEY_LIST,   /* `read` is called for each element, in order */
	KEY_NOTE,   /* a text for editors and people, such as "$schema": not used */
};

struct reader;

struct key {
	const char *name;
	enum key_kind kind;
	size_t offset; /* of the value in the target struct */
	size_t size;   /* KEY_TEXT */
	int64_t min, max;
	const char *const *choices; /* NULL-terminated */
	/* `to`: the target struct, from `offset` on. 0, or -1 with the problem filled. */
	int (*read)(struct reader *r, const cJSON *value, void *to);
	bool required;
};

/* Where the reading is; `problem` is filled at the first refusal. */
struct reader {
	char path[96]; /* of the value in work: "slots[2]" */
	struct problem *problem;
	void *context; /* the caller's, for `read` functions */
};

/* Read a whole file (at most 1 MiB), NUL-terminated, to free(). NULL with `problem`. */
char *reader_load(const char *file, size_t *n, struct problem *problem);
/* Parse text into a tree, to cJSON_Delete(). NULL with `problem` naming line and column. */
cJSON *reader_parse(const char *text, size_t n, struct problem *problem);

/* Fill `target` from an object by a table of `count` keys. 0, or -1 with the problem filled. */
int reader_object(struct reader *r, const cJSON *object, const struct key *keys, size_t count,
		  void *target);
/* A text value (an element of a list) of 1 to size - 1 characters. */
int reader_text(struct reader *r, const cJSON *value, char *to, size_t size);
/* Refuse the value in work. Returns -1. */
__attribute__((format(printf, 3, 4))) int reader_refuse(struct reader *r, const char *remedy,
							const char *format, ...);

#endif
