#include "tests/rack/legacy/profile.h"

#include <stddef.h>
#include <strings.h>

enum { RECORD_A = 0xBC, RECORD_B = 0xB0, RECORD_E = 0xA8, RECORD_F = 0xB8, RECORD_G = 0x88 };

static const struct legacy_profile table[] = {
	/* one stage; the NAND table of region 2 before DRAM */
	{.hw_code = 0x6573,
	 .chip_byte = 0x83,
	 .major = 3,
	 .nand_ids = 5,
	 .dram = DRAM_A,
	 .emi_version = 7,
	 .emi_record = 0x40,
	 .single_stage = true,
	 .reversed_probe = true,
	 .pmt = true,
	 .unverified = true},
	{.hw_code = 0x6575,
	 .chip_byte = 0x84,
	 .major = 3,
	 .nand_ids = 5,
	 .dram = DRAM_A,
	 .emi_version = 8,
	 .emi_record = RECORD_G,
	 .single_stage = true,
	 .reversed_probe = true,
	 .pmt = true,
	 .unverified = true},
	{.hw_code = 0x6577,
	 .chip_byte = 0x85,
	 .major = 3,
	 .nand_ids = 5,
	 .dram = DRAM_A,
	 .emi_version = 8,
	 .emi_record = RECORD_G,
	 .single_stage = true,
	 .reversed_probe = true,
	 .pmt = true,
	 .unverified = true},
	/* two stages, PMT */
	{.hw_code = 0x6583,
	 .chip_byte = 0x86,
	 .major = 3,
	 .nand_ids = 5,
	 .extra = EXTRA_WORD,
	 .dram = DRAM_A,
	 .emi_version = 0x0A,
	 .emi_record = RECORD_F,
	 .reversed_probe = true,
	 .pmt = true,
	 .unverified = true},
	{.hw_code = 0x8135,
	 .chip_byte = 0x89,
	 .major = 3,
	 .nand_ids = 5,
	 .dram = DRAM_A,
	 .emi_version = 0x0A,
	 .emi_record = RECORD_F,
	 .reversed_probe = true,
	 .pmt = true,
	 .unverified = true},
	{.hw_code = 0x6582,
	 .chip_byte = 0x87,
	 .major = 4,
	 .nand_ids = 5,
	 .extra = EXTRA_WORD,
	 .dram = DRAM_A,
	 .emi_version = 0x0C,
	 .emi_record = RECORD_A,
	 .pmt = true},
	{.hw_code = 0x6592,
	 .chip_byte = 0x8A,
	 .major = 4,
	 .nand_ids = 7,
	 .extra = EXTRA_WORD,
	 .dram = DRAM_A,
	 .emi_version = 0x0D,
	 .emi_record = RECORD_A,
	 .dword_slots = true,
	 .pc_identity = true,
	 .pmt = true},
	{.hw_code = 0x8127,
	 .chip_byte = 0x8D,
	 .major = 4,
	 .nand_ids = 7,
	 .extra = EXTRA_WORD_SLC,
	 .dram = DRAM_A,
	 .emi_version = 0x0D,
	 .emi_record = RECORD_A,
	 .pmt = true},
	{.hw_code = 0x6571,
	 .chip_byte = 0x8B,
	 .major = 4,
	 .nand_ids = 7,
	 .extra = EXTRA_WORD,
	 .dram = DRAM_C,
	 .emi_version = 0x0E,
	 .emi_record = RECORD_E,
	 .pmt = true,
	 .unverified = true},
	{.hw_code = 0x6572,
	 .chip_byte = 0x88,
	 .major = 4,
	 .nand_ids = 7,
	 .dram = DRAM_C,
	 .emi_version = 0x0B,
	 .emi_record = RECORD_E,
	 .pmt = true},
	{.hw_code = 0x2601,
	 .chip_byte = 0x90,
	 .major = 4,
	 .nand_ids = 7,
	 .dram = DRAM_C,
	 .emi_version = 0x0B,
	 .emi_record = RECORD_E,
	 .pmt = true},
	/* two stages, GPT */
	{.hw_code = 0x6595,
	 .chip_byte = 0x8C,
	 .major = 4,
	 .nand_ids = 7,
	 .dram = DRAM_D,
	 .emi_version = 0x0F,
	 .emi_record = RECORD_B},
	{.hw_code = 0x6795,
	 .chip_byte = 0x9A,
	 .major = 4,
	 .nand_ids = 7,
	 .dram = DRAM_D,
	 .emi_version = 0x0F,
	 .emi_record = RECORD_B},
	{.hw_code = 0x8163,
	 .chip_byte = 0xA1,
	 .major = 4,
	 .nand_ids = 7,
	 .extra = EXTRA_SLC,
	 .dram = DRAM_D,
	 .emi_version = 0x10,
	 .emi_record = RECORD_A},
	{.hw_code = 0x6752,
	 .chip_byte = 0x8F,
	 .major = 4,
	 .nand_ids = 5,
	 .dram = DRAM_D,
	 .emi_version = 0x11,
	 .emi_record = RECORD_B},
	{.hw_code = 0x8590,
	 .chip_byte = 0x91,
	 .major = 4,
	 .nand_ids = 7,
	 .dram = DRAM_D,
	 .emi_version = 0x12,
	 .emi_record = RECORD_A},
	{.hw_code = 0x8172,
	 .chip_byte = 0x8E,
	 .major = 4,
	 .nand_ids = 5,
	 .dram = DRAM_D,
	 .emi_version = 0x13,
	 .emi_record = RECORD_A},
	{.hw_code = 0x8176,
	 .chip_byte = 0x8E,
	 .major = 4,
	 .nand_ids = 5,
	 .dram = DRAM_D,
	 .emi_version = 0x13,
	 .emi_record = RECORD_A},
	{.hw_code = 0x0321,
	 .chip_byte = 0x9B,
	 .major = 4,
	 .nand_ids = 5,
	 .dram = DRAM_D,
	 .emi_version = 0x14,
	 .emi_record = RECORD_A,
	 .emi_table_limit = 0x758},
	{.hw_code = 0x0335,
	 .chip_byte = 0x9B,
	 .major = 4,
	 .nand_ids = 5,
	 .dram = DRAM_D,
	 .emi_version = 0x14,
	 .emi_record = RECORD_A,
	 .emi_table_limit = 0x758},
	{.hw_code = 0x0337,
	 .chip_byte = 0x9B,
	 .major = 4,
	 .nand_ids = 5,
	 .dram = DRAM_D,
	 .emi_version = 0x14,
	 .emi_record = RECORD_A,
	 .emi_table_limit = 0x758},
	{.hw_code = 0x6580,
	 .chip_byte = 0x9C,
	 .major = 4,
	 .nand_ids = 7,
	 .extra = EXTRA_SLC,
	 .dram = DRAM_D,
	 .emi_version = 0x15,
	 .emi_record = RECORD_A,
	 .emi_table_limit = 0xEB0,
	 .any_part = true,
	 .gpt_limit = true},
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
