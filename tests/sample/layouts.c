/*
 * The layouts of five generations, each with all its identity partitions between the ones that are
 * flashed, because a writer that strays must hit something that is checked.
 */
#include "tests/sample/layouts.h"

#include "tests/sample/chips.h"

#define KIB	    ((uint64_t)1024)
#define MIB	    (1024 * KIB)
#define GIB	    (1024 * MIB)
#define ROWS(array) array, sizeof(array) / sizeof *(array)

/* ---- phones of 2019: XFlash, GPT ---- */

static const struct sample_row rows_2019[] = {
	{"pgpt", NULL, "INVISIBLE", 32 * KIB, 0, HEAD_NONE, 0},
	{"boot_para", NULL, "INVISIBLE", 1 * MIB, 0, HEAD_NONE, 0},
	{"recovery", "recovery.img", "UPDATE", 32 * MIB, 20 * MIB, HEAD_ANDROID, 0},
	{"para", NULL, "INVISIBLE", 512 * KIB, 0, HEAD_NONE, 0},
	{"expdb", NULL, "INVISIBLE", 20 * MIB, 0, HEAD_NONE, ROW_GROWS},
	{"frp", NULL, "INVISIBLE", 1 * MIB, 0, HEAD_NONE, 0},
	{"nvcfg", NULL, "PROTECTED", 8 * MIB, 0, HEAD_NONE, 0},
	{"nvdata", NULL, "INVISIBLE", 32 * MIB, 0, HEAD_NONE, 0},
	{"metadata", NULL, "INVISIBLE", 32 * MIB, 0, HEAD_NONE, 0},
	{"protect1", NULL, "PROTECTED", 8 * MIB, 0, HEAD_NONE, 0},
	{"protect2", NULL, "PROTECTED", 9 * MIB + 480 * KIB, 0, HEAD_NONE, 0},
	{"seccfg", NULL, "INVISIBLE", 8 * MIB, 0, HEAD_NONE, 0},
	{"persist", NULL, "PROTECTED", 16 * MIB, 0, HEAD_NONE, 0},
	{"sec1", NULL, "INVISIBLE", 2 * MIB, 0, HEAD_NONE, 0},
	{"proinfo", NULL, "PROTECTED", 3 * MIB, 0, HEAD_NONE, 0},
	{"md1img", "md1img.img", "UPDATE", 100 * MIB, 28 * MIB, HEAD_MTK, ROW_SLOT},
	{"spmfw", "spmfw.img", "UPDATE", 1 * MIB, 48 * KIB, HEAD_MTK, ROW_FIXED},
	{"scp1", "scp.img", "UPDATE", 1 * MIB, 600 * KIB, HEAD_MTK, ROW_FIXED},
	{"scp2", "scp.img", "UPDATE", 1 * MIB, 0, HEAD_MTK, ROW_SHARED},
	{"sspm_1", "sspm.img", "UPDATE", 1 * MIB, 420 * KIB, HEAD_MTK, ROW_FIXED},
	{"sspm_2", "sspm.img", "UPDATE", 1 * MIB, 0, HEAD_MTK, ROW_SHARED},
	{"gz1", NULL, "INVISIBLE", 16 * MIB, 0, HEAD_NONE, 0},
	{"gz2", NULL, "INVISIBLE", 16 * MIB, 0, HEAD_NONE, 0},
	{"nvram", NULL, "BINREGION", 16 * MIB, 0, HEAD_NONE, 0},
	{"lk", "lk.img", "UPDATE", 1 * MIB, 884 * KIB, HEAD_MTK, ROW_FIXED | ROW_SLOT},
	{"lk2", "lk.img", "UPDATE", 1 * MIB, 0, HEAD_MTK, ROW_SHARED},
	{"boot", "boot.img", "UPDATE", 32 * MIB, 24 * MIB, HEAD_ANDROID, ROW_SLOT},
	{"logo", "logo.bin", "UPDATE", 8 * MIB, 2 * MIB, HEAD_MTK, 0},
	{"dtbo", "dtbo.img", "UPDATE", 8 * MIB, 1 * MIB, HEAD_DTBO, ROW_SLOT},
	{"tee1", "tee.img", "UPDATE", 5 * MIB, 1 * MIB + 340 * KIB, HEAD_MTK, ROW_FIXED},
	{"tee2", "tee.img", "UPDATE", 11 * MIB, 0, HEAD_MTK, ROW_SHARED},
	{"odm", "odm.img", "UPDATE", 16 * MIB, 1 * MIB, HEAD_EXT4, ROW_SECOND},
	{"vendor", "vendor.img", "UPDATE", 512 * MIB, 52 * MIB, HEAD_EXT4, ROW_SPARSE},
	{"system", "system.img", "UPDATE", 2 * GIB, 1, HEAD_EXT4, ROW_SPARSE | ROW_REST},
	{"vbmeta", "vbmeta.img", "UPDATE", 8 * MIB, 4 * KIB, HEAD_VBMETA, ROW_FIXED | ROW_SLOT},
	{"cache", "cache.img", "UPDATE", 112 * MIB, 192 * KIB, HEAD_EXT4, ROW_FIXED | ROW_SPARSE},
	{"userdata", "userdata.img", "UPDATE", 2 * GIB, 12 * MIB, HEAD_EXT4, ROW_SPARSE},
};

static const struct sample_tail tails_2019[] = {
	{"otp", 59 * MIB, 43 * MIB},
	{"flashinfo", 16 * MIB, 16 * MIB},
	{"sgpt", 0, 32 * KIB},
	{NULL, 0, 0},
};

const struct sample_layout sample_layout_2019 = {
	ROWS(rows_2019), tails_2019, false, BOOT_BOTH, 256 * KIB, 4 * KIB,
};

/* ---- phones of 2015: legacy agent, GPT with 512 KiB at both ends ---- */

static const struct sample_row rows_2015[] = {
	{"pgpt", NULL, "INVISIBLE", 512 * KIB, 0, HEAD_NONE, 0},
	{"proinfo", NULL, "PROTECTED", 3 * MIB, 0, HEAD_NONE, 0},
	{"nvram", NULL, "BINREGION", 5 * MIB, 0, HEAD_NONE, 0},
	{"protect1", NULL, "PROTECTED", 10 * MIB, 0, HEAD_NONE, 0},
	{"protect2", NULL, "PROTECTED", 10 * MIB, 0, HEAD_NONE, 0},
	{"lk", "lk.bin", "UPDATE", 512 * KIB, 380 * KIB, HEAD_MTK, ROW_FIXED},
	{"para", NULL, "INVISIBLE", 512 * KIB, 0, HEAD_NONE, 0},
	{"boot", "boot.img", "UPDATE", 16 * MIB, 16 * MIB, HEAD_ANDROID, 0},
	{"recovery", "recovery.img", "UPDATE", 16 * MIB, 14 * MIB, HEAD_ANDROID, 0},
	{"logo", "logo.bin", "UPDATE", 8 * MIB, 2 * MIB, HEAD_MTK, 0},
	{"expdb", NULL, "INVISIBLE", 10 * MIB, 0, HEAD_NONE, ROW_GROWS},
	{"seccfg", NULL, "INVISIBLE", 512 * KIB, 0, HEAD_NONE, 0},
	{"oemkeystore", NULL, "INVISIBLE", 2 * MIB, 0, HEAD_NONE, 0},
	{"secro", "secro.img", "UPDATE", 6 * MIB, 132 * KIB, HEAD_SECRO, ROW_FIXED},
	{"keystore", NULL, "INVISIBLE", 8 * MIB, 0, HEAD_NONE, 0},
	{"tee1", "trustzone.bin", "UPDATE", 5 * MIB, 900 * KIB, HEAD_MTK, ROW_FIXED},
	{"tee2", "trustzone.bin", "UPDATE", 5 * MIB, 0, HEAD_MTK, ROW_SHARED},
	{"frp", NULL, "INVISIBLE", 1 * MIB, 0, HEAD_NONE, 0},
	{"nvdata", NULL, "INVISIBLE", 32 * MIB, 0, HEAD_NONE, 0},
	{"metadata", NULL, "INVISIBLE", 37 * MIB, 0, HEAD_NONE, 0},
	{"custom", "custom.img", "UPDATE", 16 * MIB, 1 * MIB, HEAD_EXT4, ROW_SECOND},
	{"system", "system.img", "UPDATE", 2 * GIB, 1, HEAD_EXT4, ROW_SPARSE | ROW_REST},
	{"cache", "cache.img", "UPDATE", 256 * MIB, 6 * MIB, HEAD_EXT4, ROW_SPARSE},
	{"userdata", "userdata.img", "UPDATE", 1536 * MIB, 12 * MIB, HEAD_EXT4, ROW_SPARSE},
};

static const struct sample_tail tails_2015[] = {
	{"flashinfo", 16 * MIB + 512 * KIB, 16 * MIB},
	{"sgpt", 512 * KIB, 512 * KIB},
	{NULL, 0, 0},
};

const struct sample_layout sample_layout_2015 = {
	ROWS(rows_2015), tails_2015, false, BOOT_FIRST, 256 * KIB, 128 * KIB,
};

/* ---- phones of 2012 to 2014: MBR, EBR and PMT, short names ---- */

static const struct sample_row rows_2013[] = {
	{"MBR", "MBR", "UPDATE", 512 * KIB, 512, HEAD_MBR, ROW_FIXED},
	{"EBR1", "EBR1", "UPDATE", 512 * KIB, 512, HEAD_MBR, ROW_FIXED},
	{"PRO_INFO", NULL, "PROTECTED", 3 * MIB, 0, HEAD_NONE, 0},
	{"NVRAM", NULL, "BINREGION", 5 * MIB, 0, HEAD_NONE, 0},
	{"PROTECT_F", NULL, "PROTECTED", 10 * MIB, 0, HEAD_NONE, 0},
	{"PROTECT_S", NULL, "PROTECTED", 10 * MIB, 0, HEAD_NONE, 0},
	{"SECCFG", NULL, "INVISIBLE", 128 * KIB, 0, HEAD_NONE, 0},
	{"UBOOT", "lk.bin", "UPDATE", 384 * KIB, 260 * KIB, HEAD_MTK, ROW_FIXED},
	{"BOOTIMG", "boot.img", "UPDATE", 6 * MIB, 5 * MIB, HEAD_ANDROID, 0},
	{"RECOVERY", "recovery.img", "UPDATE", 6 * MIB, 5 * MIB, HEAD_ANDROID, 0},
	{"SEC_RO", "secro.img", "UPDATE", 256 * KIB, 132 * KIB, HEAD_SECRO, ROW_FIXED},
	{"MISC", NULL, "INVISIBLE", 512 * KIB, 0, HEAD_NONE, 0},
	{"LOGO", "logo.bin", "UPDATE", 3 * MIB, 1 * MIB, HEAD_MTK, 0},
	{"EXPDB", NULL, "INVISIBLE", 10 * MIB, 0, HEAD_NONE, ROW_GROWS},
	{"CUSTOM", "custom.img", "UPDATE", 16 * MIB, 1 * MIB, HEAD_EXT4, ROW_SECOND},
	{"ANDROID", "system.img", "UPDATE", 650 * MIB, 1, HEAD_EXT4, ROW_SPARSE | ROW_REST},
	{"CACHE", "cache.img", "UPDATE", 376 * MIB, 6 * MIB, HEAD_EXT4, ROW_SPARSE},
	{"USRDATA", "userdata.img", "UPDATE", 1 * GIB, 12 * MIB, HEAD_EXT4, ROW_SPARSE},
};

static const struct sample_tail tails_2013[] = {
	{"BMTPOOL", 21 * MIB, 21 * MIB},
	{NULL, 0, 0},
};

const struct sample_layout sample_layout_2013 = {
	ROWS(rows_2013), tails_2013, true, BOOT_FIRST, 6 * MIB, 128 * KIB,
};

/* With a PMT of its own and a second EBR, as the MT6589 has them; the plain form's names. */
static const struct sample_row rows_2012[] = {
	{"MBR", "MBR", "UPDATE", 512 * KIB, 512, HEAD_MBR, ROW_FIXED},
	{"EBR1", "EBR1", "UPDATE", 512 * KIB, 512, HEAD_MBR, ROW_FIXED},
	{"PMT", NULL, "RESERVED", 4 * MIB, 0, HEAD_NONE, 0},
	{"PRO_INFO", NULL, "PROTECTED", 3 * MIB, 0, HEAD_NONE, 0},
	{"NVRAM", NULL, "BINREGION", 5 * MIB, 0, HEAD_NONE, 0},
	{"PROTECT_F", NULL, "PROTECTED", 10 * MIB, 0, HEAD_NONE, 0},
	{"PROTECT_S", NULL, "PROTECTED", 10 * MIB, 0, HEAD_NONE, 0},
	{"SECCFG", NULL, "INVISIBLE", 128 * KIB, 0, HEAD_NONE, 0},
	{"UBOOT", "lk.bin", "UPDATE", 384 * KIB, 260 * KIB, HEAD_MTK, ROW_FIXED},
	{"BOOTIMG", "boot.img", "UPDATE", 6 * MIB, 5 * MIB, HEAD_ANDROID, 0},
	{"RECOVERY", "recovery.img", "UPDATE", 6 * MIB, 5 * MIB, HEAD_ANDROID, 0},
	{"SEC_RO", "secro.img", "UPDATE", 6 * MIB, 132 * KIB, HEAD_SECRO, ROW_FIXED},
	{"MISC", NULL, "INVISIBLE", 512 * KIB, 0, HEAD_NONE, 0},
	{"LOGO", "logo.bin", "UPDATE", 3 * MIB, 1 * MIB, HEAD_MTK, 0},
	{"EBR2", "EBR2", "UPDATE", 512 * KIB, 512, HEAD_MBR, ROW_FIXED},
	{"EXPDB", NULL, "INVISIBLE", 10 * MIB, 0, HEAD_NONE, ROW_GROWS},
	{"CUSTOM", "custom.img", "UPDATE", 16 * MIB, 1 * MIB, HEAD_EXT4, ROW_SECOND},
	{"ANDROID", "system.img", "UPDATE", 900 * MIB, 1, HEAD_EXT4, ROW_SPARSE | ROW_REST},
	{"CACHE", "cache.img", "UPDATE", 376 * MIB, 6 * MIB, HEAD_EXT4, ROW_SPARSE},
	{"USRDATA", "userdata.img", "UPDATE", 1 * GIB, 12 * MIB, HEAD_EXT4, ROW_SPARSE},
};

const struct sample_layout sample_layout_2012 = {
	ROWS(rows_2012), tails_2013, true, BOOT_FIRST, 6 * MIB, 128 * KIB,
};

/* ---- NAND of the same years: one chip, no boot regions, blocks of 128 KiB ---- */

static const struct sample_row rows_nand[] = {
	{"PRO_INFO", NULL, "PROTECTED", 1 * MIB, 0, HEAD_NONE, 0},
	{"NVRAM", NULL, "BINREGION", 3 * MIB, 0, HEAD_NONE, 0},
	{"PROTECT_F", NULL, "PROTECTED", 2 * MIB, 0, HEAD_NONE, 0},
	{"PROTECT_S", NULL, "PROTECTED", 2 * MIB, 0, HEAD_NONE, 0},
	{"SECCFG", NULL, "INVISIBLE", 256 * KIB, 0, HEAD_NONE, 0},
	{"UBOOT", "lk.bin", "UPDATE", 512 * KIB, 260 * KIB, HEAD_MTK, ROW_FIXED},
	{"BOOTIMG", "boot.img", "UPDATE", 6 * MIB, 5 * MIB, HEAD_ANDROID, 0},
	{"RECOVERY", "recovery.img", "UPDATE", 6 * MIB, 5 * MIB, HEAD_ANDROID, 0},
	{"SEC_RO", "secro.img", "UPDATE", 1 * MIB, 132 * KIB, HEAD_SECRO, ROW_FIXED},
	{"MISC", NULL, "INVISIBLE", 512 * KIB, 0, HEAD_NONE, 0},
	{"LOGO", "logo.bin", "UPDATE", 3 * MIB, 1 * MIB, HEAD_MTK, 0},
	{"EXPDB", NULL, "INVISIBLE", 1 * MIB, 0, HEAD_NONE, ROW_GROWS},
	{"CUSTOM", "custom.img", "UPDATE", 2 * MIB, 1 * MIB, HEAD_UBI, ROW_SECOND},
	{"ANDROID", "system.img", "UPDATE", 120 * MIB, 1, HEAD_UBI, ROW_REST},
	{"CACHE", "cache.img", "UPDATE", 32 * MIB, 1 * MIB, HEAD_UBI, 0},
	{"USRDATA", "userdata.img", "UPDATE", 64 * MIB, 4 * MIB, HEAD_UBI, 0},
};

static const struct sample_tail tails_nand[] = {
	{"BMTPOOL", 10 * MIB, 10 * MIB},
	{NULL, 0, 0},
};

const struct sample_layout sample_layout_nand = {
	ROWS(rows_nand), tails_nand, true, BOOT_NO, 1 * MIB, 128 * KIB,
};

/* ---- phones of 2022 and later: XML agent, A/B, super ---- */

static const struct sample_row rows_2022[] = {
	{"pgpt", NULL, "INVISIBLE", 32 * KIB, 0, HEAD_NONE, 0},
	{"misc", NULL, "INVISIBLE", 512 * KIB, 0, HEAD_NONE, 0},
	{"para", NULL, "INVISIBLE", 512 * KIB, 0, HEAD_NONE, 0},
	{"expdb", NULL, "INVISIBLE", 128 * MIB, 0, HEAD_NONE, ROW_GROWS},
	{"frp", NULL, "INVISIBLE", 1 * MIB, 0, HEAD_NONE, 0},
	{"nvcfg", NULL, "PROTECTED", 32 * MIB, 0, HEAD_NONE, 0},
	{"nvdata", NULL, "INVISIBLE", 64 * MIB, 0, HEAD_NONE, 0},
	{"vbmeta", "vbmeta.img", "UPDATE", 8 * MIB, 4 * KIB, HEAD_VBMETA, ROW_FIXED | ROW_SLOT},
	{"metadata", NULL, "INVISIBLE", 37 * MIB + 992 * KIB, 0, HEAD_NONE, 0},
	{"protect1", NULL, "PROTECTED", 8 * MIB, 0, HEAD_NONE, 0},
	{"protect2", NULL, "PROTECTED", 8 * MIB, 0, HEAD_NONE, 0},
	{"seccfg", NULL, "INVISIBLE", 8 * MIB, 0, HEAD_NONE, 0},
	{"md1img", "md1img.img", "UPDATE", 200 * MIB, 36 * MIB, HEAD_MTK, ROW_SLOT},
	{"spmfw", "spmfw.img", "UPDATE", 1 * MIB, 48 * KIB, HEAD_MTK, ROW_FIXED | ROW_SLOT},
	{"dpm", "dpm.img", "UPDATE", 4 * MIB, 180 * KIB, HEAD_MTK, ROW_FIXED | ROW_SLOT},
	{"scp", "scp.img", "UPDATE", 6 * MIB, 900 * KIB, HEAD_MTK, ROW_FIXED | ROW_SLOT},
	{"sspm", "sspm.img", "UPDATE", 1 * MIB, 420 * KIB, HEAD_MTK, ROW_FIXED | ROW_SLOT},
	{"lk", "lk.img", "UPDATE", 4 * MIB, 1 * MIB + 212 * KIB, HEAD_MTK, ROW_FIXED | ROW_SLOT},
	{"boot", "boot.img", "UPDATE", 64 * MIB, 32 * MIB, HEAD_ANDROID, ROW_SLOT},
	{"vendor_boot", "vendor_boot.img", "UPDATE", 64 * MIB, 16 * MIB, HEAD_NONE, ROW_SLOT},
	{"dtbo", "dtbo.img", "UPDATE", 8 * MIB, 1 * MIB, HEAD_DTBO, ROW_SLOT},
	{"tee", "tee.img", "UPDATE", 5 * MIB, 1 * MIB + 340 * KIB, HEAD_MTK, ROW_FIXED | ROW_SLOT},
	{"sec1", NULL, "INVISIBLE", 2 * MIB, 0, HEAD_NONE, 0},
	{"proinfo", NULL, "PROTECTED", 3 * MIB, 0, HEAD_NONE, 0},
	{"nvram", NULL, "BINREGION", 64 * MIB, 0, HEAD_NONE, 0},
	{"boot_para", NULL, "INVISIBLE", 1 * MIB, 0, HEAD_NONE, 0},
	{"logo", "logo.bin", "UPDATE", 26 * MIB, 2 * MIB, HEAD_MTK, 0},
	{"rescue", "rescue.img", "UPDATE", 16 * MIB, 1 * MIB, HEAD_EXT4, ROW_SECOND},
	{"super", "super.img", "UPDATE", 3 * GIB, 1, HEAD_NONE, ROW_SPARSE | ROW_REST},
	{"userdata", "userdata.img", "UPDATE", 2 * GIB, 12 * MIB, HEAD_EXT4, ROW_SPARSE},
};

static const struct sample_tail tails_2022[] = {
	{"flashinfo", 16 * MIB, 16 * MIB},
	{"sgpt", 0, 32 * KIB},
	{NULL, 0, 0},
};

const struct sample_layout sample_layout_2022 = {
	ROWS(rows_2022), tails_2022, false, BOOT_SECOND, 1 * MIB, 4 * KIB,
};
