#include "engine/legacy/legacy.h"

#include "engine/legacy/tables.h"

/* No names: legacy agents write by address, so the flow plans places, not partitions. */
const struct da_verbs legacy_verbs = {
	.name = "legacy",
	.start = legacy_start,
	.survey = legacy_survey,
	.table = legacy_table,
	.parse_table = legacy_parse_table,
	.read = legacy_read,
	.write = legacy_write,
	.format = legacy_format,
	.preloader = legacy_preloader,
	.memtest = legacy_memtest,
	.end = legacy_end,
};
