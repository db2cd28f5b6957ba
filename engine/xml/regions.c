#include "engine/xml/regions.h"

#include <stddef.h>

static const char *const emmc[REGION_COUNT] = {
	[REGION_BOOT1] = "EMMC-BOOT1",	     [REGION_BOOT2] = "EMMC-BOOT2",
	[REGION_BOOT12] = "EMMC-BOOT1BOOT2", [REGION_RPMB] = "EMMC-RPMB",
	[REGION_GP1] = "EMMC-GP1",	     [REGION_GP2] = "EMMC-GP2",
	[REGION_GP3] = "EMMC-GP3",	     [REGION_GP4] = "EMMC-GP4",
	[REGION_USER] = "EMMC-USER",
};

static const char *const ufs[REGION_COUNT] = {
	[REGION_BOOT1] = "UFS-LUA0",
	[REGION_BOOT2] = "UFS-LUA1",
	[REGION_USER] = "UFS-LUA2",
};

static const char *const nand[REGION_COUNT] = {
	[REGION_NONE] = "NAND-WHOLE",
	[REGION_USER] = "NAND-WHOLE",
};

const char *xml_region(enum storage_kind kind, enum storage_region region)
{
	if ((unsigned)region >= REGION_COUNT)
		return NULL;
	if (kind == STORAGE_EMMC)
		return emmc[region];
	if (kind == STORAGE_UFS)
		return ufs[region];
	return kind == STORAGE_NAND ? nand[region] : NULL;
}
