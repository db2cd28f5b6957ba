/*
 * flash: the storage chip of a virtual device, as sparse files that anybody can compare.
 *
 * eMMC: boot1.img boot2.img rpmb.img user.img; UFS: lu0.img lu1.img lu2.img. What is written is in
 * the file when the call returns. Erased bytes read as zero and take no room.
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

struct flash {
	enum storage_kind kind;
	uint32_t block; /* bytes */
	struct flash_region regions[REGION_COUNT];
	bool dead;  /* fault: every write fails from now on */
	bool dirty; /* counters changed since device.json was written */
};

/* "emmc:32G", "ufs:64G", "emmc:512M"; sizes with K, M, G or plain bytes. 0 or -1 with problem. */
int flash_parse_spec(const char *spec, enum storage_kind *kind, uint64_t *user_bytes,
		     struct problem *problem);

/* Open or make the files in `dir`. A file that exists keeps its content and must have its size. */
int flash_open(struct flash *flash, const char *dir, enum storage_kind kind, uint64_t user_bytes,
	       struct problem *problem);
void flash_close(struct flash *flash);
const char *flash_file_name(enum storage_kind kind, enum storage_region region); /* NULL: none */

/* Region by the number agents use for it (da-xflash.md 6.1); REGION_NONE when it is no section. */
enum storage_region flash_section(const struct flash *flash, uint32_t section);

/* 0, or -1 when the chip fails or the range is outside. */
int flash_write(struct flash *flash, enum storage_region region, uint64_t at, const void *bytes,
		size_t n);
int flash_read(const struct flash *flash, enum storage_region region, uint64_t at, void *bytes,
	       size_t n);
int flash_erase(struct flash *flash, enum storage_region region, uint64_t at, uint64_t n);
struct storage_sizes flash_sizes(const struct flash *flash);

#endif
