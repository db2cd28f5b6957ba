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
	{.name = "MT6572 nand with bad blocks",
	 .generation = "legacy",
	 .sample = {"--chip", "MT6572", "--storage", "nand", "--compact"},
	 .rack = {"--chip", "MT6572", "--storage", "nand:32M", "--nand-bad", "22,45,46"}},
	SETUP("legacy", "MT6572", "emmc", "64M"),
	SETUP("legacy", "MT6582", "emmc", "64M"),
	SETUP("legacy", "MT6589", "emmc", "64M", .faults = true),
	SETUP("legacy", "MT6592", "emmc", "64M"),
	SETUP("legacy", "MT6580", "emmc", "64M", .faults = true),
	SETUP("legacy", "MT6735", "emmc", "64M"),
	/* XFlash agents; none has a command for the table of a NAND: format-all is refused there */
	SETUP("xflash", "MT8167", "nand", "32M", .faults = true, .format_all = 44),
	SETUP("xflash", "MT6765", "emmc", "96M", .faults = true),
	SETUP("xflash", "MT6785", "ufs", "96M"),
	/* XML agents */
	SETUP("xml", "MT6789", "emmc", "64M", .faults = true),
	SETUP("xml", "MT6835", "ufs", "64M", .faults = true),
	SETUP("xml", "MT6985", "ufs", "64M"),
};

const size_t setup_count = sizeof setups / sizeof setups[0];
