/*
 * samples: small valid inputs made on the spot, for unit tests and as seeds of the fuzz targets.
 * Tests spoil a copy in one place each.
 */
#ifndef TESTS_UNIT_SAMPLES_H
#define TESTS_UNIT_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

/* A growing buffer; memory that runs out ends the test program. */
struct buffer {
	uint8_t *p;
	size_t n;
	size_t room;
};

void buffer_add(struct buffer *b, const void *bytes, size_t n);
void buffer_fill(struct buffer *b, uint8_t value, size_t n);
/* Bytes that differ everywhere but repeat for the same seed. */
void buffer_noise(struct buffer *b, uint32_t seed, size_t n);
void buffer_le16(struct buffer *b, uint16_t v);
void buffer_le32(struct buffer *b, uint32_t v);
void buffer_le64(struct buffer *b, uint64_t v);
void buffer_text(struct buffer *b, const char *s);
void buffer_free(struct buffer *b);
struct slice buffer_slice(const struct buffer *b);

/* Scatter files of six partitions: preloader, pgpt, nvram, boot, userdata, sgpt. */
extern const char sample_yaml[];
extern const char sample_yaml_multi[]; /* eMMC and UFS, boot only */
extern const char sample_xml[];
extern const char sample_xml_multi[];
extern const char sample_plain_nand[];
extern const char sample_plain_emmc[];
extern const char sample_checksum_ini[];

/* `text` with the first `from` replaced by `to`; ends the test when `from` is not there. */
char *text_replaced(const char *text, const char *from, const char *to);

/*
 * Sparse image of 4 chunks with blocks of 4096: raw (2 blocks), fill 0x11223344 (3), don't care
 * (4), raw (1); then a CRC chunk when `crc` is set. 10 blocks in all.
 */
struct buffer sample_sparse(bool crc);
/* What it expands to, don't care as `hole`. */
struct buffer sample_sparse_expanded(uint8_t hole);

/* Agent file with one entry for each code; `version` 3 or 4. Three regions each, as for phones. */
struct buffer sample_da(uint32_t version, const uint16_t *codes, const uint16_t *sw_versions,
			size_t count);

/*
 * Preloader with `count` DRAM records of `stride` bytes, noted version and inner name. `sig_type` 3
 * gives a signature with the SHA-256 in it, any other value 0x66C bytes of noise.
 */
struct buffer sample_preloader(unsigned emi_version, uint32_t stride, uint32_t count,
			       const char *name, uint8_t sig_type);
/* The same inside an image of the boot region, "EMMC_BOOT" or "UFS_BOOT". */
struct buffer sample_boot_region(const char *boot_name, struct slice preloader);
/* The bare DRAM settings. */
struct buffer sample_emi(unsigned version, uint32_t stride, uint32_t count, const char *name);

#endif
