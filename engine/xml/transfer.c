/*
 * transfer: images and ranges, by name and by address (protocol/da-xml.md 5, 6, 7.2, 7.3).
 *
 * The agent fetches an image packet by packet, after it has erased the partition and asked for
 * signature files, which this station does not have apart: signed images are images of their own.
 * It finds an image too long only after the erase; inspect and jobs compare the sizes before.
 */
#include <stdio.h>
#include <string.h>

#include "engine/xml/regions.h"
#include "engine/xml/tables.h"
#include "engine/xml/talk.h"
#include "engine/xml/words.h"

/* Region and offset, for the commands that take them. */
static enum verdict put_place(struct flow *f)
{
	const char *region = xml_region(f->report.facts.storage.kind, f->io.region);

	if (!region)
		return step_refuse(f, 42, "XML agents have no name for %s of %s",
				   storage_region_name(f->report.facts.storage.kind, f->io.region),
				   storage_kind_name(f->report.facts.storage.kind));
	doc_put(&f->xml.command, "partition", region);
	doc_put_number(&f->xml.command, "offset", f->io.address);
	return STEP_NEXT;
}

static enum verdict ask_read(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->io.done = 0;
	f->io.stop = false;
	xml_command(f, "1.0", "READ-FLASH");
	if (put_place(f) != STEP_NEXT)
		return STEP_FAIL;
	doc_put_number(&f->xml.command, "length", f->io.length);
	xml_file(f, "target_file", "read.bin");
	xml_take(f, XML_TAKE_SINK);
	return xml_run(f);
}

/* A sink that has seen enough makes the agent end in ERR: that was the station's wish. */
static enum verdict got_read(struct flow *f, struct slice rx)
{
	if (f->io.stop && f->xml.result == XML_FAILED)
		return STEP_NEXT;
	if (xml_must(f, rx) != STEP_NEXT)
		return STEP_FAIL;
	if (f->io.done != f->io.length && !f->io.stop)
		return step_fail(f, FAULT_XML, XML_FAULT_OUT_OF_STEP,
				 "%llu of %llu bytes came, then the agent said it was done",
				 (unsigned long long)f->io.done, (unsigned long long)f->io.length);
	return STEP_NEXT;
}

/* By name the agent says how long the partition is. */
static enum verdict ask_upload(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->io.done = 0;
	f->io.length = 0;
	f->io.stop = false;
	xml_command(f, "1.0", "READ-PARTITION");
	doc_put(&f->xml.command, "partition", f->io.name);
	xml_file(f, "target_file", "read.bin");
	xml_take(f, XML_TAKE_WHOLE);
	return xml_run(f);
}

const struct step xml_upload[] = {
	{"read partition", 0, ask_upload, got_read, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

const struct step xml_read[] = {
	{"read flash", 0, ask_read, got_read, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

/* Names with an extension are what agents expect; the file is never looked up by it. */
static void offer_image(struct flow *f, const char *name)
{
	char token[XML_TOKEN_MAX];

	snprintf(token, sizeof token, "%.80s.img", name);
	xml_file(f, "source_file", token);
	xml_send(f, f->io.image, f->io.own ? NULL : f->io.sums);
	f->xml.counts = true;
	f->io.done = 0;
}

static enum verdict ask_write(struct flow *f, struct flow_action *a)
{
	(void)a;
	xml_command(f, "1.0", "WRITE-FLASH");
	if (put_place(f) != STEP_NEXT)
		return STEP_FAIL;
	offer_image(f, "flash");
	return xml_run(f);
}

static enum verdict ask_download(struct flow *f, struct flow_action *a)
{
	(void)a;
	xml_command(f, "1.0", "WRITE-PARTITION");
	doc_put(&f->xml.command, "partition", f->io.name);
	offer_image(f, f->io.name);
	return xml_run(f);
}

/* Done means: the agent fetched all of it, and has said so at the end. */
static enum verdict got_sent(struct flow *f, struct slice rx)
{
	if (xml_must(f, rx) != STEP_NEXT)
		return STEP_FAIL;
	if (f->io.done != f->io.length)
		return step_fail(f, FAULT_XML, XML_FAULT_OUT_OF_STEP,
				 "%s: the agent took %llu of %llu bytes and said it was done",
				 f->xml.name, (unsigned long long)f->io.done,
				 (unsigned long long)f->io.length);
	return STEP_NEXT;
}

const struct step xml_write[] = {
	{"write flash", 0, ask_write, got_sent, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

const struct step xml_download[] = {
	{"write partition", 0, ask_download, got_sent, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
