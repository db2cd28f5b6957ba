/*
 * sample: what a sample firmware package holds, as one plan made from a seed.
 *
 * The plan is a list of partitions in scatter order with the files behind them. scatter_out.c
 * writes the scatter text, images.c the files, preloader_out.c and agent_out.c the two binary
 * containers. Nothing here comes from the engine: a package made and checked by the code under test
 * would prove nothing. Sources: protocol/packages.md 1.3, 1.4, 2, 3, 4; protocol/da-file.md 1,
 * 5, 6.
 */
#ifndef TESTS_SAMPLE_SAMPLE_H
#define TESTS_SAMPLE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SAMPLE_PARTS_MAX 64

enum sample_storage { SAMPLE_EMMC, SAMPLE_UFS };

/* What an image begins with, so that content detection sees what it would see in a real package. */
enum sample_head {
	HEAD_NONE,
	HEAD_PRELOADER, /* GFH preloader with DRAM settings */
	HEAD_MTK,	/* 512-byte MediaTek image header (packages.md 4.3) */
	HEAD_ANDROID,	/* "ANDROID!" */
	HEAD_VBMETA,	/* "AVB0", flags 0 */
	HEAD_DTBO,	/* dtbo magic, big-endian size */
	HEAD_EXT4,	/* ext4 superblock whose block count is the expanded size */
};

struct sample_part {
	const char *name;
	const char *file; /* NULL: "NONE", never downloaded */
	const char *operation;
	enum sample_head head;
	bool sparse;
	bool shared;	     /* the file is written by an earlier partition (lk2 holds lk's file) */
	uint64_t file_bytes; /* data bytes asked for; headers of a sparse file come on top */
	uint64_t start;	     /* in its region; end-relative code 0xFFFFnnnn when `reserved` */
	uint64_t size;
	bool boot;     /* lives in the boot regions, not in user */
	bool reserved; /* counted from the end of the region */
};

struct sample_plan {
	uint64_t seed;
	const char *chip; /* "MT6765", borrowed from the chip table */
	char project[32]; /* "k65v1_64_bsp" */
	char preloader_file[64];
	enum sample_storage storage;
	uint64_t image_bytes; /* all files together come to at least this */
	uint64_t user_bytes;  /* the smallest user region that holds the layout with its tail */
	size_t count;
	struct sample_part parts[SAMPLE_PARTS_MAX];
};

/* What is known of a chip the sample can be made for. */
struct sample_chip {
	const char *name;
	const char *project;
	unsigned emi_version; /* packages.md 3.4 */
	unsigned emi_stride;  /* bytes of one DRAM record */
	uint8_t sig_type;     /* 3: single signature and SHA-256; 5: certificate chain */
};

/* NULL when the chip is not in the table; sample_chip_names() is for the message then. */
const struct sample_chip *sample_chip_find(const char *name);
const char *sample_chip_names(void);

/*
 * Fills the plan; false when the partitions do not fit the plan's table. `raw`: no sparse images,
 * so that a device stores exactly the bytes it is sent.
 */
bool sample_plan_make(struct sample_plan *plan, const struct sample_chip *chip,
		      enum sample_storage storage, uint64_t seed, uint64_t size_mib, bool raw);

/* Each writes below `dir`; 0, or -1 with the reason already on stderr. */
int sample_write_scatter(const struct sample_plan *plan, const char *dir);
int sample_write_preloader(const struct sample_plan *plan, const struct sample_chip *chip,
			   const char *dir, uint16_t *sum16);
int sample_write_agent(const struct sample_plan *plan, const char *dir);
/* One image file; `sum16` is its Checksum.ini value, `bytes` its length. */
int sample_write_image(const struct sample_plan *plan, const struct sample_part *part,
		       const char *dir, uint16_t *sum16, uint64_t *bytes);

/* "<CHIP>_Android_scatter.txt" */
void sample_scatter_name(const struct sample_plan *plan, char *out, size_t size);

#endif
