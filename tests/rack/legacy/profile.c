#include "tests/rack/legacy/profile.h"

#include <stddef.h>
#include <strings.h>

/* Bytes of a DRAM record, by layout (packages.md 3.4). */
enum {
	RECORD_A = 0xBC,
	RECORD_B = 0xB0,
	RECORD_E = 0xA8,
	RECORD_F = 0xB8,
	RECORD_G = 0x88,
	RECORD_6573 = 0x40
};

/* What the first fields of a row are: da-legacy.md 3.1 (chip byte), 3.3 (DRAM), 4.1 (NAND ids). */
#define ROW(hw, byte, ids, way, version, record)                                                   \
	.hw_code = (hw), .chip_byte = (byte), .major = 4, .nand_ids = (ids), .dram = (way),        \
	.emi_version = (version), .emi_record = (record)
/* MT6573 to 6589: agents of version 3, PMT, no digest of the second stage. */
#define EARLY .reversed_probe = true, .pmt = true, .unverified = true
#define EARLY_ROW(hw, byte, version, record)                                                       \
	.hw_code = (hw), .chip_byte = (byte), .major = 3, .nand_ids = 5, .dram = DRAM_A,           \
	.emi_version = (version), .emi_record = (record), EARLY

static const struct legacy_profile table[] = {
	/* one stage; the NAND table of region 2 before DRAM */
	{EARLY_ROW(0x6573, 0x83, 0x07, RECORD_6573), .single_stage = true},
	{EARLY_ROW(0x6575, 0x84, 0x08, RECORD_G), .single_stage = true},
	{EARLY_ROW(0x6577, 0x85, 0x08, RECORD_G), .single_stage = true},
	/* two stages, PMT */
	{EARLY_ROW(0x6583, 0x86, 0x0A, RECORD_F), .extra = EXTRA_WORD},
	{EARLY_ROW(0x8135, 0x89, 0x0A, RECORD_F)},
	{ROW(0x6582, 0x87, 5, DRAM_A, 0x0C, RECORD_A), .extra = EXTRA_WORD, .pmt = true},
	{ROW(0x6592, 0x8A, 7, DRAM_A, 0x0D, RECORD_A), .extra = EXTRA_WORD, .dword_slots = true,
	 .pc_identity = true, .pmt = true},
	{ROW(0x8127, 0x8D, 7, DRAM_A, 0x0D, RECORD_A), .extra = EXTRA_WORD_SLC, .pmt = true},
	{ROW(0x6571, 0x8B, 7, DRAM_C, 0x0E, RECORD_E), .extra = EXTRA_WORD, .pmt = true,
	 .unverified = true},
	{ROW(0x6572, 0x88, 7, DRAM_C, 0x0B, RECORD_E), .pmt = true},
	{ROW(0x2601, 0x90, 7, DRAM_C, 0x0B, RECORD_E), .pmt = true},
	/* two stages, GPT */
	{ROW(0x6595, 0x8C, 7, DRAM_D, 0x0F, RECORD_B)},
	{ROW(0x6795, 0x9A, 7, DRAM_D, 0x0F, RECORD_B)},
	{ROW(0x8163, 0xA1, 7, DRAM_D, 0x10, RECORD_A), .extra = EXTRA_SLC},
	{ROW(0x6752, 0x8F, 5, DRAM_D, 0x11, RECORD_B)},
	{ROW(0x8590, 0x91, 7, DRAM_D, 0x12, RECORD_A)},
	{ROW(0x8172, 0x8E, 5, DRAM_D, 0x13, RECORD_A)},
	{ROW(0x8176, 0x8E, 5, DRAM_D, 0x13, RECORD_A)},
	{ROW(0x0321, 0x9B, 5, DRAM_D, 0x14, RECORD_A), .emi_table_limit = 0x758},
	{ROW(0x0335, 0x9B, 5, DRAM_D, 0x14, RECORD_A), .emi_table_limit = 0x758},
	{ROW(0x0337, 0x9B, 5, DRAM_D, 0x14, RECORD_A), .emi_table_limit = 0x758},
	{ROW(0x6580, 0x9C, 7, DRAM_D, 0x15, RECORD_A), .extra = EXTRA_SLC, .emi_table_limit = 0xEB0,
	 .any_part = true, .gpt_limit = true},
};

const struct legacy_profile *la_profile_of(const struct chip *chip)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (table[i].hw_code == chip->hw_code)
			return &table[i];
	}
	return NULL;
}

uint8_t la_chip_byte(const struct legacy_profile *profile, const char *name)
{
	static const struct {
		const char *name;
		uint8_t byte;
	} own[] = {
		{"MT7623", 0x92}, {"MT7683", 0x93},  {"MT8521", 0x99},	{"MT6735M", 0x9D},
		{"MT6753", 0x9E}, {"MT6737T", 0x9F}, {"MT6737M", 0xA0},
	};

	for (size_t i = 0; name && i < sizeof own / sizeof *own; i++) {
		if (!strcasecmp(name, own[i].name))
			return own[i].byte;
	}
	return profile->chip_byte;
}

bool la_wide_nand(uint8_t chip_byte)
{
	return chip_byte >= 0x8B;
}

bool la_bmt_word(uint8_t chip_byte)
{
	return chip_byte == 0x8D || chip_byte == 0x91 || chip_byte == 0x99 || chip_byte == 0xA1;
}

bool la_narrow_list(uint8_t chip_byte)
{
	return chip_byte == 0x91 || chip_byte == 0x92 || chip_byte == 0x95 || chip_byte == 0x99 ||
	       chip_byte == 0xA1;
}
