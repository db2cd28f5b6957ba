/*
 * numbers: serial and IMEIs of the unit, read from its proinfo before anything is written, so that
 * the station can say whether another unit of the line has them (packages.md 6, symptoms.md N4).
 */
#include <string.h>

#include "engine/flow/phases.h"

#define RECORD_BYTES 1024u /* packages.md 6: the reference structure */

static const struct gpt_entry *product_record(const struct flow *f)
{
	const struct gpt_entry *e;

	if (!f->has_found)
		return NULL;
	e = gpt_find(&f->found, "proinfo");
	return e ? e : gpt_find(&f->found, "PRO_INFO");
}

static enum verdict keep(struct flow *f, uint64_t at, struct slice bytes)
{
	if (at >= RECORD_BYTES)
		return STEP_NEXT; /* fills up the last block */
	if (bytes.n > RECORD_BYTES - at)
		bytes.n = (size_t)(RECORD_BYTES - at);
	memcpy(f->table + at, bytes.p, bytes.n);
	f->table_bytes = (uint32_t)(at + bytes.n);
	return STEP_NEXT;
}

enum verdict numbers_ask(struct flow *f, struct flow_action *a)
{
	const struct gpt_entry *e = product_record(f);
	uint32_t block = f->report.facts.storage.block;
	uint64_t n = block ? (RECORD_BYTES + block - 1) / block * block : 0;

	(void)a;
	f->table_bytes = 0;
	if (!e || !n || e->size < n || !f->verbs->read)
		return STEP_NEXT;
	f->io.region = REGION_USER;
	f->io.address = e->start;
	f->io.length = n;
	f->io.sink = keep;
	f->call = f->verbs->read;
	return STEP_CALL;
}

enum verdict numbers_got(struct flow *f, struct slice rx)
{
	(void)rx;
	proinfo_read(&f->report.facts.product, (struct slice){f->table, f->table_bytes});
	return STEP_NEXT;
}

enum verdict numbers_tell(struct flow *f, struct flow_action *a)
{
	if (!proinfo_has_numbers(&f->report.facts.product))
		return STEP_NEXT;
	a->what = FLOW_JOURNAL;
	a->journal = FLOW_JOURNAL_NUMBERS;
	return STEP_ASKED;
}
