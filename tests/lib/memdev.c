#include "tests/lib/memdev.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/base/crc32.h"
#include "tests/lib/pack.h"

#define READY_MS 20

uint8_t *memdev_region(struct memdev *d, int region)
{
	return d->storage + (region == 2 ? 2 * MEMDEV_BOOT : region * MEMDEV_BOOT);
}

uint64_t memdev_region_bytes(const struct memdev *d, int region)
{
	if (region != 2)
		return MEMDEV_BOOT;
	return d->options.user_bytes ? d->options.user_bytes : MEMDEV_USER;
}

/* The table of tests/lib/pack.c's layout, as UEFI has it, built without the engine. */
static const struct {
	const char *name;
	uint32_t start, size;
} layout[] = {
	{"nvram", 0x8000, 0x10000},   {"lk", 0x18000, 0x10000},	       {"boot", 0x28000, 0x40000},
	{"system", 0x68000, 0x80000}, {"userdata", 0xE8000, 0x100000},
};

static void put_header(uint8_t *p, uint64_t my, uint64_t other, uint64_t entries, uint64_t last,
		       uint32_t block, uint32_t entries_crc)
{
	memcpy(p, "EFI PART", 8);
	put_le32(p + 8, 0x10000);
	put_le32(p + 12, 92);
	put_le32(p + 16, 0);
	put_le64(p + 24, my);
	put_le64(p + 32, other);
	put_le64(p + 40, 0x8000 / block);
	put_le64(p + 48, last);
	put_le64(p + 72, entries);
	put_le32(p + 80, 128);
	put_le32(p + 84, 128);
	put_le32(p + 88, entries_crc);
	put_le32(p + 16, crc32_add(0, (struct slice){p, 92}));
}

static void put_table(struct memdev *d)
{
	static const uint8_t kind[16] = {0xA2, 0xA0, 0xD0, 0xEB, 0xE5, 0xB9, 0x33, 0x44,
					 0x87, 0xC0, 0x68, 0xB6, 0xB7, 0x26, 0x99, 0xC7};
	uint32_t block = d->options.ufs ? 4096 : 512;
	uint64_t total = memdev_region_bytes(d, 2) / block, table = 128 * 128 / block;
	uint8_t *user = memdev_region(d, 2), *entries = user + 2 * (size_t)block;
	uint8_t *backup = user + (total - 1 - table) * block;
	uint32_t crc;

	for (size_t i = 0; i < sizeof layout / sizeof layout[0]; i++) {
		uint8_t *e = entries + 128 * i;
		uint64_t size = layout[i].size;

		if (d->options.userdata_bytes && !strcmp(layout[i].name, "userdata"))
			size = d->options.userdata_bytes;
		memcpy(e, kind, 16);
		e[16] = (uint8_t)(i + 1);
		put_le64(e + 32, layout[i].start / block);
		put_le64(e + 40, (layout[i].start + size) / block - 1);
		for (size_t c = 0; layout[i].name[c]; c++)
			e[56 + 2 * c] = (uint8_t)layout[i].name[c];
	}
	memcpy(backup, entries, 128 * 128);
	crc = crc32_add(0, (struct slice){entries, 128 * 128});
	put_header(user + block, 1, total - 1, 2, total - 2 - table, block, crc);
	put_header(backup + 128 * 128, total - 1, 1, total - 1 - table, total - 2 - table, block,
		   crc);
	if (d->options.broken_primary)
		user[block + 40] ^= 1;
}

void memdev_init(struct memdev *d, const struct memdev_options *options, const struct pack *pack)
{
	memset(d, 0, sizeof *d);
	d->options = *options;
	if (!d->options.hw_code)
		d->options.hw_code = 0x0766;
	if (!d->options.preloader_version)
		d->options.preloader_version = 3;
	d->mode = d->options.preloader ? MEM_LISTEN : MEM_MATCH;
	d->da1 = pack->da1;
	d->da2 = pack->da2;
	memset(d->storage, 0xE5, sizeof d->storage);
	memset(memdev_region(d, 2), 0, 0x8000);
	memset(memdev_region(d, 2) + MEMDEV_USER - 0x8000, 0, 0x8000);
	if (!d->options.blank && !d->options.bulk)
		put_table(d);
}

struct arrival memdev_arrival(const struct memdev *d)
{
	struct arrival a = {0x0e8d, d->options.preloader ? 0x2000 : 0x0003, USB_SPEED_HIGH};

	if (d->switched)
		a.pid = 0x2001;
	return a;
}

void mem_out(struct memdev *d, const void *bytes, size_t n)
{
	if (d->out_from == d->out_to)
		d->out_from = d->out_to = 0;
	if (n > sizeof d->out - d->out_to)
		return; /* nobody reads: the device's pipe is full */
	memcpy(d->out + d->out_to, bytes, n);
	d->out_to += (uint32_t)n;
}

static void take(struct memdev *d, struct slice bytes)
{
	switch (d->mode) {
	case MEM_LISTEN:
	case MEM_MATCH:
	case MEM_LOOP:
		mem_boot_take(d, bytes.p, bytes.n);
		break;
	case MEM_DA1_SYNC:
	case MEM_DA1_ENV:
	case MEM_DA1_HW:
	case MEM_DA1:
	case MEM_DA2:
		mem_agent_take(d, bytes.p, bytes.n);
		break;
	case MEM_DEAF:
	case MEM_LEFT:
		break;
	}
}

/* READY while nobody was heard; the start matcher gives up after its window. */
static void idle(struct memdev *d)
{
	if (d->mode == MEM_MATCH && d->match_ends_ms && d->now_ms >= d->match_ends_ms) {
		d->mode = MEM_LISTEN;
		d->match_ends_ms = 0;
	}
	if (d->leaves_ms && d->now_ms >= d->leaves_ms)
		d->mode = MEM_LEFT;
}

static void exchange(struct memdev *d, const struct flow_action *a, struct flow_event *e)
{
	uint64_t until;

	idle(d);
	if (d->mode == MEM_LISTEN)
		for (; d->options.readies; d->options.readies--)
			mem_out(d, "READY", 5);
	for (unsigned i = 0; i < a->tx_count && d->mode != MEM_LEFT; i++)
		take(d, a->tx[i]);
	until = d->now_ms + a->ms;
	while (d->mode != MEM_LEFT && d->out_to - d->out_from < a->rx_want && d->now_ms < until) {
		uint64_t step = d->mode == MEM_LISTEN || d->leaves_ms || d->match_ends_ms
					? READY_MS
					: until - d->now_ms;

		d->now_ms += step;
		idle(d);
		if (d->mode == MEM_LISTEN) {
			mem_out(d, "READY", 5);
			until = d->now_ms + a->ms;
		}
	}
	if (d->mode == MEM_LEFT) {
		e->kind = FLOW_GONE;
		return;
	}
	e->rx.p = d->out + d->out_from;
	e->rx.n = d->out_to - d->out_from;
	if (e->rx.n > a->rx_want)
		e->rx.n = a->rx_want;
	d->out_from += (uint32_t)e->rx.n;
	e->kind = e->rx.n == a->rx_want ? FLOW_REPLY : FLOW_TIMEOUT;
}

void memdev_serve(struct memdev *d, const struct flow_action *a, struct flow_event *e)
{
	memset(e, 0, sizeof *e);
	e->seq = a->seq;
	d->now_ms++;
	switch (a->what) {
	case FLOW_EXCHANGE:
		exchange(d, a, e);
		break;
	case FLOW_WAIT:
		d->now_ms += a->ms;
		e->kind = FLOW_CONTINUE;
		break;
	case FLOW_JOURNAL:
		d->journals++;
		if (a->journal == FLOW_JOURNAL_POINT_OF_NO_RETURN)
			d->journal_before_write = true;
		e->kind = FLOW_CONTINUE;
		break;
	case FLOW_REATTACH:
		e->kind = d->switched ? FLOW_BACK : FLOW_TIMEOUT;
		d->leaves_ms = 0;
		d->out_from = d->out_to = 0;
		e->arrival = memdev_arrival(d);
		break;
	case FLOW_SAVE:
		e->kind = FLOW_CONTINUE;
		break;
	case FLOW_LOAD:
		e->kind = FLOW_BROKEN;
		break;
	case FLOW_FINISH:
		break;
	}
	e->now_ms = d->now_ms;
}
