/*
 * storage: kinds, regions and sizes of a device's flash, as scatter files and agents name them.
 * Source: protocol/packages.md 1.7, 5.1; protocol/da-xflash.md 6.1, 7.
 */
#ifndef ENGINE_FORMAT_STORAGE_H
#define ENGINE_FORMAT_STORAGE_H

#include <stdint.h>

/* Values are the agents' storage codes. */
enum storage_kind {
	STORAGE_NONE = 0,
	STORAGE_EMMC = 0x01,
	STORAGE_SDMMC = 0x02,
	STORAGE_NAND = 0x10,
	STORAGE_NOR = 0x20,
	STORAGE_UFS = 0x30,
};

enum storage_region {
	REGION_NONE,   /* NAND, or not stated */
	REGION_BOOT1,  /* eMMC boot1, UFS LU0 */
	REGION_BOOT2,  /* eMMC boot2, UFS LU1 */
	REGION_BOOT12, /* both: written twice */
	REGION_RPMB,
	REGION_GP1,
	REGION_GP2,
	REGION_GP3,
	REGION_GP4,
	REGION_USER, /* eMMC user, UFS LU2 */
	REGION_COUNT
};

struct storage_sizes {
	enum storage_kind kind;
	uint32_t block; /* smallest unit of writing: 512 eMMC, 4096 UFS, page on NAND; bytes */
	uint64_t bytes[REGION_COUNT]; /* by region; 0 absent. NAND: REGION_USER is the whole chip */
};

const char *storage_kind_name(enum storage_kind kind); /* "EMMC", "UFS", "NAND", ... */
/* Name as in scatter files of that storage: "EMMC_USER", "UFS_LU2", "NONE". Static string. */
const char *storage_region_name(enum storage_kind kind, enum storage_region region);

#endif
