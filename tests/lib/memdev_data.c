/* memdev: READ_DATA, WRITE_DATA, DOWNLOAD and FORMAT (protocol/da-xflash.md 6). */
#include "tests/lib/memdev.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/base/bytes.h"

enum { OP_DOWNLOAD = 0x010001, OP_FORMAT = 0x010003, OP_WRITE = 0x010004, OP_READ = 0x010005 };
enum { STAGE_PARAMS = 1, STAGE_SIZE, STAGE_HOST_STATUS, STAGE_SUM, STAGE_DATA, STAGE_ACK };
enum { READ_PACKET = 0x10000, WRITE_PACKET = 0x200000 };

static void over(struct memdev *d)
{
	d->op = 0;
	d->stage = 0;
}

void mem_data_begin(struct memdev *d)
{
	d->stage = STAGE_PARAMS;
	d->done = 0;
	d->failed = 0;
	d->packets = 0;
	d->sparse_on = false;
	d->preloader_on = false;
	d->sparse_head_got = 0;
	d->sparse_left = 0;
	d->sparse_out = 0;
	d->sparse_block = 0;
}

bool mem_data_wants_pieces(const struct memdev *d)
{
	return (d->op == OP_DOWNLOAD || d->op == OP_WRITE) && d->stage == STAGE_DATA;
}

static int region_of(const struct memdev *d, uint32_t section)
{
	if (section == 1 || section == 2)
		return (int)section - 1;
	return section == (d->options.ufs != d->options.other_storage ? 3u : 8u) ? 2 : -1;
}

/* 6.1: the agent's order of checks. */
static uint32_t check_range(struct memdev *d)
{
	uint32_t storage = get_le32(d->body);
	uint32_t here = d->options.ufs != d->options.other_storage ? 0x30 : 1;
	uint64_t size;

	d->region = region_of(d, get_le32(d->body + 4));
	d->address = get_le64(d->body + 8);
	d->range = get_le64(d->body + 16);
	d->room = d->range;
	if (!storage)
		return 0xC0040009;
	if (storage != here)
		return 0xC0030006;
	if (d->region < 0)
		return 0xC003000C;
	size = memdev_region_bytes(d, d->region);
	if (d->address > size || d->range > size - d->address)
		return 0xC004000B;
	return 0;
}

/* Find a partition in the device's own table, or one of the built-in names (6.6). */
static uint32_t find_name(struct memdev *d)
{
	uint32_t block = d->options.ufs ? 4096 : 512;
	const uint8_t *user = memdev_region(d, 2), *entries = user + 2 * (size_t)block;

	d->region = 2;
	d->address = 0;
	if (!strcmp(d->name, "preloader") || !strcmp(d->name, "preloader_backup")) {
		d->region = d->name[9] ? 1 : 0;
		d->room = MEMDEV_BOOT;
		return 0;
	}
	if (!strcmp(d->name, "PGPT")) {
		d->room = 0x8000;
		return 0;
	}
	if (!strcmp(d->name, "SGPT")) {
		d->room = block == 512 ? 0x4200 : 5 * 4096;
		d->address = memdev_region_bytes(d, 2) - d->room;
		return 0;
	}
	if (d->options.bulk) {
		d->room = UINT64_MAX / 2;
		return 0;
	}
	if (memcmp(user + block, "EFI PART", 8)) {
		user += memdev_region_bytes(d, 2) - block;
		if (memcmp(user, "EFI PART", 8))
			return 0xC0040007;
	}
	for (size_t i = 0; i < 128; i++) {
		const uint8_t *e = entries + 128 * i;
		char name[37] = "";

		for (size_t c = 0; c < 36; c++)
			name[c] = (char)e[56 + 2 * c];
		if (!e[0] || strcasecmp(name, d->name))
			continue;
		d->address = get_le64(e + 32) * block;
		d->room = (get_le64(e + 40) + 1) * block - d->address;
		return 0;
	}
	return 0xC0040006;
}

/* A unit that loses its own data although nobody wrote there. */
static void decay(struct memdev *d)
{
	uint8_t *nvram = memdev_region(d, 2) + MEMDEV_NVRAM;

	if (d->decayed)
		return;
	d->decayed = true;
	if (d->options.nvram_decays)
		nvram[5] ^= 0x10;
	if (d->options.nvram_vanishes)
		memset(nvram, 0, MEMDEV_NVRAM_BYTES);
}

/* Bytes to flash; at the place `at` behind the target's start. Too large is noticed at the end. */
static void store(struct memdev *d, uint64_t at, const uint8_t *p, size_t n)
{
	if (!d->journal_before_write)
		d->wrote_unjournalled = true;
	d->bytes_written += n;
	if (d->options.bulk)
		return;
	decay(d);
	if (at + n > d->room) {
		d->failed = 0xC0040004;
		return;
	}
	memcpy(memdev_region(d, d->region) + d->address + at, p, n);
	if (d->options.flip_at && d->region == 2 && d->options.flip_at >= d->address + at &&
	    d->options.flip_at < d->address + at + n)
		memdev_region(d, 2)[d->options.flip_at] ^= 0x40;
}

/* The header a boot ROM looks for, before a raw preloader (packages.md 3.2). */
static void store_boot_header(struct memdev *d)
{
	bool ufs = d->options.ufs;
	uint32_t start = ufs ? 0x1000 : 0x800;
	uint8_t *b = memdev_region(d, d->region);

	memset(b, 0xFF, start);
	memset(b, 0, 0x14);
	strcpy((char *)b, ufs ? "UFS_BOOT" : "EMMC_BOOT");
	put_le32(b + 0x0C, 1);
	put_le32(b + 0x10, ufs ? 0x1000 : 0x200);
	memset(b + 0x200, 0, 0x40);
	memcpy(b + 0x200, "BRLYT", 5);
	put_le32(b + 0x208, 1);
	put_le32(b + 0x20C, start);
	put_le32(b + 0x214, 0x42424242);
	put_le32(b + 0x218, ufs ? 0x1000C : 0x10005);
	d->address = start;
	d->room = MEMDEV_BOOT - start;
}

static void sparse_head_bytes(struct memdev *d, const uint8_t **p, size_t *n, uint32_t want)
{
	uint32_t k = want - d->sparse_head_got;

	if (k > *n)
		k = (uint32_t)*n;
	memcpy(d->sparse_head + d->sparse_head_got, *p, k);
	d->sparse_head_got += k;
	*p += k;
	*n -= k;
}

/* Begin the chunk whose header is in; a don't-care chunk is over at once. */
static void sparse_chunk(struct memdev *d)
{
	uint64_t bytes = (uint64_t)get_le32(d->sparse_head + 4) * d->sparse_block;

	d->sparse_kind = get_le16(d->sparse_head);
	d->sparse_head_got = 0;
	switch (d->sparse_kind) {
	case 0xCAC1:
		d->sparse_left = bytes;
		break;
	case 0xCAC2:
		d->sparse_left = 4;
		break;
	case 0xCAC3:
		d->sparse_out += bytes;
		break;
	default:
		d->failed = 0xC0040005;
		break;
	}
}

static void sparse_fill(struct memdev *d, const uint8_t *word, uint64_t bytes)
{
	for (uint64_t i = 0; i < bytes; i += 4)
		store(d, d->sparse_out + i, word, 4);
	d->sparse_out += bytes;
}

static void sparse_piece(struct memdev *d, const uint8_t *p, size_t n)
{
	while (n && !d->failed) {
		if (!d->sparse_block) {
			sparse_head_bytes(d, &p, &n, 28);
			if (d->sparse_head_got < 28)
				return;
			d->sparse_block = get_le32(d->sparse_head + 12);
			d->sparse_head_got = 0;
		} else if (!d->sparse_left) {
			sparse_head_bytes(d, &p, &n, 12);
			if (d->sparse_head_got == 12) {
				d->sparse_chunks = get_le32(d->sparse_head + 4);
				sparse_chunk(d);
			}
		} else if (d->sparse_kind == 0xCAC2) {
			sparse_head_bytes(d, &p, &n, 4);
			if (d->sparse_head_got < 4)
				return;
			d->sparse_head_got = 0;
			d->sparse_left = 0;
			sparse_fill(d, d->sparse_head,
				    (uint64_t)d->sparse_chunks * d->sparse_block);
		} else {
			size_t k = d->sparse_left < n ? (size_t)d->sparse_left : n;

			store(d, d->sparse_out, p, k);
			d->sparse_out += k;
			d->sparse_left -= k;
			p += k;
			n -= k;
		}
	}
}

/* The whole partition is erased before the first write of a sparse image (6.6). */
static void first_piece(struct memdev *d, const uint8_t *p, size_t n)
{
	if (d->op != OP_DOWNLOAD)
		return;
	if (n >= 4 && get_le32(p) == 0xED26FF3A) {
		d->sparse_on = true;
		if (!d->options.bulk)
			memset(memdev_region(d, d->region) + d->address, 0, d->room);
	}
	if (d->region != 2) {
		d->preloader_on = true;
		if (n < 12 || memcmp(p, "MMM\x01", 4))
			d->failed = 0xC0020002;
		else
			store_boot_header(d);
	}
}

void mem_data_piece(struct memdev *d, const uint8_t *p, size_t n)
{
	if (d->done == 0 && d->got == 0)
		first_piece(d, p, n);
	if (d->checksum_level & 1)
		for (size_t i = 0; i < n; i++)
			d->sum += p[i];
	if (d->failed)
		return;
	if (d->sparse_on)
		sparse_piece(d, p, n);
	else
		store(d, d->done + d->got, p, n);
}

static void begin_packet(struct memdev *d)
{
	d->stage = STAGE_HOST_STATUS;
	d->sum = 0;
}

static void finish_data(struct memdev *d)
{
	mem_status(d, d->failed ? d->failed : d->options.final_status);
	over(d);
}

/* One packet is in: its status, and the final one behind the last or a bad one (6.2). */
static void packet_complete(struct memdev *d)
{
	uint32_t sum = (d->sum + (d->length % 2 ? 0xFF : 0)) & 0xFFFF;
	bool wrong = (d->checksum_level & 1) && sum != d->expected_sum;
	uint32_t status = wrong ? 0xC0040003 : 0;

	if (++d->packets == d->options.packet_fail)
		status = d->options.packet_status;
	if (d->failed && d->failed != 0xC0040004)
		status = d->failed; /* too large shows in the last status only */
	d->done += d->length;
	mem_status(d, status);
	if (status == 0xC0010006) {
		d->mode = MEM_DEAF; /* the one without a final status (6.2) */
	} else if (status) {
		d->failed = status;
		finish_data(d);
	} else if (d->done >= d->range) {
		finish_data(d);
	} else {
		begin_packet(d);
	}
}

static void write_payload(struct memdev *d)
{
	uint32_t word = d->length >= 4 ? get_le32(d->body) : 0;

	switch (d->stage) {
	case STAGE_HOST_STATUS:
		if (word) {
			mem_status(d, word);
			over(d);
			return;
		}
		d->stage = STAGE_SUM;
		break;
	case STAGE_SUM:
		d->expected_sum = word;
		d->stage = STAGE_DATA;
		break;
	default:
		packet_complete(d);
		break;
	}
}

static void begin_download(struct memdev *d)
{
	uint32_t status;

	if (d->stage == STAGE_PARAMS) {
		size_t n = d->length < 64 ? d->length : 64;

		memcpy(d->name, d->body, n);
		d->name[n] = '\0';
		d->stage = STAGE_SIZE;
		return;
	}
	d->range = get_le64(d->body);
	status = find_name(d);
	mem_status(d, status);
	if (status)
		over(d);
	else if (d->range)
		begin_packet(d);
	else
		finish_data(d);
}

static void fail_read(struct memdev *d, uint32_t status)
{
	mem_status(d, status);
	mem_status(d, status);
	over(d);
}

static void send_chunk(struct memdev *d)
{
	uint64_t left = d->range - d->done;
	uint32_t n = left < READ_PACKET ? (uint32_t)left : READ_PACKET;

	if (d->options.read_fail) {
		fail_read(d, d->options.read_fail);
		return;
	}
	mem_status(d, 0);
	mem_frame(d, memdev_region(d, d->region) + d->address + d->done, n);
	d->done += n;
	d->stage = STAGE_ACK;
}

static void read_payload(struct memdev *d)
{
	uint32_t status;

	if (d->stage == STAGE_ACK) {
		status = get_le32(d->body);
		if (!status && d->done < d->range) {
			send_chunk(d);
			return;
		}
		mem_status(d, status);
		over(d);
		return;
	}
	status = check_range(d);
	mem_status(d, status);
	if (status)
		over(d);
	else if (d->options.nvram_unreadable && d->region == 2 && d->address >= MEMDEV_NVRAM &&
		 d->address < MEMDEV_NVRAM + MEMDEV_NVRAM_BYTES)
		fail_read(d, 0xC0040030);
	else
		send_chunk(d);
}

/* One pair, 100 %, after the whole erase; a failed check does not stop it (6.5). */
static void format_payload(struct memdev *d)
{
	uint8_t percent[4];
	uint32_t status;

	if (d->stage == STAGE_ACK) {
		mem_status(d, 0x40040005);
		over(d);
		return;
	}
	status = check_range(d);
	mem_status(d, status);
	if (status == 0xC003000C) {
		mem_status(d, 0xC0030007);
		over(d);
		return;
	}
	if (!status) {
		if (!d->journal_before_write)
			d->wrote_unjournalled = true;
		d->formatted = true;
		memset(memdev_region(d, d->region) + d->address, 0, d->range);
	}
	put_le32(percent, 100);
	mem_status(d, 0x40040004);
	mem_frame(d, percent, 4);
	d->stage = STAGE_ACK;
}

void mem_data_payload(struct memdev *d)
{
	bool block = d->op == OP_WRITE || d->op == OP_READ || d->op == OP_FORMAT;

	if (block && d->stage == STAGE_PARAMS && d->length > 56) {
		mem_status(d, 0xC0010006);
		d->mode = MEM_DEAF;
		return;
	}
	if (d->op == OP_READ) {
		read_payload(d);
	} else if (d->op == OP_FORMAT) {
		format_payload(d);
	} else if (d->op == OP_DOWNLOAD && d->stage <= STAGE_SIZE) {
		begin_download(d);
	} else if (d->op == OP_WRITE && d->stage == STAGE_PARAMS) {
		uint32_t status = check_range(d);

		mem_status(d, status);
		if (status)
			over(d);
		else
			begin_packet(d);
	} else {
		write_payload(d);
	}
}
