/*
 * DA_SAMPLE.bin: a container of stand-in agents, version 4, 64 slots, one entry a chip
 * (da-file.md 1 and 6). Its DA1 carries both digests of its DA2, as real ones carry one of them, so
 * a device that checks what it is given can tell a matching pair from a mixed one.
 */
#include "tests/sample/bytes.h"
#include "tests/sample/report.h"
#include "tests/sample/rng.h"
#include "tests/sample/sample.h"
#include "tests/sample/sink.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#define SLOTS	  64u
#define HEAD	  0x6Cu
#define ENTRY	  0xDCu
#define EPP_BYTES 0x270u
#define DA1_BODY  0x30000u
#define SIG	  0x100u

/* Look-up codes as containers carry them: the marketing number, not BROM's code. */
static const uint16_t codes[] = {0x6739, 0x6755, 0x6757, 0x6758, 0x6761, 0x6763, 0x6765,
				 0x6768, 0x6771, 0x6779, 0x6781, 0x6785, 0x6797, 0x6833,
				 0x6853, 0x6873, 0x6877, 0x6885, 0x6893};
#define ENTRIES (sizeof codes / sizeof *codes)

/* DA2 lengths differ by entry; every fourth is a whole number of pages (da-file.md 6, point 5). */
static uint32_t da2_body(size_t index)
{
	uint32_t pages = 0x48000 + (uint32_t)index * 0x1000;

	return index % 4 ? pages + 0x61C : pages;
}

static void put_region(uint8_t *p, uint32_t offset, uint32_t len, uint32_t address, uint32_t sig)
{
	set32(p, offset);
	set32(p + 4, len);
	set32(p + 8, address);
	set32(p + 12, sig ? len - sig : 0);
	set32(p + 16, sig);
}

static uint32_t put_entry(uint8_t *p, size_t index, uint32_t offset)
{
	uint32_t da2 = da2_body(index) + SIG;

	set16(p, 0xDADA);
	set16(p + 2, codes[index]);
	set16(p + 4, 0x8A00);
	set16(p + 6, 0xCA00);
	set32(p + 0x0C, 0x1000);
	set16(p + 0x12, 3);
	put_region(p + 0x14, offset, EPP_BYTES, 0x50000000, 0);
	offset += EPP_BYTES;
	put_region(p + 0x28, offset, DA1_BODY + SIG, 0x00200000, SIG);
	offset += DA1_BODY + SIG;
	put_region(p + 0x3C, offset, da2, 0x40000000, SIG);
	return offset + da2;
}

static void put_table(struct sink *s, const struct sample_plan *plan)
{
	uint8_t table[HEAD + SLOTS * ENTRY] = {0};
	uint32_t offset = sizeof table;
	char name[64];

	set_text(table, "MTK_DOWNLOAD_AGENT");
	snprintf(name, sizeof name, "MTK_AllInOne_DA_v3.3001.SIM-%04u",
		 (unsigned)(plan->seed % 10000));
	set_text(table + 0x20, name);
	set32(table + 0x60, 4);
	set32(table + 0x64, 0x22668899);
	set32(table + 0x68, ENTRIES);
	for (size_t i = 0; i < ENTRIES; i++)
		offset = put_entry(table + HEAD + i * ENTRY, i, offset);
	sink_put(s, table, sizeof table);
}

/* The small pre-processing module: only its GFH header means anything (da-file.md 2.1). */
static void put_epp(struct sink *s, struct rng *r)
{
	uint8_t epp[EPP_BYTES];

	rng_fill(r, epp, sizeof epp);
	memset(epp, 0, 0x38);
	memcpy(epp, "MMM\x01", 4);
	set16(epp + 4, 0x38);
	set_text(epp + 8, "FILE_INFO");
	set32(epp + 0x14, 1);
	set16(epp + 0x18, 7);
	epp[0x1B] = 2;
	set32(epp + 0x1C, 0x50000000);
	set32(epp + 0x20, EPP_BYTES);
	set32(epp + 0x24, 0x4000);
	set32(epp + 0x28, 0x38);
	set32(epp + 0x2C, SIG);
	sink_put(s, epp, sizeof epp);
}

/* Both digests of DA2 without its signature, in the last 4 KiB of DA1 and at no fixed distance. */
static int put_stages(struct sink *s, struct rng *r, uint8_t *da1, uint8_t *da2, size_t index)
{
	uint32_t body = da2_body(index);
	uint8_t *digests = da1 + DA1_BODY - 0x1000 + rng_between(r, 0, 0xE00);

	rng_fill(r, da1, DA1_BODY + SIG);
	rng_fill(r, da2, body + SIG);
	if (!EVP_Digest(da2, body, digests, NULL, EVP_sha256(), NULL) ||
	    !EVP_Digest(da2, body, digests + 0x30, NULL, EVP_sha1(), NULL))
		return report("agent", "DA2 digest", "hashing failed", "check libcrypto");
	sink_put(s, da1, DA1_BODY + SIG);
	sink_put(s, da2, body + SIG);
	return 0;
}

int sample_write_agent(const struct sample_plan *plan, const char *dir)
{
	uint8_t *da1 = malloc(DA1_BODY + SIG), *da2 = malloc(da2_body(ENTRIES) + SIG);
	struct sink s;
	struct rng r;
	int bad = -1;

	if (!da1 || !da2) {
		report("agent", dir, "no memory", "close other programs");
	} else if (!sink_open(&s, dir, "DA_SAMPLE.bin")) {
		rng_init(&r, plan->seed, "DA_SAMPLE.bin");
		put_table(&s, plan);
		bad = 0;
		for (size_t i = 0; i < ENTRIES && !bad; i++) {
			put_epp(&s, &r);
			bad = put_stages(&s, &r, da1, da2, i);
		}
		if (sink_close(&s, NULL, NULL))
			bad = -1;
	}
	free(da1);
	free(da2);
	return bad;
}
