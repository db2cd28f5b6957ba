/*
 * SWITCH_PART, SDMMC_WRITE_DATA, SDMMC_WRITE_IMAGE and VERIFY_IMG_CHKSUM (da-legacy.md 5.2 to 5.5).
 *
 * An Android sparse image is recognised by its first packet, whatever the host thinks of it: the
 * range it describes is erased, then it is expanded.
 */
#include "tests/rack/legacy/legacy_agent.h"

#include <string.h>

#include "engine/base/bytes.h"

enum { RPMB = 3, SECTOR = 512, SPARSE_HEAD_BYTES = 28, LEVEL_USB = 1, LEVEL_STORAGE = 2 };
#define SPARSE_MAGIC 0xED26FF3Au

/* ---- SWITCH_PART ---- */

static void got_part(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	bool good = la->profile->any_part || (la->in[0] >= 1 && la->in[0] <= 8);

	if (la_verdict(d, good && la_has_emmc(d) ? 0 : LS_CONFIG))
		la->part = la->in[0];
	la_idle(d);
}

void la_switch_part(struct device *d)
{
	la_ack(d);
	la_ask(d, 1, got_part);
}

/* ---- storing ---- */

static bool is_sparse(const uint8_t *bytes, size_t n)
{
	return n >= SPARSE_HEAD_BYTES && get_le32(bytes) == SPARSE_MAGIC;
}

static void begin_sparse(struct device *d, const uint8_t *head)
{
	struct legacy_agent *la = d->legacy;
	struct legacy_target *t = &la->target;
	uint64_t range = (uint64_t)get_le32(head + 12) * get_le32(head + 16);

	if (range > t->end - t->at)
		range = t->end - t->at;
	device_log(d, "--", "  sparse image, expands to %llu bytes", (unsigned long long)range);
	sparse_sink_init(&la->sparse, &d->flash, t->region, t->at, range);
	la->sparse.no_fill = d->config->agent == AGENT_2013 || d->config->agent == AGENT_2011;
}

static uint32_t store(struct device *d, const uint8_t *bytes, size_t n)
{
	struct legacy_agent *la = d->legacy;
	struct legacy_target *t = &la->target;

	if (t->region == REGION_NONE || t->region == REGION_RPMB)
		return 0; /* goes nowhere, and nobody says so */
	if (!la->sparse_seen) {
		la->sparse_seen = true;
		la->is_sparse = is_sparse(bytes, n);
		if (la->is_sparse)
			begin_sparse(d, bytes);
	}
	if (la->is_sparse) {
		sparse_sink_put(&la->sparse, bytes, n);
		return la->sparse.error ? LS_WRITE_FAILED : 0;
	}
	if (flash_write(&d->flash, t->region, t->at, bytes, n))
		return LS_WRITE_FAILED;
	t->at += n;
	return 0;
}

/* 0, or what is wrong with address and length in this region. */
static uint32_t check(const struct device *d, enum storage_region region, uint64_t at, uint64_t n)
{
	uint64_t end = region == REGION_NONE ? UINT64_MAX : d->flash.regions[region].bytes;

	if (at >= end || at % SECTOR)
		return LS_BEGIN_ADDR;
	if (!n || n > end - at)
		return LS_RANGE;
	return 0;
}

/* The parameters that 61 and 62 share: level, part, address, length. */
static uint32_t aim(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	const uint8_t *p = la->in;
	enum storage_region region = la_region(d, p[1]);
	uint64_t at = la_be64(p + 2), n = la_be64(p + 10);

	la->level = p[0];
	la->sparse_seen = la->is_sparse = false;
	la->target = (struct legacy_target){
		region, at, region == REGION_NONE ? UINT64_MAX : d->flash.regions[region].bytes};
	la->intake = (struct legacy_intake){.left = n,
					    .packet = LEGACY_PACKET_BYTES,
					    .verify = p[0] & LEVEL_USB,
					    .store = store};
	if (!la_has_emmc(d))
		return LS_NO_EMMC;
	la->part = p[1]; /* stays selected */
	return check(d, region, at, n);
}

/* A sum is kept when the agent has looked at the storage itself. */
static void keep_sum(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	la->sum_kept = la->level & LEVEL_STORAGE;
	la->kept_sum = la->intake.image_sum;
}

static void data_finished(struct device *d)
{
	keep_sum(d);
	la_idle(d);
}

void la_write_data(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint32_t packet = get_be32(la->in + 18), bad;

	if (!la_table_survives(d))
		return;
	bad = aim(d);
	la->intake.packet = packet;
	la->intake.finished = data_finished;
	if (la_verdict(d, bad))
		la_take_packets(d);
	else
		la_idle(d);
}

/* ---- 61 ---- */

static void got_image_sum(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint16_t told = get_be16(la->in), sum = la->intake.image_sum;

	device_log(d, "h>", "  sum of the image %04X, here %04X", told, sum);
	if (told == sum) {
		la_ack(d);
	} else {
		reply8(d, LEGACY_NACK);
		la_send16(d, sum);
	}
	la_idle(d);
}

static void image_finished(struct device *d)
{
	keep_sum(d);
	la_ask(d, 2, got_image_sum);
}

void la_write_image(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint32_t bad;

	if (!la_table_survives(d))
		return;
	bad = aim(d);
	if (la->in[1] == RPMB && la_has_emmc(d))
		bad = LS_UNSUPPORTED;
	la->intake.finished = image_finished;
	la_send32(d, LEGACY_PACKET_BYTES); /* before anything is looked at */
	if (la_verdict(d, bad))
		la_take_packets(d);
	else
		la_idle(d);
}

/* ---- BD ---- */

static void got_progress_ack(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint16_t told = get_be16(la->in + 18), sum = la->sum_kept ? la->kept_sum : 0;

	if (la->sum_kept && told == sum) {
		la_ack(d);
	} else {
		reply8(d, LEGACY_NACK);
		la_send16(d, sum);
	}
	la_idle(d);
}

/* The parameters stay in la->in: the host's 5A goes behind them. */
void la_verify_image(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	la_send32(d, 0);
	reply8(d, 100);
	la_send64(d, la_be64(la->in + 10));
	la_ask_to(d, la->in + 64, 1, got_progress_ack);
}
