/*
 * DA_SAMPLE.bin: a container of stand-in agents, version 4, 64 slots, one entry a look-up code of
 * the chip's generation (da-file.md 1, 2.3 and 6). Its DA1 carries the digest of its DA2, as real
 * ones do: legacy ones SHA-1, the others both kinds. A device that checks what it is given can so
 * tell a matching pair from a mixed one.
 */
#include "tests/sample/bytes.h"
#include "tests/sample/chips.h"
#include "tests/sample/report.h"
#include "tests/sample/rng.h"
#include "tests/sample/sign.h"
#include "tests/sample/sink.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#define SLOTS	  64u
#define HEAD	  0x6Cu
#define ENTRY	  0xDCu
#define EPP_BYTES 0x270u
#define SIG	  0x100u

/* hw_code as the container carries it, load addresses of its three regions, first region. */
struct da_code {
	uint16_t code;
	uint32_t at[3];
	uint8_t first;
};

static const struct da_code legacy_codes[] = {
	{0x6583, {0x12020000, 0x12000000, 0x82038000}, 1},
	{0x8135, {0x12020000, 0x12000000, 0x82038000}, 1},
	{0x6572, {0x80010000, 0x02007000, 0x80000000}, 0},
	{0x6571, {0x80010000, 0x02008000, 0x80000000}, 0},
	{0x6582, {0x80010000, 0x00200000, 0x80000000}, 0},
	{0x8127, {0x80010000, 0x00200000, 0x80000000}, 0},
	{0x6592, {0x80010000, 0x00110000, 0x80000000}, 0},
	{0x6595, {0x00210000, 0x00110000, 0x40000000}, 0},
	{0x6795, {0x00210000, 0x00110000, 0x40000000}, 0},
	{0x6752, {0x50000000, 0x00110000, 0x40000000}, 0},
	{0x8173, {0x00210000, 0x000C0000, 0x40000000}, 0},
	{0x6735, {0x50000000, 0x00200000, 0x40000000}, 0},
	{0x8163, {0x50000000, 0x00200000, 0x40000000}, 0},
	{0x6580, {0x50000000, 0x00200000, 0x80000000}, 0},
};

/* The marketing number, not BROM's code. */
static const uint16_t xflash_codes[] = {
	0x6739, 0x6755, 0x6757, 0x6758, 0x6761, 0x6763, 0x6765, 0x6768, 0x6771, 0x6779,
	0x6781, 0x6785, 0x6797, 0x6833, 0x6853, 0x6873, 0x6877, 0x6885, 0x6893, 0x8167,
};

/* BROM's code; MT6789's agent is loaded elsewhere than the others'. */
static const uint16_t xml_codes[] = {
	0x0907, 0x1129, 0x1172, 0x1203, 0x1208, 0x1209, 0x1229, 0x1236, 0x1296, 0x1357, 0x1375,
};

/* What is the same for all entries of one generation. */
struct family {
	const char *identifier;
	size_t count;
	uint16_t hw_sub;
	uint32_t da1_body;
	uint32_t da2_body; /* of the first entry; they differ from entry to entry */
};

static struct family family_of(const struct sample_plan *plan)
{
	static const struct family families[] = {
		{"MTK_AllInOne_DA_v3.3001.SIM-", sizeof legacy_codes / sizeof *legacy_codes, 0,
		 0x11300, 0x28000},
		{"MTK_AllInOne_DA_v3.3001.SIM-", sizeof xflash_codes / sizeof *xflash_codes, 0x8A00,
		 0x2E000, 0x48000},
		{"MTK_DA_v6.3001.SIM-", sizeof xml_codes / sizeof *xml_codes, 0x8A00, 0x2A000,
		 0x50000},
	};
	struct family f = families[plan->chip->agent];

	if (plan->wish.compact) {
		f.da1_body = 0x5000;
		f.da2_body = 0x6000;
	}
	return f;
}

static struct da_code code_at(const struct sample_plan *plan, size_t i)
{
	uint32_t at;

	if (plan->chip->agent == AGENT_LEGACY)
		return legacy_codes[i];
	if (plan->chip->agent == AGENT_XFLASH)
		return (struct da_code){xflash_codes[i], {0x50000000, 0x00200000, 0x40000000}, 0};
	at = xml_codes[i] == 0x1208 ? 0x00200000 : 0x02000000;
	return (struct da_code){xml_codes[i], {at, at, 0x40000000}, 0};
}

/* DA2 lengths differ by entry; every fourth is a whole number of pages (da-file.md 6, point 5). */
static uint32_t da2_body(const struct family *f, size_t index)
{
	uint32_t pages = f->da2_body + (uint32_t)index * 0x1000;

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

static uint32_t put_entry(uint8_t *p, const struct family *f, const struct da_code *code,
			  size_t index, uint32_t offset)
{
	uint32_t da2 = da2_body(f, index) + SIG;

	set16(p, 0xDADA);
	set16(p + 2, code->code);
	set16(p + 4, f->hw_sub);
	set16(p + 6, 0xCA00);
	set32(p + 0x0C, 0x1000);
	set16(p + 0x10, code->first);
	set16(p + 0x12, 3);
	put_region(p + 0x14, offset, EPP_BYTES, code->at[0], 0);
	offset += EPP_BYTES;
	put_region(p + 0x28, offset, f->da1_body + SIG, code->at[1], SIG);
	offset += f->da1_body + SIG;
	put_region(p + 0x3C, offset, da2, code->at[2], SIG);
	return offset + da2;
}

static void put_table(struct sink *s, const struct sample_plan *plan, const struct family *f)
{
	uint8_t table[HEAD + SLOTS * ENTRY] = {0};
	uint32_t offset = sizeof table;
	char name[64];

	set_text(table, "MTK_DOWNLOAD_AGENT");
	snprintf(name, sizeof name, "%s%04u", f->identifier, (unsigned)(plan->wish.seed % 10000));
	set_text(table + 0x20, name);
	set32(table + 0x60, 4);
	set32(table + 0x64, 0x22668899);
	set32(table + 0x68, (uint32_t)f->count);
	for (size_t i = 0; i < f->count; i++) {
		struct da_code code = code_at(plan, i);

		offset = put_entry(table + HEAD + i * ENTRY, f, &code, i, offset);
	}
	sink_put(s, table, sizeof table);
}

/* The small pre-processing module: only its GFH header means anything (da-file.md 2.1). */
static void put_epp(struct sink *s, struct rng *r, uint32_t at)
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
	set32(epp + 0x1C, at);
	set32(epp + 0x20, EPP_BYTES);
	set32(epp + 0x24, 0x4000);
	set32(epp + 0x28, 0x38);
	set32(epp + 0x2C, SIG);
	sink_put(s, epp, sizeof epp);
}

/* Digests of DA2 without its signature, in the last 4 KiB of DA1 and at no fixed distance. */
static int put_digests(const struct sample_plan *plan, struct rng *r, uint8_t *da1, uint32_t body,
		       const uint8_t *da2, uint32_t da2_bytes)
{
	uint8_t *to = da1 + body - 0x1000 + rng_between(r, 0, 0xE00);

	if (!EVP_Digest(da2, da2_bytes, to + 0x30, NULL, EVP_sha1(), NULL))
		return -1;
	if (plan->chip->agent == AGENT_LEGACY)
		return 0;
	return EVP_Digest(da2, da2_bytes, to, NULL, EVP_sha256(), NULL) ? 0 : -1;
}

static int put_stages(struct sink *s, struct rng *r, const struct sample_plan *plan,
		      const struct family *f, uint8_t *da1, uint8_t *da2, size_t index)
{
	uint32_t body = da2_body(f, index);
	const char *key = plan->wish.sign_key;

	rng_fill(r, da1, f->da1_body + SIG);
	rng_fill(r, da2, body + SIG);
	if (put_digests(plan, r, da1, f->da1_body, da2, body))
		return report("agent", "DA2 digest", "hashing failed", "check libcrypto");
	if (key && (sign_bytes(key, da1, f->da1_body, da1 + f->da1_body, SIG) ||
		    sign_bytes(key, da2, body, da2 + body, SIG)))
		return -1;
	sink_put(s, da1, f->da1_body + SIG);
	sink_put(s, da2, body + SIG);
	return 0;
}

int sample_write_agent(const struct sample_plan *plan, const char *dir)
{
	struct family f = family_of(plan);
	uint8_t *da1 = malloc(f.da1_body + SIG), *da2 = malloc(da2_body(&f, f.count) + SIG);
	struct sink s;
	struct rng r;
	int bad = -1;

	if (!da1 || !da2) {
		report("agent", dir, "no memory", "close other programs");
	} else if (!sink_open(&s, dir, "DA_SAMPLE.bin")) {
		rng_init(&r, plan->wish.seed, "DA_SAMPLE.bin");
		put_table(&s, plan, &f);
		bad = 0;
		for (size_t i = 0; i < f.count && !bad; i++) {
			struct da_code code = code_at(plan, i);

			put_epp(&s, &r, code.at[0]);
			bad = put_stages(&s, &r, plan, &f, da1, da2, i);
		}
		if (sink_close(&s, NULL, NULL))
			bad = -1;
	}
	free(da1);
	free(da2);
	return bad;
}
