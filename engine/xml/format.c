/*
 * format: ERASE-FLASH of a range, and the memory tests (protocol/da-xml.md 3.3, 5, 6).
 *
 * Erasing rounds outwards to sectors; ranges are the caller's to check. The DRAM test is the first
 * stage's: start.c runs it there, and the verb only tells that it was done. No build tests storage:
 * it is read.
 */
#include "engine/flow/surface.h"
#include "engine/xml/regions.h"
#include "engine/xml/tables.h"
#include "engine/xml/talk.h"
#include "engine/xml/words.h"

#define DRAM_BASE	 0x40000000u
#define RAM_TEST_MS	 300000 /* FLIP goes through all of it; its progress lines are rare */
#define MEMORY_TEST_FAIL 4048	/* the number the field knows */

static enum verdict ask_format(struct flow *f, struct flow_action *a)
{
	const char *region = xml_region(f->report.facts.storage.kind, f->io.region);

	(void)a;
	if (!region)
		return step_refuse(f, 42, "XML agents have no name for %s of %s",
				   storage_region_name(f->report.facts.storage.kind, f->io.region),
				   storage_kind_name(f->report.facts.storage.kind));
	f->io.percent = 0;
	xml_command(f, "1.0", "ERASE-FLASH");
	doc_put(&f->xml.command, "partition", region);
	doc_put_number(&f->xml.command, "offset", f->io.address);
	doc_put_number(&f->xml.command, "length", f->io.length);
	return xml_run(f);
}

static enum verdict got_format(struct flow *f, struct slice rx)
{
	if (xml_must(f, rx) != STEP_NEXT)
		return STEP_FAIL;
	f->io.percent = 100;
	return STEP_NEXT;
}

const struct step xml_format[] = {
	{"erase", 0, ask_format, got_format, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict ask_ram_test(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->io.percent = 0;
	xml_command(f, "1.0", "RAM-TEST");
	doc_put(&f->xml.command, "function", "FLIP");
	doc_put_number(&f->xml.command, "start_address", DRAM_BASE);
	doc_put(&f->xml.command, "length", "MAX");
	f->xml.work_ms = RAM_TEST_MS;
	return xml_run(f);
}

static enum verdict got_ram_test(struct flow *f, struct slice rx)
{
	f->xml.ram_tested = f->xml.result == XML_OK;
	if (f->xml.result == XML_FAILED)
		return step_fail(f, FAULT_FLASHTOOL, MEMORY_TEST_FAIL,
				 "the DRAM test of the first stage failed: \"%.150s\"",
				 f->xml.message);
	return xml_may(f, rx);
}

const struct step xml_ram_test[] = {
	{"dram test", 0, ask_ram_test, got_ram_test, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict ask_memtest(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (f->io.test == IO_TEST_STORAGE) {
		f->call = flow_surface;
		return STEP_CALL;
	}
	/* Done by the first stage, in builds that have it. */
	f->io.percent = f->xml.ram_tested ? 100 : 0;
	return STEP_NEXT;
}

const struct step xml_memtest[] = {
	{"", 0, ask_memtest, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
