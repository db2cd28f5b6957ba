#include "web/api/body.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "web/http/exchange.h"
#include "web/http/utf8.h"

/* cJSON would end a string at an escaped NUL without a word. */
static bool has_escaped_nul(const char *text)
{
	for (const char *p = text; *p; p++) {
		if (*p != '\\')
			continue;
		if (!strncmp(p, "\\u0000", 6))
			return true;
		if (p[1])
			p++;
	}
	return false;
}

static bool only_space(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static cJSON *parse(struct exchange *x)
{
	static const char remedy[] = "send one JSON object, encoded as UTF-8";
	const char *end = NULL;
	cJSON *json;

	if (!x->body)
		return cJSON_CreateObject();
	if (strlen(x->body) != x->body_bytes || !utf8_valid(x->body, x->body_bytes) ||
	    has_escaped_nul(x->body)) {
		answer_problem(x, PROBLEM_BAD_BODY, NULL, remedy,
			       "the body holds a NUL or is not UTF-8");
		return NULL;
	}
	json = cJSON_ParseWithOpts(x->body, &end, false);
	if (!json || !only_space(end)) {
		answer_problem(x, PROBLEM_BAD_BODY, NULL, remedy, "not JSON at byte %zu: \"%.24s\"",
			       end ? (size_t)(end - x->body) : 0, end ? end : "");
		cJSON_Delete(json);
		return NULL;
	}
	if (cJSON_IsObject(json))
		return json;
	answer_problem(x, PROBLEM_BAD_VALUE, NULL, remedy, "the body is JSON but not an object");
	cJSON_Delete(json);
	return NULL;
}

static const struct body_rule *find_rule(const struct body_rule *rules, size_t count,
					 const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(rules[i].key, key))
			return &rules[i];
	return NULL;
}

static int refuse_key(struct exchange *x, const char *key, const struct body_rule *rules,
		      size_t count)
{
	char remedy[200] = "leave it out: this action takes no keys";
	size_t used = 0;

	for (size_t i = 0; i < count && used < sizeof remedy; i++)
		used += (size_t)snprintf(remedy + used, sizeof remedy - used, "%s%s",
					 i ? ", " : "use one of: ", rules[i].key);
	answer_problem(x, PROBLEM_BAD_VALUE, key, remedy, "key \"%.60s\" is not known", key);
	return -1;
}

static int check_text(struct exchange *x, const cJSON *value, const struct body_rule *rule)
{
	char remedy[80];

	snprintf(remedy, sizeof remedy, "give a string of %s%zu bytes at most",
		 rule->required ? "1 byte at least and " : "", rule->text_max);
	if (!cJSON_IsString(value)) {
		answer_problem(x, PROBLEM_BAD_VALUE, rule->key, remedy, "\"%s\" is not a string",
			       rule->key);
		return -1;
	}
	if (strlen(value->valuestring) > rule->text_max ||
	    (rule->required && !*value->valuestring)) {
		answer_problem(x, PROBLEM_BAD_VALUE, rule->key, remedy, "\"%s\" is %zu bytes long",
			       rule->key, strlen(value->valuestring));
		return -1;
	}
	return 0;
}

static int check_number(struct exchange *x, const cJSON *value, const struct body_rule *rule)
{
	double number = cJSON_IsNumber(value) ? value->valuedouble : NAN;
	char remedy[80];

	if (number >= (double)rule->low && number <= (double)rule->high && number == floor(number))
		return 0;
	snprintf(remedy, sizeof remedy, "give a whole number from %lld to %lld",
		 (long long)rule->low, (long long)rule->high);
	answer_problem(x, PROBLEM_BAD_VALUE, rule->key, remedy,
		       "\"%s\" is not a whole number in range", rule->key);
	return -1;
}

static int check(struct exchange *x, const cJSON *body, const struct body_rule *rules,
		 size_t count);

static int check_item(struct exchange *x, const cJSON *item, const struct body_rule *rule)
{
	const struct body_rule text = {
		.key = rule->key, .required = true, .text_max = rule->text_max};

	if (!rule->field_count)
		return check_text(x, item, &text);
	if (cJSON_IsObject(item))
		return check(x, item, rule->fields, rule->field_count);
	answer_problem(x, PROBLEM_BAD_VALUE, rule->key, "give a list of objects",
		       "an item of \"%s\" is not an object", rule->key);
	return -1;
}

static int check_list(struct exchange *x, const cJSON *value, const struct body_rule *rule)
{
	const cJSON *item;
	char remedy[80];

	snprintf(remedy, sizeof remedy, "give a list of 1 to %zu", rule->list_max);
	if (!cJSON_IsArray(value) || !cJSON_GetArraySize(value) ||
	    (size_t)cJSON_GetArraySize(value) > rule->list_max) {
		answer_problem(x, PROBLEM_BAD_VALUE, rule->key, remedy,
			       "\"%s\" is no list of that length", rule->key);
		return -1;
	}
	cJSON_ArrayForEach(item, value)
	{
		if (check_item(x, item, rule))
			return -1;
	}
	return 0;
}

static int check_value(struct exchange *x, const cJSON *value, const struct body_rule *rule)
{
	if (rule->list_max)
		return check_list(x, value, rule);
	return rule->text_max ? check_text(x, value, rule) : check_number(x, value, rule);
}

static int check(struct exchange *x, const cJSON *body, const struct body_rule *rules, size_t count)
{
	const cJSON *value;

	cJSON_ArrayForEach(value, body)
	{
		const struct body_rule *rule = find_rule(rules, count, value->string);

		if (!rule)
			return refuse_key(x, value->string, rules, count);
		/* The first of two equal keys is what a look-up finds. */
		if (cJSON_GetObjectItemCaseSensitive(body, value->string) != value) {
			answer_problem(x, PROBLEM_BAD_VALUE, rule->key, "give it once",
				       "key \"%s\" is there twice", rule->key);
			return -1;
		}
		if (check_value(x, value, rule))
			return -1;
	}
	for (size_t i = 0; i < count; i++) {
		if (!rules[i].required || cJSON_GetObjectItemCaseSensitive(body, rules[i].key))
			continue;
		answer_problem(x, PROBLEM_BAD_VALUE, rules[i].key, "add the key",
			       "key \"%s\" is missing", rules[i].key);
		return -1;
	}
	return 0;
}

cJSON *body_read(struct exchange *x, const struct body_rule *rules, size_t count)
{
	cJSON *body = parse(x);

	if (body && check(x, body, rules, count)) {
		cJSON_Delete(body);
		return NULL;
	}
	return body;
}

int body_none(struct exchange *x)
{
	cJSON *body = body_read(x, NULL, 0);

	cJSON_Delete(body);
	return body ? 0 : -1;
}

const char *body_text(const cJSON *body, const char *key)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, key));

	return text ? text : "";
}

int64_t body_number(const cJSON *body, const char *key)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(body, key);

	return cJSON_IsNumber(value) ? (int64_t)value->valuedouble : 0;
}

const char *const *body_texts(const cJSON *body, const char *key, const char **to)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(body, key);
	const cJSON *item;
	size_t n = 0;

	if (!list)
		return NULL;
	cJSON_ArrayForEach(item, list)
	{
		to[n++] = item->valuestring;
	}
	to[n] = NULL;
	return to;
}
