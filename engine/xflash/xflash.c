#include "engine/xflash/xflash.h"

#include "engine/xflash/table.h"
#include "engine/xflash/tables.h"

const struct da_verbs xflash_verbs = {
	.name = "xflash",
	.start = xflash_start,
	.survey = xflash_survey,
	.table = xflash_table,
	.table_on_nand = true,
	.parse_table = xflash_parse_table,
	.build_table = xflash_build_table,
	.read = xflash_read,
	.upload = xflash_upload,
	.write = xflash_write,
	.download = xflash_download,
	.format = xflash_format,
	.open_job = xflash_open_job,
	.close_job = xflash_close_job,
	.memtest = xflash_memtest,
	.end = xflash_end,
	.ends_fastboot = true,
	.ends_meta = true,
};
