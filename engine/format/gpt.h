/*
 * gpt: the GUID partition table on a device. Source: protocol/packages.md 5.2.
 */
#ifndef ENGINE_FORMAT_GPT_H
#define ENGINE_FORMAT_GPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "engine/base/slice.h"

#define GPT_ENTRIES_MAX 128

struct gpt_entry {
	char name[73];	/* UTF-8 of up to 36 UTF-16 units, ASCII in practice */
	uint64_t start; /* bytes from the region's start */
	uint64_t size;	/* bytes */
	uint64_t attributes;
	uint8_t guid[16];
};

struct gpt {
	uint32_t sector;					   /* 512 or 4096 */
	uint64_t my_lba, alternate_lba, first_usable, last_usable; /* in sectors */
	uint8_t disk_guid[16];
	uint32_t slots; /* entries that the header counts, used or not; 0: 128 */
	size_t count;
	struct gpt_entry entries[GPT_ENTRIES_MAX];
};

/*
 * Parse a primary table from the first bytes of the user region (`head`, at least 34 sectors), as
 * a boot loader would: signature, header CRC, my_lba, entries CRC. `sector` 0 = find out.
 */
int gpt_parse(struct gpt *g, struct slice head, uint32_t sector, struct problem *problem);
/* The same for the backup: `tail` is the last bytes of a region of `region_bytes`. */
int gpt_parse_backup(struct gpt *g, struct slice tail, uint32_t sector, uint64_t region_bytes,
		     struct problem *problem);
const struct gpt_entry *gpt_find(const struct gpt *g, const char *name); /* any case */

/*
 * Build both tables for a region of `region_bytes`. `primary` receives the protective MBR (zero on
 * MediaTek), header and entries; `backup` entries then header, ending at the region's last byte.
 * Sizes in bytes are given back; buffers must hold 34 * sector (512) or 6 * 4096 bytes.
 */
int gpt_build(const struct gpt *g, uint64_t region_bytes, uint8_t *primary, size_t *primary_bytes,
	      uint8_t *backup, size_t *backup_bytes, struct problem *problem);

#endif
