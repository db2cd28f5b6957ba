#include "station/store/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "station/config/reader.h"

static cJSON *files_of(const struct manifest *m)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; list && i < m->file_count; i++) {
		cJSON *file = cJSON_CreateObject();

		cJSON_AddStringToObject(file, "name", m->files[i].name);
		cJSON_AddNumberToObject(file, "bytes", (double)m->files[i].bytes);
		cJSON_AddStringToObject(file, "sha256", m->files[i].sha256);
		cJSON_AddItemToArray(list, file);
	}
	return list;
}

char *manifest_print_files(const struct manifest *m)
{
	cJSON *list = files_of(m);
	char *text = cJSON_PrintUnformatted(list);

	cJSON_Delete(list);
	return text;
}

static const char *level_name(enum finding_level level)
{
	switch (level) {
	case FINDING_NOTE:
		return "note";
	case FINDING_WARNING:
		return "warning";
	case FINDING_REFUSAL:
		return "refusal";
	}
	return "";
}

char *manifest_print_findings(const struct package *p)
{
	cJSON *list = cJSON_CreateArray();
	char code[12], *text;

	for (size_t i = 0; i < p->finding_count; i++) {
		const struct finding *f = &p->findings[i];
		cJSON *item = cJSON_CreateObject();

		cJSON_AddStringToObject(item, "level", level_name(f->level));
		snprintf(code, sizeof code, "ST-%03u", f->station_code);
		if (f->station_code)
			cJSON_AddStringToObject(item, "code", code);
		cJSON_AddStringToObject(item, "item", f->item);
		cJSON_AddStringToObject(item, "text", f->text);
		cJSON_AddStringToObject(item, "remedy", f->remedy);
		cJSON_AddItemToArray(list, item);
	}
	text = cJSON_PrintUnformatted(list);
	cJSON_Delete(list);
	return text;
}

char *manifest_print(const struct manifest *m)
{
	cJSON *o = cJSON_CreateObject();
	char *text;

	cJSON_AddStringToObject(o, "id", m->id);
	cJSON_AddStringToObject(o, "name", m->name);
	cJSON_AddStringToObject(o, "platform", m->platform);
	cJSON_AddStringToObject(o, "project", m->project);
	cJSON_AddStringToObject(o, "scatter", m->scatter);
	cJSON_AddStringToObject(o, "da", m->da);
	cJSON_AddStringToObject(o, "source", m->source);
	cJSON_AddNumberToObject(o, "bytes", (double)m->bytes);
	cJSON_AddBoolToObject(o, "refused", m->refused);
	cJSON_AddStringToObject(o, "problem", m->problem);
	cJSON_AddItemToObject(o, "files", files_of(m));
	text = cJSON_Print(o);
	cJSON_Delete(o);
	return text;
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* NOLINTBEGIN(bugprone-macro-parentheses): names of members can not stand in parentheses */
#define TEXT(n, f)                                                                                 \
	{                                                                                          \
		.name = n, .kind = KEY_TEXT, .offset = offsetof(struct manifest, f),               \
		.size = sizeof(((struct manifest *)0)->f), .required = true                        \
	}
/* NOLINTEND(bugprone-macro-parentheses) */
#define BYTES_MAX ((int64_t)1 << 52)

static int read_file_entry(struct reader *r, const cJSON *v, void *target)
{
	struct {
		struct manifest_file file;
		int64_t bytes;
	} entry = {.bytes = 0};
	const struct key keys[] = {
		{.name = "name",
		 .kind = KEY_TEXT,
		 .size = sizeof entry.file.name,
		 .min = 1,
		 .offset = 0,
		 .required = true},
		{.name = "sha256",
		 .kind = KEY_TEXT,
		 .size = sizeof entry.file.sha256,
		 .min = 64,
		 .offset = offsetof(struct manifest_file, sha256),
		 .required = true},
		{.name = "bytes",
		 .kind = KEY_NUMBER,
		 .max = BYTES_MAX,
		 .required = true,
		 .offset = (size_t)((char *)&entry.bytes - (char *)&entry)},
	};
	struct manifest *m = target;
	struct manifest_file *more;

	if (reader_object(r, v, keys, COUNT(keys), &entry) != 0)
		return -1;
	more = realloc(m->files, (m->file_count + 1) * sizeof *more);
	if (!more)
		return reader_refuse(r, "free some memory", "out of memory");
	m->files = more;
	m->files[m->file_count] = entry.file;
	m->files[m->file_count++].bytes = (uint64_t)entry.bytes;
	return 0;
}

int manifest_read(struct manifest *m, const char *file, struct problem *problem)
{
	static const struct key keys[] = {
		TEXT("id", id),
		TEXT("name", name),
		TEXT("platform", platform),
		TEXT("project", project),
		TEXT("scatter", scatter),
		TEXT("da", da),
		TEXT("source", source),
		TEXT("problem", problem),
		{.name = "bytes",
		 .kind = KEY_NUMBER,
		 .offset = offsetof(struct manifest, bytes),
		 .max = BYTES_MAX,
		 .required = true},
		{.name = "refused",
		 .kind = KEY_BOOL,
		 .required = true,
		 .offset = offsetof(struct manifest, refused)},
		{.name = "files", .kind = KEY_LIST, .read = read_file_entry, .required = true},
	};
	struct reader r = {.problem = problem};
	size_t n = 0;
	char *text = reader_load(file, &n, problem);
	cJSON *tree = text ? reader_parse(text, n, problem) : NULL;
	int result = -1;

	memset(m, 0, sizeof *m);
	if (tree)
		result = reader_object(&r, tree, keys, COUNT(keys), m);
	cJSON_Delete(tree);
	free(text);
	if (result != 0)
		manifest_free(m);
	return result;
}

void manifest_free(struct manifest *m)
{
	free(m->files);
	free(m->findings_json);
	memset(m, 0, sizeof *m);
}
