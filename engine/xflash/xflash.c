#include "engine/xflash/xflash.h"

#include "engine/xflash/tables.h"

const struct da_verbs xflash_verbs = {
	.name = "xflash",
	.start = xflash_start,
	.survey = xflash_survey,
	.read = xflash_read,
	.write = xflash_write,
	.download = xflash_download,
	.format = xflash_format,
	.open_job = xflash_open_job,
	.close_job = xflash_close_job,
	.end = xflash_end,
};
