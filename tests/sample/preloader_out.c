/*
 * A raw preloader: GFH chain, noise for code, the DRAM settings blob at its documented place before
 * the signature, and a signature area of the chip's kind (packages.md 3.3 and 3.4).
 */
#include "tests/sample/bytes.h"
#include "tests/sample/report.h"
#include "tests/sample/rng.h"
#include "tests/sample/sample.h"
#include "tests/sample/sink.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#define EMI_HEAD    0x70u
#define EMI_RECORDS 6u
#define SIG_HASH    0x124u /* type 3: single signature with a SHA-256 */
#define SIG_CHAIN   0x66Cu /* type 5: certificate chain */

static uint8_t *put_gfh(uint8_t *p, uint16_t kind, uint16_t size)
{
	memset(p, 0, size);
	memcpy(p, "MMM\x01", 4);
	set16(p + 4, size);
	set16(p + 6, kind);
	return p + size;
}

static uint32_t put_chain(uint8_t *p, const struct sample_chip *chip)
{
	uint8_t *next = put_gfh(p, 0, 0x38); /* FILE_INFO, filled by the caller */

	next = put_gfh(next, 1, 0x0C); /* BL_INFO */
	set32(next - 4, 1);	       /* attribute: loaded by BROM */
	next = put_gfh(next, 7, 0x64); /* BROM_CFG */
	if (chip->sig_type == 3)
		next = put_gfh(next, 3, 0x214); /* BL_SEC_KEY: certificate generations lack it */
	next = put_gfh(next, 2, 0x14);		/* ANTI_CLONE */
	next = put_gfh(next, 8, 0x30);		/* BROM_SEC_CFG */
	set32(next - 0x28, 3);			/* configuration bits, as retail builds have them */
	return chip->sig_type == 3 ? 0x300 : 0xF0;
}

static void put_file_info(uint8_t *p, const struct sample_chip *chip, uint32_t total,
			  uint32_t sig_len, uint32_t content)
{
	set_text(p + 8, "FILE_INFO");
	set32(p + 0x14, 1);
	set16(p + 0x18, 1); /* first loader */
	p[0x1A] = 5;	    /* eMMC boot region: UFS builds say so as well (3.3) */
	p[0x1B] = chip->sig_type;
	set32(p + 0x1C, chip->sig_type == 3 ? 0x200D00 : 0x200F10);
	set32(p + 0x20, total);
	set32(p + 0x24, 0x40000);
	set32(p + 0x28, content);
	set32(p + 0x2C, sig_len);
	set32(p + 0x30, content);
	set32(p + 0x34, 1);
}

/* One record: a discrete DRAM first, then eMMC multi-chip packages with a CID to match. */
static void put_record(uint8_t *p, const struct sample_chip *chip, unsigned index, struct rng *r)
{
	static const char products[][7] = {"Q823MB", "QX13MB", "GD6BMB", "GX6BMB", "RH64AB"};
	uint32_t rank = chip->emi_stride == 188 ? 0x6C : 0x50;
	uint32_t vendor = chip->emi_stride == 188 ? 0xB0 : 0x98;

	rng_fill(r, p, chip->emi_stride);
	memset(p, 0, 0x28);
	set32(p, 1);
	set32(p + 4, index ? 0x206 : 0x006);
	if (index) {
		set32(p + 8, 9);
		memcpy(p + 0x10, "\x15\x01\x00", 3);
		memcpy(p + 0x13, products[index - 1], 6);
	}
	memset(p + rank, 0, 32);
	set32(p + rank, 0x80000000u);
	set32(p + rank + (chip->emi_stride == 188 ? 4 : 8), 0x80000000u);
	set32(p + vendor, index % 2 ? 1 : 6);
}

static void put_emi(uint8_t *p, const struct sample_plan *plan, const struct sample_chip *chip,
		    struct rng *r)
{
	char magic[24];

	memset(p, 0, EMI_HEAD);
	snprintf(magic, sizeof magic, "MTK_BLOADER_INFO_v%02u", chip->emi_version);
	set_text(p, magic);
	set_text(p + 0x1B, plan->preloader_file);
	set_text(p + 0x58, "V116");
	set32(p + 0x5C, 0x33448822);
	set32(p + 0x60, 0x00700090);
	set_text(p + 0x64, "MTK_BIN");
	set32(p + 0x6C, EMI_RECORDS);
	for (unsigned i = 0; i < EMI_RECORDS; i++)
		put_record(p + EMI_HEAD + (size_t)i * chip->emi_stride, chip, i, r);
}

/* Type 3 carries a SHA-256 of everything before it, after a word of 1: an integrity test (3.3). */
static int put_signature(uint8_t *image, uint32_t total, uint32_t sig_len,
			 const struct sample_chip *chip)
{
	uint8_t *sig = image + total - sig_len;

	if (chip->sig_type != 3)
		return 0;
	set32(sig, 1);
	if (!EVP_Digest(image, total - sig_len, sig + 4, NULL, EVP_sha256(), NULL))
		return report("preloader", "signature", "SHA-256 failed", "check libcrypto");
	return 0;
}

static int build(uint8_t *image, uint32_t total, const struct sample_plan *plan,
		 const struct sample_chip *chip)
{
	uint32_t sig_len = chip->sig_type == 3 ? SIG_HASH : SIG_CHAIN;
	uint32_t emi_len = EMI_HEAD + EMI_RECORDS * chip->emi_stride;
	uint32_t end = total - sig_len, content;
	struct rng r;

	rng_init(&r, plan->seed, plan->preloader_file);
	rng_fill(&r, image, total);
	content = put_chain(image, chip);
	put_file_info(image, chip, total, sig_len, content);
	put_emi(image + end - 4 - emi_len, plan, chip, &r);
	set32(image + end - 4, emi_len);
	return put_signature(image, total, sig_len, chip);
}

int sample_write_preloader(const struct sample_plan *plan, const struct sample_chip *chip,
			   const char *dir, uint16_t *sum16)
{
	uint32_t total = (uint32_t)plan->parts[0].file_bytes;
	uint8_t *image = malloc(total);
	struct sink s;

	if (!image)
		return report("preloader", dir, "no memory", "close other programs");
	if (build(image, total, plan, chip) || sink_open(&s, dir, plan->preloader_file)) {
		free(image);
		return -1;
	}
	sink_put(&s, image, total);
	free(image);
	return sink_close(&s, sum16, NULL);
}
