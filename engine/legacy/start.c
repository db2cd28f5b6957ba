/*
 * start: from the agent's first byte to its command loop (da-legacy.md 2).
 *
 * Agents of MT6573, MT6575 and MT6577 have one stage: in place of a second one they are given a
 * table of NAND chips, entry by entry, before DRAM (5.10). It lies where the container of other
 * chips has the second stage.
 */
#include "engine/base/bytes.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define ANSWER_MS  10000
#define STAGE_SIZE 1
#define ENTRY_MAX  0x400 /* bytes; 0x30 is the size in use */

static enum verdict ask_nand_support(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, 1);
}

static enum verdict got_nand_support(struct flow *f, struct slice rx)
{
	uint32_t size;

	if (rx.n < f->want)
		return STEP_MORE;
	if (f->legacy.stage == STAGE_SIZE) {
		size = get_be32(rx.p);
		if (size == 0 || size > ENTRY_MAX)
			return step_fail(f, FAULT_FLASHTOOL, LG_PROTOCOL,
					 "NAND table entries of %u bytes are asked for", size);
		f->legacy.record_bytes = size;
		f->legacy.sent = 0;
		return STEP_NEXT;
	}
	if (rx.p[0] == LG_NACK)
		return STEP_LEAVE; /* this chip has no NAND controller */
	if (rx.p[0] != LG_ACK)
		return lg_unexpected(f, rx, "5A");
	return lg_more(f, STAGE_SIZE, 4);
}

static enum verdict ask_count(struct flow *f, struct flow_action *a)
{
	lg_u32(f, a, (uint32_t)(f->da2.n / f->legacy.record_bytes));
	return lg_want(f, 1);
}

static enum verdict ask_entry(struct flow *f, struct flow_action *a)
{
	if (f->legacy.sent + f->legacy.record_bytes > f->da2.n)
		return STEP_NEXT; /* none of them: the report will say that there is no NAND */
	tx_lend(a, (struct slice){f->da2.p + f->legacy.sent, f->legacy.record_bytes});
	return lg_want(f, 1);
}

static enum verdict got_entry(struct flow *f, struct slice rx)
{
	if (rx.n < f->want)
		return STEP_MORE;
	f->legacy.sent += f->legacy.record_bytes;
	if (rx.p[0] == LG_ACK)
		return STEP_NEXT;
	return rx.p[0] == LG_CONT ? STEP_AGAIN : lg_unexpected(f, rx, "5A or 69");
}

static const struct step nand_table[] = {
	{"", ANSWER_MS, ask_nand_support, got_nand_support, NULL},
	{"", ANSWER_MS, ask_count, lg_plain_ack, NULL},
	{"", ANSWER_MS, ask_entry, got_entry, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict call(struct flow *f, const struct step *table)
{
	f->call = table;
	return STEP_CALL;
}

/* Better not begin than guess: a wrong byte leaves the agent waiting for ever. */
static enum verdict ask_hello(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!f->chip || !chip_quirks_of(f->chip->hw_code))
		return step_refuse(f, 21, "how agents of chip 0x%04X are spoken to is not known",
				   f->report.facts.hw_code);
	return call(f, legacy_hello);
}

static enum verdict ask_nand_table(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_quirks(f)->single_stage ? call(f, nand_table) : STEP_NEXT;
}

static enum verdict ask_dram(struct flow *f, struct flow_action *a)
{
	(void)a;
	return call(f, legacy_dram);
}

static enum verdict ask_stage2(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_quirks(f)->single_stage ? STEP_NEXT : call(f, legacy_stage2);
}

static enum verdict ask_report(struct flow *f, struct flow_action *a)
{
	(void)a;
	return call(f, legacy_report);
}

const struct step legacy_start[] = {
	{"hello", 0, ask_hello, NULL, NULL},   {"nand chips", 0, ask_nand_table, NULL, NULL},
	{"dram", 0, ask_dram, NULL, NULL},     {"second stage", 0, ask_stage2, NULL, NULL},
	{"report", 0, ask_report, NULL, NULL}, {NULL, 0, NULL, NULL, NULL},
};
