/*
 * region: a device's storage file, or a package's image, mapped for reading; and where a storage
 * file really holds data, so that gigabytes of holes cost nothing.
 */
#ifndef TESTS_SAMPLE_REGION_H
#define TESTS_SAMPLE_REGION_H

#include <stdbool.h>
#include <stdint.h>

struct region {
	char path[4096];
	int fd;
	uint64_t bytes;
	const uint8_t *at; /* NULL for an empty file */
	bool patched;	   /* bytes in memory are not all those of the file */
};

int region_open(struct region *r, const char *dir, const char *name);
/*
 * The rack's NAND chip in `dir` as its commands see it: blocks that device.json lists as replaced
 * show what is in their place. `page` gets the page size, bytes.
 */
int region_open_nand(struct region *r, const char *dir, uint32_t *page);
void region_close(struct region *r);

/* First byte of [from, to) that is not zero, or `to`. Holes are skipped unread. */
uint64_t region_first_nonzero(const struct region *r, uint64_t from, uint64_t to);

enum region_storage { REGIONS_EMMC, REGIONS_UFS, REGIONS_NAND };

/* What kind of device's files does `dir` hold? eMMC when neither lu2.img nor nand.img is there. */
enum region_storage region_dir_storage(const char *dir);

#endif
