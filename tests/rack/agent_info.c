#include "tests/rack/agent_info.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/agent.h"
#include "tests/rack/chipfacts.h"
#include "tests/rack/storage.h"

enum { EMMC_BYTES = 104, EMMC_OLD_BYTES = 96, UFS_BYTES = 208, UFS_OLD_BYTES = 52 };
enum { NAND_BYTES = 48, NOR_BYTES = 16, RAM_BYTES = 48 };
enum { TYPE_DRAM = 1, TYPE_SRAM = 2, LP4X = 6, RPMB_NO_KEY = 0x11, GPT = 0x64 };

static bool absent(const struct device *d, enum storage_kind kind)
{
	return d->flash.kind != kind || agent_storage_absent(d);
}

uint32_t tell_emmc(struct device *d)
{
	const struct flash_region *r = d->flash.regions;
	uint8_t b[EMMC_BYTES] = {0};

	if (!absent(d, STORAGE_EMMC)) {
		put_le32(b, STORAGE_EMMC);
		put_le32(b + 4, d->flash.block);
		put_le64(b + 8, r[REGION_BOOT1].bytes);
		put_le64(b + 16, r[REGION_BOOT2].bytes);
		put_le64(b + 24, r[REGION_RPMB].bytes);
		put_le64(b + 64, r[REGION_USER].bytes);
		memcpy(b + 72, d->id.cid, 16);
		memcpy(b + 88, d->id.fwver, 8);
		b[96] = b[97] = b[98] = 1; /* normal, 0 to 10 % used */
	}
	agent_send(d, b, d->config->old_info ? EMMC_OLD_BYTES : EMMC_BYTES);
	return DA_OK;
}

/* The end of the UFS structure, behind the sizes: da-xflash.md 7. */
static void ufs_end(const struct device *d, uint8_t *b)
{
	put_le16(b + 32, 0x01CE);
	memcpy(b + 34, d->id.cid, 20);
	memcpy(b + 54, d->id.fwver, 8);
	memcpy(b + 62, d->id.serial, strlen(d->id.serial));
	b[194] = b[195] = b[196] = 1;
}

static void ufs_old_end(const struct device *d, uint8_t *b)
{
	memcpy(b + 32, d->id.cid, 16);
	memcpy(b + 48, d->id.fwver, 4);
}

uint32_t tell_ufs(struct device *d)
{
	const struct flash_region *r = d->flash.regions;
	uint8_t b[UFS_BYTES] = {0};

	if (!absent(d, STORAGE_UFS)) {
		put_le32(b, STORAGE_UFS);
		put_le32(b + 4, d->flash.block);
		put_le64(b + 8, r[REGION_BOOT1].bytes);
		put_le64(b + 16, r[REGION_BOOT2].bytes);
		put_le64(b + 24, r[REGION_USER].bytes);
		if (d->config->old_info)
			ufs_old_end(d, b);
		else
			ufs_end(d, b);
	}
	agent_send(d, b, d->config->old_info ? UFS_OLD_BYTES : UFS_BYTES);
	return DA_OK;
}

static uint32_t zeros(struct device *d, size_t n)
{
	uint8_t b[64] = {0};

	agent_send(d, b, n);
	return DA_OK;
}

uint32_t tell_nand(struct device *d)
{
	const struct flash_nand *n = &d->flash.nand;
	uint8_t b[NAND_BYTES] = {0};

	if (!absent(d, STORAGE_NAND)) {
		put_le32(b, AGENT_NAND_SLC);
		put_le32(b + 4, n->page);
		put_le32(b + 8, storage_erase_unit(&d->flash));
		put_le32(b + 12, n->spare);
		put_le64(b + 16, d->flash.regions[REGION_USER].bytes);
		put_le64(b + 24, storage_bytes(&d->flash, REGION_USER));
		b[32] = 1; /* a table of bad blocks exists */
		memcpy(b + 33, n->id, sizeof n->id);
	}
	agent_send(d, b, sizeof b);
	return DA_OK;
}

uint32_t tell_nor(struct device *d)
{
	return zeros(d, NOR_BYTES);
}

static uint32_t text(struct device *d, const char *s)
{
	agent_send(d, s, strlen(s));
	return DA_OK;
}

uint32_t tell_da_version(struct device *d)
{
	return text(d, "1.0");
}

uint32_t tell_packet_length(struct device *d)
{
	uint8_t b[8];

	put_le32(b, agent_write_packet_bytes(d));
	put_le32(b + 4, agent_read_packet_bytes(d));
	agent_send(d, b, sizeof b);
	return DA_OK;
}

uint32_t tell_random_id(struct device *d)
{
	uint8_t b[16];
	struct seeded s = {.state = d->config->seed ^ (uint64_t)d->index << 32 ^ d->now_us};

	seeded_fill(&s, b, sizeof b);
	agent_send(d, b, sizeof b);
	return DA_OK;
}

uint32_t tell_table_kind(struct device *d)
{
	agent_send_u32(d, GPT); /* agents of 2020 say so whatever the storage carries */
	return DA_OK;
}

uint32_t tell_connection_agent(struct device *d)
{
	return text(d, d->agent->by_preloader ? "preloader" : "brom");
}

uint32_t tell_usb_speed(struct device *d)
{
	return text(d, d->usb.face.speed == USB_HIGH ? "high-speed" : "full-speed");
}

uint32_t tell_ram(struct device *d)
{
	uint8_t b[RAM_BYTES] = {0};

	put_le32(b, TYPE_SRAM);
	put_le64(b + 8, 0x200000);
	put_le64(b + 16, 0x39000);
	if (d->agent->dram_ready) {
		put_le32(b + 24, TYPE_DRAM);
		put_le64(b + 32, AGENT_DRAM_BASE);
		put_le64(b + 40, AGENT_DRAM_BYTES);
	}
	agent_send(d, b, sizeof b);
	return DA_OK;
}

uint32_t tell_chip_id(struct device *d)
{
	uint8_t b[12] = {0};

	put_le16(b, d->config->chip->hw_code);
	put_le16(b + 2, CHIP_HW_SUB_CODE);
	put_le16(b + 4, CHIP_HW_VERSION);
	put_le16(b + 6, CHIP_SW_VERSION);
	agent_send(d, b, sizeof b);
	return DA_OK;
}

uint32_t tell_battery(struct device *d)
{
	agent_send_u32(d, 0); /* boards on the line have none */
	return DA_UNSUPPORT_OP;
}

uint32_t tell_rpmb(struct device *d)
{
	agent_send_u32(d, RPMB_NO_KEY);
	return DA_OK;
}

uint32_t tell_dram_type(struct device *d)
{
	agent_send_u32(d, LP4X);
	return DA_OK;
}

uint32_t tell_fw(struct device *d)
{
	static const uint8_t without_sla[4] = {0x12, 0x34, 0x56, 0x78};
	uint8_t b[68] = {0};

	if (!d->config->da_sla && !(d->config->security & SECURE_SLA)) {
		agent_send(d, without_sla, sizeof without_sla);
		return DA_OK;
	}
	put_le32(b, 0x00010000);
	agent_challenge(d);
	memcpy(b + 4, d->agent->random, sizeof d->agent->random);
	memcpy(b + 20, d->id.hrid, 16);
	memcpy(b + 36, d->id.soc_id, 32);
	agent_send(d, b, sizeof b);
	return DA_OK;
}

uint32_t tell_sla_status(struct device *d)
{
	agent_send_u32(d, agent_locked(d));
	return DA_OK;
}

uint32_t tell_hrid(struct device *d)
{
	agent_send(d, d->id.hrid, sizeof d->id.hrid);
	return DA_OK;
}

uint32_t tell_error_detail(struct device *d)
{
	uint8_t b[128] = {0};

	agent_send(d, b, sizeof b);
	return DA_OK;
}

uint32_t tell_life_cycle(struct device *d)
{
	(void)d;
	return DA_OK;
}
