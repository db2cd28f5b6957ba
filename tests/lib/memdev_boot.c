/* memdev: boot ROM and preloader (protocol/brom.md 5, 7, 8, 9, 11). */
#include "tests/lib/memdev.h"

#include <string.h>

#include "engine/base/bytes.h"

#define MATCH_WINDOW_MS 300
#define SLA		0x2u
#define DAA		0x4u

static const uint8_t seq[4] = {0xA0, 0x0A, 0x50, 0x05};

static bool in_brom(const struct memdev *d)
{
	return !d->options.preloader;
}

static void out8(struct memdev *d, uint8_t v)
{
	mem_out(d, &v, 1);
}

static void out16(struct memdev *d, uint16_t v)
{
	uint8_t b[2];

	put_be16(b, v);
	mem_out(d, b, 2);
}

static void out32(struct memdev *d, uint32_t v)
{
	uint8_t b[4];

	put_be32(b, v);
	mem_out(d, b, 4);
}

/* Start matcher (5): right bytes are answered with their complement, wrong ones with byte + 1. */
static void match(struct memdev *d, uint8_t byte)
{
	if (d->options.silent_tries) {
		d->options.silent_tries--;
		return;
	}
	if (byte != seq[d->matched]) {
		if (byte == seq[0] && d->matched) {
			d->matched = 1;
			return;
		}
		d->matched = 0;
		out8(d, (uint8_t)(byte + 1));
		return;
	}
	out8(d, (uint8_t)~byte);
	if (++d->matched == 4)
		d->mode = MEM_LOOP;
}

static void get_id(struct memdev *d, uint32_t n, uint8_t seed)
{
	out32(d, n);
	for (uint32_t i = 0; i < n; i++)
		out8(d, (uint8_t)(seed + i * 3));
	out16(d, 0);
}

static void simple_command(struct memdev *d, uint8_t op)
{
	bool old = !in_brom(d) && d->options.preloader_version == 1;

	switch (op) {
	case 0xFD:
		out16(d, d->options.hw_code);
		out16(d, 0);
		break;
	case 0xFC:
		out16(d, 0x8A00);
		out16(d, 0xCA00);
		out16(d, 0);
		out16(d, 0);
		break;
	case 0xD8:
		out32(d, in_brom(d) ? d->options.target_config : d->options.target_config & 7);
		out16(d, 0);
		break;
	case 0xE1:
		if (!old)
			get_id(d, 16, (uint8_t)(0x30 + d->another));
		break;
	case 0xE7:
		if (!old)
			get_id(d, 32, 0x70);
		break;
	default:
		break; /* echoed, then silence (7.4) */
	}
}

/* Opcodes with parameters, and how many 4-byte ones come before anything else. */
static unsigned param_count(uint8_t op)
{
	return op == 0xD4 || op == 0xD7 ? 3 : op == 0xD5 ? 1 : 0;
}

static void take_opcode(struct memdev *d, uint8_t op)
{
	d->opcodes_seen[op] = 1;
	if (op == 0xFE) {
		out8(d, in_brom(d) ? 0xFE : d->options.preloader_version);
		return;
	}
	if (op == 0xFF && in_brom(d)) {
		out8(d, 0x05);
		return;
	}
	out8(d, op);
	d->field = 0;
	d->param_got = 0;
	d->opcode = param_count(op) ? op : 0;
	if (!d->opcode)
		simple_command(d, op);
}

static void command_over(struct memdev *d)
{
	d->opcode = 0;
}

static void write32(struct memdev *d)
{
	if (d->field == 2) { /* address and count are in */
		bool refused = !in_brom(d) && d->options.preloader_version >= 3 &&
			       d->options.hw_code == 0x1209;

		out16(d, d->params[1] == 0 ? 0xFFFE : refused ? 0x1001 : 1);
		if (d->params[1] == 0 || refused)
			command_over(d);
	} else if (d->field == 3) {
		if (d->params[0] == 0x10007000 && d->params[2] == 0x22000064)
			d->watchdog_off = true;
		out16(d, 1); /* success on some boot ROMs (7.3) */
		command_over(d);
	}
}

static void send_da(struct memdev *d)
{
	if (d->field != 3)
		return;
	d->load_length = d->params[1];
	d->load_sig = d->params[2];
	if (in_brom(d) && d->options.target_config & SLA) {
		out16(d, 0x1D0D);
	} else if (in_brom(d) && d->options.target_config & DAA && !d->load_sig) {
		out16(d, 0x1D15);
	} else if (!d->load_length) {
		out16(d, 0x1D13);
	} else {
		out16(d, 0);
		d->load_left = d->load_length;
		d->load_sum = 0;
		d->load_odd = false;
		return; /* data follows, the command goes on */
	}
	command_over(d);
}

static void jump(struct memdev *d)
{
	out16(d, d->loaded ? 0 : 0x1D16);
	command_over(d);
	if (d->loaded)
		mem_agent_start(d);
}

static void take_param(struct memdev *d, uint8_t byte)
{
	d->params[d->field] = d->params[d->field] << 8 | byte;
	if (++d->param_got < 4)
		return;
	d->param_got = 0;
	out32(d, d->params[d->field]);
	d->field++;
	if (d->opcode == 0xD4)
		write32(d);
	else if (d->opcode == 0xD7)
		send_da(d);
	else
		jump(d);
	if (d->field < 4)
		d->params[d->field] = 0;
}

/* Status 2: a preloader verifies what is signed; here it must be the container's own DA1. */
static void loaded(struct memdev *d)
{
	bool known = d->load_length == d->da1.n;

	out16(d, d->load_sum);
	d->loaded = known && d->load_sig == 0x100;
	out16(d, d->loaded ? 0 : 0x7024);
	command_over(d);
}

static void take_data(struct memdev *d, uint8_t byte)
{
	d->load_sum ^= (uint16_t)(d->load_odd ? byte << 8 : byte);
	d->load_odd = !d->load_odd;
	if (--d->load_left == 0)
		loaded(d);
}

static void take_byte(struct memdev *d, uint8_t byte)
{
	if (d->mode == MEM_MATCH)
		match(d, byte);
	else if (d->load_left)
		take_data(d, byte);
	else if (d->opcode)
		take_param(d, byte);
	else
		take_opcode(d, byte);
}

void mem_boot_take(struct memdev *d, const uint8_t *p, size_t n)
{
	/* The listening loop reads what there is and throws it away if it begins with A0. */
	if (d->mode == MEM_LISTEN) {
		if (p[0] == 0xA0) {
			d->mode = MEM_MATCH;
			d->matched = 0;
			d->match_ends_ms = d->now_ms + MATCH_WINDOW_MS;
		}
		return;
	}
	while (n && (d->mode == MEM_MATCH || d->mode == MEM_LOOP)) {
		take_byte(d, *p++);
		n--;
	}
}
