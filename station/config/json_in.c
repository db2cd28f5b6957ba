#include "station/config/json_in.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *json_in_read_file(const char *path, size_t limit, struct problem *problem)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(limit + 2);
	size_t n;

	if (!file || !text) {
		problem_set(problem, path, "check the path and its permissions",
			    "can't be read: %s", strerror(file ? ENOMEM : errno));
		if (file)
			fclose(file);
		free(text);
		return NULL;
	}
	n = fread(text, 1, limit + 1, file);
	if (ferror(file) || n > limit) {
		problem_set(problem, path, "name a readable JSON file",
			    ferror(file) ? "reading failed" : "larger than %zu bytes", limit);
		free(text);
		text = NULL;
	} else {
		text[n] = '\0';
	}
	fclose(file);
	if (text && memchr(text, '\0', n)) {
		problem_set(problem, path, "save it as plain UTF-8 text", "holds a NUL byte");
		free(text);
		text = NULL;
	}
	return text;
}

/* Where cJSON stopped, as people count: lines and columns from 1. */
static void place_of(const char *text, const char *at, char *to, size_t size)
{
	unsigned line = 1, column = 1;

	for (; at && text < at && *text; text++) {
		column++;
		if (*text == '\n') {
			line++;
			column = 1;
		}
	}
	snprintf(to, size, "line %u, column %u", line, column);
}

cJSON *json_in_parse(const char *text, struct problem *problem)
{
	const char *end = NULL;
	char place[64];
	cJSON *root = cJSON_ParseWithOpts(text, &end, 1);

	if (!root) {
		place_of(text, end, place, sizeof place);
		problem_set(problem, place, "mend the JSON there: quotes, commas, braces",
			    "not valid JSON");
		return NULL;
	}
	if (!cJSON_IsObject(root)) {
		problem_set(problem, "top level", "wrap the keys in { }", "must be a JSON object");
		cJSON_Delete(root);
		return NULL;
	}
	return root;
}

void json_in_begin(struct json_in *in, const cJSON *object, const char *path, bool *failed,
		   struct problem *problem)
{
	*in = (struct json_in){.object = object, .problem = problem, .failed = failed};
	snprintf(in->path, sizeof in->path, "%s", path);
}

void json_in_refuse(struct json_in *in, const char *key, const char *remedy, const char *format,
		    ...)
{
	char where[96], why[160];
	va_list ap;

	if (*in->failed)
		return;
	*in->failed = true;
	va_start(ap, format);
	vsnprintf(why, sizeof why, format, ap);
	va_end(ap);
	snprintf(where, sizeof where, "key %s%s%.24s", in->path, in->path[0] ? "." : "", key);
	problem_set(in->problem, where, remedy, "%s", why);
}

/* The value of `key`, noted as known; NULL when absent or after a failure. */
static const cJSON *value_of(struct json_in *in, const char *key)
{
	if (in->known_count < JSON_IN_KEYS)
		in->known[in->known_count++] = key;
	if (*in->failed || !in->object)
		return NULL;
	return cJSON_GetObjectItemCaseSensitive(in->object, key);
}

void json_in_string(struct json_in *in, const char *key, char *to, size_t size)
{
	const cJSON *v = value_of(in, key);

	if (!v)
		return;
	if (!cJSON_IsString(v))
		json_in_refuse(in, key, "write it in double quotes", "must be a text");
	else if (strlen(v->valuestring) >= size)
		json_in_refuse(in, key, "shorten it", "longer than %zu bytes", size - 1);
	else
		snprintf(to, size, "%s", v->valuestring);
}

void json_in_bool(struct json_in *in, const char *key, bool *to)
{
	const cJSON *v = value_of(in, key);

	if (!v)
		return;
	if (!cJSON_IsBool(v))
		json_in_refuse(in, key, "write true or false, without quotes",
			       "must be true or false");
	else
		*to = cJSON_IsTrue(v);
}

void json_in_number(struct json_in *in, const char *key, int64_t min, int64_t max, int64_t *to)
{
	const cJSON *v = value_of(in, key);

	if (!v)
		return;
	if (!cJSON_IsNumber(v) || v->valuedouble != floor(v->valuedouble))
		json_in_refuse(in, key, "write a whole number, without quotes",
			       "must be a whole number");
	else if (v->valuedouble < (double)min || v->valuedouble > (double)max)
		json_in_refuse(in, key, "choose a value in that range", "%.0f is not in %lld..%lld",
			       v->valuedouble, (long long)min, (long long)max);
	else
		*to = (int64_t)v->valuedouble;
}

void json_in_choice(struct json_in *in, const char *key, const char *const *words, int *to)
{
	const cJSON *v = value_of(in, key);
	char list[128] = "one of";

	if (!v)
		return;
	for (int i = 0; words[i]; i++) {
		size_t n = strlen(list);

		if (cJSON_IsString(v) && strcmp(v->valuestring, words[i]) == 0) {
			*to = i;
			return;
		}
		snprintf(list + n, sizeof list - n, " %s", words[i]);
	}
	json_in_refuse(in, key, list, "%.40s is not a known value",
		       cJSON_IsString(v) ? v->valuestring : "what stands there");
}

struct json_in json_in_object(struct json_in *in, const char *key)
{
	const cJSON *v = value_of(in, key);
	struct json_in child;
	char path[64];

	snprintf(path, sizeof path, "%.30s%s%.30s", in->path, in->path[0] ? "." : "", key);
	if (v && !cJSON_IsObject(v)) {
		json_in_refuse(in, key, "wrap its keys in { }", "must be an object");
		v = NULL;
	}
	json_in_begin(&child, v, path, in->failed, in->problem);
	return child;
}

const cJSON *json_in_array(struct json_in *in, const char *key, size_t most)
{
	const cJSON *v = value_of(in, key);

	if (!v)
		return NULL;
	if (!cJSON_IsArray(v)) {
		json_in_refuse(in, key, "wrap the items in [ ]", "must be an array");
		return NULL;
	}
	if ((size_t)cJSON_GetArraySize(v) > most) {
		json_in_refuse(in, key, "remove some", "more than %zu items", most);
		return NULL;
	}
	return v;
}

struct json_in json_in_item(struct json_in *in, const char *key, const cJSON *array, int i)
{
	const cJSON *v = cJSON_GetArrayItem(array, i);
	struct json_in child;
	char path[64], name[48];

	snprintf(name, sizeof name, "%.24s[%d]", key, i);
	if (!cJSON_IsObject(v)) {
		json_in_refuse(in, name, "wrap its keys in { }", "must be an object");
		v = NULL;
	}
	snprintf(path, sizeof path, "%.15s%s%s", in->path, in->path[0] ? "." : "", name);
	json_in_begin(&child, v, path, in->failed, in->problem);
	return child;
}

void json_in_strings(struct json_in *in, const char *key, size_t most, char ***to)
{
	const cJSON *v = json_in_array(in, key, most);
	size_t count = v ? (size_t)cJSON_GetArraySize(v) : 0;
	char **list;

	if (!v)
		return;
	list = calloc(count + 1, sizeof *list);
	for (size_t i = 0; list && i < count; i++) {
		const cJSON *s = cJSON_GetArrayItem(v, (int)i);

		list[i] = strdup(cJSON_IsString(s) ? s->valuestring : "");
		if (!cJSON_IsString(s) || !s->valuestring[0])
			json_in_refuse(in, key, "write each in double quotes",
				       "item %zu must be a text that is not empty", i);
		if (!list[i]) {
			json_in_free_strings(list);
			list = NULL;
		}
	}
	if (!list)
		json_in_refuse(in, key, "free some memory", "out of memory");
	if (*in->failed) {
		json_in_free_strings(list);
		return;
	}
	json_in_free_strings(*to);
	*to = list;
}

void json_in_free_strings(char **strings)
{
	for (size_t i = 0; strings && strings[i]; i++)
		free(strings[i]);
	free(strings);
}

void json_in_done(struct json_in *in)
{
	const cJSON *v = in->object ? in->object->child : NULL;

	for (; v && !*in->failed; v = v->next) {
		size_t i = 0;

		while (i < in->known_count && strcmp(in->known[i], v->string) != 0)
			i++;
		if (i == in->known_count)
			json_in_refuse(in, v->string,
				       "remove it, or look up its name in the JSON schema",
				       "no such key");
	}
}
