/* flashrack preloader FILE */
#include <stdio.h>
#include <string.h>

#include "station/cli/cli.h"
#include "station/cli/table.h"
#include "station/store/folder.h"

const char *dram_type_name(uint32_t type)
{
	static const char *const names[] = {"unknown", "LPDDR1", "LPDDR2", "LPDDR3",
					    "PC-DDR3", "LPDDR4", "LPDDR4X"};
	uint32_t low = type & 0xFF;

	return low < sizeof names / sizeof names[0] ? names[low] : "unknown";
}

const char *dram_package_name(uint32_t type)
{
	static const char *const names[] = {"discrete", "NAND MCP", "eMMC MCP", "UFS MCP"};
	uint32_t high = type >> 8 & 0xFF;

	return high < sizeof names / sizeof names[0] ? names[high] : "unknown";
}

const char *preloader_hash_name(const struct preloader *p)
{
	switch (p->hash) {
	case PRELOADER_HASH_NONE:
		return "none";
	case PRELOADER_HASH_GOOD:
		return "good";
	case PRELOADER_HASH_BAD:
		return "bad";
	}
	return "unknown";
}

/* eMMC ids are 3 bytes of maker and type, then the product's name: 150100 "Q823MB". */
void emi_id_text(const struct emi_record *r, char to[EMI_ID_TEXT])
{
	size_t text = r->id_length;
	size_t at = 0;

	while (text > 0 && r->id[text - 1] >= 0x20 && r->id[text - 1] < 0x7F)
		text--;
	to[0] = '\0';
	for (size_t i = 0; i < text; i++)
		at += (size_t)snprintf(to + at, EMI_ID_TEXT - at, "%02x", r->id[i]);
	if (text < r->id_length)
		snprintf(to + at, EMI_ID_TEXT - at, "%s\"%.*s\"", text ? " " : "",
			 (int)(r->id_length - text), (const char *)r->id + text);
	if (r->id_length == 0)
		snprintf(to, EMI_ID_TEXT, "any");
}

static cJSON *json_of_record(const struct emi_record *r)
{
	cJSON *o = cJSON_CreateObject();
	char hex[2 * sizeof r->id + 1] = "";
	char id[EMI_ID_TEXT];

	for (size_t i = 0; i < r->id_length; i++)
		snprintf(hex + 2 * i, 3, "%02x", r->id[i]);
	emi_id_text(r, id);
	json_add_hex(o, "type", r->type, 4);
	cJSON_AddStringToObject(o, "dram", dram_type_name(r->type));
	cJSON_AddStringToObject(o, "package", dram_package_name(r->type));
	cJSON_AddStringToObject(o, "id", hex);
	cJSON_AddStringToObject(o, "id_text", id);
	json_add_number(o, "fw_id_length", r->fw_id_length);
	json_add_number(o, "dram_bytes", r->dram_bytes);
	json_add_number(o, "vendor", r->vendor);
	return o;
}

static size_t records_kept(const struct preloader *p)
{
	return p->emi_count < PRELOADER_EMI_MAX ? p->emi_count : PRELOADER_EMI_MAX;
}

static cJSON *json_of_emi(const struct preloader *p)
{
	cJSON *o = cJSON_CreateObject();
	char layout[2] = {p->layout, '\0'};
	cJSON *records;

	json_add_number(o, "version", p->emi_version);
	cJSON_AddStringToObject(o, "name", p->name);
	cJSON_AddStringToObject(o, "layout", layout);
	json_add_number(o, "size", p->emi.n);
	json_add_number(o, "stride", p->emi_stride);
	json_add_number(o, "count", p->emi_count);
	records = cJSON_AddArrayToObject(o, "records");
	for (size_t i = 0; i < records_kept(p); i++)
		cJSON_AddItemToArray(records, json_of_record(&p->records[i]));
	return o;
}

static cJSON *json_of_header(const struct preloader *p)
{
	cJSON *o = cJSON_CreateObject();

	json_add_hex(o, "load_addr", p->load_addr, 8);
	json_add_number(o, "file_len", p->file_len);
	json_add_number(o, "max_size", p->max_size);
	json_add_number(o, "content_offset", p->content_offset);
	json_add_number(o, "jump_offset", p->jump_offset);
	json_add_number(o, "sig_len", p->sig_len);
	json_add_number(o, "sig_type", p->sig_type);
	json_add_number(o, "file_type", p->file_type);
	json_add_number(o, "flash_dev", p->flash_dev);
	cJSON_AddStringToObject(o, "hash", preloader_hash_name(p));
	return o;
}

static cJSON *json_of_chips(const struct preloader *p)
{
	cJSON *chips = cJSON_CreateArray();

	for (const char *const *chip = preloader_chips(p); *chip; chip++)
		cJSON_AddItemToArray(chips, cJSON_CreateString(*chip));
	return chips;
}

cJSON *json_of_preloader(const struct preloader *p)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "platform", p->platform);
	cJSON_AddItemToObject(o, "chips", json_of_chips(p));
	cJSON_AddStringToObject(o, "boot_name", p->boot_name);
	json_add_number(o, "boot_header", p->boot_header);
	if (p->raw.n > 0)
		cJSON_AddItemToObject(o, "header", json_of_header(p));
	else
		cJSON_AddNullToObject(o, "header");
	if (p->emi.n > 0)
		cJSON_AddItemToObject(o, "emi", json_of_emi(p));
	else
		cJSON_AddNullToObject(o, "emi");
	return o;
}

static void print_records(const struct preloader *p)
{
	static const char *const heads[] = {"record", "package", "dram", "MiB", "vendor", "id"};
	struct table t;

	table_start(&t, 6, heads, 1u << 0 | 1u << 3 | 1u << 4);
	for (size_t i = 0; i < records_kept(p); i++) {
		const struct emi_record *r = &p->records[i];
		char number[24], mib[24], vendor[16], id[EMI_ID_TEXT];

		snprintf(number, sizeof number, "%zu", i);
		snprintf(mib, sizeof mib, "%llu", (unsigned long long)(r->dram_bytes >> 20));
		snprintf(vendor, sizeof vendor, "0x%02x", r->vendor);
		emi_id_text(r, id);
		table_row(&t, (const char *const[]){number, dram_package_name(r->type),
						    dram_type_name(r->type), mib, vendor, id});
	}
	table_print(&t);
}

/* The chip, or all that use these DRAM settings where the inner name does not tell which. */
static void print_platform(const struct preloader *p)
{
	const char *const *chip = preloader_chips(p);

	printf("platform       %s", p->platform[0] ? p->platform : *chip ? *chip : "unknown");
	while (!p->platform[0] && *chip && *++chip)
		printf(" or %s", *chip);
	putchar('\n');
}

void print_preloader(const struct preloader *p)
{
	if (p->boot_header)
		printf("boot header    %s, preloader at 0x%zx\n", p->boot_name, p->boot_header);
	if (p->raw.n > 0)
		printf("load address   0x%08x\nlength         0x%x (at most 0x%x)\n"
		       "content        0x%x\nsignature      0x%x bytes, kind %u, hash %s\n",
		       p->load_addr, p->file_len, p->max_size, p->content_offset, p->sig_len,
		       p->sig_type, preloader_hash_name(p));
	if (p->emi.n == 0) {
		puts("DRAM settings  none");
		return;
	}
	printf("name           %s\n", p->name[0] ? p->name : "-");
	print_platform(p);
	printf("DRAM settings  version %02u, layout %c, %zu records of %u bytes, %zu bytes\n\n",
	       p->emi_version, p->layout, p->emi_count, p->emi_stride, p->emi.n);
	print_records(p);
}

int cmd_preloader(const struct cli_options *o)
{
	struct problem problem;
	struct mapped_file file;
	struct preloader p;
	int status = CLI_GOOD;

	if (mapped_file_open(&file, o->path, &problem) != 0)
		return cli_fail(o->path, &problem);
	if (preloader_parse(&p, file.bytes, &problem) != 0) {
		mapped_file_close(&file);
		return cli_fail(o->path, &problem);
	}
	if (o->json) {
		cJSON *json = json_of_preloader(&p);

		cJSON_AddStringToObject(json, "file", o->path);
		status = cli_print_json(json, CLI_GOOD);
	} else {
		print_preloader(&p);
	}
	mapped_file_close(&file);
	return status;
}
