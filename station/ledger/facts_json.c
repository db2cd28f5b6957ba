#include "station/ledger/facts_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/chips/chips.h"
#include "station/ledger/json_out.h"

static const char *mode_name(enum device_mode mode)
{
	switch (mode) {
	case MODE_BROM:
		return "brom";
	case MODE_PRELOADER:
		return "preloader";
	case MODE_DA:
		return "da";
	case MODE_META:
		return "meta";
	case MODE_FASTBOOT:
		return "fastboot";
	case MODE_CHARGING:
		return "charging";
	case MODE_UNKNOWN:
		break;
	}
	return NULL;
}

/* Hardware people read and search these in hex. */
static void hex_number(struct json_out *j, const char *key, uint32_t value, int digits)
{
	char text[16];

	snprintf(text, sizeof text, "0x%0*" PRIx32, digits, value);
	json_text(j, key, text);
}

/* Fixed-size text from a device need not end in a NUL. */
static void device_text(struct json_out *j, const char *key, const char *text, size_t size)
{
	char copy[64];
	size_t n = strnlen(text, size < sizeof copy ? size : sizeof copy - 1);

	memcpy(copy, text, n);
	copy[n] = '\0';
	json_text(j, key, n ? copy : NULL);
}

static void chip(struct json_out *j, const struct device_facts *f)
{
	const struct chip *chip = f->hw_code ? chip_by_hw_code(f->hw_code) : NULL;

	json_text(j, "chip", chip && chip->names ? chip->names[0] : NULL);
	json_text(j, "arrived_as", mode_name(f->arrived_as));
	hex_number(j, "hw_code", f->hw_code, 4);
	hex_number(j, "hw_sub_code", f->hw_sub_code, 4);
	hex_number(j, "hw_version", f->hw_version, 4);
	hex_number(j, "sw_version", f->sw_version, 4);
	hex_number(j, "target_config", f->target_config, 8);
	json_bool(j, "secure_boot", f->target_config & 1);
	json_bool(j, "serial_link_authentication", f->target_config & 2);
	json_bool(j, "agent_authentication", f->target_config & 4);
	json_int(j, "bl_version", f->bl_version);
	json_int(j, "brom_version", f->brom_version);
}

static void nand(struct json_out *j, const struct device_facts *f)
{
	json_int(j, "page", f->nand_page);
	json_int(j, "spare", f->nand_spare);
	json_int(j, "erase_block", f->nand_block);
	json_int(j, "bad_blocks", f->bad_blocks);
	json_array(j, "id");
	for (int i = 0; i < f->nand_id_count && i < 8; i++)
		hex_number(j, NULL, f->nand_id[i], 4);
	json_array_end(j);
}

static void storage(struct json_out *j, const struct device_facts *f)
{
	const struct storage_sizes *s = &f->storage;

	if (s->kind == STORAGE_NONE) {
		json_null(j, "storage");
		return;
	}
	json_object(j, "storage");
	json_text(j, "kind", storage_kind_name(s->kind));
	json_int(j, "block", s->block);
	json_object(j, "bytes");
	for (int region = REGION_BOOT1; region < REGION_COUNT; region++)
		if (s->bytes[region])
			json_int(j, storage_region_name(s->kind, (enum storage_region)region),
				 (int64_t)s->bytes[region]);
	json_object_end(j);
	device_text(j, "name", f->storage_name, sizeof f->storage_name);
	json_hex(j, "cid", f->cid, s->kind == STORAGE_UFS ? sizeof f->cid : 16);
	json_hex(j, "firmware", f->storage_fw, sizeof f->storage_fw);
	json_int(j, "pre_eol", f->pre_eol);
	json_int(j, "life_a", f->life_a);
	json_int(j, "life_b", f->life_b);
	json_text(j, "rpmb_key",
		  f->rpmb == RPMB_HAS_KEY  ? "set"
		  : f->rpmb == RPMB_NO_KEY ? "not set"
					   : NULL);
	if (s->kind == STORAGE_NAND)
		nand(j, f);
	json_object_end(j);
}

/* What only the running agent tells, beside the storage. */
static void agent(struct json_out *j, const struct device_facts *f)
{
	static const uint8_t none[16];
	char slot[2] = {f->active_slot, '\0'};

	json_bool(j, "agent_locked", f->agent_locked);
	json_bool(j, "signed_images_only", f->images_checked);
	json_bool(j, "partition_table", f->has_table);
	json_text(j, "active_slot", f->active_slot ? slot : NULL);
	if (f->battery_mv)
		json_int(j, "battery_mv", f->battery_mv);
	else
		json_null(j, "battery_mv");
	if (memcmp(f->hrid, none, sizeof none) != 0)
		json_hex(j, "hrid", f->hrid, sizeof f->hrid);
	else
		json_null(j, "hrid");
}

char *facts_json(const struct device_facts *f)
{
	struct json_out j = {0};

	json_object(&j, NULL);
	chip(&j, f);
	device_text(&j, "da_version", f->da_version, sizeof f->da_version);
	json_bool(&j, "agent_from_brom", f->agent_from_brom);
	json_int(&j, "write_packet", f->write_packet);
	json_int(&j, "read_packet", f->read_packet);
	storage(&j, f);
	json_int(&j, "dram_bytes", (int64_t)f->dram_bytes);
	json_int(&j, "sram_bytes", (int64_t)f->sram_bytes);
	json_int(&j, "dram_type", f->dram_type);
	agent(&j, f);
	json_hex(&j, "random_id", f->random_id, sizeof f->random_id);
	device_text(&j, "usb_speed", f->usb_speed_name, sizeof f->usb_speed_name);
	json_object_end(&j);
	return json_take(&j);
}

const char *facts_id(char out[UNIT_ID_SIZE], const uint8_t *id, uint8_t length)
{
	bool all_same = true;

	out[0] = '\0';
	for (uint8_t i = 1; i < length; i++)
		all_same = all_same && id[i] == id[0];
	if (length == 0 || (all_same && (id[0] == 0x00 || id[0] == 0xFF)))
		return out;
	for (size_t i = 0; i < length && 2 * i + 3 <= UNIT_ID_SIZE; i++)
		snprintf(out + 2 * i, 3, "%02x", id[i]);
	return out;
}
