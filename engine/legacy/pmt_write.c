/*
 * pmt_write: a new partition table for devices with a PMT (da-legacy.md 5.8).
 *
 *     A4 (NAND A1) -> 5A, count -> 5A, (entry -> 69)*, last entry -> 5A, update or new -> 5A -> 5A
 *
 * and it is read again and compared, since it is not where sectors of the flow's could be.
 *
 * A PMT lists all of the layout, also what is not in the user region, by linear addresses. MBR and
 * EBR of the same devices are images of the package. A layout with a pgpt is a GPT, and written as
 * sectors.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/format/pmt.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define ANSWER_MS  10000
#define STORE_MS   60000
#define PMT_NEW	   0
#define PMT_UPDATE 1

bool legacy_layout_is_gpt(const struct flow *f)
{
	const struct scatter_section *s =
		scatter_section_for(&f->plan->package->scatter, STORAGE_EMMC);

	return s && (scatter_find(s, "pgpt") || scatter_find(s, "PGPT"));
}

/* Linear: boot regions count in, so the user region begins behind them. */
static bool place(const struct flow *f, const struct scatter_entry *e, uint64_t *offset,
		  uint64_t *size)
{
	bool user = e->region == REGION_USER || e->region == REGION_NONE;

	if (!scatter_resolve(f->section, e, &f->report.facts.storage, offset, size))
		return false;
	if (user && !lg_on_nand(f))
		*offset += f->section->user_base;
	return true;
}

static int put_all(struct flow *f, struct problem *problem)
{
	f->table_bytes = 0;
	for (size_t i = 0; i < f->section->count; i++) {
		const struct scatter_entry *e = &f->section->entries[i];
		uint64_t offset, size;

		if (!e->name[0])
			continue;
		if (f->table_bytes + PMT_ENTRY_BYTES > sizeof f->table ||
		    !place(f, e, &offset, &size))
			return problem_set(problem, e->name, "use the package of this storage size",
					   "it has no place on the unit");
		pmt_put(f->table + f->table_bytes, e->name, size,
			lg_on_nand(f) ? 0 : lg_part(e->region), offset);
		f->table_bytes += PMT_ENTRY_BYTES;
	}
	return 0;
}

enum table_piece legacy_build_table(struct flow *f, const struct gpt *layout, unsigned nth,
				    struct problem *problem)
{
	(void)layout;
	if (!lg_on_nand(f) && legacy_layout_is_gpt(f))
		return TABLE_IS_GPT;
	if (nth)
		return TABLE_OVER;
	if (put_all(f, problem) != 0)
		return TABLE_BAD;
	f->io.region = REGION_USER;
	f->io.address = 0;
	return TABLE_PIECE;
}

static enum verdict ask_command(struct flow *f, struct flow_action *a)
{
	f->io.done = 0;
	lg_op(f, a, lg_on_nand(f) ? OP_WRITE_PMT_NAND : OP_WRITE_PMT_EMMC);
	return lg_want(f, 1);
}

static enum verdict ask_count(struct flow *f, struct flow_action *a)
{
	lg_u32(f, a, (uint32_t)(f->io.length / PMT_ENTRY_BYTES));
	return lg_want(f, 1);
}

static enum verdict ask_entry(struct flow *f, struct flow_action *a)
{
	tx_lend(a, (struct slice){f->io.image.p + f->io.done, PMT_ENTRY_BYTES});
	return lg_want(f, 1);
}

static enum verdict got_entry(struct flow *f, struct slice rx)
{
	if (rx.n < f->want)
		return STEP_MORE;
	f->io.done += PMT_ENTRY_BYTES;
	if (f->io.done < f->io.length)
		return rx.p[0] == LG_CONT ? STEP_AGAIN : lg_unexpected(f, rx, "69");
	return lg_ack(f, rx);
}

static enum verdict ask_kind(struct flow *f, struct flow_action *a)
{
	lg_u32(f, a, f->has_found ? PMT_UPDATE : PMT_NEW);
	return lg_want(f, 1);
}

static enum verdict ask_stored(struct flow *f, struct flow_action *a)
{
	(void)f;
	(void)a;
	return lg_want(f, 1);
}

static enum verdict ask_again(struct flow *f, struct flow_action *a)
{
	lg_op(f, a, lg_on_nand(f) ? OP_READ_PMT_NAND : OP_READ_PMT_EMMC);
	return lg_want(f, 5);
}

static enum verdict got_length(struct flow *f, struct slice rx)
{
	enum verdict v = lg_whole(f, rx);

	if (v != STEP_NEXT)
		return v;
	f->legacy.total = get_be32(rx.p + 1);
	if (rx.p[0] != LG_ACK || f->legacy.total == 0 || f->legacy.total > FLOW_RX_MAX)
		return step_fail(f, FAULT_STATION, 62,
				 "the partition table was written, but the agent gives another "
				 "back (kind %02X, %llu bytes)",
				 rx.p[0], (unsigned long long)f->legacy.total);
	return STEP_NEXT;
}

static enum verdict ask_entries(struct flow *f, struct flow_action *a)
{
	lg_u8(f, a, LG_ACK);
	return lg_want(f, (size_t)f->legacy.total);
}

/* An agent may not keep the numbers of regions: what is in the boot regions is not compared. */
static bool same_tables(struct slice sent, struct slice told, bool nand)
{
	enum pmt_form form = nand ? PMT_NAND : PMT_ANY;
	struct problem problem;
	struct gpt x, y;

	if (pmt_parse(&x, sent, form, &problem) || pmt_parse(&y, told, form, &problem))
		return false;
	for (size_t i = 0; i < x.count; i++) {
		const struct gpt_entry *e = gpt_find(&y, x.entries[i].name);

		if (!e || e->start != x.entries[i].start || e->size != x.entries[i].size)
			return false;
	}
	return true;
}

static enum verdict got_entries(struct flow *f, struct slice rx)
{
	if (rx.n < f->want)
		return STEP_MORE;
	f->legacy.same = same_tables(f->io.image, rx, lg_on_nand(f));
	return STEP_NEXT;
}

static enum verdict ask_end(struct flow *f, struct flow_action *a)
{
	lg_u8(f, a, LG_ACK);
	f->agent_idle = true;
	return lg_want(f, 0);
}

static enum verdict got_end(struct flow *f, struct slice rx)
{
	(void)rx;
	if (!f->legacy.same)
		return step_fail(f, FAULT_STATION, 62,
				 "the partition table was written and reads back different");
	f->report.bytes_done += f->io.length;
	f->report.bytes_written += f->io.length;
	f->report.parts[f->io.record].bytes += f->io.length;
	return STEP_NEXT;
}

static const struct step pmt_steps[] = {
	{"pmt", ANSWER_MS, ask_command, lg_ack, NULL},
	{"pmt", ANSWER_MS, ask_count, lg_ack, NULL},
	{"pmt entry", ANSWER_MS, ask_entry, got_entry, NULL},
	{"pmt end", ANSWER_MS, ask_kind, lg_ack, NULL},
	{"pmt end", STORE_MS, ask_stored, lg_done, NULL},
	{"pmt again", ANSWER_MS, ask_again, got_length, NULL},
	{"pmt again", ANSWER_MS, ask_entries, got_entries, NULL},
	{"pmt again", ANSWER_MS, ask_end, got_end, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict ask_table(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = !lg_on_nand(f) && legacy_layout_is_gpt(f) ? legacy_write : pmt_steps;
	return STEP_CALL;
}

const struct step legacy_write_table[] = {
	{"table", 0, ask_table, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
