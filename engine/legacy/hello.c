/*
 * hello: the first stage from its first byte to the host's configuration (da-legacy.md 3.1, 3.2).
 *
 *     C0 -> storage probe -> 5A -> versions and chip -> configuration
 *
 * The configuration is one block of 18 bytes and what the chip wants more. Its brom and preloader
 * versions tell the agent who started it, and so whether DRAM is up.
 */
#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/base/text.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define FIRST_BYTE_MS  20000 /* a preloader with a download screen loads that first */
#define FIELD_MS       10000
#define DISCARD_MAX    4096
#define CHIP_UNKNOWN   0xFF
#define EMMC_BYTES     20 /* status and CID words */
#define CONFIG_BYTES   18
#define NAND_ACCESS    0x7007FFFFu
#define CHARGE_AUTO    2
#define CLOCK_26_MHZ   2
#define VIA_PRELOADER  0xFF
#define PRELOADER_TOLD 0x01
#define BROM_TOLD      0xFE

static enum verdict ask_first(struct flow *f, struct flow_action *a)
{
	(void)a;
	memset(&f->legacy, 0, sizeof f->legacy);
	f->agent_idle = false;
	return lg_want(f, 1);
}

static enum verdict never_began(struct flow *f)
{
	struct text_shown text = text_show((struct slice){f->legacy.heard, f->legacy.heard_count});

	return step_fail(f, FAULT_FLASHTOOL, LG_AGENT_DIED,
			 "the agent should begin with C0, it sent %u other bytes: \"%s\"",
			 f->legacy.discarded, text.s);
}

/* Whatever comes before the first C0 is left over from the boot ROM or preloader. */
static enum verdict got_first(struct flow *f, struct slice rx)
{
	struct legacy_state *l = &f->legacy;

	if (rx.n < f->want)
		return STEP_MORE;
	if (rx.p[0] == LG_SYNC)
		return STEP_NEXT;
	if (l->heard_count < sizeof l->heard)
		l->heard[l->heard_count++] = rx.p[0];
	if (++l->discarded == DISCARD_MAX)
		return never_began(f);
	return lg_more(f, 0, 1);
}

static enum verdict no_first(struct flow *f, struct slice rx)
{
	(void)rx;
	if (f->legacy.discarded)
		return never_began(f);
	return step_fail(f, FAULT_STATION, 15, "the agent did not send its first byte within %u ms",
			 FIRST_BYTE_MS);
}

static enum verdict ask_probe(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (lg_quirks(f)->no_probe)
		return STEP_NEXT;
	return lg_want(f, 6);
}

static enum verdict got_probe(struct flow *f, struct slice rx)
{
	enum verdict v = lg_whole(f, rx);

	if (v != STEP_NEXT)
		return v;
	if (get_be16(rx.p + 4) > LEGACY_IDS_MAX)
		return step_fail(f, FAULT_FLASHTOOL, LG_PROTOCOL,
				 "the storage probe announces %u NAND id words",
				 get_be16(rx.p + 4));
	f->legacy.ids = (uint8_t)get_be16(rx.p + 4);
	return STEP_NEXT;
}

/* What the probe found is told again, in full, by the second stage: only its length matters. */
static enum verdict ask_probe_ids(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (lg_quirks(f)->no_probe)
		return STEP_NEXT;
	return lg_want(f, 2u * f->legacy.ids + EMMC_BYTES);
}

static enum verdict ask_versions(struct flow *f, struct flow_action *a)
{
	if (!lg_quirks(f)->no_probe)
		lg_u8(f, a, LG_ACK);
	return lg_want(f, 3);
}

static bool chip_fits(const struct chip_quirks *q, uint8_t byte)
{
	for (size_t i = 0; i < sizeof q->chip_bytes && q->chip_bytes[i]; i++)
		if (q->chip_bytes[i] == byte)
			return true;
	return q->chip_bytes[0] == 0;
}

static enum verdict got_versions(struct flow *f, struct slice rx)
{
	struct device_facts *facts = &f->report.facts;
	enum verdict v = lg_whole(f, rx);

	if (v != STEP_NEXT)
		return v;
	snprintf(facts->da_version, sizeof facts->da_version, "%u.%u", rx.p[0], rx.p[1]);
	f->legacy.chip_byte = rx.p[2];
	if (rx.p[2] == CHIP_UNKNOWN)
		return step_fail(f, FAULT_FLASHTOOL, LG_UNSUPPORTED_CHIP,
				 "the agent does not know this chip (0x%04X)", facts->hw_code);
	if (!chip_fits(lg_quirks(f), rx.p[2]))
		return step_fail(f, FAULT_FLASHTOOL, LG_CHIP_MISMATCH,
				 "chip 0x%04X was identified, the agent is for chip number %02X",
				 facts->hw_code, rx.p[2]);
	return STEP_NEXT;
}

uint32_t lg_bmt_bytes(const struct flow *f)
{
	const struct scatter_section *s =
		scatter_section_for(&f->plan->package->scatter, STORAGE_NAND);
	const struct scatter_entry *e = s ? scatter_find(s, "BMTPOOL") : NULL;

	return e && e->from_end ? (uint32_t)(e->blocks_from_end * s->block_size) : 0;
}

static void put_config(const struct flow *f, uint8_t b[CONFIG_BYTES])
{
	const struct device_facts *facts = &f->report.facts;
	const struct chip_quirks *q = lg_quirks(f);
	bool by_preloader = facts->arrived_as == MODE_PRELOADER;
	uint32_t bmt = lg_bmt_bytes(f);

	b[0] = by_preloader ? VIA_PRELOADER : facts->brom_version;
	b[1] = by_preloader ? PRELOADER_TOLD : BROM_TOLD;
	b[2] = 0; /* NOR chip selects 0 and 8 = none */
	b[3] = 8;
	b[4] = 0; /* NAND chip select */
	put_be32(b + 5, NAND_ACCESS);
	b[9] = bmt ? 1 : q->bmt_flag;
	put_be32(b + 10, bmt);
	b[14] = CHARGE_AUTO;
	b[15] = q->reset_key;
	b[16] = CLOCK_26_MHZ;
	b[17] = 0; /* boot channel */
}

/* One pool for all of the chip: the default of everybody. Its share is little-endian. */
static void add_slc_list(struct flow *f, struct flow_action *a)
{
	uint8_t list[24] = {0, 0, 0, 1, 'F', 'F'};

	list[20] = 0xFF;
	tx_copy(f, a, list, sizeof list);
}

static void add_extra(struct flow *f, struct flow_action *a)
{
	switch (lg_quirks(f)->extra) {
	case EXTRA_NONE:
		break;
	case EXTRA_NEW_COMBO:
		lg_u32(f, a, 0);
		break;
	case EXTRA_FORCE_DRAM:
		/* Only for an agent that will be given settings: a preloader has DRAM up. */
		lg_u32(f, a,
		       f->plan->package->has_preloader && f->report.facts.arrived_as == MODE_BROM);
		break;
	case EXTRA_IS_GPT:
		lg_u32(f, a, legacy_layout_is_gpt(f));
		break;
	case EXTRA_SKIP_SLC:
		lg_u32(f, a, 0);
		add_slc_list(f, a);
		break;
	case EXTRA_SLC:
		add_slc_list(f, a);
		break;
	}
}

static enum verdict ask_config(struct flow *f, struct flow_action *a)
{
	uint8_t config[CONFIG_BYTES];

	put_config(f, config);
	tx_copy(f, a, config, sizeof config);
	add_extra(f, a);
	return lg_want(f, 0);
}

const struct step legacy_hello[] = {
	{"first byte", FIRST_BYTE_MS, ask_first, got_first, no_first},
	{"storage probe", FIELD_MS, ask_probe, got_probe, NULL},
	{"storage probe", FIELD_MS, ask_probe_ids, lg_whole, NULL},
	{"agent version", FIELD_MS, ask_versions, got_versions, NULL},
	{"configuration", FIELD_MS, ask_config, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
