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

/* With two slots: behind the others. */
static const struct {
	const char *name;
	uint32_t start, size;
} slots[] = {{"boot_b", 0x1E8000, 0x40000}, {"misc", 0x228000, 0x8000}};

uint8_t memdev_nvram_byte(const struct memdev *d, size_t i)
{
	return d->options.provisioned ? (uint8_t)(i * 7 + (i >> 8) + 0x31) : 0xE5;
}

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

static void put_entry(uint8_t *e, const uint8_t kind[16], const char *name, uint64_t first,
		      uint64_t count)
{
	memcpy(e, kind, 16);
	e[16] = (uint8_t)(first + 1);
	put_le64(e + 32, first);
	put_le64(e + 40, first + count - 1);
	for (size_t c = 0; name[c]; c++)
		e[56 + 2 * c] = (uint8_t)name[c];
}

static void put_table(struct memdev *d)
{
	static const char *const foreign[] = {"", "bootloader", "linux", "rootfs", "home"};
	static const uint8_t kind[16] = {0xA2, 0xA0, 0xD0, 0xEB, 0xE5, 0xB9, 0x33, 0x44,
					 0x87, 0xC0, 0x68, 0xB6, 0xB7, 0x26, 0x99, 0xC7};
	uint32_t block = d->options.ufs ? 4096 : 512;
	uint64_t total = memdev_region_bytes(d, 2) / block, table = 128 * 128 / block;
	uint8_t *user = memdev_region(d, 2), *entries = user + 2 * (size_t)block;
	uint8_t *backup = user + (total - 1 - table) * block;
	uint32_t crc;

	for (size_t i = 0; i < sizeof layout / sizeof layout[0]; i++) {
		const char *name = layout[i].name;
		uint64_t size = layout[i].size;

		if (d->options.userdata_bytes && !strcmp(name, "userdata"))
			size = d->options.userdata_bytes;
		if (d->options.active_slot && !strcmp(name, "boot"))
			name = "boot_a";
		if (d->options.foreign_table && strcmp(name, "nvram") != 0)
			name = foreign[i];
		put_entry(entries + 128 * i, kind, name, layout[i].start / block, size / block);
	}
	for (size_t i = 0; d->options.active_slot && i < 2; i++)
		put_entry(entries + 128 * (i + 8), kind, slots[i].name, slots[i].start / block,
			  slots[i].size / block);
	memcpy(backup, entries, 128 * 128);
	crc = crc32_add(0, (struct slice){entries, 128 * 128});
	put_header(user + block, 1, total - 1, 2, total - 2 - table, block, crc);
	put_header(backup + 128 * 128, total - 1, 1, total - 1 - table, total - 2 - table, block,
		   crc);
	if (d->options.broken_primary)
		user[block + 40] ^= 1;
}

/* Android's boot control block; the slot that is not active can not start. */
static void put_slot_control(struct memdev *d)
{
	uint8_t *control = memdev_region(d, 2) + slots[1].start + 2048;

	memset(control, 0, 32);
	control[0] = '_';
	control[1] = (uint8_t)d->options.active_slot;
	put_le32(control + 4, 0x42414342);
	control[8] = 1;
	control[9] = 2;
	control[12 + 2 * (d->options.active_slot == 'b')] = 0x8F;
}

static void put_nvram(struct memdev *d)
{
	for (size_t i = 0; i < MEMDEV_NVRAM_BYTES; i++)
		memdev_region(d, 2)[MEMDEV_NVRAM + i] = memdev_nvram_byte(d, i);
}

static void put_vault(struct memdev *d)
{
	struct memdev_stream *s = &d->streams[d->stream_count++];

	snprintf(s->to.name, sizeof s->to.name, "nvram");
	s->got = MEMDEV_NVRAM_BYTES;
	s->whole = true;
	for (size_t i = 0; i < MEMDEV_NVRAM_BYTES; i++)
		s->bytes[i] = memdev_nvram_byte(d, i);
	memset(memdev_region(d, 2) + MEMDEV_NVRAM, 0, MEMDEV_NVRAM_BYTES);
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
	if (d->options.active_slot)
		put_slot_control(d);
	if (d->options.provisioned)
		put_nvram(d);
	if (d->options.owed)
		put_vault(d);
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

static struct memdev_stream *stream_named(struct memdev *d, const char *name)
{
	for (size_t i = 0; i < d->stream_count; i++)
		if (!strcmp(d->streams[i].to.name, name))
			return &d->streams[i];
	return NULL;
}

/* Pieces must come in order, and the last one must be marked. */
static void take_stream(struct memdev *d, const struct flow_action *a, struct flow_event *e)
{
	struct memdev_stream *s = stream_named(d, a->save.name);

	e->kind = FLOW_CONTINUE;
	if (!s && d->stream_count < MEMDEV_STREAMS)
		s = &d->streams[d->stream_count++];
	if (!s)
		return;
	s->to = a->save;
	for (unsigned i = 0; i < a->tx_count; i++) {
		if (s->got + a->tx[i].n > sizeof s->bytes || (!i && s->got != a->save.offset)) {
			s->broken = true;
			return;
		}
		memcpy(s->bytes + s->got, a->tx[i].p, a->tx[i].n);
		s->got += a->tx[i].n;
	}
	s->whole = a->save.last && s->got == a->save.total;
	s->broken = s->broken || (a->save.last && !s->whole);
}

static void give_stream(struct memdev *d, const struct flow_action *a, struct flow_event *e)
{
	struct memdev_stream *s = stream_named(d, a->save.name);

	d->loads++;
	e->kind = FLOW_LOADED;
	if (!s || !s->whole || d->options.vault_empty)
		return;
	if (d->options.vault_lies)
		s->bytes[s->got / 2] ^= 4;
	e->loaded = (struct slice){s->bytes, (size_t)s->got};
}

/* After a reset: what is in boot1 decides, as a boot ROM does. */
static void come_back(struct memdev *d, struct flow_event *e)
{
	bool starts = !memcmp(memdev_region(d, 0) + 0x200, "BRLYT", 5) && !d->options.stays_dead;

	d->options.preloader = !d->options.dead || starts;
	d->mode = d->options.preloader ? MEM_LISTEN : MEM_MATCH;
	d->matched = 0;
	d->match_ends_ms = d->leaves_ms = 0;
	d->another = d->options.comes_back_as_another;
	d->opcode = 0;
	d->load_left = 0;
	d->loaded = d->reset_seen = false;
	d->out_from = d->out_to = 0;
	e->kind = FLOW_BACK;
	e->arrival = memdev_arrival(d);
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
		e->owed = d->options.owed && a->journal == FLOW_JOURNAL_IDENTIFIED;
		break;
	case FLOW_REATTACH:
		if (d->reset_seen) {
			come_back(d, e);
			break;
		}
		e->kind = d->switched ? FLOW_BACK : FLOW_TIMEOUT;
		d->leaves_ms = 0;
		d->out_from = d->out_to = 0;
		e->arrival = memdev_arrival(d);
		break;
	case FLOW_SAVE:
		take_stream(d, a, e);
		break;
	case FLOW_LOAD:
		give_stream(d, a, e);
		break;
	case FLOW_FINISH:
		break;
	}
	e->now_ms = d->now_ms;
}
