/*
 * DRAM: already set up by the preloader, or settings from the host, ENABLE_DRAM (da-legacy.md 3.3).
 *
 *   A  one record            version, record size, record, sum, go, result
 *   B  discrete DRAM         A, then once more with the manufacturer the agent has read
 *   C  as A                  16 bytes of eMMC id between version and record size
 *   D  the whole table       version, record size, total, table, sum, go, result
 *
 * Whatever else than 5A the host answers on the way, the agent goes on to wait for the second
 * stage; one that is to live in DRAM is then lost.
 */
#include "tests/rack/legacy/legacy_agent.h"

#include <string.h>

#include "engine/base/bytes.h"

enum { COMMAND_BYTES = 5, TRAINING_MS = 60, TABLE_MAX = 0x4000, VENDOR_AT = 0xB0 };
enum { BUILT_IN = 0xFFFFFFFF, RAM_DRAM = 2, VENDOR_SAMSUNG = 1 };

static void second_stage(struct device *d)
{
	if (d->legacy->profile->single_stage)
		la_report(d);
	else
		la_upload(d);
}

/* ---- does the DRAM on this board work with what came? ---- */

static bool holds_vendor(const struct device *d, const uint8_t *record, size_t n)
{
	/* Records of other layouts than A do not say whose they are (packages.md 3.4). */
	return n < VENDOR_AT + 4 || n % 0xBC ||
	       get_le32(record + VENDOR_AT) == d->config->dram_vendor;
}

static bool works(const struct device *d)
{
	const struct rack_config *c = d->config;
	const uint8_t *settings = d->legacy->big;
	size_t n = d->legacy->emi_bytes;

	if (c->dram_vendor)
		return d->legacy->discrete_pass && holds_vendor(d, settings, n);
	if (!c->dram_id_count || !n)
		return true; /* no settings: what the agent has built in */
	for (unsigned i = 0; i < c->dram_id_count; i++) {
		if (memmem(settings, n, c->dram_ids[i].bytes, c->dram_ids[i].n))
			return true;
	}
	return false;
}

static void ask_manufacturer(struct device *d);

static void after_single(struct device *d)
{
	if (d->legacy->in[0] == LEGACY_ACK)
		ask_manufacturer(d);
	else
		la_upload_begun(d); /* that was the first byte of its address */
}

/* MT6592 sends more after the result, so that only a board with such DRAM can listen first. */
static bool may_be_discrete(const struct device *d)
{
	const struct legacy_agent *la = d->legacy;

	return la->profile->dram == DRAM_A && !la->profile->single_stage && !la->discrete_pass &&
	       (d->config->dram_vendor || !la->profile->dword_slots);
}

static void send_result(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint32_t status;

	if (faults_stand(&d->faults, RACK_DRAM_FAIL, RACK_AT_BOOT, NULL)) {
		la_send_status(d, LS_SETUP_DRAM_FAIL);
		la_halt(d, "fault: dram-fail");
		return;
	}
	status = device_status(d, works(d) ? 0 : LS_NOT_FOUND);
	la_send_status(d, status);
	if (!status) {
		la->dram_ready = true;
		reply8(d, RAM_DRAM);
		reply8(d, 0);
		la_send64(d, DEVICE_DRAM_BYTES);
	}
	if (may_be_discrete(d))
		la_ask(d, 1, after_single);
	else
		second_stage(d);
}

static void got_go(struct device *d)
{
	device_log(d, "h>", "  dump and calibrate %08X", get_be32(d->legacy->in));
	device_after(d, TIMER_WORK, TRAINING_MS, send_result);
}

static void got_sum_ack(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	if (la->in[0] != LEGACY_ACK)
		second_stage(d);
	else if (la->discrete_pass)
		device_after(d, TIMER_WORK, TRAINING_MS, send_result);
	else
		la_ask(d, 4, got_go);
}

static void got_settings(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint16_t sum = la_sum(la->big, la->emi_bytes);

	if (d->bad_checksum) {
		sum ^= 0x5555;
		d->bad_checksum = false;
	}
	device_log(d, "h>", "  %u bytes of settings, sum %04X", la->emi_bytes, sum);
	la_send16(d, sum);
	la_ask(d, 1, got_sum_ack);
}

static void take_settings(struct device *d, uint32_t n)
{
	d->legacy->emi_bytes = n;
	if (la_reserve(d, n ? n : 1))
		la_ask_to(d, d->legacy->big, n, got_settings);
}

static void got_total(struct device *d)
{
	const struct legacy_profile *p = d->legacy->profile;
	uint32_t total = get_be32(d->legacy->in);
	uint32_t most = p->emi_table_limit ? p->emi_table_limit : TABLE_MAX;

	device_log(d, "h>", "  %u bytes in all", total);
	if (total % p->emi_record || total > most) {
		la_halt(d, "DRAM settings of an impossible size");
		return;
	}
	take_settings(d, total);
}

static void got_size_ack(struct device *d)
{
	const struct legacy_profile *p = d->legacy->profile;

	if (d->legacy->in[0] != LEGACY_ACK)
		second_stage(d);
	else if (p->dram == DRAM_D)
		la_ask(d, 4, got_total);
	else
		take_settings(d, p->emi_record);
}

/* ---- B: the agent has read who made the DRAM ---- */

static void got_vendor_ack(struct device *d)
{
	if (d->legacy->in[0] == LEGACY_ACK)
		take_settings(d, d->legacy->profile->emi_record);
	else
		second_stage(d);
}

static void ask_manufacturer(struct device *d)
{
	uint32_t vendor = d->config->dram_vendor ? d->config->dram_vendor : VENDOR_SAMSUNG;

	d->legacy->discrete_pass = true;
	device_step(d, "discrete-dram", "manufacturer %u", vendor);
	la_send32(d, vendor);
	la_send32(d, DEVICE_DRAM_BYTES);
	la_ask(d, 1, got_vendor_ack);
}

/* ---- the command ---- */

static void got_enable(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	const struct legacy_profile *p = la->profile;
	uint32_t version = get_be32(la->in + 1);
	bool good = version == p->emi_version || version == BUILT_IN;
	uint8_t cid[16] = {0};

	/* The opcode byte was consumed, and is not looked at. */
	device_step(d, "enable-dram", "EMI version %08X, here %02X", version, p->emi_version);
	la->emi_bytes = 0;
	reply8(d, good ? LEGACY_ACK : LEGACY_NACK);
	if (version == BUILT_IN && p->dram != DRAM_D) {
		la_ask(d, 4, got_go);
		return;
	}
	if (p->dram == DRAM_C) {
		if (la_has_emmc(d))
			la_reversed_cid(d, cid);
		reply_bytes(d, cid, sizeof cid);
	}
	la_send32(d, p->emi_record); /* also behind A5 */
	la_ask(d, 1, got_size_ack);
}

static void send_raw_cid(struct device *d)
{
	uint8_t reversed[16];

	if (!la_has_emmc(d)) {
		la_send_zeros(d, 16);
		return;
	}
	la_reversed_cid(d, reversed);
	reply_bytes(d, d->legacy->profile->reversed_probe ? d->id.cid : reversed, 16);
}

void la_dram(struct device *d)
{
	if (d->legacy->by_preloader) {
		device_log(d, "d>", "DRAM is set up");
		la_send32(d, 0);
		second_stage(d);
		return;
	}
	la_send_status(d, LS_RAM_ERROR);
	la_send32(d, la_has_emmc(d) ? 0 : la_code(d, LS_NOT_FOUND));
	send_raw_cid(d);
	la_send32(d, la_has_nand(d) ? 0 : la_code(d, LS_NOT_FOUND));
	la_send_nand_ids(d);
	la_ask(d, COMMAND_BYTES, got_enable);
}
