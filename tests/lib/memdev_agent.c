/* memdev: the command loops of both agent stages (protocol/da-xflash.md 1, 3, 4, 5, 6.7, 6.8). */
#include "tests/lib/memdev.h"

#include <openssl/evp.h>
#include <string.h>

#include "engine/base/bytes.h"

#define MAGIC 0xFEEEEEEFu
#define SYNC  0x434E5953u

enum {
	UNSUPPORTED_CMD = 0xC0010003,
	UNSUPPORTED_CODE = 0xC0010004,
	PROTOCOL = 0xC0010005,
	OVERFLOW_ = 0xC0010006,
};

static void frame_of(struct memdev *d, uint32_t type, const void *payload, uint32_t n)
{
	uint8_t head[12];

	put_le32(head, MAGIC);
	put_le32(head + 4, type);
	put_le32(head + 8, n);
	mem_out(d, head, sizeof head);
	mem_out(d, payload, n);
}

void mem_frame(struct memdev *d, const void *payload, uint32_t n)
{
	static const uint8_t line[] = {1, 0, 0, 0, 'l', 'o', 'g', ' ', 'l', 'i', 'n', 'e', '\n'};

	if (d->options.logs)
		frame_of(d, 2, line, sizeof line);
	frame_of(d, 1, payload, n);
}

void mem_status(struct memdev *d, uint32_t status)
{
	uint8_t b[4];

	put_le32(b, status);
	mem_frame(d, b, d->options.short_status && status < 0x10000 ? 2 : 4);
}

static void sync_frame(struct memdev *d)
{
	uint8_t b[4];

	put_le32(b, SYNC);
	mem_frame(d, b, 4);
}

void mem_agent_start(struct memdev *d)
{
	static const uint8_t first = 0xC0;

	d->mode = MEM_DA1_SYNC;
	d->from_brom = !d->options.preloader;
	d->dram_up = !d->from_brom;
	d->head_got = 0;
	mem_out(d, &first, 1);
}

static void deaf(struct memdev *d)
{
	d->mode = MEM_DEAF;
}

static void idle(struct memdev *d)
{
	d->op = 0;
	d->stage = 0;
}

static bool denied(const struct memdev *d, uint32_t code)
{
	for (size_t i = 0; i < MEMDEV_DENY_MAX; i++)
		if (d->options.deny[i] == code)
			return true;
	return false;
}

/* Which codes each stage implements (4.1), as far as a host may meet them. */
static bool offers(const struct memdev *d, uint32_t code)
{
	static const uint32_t first[] = {0x040001, 0x040004, 0x040005, 0x040007, 0x040009,
					 0x04000A, 0x04000B, 0x04000C, 0x04000D, 0x040010,
					 0x020002, 0x020003, 0x020004};
	static const uint32_t second[] = {0x040001, 0x040002, 0x040003, 0x040004, 0x040005,
					  0x040007, 0x040008, 0x040009, 0x04000B, 0x04000C,
					  0x04000D, 0x080001, 0x080002, 0x080007, 0x020002};
	const uint32_t *set = d->mode == MEM_DA1 ? first : second;
	size_t n = d->mode == MEM_DA1 ? sizeof first / 4 : sizeof second / 4;

	if (code == 0x04000F)
		return d->options.battery_mv != 0;
	for (size_t i = 0; i < n; i++)
		if (set[i] == code)
			return !denied(d, code);
	return false;
}

static void emmc_info(struct memdev *d)
{
	uint8_t b[104] = {0};

	if (!d->options.no_storage && d->options.ufs == d->options.other_storage) {
		put_le32(b, 1);
		put_le32(b + 4, 512);
		put_le64(b + 8, MEMDEV_BOOT);
		put_le64(b + 16, MEMDEV_BOOT);
		put_le64(b + 24, 0x80000);
		put_le64(b + 64, memdev_region_bytes(d, 2));
		memcpy(b + 72, "\x15\x01\x00Q823MB", 9);
		b[96] = d->options.spares;
		b[97] = d->options.life ? d->options.life : 1;
		b[98] = 2;
	}
	mem_frame(d, b, sizeof b);
}

static void ufs_info(struct memdev *d)
{
	uint8_t b[208] = {0};

	if (!d->options.no_storage && d->options.ufs != d->options.other_storage) {
		put_le32(b, 0x30);
		put_le32(b + 4, 4096);
		put_le64(b + 8, MEMDEV_BOOT);
		put_le64(b + 16, MEMDEV_BOOT);
		put_le64(b + 24, memdev_region_bytes(d, 2));
		memcpy(b + 34, "H9HQ16AECMMDAR", 14);
	}
	mem_frame(d, b, sizeof b);
}

static void ram_info(struct memdev *d)
{
	uint8_t b[48] = {0};

	put_le32(b, 2);
	put_le64(b + 8, 0x200000);
	put_le64(b + 16, 0x39000);
	put_le32(b + 24, 1);
	put_le64(b + 32, 0x40000000);
	put_le64(b + 40, 0x180000000);
	mem_frame(d, b, sizeof b);
}

static void chip_id(struct memdev *d)
{
	uint8_t b[12] = {0};

	put_le16(b, d->options.agent_hw_code ? d->options.agent_hw_code : d->options.hw_code);
	put_le16(b + 2, 0x8A00);
	put_le16(b + 4, 0xCA00);
	mem_frame(d, b, sizeof b);
}

static void packet_length(struct memdev *d)
{
	uint8_t b[8];
	bool second = d->mode == MEM_DA2;

	put_le32(b, second ? 0x200000 : 0x8000);
	put_le32(b + 4, !second ? 0x8000 : d->environment_linux ? 0x10000 : 0x200000);
	mem_frame(d, b, sizeof b);
}

static void get(struct memdev *d, uint32_t code)
{
	static const uint8_t zero[48];
	static const uint8_t random_id[16] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 2, 3, 4, 5, 6, 7, 8};
	const char *speed = d->options.full_speed && (!d->switched || d->options.stays_slow)
				    ? "full-speed"
				    : "high-speed";
	uint8_t word[4];

	switch (code) {
	case 0x040001:
		emmc_info(d);
		break;
	case 0x040002:
		mem_frame(d, zero, 48);
		break;
	case 0x040003:
		mem_frame(d, zero, 16);
		break;
	case 0x040004:
		ufs_info(d);
		break;
	case 0x040005:
		mem_frame(d, "1.0", 3);
		break;
	case 0x040007:
		packet_length(d);
		break;
	case 0x040008:
		mem_frame(d, random_id, sizeof random_id);
		break;
	case 0x040009:
		put_le32(word, d->options.pmt ? 0x65 : 0x64);
		mem_frame(d, word, 4);
		break;
	case 0x04000A:
		mem_frame(d, d->from_brom ? "brom" : "preloader", d->from_brom ? 4 : 9);
		break;
	case 0x04000B:
		mem_frame(d, speed, (uint32_t)strlen(speed));
		break;
	case 0x04000C:
		ram_info(d);
		break;
	case 0x04000D:
		chip_id(d);
		break;
	case 0x04000F:
		put_le32(word, d->options.battery_mv);
		mem_frame(d, word, 4);
		break;
	default:
		break;
	}
	mem_status(d, 0);
	idle(d);
}

/* Device control: opcode, code, then what the code asks for. */
static void control(struct memdev *d)
{
	uint32_t word = d->length >= 4 ? get_le32(d->body) : 0;

	if (d->stage == 1) {
		d->code = word;
		if (!offers(d, word)) {
			mem_status(d, UNSUPPORTED_CODE);
			idle(d);
			return;
		}
		mem_status(d, 0);
		d->stage = 2;
		if (word >> 16 == 0x04)
			get(d, word);
		if (word >> 16 == 0x08) {
			mem_status(d,
				   word == 0x080007 && d->options.life_exhausted ? 0xC003001D : 0);
			idle(d);
		}
		return;
	}
	if (d->code == 0x020003)
		d->checksum_level = word;
	mem_status(d, d->length == 4 ? 0 : OVERFLOW_);
	idle(d);
}

/* INIT_EXT_RAM: length, blob, one status (4.2). */
static void init_dram(struct memdev *d)
{
	uint32_t status = 0;

	if (d->stage == 1) {
		d->announced = get_le32(d->body);
		d->stage = 2;
		return;
	}
	if (d->length != d->announced || d->length < 0x70 ||
	    memcmp(d->body, "MTK_BLOADER_INFO_v35", 20))
		status = 0xC0040050;
	else if (get_le32(d->body + 0x6C) > 64)
		status = 0xC0070005;
	else if (d->options.dram_fail)
		status = 0xC004000A;
	d->dram_up = !status;
	mem_status(d, status);
	idle(d);
}

static bool knows(const struct memdev *d, const uint8_t *bytes, size_t n)
{
	uint8_t digest[32];

	EVP_Digest(bytes, n, digest, NULL, EVP_sha256(), NULL);
	for (size_t i = 0; i + 32 <= d->da1.n; i++)
		if (!memcmp(d->da1.p + i, digest, 32))
			return true;
	return false;
}

static void boot_to(struct memdev *d)
{
	if (d->stage == 1) {
		d->boot_to_length = get_le32(d->body + 8);
		d->stage = 2;
		return;
	}
	if (d->length != d->boot_to_length || !d->dram_up || !knows(d, d->body, d->length)) {
		mem_status(d, 0xC0070004);
		idle(d);
		return;
	}
	mem_status(d, 0);
	d->mode = MEM_DA2;
	sync_frame(d);
	idle(d);
}

/* SHUTDOWN (6.7): more than 24 bytes are not read, and the phone hangs. */
static void shutdown(struct memdev *d)
{
	d->shutdown_bytes = d->length;
	mem_status(d, 0);
	if (d->length > 24 || get_le32(d->body) != 1) {
		deaf(d);
		d->leaves_ms = d->now_ms + 200;
		return;
	}
	d->reset_seen = true;
	d->system_boot = get_le32(d->body + 12) == 1;
	d->leaves_ms = d->now_ms + 200;
	deaf(d);
}

static void switch_speed(struct memdev *d)
{
	mem_status(d, 0);
	d->switched = true;
	idle(d);
}

static bool has_opcode(const struct memdev *d, uint32_t op)
{
	static const uint32_t first[] = {0x010005, 0x010007, 0x010008,
					 0x010009, 0x01000A, 0x01000B};
	static const uint32_t second[] = {0x010001, 0x010003, 0x010004, 0x010005,
					  0x010007, 0x010008, 0x010009, 0x01000B};
	const uint32_t *set = d->mode == MEM_DA1 ? first : second;
	size_t n = d->mode == MEM_DA1 ? sizeof first / 4 : sizeof second / 4;

	for (size_t i = 0; i < n; i++)
		if (set[i] == op)
			return true;
	return false;
}

static void take_opcode(struct memdev *d)
{
	uint32_t op = get_le32(d->body);

	if (d->length > 4) { /* ends the loop for good (1) */
		deaf(d);
		return;
	}
	if (!has_opcode(d, op)) {
		mem_status(d, UNSUPPORTED_CMD);
		return;
	}
	d->op = op;
	d->stage = 1;
	mem_status(d, 0);
	if (op == 0x010001 || op == 0x010003 || op == 0x010004 || op == 0x010005)
		mem_data_begin(d);
}

static void take_command_payload(struct memdev *d)
{
	switch (d->op) {
	case 0x010009:
		control(d);
		break;
	case 0x01000A:
		init_dram(d);
		break;
	case 0x010008:
		boot_to(d);
		break;
	case 0x010007:
		shutdown(d);
		break;
	case 0x01000B:
		switch_speed(d);
		break;
	default:
		mem_data_payload(d);
		break;
	}
}

/* DA1's two blocks before its SYNC; each used once, and halting on anything else (3). */
static void take_setup(struct memdev *d)
{
	if (d->mode == MEM_DA1_SYNC) {
		if (d->length != 4 || get_le32(d->body) != SYNC)
			deaf(d);
		else
			d->mode = MEM_DA1_ENV;
		d->stage = 0;
		return;
	}
	if (d->stage == 0) {
		uint32_t want = d->mode == MEM_DA1_ENV ? 0x010100 : 0x010101;

		d->stage = 1;
		if (get_le32(d->body) != want) {
			mem_status(d, 0);
			deaf(d);
		}
		return;
	}
	d->stage = 0;
	if (d->mode == MEM_DA1_ENV) {
		if (d->length > 20) {
			mem_status(d, OVERFLOW_);
			deaf(d);
			return;
		}
		d->environment_linux = d->length >= 12 && get_le32(d->body + 8) == 1;
		mem_status(d, 0);
		d->mode = MEM_DA1_HW;
		return;
	}
	mem_status(d, 0);
	d->mode = MEM_DA1;
	sync_frame(d);
	idle(d);
}

static void payload_complete(struct memdev *d)
{
	d->head_got = 0;
	if (d->mode != MEM_DA1 && d->mode != MEM_DA2)
		take_setup(d);
	else if (!d->op)
		take_opcode(d);
	else
		take_command_payload(d);
}

static size_t take_head(struct memdev *d, const uint8_t *p, size_t n)
{
	size_t k = sizeof d->head - d->head_got;

	if (k > n)
		k = n;
	memcpy(d->head + d->head_got, p, k);
	d->head_got += (uint32_t)k;
	if (d->head_got < sizeof d->head)
		return k;
	d->length = get_le32(d->head + 8);
	d->got = 0;
	if (get_le32(d->head) != MAGIC)
		deaf(d);
	else if (!d->length)
		payload_complete(d);
	return k;
}

static bool in_pieces(const struct memdev *d)
{
	return d->mode == MEM_DA2 && d->op && mem_data_wants_pieces(d);
}

static size_t take_body(struct memdev *d, const uint8_t *p, size_t n)
{
	size_t k = d->length - d->got;

	if (k > n)
		k = n;
	if (in_pieces(d))
		mem_data_piece(d, p, k);
	else if (d->got + k <= sizeof d->body)
		memcpy(d->body + d->got, p, k);
	else
		deaf(d); /* longer than anything this agent has room for */
	d->got += (uint32_t)k;
	if (d->got == d->length && d->mode != MEM_DEAF)
		payload_complete(d);
	return k;
}

void mem_agent_take(struct memdev *d, const uint8_t *p, size_t n)
{
	size_t joined = n;

	while (n && d->mode != MEM_DEAF) {
		bool head = d->head_got < sizeof d->head;
		size_t k;

		/* A payload of more than 12 bytes joined to its header is lost (1). */
		if (!head && n < joined && d->length > 12 && d->got == 0) {
			deaf(d);
			return;
		}
		k = head ? take_head(d, p, n) : take_body(d, p, n);
		p += k;
		n -= k;
	}
}
