/* What a provisioned unit carries that no other unit has (packages.md section 6). */
#include "tests/rack/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/bytes.h"
#include "tests/rack/nand.h"

enum { OWN_BYTES = 0x40000, NVRAM_BLOCK = 0x20000, NVRAM_DATA = 0x8000 };

/* ext4 as far as a look at the superblock goes; the rest is this unit's own noise. */
static void make_ext4(uint8_t *p, uint64_t partition_bytes, const char *label, struct seeded *s)
{
	memset(p, 0, 0x2000);
	put_le32(p + 0x400, 1024);
	put_le32(p + 0x404, (uint32_t)(partition_bytes / 4096));
	put_le32(p + 0x418, 2); /* blocks of 4096 */
	put_le16(p + 0x438, 0xEF53);
	put_le32(p + 0x44C, 1);
	seeded_fill(s, p + 0x468, 16);
	snprintf((char *)p + 0x478, 16, "%s", label);
}

static void make_proinfo(uint8_t *p, const struct identity *id)
{
	memset(p, 0, OWN_BYTES);
	memcpy(p, id->serial, strlen(id->serial));
	for (int i = 0; i < 2; i++) {
		uint8_t *slot = p + 64 + 10 * i;

		imei_to_bcd(id->imei[i], slot);
		slot[8] = 1; /* software version of the modem */
	}
}

/* Checksum of the bin region: words alternately XORed and added, then the size (packages.md 6). */
static uint32_t nvram_sum(const uint8_t *data, uint32_t n)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < n / 4; i++) {
		uint32_t v = get_le32(data + 4 * i);

		sum = i % 2 ? sum + v : sum ^ v;
	}
	return sum ^ n;
}

static void make_nvram(uint8_t *p)
{
	memset(p, 0, NVRAM_BLOCK);
	put_le32(p, 0x400);
	put_le32(p + 4, NVRAM_DATA);
	put_le32(p + 12, nvram_sum(p + NVRAM_BLOCK, NVRAM_DATA));
}

static void make_seccfg(uint8_t *p)
{
	static const uint32_t words[] = {0x4D4D4D4D, 4, 0x3C, 1, 0, 0, 0x45454545};
	uint8_t sealed[32];

	memcpy(sealed, p, sizeof sealed);
	memset(p, 0, OWN_BYTES);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		put_le32(p + 4 * i, words[i]);
	memcpy(p + 28, sealed, sizeof sealed);
}

static void make(uint8_t *p, const char *name, uint64_t bytes, const struct identity *id,
		 struct seeded *s)
{
	seeded_fill(s, p, OWN_BYTES);
	if (!strcasecmp(name, "proinfo") || !strcasecmp(name, "PRO_INFO"))
		make_proinfo(p, id);
	else if (!strcasecmp(name, "nvram"))
		make_nvram(p);
	else if (!strcasecmp(name, "seccfg"))
		make_seccfg(p);
	else if (!strcasecmp(name, "frp"))
		memset(p, 0, OWN_BYTES); /* clean: no account lock */
	else
		make_ext4(p, bytes, name, s);
}

int layout_provision(struct flash *flash, const struct gpt *gpt, const struct identity *id,
		     uint64_t seed, struct problem *problem)
{
	uint8_t *p = malloc(OWN_BYTES);
	int bad = 0;

	if (!p)
		return problem_set(problem, "memory", "use fewer devices", "none left");
	for (size_t i = 0; i < gpt->count && !bad; i++) {
		const struct gpt_entry *e = &gpt->entries[i];
		struct seeded s = {.state = seed ^ get_le64(id->me_id) ^ i << 48};
		size_t n = e->size < OWN_BYTES ? (size_t)e->size : OWN_BYTES;

		if (!scatter_is_identity(e->name))
			continue;
		make(p, e->name, e->size, id, &s);
		bad = flash->kind == STORAGE_NAND ? flash_nand_write(flash, e->start, p, n)
						  : flash_write(flash, REGION_USER, e->start, p, n);
	}
	free(p);
	if (bad)
		return problem_set(problem, "storage file", "make room in --state",
				   "the unit's own data cannot be written");
	return 0;
}
