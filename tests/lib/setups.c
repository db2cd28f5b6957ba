#include "tests/lib/setups.h"

/* A small package of that chip, and a device with room for it. */
#define SETUP(gen, chip, kind, size, ...)                                                          \
	{                                                                                          \
		.name = chip " " kind, .generation = gen,                                          \
		.sample = {"--chip", chip, "--storage", kind, "--compact"},                        \
		.rack = {"--chip", chip, "--storage", kind ":" size}, __VA_ARGS__                  \
	}

const struct setup setups[] = {
	/* legacy agents: partition tables as PMT in NAND and on old eMMC, MBR and EBR, then GPT */
	SETUP("legacy", "MT6572", "nand", "32M", .faults = true),
	SETUP("legacy", "MT6572", "emmc", "64M"),
	SETUP("legacy", "MT6582", "emmc", "64M"),
	SETUP("legacy", "MT6589", "emmc", "64M", .faults = true),
	SETUP("legacy", "MT6592", "emmc", "64M"),
	SETUP("legacy", "MT6580", "emmc", "64M", .faults = true),
	SETUP("legacy", "MT6735", "emmc", "64M"),
	/* XFlash agents; none has a command that writes the table of a NAND, so format-all is
	   refused */
	SETUP("xflash", "MT8167", "nand", "32M", .faults = true, .format_all = 44),
	SETUP("xflash", "MT6765", "emmc", "96M", .faults = true),
	SETUP("xflash", "MT6785", "ufs", "96M"),
	/* XML agents */
	SETUP("xml", "MT6789", "emmc", "64M", .faults = true),
	SETUP("xml", "MT6835", "ufs", "64M", .faults = true),
	SETUP("xml", "MT6985", "ufs", "64M"),
};

const size_t setup_count = sizeof setups / sizeof setups[0];
