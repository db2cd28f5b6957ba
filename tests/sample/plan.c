/*
 * The layout: a phone of 2019 with all its identity partitions between the ones that are flashed,
 * because a writer that strays must hit something that is checked.
 */
#include "tests/sample/sample.h"

#include <stdio.h>
#include <string.h>

#define KIB ((uint64_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

static const struct sample_chip chips[] = {
	/* name, project, EMI version, stride (packages.md 3.4 layouts C and A), signature type
	   (3.3) */
	{"MT6739", "k39tv1_64_bsp", 32, 188, 3}, {"MT6757", "k57v1_64", 25, 160, 3},
	{"MT6761", "k61v1_64_bsp", 38, 160, 5},	 {"MT6763", "k63v1_64_bsp", 30, 160, 5},
	{"MT6765", "k65v1_64_bsp", 35, 160, 5},	 {"MT6768", "k68v1_64", 40, 160, 5},
	{"MT6771", "k71v1_64_bsp", 36, 160, 5},	 {"MT6779", "k79v1_64", 39, 160, 5},
	{"MT6785", "k85v1_64", 45, 160, 5},
};

const struct sample_chip *sample_chip_find(const char *name)
{
	for (size_t i = 0; i < sizeof chips / sizeof *chips; i++)
		if (!strcmp(chips[i].name, name))
			return &chips[i];
	return NULL;
}

const char *sample_chip_names(void)
{
	return "MT6739, MT6757, MT6761, MT6763, MT6765, MT6768, MT6771, MT6779 or MT6785";
}

/*
 * Image sizes are for a package of 256 MiB and scale with --size, except the small fixed ones; the
 * system image takes what is left. `size` is the nominal partition size; a larger image grows it.
 */
struct row {
	const char *name, *file, *operation;
	uint64_t size;
	uint64_t image; /* bytes; 0 no image */
	enum sample_head head;
	bool fixed;  /* does not scale */
	bool sparse; /* written as an Android sparse image */
	bool shared;
};

static const struct row user_rows[] = {
	{"pgpt", NULL, "INVISIBLE", 32 * KIB, 0, HEAD_NONE, false, false, false},
	{"boot_para", NULL, "INVISIBLE", 1 * MIB, 0, HEAD_NONE, false, false, false},
	{"recovery", "recovery.img", "UPDATE", 32 * MIB, 20 * MIB, HEAD_ANDROID, false, false,
	 false},
	{"para", NULL, "INVISIBLE", 512 * KIB, 0, HEAD_NONE, false, false, false},
	{"expdb", NULL, "INVISIBLE", 20 * MIB, 0, HEAD_NONE, false, false, false},
	{"frp", NULL, "INVISIBLE", 1 * MIB, 0, HEAD_NONE, false, false, false},
	{"nvcfg", NULL, "PROTECTED", 8 * MIB, 0, HEAD_NONE, false, false, false},
	{"nvdata", NULL, "INVISIBLE", 32 * MIB, 0, HEAD_NONE, false, false, false},
	{"metadata", NULL, "INVISIBLE", 32 * MIB, 0, HEAD_NONE, false, false, false},
	{"protect1", NULL, "PROTECTED", 8 * MIB, 0, HEAD_NONE, false, false, false},
	{"protect2", NULL, "PROTECTED", 9 * MIB + 480 * KIB, 0, HEAD_NONE, false, false, false},
	{"seccfg", NULL, "INVISIBLE", 8 * MIB, 0, HEAD_NONE, false, false, false},
	{"persist", NULL, "PROTECTED", 16 * MIB, 0, HEAD_NONE, false, false, false},
	{"sec1", NULL, "INVISIBLE", 2 * MIB, 0, HEAD_NONE, false, false, false},
	{"proinfo", NULL, "PROTECTED", 3 * MIB, 0, HEAD_NONE, false, false, false},
	{"md1img", "md1img.img", "UPDATE", 100 * MIB, 28 * MIB, HEAD_MTK, false, false, false},
	{"spmfw", "spmfw.img", "UPDATE", 1 * MIB, 48 * KIB, HEAD_MTK, true, false, false},
	{"scp1", "scp.img", "UPDATE", 1 * MIB, 600 * KIB, HEAD_MTK, true, false, false},
	{"scp2", "scp.img", "UPDATE", 1 * MIB, 0, HEAD_MTK, true, false, true},
	{"sspm_1", "sspm.img", "UPDATE", 1 * MIB, 420 * KIB, HEAD_MTK, true, false, false},
	{"sspm_2", "sspm.img", "UPDATE", 1 * MIB, 0, HEAD_MTK, true, false, true},
	{"gz1", NULL, "INVISIBLE", 16 * MIB, 0, HEAD_NONE, false, false, false},
	{"gz2", NULL, "INVISIBLE", 16 * MIB, 0, HEAD_NONE, false, false, false},
	{"nvram", NULL, "BINREGION", 16 * MIB, 0, HEAD_NONE, false, false, false},
	{"lk", "lk.img", "UPDATE", 1 * MIB, 884 * KIB, HEAD_MTK, true, false, false},
	{"lk2", "lk.img", "UPDATE", 1 * MIB, 0, HEAD_MTK, true, false, true},
	{"boot", "boot.img", "UPDATE", 32 * MIB, 24 * MIB, HEAD_ANDROID, false, false, false},
	{"logo", "logo.bin", "UPDATE", 8 * MIB, 2 * MIB, HEAD_MTK, false, false, false},
	{"dtbo", "dtbo.img", "UPDATE", 8 * MIB, 1 * MIB, HEAD_DTBO, false, false, false},
	{"tee1", "tee.img", "UPDATE", 5 * MIB, 1 * MIB + 340 * KIB, HEAD_MTK, true, false, false},
	{"tee2", "tee.img", "UPDATE", 11 * MIB, 0, HEAD_MTK, true, false, true},
	{"vendor", "vendor.img", "UPDATE", 512 * MIB, 52 * MIB, HEAD_EXT4, false, true, false},
	/* image bytes of system: whatever the others leave */
	{"system", "system.img", "UPDATE", 2 * GIB, 1, HEAD_EXT4, false, true, false},
	{"vbmeta", "vbmeta.img", "UPDATE", 8 * MIB, 4 * KIB, HEAD_VBMETA, true, false, false},
	{"cache", "cache.img", "UPDATE", 112 * MIB, 192 * KIB, HEAD_EXT4, true, true, false},
	{"userdata", "userdata.img", "UPDATE", 2 * GIB, 12 * MIB, HEAD_EXT4, false, true, false},
};

/* Tail, counted from the end in blocks of the storage (packages.md 1.6). */
static const struct {
	const char *name;
	uint64_t bytes_from_end, size; /* 0 from end: the entry's own size */
} tail_rows[] = {
	{"otp", 59 * MIB, 43 * MIB},
	{"flashinfo", 16 * MIB, 16 * MIB},
	{"sgpt", 0, 32 * KIB},
};

static uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

static uint64_t image_bytes(const struct row *row, uint64_t size_mib)
{
	uint64_t scaled;

	if (row->fixed || !row->image)
		return row->image;
	scaled = round_up(row->image * size_mib / 256, 4 * KIB);
	return scaled < 64 * KIB ? 64 * KIB : scaled;
}

static uint64_t system_bytes(uint64_t size_mib, uint64_t preloader_bytes)
{
	uint64_t others = preloader_bytes, all = size_mib * MIB;

	for (size_t i = 0; i < sizeof user_rows / sizeof *user_rows; i++)
		if (strcmp(user_rows[i].name, "system"))
			others += image_bytes(&user_rows[i], size_mib);
	return others + 1 * MIB > all ? 1 * MIB : round_up(all - others, 4 * KIB);
}

/* A sparse image expands to about two and a half times its data (images.c). */
static uint64_t partition_bytes(const struct row *row, uint64_t image)
{
	uint64_t need = row->sparse ? image * 3 : image;

	return row->size >= need ? row->size : round_up(need, 1 * MIB);
}

static struct sample_part *add(struct sample_plan *plan, const char *name)
{
	struct sample_part *part = &plan->parts[plan->count++];

	*part = (struct sample_part){.name = name, .operation = "RESERVED"};
	return part;
}

static void add_preloader(struct sample_plan *plan, uint64_t bytes)
{
	struct sample_part *part = add(plan, "preloader");

	part->file = plan->preloader_file;
	part->operation = "BOOTLOADERS";
	part->head = HEAD_PRELOADER;
	part->file_bytes = bytes;
	part->size = plan->storage == SAMPLE_UFS ? 512 * KIB : 256 * KIB;
	part->boot = true;
}

static void add_tail(struct sample_plan *plan)
{
	uint64_t block = plan->storage == SAMPLE_UFS ? 0x80000 : 0x20000;

	for (size_t i = 0; i < sizeof tail_rows / sizeof *tail_rows; i++) {
		struct sample_part *part = add(plan, tail_rows[i].name);

		part->reserved = true;
		part->size = tail_rows[i].size;
		part->start = 0xFFFF0000u + tail_rows[i].bytes_from_end / block;
	}
	plan->user_bytes = round_up(plan->user_bytes + 64 * MIB, 256 * MIB);
}

bool sample_plan_make(struct sample_plan *plan, const struct sample_chip *chip,
		      enum sample_storage storage, uint64_t seed, uint64_t size_mib, bool raw)
{
	const uint64_t preloader_bytes = 150 * KIB;
	size_t rows = sizeof user_rows / sizeof *user_rows;

	*plan = (struct sample_plan){.seed = seed, .chip = chip->name, .storage = storage};
	plan->image_bytes = size_mib * MIB;
	snprintf(plan->project, sizeof plan->project, "%s", chip->project);
	snprintf(plan->preloader_file, sizeof plan->preloader_file, "preloader_%s.bin",
		 chip->project);
	if (rows + 1 + sizeof tail_rows / sizeof *tail_rows > SAMPLE_PARTS_MAX)
		return false;
	add_preloader(plan, preloader_bytes);
	for (size_t i = 0; i < rows; i++) {
		const struct row *row = &user_rows[i];
		struct sample_part *part = add(plan, row->name);
		bool rest = !strcmp(row->name, "system");

		part->file = row->file;
		part->operation = row->operation;
		part->head = row->head;
		part->sparse = row->sparse && !raw;
		part->shared = row->shared;
		part->file_bytes =
			rest ? system_bytes(size_mib, preloader_bytes) : image_bytes(row, size_mib);
		part->start = plan->user_bytes;
		part->size = partition_bytes(row, part->file_bytes);
		plan->user_bytes += part->size;
	}
	add_tail(plan);
	return true;
}

void sample_scatter_name(const struct sample_plan *plan, char *out, size_t size)
{
	snprintf(out, size, "%s_Android_scatter.txt", plan->chip);
}
