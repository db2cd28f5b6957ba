/*
 * report: what the second stage found, field by field, down to the command loop (da-legacy.md 4).
 *
 *     NOR -> NAND -> eMMC -> SD -> memory and ids -> [bad-block word] -> security -> C1
 *
 * The length differs with the chip. Security that is set up for the first time takes its time.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/legacy/cid.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define FIRST_MS      30000
#define FIELD_MS      10000
#define SECURITY_MS   20000
#define PROCESSING_MS 120000
#define NOR_BYTES     28
#define NAND_HEAD     9 /* status, chip select, id word, count of ids */
#define NAND_TAIL     9
#define EMMC_BYTES    92
#define SD_BYTES      28
#define MEMORY_BYTES  38
#define TRAILER_BYTES 9
#define BLOCK_BYTES   512
#define STAGE_WAITED  1
#define LEGACY_PACKET 0x100000u /* of writes: the agents hang above 8 MiB */
#define LEGACY_READ   0xF000u	/* of reads: with its sum it fits one reception */

_Static_assert(LEGACY_READ + 2 <= FLOW_RX_MAX, "a read packet is summed before it is used");

static enum verdict ask_nor(struct flow *f, struct flow_action *a)
{
	struct device_facts *facts = &f->report.facts;

	(void)a;
	memset(&facts->storage, 0, sizeof facts->storage);
	facts->write_packet = LEGACY_PACKET;
	facts->read_packet = LEGACY_READ;
	return lg_want(f, NOR_BYTES);
}

static enum verdict ask_nand(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, NAND_HEAD + (lg_quirks(f)->wide_nand ? 8 : 4));
}

static enum verdict got_nand(struct flow *f, struct slice rx)
{
	struct storage_sizes *s = &f->report.facts.storage;
	enum verdict v = lg_whole(f, rx);
	unsigned ids;

	if (v != STEP_NEXT)
		return v;
	ids = get_be16(rx.p + f->want - 2);
	if (ids > LEGACY_IDS_MAX)
		return step_fail(f, FAULT_FLASHTOOL, LG_PROTOCOL, "%u NAND id words are announced",
				 ids);
	f->legacy.ids = (uint8_t)ids;
	f->legacy.nand_found = get_be32(rx.p) == 0;
	if (!f->legacy.nand_found)
		return STEP_NEXT;
	s->kind = STORAGE_NAND;
	s->bytes[REGION_USER] = lg_quirks(f)->wide_nand ? lg_get64(rx.p + 7) : get_be32(rx.p + 7);
	return STEP_NEXT;
}

static enum verdict ask_nand_ids(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, 2u * f->legacy.ids + NAND_TAIL);
}

static enum verdict got_nand_ids(struct flow *f, struct slice rx)
{
	struct device_facts *facts = &f->report.facts;
	const size_t room = sizeof facts->nand_id / sizeof facts->nand_id[0];
	enum verdict v = lg_whole(f, rx);
	const uint8_t *tail = rx.p + 2 * (size_t)f->legacy.ids;

	if (v != STEP_NEXT || !f->legacy.nand_found)
		return v;
	facts->nand_id_count = (uint8_t)(f->legacy.ids < room ? f->legacy.ids : room);
	for (unsigned i = 0; i < facts->nand_id_count; i++)
		facts->nand_id[i] = get_be16(rx.p + 2 * (size_t)i);
	facts->nand_page = get_be16(tail);
	facts->nand_spare = get_be16(tail + 2);
	facts->nand_block = facts->nand_page * get_be16(tail + 4);
	facts->storage.block = facts->nand_page;
	if (!facts->nand_block)
		return step_fail(f, FAULT_FLASHTOOL, LG_PROTOCOL,
				 "a NAND with pages of %u bytes, %u a block, is reported",
				 facts->nand_page, get_be16(tail + 4));
	return STEP_NEXT;
}

static enum verdict ask_emmc(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, EMMC_BYTES);
}

static void take_cid(struct device_facts *facts, const uint8_t *cid)
{
	cid_normalise(facts->cid, cid, true);
	cid_name(facts->storage_name, facts->cid);
}

static enum verdict got_emmc(struct flow *f, struct slice rx)
{
	static const enum storage_region order[] = {
		REGION_BOOT1, REGION_BOOT2, REGION_RPMB, REGION_GP1,
		REGION_GP2,   REGION_GP3,   REGION_GP4,	 REGION_USER,
	};
	struct device_facts *facts = &f->report.facts;
	enum verdict v = lg_whole(f, rx);

	if (v != STEP_NEXT || get_be32(rx.p))
		return v;
	memset(&facts->storage, 0, sizeof facts->storage);
	facts->storage.kind = STORAGE_EMMC;
	facts->storage.block = BLOCK_BYTES;
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		facts->storage.bytes[order[i]] = lg_get64(rx.p + 4 + 8 * i);
	take_cid(facts, rx.p + 68);
	memcpy(facts->storage_fw, rx.p + 84, sizeof facts->storage_fw);
	return STEP_NEXT;
}

static enum verdict ask_sd(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, SD_BYTES);
}

/* Also a soldered chip that says it has no boot regions lands here. */
static enum verdict got_sd(struct flow *f, struct slice rx)
{
	struct device_facts *facts = &f->report.facts;
	enum verdict v = lg_whole(f, rx);

	if (v != STEP_NEXT || get_be32(rx.p) || facts->storage.kind != STORAGE_NONE)
		return v;
	facts->storage.kind = STORAGE_SDMMC;
	facts->storage.block = BLOCK_BYTES;
	facts->storage.bytes[REGION_USER] = lg_get64(rx.p + 4);
	take_cid(facts, rx.p + 12);
	return STEP_NEXT;
}

static enum verdict ask_memory(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, MEMORY_BYTES);
}

static enum verdict got_memory(struct flow *f, struct slice rx)
{
	struct device_facts *facts = &f->report.facts;
	enum verdict v = lg_whole(f, rx);

	if (v != STEP_NEXT)
		return v;
	if (get_be32(rx.p))
		return lg_refused(f, get_be32(rx.p));
	if (get_be32(rx.p + 8))
		return lg_refused(f, get_be32(rx.p + 8));
	facts->sram_bytes = get_be32(rx.p + 4);
	facts->dram_type = rx.p[12];
	facts->dram_bytes = lg_get64(rx.p + 14);
	memcpy(facts->random_id, rx.p + 22, sizeof facts->random_id);
	return STEP_NEXT;
}

static enum verdict ask_bmt(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_quirks(f)->bmt_word ? lg_want(f, 4) : STEP_NEXT;
}

static enum verdict ask_security(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, 1);
}

static enum verdict got_security(struct flow *f, struct slice rx)
{
	if (f->legacy.stage > STAGE_WAITED)
		return lg_unexpected(f, rx, "5A");
	if (rx.n < f->want)
		return STEP_MORE;
	if (rx.p[0] == LG_ACK || f->legacy.stage == STAGE_WAITED)
		return STEP_NEXT;
	if (rx.p[0] != LG_NACK)
		return lg_unexpected(f, rx, "5A");
	f->more_ms = PROCESSING_MS;
	return lg_more(f, STAGE_WAITED, 1);
}

static enum verdict ask_trailer(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, TRAILER_BYTES);
}

static enum verdict got_trailer(struct flow *f, struct slice rx)
{
	enum verdict v = lg_whole(f, rx);
	uint8_t last;

	if (v != STEP_NEXT)
		return v;
	last = rx.p[TRAILER_BYTES - 1];
	if (last == LG_SOC_FAIL)
		return step_fail(f, FAULT_FLASHTOOL, LG_SOC_CHECK_FAIL,
				 "the agent's check of the chip failed (%02X, status %u)", last,
				 get_be32(rx.p));
	if (last != LG_SOC_OK)
		return step_fail(f, FAULT_FLASHTOOL, LG_PROTOCOL,
				 "the report should end with C1, it ends with %02X", last);
	f->agent_idle = true;
	return STEP_NEXT;
}

const struct step legacy_report[] = {
	{"report", FIRST_MS, ask_nor, lg_whole, NULL},
	{"report nand", FIELD_MS, ask_nand, got_nand, NULL},
	{"report nand", FIELD_MS, ask_nand_ids, got_nand_ids, NULL},
	{"report emmc", FIELD_MS, ask_emmc, got_emmc, NULL},
	{"report card", FIELD_MS, ask_sd, got_sd, NULL},
	{"report memory", FIELD_MS, ask_memory, got_memory, NULL},
	{"report bad blocks", FIELD_MS, ask_bmt, lg_whole, NULL},
	{"report security", SECURITY_MS, ask_security, got_security, NULL},
	{"report end", FIELD_MS, ask_trailer, got_trailer, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
