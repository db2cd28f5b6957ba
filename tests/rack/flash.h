/*
 * flash: the storage chip of a virtual device, as sparse files that anybody can compare.
 *
 * eMMC: boot1.img boot2.img rpmb.img user.img; UFS: lu0.img lu1.img lu2.img; NAND: nand.img, the
 * main areas of all blocks, good and bad (nand.h). What is written is in the file when the call
 * returns. Erased bytes read as zero and take no room.
 */
#ifndef RACK_FLASH_H
#define RACK_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "engine/format/storage.h"

struct flash_region {
	int fd; /* -1: the chip has no such region */
	uint64_t bytes;
	uint64_t written; /* bytes written since the device was made */
	uint64_t erased;
};

#define NAND_BAD_MAX 64

/* Geometry and bad blocks of a NAND chip; zero for other kinds. */
struct flash_nand {
	uint32_t page, spare, pages_per_block; /* bytes, bytes, pages */
	uint32_t bmt_blocks;		       /* at the end: replacements for bad blocks */
	uint8_t id[7];
	unsigned bad_count;
	uint32_t bad[NAND_BAD_MAX]; /* block numbers, ascending */
};

struct flash {
	enum storage_kind kind;
	uint32_t block; /* bytes; NAND: a page */
	struct flash_region regions[REGION_COUNT];
	struct flash_nand nand;
	bool dead;  /* fault: every write fails from now on */
	bool keeps; /* fault: writes and erases succeed, and the content stays */
	bool dirty; /* counters changed since device.json was written */
};

/* "emmc:32G", "ufs:64G", "nand:512M"; sizes with K, M, G or plain bytes. 0 or -1 with problem. */
int flash_parse_spec(const char *spec, enum storage_kind *kind, uint64_t *user_bytes,
		     struct problem *problem);

/* Open or make the files in `dir`. A file that exists keeps its content and must have its size. */
int flash_open(struct flash *flash, const char *dir, enum storage_kind kind, uint64_t user_bytes,
	       struct problem *problem);
void flash_close(struct flash *flash);
const char *flash_file_name(enum storage_kind kind, enum storage_region region); /* NULL: none */

/* Region by the number agents use for it (da-xflash.md 6.1); REGION_NONE when it is no section. */
enum storage_region flash_section(const struct flash *flash, uint32_t section);

/* 0, or -1 when the chip fails, the range is outside, or a bad block of NAND would be changed. */
int flash_write(struct flash *flash, enum storage_region region, uint64_t at, const void *bytes,
		size_t n);
int flash_read(const struct flash *flash, enum storage_region region, uint64_t at, void *bytes,
	       size_t n);
int flash_erase(struct flash *flash, enum storage_region region, uint64_t at, uint64_t n);
struct storage_sizes flash_sizes(const struct flash *flash);

#endif
