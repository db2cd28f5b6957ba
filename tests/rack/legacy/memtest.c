/*
 * MEMTEST (da-legacy.md 5.9, FE): dump as READ does it, else a loop of status and progress. The
 * pattern methods write to the storage, as they do on a phone; the RAM tests find nothing.
 */
#include "tests/rack/legacy/legacy_agent.h"

#include <string.h>

#include "engine/base/bytes.h"

enum memory { MEMORY_NOR, MEMORY_NAND, MEMORY_SRAM, MEMORY_DRAM, MEMORY_EMMC };
enum method { DUMP, PATTERN, INC_DEC, ADDRESS_BUS, DATA_BUS, IO, FLIP };
enum { PARAM_AT = 4, PARAM_LENGTH = 12, PARAM_METHOD = 24, PARAM_PATTERN = 28 };
enum { STEPS = 4, STEP_MS = 20, CHUNK = 0x10000, BAD_AT_WORDS = 5 };

static void step(struct device *d);

static void failed(struct device *d, uint32_t status)
{
	la_send_status(d, status);
	la_send64(d, d->legacy->step_at);
	for (int i = 0; i < BAD_AT_WORDS; i++)
		la_send32(d, 0);
	la_idle(d);
}

static void got_step_ack(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	if (la->step_at < la->step_end) {
		device_after(d, TIMER_WORK, STEP_MS, step);
		return;
	}
	la_send_status(d, 0);
	la_idle(d);
}

static int write_pattern(struct device *d, uint64_t n)
{
	uint8_t chunk[CHUNK];
	struct legacy_agent *la = d->legacy;

	for (size_t i = 0; i < sizeof chunk; i += 4)
		put_le32(chunk + i, la->pattern);
	while (n) {
		size_t now = n < sizeof chunk ? (size_t)n : sizeof chunk;

		if (flash_write(&d->flash, la->target.region, la->step_at, chunk, now))
			return -1;
		la->step_at += now;
		n -= now;
	}
	return 0;
}

static void step(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint64_t all = la->step_end - la->step_begin, left = la->step_end - la->step_at;
	uint64_t n = all / STEPS + 1 < left ? all / STEPS + 1 : left;
	bool storage = la->target.region != REGION_NONE;
	uint32_t status = 0;

	device_step(d, "memory-step", "at 0x%llX", (unsigned long long)la->step_at);
	if (storage && la->method == PATTERN)
		status = write_pattern(d, n) ? LS_WRITE_FAILED : 0;
	else
		la->step_at += n;
	status = device_status(d, status);
	if (status) {
		failed(d, status);
		return;
	}
	la_send32(d, la_code(d, LS_IN_PROGRESS));
	la_send32(d, (uint32_t)((la->step_at - la->step_begin) * 100 / (all ? all : 1)));
	la_ask(d, 1, got_step_ack);
}

/* ---- dump ---- */

static uint32_t fetch(struct device *d, uint64_t at, uint8_t *to, size_t n)
{
	struct legacy_agent *la = d->legacy;

	if (la->target.region == REGION_NONE) {
		memset(to, 0, n); /* RAM */
		return 0;
	}
	return flash_read(&d->flash, la->target.region, at, to, n) ? LS_READ_FAILED : 0;
}

/* ---- the command ---- */

/* Where the memory is, 0 or a status. RAM has no region and any address. */
static uint32_t aim(struct device *d, uint32_t memory, uint64_t at, uint64_t n)
{
	struct legacy_agent *la = d->legacy;
	enum storage_region region = REGION_NONE;
	uint64_t end = DEVICE_DRAM_BYTES;

	switch (memory) {
	case MEMORY_SRAM:
	case MEMORY_DRAM:
		break;
	case MEMORY_EMMC:
		if (!la_has_emmc(d))
			return LS_NO_EMMC;
		region = la_region(d, la->part);
		break;
	case MEMORY_NAND:
		if (!la_has_nand(d))
			return LS_NO_NAND;
		region = REGION_USER;
		break;
	default:
		return LS_NO_NOR;
	}
	if (region != REGION_NONE)
		end = d->flash.regions[region].bytes;
	la->target = (struct legacy_target){region, at, end};
	return !n || (region != REGION_NONE && (at >= end || n > end - at)) ? LS_RANGE : 0;
}

void la_memory_test(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint64_t at = la_be64(la->in + PARAM_AT), n = la_be64(la->in + PARAM_LENGTH);

	la->method = get_be32(la->in + PARAM_METHOD);
	la->pattern = get_be32(la->in + PARAM_PATTERN);
	if (!la_verdict(d, aim(d, get_be32(la->in), at, n))) {
		la_idle(d);
		return;
	}
	if (la->method != DUMP) {
		la->step_at = la->step_begin = at;
		la->step_end = at + n;
		device_after(d, TIMER_WORK, STEP_MS, step);
		return;
	}
	la->outlet = (struct legacy_outlet){.at = at,
					    .left = n,
					    .packet = LEGACY_PACKET_BYTES,
					    .fetch = fetch,
					    .finished = la_idle};
	la_send32(d, LEGACY_PACKET_BYTES);
	la_send_packets(d);
}
