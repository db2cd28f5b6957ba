/*
 * da_file: the container of download agents. Source: protocol/da-file.md.
 */
#ifndef ENGINE_FORMAT_DA_FILE_H
#define ENGINE_FORMAT_DA_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "engine/base/slice.h"

#define DA_REGIONS_MAX 10
#define DA_ENTRIES_MAX 1024 /* 88 slots are the most seen; more is damage or malice */

struct da_region {
	uint32_t offset; /* absolute, in the file */
	uint32_t len;	 /* bytes, signature included */
	uint32_t start_addr;
	uint32_t sig_offset; /* from the region's start, however the file counts it */
	uint32_t sig_len;
};

struct da_entry {
	uint16_t hw_code; /* look-up code, e.g. 0x6765 */
	uint16_t hw_sub_code;
	uint16_t hw_version;
	uint16_t sw_version;
	uint32_t feature;
	uint16_t entry_region_index;
	uint16_t region_count;
	struct da_region regions[DA_REGIONS_MAX];
};

struct da_file {
	char identifier[65];
	uint32_t info_ver; /* 3 or 4 */
	bool v6;	   /* identifier names MTK_DA_v6: XML protocol */
	size_t count;
	struct da_entry *entries; /* owned */
	struct slice bytes;	  /* borrowed: the whole file */
};

int da_file_parse(struct da_file *d, struct slice bytes, struct problem *problem);
void da_file_free(struct da_file *d);

/*
 * Choose the entry for a chip (da-file.md section 3): `da_code` is the folded look-up code of the
 * chip table. NULL with `problem` naming all four values when none fits; never a lower version.
 */
const struct da_entry *da_file_select(const struct da_file *d, uint16_t da_code,
				      uint16_t hw_sub_code, uint16_t hw_version,
				      uint16_t sw_version, struct problem *problem);

/* First and second stage of an entry (da-file.md 2.1); false when the entry has none. */
bool da_entry_stages(const struct da_file *d, const struct da_entry *e, struct da_region *da1,
		     struct da_region *da2, struct problem *problem);
struct slice da_region_bytes(const struct da_file *d, const struct da_region *r);

#endif
