/*
 * chips_gen CHIPS.JSON ALIASES.JSON OUT.C: turns the chip data, and further names of chips, into
 * the tables of engine/chips/chips_table.h. Runs at build time. Anything it does not expect in the
 * data stops the build.
 */
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/gen/read_file.h"

#define NAMES_MAX 16
#define EXTRA_MAX 3 /* of the 4 pairs of struct chip, the last one ends the list */

struct source {
	const char *path;
	const char *chip; /* hw_code of the row in work, for messages */
};

static _Noreturn void stop(const struct source *s, const char *why)
{
	fprintf(stderr, "chips_gen: bad chip data, %s, chip %s: %s; correct the data file\n",
		s->path, s->chip ? s->chip : "-", why);
	exit(1);
}

/* Numbers are hex strings, plain numbers, or null for unknown. */
static uint32_t number(const struct source *s, const cJSON *row, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(row, key);
	char *end;
	unsigned long long n;

	if (!v || cJSON_IsNull(v))
		return 0;
	if (cJSON_IsNumber(v))
		return (uint32_t)v->valuedouble;
	if (!cJSON_IsString(v))
		stop(s, key);
	n = strtoull(v->valuestring, &end, 0);
	if (*end != '\0' || end == v->valuestring || n > UINT32_MAX)
		stop(s, key);
	return (uint32_t)n;
}

static bool flag(const struct source *s, const cJSON *row, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(row, key);

	if (!cJSON_IsBool(v))
		stop(s, key);
	return cJSON_IsTrue(v);
}

static const char *string(const struct source *s, const cJSON *row, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(row, key);

	if (!cJSON_IsString(v) || strpbrk(v->valuestring, "\"\\\n"))
		stop(s, key);
	return v->valuestring;
}

static const char *protocol(const struct source *s, const cJSON *row)
{
	const char *name = string(s, row, "da_protocol");

	if (strcmp(name, "legacy") == 0)
		return "DA_PROTOCOL_LEGACY";
	if (strcmp(name, "xflash") == 0)
		return "DA_PROTOCOL_XFLASH";
	if (strcmp(name, "xml") == 0)
		return "DA_PROTOCOL_XML";
	if (strcmp(name, "none") == 0)
		return "DA_PROTOCOL_NONE";
	stop(s, "da_protocol");
}

static int tristate(const struct source *s, const cJSON *row, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(row, key);

	if (!v || cJSON_IsNull(v))
		return -1;
	if (!cJSON_IsBool(v))
		stop(s, key);
	return cJSON_IsTrue(v);
}

static void put_names(FILE *out, const struct source *s, const cJSON *row)
{
	const cJSON *names = cJSON_GetObjectItemCaseSensitive(row, "names");
	const cJSON *name;

	if (!cJSON_IsArray(names) || cJSON_GetArraySize(names) < 1 ||
	    cJSON_GetArraySize(names) > NAMES_MAX)
		stop(s, "names");
	fprintf(out, "\t\t.names = (const char *const[]){");
	cJSON_ArrayForEach(name, names)
	{
		if (!cJSON_IsString(name))
			stop(s, "names");
		fprintf(out, "\"%s\", ", name->valuestring);
	}
	fprintf(out, "NULL},\n");
}

static void put_watchdog(FILE *out, const struct source *s, const cJSON *row)
{
	const cJSON *w = cJSON_GetObjectItemCaseSensitive(row, "watchdog");
	uint32_t width;

	if (!w || cJSON_IsNull(w))
		return;
	width = number(s, w, "width");
	if (width != 16 && width != 32)
		stop(s, "watchdog width");
	fprintf(out,
		"\t\t.watchdog_addr = 0x%08X, .watchdog_value = 0x%08X, .watchdog_width = %u,\n",
		number(s, w, "addr"), number(s, w, "value"), width);
}

static void put_extra_writes(FILE *out, const struct source *s, const cJSON *row)
{
	const cJSON *writes = cJSON_GetObjectItemCaseSensitive(row, "extra_register_writes");
	const cJSON *w;

	if (!writes)
		return;
	if (!cJSON_IsArray(writes) || cJSON_GetArraySize(writes) > EXTRA_MAX)
		stop(s, "extra_register_writes");
	fprintf(out, "\t\t.extra_register_writes = {");
	cJSON_ArrayForEach(w, writes)
	{
		if (number(s, w, "width") != 32)
			stop(s, "extra_register_writes width");
		fprintf(out, "{0x%08X, 0x%08X}, ", number(s, w, "addr"), number(s, w, "value"));
	}
	fprintf(out, "},\n");
}

static void put_chip(FILE *out, const struct source *s, const cJSON *row)
{
	uint32_t hw_code = number(s, row, "hw_code");
	uint32_t da_code = number(s, row, "dacode");

	if (hw_code == 0 || hw_code > 0xFFFF || da_code > 0xFFFF)
		stop(s, "hw_code or dacode");
	fprintf(out, "\t{\n\t\t.hw_code = 0x%04X, .da_code = 0x%04X,\n", hw_code,
		da_code ? da_code : hw_code);
	put_names(out, s, row);
	fprintf(out, "\t\t.description = \"%s\", .kind = \"%s\",\n", string(s, row, "description"),
		string(s, row, "class"));
	put_watchdog(out, s, row);
	fprintf(out, "\t\t.da_protocol = %s, .da1_sig_len = %u,\n", protocol(s, row),
		number(s, row, "da1_sig_len"));
	fprintf(out, "\t\t.da_load_addr = 0x%08X, .da2_load_addr = 0x%08X,\n",
		number(s, row, "da_load_addr"), number(s, row, "da2_load_addr"));
	fprintf(out, "\t\t.jump_da64 = %d, .skip_watchdog = %d, .me_id = %d, .soc_id = %d,\n",
		flag(s, row, "jump_da64"), flag(s, row, "aarch64_soc_flag"),
		tristate(s, row, "me_id"), tristate(s, row, "soc_id"));
	put_extra_writes(out, s, row);
	fprintf(out, "\t},\n");
}

struct ordered {
	uint32_t hw_code;
	const cJSON *row;
};

static int by_code(const void *a, const void *b)
{
	const struct ordered *x = a;
	const struct ordered *y = b;

	return x->hw_code < y->hw_code ? -1 : x->hw_code > y->hw_code;
}

static struct ordered *sort_rows(struct source *s, const cJSON *list, size_t count)
{
	struct ordered *rows = calloc(count, sizeof *rows);
	const cJSON *row;
	size_t n = 0;

	if (!rows)
		stop(s, "out of memory");
	cJSON_ArrayForEach(row, list)
	{
		s->chip = string(s, row, "hw_code");
		rows[n++] = (struct ordered){number(s, row, "hw_code"), row};
	}
	qsort(rows, n, sizeof *rows, by_code);
	for (size_t i = 1; i < n; i++) {
		if (rows[i].hw_code == rows[i - 1].hw_code) {
			s->chip = string(s, rows[i].row, "hw_code");
			stop(s, "the code is listed twice");
		}
	}
	return rows;
}

static cJSON *read_list(struct source *s, const char *path)
{
	char *text = read_file(path);
	cJSON *list = cJSON_Parse(text);

	s->path = path;
	s->chip = NULL;
	free(text);
	if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) == 0)
		stop(s, "not a JSON list");
	return list;
}

static void put_chips(FILE *out, struct source *s, const cJSON *list)
{
	size_t count = (size_t)cJSON_GetArraySize(list);
	struct ordered *rows = sort_rows(s, list, count);

	fprintf(out, "/* Made by chips_gen from engine/data/chips.json and chip_aliases.json. */\n"
		     "#include \"engine/chips/chips_table.h\"\n\n"
		     "const struct chip chips_table[] = {\n");
	for (size_t i = 0; i < count; i++) {
		s->chip = string(s, rows[i].row, "hw_code");
		put_chip(out, s, rows[i].row);
	}
	fprintf(out, "};\n\nconst size_t chips_table_count = %zu;\n", count);
	free(rows);
}

static void put_aliases(FILE *out, struct source *s, const cJSON *list)
{
	const cJSON *row;

	fprintf(out, "\nconst struct chip_alias chip_aliases[] = {\n");
	cJSON_ArrayForEach(row, list)
	{
		s->chip = string(s, row, "hw_code");
		fprintf(out, "\t{\"%s\", 0x%04X},\n", string(s, row, "name"),
			number(s, row, "hw_code"));
	}
	fprintf(out, "};\n\nconst size_t chip_alias_count = %d;\n", cJSON_GetArraySize(list));
}

int main(int argc, char **argv)
{
	struct source s = {.path = ""};
	cJSON *list;
	FILE *out;

	if (argc != 4) {
		fprintf(stderr, "usage: chips_gen CHIPS.JSON ALIASES.JSON OUT.C\n");
		return 2;
	}
	out = fopen(argv[3], "w");
	if (!out) {
		perror(argv[3]);
		return 1;
	}
	list = read_list(&s, argv[1]);
	put_chips(out, &s, list);
	cJSON_Delete(list);
	list = read_list(&s, argv[2]);
	put_aliases(out, &s, list);
	cJSON_Delete(list);
	return fclose(out) == 0 ? 0 : 1;
}
