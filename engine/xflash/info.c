#include "engine/xflash/info.h"

#include <string.h>

#include "engine/base/bytes.h"

#define EMMC_OLD_BYTES 96
#define EMMC_BYTES     104
#define UFS_OLD_BYTES  52
#define UFS_BYTES      208
#define NAND_BYTES     48
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

bool info_nand(struct device_facts *facts, struct slice bytes)
{
	if (bytes.n < NAND_BYTES)
		return false;
	if (!fitted(facts, bytes))
		return true;
	facts->storage.kind = STORAGE_NAND;
	facts->storage.block = get_le32(bytes.p + 4);
	facts->storage.bytes[REGION_USER] = get_le64(bytes.p + 16);
	memcpy(facts->cid, bytes.p + 33, 12);
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
