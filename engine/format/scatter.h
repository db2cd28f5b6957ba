/*
 * scatter: the partition layout file of a firmware package, in all of its forms.
 * Source: protocol/packages.md section 1.
 *
 * A scatter is parsed from bytes in memory; the parsed form owns copies of all strings.
 * Addresses of entries counted from the end of the flash (0xFFFFnnnn) stay symbolic until
 * scatter_resolve() is given the size of the region on the device.
 */
#ifndef ENGINE_FORMAT_SCATTER_H
#define ENGINE_FORMAT_SCATTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "engine/base/slice.h"
#include "engine/format/storage.h"

#define SCATTER_ENTRIES_MAX  128 /* per storage section (packages.md 1.10) */
#define SCATTER_SECTIONS_MAX 4
#define SCATTER_NAME_MAX     64 /* with NUL */
#define SCATTER_FILE_MAX     256

enum scatter_form {
	SCATTER_PLAIN,
	SCATTER_YAML,
	SCATTER_YAML_MULTI,
	SCATTER_XML,
	SCATTER_XML_MULTI,
};

enum scatter_operation {
	SCATTER_OP_UPDATE,
	SCATTER_OP_BOOTLOADERS,
	SCATTER_OP_INVISIBLE,
	SCATTER_OP_PROTECTED,
	SCATTER_OP_BINREGION,
	SCATTER_OP_RESERVED,
	SCATTER_OP_NEEDRESIZE,
};

struct scatter_entry {
	char index[16];		     /* "SYS0"; "" in the plain form */
	char name[SCATTER_NAME_MAX]; /* without __NODL_ / __NODL_RSV_; "" in one tool's files */
	/* relative to the scatter's folder; "" when NONE; the plain form implies patterns: "fat*"
	 */
	char file[SCATTER_FILE_MAX];
	bool is_download;
	bool is_upgradable;
	bool is_reserved;
	bool boundary_check;
	bool empty_boot_needed;
	bool from_end; /* start is not known yet: blocks_from_end counts */
	/*
	 * Ends where the reserved tail of the flash begins, known to scatter_resolve() only: size
	 * 0, or the last fixed user entry when it is the growing kind (userdata, FAT, NEEDRESIZE),
	 * whose `size` is then a nominal one.
	 */
	bool to_end;
	uint32_t blocks_from_end; /* low 16 bits of 0xFFFFnnnn, in block_size */
	uint64_t start;	   /* bytes from the region's start (see 1.6); valid when !from_end */
	uint64_t linear;   /* linear_start_addr as written */
	uint64_t physical; /* physical_start_addr as written */
	uint64_t size;	   /* bytes */
	enum storage_region region;
	enum storage_kind storage;
	enum scatter_operation operation;
	char type[24];	      /* "NORMAL_ROM", ... as written */
	char region_text[24]; /* "EMMC_BOOT_1", ... as written; "" in the plain form */
	unsigned line;	      /* where the entry starts in the file; 0 unknown */
};

struct scatter_section {
	enum storage_kind storage;
	char boot_channel[16];
	uint64_t block_size; /* bytes; 0x20000 eMMC, 0x80000 UFS when not stated */
	uint64_t user_base;  /* plain and V1.1.1: linear address of the user region's start */
	size_t count;
	struct scatter_entry *entries; /* owned, file order */
};

#define SCATTER_WARNINGS_MAX 16

struct scatter {
	enum scatter_form form;
	char config_version[16]; /* "" in the plain form */
	char platform[24]; /* "MT6765"; plain form: "" until the caller sets it from the file name
			    */
	char project[64];
	size_t section_count;
	struct scatter_section sections[SCATTER_SECTIONS_MAX];
	size_t warning_count; /* oddities that were tolerated, in `warnings` */
	char warnings[SCATTER_WARNINGS_MAX][160];
};

/*
 * Parse `text` (any size; NUL bytes are refused). `file_name` (may be NULL) gives the platform of
 * the plain form. Returns 0, or -1 with `problem` filled; `s` is then empty.
 */
int scatter_parse(struct scatter *s, struct slice text, const char *file_name,
		  struct problem *problem);
void scatter_free(struct scatter *s);

/*
 * True when both give the same partitions the same places, files and operations. Builds of newer
 * chips hold one layout twice, as .txt and as .xml (packages.md 1.5).
 */
bool scatter_same(const struct scatter *a, const struct scatter *b);

/* Section for a storage kind, or NULL. NAND matches every NAND sub-kind. */
const struct scatter_section *scatter_section_for(const struct scatter *s, enum storage_kind kind);

/* Entry by name (case-sensitive), or NULL. */
const struct scatter_entry *scatter_find(const struct scatter_section *sec, const char *name);

/*
 * Start and size in bytes of entry `e` of `sec` on a device whose regions have `sizes`
 * (packages.md 1.6). False when the region is missing or too small for the entry.
 */
bool scatter_resolve(const struct scatter_section *sec, const struct scatter_entry *e,
		     const struct storage_sizes *sizes, uint64_t *start, uint64_t *size);

/*
 * First entry at or after index `from` that shares bytes with an earlier one, both at fixed places
 * and not reserved (an overlap among reserved entries is normal). `other` gets the earlier one's
 * index. Returns sec->count when there is none.
 */
size_t scatter_next_overlap(const struct scatter_section *sec, size_t from, size_t *other);

const char *scatter_form_name(enum scatter_form form);	       /* "YAML multi-storage" */
const char *scatter_operation_name(enum scatter_operation op); /* "UPDATE" */

/*
 * True for partitions that bear a unit's identity, old names and new, any case, with or without a
 * slot suffix (packages.md 1.8, and the key stores of section 6).
 */
bool scatter_is_identity(const char *name);

#endif
