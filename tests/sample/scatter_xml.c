/* The XML form V2.2.0, both storages in one file (packages.md 1.5). */
#include "tests/sample/scatter.h"

#include <inttypes.h>

static void element(struct sink *s, const char *key, const char *value)
{
	scatter_line(s, "      <%s>%s</%s>", key, value, key);
}

static void number(struct sink *s, const char *key, uint64_t value)
{
	scatter_line(s, "      <%s>0x%" PRIx64 "</%s>", key, value, key);
}

static void truth(struct sink *s, const char *key, bool value)
{
	element(s, key, value ? "true" : "false");
}

static void put_part(struct sink *s, const struct sample_plan *plan, size_t index,
		     enum sample_storage storage)
{
	struct scatter_entry_text e = scatter_entry(plan, index, storage);

	scatter_line(s, "    <partition_index name=\"SYS%zu\">", index);
	element(s, "partition_name", e.name);
	element(s, "file_name", e.file);
	truth(s, "is_download", e.download);
	element(s, "type", e.type);
	number(s, "linear_start_addr", e.linear);
	number(s, "physical_start_addr", e.physical);
	number(s, "partition_size", e.size);
	element(s, "region", e.region);
	element(s, "storage", e.storage);
	truth(s, "boundary_check", !e.reserved);
	truth(s, "is_reserved", e.reserved);
	element(s, "operation_type", e.operation);
	truth(s, "is_upgradable", e.upgradable);
	truth(s, "empty_boot_needed", false);
	truth(s, "combo_partsize_check", false);
	element(s, "reserve", "0x00");
	scatter_line(s, "    </partition_index>");
}

static void put_section(struct sink *s, const struct sample_plan *plan, enum sample_storage storage)
{
	scatter_line(s, "  <storage_type name=\"%s\">", scatter_storage(storage));
	scatter_line(s, "    <general name=\"MTK_STORAGE_CFG\">");
	scatter_line(s, "      <storage name=\"%s\">", scatter_storage(storage));
	scatter_line(s, "        <boot_channel>%s</boot_channel>", scatter_channel(storage));
	scatter_line(s, "        <block_size>0x%x</block_size>", (unsigned)scatter_block(storage));
	scatter_line(s, "      </storage>");
	scatter_line(s, "    </general>");
	for (size_t i = 0; i < plan->count; i++)
		put_part(s, plan, i, storage);
	scatter_line(s, "  </storage_type>");
}

void scatter_put_xml(struct sink *s, const struct sample_plan *plan)
{
	scatter_line(s, "<?xml version=\"1.0\" encoding=\"utf-8\"?>");
	sink_text(s, "\n");
	scatter_line(s, "<root>");
	scatter_line(s, "  <general name=\"MTK_PLATFORM_CFG\">");
	scatter_line(s, "    <config_version name=\"V2.2.0\">");
	scatter_line(s, "      <platform>%s</platform>", plan->chip->name);
	scatter_line(s, "      <project>%s</project>", plan->chip->project);
	scatter_line(s, "    </config_version>");
	scatter_line(s, "  </general>");
	put_section(s, plan, SAMPLE_EMMC);
	put_section(s, plan, SAMPLE_UFS);
	scatter_line(s, "</root>");
}
