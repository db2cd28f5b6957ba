#include "engine/xflash/info.h"

#include <string.h>

#include "engine/base/bytes.h"

#define EMMC_OLD_BYTES 96
#define EMMC_BYTES     104
#define UFS_OLD_BYTES  52
#define UFS_BYTES      208
#define NAND_BYTES     48
#define NAND_ID_BYTES  12
#define NOR_BYTES      16
#define RAM_OLD_BYTES  24
#define RAM_BYTES      48

static bool fitted(const struct device_facts *facts, struct slice bytes)
{
	return facts->storage.kind == STORAGE_NONE && get_le32(bytes.p) != 0;
}

/* A part for "both boot regions" fits when it fits the smaller. */
static void both_boots(struct storage_sizes *s)
{
	uint64_t one = s->bytes[REGION_BOOT1], two = s->bytes[REGION_BOOT2];

	s->bytes[REGION_BOOT12] = one < two ? one : two;
}

bool info_emmc(struct device_facts *facts, struct slice bytes)
{
	static const enum storage_region order[] = {
		REGION_BOOT1, REGION_BOOT2, REGION_RPMB, REGION_GP1,
		REGION_GP2,   REGION_GP3,   REGION_GP4,	 REGION_USER,
	};

	if (bytes.n < EMMC_OLD_BYTES)
		return false;
	if (!fitted(facts, bytes))
		return true;
	facts->storage.kind = STORAGE_EMMC;
	facts->storage.block = get_le32(bytes.p + 4);
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		facts->storage.bytes[order[i]] = get_le64(bytes.p + 8 + 8 * i);
	both_boots(&facts->storage);
	memcpy(facts->cid, bytes.p + 72, 16);
	memcpy(facts->storage_fw, bytes.p + 88, 8);
	if (bytes.n >= EMMC_BYTES) {
		facts->pre_eol = bytes.p[96];
		facts->life_a = bytes.p[97];
		facts->life_b = bytes.p[98];
	}
	return true;
}

bool info_ufs(struct device_facts *facts, struct slice bytes)
{
	if (bytes.n < UFS_OLD_BYTES)
		return false;
	if (!fitted(facts, bytes))
		return true;
	facts->storage.kind = STORAGE_UFS;
	facts->storage.block = get_le32(bytes.p + 4);
	facts->storage.bytes[REGION_BOOT1] = get_le64(bytes.p + 8);
	facts->storage.bytes[REGION_BOOT2] = get_le64(bytes.p + 16);
	facts->storage.bytes[REGION_USER] = get_le64(bytes.p + 24);
	both_boots(&facts->storage);
	if (bytes.n < UFS_BYTES) {
		memcpy(facts->cid, bytes.p + 32, 16);
		memcpy(facts->storage_fw, bytes.p + 48, 4);
		return true;
	}
	memcpy(facts->cid, bytes.p + 34, 20);
	memcpy(facts->storage_fw, bytes.p + 54, 8);
	facts->pre_eol = bytes.p[194];
	facts->life_a = bytes.p[195];
	facts->life_b = bytes.p[196];
	return true;
}

/* Up to eight bytes that the chip answers to READ ID; zeros behind the last are none of it. */
static void take_nand_id(struct device_facts *facts, const uint8_t *id)
{
	uint8_t n = sizeof facts->nand_id / sizeof facts->nand_id[0];

	while (n && !id[n - 1])
		n--;
	for (uint8_t i = 0; i < n; i++)
		facts->nand_id[i] = id[i];
	facts->nand_id_count = n;
}

bool info_nand(struct device_facts *facts, struct slice bytes)
{
	uint64_t available;

	if (bytes.n < NAND_BYTES)
		return false;
	available = get_le64(bytes.p + 24);
	if (!fitted(facts, bytes))
		return true;
	facts->storage.kind = STORAGE_NAND;
	facts->storage.block = get_le32(bytes.p + 4);
	facts->nand_page = get_le32(bytes.p + 4);
	facts->nand_block = get_le32(bytes.p + 8);
	facts->nand_spare = get_le32(bytes.p + 12);
	/* What the bad block table keeps for itself cannot be written. */
	facts->storage.bytes[REGION_USER] = get_le64(bytes.p + 16);
	if (available && available < facts->storage.bytes[REGION_USER])
		facts->storage.bytes[REGION_USER] = available;
	memcpy(facts->cid, bytes.p + 33, NAND_ID_BYTES);
	take_nand_id(facts, bytes.p + 33);
	return true;
}

bool info_nor(struct device_facts *facts, struct slice bytes)
{
	if (bytes.n < NOR_BYTES)
		return false;
	if (!fitted(facts, bytes))
		return true;
	facts->storage.kind = STORAGE_NOR;
	facts->storage.block = get_le32(bytes.p + 4);
	facts->storage.bytes[REGION_USER] = get_le64(bytes.p + 8);
	return true;
}

bool info_ram(struct device_facts *facts, struct slice bytes)
{
	if (bytes.n < RAM_OLD_BYTES)
		return false;
	if (bytes.n < RAM_BYTES) {
		facts->sram_bytes = get_le32(bytes.p + 8);
		facts->dram_bytes = get_le32(bytes.p + 20);
		return true;
	}
	facts->sram_bytes = get_le64(bytes.p + 16);
	facts->dram_bytes = get_le64(bytes.p + 40);
	return true;
}
