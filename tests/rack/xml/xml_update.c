/*
 * FLASH-UPDATE: a firmware upgrade that may move partitions (da-xml.md section 6). Its stages are
 * kept in a record on the host's disk, so that a broken run goes on where it stood.
 *
 *   0  nothing done; protected parts that move go to the host
 *   1  they are safe there: write the new tables, bring them back
 *   2  they are in their new places: erase and write all others
 *   3  done: the folder goes
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tests/rack/xml/xml_agent.h"
#include "tests/rack/xml/xml_plan.h"
#include "tests/rack/xml/xml_record.h"

enum { SCATTER_BYTES_MAX = 0x100000 };
enum { SAME = 0, MOVED = 1, RESIZED = 2 };
enum { STAGE_BEGUN, STAGE_SAVED, STAGE_RESTORED };

/* Room for a folder, a separator and a name. */
struct path {
	char text[512];
};

static struct path in_folder(const struct xml_plan *plan, const char *name)
{
	struct path p;

	snprintf(p.text, sizeof p.text, "%s%c%s", plan->folder, plan->separator, name);
	return p;
}

/* ---- the record ---- */

static void store_record(struct device *d, uint32_t stage, xml_step *next)
{
	struct xml_plan *plan = d->xml->plan;
	struct path path = in_folder(plan, "record_history.bin");
	uint8_t bytes[XML_RECORD_BYTES];

	plan->record.stage = stage;
	xml_record_put(&plan->record, bytes);
	xml_push_bytes(d, "record-file", path.text, bytes, sizeof bytes, next);
}

static bool is_protected(const struct xml_plan *plan, const char *name)
{
	const struct scatter_entry *e = scatter_find(plan->section, name);

	return e && (e->operation == SCATTER_OP_PROTECTED || e->operation == SCATTER_OP_BINREGION);
}

static uint32_t compare(const struct gpt_entry *found, const struct gpt_entry *wanted)
{
	if (found->size != wanted->size)
		return RESIZED;
	return found->start == wanted->start ? SAME : MOVED;
}

/* The protected parts that the device has, and what becomes of them. */
static void make_record(struct xml_plan *plan)
{
	struct xml_record *r = &plan->record;

	memset(r, 0, sizeof *r);
	r->gpt_changed = plan->empty || !xml_plan_same_layout(plan);
	r->changed = plan->empty ? 2 : 0;
	for (size_t i = 0; i < plan->wanted.count && r->count < XML_RECORD_PARTS; i++) {
		const struct gpt_entry *wanted = &plan->wanted.entries[i];
		const struct gpt_entry *found =
			plan->empty ? NULL : gpt_find(&plan->found, wanted->name);

		if (!found || !is_protected(plan, wanted->name))
			continue;
		snprintf(r->parts[r->count].name, sizeof r->parts[0].name, "%.63s", wanted->name);
		r->parts[r->count].state = compare(found, wanted);
		if (r->parts[r->count].state != SAME && !r->changed)
			r->changed = 1;
		r->count++;
	}
}

static const char *resized(const struct xml_record *r)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->parts[i].state == RESIZED)
			return r->parts[i].name;
	}
	return NULL;
}

/* The next part that moves, from plan->part on; NULL: there is no more. */
static const char *next_moved(struct xml_plan *plan)
{
	while (plan->part < plan->record.count) {
		if (plan->record.parts[plan->part].state == MOVED)
			return plan->record.parts[plan->part].name;
		plan->part++;
	}
	return NULL;
}

/* ---- stage 3 ---- */

static void folder_removed(struct device *d, const char *line)
{
	(void)line;
	xml_ok(d);
}

static void clean_up(struct device *d)
{
	xml_ask_file(d, "REMOVE-ALL", d->xml->plan->folder, folder_removed);
}

/* ---- stage 2: all others ---- */

static void next_other(struct device *d);

static void others_erased(struct device *d)
{
	next_other(d);
}

static bool untouched(const struct xml_plan *plan, const char *name)
{
	const struct scatter_entry *e = scatter_find(plan->section, name);

	return is_protected(plan, name) || (e && e->operation == SCATTER_OP_RESERVED);
}

/* Boot regions have no entry in the table: their images come last. */
static void next_boot_image(struct device *d)
{
	struct xml_agent *x = d->xml;
	struct xml_plan *plan = x->plan;

	for (; plan->next < plan->count; plan->next++) {
		const struct xml_image *image = &plan->images[plan->next];

		if (strncasecmp(image->partition, "preloader", 9) != 0)
			continue;
		plan->next++;
		if (!xml_find_partition(d, image->partition))
			return;
		snprintf(x->token, sizeof x->token, "%s", image->token);
		snprintf(x->info, sizeof x->info, "%s", x->target.name);
		xml_write_partition(d, next_boot_image);
		return;
	}
	clean_up(d);
}

static void next_other(struct device *d)
{
	struct xml_agent *x = d->xml;
	struct xml_plan *plan = x->plan;
	const struct xml_image *image;
	const char *name;

	while (plan->entry < plan->wanted.count &&
	       untouched(plan, plan->wanted.entries[plan->entry].name))
		plan->entry++;
	if (plan->entry == plan->wanted.count) {
		plan->next = 0;
		next_boot_image(d);
		return;
	}
	name = plan->wanted.entries[plan->entry++].name;
	image = xml_plan_image_for(plan, name);
	if (!xml_find_partition(d, name))
		return;
	if (!image) {
		xml_report_erase(d, x->target.name, 0, x->target.size, others_erased);
		return;
	}
	snprintf(x->token, sizeof x->token, "%s", image->token);
	snprintf(x->info, sizeof x->info, "%s", x->target.name);
	x->pre_erase = true;
	xml_write_partition(d, next_other);
}

static void write_others(struct device *d)
{
	d->xml->plan->entry = 0;
	next_other(d);
}

/* ---- stage 1: new tables, protected parts back ---- */

static void bring_back(struct device *d);

static void brought_back(struct device *d)
{
	struct xml_plan *plan = d->xml->plan;

	if (d->xml->transfer.sum != plan->record.parts[plan->part].sum) {
		xml_fail(d, "[%s] is not what was saved.", plan->record.parts[plan->part].name);
		return;
	}
	plan->part++;
	bring_back(d);
}

static void pull_back(struct device *d)
{
	struct xml_plan *plan = d->xml->plan;
	struct path path = in_folder(plan, plan->record.parts[plan->part].name);

	xml_pull_image(d, d->xml->target.name, path.text, false, brought_back);
}

static void bring_back(struct device *d)
{
	const char *name = next_moved(d->xml->plan);

	if (!name)
		store_record(d, STAGE_RESTORED, write_others);
	else if (xml_find_partition(d, name))
		xml_report_erase(d, d->xml->target.name, 0, d->xml->target.size, pull_back);
}

static void tables_written(struct device *d)
{
	d->xml->plan->part = 0;
	bring_back(d);
}

static void write_tables(struct device *d)
{
	if (d->xml->plan->record.gpt_changed)
		xml_plan_write_tables(d, tables_written);
	else
		tables_written(d);
}

/* ---- stage 0: protected parts to the host ---- */

static void save_next(struct device *d);

static void saved(struct device *d)
{
	struct xml_plan *plan = d->xml->plan;

	plan->record.parts[plan->part++].sum = d->xml->transfer.sum;
	save_next(d);
}

static void save_next(struct device *d)
{
	struct xml_plan *plan = d->xml->plan;
	const char *name = next_moved(plan);
	const struct agent_target *t = &d->xml->target;
	struct path path;

	if (!name) {
		store_record(d, STAGE_SAVED, write_tables);
		return;
	}
	if (!xml_find_partition(d, name))
		return;
	path = in_folder(plan, name);
	xml_push_region(d, t->name, path.text, t->region, t->start, t->size, saved);
}

static void begin_saving(struct device *d)
{
	d->xml->plan->part = 0;
	save_next(d);
}

static void folder_made(struct device *d, const char *line)
{
	struct xml_plan *plan = d->xml->plan;

	(void)line;
	plan->part = 0;
	if (next_moved(plan))
		store_record(d, STAGE_BEGUN, begin_saving);
	else
		write_tables(d);
}

static void begin(struct device *d)
{
	struct xml_plan *plan = d->xml->plan;

	make_record(plan);
	if (plan->empty)
		xml_fail(d, "The device is empty. Format all first.");
	else if (resized(&plan->record))
		xml_fail(d, "Size of protected partition [%s] was changed.",
			 resized(&plan->record));
	else
		xml_ask_file(d, "MKDIR", plan->folder, folder_made);
}

/* ---- the opening ---- */

static void record_received(struct device *d)
{
	struct xml_plan *plan = d->xml->plan;
	struct xml_record record;

	if (!xml_record_get(&record, d->xml->file, d->xml->file_n)) {
		xml_fail(d, "The update record is damaged.");
		return;
	}
	plan->record = record;
	device_log(d, "--", "  goes on from stage %u", record.stage);
	if (record.stage == STAGE_BEGUN)
		begin(d);
	else if (record.stage == STAGE_SAVED)
		write_tables(d);
	else if (record.stage == STAGE_RESTORED)
		write_others(d);
	else
		clean_up(d);
}

static void got_exists(struct device *d, const char *line)
{
	struct path path = in_folder(d->xml->plan, "record_history.bin");

	if (!strcmp(line, "OK@EXISTS"))
		xml_pull_file(d, "FW-RECORD", path.text, XML_RECORD_BYTES, record_received);
	else
		begin(d);
}

static void scatter_received(struct device *d)
{
	struct xml_plan *plan = d->xml->plan;
	struct path path = in_folder(plan, "record_history.bin");

	if (!xml_plan_read_scatter(d))
		return;
	xml_plan_list_images(d, xml_optional(d, "da/arg/source_file"));
	xml_ask_file(d, "EXISTS", path.text, got_exists);
}

void xml_flash_update(struct device *d)
{
	const char *token = xml_need(d, "da/arg/source_file"), *folder;
	struct xml_plan *plan;
	struct xml_text id;
	char buffer[64], separator;

	if (!token || !(folder = xml_need(d, "da/arg/backup_folder")) ||
	    !xml_plan_separator(d, token, &separator) || !xml_plan_new(d))
		return;
	plan = d->xml->plan;
	plan->separator = separator;
	xml_text_init(&id, buffer, sizeof buffer);
	xml_text_hex(&id, d->id.hrid, sizeof d->id.hrid);
	snprintf(plan->folder, sizeof plan->folder, "%.200s%s%s", folder,
		 folder[0] && folder[strlen(folder) - 1] == separator ? "" : (char[]){separator, 0},
		 id.bytes);
	xml_pull_file(d, "scatter-file", token, SCATTER_BYTES_MAX, scatter_received);
}
