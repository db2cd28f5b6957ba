/*
 * The NAND device table of the single-stage agents, MT6573/75/77 (da-legacy.md 5.10, last lines):
 * region 2 of the agent file, sent entry by entry until the agent knows its chip.
 *
 * The documents give neither the size nor the content of an entry: the rack takes 0x30 bytes, which
 * divides every table seen, and knows its chip by maker and device id anywhere in the entry.
 */
#include "tests/rack/legacy/legacy_agent.h"

#include <string.h>

#include "engine/base/bytes.h"

enum { ENTRY_BYTES = 0x30 };

static void got_entry(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	if (memmem(la->in, ENTRY_BYTES, d->flash.nand.id, 2)) {
		device_log(d, "h>", "  NAND known: %u entries not asked for", la->table_count - 1);
		la_ack(d);
		la_dram(d);
		return;
	}
	reply8(d, LEGACY_CONT);
	if (--la->table_count)
		la_ask(d, ENTRY_BYTES, got_entry);
	else
		la_dram(d); /* the chip stays unknown; the report says so */
}

static void got_count(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	la->table_count = get_be32(la->in);
	device_step(d, "nand-table", "%u entries", la->table_count);
	la_ack(d);
	if (la->table_count)
		la_ask(d, ENTRY_BYTES, got_entry);
	else
		la_dram(d);
}

void la_nand_table(struct device *d)
{
	if (!la_has_nand(d)) {
		reply8(d, LEGACY_NACK); /* no NAND interface */
		la_dram(d);
		return;
	}
	la_ack(d);
	la_send32(d, ENTRY_BYTES);
	la_ask(d, 4, got_count);
}
