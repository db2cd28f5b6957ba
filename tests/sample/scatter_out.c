/*
 * The scatter text: V1.1.2 with one storage for eMMC, V2.1.0 with both storages for UFS
 * (packages.md 1.3 and 1.4: banner lines, key order and column rules as real files have them).
 */
#include "tests/sample/sample.h"
#include "tests/sample/sink.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char rule[] =
	"################################################################################"
	"############################";

__attribute__((format(printf, 2, 3))) static void line(struct sink *s, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	sink_text(s, text);
	sink_text(s, "\n");
}

static void banner(struct sink *s, const char *title)
{
	line(s, "%s", rule);
	line(s, "#");
	line(s, "#  %s", title);
	line(s, "#");
	line(s, "%s", rule);
}

static const char *region(const struct sample_part *part, enum sample_storage storage)
{
	if (storage == SAMPLE_UFS)
		return part->boot ? "UFS_LU0_LU1" : "UFS_LU2";
	return part->boot ? "EMMC_BOOT1_BOOT2" : "EMMC_USER";
}

static const char *type(const struct sample_part *part)
{
	if (part->boot)
		return "SV5_BL_BIN";
	return part->head == HEAD_EXT4 ? "EXT4_IMG" : "NORMAL_ROM";
}

static const char *yes(bool value)
{
	return value ? "true" : "false";
}

/* An end-relative start is a count of the storage's blocks; the plan holds it for its own storage.
 */
static uint64_t start_in(const struct sample_plan *plan, const struct sample_part *part,
			 enum sample_storage storage)
{
	uint64_t n = part->start & 0xFFFF;

	if (!part->reserved || plan->storage == storage)
		return part->start;
	return 0xFFFF0000u + (storage == SAMPLE_EMMC ? n * 4 : n / 4);
}

static void put_part(struct sink *s, const struct sample_plan *plan, size_t index,
		     enum sample_storage storage, const char *pad)
{
	const struct sample_part *part = &plan->parts[index];
	uint64_t start = start_in(plan, part, storage);
	bool download = part->file != NULL;

	line(s, "%s- partition_index: SYS%zu", pad, index);
	line(s, "%s  partition_name: %s", pad, part->name);
	line(s, "%s  file_name: %s", pad, download ? part->file : "NONE");
	line(s, "%s  is_download: %s", pad, yes(download));
	line(s, "%s  type: %s", pad, type(part));
	line(s, "%s  linear_start_addr: 0x%" PRIx64, pad, start);
	line(s, "%s  physical_start_addr: 0x%" PRIx64, pad, start);
	line(s, "%s  partition_size: 0x%" PRIx64, pad, part->size);
	line(s, "%s  region: %s", pad, region(part, storage));
	line(s, "%s  storage: HW_STORAGE_%s", pad, storage == SAMPLE_UFS ? "UFS" : "EMMC");
	line(s, "%s  boundary_check: %s", pad, yes(!part->reserved));
	line(s, "%s  is_reserved: %s", pad, yes(part->reserved));
	line(s, "%s  operation_type: %s", pad, part->operation);
	line(s, "%s  is_upgradable: %s", pad, yes(download));
	line(s, "%s  empty_boot_needed: false", pad);
	line(s, "%s  reserve: 0x00", pad);
	sink_text(s, "\n");
}

static void put_single(struct sink *s, const struct sample_plan *plan)
{
	banner(s, "General Setting");
	line(s, "- general: MTK_PLATFORM_CFG");
	line(s, "  info: ");
	line(s, "    - config_version: V1.1.2");
	line(s, "      platform: %s", plan->chip);
	line(s, "      project: %s", plan->project);
	line(s, "      storage: EMMC");
	line(s, "      boot_channel: MSDC_0");
	line(s, "      block_size: 0x20000");
	banner(s, "Layout Setting");
	for (size_t i = 0; i < plan->count; i++)
		put_part(s, plan, i, SAMPLE_EMMC, "");
}

static void put_section(struct sink *s, const struct sample_plan *plan, enum sample_storage storage)
{
	bool ufs = storage == SAMPLE_UFS;

	banner(s, ufs ? "UFS Layout Setting" : "EMMC Layout Setting");
	line(s, "- storage_type: %s", ufs ? "UFS" : "EMMC");
	line(s, "  description: ");
	line(s, "  - general: MTK_STORAGE_CFG");
	line(s, "    info: ");
	line(s, "      - storage: %s", ufs ? "UFS" : "EMMC");
	line(s, "        boot_channel: %s", ufs ? "UFSHCI_0" : "MSDC_0");
	line(s, "        block_size: %s", ufs ? "0x80000" : "0x20000");
	sink_text(s, "\n");
	for (size_t i = 0; i < plan->count; i++)
		put_part(s, plan, i, storage, "  ");
}

static void put_multi(struct sink *s, const struct sample_plan *plan)
{
	banner(s, "General Setting");
	line(s, "- general: MTK_PLATFORM_CFG");
	line(s, "  info: ");
	line(s, "    - config_version: V2.1.0");
	line(s, "      platform: %s", plan->chip);
	line(s, "      project: %s", plan->project);
	put_section(s, plan, SAMPLE_EMMC);
	put_section(s, plan, SAMPLE_UFS);
}

int sample_write_scatter(const struct sample_plan *plan, const char *dir)
{
	char name[64];
	struct sink s;

	sample_scatter_name(plan, name, sizeof name);
	if (sink_open(&s, dir, name))
		return -1;
	if (plan->storage == SAMPLE_UFS)
		put_multi(&s, plan);
	else
		put_single(&s, plan);
	return sink_close(&s, NULL, NULL);
}
