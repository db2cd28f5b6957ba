#include "engine/format/storage.h"

#include <stddef.h>

const char *storage_kind_name(enum storage_kind kind)
{
	switch (kind) {
	case STORAGE_EMMC:
		return "EMMC";
	case STORAGE_SDMMC:
		return "SDMMC";
	case STORAGE_NAND:
		return "NAND";
	case STORAGE_NOR:
		return "NOR";
	case STORAGE_UFS:
		return "UFS";
	case STORAGE_NONE:
		break;
	}
	return "NONE";
}

static const char *const emmc_names[REGION_COUNT] = {
	[REGION_NONE] = "NONE",	       [REGION_BOOT1] = "EMMC_BOOT1",
	[REGION_BOOT2] = "EMMC_BOOT2", [REGION_BOOT12] = "EMMC_BOOT1_BOOT2",
	[REGION_RPMB] = "EMMC_RPMB",   [REGION_GP1] = "EMMC_GP1",
	[REGION_GP2] = "EMMC_GP2",     [REGION_GP3] = "EMMC_GP3",
	[REGION_GP4] = "EMMC_GP4",     [REGION_USER] = "EMMC_USER",
};

static const char *const ufs_names[REGION_COUNT] = {
	[REGION_NONE] = "NONE",		 [REGION_BOOT1] = "UFS_LU0", [REGION_BOOT2] = "UFS_LU1",
	[REGION_BOOT12] = "UFS_LU0_LU1", [REGION_RPMB] = "UFS_RPMB", [REGION_USER] = "UFS_LU2",
};

const char *storage_region_name(enum storage_kind kind, enum storage_region region)
{
	const char *name = NULL;

	if (region >= REGION_COUNT)
		return "NONE";
	if (kind == STORAGE_UFS)
		name = ufs_names[region];
	else if (kind == STORAGE_EMMC || kind == STORAGE_SDMMC)
		name = emmc_names[region];
	return name ? name : "NONE";
}
