/* fuzz-seeds FOLDER: writes valid small inputs for each fuzz target into FOLDER/<target>/. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "engine/format/gpt.h"
#include "tests/unit/samples.h"

static const char *top;

static void save(const char *target, const char *name, struct slice bytes)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", top, target);
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/%s/%s", top, target, name);
	f = fopen(path, "wb");
	if (!f || fwrite(bytes.p, 1, bytes.n, f) != bytes.n || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

static void save_buffer(const char *target, const char *name, struct buffer b)
{
	save(target, name, buffer_slice(&b));
	buffer_free(&b);
}

static void save_text(const char *target, const char *name, const char *text)
{
	struct buffer b = {0};

	buffer_text(&b, text);
	save_buffer(target, name, b);
}

static void save_scatters(void)
{
	save_text("scatter", "yaml", sample_yaml);
	save_text("scatter", "yaml_multi", sample_yaml_multi);
	save_text("scatter", "xml", sample_xml);
	save_text("scatter", "xml_multi", sample_xml_multi);
	save_text("scatter", "plain_nand", sample_plain_nand);
	save_text("scatter", "plain_emmc", sample_plain_emmc);
}

static void save_preloaders(void)
{
	struct buffer raw = sample_preloader(35, 160, 3, "preloader_k65v1_64_bsp.bin", 5);

	save_buffer("preloader", "region", sample_boot_region("UFS_BOOT", buffer_slice(&raw)));
	save_buffer("preloader", "signed", sample_preloader(21, 188, 2, "preloader_w370.bin", 3));
	save_buffer("preloader", "settings", sample_emi(51, 84, 2, "preloader_k6893v1_64.bin"));
	save_buffer("preloader", "raw", raw);
}

static void save_gpt(uint32_t sector, const char *primary_name, const char *backup_name)
{
	struct gpt g = {.sector = sector, .count = 2};
	static uint8_t primary[6 * 4096], backup[6 * 4096];
	size_t primary_bytes, backup_bytes;
	struct problem problem;

	snprintf(g.entries[0].name, sizeof g.entries[0].name, "boot");
	g.entries[0].start = 0x8000;
	g.entries[0].size = 0x100000;
	snprintf(g.entries[1].name, sizeof g.entries[1].name, "userdata");
	g.entries[1].start = 0x200000;
	g.entries[1].size = 0x200000;
	if (gpt_build(&g, 8 << 20, primary, &primary_bytes, backup, &backup_bytes, &problem) != 0) {
		fprintf(stderr, "fuzz-seeds: gpt, %s: %s; %s\n", problem.where, problem.why,
			problem.remedy);
		exit(1);
	}
	save("gpt", primary_name, (struct slice){primary, primary_bytes});
	save("gpt", backup_name, (struct slice){backup, backup_bytes});
}

/* Scatter, a NUL, then the bytes every file of the folder has. */
static void save_package(const char *name, struct buffer image)
{
	struct buffer b = {0};

	buffer_text(&b, sample_yaml);
	buffer_fill(&b, 0, 1);
	buffer_add(&b, image.p, image.n);
	buffer_free(&image);
	save_buffer("package", name, b);
}

int main(int argc, char **argv)
{
	static const uint16_t codes[] = {0x6765, 0x6771};
	static const uint16_t old[] = {0x6575, 0x6575};
	static const uint16_t versions[] = {0xE100, 0xE201};

	if (argc != 2) {
		fprintf(stderr, "usage: fuzz-seeds FOLDER\n");
		return 2;
	}
	top = argv[1];
	mkdir(top, 0777);
	save_scatters();
	save_preloaders();
	save_gpt(512, "primary_512", "backup_512");
	save_gpt(4096, "primary_4096", "backup_4096");
	save_buffer("sparse", "plain", sample_sparse(false));
	save_buffer("sparse", "with_crc", sample_sparse(true));
	save_buffer("da_file", "v4", sample_da(4, codes, NULL, 2));
	save_buffer("da_file", "v3", sample_da(3, old, versions, 2));
	save_text("checksum", "ini", sample_checksum_ini);
	save_text("checksum", "list",
		  "d41d8cd98f00b204e9800998ecf8427e  boot.img\n"
		  "da39a3ee5e6b4b0d3255bfef95601890afd80709 *lk.bin\n");
	save_package("sparse", sample_sparse(true));
	save_package("preloader", sample_preloader(35, 160, 2, "preloader_x.bin", 5));
	return 0;
}
