#include "station/config/reader.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (1u << 20)

int reader_refuse(struct reader *r, const char *remedy, const char *format, ...)
{
	char why[sizeof r->problem->why];
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, sizeof why, format, ap);
	va_end(ap);
	return problem_set(r->problem, r->path[0] ? r->path : "the whole file", remedy, "%s", why);
}

char *reader_load(const char *file, size_t *n, struct problem *problem)
{
	FILE *f = fopen(file, "re");
	char *text;

	if (!f) {
		problem_set(problem, "the file", "check the path and its permissions", "%s",
			    strerror(errno));
		return NULL;
	}
	text = malloc(FILE_MAX + 1);
	*n = text ? fread(text, 1, FILE_MAX + 1, f) : 0;
	if (!text || ferror(f) || *n > FILE_MAX) {
		problem_set(problem, "the file", "give a readable JSON file", "%s",
			    *n > FILE_MAX ? "it is larger than 1 MiB" : "it can not be read");
		free(text);
		fclose(f);
		return NULL;
	}
	fclose(f);
	text[*n] = '\0';
	return text;
}

cJSON *reader_parse(const char *text, size_t n, struct problem *problem)
{
	const char *end = text;
	cJSON *tree = cJSON_ParseWithLengthOpts(text, n + 1, &end, true);
	unsigned line = 1, column = 1;
	char where[48];

	if (tree)
		return tree;
	for (const char *c = text; c < end && c < text + n; c++) {
		column = *c == '\n' ? 1 : column + 1;
		line += *c == '\n';
	}
	snprintf(where, sizeof where, "line %u column %u", line, column);
	problem_set(problem, where, "correct it there or shortly before: a comma, quote or brace?",
		    "this is not JSON");
	return NULL;
}

static const char *kind_name(const cJSON *v)
{
	if (cJSON_IsString(v))
		return "a text";
	if (cJSON_IsNumber(v))
		return "a number";
	if (cJSON_IsBool(v))
		return "true or false";
	if (cJSON_IsArray(v))
		return "a list";
	if (cJSON_IsObject(v))
		return "an object";
	return "null";
}

static int refuse_kind(struct reader *r, const cJSON *value, const char *wanted)
{
	char remedy[96];

	snprintf(remedy, sizeof remedy, "give %s", wanted);
	return reader_refuse(r, remedy, "it is %s", kind_name(value));
}

static int read_bounded(struct reader *r, const cJSON *value, char *to, size_t size, int64_t least)
{
	size_t n;

	if (!cJSON_IsString(value))
		return refuse_kind(r, value, "a text");
	n = strlen(value->valuestring);
	if (n < (size_t)least || n >= size)
		return reader_refuse(r, "shorten or complete it",
				     "it has %zu characters, allowed are %lld to %zu", n,
				     (long long)least, size - 1);
	memcpy(to, value->valuestring, n + 1);
	return 0;
}

int reader_text(struct reader *r, const cJSON *value, char *to, size_t size)
{
	return read_bounded(r, value, to, size, 1);
}

static int read_number(struct reader *r, const struct key *k, const cJSON *value, void *to)
{
	int64_t number;

	if (!cJSON_IsNumber(value))
		return refuse_kind(r, value, "a whole number");
	if (value->valuedouble != floor(value->valuedouble) ||
	    value->valuedouble < (double)k->min || value->valuedouble > (double)k->max)
		return reader_refuse(r, "give a whole number within the limits",
				     "it is %g, allowed are %lld to %lld", value->valuedouble,
				     (long long)k->min, (long long)k->max);
	number = (int64_t)value->valuedouble;
	memcpy(to, &number, sizeof number);
	return 0;
}

static int read_choice(struct reader *r, const struct key *k, const cJSON *value, void *to)
{
	char all[120] = "";

	if (!cJSON_IsString(value))
		return refuse_kind(r, value, "a text");
	for (int i = 0; k->choices[i]; i++) {
		if (strcmp(k->choices[i], value->valuestring) == 0) {
			memcpy(to, &i, sizeof i);
			return 0;
		}
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s\"%s\"", i ? ", " : "",
			 k->choices[i]);
	}
	return reader_refuse(r, "choose one of these", "\"%.40s\" is not one of %s",
			     value->valuestring, all);
}

static int read_list(struct reader *r, const struct key *k, const cJSON *value, void *to)
{
	size_t base = strlen(r->path);
	const cJSON *element;
	int i = 0;

	if (!cJSON_IsArray(value))
		return refuse_kind(r, value, "a list");
	cJSON_ArrayForEach(element, value)
	{
		snprintf(r->path + base, sizeof r->path - base, "[%d]", i++);
		if (k->read(r, element, to) != 0)
			return -1;
	}
	r->path[base] = '\0';
	return 0;
}

static int read_value(struct reader *r, const struct key *k, const cJSON *value, void *target)
{
	char *to = (char *)target + k->offset;

	switch (k->kind) {
	case KEY_TEXT:
		return read_bounded(r, value, to, k->size, k->min);
	case KEY_NUMBER:
		return read_number(r, k, value, to);
	case KEY_BOOL:
		if (!cJSON_IsBool(value))
			return refuse_kind(r, value, "true or false");
		*(bool *)(void *)to = cJSON_IsTrue(value);
		return 0;
	case KEY_CHOICE:
		return read_choice(r, k, value, to);
	case KEY_OBJECT:
		if (!cJSON_IsObject(value))
			return refuse_kind(r, value, "an object");
		return k->read(r, value, to);
	case KEY_WORD:
		if (!cJSON_IsString(value))
			return refuse_kind(r, value, "a text");
		return k->read(r, value, to);
	case KEY_LIST:
		return read_list(r, k, value, to);
	case KEY_NOTE:
		return cJSON_IsString(value) ? 0 : refuse_kind(r, value, "a text");
	}
	return -1;
}

static const struct key *find_key(const struct key *keys, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static int refuse_unknown(struct reader *r, const struct key *keys, size_t count)
{
	char remedy[sizeof r->problem->remedy] = "remove it, or use one of: ";
	size_t at;

	for (size_t i = 0; i < count; i++) {
		at = strlen(remedy);
		snprintf(remedy + at, sizeof remedy - at, "%s%s", i ? ", " : "", keys[i].name);
	}
	return reader_refuse(r, remedy, "no such key is known here");
}

static void enter(struct reader *r, size_t base, const char *key)
{
	snprintf(r->path + base, sizeof r->path - base, "%s%.40s", base ? "." : "", key);
}

static int refuse_missing(struct reader *r, size_t base, const cJSON *object,
			  const struct key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!keys[i].required || cJSON_GetObjectItemCaseSensitive(object, keys[i].name))
			continue;
		enter(r, base, keys[i].name);
		return reader_refuse(r, "add it", "this key is required and missing");
	}
	return 0;
}

int reader_object(struct reader *r, const cJSON *object, const struct key *keys, size_t count,
		  void *target)
{
	size_t base = strlen(r->path);
	const cJSON *value;

	if (!cJSON_IsObject(object))
		return refuse_kind(r, object, "an object");
	cJSON_ArrayForEach(value, object)
	{
		const struct key *k = find_key(keys, count, value->string);

		enter(r, base, value->string);
		if (!k)
			return refuse_unknown(r, keys, count);
		if (cJSON_GetObjectItemCaseSensitive(object, value->string) != value)
			return reader_refuse(r, "keep one of them", "this key is given twice");
		if (read_value(r, k, value, target) != 0)
			return -1;
		r->path[base] = '\0';
	}
	return refuse_missing(r, base, object, keys, count);
}
