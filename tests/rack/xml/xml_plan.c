#include "tests/rack/xml/xml_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/rack/layout.h"
#include "tests/rack/xml/xml_agent.h"

enum { SCATTER_BYTES_MAX = 0x100000 };

/* ---- making a plan ---- */

bool xml_plan_new(struct device *d)
{
	xml_plan_free(d->xml);
	d->xml->plan = calloc(1, sizeof *d->xml->plan);
	if (!d->xml->plan)
		agent_halt(d, "no memory on this machine");
	return d->xml->plan;
}

void xml_plan_free(struct xml_agent *x)
{
	if (!x->plan)
		return;
	scatter_free(&x->plan->scatter);
	free(x->plan);
	x->plan = NULL;
}

bool xml_plan_read_scatter(struct device *d)
{
	struct xml_plan *plan = d->xml->plan;
	struct storage_sizes sizes = flash_sizes(&d->flash);
	struct slice text = {d->xml->file, d->xml->file_n};
	struct problem problem = {0};

	if (scatter_parse(&plan->scatter, text, NULL, &problem) ||
	    layout_table(&plan->wanted, &plan->scatter, &sizes, d->config->seed, &problem)) {
		device_log(d, "--", "  the scatter file: %s", problem.why);
		xml_fail(d, "GPT layout change. FW upgrade or Format all first.");
		return false;
	}
	plan->section = scatter_section_for(&plan->scatter, d->flash.kind);
	plan->empty = !xml_read_table(d, &plan->found);
	return true;
}

/* Where the layout draws to the end of the flash, the size is the device's own matter. */
static bool same_place(const struct xml_plan *plan, const struct gpt_entry *wanted)
{
	const struct gpt_entry *found = gpt_find(&plan->found, wanted->name);
	const struct scatter_entry *e = scatter_find(plan->section, wanted->name);

	if (!found)
		return false;
	if (e && e->from_end)
		return true;
	return found->start == wanted->start && (found->size == wanted->size || (e && e->to_end));
}

bool xml_plan_same_layout(const struct xml_plan *plan)
{
	if (plan->empty || plan->found.count != plan->wanted.count)
		return false;
	for (size_t i = 0; i < plan->wanted.count; i++) {
		if (!same_place(plan, &plan->wanted.entries[i]))
			return false;
	}
	return true;
}

static void add_image(struct xml_plan *plan, const char *partition, const char *folder,
		      size_t folder_n, const char *file)
{
	struct xml_image *image = &plan->images[plan->count];

	if (plan->count == SCATTER_ENTRIES_MAX)
		return;
	snprintf(image->partition, sizeof image->partition, "%s", partition);
	snprintf(image->token, sizeof image->token, "%.*s%s", (int)folder_n, folder, file);
	plan->count++;
}

static void list_from_command(struct device *d)
{
	static const char path[] = "da/arg/flash_list/pt";
	const struct xml_doc *doc = &d->xml->command;

	for (size_t i = xml_doc_find(doc, path, 0); i < doc->count;
	     i = xml_doc_find(doc, path, i + 1)) {
		const char *name = xml_doc_attribute(&doc->nodes[i], "name");

		if (name)
			add_image(d->xml->plan, name, "", 0, doc->nodes[i].text);
	}
}

static void list_from_scatter(struct device *d, const char *scatter_token, char separator)
{
	struct xml_plan *plan = d->xml->plan;
	const char *end = strrchr(scatter_token, separator);

	for (size_t i = 0; plan->section && i < plan->section->count; i++) {
		const struct scatter_entry *e = &plan->section->entries[i];

		if (e->is_download && e->file[0])
			add_image(plan, e->name, scatter_token,
				  end ? (size_t)(end + 1 - scatter_token) : 0, e->file);
	}
}

void xml_plan_list_images(struct device *d, const char *scatter_token)
{
	struct xml_plan *plan = d->xml->plan;

	plan->count = 0;
	if (plan->separator && d->xml->major == 1)
		list_from_scatter(d, scatter_token, plan->separator);
	else
		list_from_command(d);
}

const struct xml_image *xml_plan_image_for(const struct xml_plan *plan, const char *partition)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (!strcasecmp(plan->images[i].partition, partition))
			return &plan->images[i];
	}
	return NULL;
}

bool xml_plan_separator(struct device *d, const char *scatter_token, char *separator)
{
	const char *text = xml_need(d, "da/arg/path_separator");

	if (!text)
		return false;
	if (text[0] && !text[1] && strchr(scatter_token, text[0])) {
		*separator = text[0];
		return true;
	}
	xml_fail(d, "Unknow path separator.");
	return false;
}

/* ---- the tables ---- */

static void tables_erased(struct device *d)
{
	struct xml_agent *x = d->xml;
	struct problem problem = {0};

	if (layout_write_table(&d->flash, &x->plan->wanted, &problem)) {
		device_log(d, "--", "  %s", problem.why);
		xml_fail_storage(d);
		return;
	}
	x->written(d);
}

static void erase_backup(struct device *d)
{
	if (xml_find_partition(d, "SGPT"))
		xml_report_erase(d, "SGPT", 0, d->xml->target.size, tables_erased);
}

void xml_plan_write_tables(struct device *d, xml_step *next)
{
	d->xml->written = next;
	if (xml_find_partition(d, "PGPT"))
		xml_report_erase(d, "PGPT", 0, d->xml->target.size, erase_backup);
}

/* ---- WRITE-PARTITIONS and FLASH-ALL ---- */

static void next_image(struct device *d)
{
	struct xml_agent *x = d->xml;
	struct xml_plan *plan = x->plan;
	const struct xml_image *image = &plan->images[plan->next];

	if (plan->next == plan->count) {
		xml_ok(d);
		return;
	}
	plan->next++;
	if (!xml_find_partition(d, image->partition))
		return;
	snprintf(x->token, sizeof x->token, "%s", image->token);
	snprintf(x->info, sizeof x->info, "%s [%zu/%zu]", x->target.name, plan->next, plan->count);
	x->pre_erase = true;
	xml_write_partition(d, next_image);
}

static void scatter_received(struct device *d)
{
	struct xml_plan *plan = d->xml->plan;
	const char *token = xml_optional(d, "da/arg/source_file");

	if (!xml_plan_read_scatter(d))
		return;
	xml_plan_list_images(d, token);
	if (plan->empty)
		xml_plan_write_tables(d, next_image);
	else if (xml_plan_same_layout(plan))
		next_image(d);
	else
		xml_fail(d, "GPT layout change. FW upgrade or Format all first.");
}

void xml_write_partitions(struct device *d)
{
	const char *token = xml_need(d, "da/arg/source_file");

	if (token && xml_plan_new(d))
		xml_pull_file(d, "scatter-file", token, SCATTER_BYTES_MAX, scatter_received);
}

void xml_flash_all(struct device *d)
{
	const char *token = xml_need(d, "da/arg/source_file");
	char separator;

	if (!token || !xml_plan_separator(d, token, &separator) || !xml_plan_new(d))
		return;
	d->xml->plan->separator = separator;
	xml_pull_file(d, "scatter-file", token, SCATTER_BYTES_MAX, scatter_received);
}
