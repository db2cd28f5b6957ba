/* The DRAM settings blob of a preloader, in the record layout of its chip (packages.md 3.4). */
#include "tests/sample/bytes.h"
#include "tests/sample/chips.h"
#include "tests/sample/rng.h"

#include <stdio.h>

#define HEAD	  0x70u
#define DISCRETE  0x00
#define NAND_MCP  0x01
#define EMMC_MCP  0x02
#define UFS_MCP	  0x03
#define GIB2	  UINT32_C(0x80000000)
#define RANK_ROOM 4

/* What a record matches: the parts that the rack's boards carry are among them. */
static const struct {
	uint8_t package;
	uint8_t id_bytes;
	const char *id;
} parts[] = {
	{DISCRETE, 0, ""},
	{EMMC_MCP, 9, "\x15\x01\x00Q823MB"},
	{EMMC_MCP, 9, "\x15\x01\x00QX13MB"},
	{EMMC_MCP, 9, "\x15\x01\x00GD6BMB"},
	{EMMC_MCP, 9, "\x90\x01\x4AHAG4a2"},
	{UFS_MCP, 14, "KM8V8001JM-B813"},
	{NAND_MCP, 5, "\xAD\xBC\x90\x55\x56"},
};
#define RECORDS ((unsigned)(sizeof parts / sizeof *parts))

uint32_t sample_emi_bytes(const struct sample_chip *chip)
{
	return HEAD + RECORDS * chip->emi->stride;
}

static void put_ranks(uint8_t *p, const struct sample_emi *emi)
{
	memset(p + emi->rank, 0, (size_t)emi->rank_width * (emi->letter == 'D' ? 2 : RANK_ROOM));
	set32(p + emi->rank, GIB2 / 2);
	set32(p + emi->rank + emi->rank_width, GIB2 / 2);
}

static void put_record(uint8_t *p, const struct sample_emi *emi, unsigned index, struct rng *r)
{
	bool low_power = emi->letter == 'A' || emi->letter == 'E' || emi->letter == 'F';

	rng_fill(r, p, emi->stride);
	memset(p, 0, emi->letter == 'D' || emi->letter == 'E' ? 0x18 : 0x28);
	if (emi->sub)
		set32(p, 1);
	set32(p + emi->type, (uint32_t)parts[index].package << 8 | (low_power ? 3 : 6));
	set32(p + emi->id_length, parts[index].id_bytes);
	memcpy(p + emi->id, parts[index].id, parts[index].id_bytes);
	put_ranks(p, emi);
	if (emi->vendor)
		set32(p + emi->vendor, parts[index].package == UFS_MCP || index < 4 ? 1 : 6);
}

void sample_put_emi(const struct sample_plan *plan, uint8_t *to)
{
	const struct sample_chip *chip = plan->chip;
	char magic[24];
	struct rng r;

	rng_init(&r, plan->wish.seed, "emi");
	memset(to, 0, HEAD);
	snprintf(magic, sizeof magic, "MTK_BLOADER_INFO_v%02u", chip->emi_version);
	set_text(to, magic);
	set_text(to + 0x1B, plan->preloader_file);
	set_text(to + 0x58, "V116");
	set32(to + 0x5C, 0x33448822);
	set32(to + 0x60, 0x00700090);
	set_text(to + 0x64, "MTK_BIN");
	set32(to + 0x6C, RECORDS);
	for (unsigned i = 0; i < RECORDS; i++)
		put_record(to + HEAD + (size_t)i * chip->emi->stride, chip->emi, i, &r);
}
