#include "engine/xml/xml.h"

#include "engine/xml/tables.h"

/*
 * No table verb: the agent's own list of partitions is cut at 16 KiB and has no attributes, so the
 * flow reads the sectors of the GPT. No preloader verb: WRITE-PARTITION knows its header.
 */
const struct da_verbs xml_verbs = {
	.name = "xml",
	.start = xml_start,
	.survey = xml_survey,
	.read = xml_read,
	.upload = xml_upload,
	.write = xml_write,
	.download = xml_download,
	.format = xml_format,
	.memtest = xml_memtest,
	.end = xml_end,
	.ends_fastboot = true,
	.ends_meta = true,
	.ends_test = true,
};
