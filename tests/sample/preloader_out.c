/*
 * A raw preloader: GFH chain, noise for code, the DRAM settings blob at its documented place before
 * the signature, and a signature area of the chip's kind (packages.md 3.3 and 3.4).
 */
#include "tests/sample/bytes.h"
#include "tests/sample/chips.h"
#include "tests/sample/report.h"
#include "tests/sample/rng.h"
#include "tests/sample/sink.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#define SIG_HASH  0x124u /* type 3: single signature with a SHA-256 */
#define SIG_CHAIN 0x66Cu /* type 5: certificate chain */

enum { FILE_INFO, BL_INFO, ANTI_CLONE, BL_SEC_KEY, BROM_CFG = 7, BROM_SEC_CFG };

static uint8_t *put_gfh(uint8_t *p, uint16_t kind, uint16_t size)
{
	memset(p, 0, size);
	memcpy(p, "MMM\x01", 4);
	set16(p + 4, size);
	set16(p + 6, kind);
	return p + size;
}

/* Gives the content offset. */
static uint32_t put_chain(uint8_t *p, const struct sample_gfh *gfh)
{
	uint8_t *next = put_gfh(p, FILE_INFO, 0x38); /* filled by the caller */
	uint8_t *version_at;

	next = put_gfh(next, BL_INFO, 0x0C);
	set32(next - 4, 1); /* attribute: loaded by BROM */
	version_at = next + 3;
	next = put_gfh(next, BROM_CFG, gfh->config_bytes);
	*version_at = gfh->config_version;
	if (gfh->sig_type == 3)
		next = put_gfh(next, BL_SEC_KEY, 0x214); /* certificate generations lack it */
	next = put_gfh(next, ANTI_CLONE, 0x14);
	next = put_gfh(next, BROM_SEC_CFG, 0x30);
	set32(next - 0x28, 3); /* configuration bits, as retail builds have them */
	return ((uint32_t)(next - p) + 7) & ~UINT32_C(7); /* 0xF0 where 0xEC bytes are used */
}

static void put_file_info(uint8_t *p, const struct sample_plan *plan, uint32_t total,
			  uint32_t sig_len, uint32_t content)
{
	const struct sample_gfh *gfh = plan->chip->gfh;

	set_text(p + 8, "FILE_INFO");
	set32(p + 0x14, 1);
	set16(p + 0x18, 1);				/* first loader */
	p[0x1A] = plan->storage == SAMPLE_NAND ? 2 : 5; /* UFS builds say 5 as well (3.3) */
	p[0x1B] = gfh->sig_type;
	set32(p + 0x1C, gfh->load_addr);
	set32(p + 0x20, total);
	set32(p + 0x24, gfh->max_size);
	set32(p + 0x28, content);
	set32(p + 0x2C, sig_len);
	set32(p + 0x30, content);
	set32(p + 0x34, 1);
}

/* Type 3 carries a SHA-256 of everything before it, after a word of 1: an integrity test (3.3). */
static int put_signature(uint8_t *image, uint32_t total, uint32_t sig_len, uint8_t sig_type)
{
	uint8_t *sig = image + total - sig_len;

	if (sig_type != 3)
		return 0;
	set32(sig, 1);
	if (!EVP_Digest(image, total - sig_len, sig + 4, NULL, EVP_sha256(), NULL))
		return report("preloader", "signature", "SHA-256 failed", "check libcrypto");
	return 0;
}

static int build(uint8_t *image, uint32_t total, const struct sample_plan *plan)
{
	const struct sample_gfh *gfh = plan->chip->gfh;
	uint32_t sig_len = gfh->sig_type == 3 ? SIG_HASH : SIG_CHAIN;
	uint32_t emi_len = sample_emi_bytes(plan->chip);
	uint32_t end = total - sig_len, content;
	struct rng r;

	rng_init(&r, plan->wish.seed, plan->preloader_file);
	rng_fill(&r, image, total);
	content = put_chain(image, gfh);
	put_file_info(image, plan, total, sig_len, content);
	sample_put_emi(plan, image + end - 4 - emi_len);
	set32(image + end - 4, emi_len);
	return put_signature(image, total, sig_len, gfh->sig_type);
}

int sample_write_preloader(const struct sample_plan *plan, const struct sample_part *part,
			   const char *dir, uint16_t *sum16)
{
	uint32_t total = (uint32_t)part->file_bytes;
	uint8_t *image = malloc(total);
	struct sink s;

	if (!image)
		return report("preloader", dir, "no memory", "close other programs");
	if (build(image, total, plan) || sink_open(&s, dir, plan->preloader_file)) {
		free(image);
		return -1;
	}
	sink_put(&s, image, total);
	free(image);
	return sink_close(&s, sum16, NULL);
}
