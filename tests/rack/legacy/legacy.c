/* Fields in, fields out, and the life of the agent (da-legacy.md 1). */
#include "tests/rack/legacy/legacy.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/legacy/legacy_agent.h"

/* ---- in ---- */

static void got(void *ctx)
{
	struct device *d = ctx;

	d->legacy->next(d);
}

void la_ask_to(struct device *d, uint8_t *to, size_t n, legacy_next *next)
{
	d->legacy->next = next;
	rx_read(&d->usb.rx, to, n, got);
}

void la_ask(struct device *d, size_t n, legacy_next *next)
{
	la_ask_to(d, d->legacy->in, n, next);
}

bool la_mid_transfer(const struct device *d)
{
	const struct urb *urb = d->usb.rx.urbs.head;

	return d->usb.rx.ring_n || (urb && urb->actual && urb->actual < urb->length);
}

/* ---- out ---- */

void la_send16(struct device *d, uint16_t v)
{
	reply16(d, v);
}

void la_send32(struct device *d, uint32_t v)
{
	reply32(d, v);
}

uint64_t la_be64(const uint8_t *p)
{
	return (uint64_t)get_be32(p) << 32 | get_be32(p + 4);
}

void la_send64(struct device *d, uint64_t v)
{
	uint8_t b[8];

	put_be32(b, (uint32_t)(v >> 32));
	put_be32(b + 4, (uint32_t)v);
	reply_bytes(d, b, sizeof b);
}

void la_send_zeros(struct device *d, size_t n)
{
	static const uint8_t zeros[64];

	reply_bytes(d, zeros, n < sizeof zeros ? n : sizeof zeros);
}

/* Names of 2011 with lower numbers (section 6): [from, to] in today's numbering, less `by`. */
uint32_t la_code(const struct device *d, uint32_t status)
{
	static const struct {
		uint32_t from, to, by;
	} old[] = {
		{3008, 3008, 4}, {3011, 3025, 4}, {3036, 3045, 4},  {3062, 3083, 5},
		{3087, 3087, 5}, {3149, 3157, 5}, {3178, 3178, 16},
	};

	if (d->config->agent != AGENT_2011 || !d->legacy->profile->single_stage)
		return status;
	for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
		if (status >= old[i].from && status <= old[i].to)
			return status - old[i].by;
	}
	return status;
}

void la_send_status(struct device *d, uint32_t status)
{
	device_log(d, "d>", "status %u", la_code(d, status));
	la_send32(d, la_code(d, status));
}

void la_ack(struct device *d)
{
	reply8(d, LEGACY_ACK);
}

void la_refuse(struct device *d, uint32_t status)
{
	reply8(d, LEGACY_NACK);
	la_send_status(d, status);
}

bool la_verdict(struct device *d, uint32_t status)
{
	status = device_status(d, status);
	if (status)
		la_refuse(d, status);
	else
		la_ack(d);
	return !status;
}

/* ---- what several commands need ---- */

uint16_t la_sum(const uint8_t *bytes, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += bytes[i];
	return (uint16_t)sum;
}

bool la_reserve(struct device *d, size_t n)
{
	struct legacy_agent *la = d->legacy;

	if (la->big_room >= n)
		return true;
	free(la->big);
	la->big = malloc(n);
	la->big_room = la->big ? n : 0;
	if (!la->big)
		la_halt(d, "no memory on this machine");
	return la->big;
}

bool la_storage_absent(const struct device *d)
{
	return faults_stand(&d->faults, RACK_STORAGE_DEAD, RACK_AT_INFO, NULL);
}

bool la_has_nand(const struct device *d)
{
	return d->flash.kind == STORAGE_NAND && !la_storage_absent(d);
}

bool la_has_emmc(const struct device *d)
{
	return d->flash.kind == STORAGE_EMMC && !la_storage_absent(d);
}

enum storage_region la_region(const struct device *d, unsigned part)
{
	static const enum storage_region parts[] = {
		REGION_NONE, REGION_BOOT1, REGION_BOOT2, REGION_RPMB, REGION_GP1,
		REGION_GP2,  REGION_GP3,   REGION_GP4,	 REGION_USER,
	};
	enum storage_region region =
		part < sizeof parts / sizeof *parts ? parts[part] : REGION_NONE;

	return d->flash.regions[region].fd >= 0 ? region : REGION_NONE;
}

void la_reversed_cid(const struct device *d, uint8_t out[16])
{
	for (int i = 0; i < 16; i++)
		out[i] = d->id.cid[i / 4 * 4 + 3 - i % 4];
}

void la_halt(struct device *d, const char *why)
{
	device_log(d, "--", "the agent is lost: %s", why);
	rx_stop(&d->usb.rx);
	d->dirty = true;
}

/* ---- life ---- */

void legacy_start(struct device *d)
{
	const struct legacy_profile *profile = la_profile_of(d->config->chip);
	bool by_preloader = !d->boot->brom;

	legacy_free(d);
	d->legacy = calloc(1, sizeof *d->legacy);
	d->stage = STAGE_AGENT1;
	d->dirty = true;
	rx_reset(&d->usb.rx, RX_STREAM);
	if (!d->legacy || !profile) {
		la_halt(d, profile ? "no memory on this machine"
				   : "no agent of this chip is documented; it ends here");
		return;
	}
	d->legacy->profile = profile;
	d->legacy->chip_byte = la_chip_byte(profile, d->config->chip_name);
	d->legacy->by_preloader = by_preloader;
	d->legacy->dram_ready = by_preloader;
	d->legacy->part = 8;
	device_after(d, TIMER_WORK, d->config->c0_ms, la_opening);
}

void legacy_free(struct device *d)
{
	if (!d->legacy)
		return;
	free(d->legacy->big);
	free(d->legacy->table);
	free(d->legacy->preloader);
	free(d->legacy);
	d->legacy = NULL;
}
