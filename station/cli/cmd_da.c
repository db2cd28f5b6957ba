/* flashrack da FILE */
#include <stdio.h>

#include "engine/chips/chips.h"
#include "station/cli/cli.h"
#include "station/cli/table.h"
#include "station/store/folder.h"

/* First chip that looks up this entry: "MT6765", or "". */
static const char *chip_of(const struct da_entry *e)
{
	for (size_t i = 0; i < chip_count(); i++) {
		if (chip_at(i)->da_code == e->hw_code)
			return chip_at(i)->names[0];
	}
	return "";
}

static cJSON *json_of_region(const struct da_region *r)
{
	cJSON *o = cJSON_CreateObject();

	json_add_number(o, "offset", r->offset);
	json_add_number(o, "length", r->len);
	json_add_hex(o, "address", r->start_addr, 8);
	json_add_number(o, "signature_offset", r->sig_offset);
	json_add_number(o, "signature_length", r->sig_len);
	return o;
}

static cJSON *json_of_da_entry(const struct da_file *d, const struct da_entry *e)
{
	cJSON *o = cJSON_CreateObject();
	cJSON *regions;
	struct da_region da1, da2;
	struct problem ignored;

	json_add_hex(o, "hw_code", e->hw_code, 4);
	json_add_hex(o, "hw_sub_code", e->hw_sub_code, 4);
	json_add_hex(o, "hw_version", e->hw_version, 4);
	json_add_hex(o, "sw_version", e->sw_version, 4);
	json_add_hex(o, "feature", e->feature, 8);
	cJSON_AddStringToObject(o, "chip", chip_of(e));
	json_add_number(o, "entry_region_index", e->entry_region_index);
	regions = cJSON_AddArrayToObject(o, "regions");
	for (unsigned i = 0; i < e->region_count; i++)
		cJSON_AddItemToArray(regions, json_of_region(&e->regions[i]));
	if (da_entry_stages(d, e, &da1, &da2, &ignored)) {
		cJSON_AddItemToObject(o, "da1", json_of_region(&da1));
		cJSON_AddItemToObject(o, "da2", json_of_region(&da2));
	} else {
		cJSON_AddNullToObject(o, "da1");
		cJSON_AddNullToObject(o, "da2");
	}
	return o;
}

cJSON *json_of_da(const struct da_file *d)
{
	cJSON *o = cJSON_CreateObject();
	cJSON *entries;

	cJSON_AddStringToObject(o, "identifier", d->identifier);
	json_add_number(o, "info_ver", d->info_ver);
	cJSON_AddBoolToObject(o, "v6", d->v6);
	json_add_number(o, "size", d->bytes.n);
	json_add_number(o, "entry_count", d->count);
	entries = cJSON_AddArrayToObject(o, "entries");
	for (size_t i = 0; i < d->count; i++)
		cJSON_AddItemToArray(entries, json_of_da_entry(d, &d->entries[i]));
	return o;
}

/* "0x200000 +0x1f340 sig 0x100" */
static void stage_text(const struct da_region *r, char to[64])
{
	snprintf(to, 64, "0x%08x +0x%x sig 0x%x", r->start_addr, r->len, r->sig_len);
}

void print_da(const struct da_file *d)
{
	static const char *const heads[] = {"code",    "chip",		"hw ver",	"sw ver",
					    "regions", "da1 at +bytes", "da2 at +bytes"};
	struct table t;

	printf("identifier  %s\ncontainer   version %u%s, %zu entries, %zu bytes\n\n",
	       d->identifier, d->info_ver, d->v6 ? " (V6, XML protocol)" : "", d->count,
	       d->bytes.n);
	table_start(&t, 7, heads, 1u << 4);
	for (size_t i = 0; i < d->count; i++) {
		const struct da_entry *e = &d->entries[i];
		char code[16], hw[16], sw[16], regions[16];
		char one[64] = "-";
		char two[64] = "-";
		struct da_region da1, da2;
		struct problem ignored;

		snprintf(code, sizeof code, "0x%04x", e->hw_code);
		snprintf(hw, sizeof hw, "0x%04x", e->hw_version);
		snprintf(sw, sizeof sw, "0x%04x", e->sw_version);
		snprintf(regions, sizeof regions, "%u", e->region_count);
		if (da_entry_stages(d, e, &da1, &da2, &ignored)) {
			stage_text(&da1, one);
			stage_text(&da2, two);
		}
		table_row(&t, (const char *const[]){code, chip_of(e), hw, sw, regions, one, two});
	}
	table_print(&t);
}

int cmd_da(const struct cli_options *o)
{
	struct problem problem;
	struct mapped_file file;
	struct da_file d;
	int status = CLI_GOOD;

	if (mapped_file_open(&file, o->path, &problem) != 0)
		return cli_fail(o->path, &problem);
	if (da_file_parse(&d, file.bytes, &problem) != 0) {
		mapped_file_close(&file);
		return cli_fail(o->path, &problem);
	}
	if (o->json) {
		cJSON *json = json_of_da(&d);

		cJSON_AddStringToObject(json, "file", o->path);
		status = cli_print_json(json, CLI_GOOD);
	} else {
		print_da(&d);
	}
	da_file_free(&d);
	mapped_file_close(&file);
	return status;
}
