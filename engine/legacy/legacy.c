#include "engine/legacy/legacy.h"

#include "engine/legacy/tables.h"

/* MT6580's agent dies of more (da-legacy.md 5.8); no layout of this generation has as many. */
#define LEGACY_GPT_SLOTS 40

/* No names: legacy agents write by address, so the flow plans places, not partitions. */
const struct da_verbs legacy_verbs = {
	.name = "legacy",
	.start = legacy_start,
	.survey = legacy_survey,
	.table = legacy_table,
	.parse_table = legacy_parse_table,
	.build_table = legacy_build_table,
	.write_table = legacy_write_table,
	.table_slots = LEGACY_GPT_SLOTS,
	.read = legacy_read,
	.write = legacy_write,
	.format = legacy_format,
	.preloader = legacy_preloader,
	.memtest = legacy_memtest,
	.end = legacy_end,
};
