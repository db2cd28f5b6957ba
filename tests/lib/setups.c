#include "tests/lib/setups.h"

const struct setup setups[] = {
	{
		.name = "MT6765, eMMC",
		.generation = "xflash",
		.sample = {"--chip", "MT6765", "--size", "8"},
		.rack = {"--chip", "MT6765", "--storage", "emmc:6G"},
		.replaces_table = true,
	},
	{
		.name = "MT6785, UFS",
		.generation = "xflash",
		.sample = {"--chip", "MT6785", "--storage", "ufs", "--size", "8"},
		.rack = {"--chip", "MT6785", "--storage", "ufs:6G"},
		.replaces_table = true,
	},
};

const size_t setup_count = sizeof setups / sizeof setups[0];
