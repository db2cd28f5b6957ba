/*
 * C0, the probe report, the versions, and the host's configuration (da-legacy.md 3.1, 3.2).
 *
 * The agents of MT6573, 6575 and 6577 skip the report: their versions follow C0 at once.
 */
#include "tests/rack/legacy/legacy_agent.h"

#include <string.h>

#include "engine/base/bytes.h"

enum { PROBE_MS = 70, CONFIG_MS = 40, CONFIG_BYTES = 18, SLC_RECORD = 20, SLC_MAX = 16 };

static uint32_t found(bool is_there)
{
	return is_there ? 0 : LS_NOT_FOUND;
}

/* u16 count, then one id byte in each u16. */
void la_send_nand_ids(struct device *d)
{
	unsigned count = d->legacy->profile->nand_ids;

	la_send16(d, (uint16_t)count);
	for (unsigned i = 0; i < count; i++)
		la_send16(d,
			  la_has_nand(d) && i < sizeof d->flash.nand.id ? d->flash.nand.id[i] : 0);
}

/* Four words with or without an eMMC: hosts ask for each by itself. */
static void send_probe_cid(struct device *d)
{
	uint8_t words[16] = {0};

	if (la_has_emmc(d) && d->legacy->profile->reversed_probe)
		la_reversed_cid(d, words);
	else if (la_has_emmc(d))
		memcpy(words, d->id.cid, sizeof words);
	for (size_t i = 0; i < sizeof words; i += 4)
		reply_bytes(d, words + i, 4);
}

/* ---- configuration ---- */

static void configured(struct device *d)
{
	if (d->legacy->profile->single_stage)
		la_nand_table(d);
	else
		la_dram(d);
}

static void settle_configuration(struct device *d)
{
	device_after(d, TIMER_WORK, CONFIG_MS, configured);
}

static void got_slc_count(struct device *d)
{
	uint32_t count = get_be32(d->legacy->in);

	device_log(d, "h>", "  %u SLC records", count);
	if (count > SLC_MAX)
		la_halt(d, "SLC list without an end");
	else
		la_ask(d, (size_t)count * SLC_RECORD, settle_configuration);
}

static void got_word(struct device *d)
{
	device_log(d, "h>", "  word %u", get_be32(d->legacy->in));
	if (d->legacy->profile->extra == EXTRA_WORD_SLC)
		la_ask(d, 4, got_slc_count);
	else
		settle_configuration(d);
}

static void got_configuration(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	const uint8_t *p = la->in;

	device_step(d, "config", "boot ROM %02X, loader %02X, BMT %u of 0x%X, charge %u, clock %u",
		    p[0], p[1], p[9], get_be32(p + 10), p[14], p[16]);
	switch (la->profile->extra) {
	case EXTRA_NONE:
		settle_configuration(d);
		break;
	case EXTRA_SLC:
		la_ask(d, 4, got_slc_count);
		break;
	case EXTRA_WORD:
	case EXTRA_WORD_SLC:
		la_ask(d, 4, got_word);
		break;
	}
}

/* ---- versions ---- */

static void send_versions(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	device_log(d, "d>", "agent %u.2, chip %02X", la->profile->major, la->chip_byte);
	reply8(d, la->profile->major);
	reply8(d, 2);
	reply8(d, la->chip_byte);
	la_ask(d, CONFIG_BYTES, got_configuration);
}

static void got_probe_ack(struct device *d)
{
	device_step(d, "probe-ack", "%02X", d->legacy->in[0]); /* any value will do */
	send_versions(d);
}

static void probe(struct device *d)
{
	device_log(d, "d>", "probe: NAND %s, eMMC %s", la_has_nand(d) ? "found" : "none",
		   la_has_emmc(d) ? "found" : "none");
	la_send32(d, la_code(d, found(la_has_nand(d))));
	la_send_nand_ids(d);
	la_send32(d, la_code(d, found(la_has_emmc(d))));
	send_probe_cid(d);
	la_ask(d, 1, got_probe_ack);
}

void la_opening(struct device *d)
{
	device_log(d, "d>", "C0");
	reply8(d, LEGACY_SYNC);
	if (d->legacy->profile->single_stage)
		send_versions(d);
	else
		device_after(d, TIMER_WORK, PROBE_MS, probe);
}
