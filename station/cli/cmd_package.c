/* flashrack package check DIR */
#include <stdio.h>
#include <string.h>

#include "station/cli/cli.h"
#include "station/cli/table.h"
#include "station/store/folder.h"

static const char *sum_name(const struct package_part *part)
{
	switch (part->sum) {
	case PART_SUM_NONE:
		return "none";
	case PART_SUM_GOOD:
		return "good";
	case PART_SUM_BAD:
		return "bad";
	case PART_SUM_MISSING:
		return "missing";
	case PART_SUM_SIGNED:
		return "signed";
	}
	return "unknown";
}

/* "ST-031", or "" for findings that refuse nothing. */
static void code_text(const struct finding *f, char to[16])
{
	to[0] = '\0';
	if (f->station_code)
		snprintf(to, 16, "ST-%03u", f->station_code);
}

static void hex_text(const uint8_t *bytes, size_t n, char *to)
{
	for (size_t i = 0; i < n; i++)
		snprintf(to + 2 * i, 3, "%02x", bytes[i]);
}

static cJSON *json_of_files(const struct package *p)
{
	cJSON *files = cJSON_CreateArray();

	for (size_t i = 0; i < p->file_count; i++) {
		const struct package_file *f = &p->files[i];
		cJSON *o = cJSON_CreateObject();
		char sha256[65];

		hex_text(f->sha256, sizeof f->sha256, sha256);
		cJSON_AddStringToObject(o, "name", f->name);
		json_add_number(o, "bytes", f->bytes.n);
		json_add_number(o, "expanded", f->expanded);
		cJSON_AddBoolToObject(o, "sparse", f->sparse);
		cJSON_AddStringToObject(o, "content", f->content.kind);
		cJSON_AddStringToObject(o, "sha256", sha256);
		cJSON_AddItemToArray(files, o);
	}
	return files;
}

static bool has_string(const cJSON *array, const char *s)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, array)
	{
		if (strcmp(item->valuestring, s) == 0)
			return true;
	}
	return false;
}

static cJSON *json_of_missing(const struct package *p)
{
	cJSON *missing = cJSON_CreateArray();

	for (size_t i = 0; i < p->part_count; i++) {
		const struct package_part *part = &p->parts[i];

		if (part->file == SIZE_MAX && !has_string(missing, part->entry->file))
			cJSON_AddItemToArray(missing, cJSON_CreateString(part->entry->file));
	}
	return missing;
}

static cJSON *json_of_checksums(const struct package *p)
{
	cJSON *o = cJSON_CreateObject();
	cJSON *lists = cJSON_CreateArray();
	cJSON *results = cJSON_CreateArray();

	if (p->checksums_name[0])
		cJSON_AddStringToObject(o, "file", p->checksums_name);
	else
		cJSON_AddNullToObject(o, "file");
	cJSON_AddBoolToObject(o, "enabled", p->has_checksums && p->checksums.enabled);
	for (size_t i = 0; i < p->list_count; i++)
		cJSON_AddItemToArray(lists, cJSON_CreateString(p->lists[i].name));
	cJSON_AddItemToObject(o, "lists", lists);
	for (size_t i = 0; i < p->part_count; i++) {
		const struct package_part *part = &p->parts[i];
		cJSON *r = cJSON_CreateObject();

		cJSON_AddStringToObject(r, "partition", part->entry->name);
		cJSON_AddStringToObject(r, "storage", storage_kind_name(part->section->storage));
		cJSON_AddStringToObject(r, "file", part->entry->file);
		cJSON_AddStringToObject(r, "result", sum_name(part));
		cJSON_AddItemToArray(results, r);
	}
	cJSON_AddItemToObject(o, "results", results);
	return o;
}

static cJSON *json_of_findings(const struct package *p)
{
	cJSON *findings = cJSON_CreateArray();

	for (size_t i = 0; i < p->finding_count; i++) {
		const struct finding *f = &p->findings[i];
		cJSON *o = cJSON_CreateObject();
		char code[16];

		code_text(f, code);
		cJSON_AddStringToObject(o, "level", finding_level_name(f->level));
		cJSON_AddStringToObject(o, "code", code);
		cJSON_AddStringToObject(o, "item", f->item);
		cJSON_AddStringToObject(o, "text", f->text);
		cJSON_AddStringToObject(o, "remedy", f->remedy);
		cJSON_AddItemToArray(findings, o);
	}
	return findings;
}

static cJSON *json_of_package(const struct package *p, const char *path)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "path", path);
	cJSON_AddStringToObject(o, "name", p->name);
	cJSON_AddStringToObject(o, "id", p->id);
	cJSON_AddStringToObject(o, "verdict", p->refused ? "refused" : "good");
	cJSON_AddStringToObject(o, "scatter", p->scatter_name);
	json_add_scatter(o, &p->scatter);
	cJSON_AddItemToObject(o, "files", json_of_files(p));
	cJSON_AddItemToObject(o, "missing_files", json_of_missing(p));
	cJSON_AddItemToObject(o, "checksums", json_of_checksums(p));
	if (p->has_preloader) {
		cJSON *preloader = json_of_preloader(&p->preloader);

		cJSON_AddStringToObject(preloader, "file", p->files[p->preloader_file].name);
		cJSON_AddItemToObject(o, "preloader", preloader);
	} else {
		cJSON_AddNullToObject(o, "preloader");
	}
	if (p->has_da) {
		cJSON *da = json_of_da(&p->da);

		cJSON_AddStringToObject(da, "file", p->da_name);
		cJSON_AddItemToObject(o, "da", da);
	} else {
		cJSON_AddNullToObject(o, "da");
	}
	cJSON_AddItemToObject(o, "findings", json_of_findings(p));
	return o;
}

static void print_images(const struct package *p)
{
	static const char *const heads[] = {"image", "storage", "file",	   "bytes",   "on device",
					    "room",  "form",	"content", "checksum"};
	struct table t;

	table_start(&t, 9, heads, 1u << 3 | 1u << 4 | 1u << 5);
	for (size_t i = 0; i < p->part_count; i++) {
		const struct package_part *part = &p->parts[i];
		const struct package_file *f =
			part->file == SIZE_MAX ? NULL : &p->files[part->file];
		char bytes[24] = "-", expanded[24] = "-", room[24] = "rest";

		if (f) {
			snprintf(bytes, sizeof bytes, "%zu", f->bytes.n);
			snprintf(expanded, sizeof expanded, "%llu",
				 (unsigned long long)f->expanded);
		}
		if (part->entry->size > 0)
			snprintf(room, sizeof room, "%llu", (unsigned long long)part->entry->size);
		table_row(&t, (const char *const[]){part->entry->name,
						    storage_kind_name(part->section->storage),
						    part->entry->file, bytes, expanded, room,
						    !f		? "missing"
						    : f->sparse ? "sparse"
								: "raw",
						    f ? f->content.kind : "-", sum_name(part)});
	}
	table_print(&t);
}

static void print_findings(const struct package *p)
{
	for (size_t i = 0; i < p->finding_count; i++) {
		const struct finding *f = &p->findings[i];
		char code[16];

		code_text(f, code);
		printf("%-8s %s%s%s%s%s; %s\n", finding_level_name(f->level), code,
		       code[0] ? " " : "", f->item, f->item[0] ? ": " : "", f->text, f->remedy);
	}
}

static void print_package(const struct package *p)
{
	printf("package   %s\nid        %s\nscatter   %s\n", p->name, p->id, p->scatter_name);
	print_scatter(&p->scatter);
	putchar('\n');
	print_images(p);
	if (p->has_preloader) {
		printf("\npreloader      %s\n", p->files[p->preloader_file].name);
		print_preloader(&p->preloader);
	}
	if (p->has_da)
		printf("\nagent          %s, %s, %zu entries\n", p->da_name, p->da.identifier,
		       p->da.count);
	if (p->finding_count > 0)
		putchar('\n');
	print_findings(p);
	printf("\nverdict   %s\n", p->refused ? "refused" : "good");
}

static int check(const struct cli_options *o, const struct folder *folder)
{
	struct problem problem;
	struct package p;
	int status;

	if (package_open(&p, folder->name, folder->scatter_name, folder_da(folder), &folder->source,
			 &problem) != 0)
		return cli_fail(folder->scatter_name, &problem);
	if (package_hash(&p, NULL, NULL, &problem) != 0) {
		package_close(&p);
		return cli_fail(o->path, &problem);
	}
	package_check(&p, NULL);
	status = p.refused ? CLI_FAILED : CLI_GOOD;
	if (o->json)
		status = cli_print_json(json_of_package(&p, o->path), status);
	else
		print_package(&p);
	package_close(&p);
	return status;
}

int cmd_package_check(const struct cli_options *o)
{
	struct problem problem;
	struct folder folder;
	int status;

	if (folder_open(&folder, o->path, o->scatter, o->da, &problem) != 0)
		return cli_fail(o->path, &problem);
	status = check(o, &folder);
	folder_close(&folder);
	return status;
}
