/* What an entry says, and which form a package gets: plain, YAML or XML. */
#include "tests/sample/scatter.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void scatter_line(struct sink *s, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	sink_text(s, text);
	sink_text(s, "\n");
}

const char *scatter_storage(enum sample_storage storage)
{
	static const char *const names[] = {"EMMC", "UFS", "NAND"};

	return names[storage];
}

const char *scatter_channel(enum sample_storage storage)
{
	static const char *const names[] = {"MSDC_0", "UFSHCI_0", "NONE"};

	return names[storage];
}

uint32_t scatter_block(enum sample_storage storage)
{
	return storage == SAMPLE_UFS ? 0x80000 : 0x20000;
}

static const char *region(const struct sample_plan *plan, const struct sample_part *part,
			  enum sample_storage storage)
{
	static const char *const old[] = {"EMMC_USER", "EMMC_BOOT_1", "EMMC_BOOT_2",
					  "EMMC_BOOT1_BOOT2"};
	static const char *const emmc[] = {"EMMC_USER", "EMMC_BOOT1", "EMMC_BOOT2",
					   "EMMC_BOOT1_BOOT2"};
	static const char *const ufs[] = {"UFS_LU2", "UFS_LU0", "UFS_LU1", "UFS_LU0_LU1"};

	if (storage == SAMPLE_NAND)
		return "NONE";
	if (storage == SAMPLE_UFS)
		return ufs[part->boot];
	return plan->chip->agent == AGENT_LEGACY ? old[part->boot] : emmc[part->boot];
}

static const char *type(const struct sample_plan *plan, const struct sample_part *part)
{
	if (part->head == HEAD_PRELOADER)
		return part->boot == BOOT_SECOND ? "NORMAL_ROM" : "SV5_BL_BIN";
	if (part->head == HEAD_UBI)
		return "UBI_IMG";
	if (plan->chip->form == FORM_V111 && !part->file)
		return "NONE";
	if (part->head == HEAD_EXT4)
		return plan->chip->form == FORM_V111 ? "YAFFS_IMG" : "EXT4_IMG";
	return "NORMAL_ROM";
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

struct scatter_entry_text scatter_entry(const struct sample_plan *plan, size_t index,
					enum sample_storage storage)
{
	static const char *const chips[] = {"HW_STORAGE_EMMC", "HW_STORAGE_UFS", "HW_STORAGE_NAND"};
	const struct sample_part *part = &plan->parts[index];
	uint64_t start = start_in(plan, part, storage);

	return (struct scatter_entry_text){
		.name = part->name,
		.file = part->file ? part->file : "NONE",
		.type = type(plan, part),
		.region = region(plan, part, storage),
		.storage = chips[storage],
		.operation = part->operation,
		.linear = part->boot || part->reserved ? start : start + plan->base,
		.physical = start,
		.size = part->size,
		.download = part->file != NULL,
		.reserved = part->reserved,
		.upgradable = part->file && part->boot != BOOT_SECOND,
	};
}

int sample_write_scatter(const struct sample_plan *plan, const char *dir)
{
	enum sample_form form = plan->chip->form;
	const char *ending = ".txt";
	char name[64];
	struct sink s;

	if (plan->storage == SAMPLE_UFS && form != FORM_XML)
		form = FORM_MULTI;
	if (plan->storage == SAMPLE_NAND && form == FORM_PLAIN)
		form = FORM_V111;
	if (form == FORM_PLAIN)
		ending = "_emmc.txt";
	if (form == FORM_XML)
		ending = ".xml";
	snprintf(name, sizeof name, "%s_Android_scatter%s", plan->chip->name, ending);
	if (sink_open(&s, dir, name))
		return -1;
	if (form == FORM_PLAIN)
		scatter_put_plain(&s, plan);
	else if (form == FORM_XML)
		scatter_put_xml(&s, plan);
	else if (form == FORM_MULTI)
		scatter_put_multi(&s, plan);
	else
		scatter_put_single(&s, plan);
	return sink_close(&s, NULL, NULL);
}

/* ---- the plain form (1.2): names and linear addresses, no sizes, no files ---- */

void scatter_put_plain(struct sink *s, const struct sample_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct scatter_entry_text e = scatter_entry(plan, i, plan->storage);

		scatter_line(s, "%s%s 0x%" PRIx64, e.download ? "" : SCATTER_NODL, e.name,
			     e.linear);
		sink_text(s, "{\n}\n");
	}
	sink_text(s, "\n\n");
}
