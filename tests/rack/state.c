#include "tests/rack/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>

#include "tests/rack/nand.h"

static void add_hex(cJSON *to, const char *key, const uint8_t *bytes, size_t n)
{
	char text[2 * 64 + 1];

	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	cJSON_AddStringToObject(to, key, text);
}

static void add_regions(cJSON *json, const struct device *d)
{
	cJSON *regions = cJSON_AddObjectToObject(json, "regions");

	for (int i = 0; i < REGION_COUNT; i++) {
		const struct flash_region *r = &d->flash.regions[i];
		char key[16];
		cJSON *region;

		if (r->fd < 0)
			continue;
		snprintf(key, sizeof key, "%s",
			 flash_file_name(d->flash.kind, (enum storage_region)i));
		*strchr(key, '.') = '\0';
		region = cJSON_AddObjectToObject(regions, key);
		cJSON_AddNumberToObject(region, "bytes", (double)r->bytes);
		cJSON_AddNumberToObject(region, "bytes_written", (double)r->written);
		cJSON_AddNumberToObject(region, "bytes_erased", (double)r->erased);
	}
}

static const char *storage_word(enum storage_kind kind)
{
	return kind == STORAGE_UFS ? "ufs" : kind == STORAGE_NAND ? "nand" : "emmc";
}

static void add_numbers(cJSON *to, const char *key, const uint32_t *numbers, unsigned n)
{
	cJSON *array = cJSON_AddArrayToObject(to, key);

	for (unsigned i = 0; i < n; i++)
		cJSON_AddItemToArray(array, cJSON_CreateNumber(numbers[i]));
}

static void add_nand(cJSON *json, const struct flash *flash)
{
	const struct flash_nand *n = &flash->nand;
	cJSON *nand, *map;

	if (flash->kind != STORAGE_NAND)
		return;
	nand = cJSON_AddObjectToObject(json, "nand");
	cJSON_AddNumberToObject(nand, "page", n->page);
	cJSON_AddNumberToObject(nand, "spare", n->spare);
	cJSON_AddNumberToObject(nand, "pages_per_block", n->pages_per_block);
	cJSON_AddNumberToObject(nand, "bmt_blocks", n->bmt_blocks);
	add_numbers(nand, "bad", n->bad, n->bad_count);
	map = cJSON_AddArrayToObject(nand, "map");
	for (unsigned i = 0; i < n->bad_count; i++) {
		uint32_t pair[2] = {n->bad[i], flash_nand_place(flash, n->bad[i])};
		cJSON *item = cJSON_CreateArray();

		if ((uint64_t)pair[0] * flash_nand_block_bytes(flash) >=
			    flash_nand_logical_bytes(flash) ||
		    pair[1] == NAND_NO_BLOCK) {
			cJSON_Delete(item);
			continue; /* nobody needs, or nothing gives, a replacement */
		}
		for (int k = 0; k < 2; k++)
			cJSON_AddItemToArray(item, cJSON_CreateNumber(pair[k]));
		cJSON_AddItemToArray(map, item);
	}
}

static cJSON *to_json(const struct device *d)
{
	const struct rack_config *c = d->config;
	bool provisioned = c->identity == IDENTITY_PROVISIONED;
	cJSON *json = cJSON_CreateObject(), *imei, *boot;
	char code[8];

	snprintf(code, sizeof code, "0x%04x", c->chip->hw_code);
	cJSON_AddStringToObject(json, "chip", c->chip_name);
	cJSON_AddStringToObject(json, "hw_code", code);
	add_hex(json, "me_id", d->id.me_id, sizeof d->id.me_id);
	add_hex(json, "soc_id", d->id.soc_id, sizeof d->id.soc_id);
	cJSON_AddStringToObject(json, "serial", d->id.serial);
	imei = cJSON_AddArrayToObject(json, "imei");
	for (int i = 0; i < 2; i++)
		cJSON_AddItemToArray(imei, cJSON_CreateString(d->id.imei[i]));
	cJSON_AddStringToObject(json, "identity", provisioned ? "provisioned" : "blank");
	cJSON_AddStringToObject(json, "storage", storage_word(d->flash.kind));
	add_nand(json, &d->flash);
	add_regions(json, d);
	cJSON_AddStringToObject(json, "stage", stage_name(d->stage));
	cJSON_AddBoolToObject(json, "present", d->present);
	cJSON_AddNumberToObject(json, "power_ups", d->boots);
	boot = cJSON_AddObjectToObject(json, "last_boot");
	cJSON_AddStringToObject(boot, "result", d->last_boot);
	cJSON_AddStringToObject(boot, "reason", d->last_boot_reason);
	cJSON_AddBoolToObject(json, "zeroization_tried", d->zeroization_tried);
	return json;
}

void state_save(struct device *d)
{
	char path[600], temporary[620];
	cJSON *json;
	char *text;
	FILE *f;

	if (!d->dir[0])
		return;
	snprintf(path, sizeof path, "%s/device.json", d->dir);
	snprintf(temporary, sizeof temporary, "%s.new", path);
	json = to_json(d);
	text = cJSON_Print(json);
	cJSON_Delete(json);
	f = fopen(temporary, "we");
	if (!f || !text || fputs(text, f) < 0 || putc('\n', f) < 0) {
		fprintf(stderr, "flashrack-rack: device.json, %s: %s; make room there\n", path,
			strerror(errno));
	}
	free(text);
	if (f && !fclose(f))
		rename(temporary, path);
	d->flash.dirty = false;
}

/* ---- taking over an earlier state ---- */

static bool take_hex(const cJSON *json, const char *key, uint8_t *to, size_t n)
{
	const cJSON *item = cJSON_GetObjectItem(json, key);
	unsigned byte;

	if (!cJSON_IsString(item) || strlen(item->valuestring) != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (sscanf(item->valuestring + 2 * i, "%2x", &byte) != 1)
			return false;
		to[i] = (uint8_t)byte;
	}
	return true;
}

static bool take_text(const cJSON *item, char *to, size_t room)
{
	if (!cJSON_IsString(item) || strlen(item->valuestring) >= room)
		return false;
	snprintf(to, room, "%s", item->valuestring);
	return true;
}

static void take_counters(const cJSON *json, struct device *d)
{
	const cJSON *regions = cJSON_GetObjectItem(json, "regions");

	for (int i = 0; i < REGION_COUNT; i++) {
		const char *file = flash_file_name(d->flash.kind, (enum storage_region)i);
		const cJSON *region;
		char key[16];

		if (!file)
			continue;
		snprintf(key, sizeof key, "%s", file);
		*strchr(key, '.') = '\0';
		region = cJSON_GetObjectItem(regions, key);
		if (!cJSON_IsNumber(cJSON_GetObjectItem(region, "bytes_written")) ||
		    !cJSON_IsNumber(cJSON_GetObjectItem(region, "bytes_erased")))
			continue;
		d->flash.regions[i].written = (uint64_t)cJSON_GetNumberValue(
			cJSON_GetObjectItem(region, "bytes_written"));
		d->flash.regions[i].erased =
			(uint64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(region, "bytes_erased"));
	}
}

static bool same_bad_blocks(const cJSON *json, const struct flash *flash)
{
	const cJSON *bad = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "nand"), "bad");

	if (cJSON_GetArraySize(bad) != (int)flash->nand.bad_count)
		return false;
	for (unsigned i = 0; i < flash->nand.bad_count; i++) {
		if (cJSON_GetNumberValue(cJSON_GetArrayItem(bad, (int)i)) != flash->nand.bad[i])
			return false;
	}
	return true;
}

static char *read_text(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = f ? calloc(1, 65536) : NULL;

	if (text && fread(text, 1, 65535, f) == 0) {
		free(text);
		text = NULL;
	}
	if (f)
		fclose(f);
	return text;
}

static int take_over(struct device *d, const cJSON *json, const char *path, struct problem *problem)
{
	static const char remedy[] =
		"use another --state directory, or the options it was made with";
	const cJSON *boot = cJSON_GetObjectItem(json, "last_boot");
	const cJSON *imei = cJSON_GetObjectItem(json, "imei");
	char chip[32] = "";

	if (!take_hex(json, "me_id", d->id.me_id, sizeof d->id.me_id) ||
	    !take_hex(json, "soc_id", d->id.soc_id, sizeof d->id.soc_id) ||
	    !take_text(cJSON_GetObjectItem(json, "serial"), d->id.serial, sizeof d->id.serial) ||
	    !take_text(cJSON_GetArrayItem(imei, 0), d->id.imei[0], sizeof d->id.imei[0]) ||
	    !take_text(cJSON_GetArrayItem(imei, 1), d->id.imei[1], sizeof d->id.imei[1]))
		return problem_set(problem, "device.json", remedy, "%.150s is damaged", path);
	take_text(cJSON_GetObjectItem(json, "chip"), chip, sizeof chip);
	if (!chip_has_name(d->config->chip, chip))
		return problem_set(problem, "device.json", remedy, "%.120s is a %s, not a %s", path,
				   chip, d->config->chip_name);
	if (d->flash.kind == STORAGE_NAND && !same_bad_blocks(json, &d->flash))
		return problem_set(problem, "device.json", remedy, "%.120s has other bad blocks",
				   path);
	take_text(cJSON_GetObjectItem(boot, "result"), d->last_boot, sizeof d->last_boot);
	take_text(cJSON_GetObjectItem(boot, "reason"), d->last_boot_reason,
		  sizeof d->last_boot_reason);
	d->zeroization_tried = cJSON_IsTrue(cJSON_GetObjectItem(json, "zeroization_tried"));
	take_counters(json, d);
	return 1;
}

int state_make_dir(const struct device *d, struct problem *problem)
{
	if (mkdir(d->dir, 0755) && errno != EEXIST)
		return problem_set(problem, "--state", "use a directory that can be written",
				   "%.150s: %s", d->dir, strerror(errno));
	return 0;
}

int state_load(struct device *d, struct problem *problem)
{
	char path[600];
	char *text;
	cJSON *json;
	int result;

	snprintf(path, sizeof path, "%s/device.json", d->dir);
	text = read_text(path);
	if (!text)
		return 0;
	json = cJSON_Parse(text);
	free(text);
	result = take_over(d, json, path, problem);
	cJSON_Delete(json);
	return result;
}
