/* Reading NAND: READPAGE, READ_BMT, and BMT_REMARK (da-legacy.md 5.10). */
#include "tests/rack/legacy/legacy_agent.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/nand.h"

enum { FLAG_SPARE = 1, PARAM_AT = 2, PARAM_LENGTH = 10 };

/* `at` counts bytes as they are sent: with the spare area of each page when it was asked for. */
static uint32_t fetch(struct device *d, uint64_t at, uint8_t *to, size_t n)
{
	struct legacy_agent *la = d->legacy;
	uint32_t page = d->flash.nand.page;
	uint32_t sent = page + (la->with_spare ? d->flash.nand.spare : 0);

	for (size_t i = 0; i < n; i += sent) {
		uint64_t from = la->target.at + (at + i) / sent * page;

		if (flash_nand_read(&d->flash, from, to + i, page))
			return LS_READ_FAILED;
		if (la->with_spare) /* what is not used for ECC reads as erased */
			memset(to + i + page, 0xFF, d->flash.nand.spare);
	}
	return 0;
}

static void got_pages_per_packet(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint32_t sent = d->flash.nand.page + (la->with_spare ? d->flash.nand.spare : 0);
	uint32_t pages = get_be32(la->in);

	if (pages > LEGACY_PACKET_MAX / sent) {
		la_halt(d, "packets of an impossible size");
		return;
	}
	la->outlet.packet = pages * sent;
	la_send64(d, la->outlet.left);
	la_send_packets(d);
}

void la_read_page(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	const struct flash_nand *nand = &d->flash.nand;
	uint64_t at = la_be64(la->in + PARAM_AT), n = la_be64(la->in + PARAM_LENGTH), end;
	uint32_t bad = 0;

	if (!la_has_nand(d)) {
		la_refuse(d, LS_NO_NAND);
		la_idle(d);
		return;
	}
	end = flash_nand_logical_bytes(&d->flash);
	la->with_spare = la->in[0] & FLAG_SPARE;
	if (at >= end || at % nand->page)
		bad = LS_BEGIN_ADDR;
	else if (!n || n > end - at || n % nand->page)
		bad = LS_RANGE;
	if (!la_verdict(d, bad)) {
		la_idle(d);
		return;
	}
	la->target.at = at;
	la->outlet = (struct legacy_outlet){
		.left = n / nand->page * (nand->page + (la->with_spare ? nand->spare : 0)),
		.framed = true,
		.fetch = fetch,
		.finished = la_idle};
	la_send32(d, nand->page);
	la_send32(d, nand->spare);
	la_send32(d, nand->page);
	la_ask(d, 4, got_pages_per_packet);
}

static void got_bmt_ack(struct device *d)
{
	la_idle(d);
}

/* Bad blocks and what stands in for them. Blocks of the pool itself need no replacement. */
void la_read_bmt(struct device *d)
{
	const struct flash_nand *nand = &d->flash.nand;
	uint32_t pool;
	uint8_t n = 0;

	if (!la_has_nand(d)) {
		la_refuse(d, LS_NO_NAND);
		la_idle(d);
		return;
	}
	pool = (uint32_t)(flash_nand_logical_bytes(&d->flash) / flash_nand_block_bytes(&d->flash));
	for (unsigned i = 0; i < nand->bad_count; i++)
		n = (uint8_t)(n + (nand->bad[i] < pool));
	la_ack(d);
	reply8(d, n);
	for (unsigned i = 0; i < n; i++) { /* ascending: the pool's own are behind */
		la_send16(d, (uint16_t)nand->bad[i]);
		la_send16(d, (uint16_t)flash_nand_place(&d->flash, nand->bad[i]));
	}
	la_ask(d, 1, got_bmt_ack);
}

void la_bmt_remark(struct device *d)
{
	reply8(d, LEGACY_NACK); /* not needed */
	la_idle(d);
}
