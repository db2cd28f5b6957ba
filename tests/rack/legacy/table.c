/*
 * The partition table: A5 and A2 read it, A9 writes a GPT, A1 and A4 a PMT (da-legacy.md 5.8).
 *
 * On MT6580 the agent has room for 40 entries: a larger table kills it, silently, at the first use
 * of the table after its start [emu].
 */
#include "tests/rack/legacy/legacy_agent.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/legacy/gpt_flash.h"
#include "tests/rack/legacy/pmt.h"

enum { GPT_WIRE_BYTES = 0x58, OLD_WIRE_BYTES = 0x4C, USER_PART = 8 };
enum { TYPE_PMT = 0x5A, TYPE_PRIMARY = 2, TYPE_SECONDARY = 4 };

static enum rack_pmt_form form_of(const struct device *d)
{
	return rack_pmt_form_of(&d->flash, d->config->chip->hw_code);
}

bool la_table_survives(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	struct gpt gpt;
	uint32_t slots = 0;

	if (la->table_seen || !la->profile->gpt_limit || !la_has_emmc(d))
		return true;
	la->table_seen = true;
	gpt_flash_load(&d->flash, GPT_COPY_PRIMARY, &gpt, &slots);
	if (slots <= LEGACY_GPT_ENTRIES_MAX)
		return true;
	la_halt(d, "a partition table of more entries than the agent has room for");
	return false;
}

/* ---- reading ---- */

static void got_end_ack(struct device *d)
{
	la_idle(d);
}

static void got_length_ack(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	if (la->in[0] != LEGACY_ACK) {
		la_idle(d);
		return;
	}
	tx_put(&d->usb.tx, la->table, la->table_n, 0);
	la_ask(d, 1, got_end_ack);
}

static void offer(struct device *d, uint8_t type, uint32_t bytes)
{
	d->legacy->table_n = bytes;
	device_log(d, "d>", "table of type %02X, %u bytes", type, bytes);
	reply8(d, type);
	la_send32(d, bytes);
	la_ask(d, 1, got_length_ack);
}

static uint32_t pmt_wire(struct device *d, const struct rack_pmt *pmt)
{
	bool oldest = d->config->agent == AGENT_2011;
	uint8_t *to = d->legacy->table;

	for (size_t i = 0; i < pmt->count;
	     i++, to += oldest ? OLD_WIRE_BYTES : RACK_PMT_WIRE_BYTES) {
		const struct rack_pmt_entry *e = &pmt->entries[i];

		if (!oldest) {
			rack_pmt_to_wire(e, to);
			continue;
		}
		memcpy(to, e->name, sizeof e->name);
		put_le32(to + 64, (uint32_t)e->size);
		put_le32(to + 68, (uint32_t)e->offset);
		put_le32(to + 72, (uint32_t)e->mask);
	}
	return (uint32_t)(to - d->legacy->table);
}

/* All entries that the header counts, unused ones too. */
static uint32_t gpt_wire(struct device *d, const struct gpt *gpt, uint32_t slots)
{
	memset(d->legacy->table, 0, (size_t)slots * GPT_WIRE_BYTES);
	for (size_t i = 0; i < gpt->count; i++) {
		uint8_t *to = d->legacy->table + i * GPT_WIRE_BYTES;

		memcpy(to, gpt->entries[i].name, strnlen(gpt->entries[i].name, 63));
		put_le64(to + 0x40, gpt->entries[i].start);
		put_le64(to + 0x48, gpt->entries[i].size);
		put_le16(to + 0x50, USER_PART);
	}
	return slots * GPT_WIRE_BYTES;
}

static bool offer_pmt(struct device *d)
{
	struct rack_pmt pmt;

	if (!(d->legacy->profile->pmt || d->flash.kind == STORAGE_NAND) ||
	    !rack_pmt_load(&d->flash, form_of(d), &pmt))
		return false;
	offer(d, TYPE_PMT, pmt_wire(d, &pmt));
	return true;
}

static bool offer_gpt(struct device *d)
{
	struct gpt *primary = malloc(2 * sizeof *primary), *secondary = primary + 1;
	uint32_t slots[2];
	bool found[2];

	if (!primary)
		return false;
	found[0] = gpt_flash_load(&d->flash, GPT_COPY_PRIMARY, primary, &slots[0]);
	found[1] = gpt_flash_load(&d->flash, GPT_COPY_SECONDARY, secondary, &slots[1]);
	if (found[0] || found[1])
		offer(d, (uint8_t)((found[0] ? TYPE_PRIMARY : 0) | (found[1] ? TYPE_SECONDARY : 0)),
		      gpt_wire(d, found[0] ? primary : secondary, slots[found[0] ? 0 : 1]));
	free(primary);
	return found[0] || found[1];
}

static bool reserve_table(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	if (!la->table)
		la->table = calloc(LEGACY_TABLE_ENTRIES_MAX, RACK_PMT_WIRE_BYTES);
	if (!la->table)
		la_halt(d, "no memory on this machine");
	return la->table;
}

void la_read_table(struct device *d)
{
	bool nand_form = d->legacy->opcode == 0xA2;
	uint32_t status;

	if (!la_table_survives(d) || !reserve_table(d))
		return;
	status = device_status(d, 0);
	if (!status && nand_form == (d->flash.kind == STORAGE_NAND) &&
	    (offer_pmt(d) || (!nand_form && la_has_emmc(d) && offer_gpt(d))))
		return;
	la_refuse(d, status ? status : (uint32_t)LS_NO_TABLE);
	la_idle(d);
}

/* ---- A9 ---- */

static int store_gpt(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	struct gpt *gpt = calloc(1, sizeof *gpt);
	uint64_t sectors = d->flash.regions[REGION_USER].bytes / 512;
	int bad = -1;

	if (!gpt)
		return -1;
	gpt->sector = 512;
	gpt->first_usable = 34;
	gpt->last_usable = sectors - 34;
	memcpy(gpt->disk_guid, d->id.hrid, sizeof gpt->disk_guid);
	for (uint32_t i = 0; i < la->table_count; i++) {
		const uint8_t *from = la->table + (size_t)i * GPT_WIRE_BYTES;
		struct gpt_entry *e = &gpt->entries[gpt->count];

		if (!get_le64(from + 0x48))
			break;
		memcpy(e->name, from, 63);
		e->start = get_le64(from + 0x40);
		e->size = get_le64(from + 0x48);
		gpt->count++;
	}
	if (la_has_emmc(d))
		bad = gpt_flash_store(&d->flash,
				      la->table_copy ? GPT_COPY_SECONDARY : GPT_COPY_PRIMARY, gpt,
				      la->table_count);
	free(gpt);
	return bad;
}

static void got_gpt_entries(struct device *d)
{
	la_verdict(d, store_gpt(d) ? LS_NO_SPACE : 0);
	la_idle(d);
}

static void got_gpt_head(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	la->table_copy = la->in[0];
	la->table_count = get_be32(la->in + 1);
	device_log(d, "h>", "  GPT copy %u, %u entries", la->table_copy, la->table_count);
	if (la->table_count > LEGACY_GPT_ENTRIES_MAX)
		la_halt(d, "more entries than the agent has room for");
	else if (reserve_table(d))
		la_ask_to(d, la->table, (size_t)la->table_count * GPT_WIRE_BYTES, got_gpt_entries);
}

void la_write_gpt(struct device *d)
{
	la_ack(d);
	la_ask(d, 5, got_gpt_head);
}

/* ---- A1, A4 ---- */

static void got_pmt_mode(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	struct rack_pmt pmt = {.count = la->table_count};
	int bad = la->table_count > RACK_PMT_ENTRIES_MAX;

	device_log(d, "h>", "  PMT: %s", get_be32(la->in) ? "update" : "new");
	la_ack(d);
	for (uint32_t i = 0; i < la->table_count && !bad; i++)
		rack_pmt_from_wire(&pmt.entries[i], la->table + (size_t)i * RACK_PMT_WIRE_BYTES);
	la_verdict(d, bad || rack_pmt_store(&d->flash, form_of(d), &pmt) ? LS_NO_SPACE : 0);
	la_idle(d);
}

static void ask_pmt_entry(struct device *d);

static void got_pmt_entry(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	if (++la->table_n < la->table_count) {
		reply8(d, LEGACY_CONT);
		ask_pmt_entry(d);
		return;
	}
	la_ack(d);
	la_ask(d, 4, got_pmt_mode);
}

static void ask_pmt_entry(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	la_ask_to(d, la->table + (size_t)la->table_n * RACK_PMT_WIRE_BYTES, RACK_PMT_WIRE_BYTES,
		  got_pmt_entry);
}

static void got_pmt_count(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	la->table_count = get_be32(la->in);
	la->table_n = 0;
	if (!la->table_count || la->table_count > LEGACY_TABLE_ENTRIES_MAX) {
		la_halt(d, "a PMT of an impossible length");
		return;
	}
	la_ack(d);
	if (reserve_table(d))
		ask_pmt_entry(d);
}

/* A4 is an empty stub where the table is a GPT: no byte comes, nothing is done. */
void la_write_pmt(struct device *d)
{
	bool nand_form = d->legacy->opcode == 0xA1;
	bool nand = d->flash.kind == STORAGE_NAND;

	if (!nand_form && !d->legacy->profile->pmt) {
		la_idle(d);
		return;
	}
	if (la_verdict(d, nand_form != nand ? LS_NO_NAND : 0))
		la_ask(d, 4, got_pmt_count);
	else
		la_idle(d);
}
