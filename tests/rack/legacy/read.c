/* READ (da-legacy.md 5.6). */
#include "tests/rack/legacy/legacy_agent.h"

#include "engine/base/bytes.h"
#include "tests/rack/nand.h"

enum { SECTOR = 512, PARAM_STORAGE = 1, PARAM_AT = 2, PARAM_LENGTH = 10 };

static uint32_t fetch_storage(struct device *d, uint64_t at, uint8_t *to, size_t n)
{
	return flash_read(&d->flash, d->legacy->target.region, at, to, n) ? LS_READ_FAILED : 0;
}

static uint32_t fetch_nand(struct device *d, uint64_t at, uint8_t *to, size_t n)
{
	return flash_nand_read(&d->flash, at, to, n) ? LS_READ_FAILED : 0;
}

/* Storage 1 on a unit without NAND: something comes, and it means nothing [emu]. */
static uint32_t fetch_nothing(struct device *d, uint64_t at, uint8_t *to, size_t n)
{
	(void)d;
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)((at + i) * 31 >> 3);
	return 0;
}

/* Where to read from; 0 or a status. */
static uint32_t aim(struct device *d, unsigned storage)
{
	struct legacy_agent *la = d->legacy;

	switch (storage) {
	case LEGACY_NAND:
		la->target = (struct legacy_target){
			.region = REGION_USER,
			.end = la_has_nand(d) ? flash_nand_logical_bytes(&d->flash) : UINT64_MAX};
		la->outlet.fetch = la_has_nand(d) ? fetch_nand : fetch_nothing;
		return 0;
	case LEGACY_EMMC:
	case LEGACY_SD: /* no card: the eMMC is read [emu] */
		if (!la_has_emmc(d))
			return storage == LEGACY_EMMC ? LS_NO_EMMC : LS_NO_SD;
		la->target.region = la_region(d, la->part);
		la->target.end = la->target.region == REGION_NONE
					 ? 0
					 : d->flash.regions[la->target.region].bytes;
		la->outlet.fetch = fetch_storage;
		return 0;
	default: /* NOR, and what is no storage */
		return LS_STORAGE;
	}
}

static uint32_t check(const struct device *d, uint64_t at, uint64_t n)
{
	uint64_t end = d->legacy->target.end;

	if (at >= end || at % SECTOR)
		return LS_BEGIN_ADDR;
	return !n || n > end - at ? LS_RANGE : 0;
}

static void got_packet_length(struct device *d)
{
	d->legacy->outlet.packet = get_be32(d->legacy->in);
	la_send_packets(d);
}

void la_read(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint32_t bad;

	la->outlet = (struct legacy_outlet){.at = la_be64(la->in + PARAM_AT),
					    .left = la_be64(la->in + PARAM_LENGTH),
					    .finished = la_idle};
	bad = aim(d, la->in[PARAM_STORAGE]);
	if (!bad)
		bad = check(d, la->outlet.at, la->outlet.left);
	if (la_verdict(d, bad))
		la_ask(d, 4, got_packet_length);
	else
		la_idle(d);
}
