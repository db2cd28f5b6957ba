/*
 * FORMAT (da-legacy.md 5.7): two answers, one status a step, statistics or not, and a post-process
 * byte that follows every ending, refusals too [emu].
 *
 * An eMMC that erases does it in one step; one that does not gets FF written, 64 KiB a step. NAND
 * goes block by block, passes bad blocks with a note, and tells how many there were.
 */
#include "tests/rack/legacy/legacy_agent.h"

#include "tests/rack/nand.h"

#include <string.h>

enum { SECTOR = 512, STEP_BYTES = 0x10000, PARAM_AT = 4, PARAM_LENGTH = 12, ALL = 100 };

static void next_step(struct device *d);

static void over(struct device *d)
{
	la_ack(d); /* post-process */
	la_idle(d);
}

static void finish(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	if (d->flash.kind == STORAGE_NAND) {
		reply8(d, LEGACY_CONT); /* anything but 5A: statistics follow */
		la_send64(d, la->step_begin);
		la_send64(d, la->step_end - la->step_begin);
		la_send32(d, la->blocks);
		la_send32(d, la->bad_blocks);
		la_send32(d, 0);
	} else {
		la_ack(d);
	}
	over(d);
}

/* The host's byte between two steps is not examined. */
static void got_step_ack(struct device *d)
{
	if (d->legacy->step_at < d->legacy->step_end)
		next_step(d);
	else
		finish(d);
}

static void tell(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint64_t done = la->step_at - la->step_begin, all = la->step_end - la->step_begin;

	la_send32(d, done < all ? la_code(d, LS_IN_PROGRESS) : 0);
	reply8(d, (uint8_t)(done * ALL / all));
	la_ask(d, 1, got_step_ack);
}

static void stop(struct device *d, uint32_t status)
{
	la_send_status(d, status);
	la_send64(d, d->legacy->step_at);
	reply8(d, LEGACY_STOP);
	over(d);
}

static int erase_step(struct device *d, uint64_t n)
{
	static uint8_t blank[STEP_BYTES];
	struct legacy_agent *la = d->legacy;

	if (!d->config->no_erase)
		return flash_erase(&d->flash, la->target.region, la->step_at, n);
	memset(blank, 0xFF, sizeof blank);
	return flash_write(&d->flash, la->target.region, la->step_at, blank, (size_t)n);
}

static void emmc_step(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint64_t left = la->step_end - la->step_at;
	uint64_t n = d->config->no_erase && left > STEP_BYTES ? STEP_BYTES : left;
	uint32_t status = device_status(d, erase_step(d, n) ? LS_WRITE_FAILED : 0);

	if (status) {
		stop(d, status);
		return;
	}
	la->step_at += n;
	tell(d);
}

static void nand_step(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint32_t block = d->flash.nand.page * d->flash.nand.pages_per_block;

	la->blocks++;
	if (flash_nand_is_bad(&d->flash, (uint32_t)(la->step_at / block))) {
		la_send_status(d, LS_BAD_BLOCK);
		la_send64(d, la->step_at);
		reply8(d, LEGACY_CONT); /* goes on by itself, with what stands in for the block */
		la->bad_blocks++;
	}
	if (device_status(d, 0) || flash_nand_erase(&d->flash, la->step_at)) {
		stop(d, LS_WRITE_FAILED);
		return;
	}
	la->step_at += block;
	tell(d);
}

static void step_now(struct device *d)
{
	device_step(d, "erase", "at 0x%llX", (unsigned long long)d->legacy->step_at);
	if (d->flash.kind == STORAGE_NAND)
		nand_step(d);
	else
		emmc_step(d);
}

/* A step takes as long as the link is slowed down: a slow erase (faults.h). */
static void next_step(struct device *d)
{
	if (d->slow_us)
		device_after(d, TIMER_WORK, (unsigned)(d->slow_us / 1000), step_now);
	else
		step_now(d);
}

/* Only a format that is forbidden has no stray byte behind it. */
static void refuse(struct device *d, uint32_t status)
{
	la_refuse(d, status);
	if (status == LS_FORMAT_FORBIDDEN)
		la_idle(d);
	else
		over(d);
}

/* The unit a format counts in, and the end of what it may touch. */
static uint32_t unit_of(const struct device *d, uint64_t *end)
{
	enum storage_region region = d->legacy->target.region;

	if (d->flash.kind == STORAGE_NAND) {
		*end = flash_nand_logical_bytes(&d->flash);
		return d->flash.nand.page * d->flash.nand.pages_per_block;
	}
	*end = region == REGION_NONE ? 0 : d->flash.regions[region].bytes;
	return SECTOR;
}

void la_format(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint64_t at = la_be64(la->in + PARAM_AT), n = la_be64(la->in + PARAM_LENGTH), end;
	bool nand = la->in[0] == LEGACY_NAND && la_has_nand(d);
	uint32_t unit, bad;

	if (la->in[0] == LEGACY_NOR) {
		refuse(d, LS_NO_NOR);
		return;
	}
	if (!nand && (la->in[0] != LEGACY_EMMC || !la_has_emmc(d))) {
		la_halt(d, "FORMAT of a storage that is not there");
		return;
	}
	la->target.region = nand ? REGION_USER : la_region(d, la->part);
	la->step_at = la->step_begin = at;
	la->step_end = at + n;
	la->blocks = la->bad_blocks = 0;
	unit = unit_of(d, &end);
	bad = device_status(d, at % unit ? LS_BEGIN_ADDR : 0);
	if (bad) {
		refuse(d, bad);
		return;
	}
	la_ack(d);
	if (!n || at >= end || n > end - at || (nand && n % unit)) {
		refuse(d, LS_RANGE);
		return;
	}
	la_ack(d);
	next_step(d);
}
