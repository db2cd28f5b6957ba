/*
 * sample: what a sample firmware package holds, as one plan made from a seed.
 *
 * The plan is a list of partitions in scatter order with the files behind them. scatter_*.c write
 * the scatter in the form of the chip's generation, images.c the files, preloader_out.c and
 * agent_out.c the two binary containers. Nothing here comes from the engine: a package made and
 * checked by the code under test would prove nothing. Sources: protocol/packages.md 1 to 4;
 * protocol/da-file.md 1, 2.3, 5, 6.
 */
#ifndef TESTS_SAMPLE_SAMPLE_H
#define TESTS_SAMPLE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SAMPLE_PARTS_MAX 96

enum sample_storage { SAMPLE_EMMC, SAMPLE_UFS, SAMPLE_NAND, SAMPLE_STORAGES };

/* What an image begins with, so that content detection sees what it would see in a real package. */
enum sample_head {
	HEAD_NONE,
	HEAD_PRELOADER, /* GFH preloader with DRAM settings */
	HEAD_MTK,	/* 512-byte MediaTek image header (packages.md 4.3) */
	HEAD_ANDROID,	/* "ANDROID!" */
	HEAD_VBMETA,	/* "AVB0", flags 0 */
	HEAD_DTBO,	/* dtbo magic, big-endian size */
	HEAD_EXT4,	/* ext4 superblock whose block count is the expanded size */
	HEAD_SECRO,	/* "AND_AC_REGION" */
	HEAD_UBI,	/* "UBI#" */
	HEAD_MBR,	/* a partition sector that is made from the plan (packages.md 5.3) */
};

enum sample_boot {
	BOOT_NO,
	BOOT_FIRST, /* lives in boot1 or LU0 */
	BOOT_SECOND,
	BOOT_BOTH,
};

struct sample_part {
	char name[32];
	const char *file; /* NULL: "NONE", never downloaded */
	const char *operation;
	enum sample_head head;
	bool sparse;
	bool shared;	     /* the file is written by an earlier partition (lk2 holds lk's file) */
	bool tail;	     /* type of a second preloader: NORMAL_ROM */
	uint64_t file_bytes; /* data bytes asked for; headers of a sparse file come on top */
	uint64_t start;	     /* in its region; end-relative code 0xFFFFnnnn when `reserved` */
	uint64_t size;
	enum sample_boot boot;
	bool reserved; /* counted from the end of the region */
};

struct sample_chip;

/* What was asked for. */
struct sample_wish {
	enum sample_storage storage;
	uint64_t seed;
	uint64_t image_bytes; /* all files together come to at least this, unless `compact` */
	bool raw;	      /* no sparse images: devices store exactly what they are sent */
	bool compact;	      /* partitions as small as their content allows, for quick tests */
	bool slots;	      /* A/B: the a slot is flashed, the b slot is there */
	unsigned layout;      /* 1, or 2: identity partitions at other places, one more partition */
	bool verified;	      /* signed forms (X-verified) lie beside images with a header */
	const char *sign_key; /* PEM file of the owner's private key; NULL: pseudo-signatures */
};

struct sample_plan {
	struct sample_wish wish;
	const struct sample_chip *chip;
	enum sample_storage storage;
	char preloader_file[64];
	uint64_t base;	     /* what the scatter's linear addresses add to offsets, bytes */
	uint64_t user_bytes; /* the smallest user region that holds the layout with its tail */
	size_t count;
	struct sample_part parts[SAMPLE_PARTS_MAX];
};

/*
 * Fills the plan; false when the partitions do not fit the plan's table.
 */
bool sample_plan_make(struct sample_plan *plan, const struct sample_chip *chip,
		      const struct sample_wish *wish);
/* NULL when the layout has no such partition. */
const struct sample_part *sample_plan_find(const struct sample_plan *plan, const char *name);

/* Each writes below `dir`; 0, or -1 with the reason already on stderr. */
int sample_write_scatter(const struct sample_plan *plan, const char *dir);
int sample_write_preloader(const struct sample_plan *plan, const struct sample_part *part,
			   const char *dir, uint16_t *sum16);
int sample_write_agent(const struct sample_plan *plan, const char *dir);
/* One image file; `sum16` is its Checksum.ini value, `bytes` its length. */
int sample_write_image(const struct sample_plan *plan, const struct sample_part *part,
		       const char *dir, uint16_t *sum16, uint64_t *bytes);

/* 512 bytes of the partition sector that belongs to `part` ("MBR", "EBR1", "EBR2"). */
void sample_partition_sector(const struct sample_plan *plan, const struct sample_part *part,
			     uint8_t *to);
/* Bytes of the DRAM settings blob, and the blob itself (packages.md 3.4). */
uint32_t sample_emi_bytes(const struct sample_chip *chip);
void sample_put_emi(const struct sample_plan *plan, uint8_t *to);

#endif
