/*
 * preloader: GFH chain, device header, and the DRAM (EMI) settings of a preloader image.
 * Source: protocol/packages.md section 3.
 */
#ifndef ENGINE_FORMAT_PRELOADER_H
#define ENGINE_FORMAT_PRELOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "engine/base/slice.h"

#define PRELOADER_EMI_MAX 64 /* records kept; 36 is the most seen */

struct emi_record {
	uint32_t type;	    /* as written: low byte DRAM type, second byte package (3.4) */
	uint32_t id_length; /* bytes used of id; 0 = discrete DRAM, matches anything */
	uint8_t id[16];
	uint32_t fw_id_length;
	uint8_t fw_id[8];
	uint64_t dram_bytes; /* sum of the ranks */
	uint32_t vendor;     /* MR5; 0 unknown */
};

struct preloader {
	size_t boot_header; /* bytes before the raw preloader (device header); 0 = raw form */
	char boot_name[13]; /* "EMMC_BOOT", "UFS_BOOT", ... or "" */
	uint32_t load_addr;
	uint32_t file_len; /* bytes, with signature */
	uint32_t max_size;
	uint32_t content_offset;
	uint32_t jump_offset;
	uint32_t sig_len;
	uint16_t file_type;
	uint8_t flash_dev;
	uint8_t sig_type;
	enum { PRELOADER_HASH_NONE, PRELOADER_HASH_GOOD, PRELOADER_HASH_BAD } hash; /* sig_type 3 */
	struct slice raw; /* borrowed from the image: the raw preloader, [gfh, gfh + file_len) */

	/* EMI settings; emi.n == 0 when the image holds none */
	struct slice emi; /* borrowed: the whole blob, head included, as XFlash agents take it */
	unsigned emi_version; /* the NN of MTK_BLOADER_INFO_vNN */
	char name[62];	      /* file name noted inside, e.g. "preloader_k65v1_64_bsp.bin" */
	char layout;	      /* 'A'..'G', 'c' for C'; '?' unknown */
	uint32_t emi_stride;
	/*
	 * Records in the blob; at most PRELOADER_EMI_MAX are in `records`. By length, not by the
	 * word at 0x6C, which is too high in builds of MT6572 to MT6589. 0: of a kind not known.
	 */
	size_t emi_count;
	struct emi_record records[PRELOADER_EMI_MAX];
	char platform[16]; /* from EMI version and inner name, e.g. "MT6765"; "" unknown */
};

/* Parse a raw preloader, a boot-region image, or a bare MTK_BLOADER_INFO blob. `p` borrows `image`.
 */
int preloader_parse(struct preloader *p, struct slice image, struct problem *problem);

/* Chips seen with this EMI version and layout, ended by NULL; the first is NULL if none is known.
 */
const char *const *preloader_chips(const struct preloader *p);

/*
 * May an image with this EMI version and layout belong to `platform` ("MT6765")?
 * 1 yes by the table of packages.md 3.4, 0 no, -1 the table does not know.
 */
int preloader_fits_platform(const struct preloader *p, const char *platform);

#endif
