/*
 * catalogue_gen ERRORS.JSON OUT.C: turns the error data into the table of
 * engine/catalogue/catalogue_table.h. Runs at build time. Anything it does not expect in the data
 * stops the build.
 */
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/gen/read_file.h"

struct word {
	const char *json;
	const char *c;
};

/* In the order of enum fault_family, which is the order of the table. */
static const struct word families[] = {
	{"station", "FAULT_STATION"}, {"brom", "FAULT_BROM"}, {"legacy-da", "FAULT_LEGACY_DA"},
	{"xflash", "FAULT_XFLASH"},   {"xml", "FAULT_XML"},   {"flashtool", "FAULT_FLASHTOOL"},
};

static const struct word retries[] = {
	{"no", "RETRY_NO"},
	{"same-port", "RETRY_SAME_PORT"},
	{"other-cable", "RETRY_OTHER_CABLE"},
	{"after-power-cycle", "RETRY_POWER_CYCLE"},
};

static const struct word scopes[] = {
	{"unit", "SCOPE_UNIT"},
	{"port", "SCOPE_PORT"},
	{"package", "SCOPE_PACKAGE"},
	{"station", "SCOPE_STATION"},
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

struct row {
	size_t family; /* index into families */
	uint32_t numeric;
	const cJSON *json;
};

static const char *current = "-"; /* code of the entry in work, for messages */

static _Noreturn void stop(const char *why)
{
	fprintf(stderr, "catalogue_gen: bad error data, entry %s: %s; correct the data file\n",
		current, why);
	exit(1);
}

static const char *string(const cJSON *entry, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(entry, key);

	if (!cJSON_IsString(v))
		stop(key);
	return v->valuestring;
}

static size_t index_of(const struct word *words, size_t n, const cJSON *entry, const char *key)
{
	const char *s = string(entry, key);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(words[i].json, s) == 0)
			return i;
	}
	stop(key);
}

static void put_string(FILE *out, const char *s)
{
	putc('"', out);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		/* octal with three digits can't run into the text behind it */
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7F || c == '?')
			fprintf(out, "\\%03o", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

static void put_list(FILE *out, const char *field, const cJSON *entry, const char *key)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(entry, key);
	const cJSON *item;

	if (!cJSON_IsArray(list))
		stop(key);
	fprintf(out, "\t\t.%s = (const char *const[]){", field);
	cJSON_ArrayForEach(item, list)
	{
		if (!cJSON_IsString(item))
			stop(key);
		put_string(out, item->valuestring);
		fprintf(out, ", ");
	}
	fprintf(out, "NULL},\n");
}

static void put_text(FILE *out, const char *field, const cJSON *entry)
{
	fprintf(out, "\t\t.%s = ", field);
	put_string(out, string(entry, field));
	fprintf(out, ",\n");
}

static void put_entry(FILE *out, const struct row *r)
{
	const cJSON *e = r->json;

	fprintf(out, "\t{\n\t\t.family = %s, .numeric = 0x%X,\n", families[r->family].c,
		r->numeric);
	put_text(out, "code", e);
	put_text(out, "name", e);
	put_text(out, "stage", e);
	put_text(out, "meaning", e);
	put_list(out, "causes", e, "likely_causes");
	put_list(out, "actions", e, "operator_action");
	fprintf(out, "\t\t.retry = %s, .scope = %s,\n\t},\n",
		retries[index_of(retries, COUNT(retries), e, "retry")].c,
		scopes[index_of(scopes, COUNT(scopes), e, "severity")].c);
}

static int by_family_and_number(const void *a, const void *b)
{
	const struct row *x = a;
	const struct row *y = b;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return x->numeric < y->numeric ? -1 : x->numeric > y->numeric;
}

static uint32_t numeric_of(const cJSON *entry)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(entry, "numeric");

	if (!cJSON_IsNumber(v) || v->valuedouble < 0 || v->valuedouble > UINT32_MAX)
		stop("numeric");
	return (uint32_t)v->valuedouble;
}

/* Codes that the engine falls back on must be there. */
static void check_fallbacks(const struct row *rows, size_t n)
{
	static const uint32_t wanted[] = {11, 90, 91};

	for (size_t k = 0; k < COUNT(wanted); k++) {
		bool found = false;

		for (size_t i = 0; i < n; i++)
			found |= rows[i].family == 0 && rows[i].numeric == wanted[k];
		if (!found)
			stop("one of ST-011, ST-090, ST-091 is missing");
	}
}

static struct row *sort_rows(const cJSON *list, size_t n)
{
	struct row *rows = calloc(n, sizeof *rows);
	const cJSON *entry;
	size_t i = 0;

	if (!rows)
		stop("out of memory");
	cJSON_ArrayForEach(entry, list)
	{
		current = string(entry, "code");
		rows[i++] = (struct row){index_of(families, COUNT(families), entry, "family"),
					 numeric_of(entry), entry};
	}
	qsort(rows, n, sizeof *rows, by_family_and_number);
	for (i = 1; i < n; i++) {
		if (by_family_and_number(&rows[i - 1], &rows[i]) == 0) {
			current = string(rows[i].json, "code");
			stop("family and number are listed twice");
		}
	}
	check_fallbacks(rows, n);
	return rows;
}

int main(int argc, char **argv)
{
	char *text;
	cJSON *list;
	struct row *rows;
	size_t n;
	FILE *out;

	if (argc != 3) {
		fprintf(stderr, "usage: catalogue_gen ERRORS.JSON OUT.C\n");
		return 2;
	}
	text = read_file(argv[1]);
	list = cJSON_Parse(text);
	if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) == 0)
		stop("the file is not a JSON list");
	n = (size_t)cJSON_GetArraySize(list);
	rows = sort_rows(list, n);
	out = fopen(argv[2], "w");
	if (!out) {
		perror(argv[2]);
		return 1;
	}
	fprintf(out, "/* Made by catalogue_gen from engine/data/errors.json: change that. */\n"
		     "#include \"engine/catalogue/catalogue_table.h\"\n\n"
		     "const struct catalogue_entry catalogue_table[] = {\n");
	for (size_t i = 0; i < n; i++) {
		current = string(rows[i].json, "code");
		put_entry(out, &rows[i]);
	}
	fprintf(out, "};\n\nconst size_t catalogue_table_count = %zu;\n", n);
	free(rows);
	cJSON_Delete(list);
	free(text);
	return fclose(out) == 0 ? 0 : 1;
}
