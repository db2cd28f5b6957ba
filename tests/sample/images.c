/*
 * Image files. Raw ones are a header, if their kind has one, and seeded noise. Sparse ones are a
 * sequence of data, fill and don't-care chunks planned from the seed before the first byte is
 * written, because the file header counts blocks and chunks (packages.md 4.1).
 */
#include "tests/sample/bytes.h"
#include "tests/sample/chips.h"
#include "tests/sample/rng.h"
#include "tests/sample/sample.h"
#include "tests/sample/sink.h"

#include "tests/sample/report.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK 4096u
#define PIECE (256u * 1024)

/* The header names what is inside, whatever the partition is called: no slot, no capitals. */
static void put_image_name(uint8_t *p, const char *partition)
{
	const char *name = strcmp(partition, "UBOOT") ? partition : "lk";
	size_t n = strlen(name);

	if (n > 2 && (!strcmp(name + n - 2, "_a") || !strcmp(name + n - 2, "_b")))
		n -= 2;
	for (size_t i = 0; i < n && i < 32; i++)
		p[i] = (uint8_t)tolower((unsigned char)name[i]);
}

/* Writes the kind's header over the start of the image. `expanded` is the image's own size. */
static void stamp_head(uint8_t *p, const struct sample_part *part, uint64_t expanded)
{
	switch (part->head) {
	case HEAD_MTK:
		memset(p, 0xFF, 512);
		set32(p, 0x58881688);
		set32(p + 4, (uint32_t)(expanded - 512));
		memset(p + 8, 0, 32);
		put_image_name(p + 8, part->name);
		set32(p + 0x30, 0x58891689);
		set32(p + 0x34, 0x200);
		set32(p + 0x38, 1);
		set32(p + 0x3C, 0);
		set32(p + 0x40, 1);
		set32(p + 0x44, 0x10);
		break;
	case HEAD_ANDROID:
		set_text(p, "ANDROID!");
		break;
	case HEAD_VBMETA:
		memset(p, 0, 256);
		set_text(p, "AVB0");
		set32be(p + 4, 1);
		set_text(p + 0x80, "avbtool 1.1.0");
		break;
	case HEAD_DTBO:
		set32be(p, 0xD7B7AB1E);
		set32be(p + 4, (uint32_t)expanded);
		break;
	case HEAD_EXT4:
		memset(p, 0, 2048);
		set32(p + 0x404, (uint32_t)(expanded / BLOCK));
		set32(p + 0x418, 2);
		set16(p + 0x438, 0xEF53);
		set_text(p + 0x478, part->name);
		break;
	case HEAD_SECRO:
		set_text(p, "AND_AC_REGION");
		break;
	case HEAD_UBI:
		set_text(p, "UBI#");
		break;
	case HEAD_NONE:
	case HEAD_PRELOADER:
	case HEAD_MBR:
		break;
	}
}

/* `head` non-NULL: the noise begins an image of `expanded` bytes, so stamp it. */
static void put_noise(struct sink *s, struct rng *r, uint8_t *piece, uint64_t bytes,
		      const struct sample_part *head, uint64_t expanded)
{
	while (bytes) {
		size_t n = bytes < PIECE ? (size_t)bytes : PIECE;

		rng_fill(r, piece, n);
		if (head)
			stamp_head(piece, head, expanded);
		head = NULL;
		sink_put(s, piece, n);
		bytes -= n;
	}
}

struct chunk {
	uint16_t type; /* 0xCAC1 data, 0xCAC2 fill, 0xCAC3 don't care */
	uint32_t blocks;
	uint32_t fill;
};

struct chunks {
	struct chunk *list; /* owned */
	size_t count;
	uint32_t blocks; /* expanded */
};

static uint32_t cut(struct rng *r, uint64_t least, uint64_t most, uint64_t left)
{
	uint64_t n = rng_between(r, least, most);

	return (uint32_t)(n < left ? n : left);
}

/*
 * Data runs of 64 KiB to 2 MiB, each followed by a fill or a gap of up to 3 MiB: near two and a
 * half blocks expanded for each block of data. Both fills and gaps appear in every image, unless
 * the chip's agents know no fills.
 */
static int plan_chunks(struct chunks *c, struct rng *r, uint64_t data_blocks, bool no_fill)
{
	size_t most = (size_t)(2 * (data_blocks / 16 + 4));

	*c = (struct chunks){.list = calloc(most, sizeof *c->list)};
	if (!c->list)
		return report("image", "chunk list", "no memory", "ask for a smaller --size");
	for (bool gap = false; data_blocks; gap = !gap) {
		uint32_t n = cut(r, 16, 512, data_blocks);
		uint32_t skip = (uint32_t)rng_between(r, 1, 768);
		uint32_t pattern = rng_between(r, 0, 3) ? (uint32_t)rng_next(r) : 0;

		c->list[c->count++] = (struct chunk){.type = 0xCAC1, .blocks = n};
		c->list[c->count++] = (struct chunk){
			.type = gap || no_fill ? 0xCAC3 : 0xCAC2, .blocks = skip, .fill = pattern};
		c->blocks += n + skip;
		data_blocks -= n;
	}
	/* The last chunk is a gap: file systems end in free space. */
	c->list[c->count - 1].type = 0xCAC3;
	return 0;
}

static void put_sparse_head(struct sink *s, const struct chunks *c)
{
	uint8_t head[28] = {0};

	set32(head, 0xED26FF3A);
	set16(head + 4, 1);
	set16(head + 8, sizeof head);
	set16(head + 10, 12);
	set32(head + 12, BLOCK);
	set32(head + 16, c->blocks);
	set32(head + 20, (uint32_t)c->count);
	sink_put(s, head, sizeof head);
}

static void put_chunk(struct sink *s, struct rng *r, uint8_t *piece, const struct chunk *chunk,
		      const struct sample_part *head, uint64_t expanded)
{
	uint8_t bytes[16] = {0};
	uint32_t payload = 0;

	if (chunk->type == 0xCAC1)
		payload = chunk->blocks * BLOCK;
	else if (chunk->type == 0xCAC2)
		payload = 4;
	set16(bytes, chunk->type);
	set32(bytes + 4, chunk->blocks);
	set32(bytes + 8, 12 + payload);
	set32(bytes + 12, chunk->fill);
	sink_put(s, bytes, chunk->type == 0xCAC2 ? 16 : 12);
	if (chunk->type == 0xCAC1)
		put_noise(s, r, piece, payload, head, expanded);
}

static int put_sparse(struct sink *s, struct rng *r, uint8_t *piece, const struct sample_part *part,
		      bool no_fill)
{
	struct chunks c;
	uint64_t expanded;

	if (plan_chunks(&c, r, part->file_bytes / BLOCK, no_fill))
		return -1;
	expanded = (uint64_t)c.blocks * BLOCK;
	put_sparse_head(s, &c);
	for (size_t i = 0; i < c.count; i++)
		put_chunk(s, r, piece, &c.list[i], i ? NULL : part, expanded);
	free(c.list);
	return 0;
}

/* ---- signed forms (packages.md 4.3, 4.4) ---- */

/* One certificate in an image header of its own; its load address tells its kind. */
static void put_certificate(struct sink *s, struct rng *r, uint8_t *piece, unsigned kind)
{
	static const struct {
		const char *name;
		uint32_t bytes, load, type;
	} kinds[] = {{"cert1", 0x6A1, 0x12345678, 0x02000000},
		     {"cert2", 0x3A5, 0x22345678, 0x02000002}};
	uint32_t bytes = kinds[kind].bytes;

	rng_fill(r, piece + 512, bytes);
	memset(piece, 0xFF, 512);
	set32(piece, 0x58881688);
	set32(piece + 4, bytes);
	memset(piece + 8, 0, 32);
	set_text(piece + 8, kinds[kind].name);
	set32(piece + 0x28, kinds[kind].load);
	set32(piece + 0x2C, 0);
	set32(piece + 0x30, 0x58891689);
	set32(piece + 0x34, 0x200);
	set32(piece + 0x38, 1);
	set32(piece + 0x3C, kinds[kind].type);
	set32(piece + 0x40, kind);
	set32(piece + 0x44, 0x10);
	memset(piece + 512 + bytes, 0, 16);
	sink_put(s, piece, (512 + bytes + 15) & ~15u);
}

/* Old chips: one block behind the image. */
static void put_old_signature(struct sink *s, struct rng *r, uint8_t *piece)
{
	rng_fill(r, piece, 960);
	sink_put(s, piece, 960);
}

static bool has_verified(const struct sample_part *part)
{
	return part->head == HEAD_MTK && !part->sparse;
}

static void put_verified_tail(struct sink *s, const struct sample_plan *plan, uint8_t *piece)
{
	struct rng r;

	rng_init(&r, plan->wish.seed, "certificates");
	if (plan->chip->agent == AGENT_LEGACY) {
		put_old_signature(s, &r, piece);
		return;
	}
	put_certificate(s, &r, piece, 0);
	put_certificate(s, &r, piece, 1);
}

/* ---- files ---- */

static int put_image(struct sink *s, uint8_t *piece, const struct sample_plan *plan,
		     const struct sample_part *part)
{
	struct rng r;

	rng_init(&r, plan->wish.seed, part->file);
	if (part->head == HEAD_MBR) {
		sample_partition_sector(plan, part, piece);
		sink_put(s, piece, part->file_bytes);
		return 0;
	}
	if (part->sparse)
		return put_sparse(s, &r, piece, part, plan->chip->no_fill);
	put_noise(s, &r, piece, part->file_bytes, part, part->file_bytes);
	return 0;
}

/* `name` with "-verified" before its ending. */
static void verified_name(char *to, size_t room, const char *name)
{
	const char *dot = strrchr(name, '.');

	snprintf(to, room, "%.*s-verified%s", (int)(dot - name), name, dot);
}

static int write_verified(const struct sample_plan *plan, const struct sample_part *part,
			  const char *dir, uint8_t *piece)
{
	char name[64];
	struct sink s;
	int bad;

	verified_name(name, sizeof name, part->file);
	if (sink_open(&s, dir, name))
		return -1;
	bad = put_image(&s, piece, plan, part);
	put_verified_tail(&s, plan, piece);
	return sink_close(&s, NULL, NULL) || bad ? -1 : 0;
}

int sample_write_image(const struct sample_plan *plan, const struct sample_part *part,
		       const char *dir, uint16_t *sum16, uint64_t *bytes)
{
	uint8_t *piece = malloc(PIECE);
	struct sink s;
	int bad;

	if (!piece)
		return report("image", part->file, "no memory", "close other programs");
	if (sink_open(&s, dir, part->file)) {
		free(piece);
		return -1;
	}
	bad = put_image(&s, piece, plan, part);
	if (sink_close(&s, sum16, bytes))
		bad = -1;
	if (!bad && plan->wish.verified && has_verified(part))
		bad = write_verified(plan, part, dir, piece);
	free(piece);
	return bad;
}
