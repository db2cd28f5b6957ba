/* flashrack scatter FILE */
#include <stdio.h>

#include "station/cli/cli.h"
#include "station/cli/table.h"
#include "station/store/folder.h"

/* As the file spells it, so that people and scripts find it again. */
static const char *region_text(const struct scatter_section *sec, const struct scatter_entry *e)
{
	return e->region_text[0] ? e->region_text : storage_region_name(sec->storage, e->region);
}

cJSON *json_of_entry(const struct scatter_section *sec, const struct scatter_entry *e)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "index", e->index);
	cJSON_AddStringToObject(o, "name", e->name);
	if (e->file[0])
		cJSON_AddStringToObject(o, "file", e->file);
	else
		cJSON_AddNullToObject(o, "file");
	cJSON_AddStringToObject(o, "storage", storage_kind_name(sec->storage));
	cJSON_AddStringToObject(o, "region", region_text(sec, e));
	cJSON_AddBoolToObject(o, "from_end", e->from_end);
	if (e->from_end) {
		cJSON_AddNullToObject(o, "start");
		json_add_number(o, "blocks_from_end", e->blocks_from_end);
	} else {
		json_add_number(o, "start", e->start);
	}
	json_add_number(o, "size", e->size);
	cJSON_AddBoolToObject(o, "to_end", e->to_end);
	cJSON_AddBoolToObject(o, "is_download", e->is_download);
	cJSON_AddBoolToObject(o, "is_reserved", e->is_reserved);
	cJSON_AddStringToObject(o, "operation_type", scatter_operation_name(e->operation));
	cJSON_AddStringToObject(o, "type", e->type);
	json_add_hex(o, "linear_start_addr", e->linear, 0);
	json_add_hex(o, "physical_start_addr", e->physical, 0);
	cJSON_AddBoolToObject(o, "identity", scatter_is_identity(e->name));
	return o;
}

static cJSON *json_of_section(const struct scatter_section *sec)
{
	cJSON *o = cJSON_CreateObject();
	size_t downloads = 0;

	for (size_t i = 0; i < sec->count; i++)
		downloads += sec->entries[i].is_download;
	cJSON_AddStringToObject(o, "storage", storage_kind_name(sec->storage));
	cJSON_AddStringToObject(o, "boot_channel", sec->boot_channel);
	json_add_number(o, "block_size", sec->block_size);
	json_add_number(o, "user_base", sec->user_base);
	json_add_number(o, "partition_count", sec->count);
	json_add_number(o, "download_count", downloads);
	return o;
}

void json_add_scatter(cJSON *to, const struct scatter *s)
{
	cJSON *storages, *sections, *partitions, *warnings;

	cJSON_AddStringToObject(to, "form", scatter_form_name(s->form));
	cJSON_AddStringToObject(to, "config_version", s->config_version);
	cJSON_AddStringToObject(to, "platform", s->platform);
	cJSON_AddStringToObject(to, "project", s->project);
	cJSON_AddStringToObject(to, "storage", storage_kind_name(s->sections[0].storage));
	storages = cJSON_AddArrayToObject(to, "storages");
	sections = cJSON_AddArrayToObject(to, "sections");
	partitions = cJSON_AddArrayToObject(to, "partitions");
	for (size_t i = 0; i < s->section_count; i++) {
		const struct scatter_section *sec = &s->sections[i];

		cJSON_AddItemToArray(storages, cJSON_CreateString(storage_kind_name(sec->storage)));
		cJSON_AddItemToArray(sections, json_of_section(sec));
		for (size_t k = 0; k < sec->count; k++)
			cJSON_AddItemToArray(partitions, json_of_entry(sec, &sec->entries[k]));
	}
	warnings = cJSON_AddArrayToObject(to, "warnings");
	for (size_t i = 0; i < s->warning_count; i++)
		cJSON_AddItemToArray(warnings, cJSON_CreateString(s->warnings[i]));
}

static void start_text(const struct scatter_entry *e, char to[32])
{
	if (!e->from_end)
		snprintf(to, 32, "0x%llx", (unsigned long long)e->start);
	else if (e->blocks_from_end == 0)
		snprintf(to, 32, "end - size");
	else
		snprintf(to, 32, "end - %u blocks", e->blocks_from_end);
}

static void size_text(const struct scatter_entry *e, char to[32])
{
	if (e->size == 0 && e->to_end)
		snprintf(to, 32, "rest");
	else
		snprintf(to, 32, "0x%llx%s", (unsigned long long)e->size, e->to_end ? "+" : "");
}

void print_partitions(const struct scatter_section *sec)
{
	static const char *const heads[] = {"partition", "region",    "start", "size",
					    "download",	 "operation", "file"};
	struct table t;
	char start[32], size[32];

	table_start(&t, 7, heads, 1u << 2 | 1u << 3);
	for (size_t i = 0; i < sec->count; i++) {
		const struct scatter_entry *e = &sec->entries[i];

		start_text(e, start);
		size_text(e, size);
		table_row(&t, (const char *const[]){e->name, region_text(sec, e), start, size,
						    e->is_download ? "yes" : "-",
						    scatter_operation_name(e->operation),
						    e->file[0] ? e->file : "-"});
	}
	table_print(&t);
}

void print_scatter(const struct scatter *s)
{
	printf("platform  %s\nproject   %s\nform      %s%s%s\n",
	       s->platform[0] ? s->platform : "unknown", s->project[0] ? s->project : "-",
	       scatter_form_name(s->form), s->config_version[0] ? ", " : "", s->config_version);
	for (size_t i = 0; i < s->section_count; i++) {
		const struct scatter_section *sec = &s->sections[i];

		printf("\nstorage   %s, %zu partitions, blocks of 0x%llx bytes\n\n",
		       storage_kind_name(sec->storage), sec->count,
		       (unsigned long long)sec->block_size);
		print_partitions(sec);
	}
}

static void print_warnings(const struct scatter *s)
{
	if (s->warning_count > 0)
		putchar('\n');
	for (size_t i = 0; i < s->warning_count; i++)
		printf("warning   %s\n", s->warnings[i]);
}

int cmd_scatter(const struct cli_options *o)
{
	struct problem problem;
	struct mapped_file file;
	struct scatter s;
	int status = CLI_GOOD;

	if (mapped_file_open(&file, o->path, &problem) != 0)
		return cli_fail(o->path, &problem);
	if (scatter_parse(&s, file.bytes, o->path, &problem) != 0) {
		mapped_file_close(&file);
		return cli_fail(o->path, &problem);
	}
	if (o->json) {
		cJSON *json = cJSON_CreateObject();

		cJSON_AddStringToObject(json, "file", o->path);
		json_add_scatter(json, &s);
		status = cli_print_json(json, CLI_GOOD);
	} else {
		print_scatter(&s);
		print_warnings(&s);
	}
	scatter_free(&s);
	mapped_file_close(&file);
	return status;
}
