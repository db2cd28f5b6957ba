#include "tests/rack/chipfacts.h"

#include <stddef.h>
#include <strings.h>

#define USUAL .hw_sub = CHIP_HW_SUB_CODE, .hw_version = CHIP_HW_VERSION
/* Feature phones: everything by 16-bit reads. */
#define FEATURE_PHONE USUAL, .version_regs = 0x80000000, .no_hw_code = true, .no_versions = true

static const struct chip_boot boots[] = {
	{.hw_code = 0x6225, FEATURE_PHONE},
	{.hw_code = 0x6226, FEATURE_PHONE},
	{.hw_code = 0x6236, FEATURE_PHONE},
	{.hw_code = 0x6238, FEATURE_PHONE},
	{.hw_code = 0x6253, FEATURE_PHONE},
	{.hw_code = 0x6256, FEATURE_PHONE},
	{.hw_code = 0x625A, FEATURE_PHONE},
	{.hw_code = 0x6261, USUAL, .version_regs = 0x80000000, .no_versions = true},
	{.hw_code = 0x6268, FEATURE_PHONE},
	{.hw_code = 0x6270, FEATURE_PHONE},
	{.hw_code = 0x6280, FEATURE_PHONE},
	{.hw_code = 0x6291, FEATURE_PHONE},
	{.hw_code = 0x6573,
	 .hw_sub = CHIP_HW_SUB_CODE,
	 .hw_version = 0xCA10,
	 .sw_version = 0xCA01,
	 .version_regs = 0x70026000,
	 .writable = 0x70000000,
	 .no_versions = true},
	{.hw_code = 0x6575,
	 .hw_sub = 0x8B00,
	 .hw_version = 0xCB00,
	 .sw_version = 0xE201,
	 .writable = 0xC0003070},
	{.hw_code = 0x6577, USUAL, .sw_version = 0xE100, .writable = 0xC0003070},
	{.hw_code = 0x6580, USUAL, .write_status = 1},
	{.hw_code = 0x6582, USUAL, .write_status = 1},
	{.hw_code = 0x6583, USUAL, .writable = 0x10203070},
	{.hw_code = 0x8135, USUAL, .writable = 0x10203070},
};

const struct chip_boot *chip_boot(const struct chip *chip)
{
	static const struct chip_boot usual = {USUAL};

	for (size_t i = 0; i < sizeof boots / sizeof *boots; i++) {
		if (boots[i].hw_code == chip->hw_code)
			return &boots[i];
	}
	return &usual;
}

static bool has(const struct chip *chip, int8_t stated)
{
	return chip->da_protocol == DA_PROTOCOL_LEGACY ? stated > 0 : stated != 0;
}

bool chip_has_me_id(const struct chip *chip)
{
	return has(chip, chip->me_id);
}

bool chip_has_soc_id(const struct chip *chip)
{
	return has(chip, chip->soc_id);
}

int chip_emi_version(const struct chip *chip, const char *name)
{
	static const struct {
		uint16_t hw_code;
		int version;
	} table[] = {
		{0x0279, 0},  {0x0326, 22}, {0x0551, 25}, {0x0562, 24}, {0x0601, 22},
		{0x0633, 27}, {0x0688, 31}, {0x0690, 30}, {0x0699, 32}, {0x0707, 40},
		{0x0717, 38}, {0x0725, 39}, {0x0766, 35}, {0x0788, 36}, {0x0813, 45},
		{0x0816, 46}, {0x0950, 51}, {0x0989, 52}, {0x0996, 49}, {0x8167, 28},
	};

	if (name && !strcasecmp(name, "MT6762"))
		return 35;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (table[i].hw_code == chip->hw_code)
			return table[i].version;
	}
	return -1;
}
