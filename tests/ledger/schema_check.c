#include "tests/ledger/schema_check.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "schema/schema.h"

struct checker {
	char *why;
	size_t size;
};

static bool check(struct checker *c, const cJSON *schema, const cJSON *value, const char *path);

static bool wrong(struct checker *c, const char *path, const char *what, const char *detail)
{
	snprintf(c->why, c->size, "%s: %s %s", *path ? path : "/", what, detail);
	return false;
}

static bool has_type(const cJSON *value, const char *type)
{
	if (strcmp(type, "integer") == 0)
		return cJSON_IsNumber(value) &&
		       value->valuedouble == (double)(int64_t)value->valuedouble;
	return (strcmp(type, "object") == 0 && cJSON_IsObject(value)) ||
	       (strcmp(type, "array") == 0 && cJSON_IsArray(value)) ||
	       (strcmp(type, "string") == 0 && cJSON_IsString(value)) ||
	       (strcmp(type, "number") == 0 && cJSON_IsNumber(value)) ||
	       (strcmp(type, "boolean") == 0 && cJSON_IsBool(value)) ||
	       (strcmp(type, "null") == 0 && cJSON_IsNull(value));
}

static bool check_type(struct checker *c, const cJSON *type, const cJSON *value, const char *path)
{
	const cJSON *one;

	if (cJSON_IsString(type))
		return has_type(value, type->valuestring) ||
		       wrong(c, path, "should be", type->valuestring);
	cJSON_ArrayForEach(one, type) if (has_type(value, one->valuestring)) return true;
	return wrong(c, path, "is of none of the allowed types", "");
}

static bool check_enum(struct checker *c, const cJSON *list, const cJSON *value, const char *path)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, list) if (cJSON_Compare(one, value, true)) return true;
	return wrong(c, path,
		     "is not in the list:", cJSON_IsString(value) ? value->valuestring : "");
}

static bool check_required(struct checker *c, const cJSON *list, const cJSON *value,
			   const char *path)
{
	const cJSON *key;

	cJSON_ArrayForEach(key, list) if (!cJSON_HasObjectItem(
						  value,
						  key->valuestring)) return wrong(c, path, "lacks",
										  key->valuestring);
	return true;
}

static bool check_properties(struct checker *c, const cJSON *schema, const cJSON *value,
			     const char *path)
{
	const cJSON *properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");
	const cJSON *more = cJSON_GetObjectItemCaseSensitive(schema, "additionalProperties");
	const cJSON *member;

	cJSON_ArrayForEach(member, value)
	{
		const cJSON *rule = cJSON_GetObjectItemCaseSensitive(properties, member->string);
		char below[256];

		if (!rule && cJSON_IsFalse(more))
			return wrong(c, path, "has the unknown key", member->string);
		snprintf(below, sizeof below, "%s/%s", path, member->string);
		if (rule && !check(c, rule, member, below))
			return false;
	}
	return true;
}

static bool check_items(struct checker *c, const cJSON *rule, const cJSON *value, const char *path)
{
	const cJSON *item;
	int i = 0;

	cJSON_ArrayForEach(item, value)
	{
		char below[256];

		snprintf(below, sizeof below, "%s[%d]", path, i++);
		if (!check(c, rule, item, below))
			return false;
	}
	return true;
}

static bool check_one_of(struct checker *c, const cJSON *rules, const cJSON *value,
			 const char *path)
{
	const cJSON *rule;
	char last[256];
	int good = 0;

	cJSON_ArrayForEach(rule, rules) good += check(c, rule, value, path);
	if (good == 1)
		return true;
	snprintf(last, sizeof last, "%s", c->why);
	return wrong(c, path, "fits not exactly one of its forms;", last);
}

static bool check_pattern(struct checker *c, const char *pattern, const cJSON *value,
			  const char *path)
{
	regex_t regex;
	bool good;

	if (!cJSON_IsString(value))
		return true;
	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB))
		return wrong(c, path, "unusable pattern", pattern);
	good = regexec(&regex, value->valuestring, 0, NULL, 0) == 0;
	regfree(&regex);
	return good || wrong(c, path, "does not look like", pattern);
}

/* "date-time" is the only format used; the API promises its strict form. */
static bool check_format(struct checker *c, const char *format, const cJSON *value,
			 const char *path)
{
	if (strcmp(format, "date-time") != 0)
		return wrong(c, path, "unknown format", format);
	return check_pattern(c,
			     "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$",
			     value, path);
}

static bool check_reference(struct checker *c, const char *file, const cJSON *value,
			    const char *path)
{
	char name[64], why[256] = "";

	snprintf(name, sizeof name, "%.*s", (int)strcspn(file, "."), file);
	return schema_valid(name, value, why, sizeof why) || wrong(c, path, "in", why);
}

static bool check_keyword(struct checker *c, const cJSON *schema, const cJSON *rule,
			  const cJSON *value, const char *path)
{
	static const char *const words_only[] = {"$schema", "$id", "title", "description",
						 "additionalProperties"};
	const char *word = rule->string;

	for (size_t i = 0; i < sizeof words_only / sizeof *words_only; i++)
		if (strcmp(word, words_only[i]) == 0)
			return true;
	if (strcmp(word, "type") == 0)
		return check_type(c, rule, value, path);
	if (strcmp(word, "enum") == 0)
		return check_enum(c, rule, value, path);
	if (strcmp(word, "required") == 0)
		return !cJSON_IsObject(value) || check_required(c, rule, value, path);
	if (strcmp(word, "properties") == 0)
		return !cJSON_IsObject(value) || check_properties(c, schema, value, path);
	if (strcmp(word, "items") == 0)
		return check_items(c, rule, value, path);
	if (strcmp(word, "oneOf") == 0)
		return check_one_of(c, rule, value, path);
	if (strcmp(word, "minimum") == 0)
		return !cJSON_IsNumber(value) || value->valuedouble >= rule->valuedouble ||
		       wrong(c, path, "is too small", "");
	if (strcmp(word, "maximum") == 0)
		return !cJSON_IsNumber(value) || value->valuedouble <= rule->valuedouble ||
		       wrong(c, path, "is too large", "");
	if (strcmp(word, "pattern") == 0)
		return check_pattern(c, rule->valuestring, value, path);
	if (strcmp(word, "format") == 0)
		return check_format(c, rule->valuestring, value, path);
	if (strcmp(word, "$ref") == 0)
		return check_reference(c, rule->valuestring, value, path);
	return wrong(c, path, "the schema uses the unknown word", word);
}

static bool check(struct checker *c, const cJSON *schema, const cJSON *value, const char *path)
{
	const cJSON *rule;

	cJSON_ArrayForEach(rule,
			   schema) if (!check_keyword(c, schema, rule, value, path)) return false;
	return true;
}

bool schema_valid(const char *document, const cJSON *value, char *why, size_t size)
{
	struct checker c = {.why = why, .size = size};
	const char *text = schema_document(document);
	cJSON *schema = text ? cJSON_Parse(text) : NULL;
	bool good;

	if (!schema)
		return wrong(&c, document, "no such document, or not JSON", "");
	good = check(&c, schema, value, "");
	cJSON_Delete(schema);
	return good;
}

void assert_schema(const char *document, const cJSON *value)
{
	char why[512] = "";

	if (!schema_valid(document, value, why, sizeof why)) {
		char *text = cJSON_Print(value);

		print_error("%s\n", text ? text : "");
		cJSON_free(text);
		fail_msg("%s.schema.json: %s", document, why);
	}
}
