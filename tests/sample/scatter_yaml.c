/*
 * The YAML forms: V1.1.1 and V1.1.2 with one storage, V2.1.0 with two (packages.md 1.3 and 1.4:
 * banner lines, key order and column rules as real files have them).
 */
#include "tests/sample/scatter.h"

#include <inttypes.h>

static const char rule[] =
	"################################################################################"
	"############################";

static void banner(struct sink *s, const char *title)
{
	scatter_line(s, "%s", rule);
	scatter_line(s, "#");
	scatter_line(s, "#  %s", title);
	scatter_line(s, "#");
	scatter_line(s, "%s", rule);
}

static const char *yes(bool value)
{
	return value ? "true" : "false";
}

static void put_part(struct sink *s, const struct sample_plan *plan, size_t index,
		     enum sample_storage storage, const char *pad)
{
	struct scatter_entry_text e = scatter_entry(plan, index, storage);

	scatter_line(s, "%s- partition_index: SYS%zu", pad, index);
	scatter_line(s, "%s  partition_name: %s", pad, e.name);
	scatter_line(s, "%s  file_name: %s", pad, e.file);
	scatter_line(s, "%s  is_download: %s", pad, yes(e.download));
	scatter_line(s, "%s  type: %s", pad, e.type);
	scatter_line(s, "%s  linear_start_addr: 0x%" PRIx64, pad, e.linear);
	scatter_line(s, "%s  physical_start_addr: 0x%" PRIx64, pad, e.physical);
	scatter_line(s, "%s  partition_size: 0x%" PRIx64, pad, e.size);
	scatter_line(s, "%s  region: %s", pad, e.region);
	scatter_line(s, "%s  storage: %s", pad, e.storage);
	scatter_line(s, "%s  boundary_check: %s", pad, yes(!e.reserved));
	scatter_line(s, "%s  is_reserved: %s", pad, yes(e.reserved));
	scatter_line(s, "%s  operation_type: %s", pad, e.operation);
	if (plan->chip->form != FORM_V111) {
		scatter_line(s, "%s  is_upgradable: %s", pad, yes(e.upgradable));
		scatter_line(s, "%s  empty_boot_needed: false", pad);
	}
	scatter_line(s, "%s  reserve: 0x00", pad);
	sink_text(s, "\n");
}

static void put_head(struct sink *s, const struct sample_plan *plan, const char *version)
{
	banner(s, "General Setting");
	scatter_line(s, "- general: MTK_PLATFORM_CFG");
	scatter_line(s, "  info: ");
	scatter_line(s, "    - config_version: %s", version);
	scatter_line(s, "      platform: %s", plan->chip->name);
	scatter_line(s, "      project: %s", plan->chip->project);
}

void scatter_put_single(struct sink *s, const struct sample_plan *plan)
{
	put_head(s, plan, plan->chip->form == FORM_V111 ? "V1.1.1" : "V1.1.2");
	scatter_line(s, "      storage: %s", scatter_storage(plan->storage));
	scatter_line(s, "      boot_channel: %s", scatter_channel(plan->storage));
	scatter_line(s, "      block_size: 0x%x", (unsigned)scatter_block(plan->storage));
	banner(s, "Layout Setting");
	for (size_t i = 0; i < plan->count; i++)
		put_part(s, plan, i, plan->storage, "");
}

static void put_section(struct sink *s, const struct sample_plan *plan, enum sample_storage storage)
{
	banner(s, storage == SAMPLE_UFS ? "UFS Layout Setting" : "EMMC Layout Setting");
	scatter_line(s, "- storage_type: %s", scatter_storage(storage));
	scatter_line(s, "  description: ");
	scatter_line(s, "  - general: MTK_STORAGE_CFG");
	scatter_line(s, "    info: ");
	scatter_line(s, "      - storage: %s", scatter_storage(storage));
	scatter_line(s, "        boot_channel: %s", scatter_channel(storage));
	scatter_line(s, "        block_size: 0x%x", (unsigned)scatter_block(storage));
	sink_text(s, "\n");
	for (size_t i = 0; i < plan->count; i++)
		put_part(s, plan, i, storage, "  ");
}

void scatter_put_multi(struct sink *s, const struct sample_plan *plan)
{
	put_head(s, plan, "V2.1.0");
	put_section(s, plan, SAMPLE_EMMC);
	put_section(s, plan, SAMPLE_UFS);
}
