#include "engine/chips/quirks.h"

/* Which of them a chip of this family answers is not known (da-legacy.md 3.1). */
#define BYTES_6735                                                                                 \
	{                                                                                          \
		0x9B, 0x9D, 0x9E, 0x9F, 0xA0                                                       \
	}

#define FAMILY_6735                                                                                \
	.chip_bytes = BYTES_6735, .wide_nand = true, .reset_key = 1, .bmt_flag = 1,                \
	.emi = EMI_TABLE, .emi_version = 0x14, .emi_record = 0xBC, .emi_limit = 0x758

#define FAMILY_8173                                                                                \
	.chip_bytes = {0x8E}, .wide_nand = true, .reset_key = 1, .bmt_flag = 1, .emi = EMI_TABLE,  \
	.emi_version = 0x13

static const struct chip_quirks table[] = {
	{.hw_code = 0x0321, FAMILY_6735},
	{.hw_code = 0x0335, FAMILY_6735},
	{.hw_code = 0x0337, FAMILY_6735},
	{.hw_code = 0x2601,
	 .chip_bytes = {0x90},
	 .wide_nand = true,
	 .reset_key = 1,
	 .bmt_flag = 1,
	 .emi = EMI_ONE_BEHIND_ID,
	 .emi_record = 0xA8},
	{.hw_code = 0x6571,
	 .chip_bytes = {0x8B},
	 .extra = EXTRA_NEW_COMBO,
	 .wide_nand = true,
	 .reset_key = 1,
	 .bmt_flag = 1,
	 .emi = EMI_ONE_BEHIND_ID,
	 .emi_record = 0xA8},
	{.hw_code = 0x6572,
	 .chip_bytes = {0x88},
	 .reset_key = 1,
	 .emi = EMI_ONE_BEHIND_ID,
	 .emi_record = 0xA8},
	{.hw_code = 0x6573,
	 .chip_bytes = {0x83},
	 .no_probe = true,
	 .single_stage = true,
	 .old_numbers = true,
	 .reset_key = 1,
	 .emi = EMI_ONE},
	{.hw_code = 0x6575,
	 .chip_bytes = {0x84},
	 .no_probe = true,
	 .single_stage = true,
	 .old_numbers = true,
	 .reset_key = 1,
	 .emi = EMI_ONE,
	 .emi_version = 0x08,
	 .emi_record = 0x88},
	{.hw_code = 0x6577,
	 .chip_bytes = {0x85},
	 .no_probe = true,
	 .single_stage = true,
	 .old_numbers = true,
	 .reset_key = 1,
	 .emi = EMI_ONE,
	 .emi_version = 0x08,
	 .emi_record = 0x88},
	{.hw_code = 0x6580,
	 .chip_bytes = {0x9C},
	 .extra = EXTRA_SLC,
	 .wide_nand = true,
	 .reset_key = 1,
	 .bmt_flag = 1,
	 .emi = EMI_TABLE,
	 .emi_version = 0x15,
	 .emi_record = 0xBC,
	 .emi_limit = 0xEB0,
	 .gpt_entries = 40},
	{.hw_code = 0x6582,
	 .chip_bytes = {0x87},
	 .extra = EXTRA_NEW_COMBO,
	 .reset_key = 1,
	 .bmt_flag = 2,
	 .emi = EMI_ONE,
	 .emi_discrete = true,
	 .emi_version = 0x0C,
	 .emi_record = 0xBC},
	{.hw_code = 0x6583,
	 .chip_bytes = {0x86},
	 .extra = EXTRA_FORCE_DRAM,
	 .emi = EMI_ONE,
	 .emi_discrete = true,
	 .emi_version = 0x0A,
	 .emi_record = 0xB8},
	{.hw_code = 0x6592,
	 .chip_bytes = {0x8A},
	 .extra = EXTRA_IS_GPT,
	 .pc_time = true,
	 .combo_words = 5,
	 .reset_key = 1,
	 .bmt_flag = 1,
	 .emi = EMI_ONE,
	 .emi_discrete = true,
	 .emi_version = 0x0D,
	 .emi_record = 0xBC},
	{.hw_code = 0x6595,
	 .chip_bytes = {0x8C},
	 .wide_nand = true,
	 .reset_key = 1,
	 .bmt_flag = 1,
	 .emi = EMI_TABLE,
	 .emi_version = 0x0F},
	{.hw_code = 0x6752,
	 .chip_bytes = {0x8F},
	 .wide_nand = true,
	 .reset_key = 1,
	 .bmt_flag = 1,
	 .emi = EMI_TABLE,
	 .emi_version = 0x11},
	{.hw_code = 0x6795,
	 .chip_bytes = {0x9A},
	 .wide_nand = true,
	 .reset_key = 1,
	 .bmt_flag = 1,
	 .emi = EMI_TABLE,
	 .emi_version = 0x0F},
	{.hw_code = 0x8127,
	 .chip_bytes = {0x8D},
	 .extra = EXTRA_SKIP_SLC,
	 .wide_nand = true,
	 .bmt_word = true,
	 .reset_key = 1,
	 .bmt_flag = 1,
	 .emi = EMI_ONE,
	 .emi_version = 0x0D,
	 .emi_record = 0xBC},
	{.hw_code = 0x8135,
	 .chip_bytes = {0x89},
	 .reset_key = 1,
	 .bmt_flag = 1,
	 .emi = EMI_ONE,
	 .emi_version = 0x0A,
	 .emi_record = 0xB8},
	{.hw_code = 0x8163,
	 .chip_bytes = {0xA1},
	 .extra = EXTRA_SLC,
	 .wide_nand = true,
	 .bmt_word = true,
	 .narrow_lists = true,
	 .reset_key = 1,
	 .bmt_flag = 1,
	 .emi = EMI_TABLE,
	 .emi_version = 0x10},
	{.hw_code = 0x8172, FAMILY_8173},
	{.hw_code = 0x8176, FAMILY_8173},
	{.hw_code = 0x8590,
	 .chip_bytes = {0x91, 0x92, 0x93, 0x99},
	 .wide_nand = true,
	 .bmt_word = true,
	 .narrow_lists = true,
	 .reset_key = 1,
	 .bmt_flag = 1,
	 .emi = EMI_TABLE,
	 .emi_version = 0x12},
};

size_t chip_quirks_count(void)
{
	return sizeof table / sizeof table[0];
}

const struct chip_quirks *chip_quirks_at(size_t i)
{
	return i < chip_quirks_count() ? &table[i] : NULL;
}

const struct chip_quirks *chip_quirks_of(uint16_t hw_code)
{
	for (size_t i = 0; i < chip_quirks_count(); i++)
		if (table[i].hw_code == hw_code)
			return &table[i];
	return NULL;
}
