#include "tests/sample/chips.h"

#include <stdio.h>
#include <string.h>

#include "tests/sample/layouts.h"

#define EMMC (1u << SAMPLE_EMMC)
#define UFS  (1u << SAMPLE_UFS)
#define NAND (1u << SAMPLE_NAND)

/* letter, stride, sub version, type, id length, id, ranks, their width, vendor */
static const struct sample_emi emi_a = {'A', 188, 1, 0x04, 0x08, 0x10, 0x6C, 4, 0xB0};
static const struct sample_emi emi_b = {'B', 176, 1, 0x04, 0x08, 0x10, 0x60, 4, 0xA4};
static const struct sample_emi emi_c = {'C', 160, 1, 0x04, 0x08, 0x10, 0x50, 8, 0x98};
static const struct sample_emi emi_8167 = {'c', 144, 1, 0x04, 0x08, 0x10, 0x50, 4, 0};
static const struct sample_emi emi_d = {'D', 84, 0, 0x00, 0x04, 0x08, 0x18, 8, 0x50};
static const struct sample_emi emi_e = {'E', 168, 0, 0x00, 0x14, 0x04, 0x90, 4, 0xA0};
static const struct sample_emi emi_f = {'F', 184, 1, 0x04, 0x08, 0x10, 0x6C, 4, 0};

/* load address, largest size, BROM_CFG's size and version, signature type */
static const struct sample_gfh gfh_6572 = {0x2007200, 0x20000, 0x5C, 1, 3};
static const struct sample_gfh gfh_6592 = {0x200100, 0x20000, 0x64, 3, 3};
static const struct sample_gfh gfh_2015 = {0x200D00, 0x40000, 0x64, 1, 3};
static const struct sample_gfh gfh_2019 = {0x200F10, 0x40000, 0x64, 1, 5};
static const struct sample_gfh gfh_2022 = {0x200F10, 0x80000, 0x64, 1, 5};

#define XFLASH(name, project, storages, version, emi, gfh)                                         \
	{                                                                                          \
		name, project, AGENT_XFLASH, storages, FORM_V112, &sample_layout_2019, version,    \
			emi, gfh, false                                                            \
	}
#define XML(name, project)                                                                         \
	{                                                                                          \
		name, project, AGENT_XML, EMMC | UFS, FORM_XML, &sample_layout_2022, 0, &emi_d,    \
			&gfh_2022, false                                                           \
	}

#define LEGACY(name, project, storages, form, layout, version, emi, gfh, no_fill)                  \
	{                                                                                          \
		name, project, AGENT_LEGACY, storages, form, layout, version, emi, gfh, no_fill    \
	}

static const struct sample_chip chips[] = {
	LEGACY("MT6571", "q500", EMMC, FORM_V111, &sample_layout_2013, 14, &emi_e, &gfh_6572, true),
	LEGACY("MT6572", "a101", EMMC | NAND, FORM_V111, &sample_layout_2013, 11, &emi_e, &gfh_6572,
	       true),
	LEGACY("MT6580", "w370", EMMC, FORM_V112, &sample_layout_2015, 21, &emi_a, &gfh_2015,
	       false),
	LEGACY("MT6582", "s5222", EMMC | NAND, FORM_V111, &sample_layout_2013, 12, &emi_a,
	       &gfh_6592, true),
	LEGACY("MT6589", "s960", EMMC, FORM_PLAIN, &sample_layout_2012, 10, &emi_f, &gfh_6592,
	       true),
	LEGACY("MT6592", "s5260", EMMC, FORM_V112, &sample_layout_2012, 13, &emi_a, &gfh_6592,
	       true),
	LEGACY("MT6735", "hq6735_66t", EMMC, FORM_V112, &sample_layout_2015, 20, &emi_a, &gfh_2015,
	       false),
	LEGACY("MT6737", "rlk6737m_65", EMMC, FORM_V112, &sample_layout_2015, 20, &emi_a, &gfh_2015,
	       false),
	LEGACY("MT6752", "k52v1_64", EMMC, FORM_V112, &sample_layout_2015, 17, &emi_b, &gfh_2015,
	       true),
	LEGACY("MT6753", "jl628_s1", EMMC, FORM_V112, &sample_layout_2015, 20, &emi_a, &gfh_2015,
	       false),
	LEGACY("MT6795", "k95v1_64", EMMC, FORM_V112, &sample_layout_2015, 15, &emi_b, &gfh_2015,
	       true),
	LEGACY("MT8163", "h55_8163", EMMC, FORM_V112, &sample_layout_2015, 16, &emi_a, &gfh_2015,
	       true),

	XFLASH("MT6739", "k39tv1_64_bsp", EMMC | UFS, 32, &emi_a, &gfh_2015),
	XFLASH("MT6755", "k55v1_64", EMMC, 22, &emi_b, &gfh_2015),
	XFLASH("MT6757", "k57v1_64", EMMC | UFS, 25, &emi_c, &gfh_2015),
	XFLASH("MT6761", "k61v1_64_bsp", EMMC | UFS, 38, &emi_c, &gfh_2019),
	XFLASH("MT6763", "k63v1_64_bsp", EMMC | UFS, 30, &emi_c, &gfh_2019),
	XFLASH("MT6765", "k65v1_64_bsp", EMMC | UFS, 35, &emi_c, &gfh_2019),
	XFLASH("MT6768", "k68v1_64", EMMC | UFS, 40, &emi_c, &gfh_2019),
	XFLASH("MT6771", "k71v1_64_bsp", EMMC | UFS, 36, &emi_c, &gfh_2019),
	XFLASH("MT6779", "k79v1_64", EMMC | UFS, 39, &emi_c, &gfh_2019),
	XFLASH("MT6785", "k85v1_64", EMMC | UFS, 45, &emi_c, &gfh_2019),
	XFLASH("MT6833", "k6833v1_64", EMMC | UFS, 52, &emi_d, &gfh_2022),
	XFLASH("MT6853", "k6853v1_64", EMMC | UFS, 49, &emi_d, &gfh_2022),
	XFLASH("MT6885", "k6885v1_64", EMMC | UFS, 46, &emi_c, &gfh_2022),
	XFLASH("MT6893", "k6893v1_64", EMMC | UFS, 51, &emi_d, &gfh_2022),
	XFLASH("MT8167", "lx04", EMMC | NAND, 28, &emi_8167, &gfh_2015),

	XML("MT6789", "k6789v1_64"),
	XML("MT6835", "k6835v1_64"),
	XML("MT6855", "k6855v1_64"),
	XML("MT6878", "k6878v1_64"),
	XML("MT6886", "k6886v1_64"),
	XML("MT6895", "k6895v1_64"),
	XML("MT6897", "k6897v1_64"),
	XML("MT6983", "k6983v1_64"),
	XML("MT6985", "k6985v1_64"),
	XML("MT6989", "k6989v1_64"),
	XML("MT6991", "k6991v1_64"),
};
#define CHIPS (sizeof chips / sizeof *chips)

const struct sample_chip *sample_chip_find(const char *name)
{
	for (size_t i = 0; i < CHIPS; i++)
		if (!strcmp(chips[i].name, name))
			return &chips[i];
	return NULL;
}

const struct sample_chip *sample_chip_at(size_t i)
{
	return i < CHIPS ? &chips[i] : NULL;
}

const char *sample_chip_names(void)
{
	static char names[CHIPS * 8];

	names[0] = '\0';
	for (size_t i = 0; i < CHIPS; i++) {
		size_t n = strlen(names);

		snprintf(names + n, sizeof names - n, "%s%s", i ? " " : "", chips[i].name);
	}
	return names;
}
