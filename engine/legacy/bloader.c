/*
 * bloader: DOWNLOAD_BLOADER, the raw preloader to NAND (da-legacy.md 5.9).
 *
 *     51 -> 5A, [key hash -> 0], packet, device -> 5A, first or update -> image list -> packets
 *
 * The agent lays out block 0 with its headers by itself. What is said of the image comes from its
 * own GFH; the document leaves the hash to hosts that check signatures, this one sends zeros.
 */

#include "engine/base/bytes.h"
#include "engine/legacy/send.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define ANSWER_MS    10000
#define END_MS	     60000
#define HASH_BYTES   0x20
#define PC_BYTES     16
#define PACKET	     0x400u
#define DEVICE_NAND  2
#define GFH_TYPE     0x18
#define GFH_DEVICE   0x1A
#define GFH_MAX_SIZE 0x24
#define GFH_ATTR     0x34

static enum verdict ask_command(struct flow *f, struct flow_action *a)
{
	lg_begin_data(f);
	lg_op(f, a, OP_DOWNLOAD_BLOADER);
	return lg_want(f, 1);
}

/* Agents of version 3 are older than the key hash. */
static bool knows_hash(const struct flow *f)
{
	return f->report.facts.da_version[0] != '3';
}

static enum verdict ask_hash(struct flow *f, struct flow_action *a)
{
	uint8_t block[PC_BYTES + 4 + HASH_BYTES] = {0};
	uint8_t *p = block + (lg_quirks(f)->pc_time ? PC_BYTES : 0);

	if (!knows_hash(f))
		return STEP_NEXT;
	put_be32(p, HASH_BYTES);
	tx_copy(f, a, block, (size_t)(p + 4 + HASH_BYTES - block));
	return lg_want(f, 4);
}

static enum verdict got_hash(struct flow *f, struct slice rx)
{
	if (rx.n < f->want)
		return STEP_MORE;
	if (get_be32(rx.p) == 0)
		return STEP_NEXT;
	f->agent_idle = true;
	return lg_refused(f, get_be32(rx.p));
}

static enum verdict ask_device(struct flow *f, struct flow_action *a)
{
	lg_u32(f, a, PACKET);
	lg_u8(f, a, DEVICE_NAND);
	return lg_want(f, 1);
}

/* First download or update: both are fine. */
static enum verdict ask_kind(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, 1);
}

static enum verdict got_kind(struct flow *f, struct slice rx)
{
	if (rx.n && f->legacy.stage == 0 && rx.p[0] == LG_CONT)
		return STEP_NEXT;
	return lg_ack(f, rx);
}

static enum verdict ask_image(struct flow *f, struct flow_action *a)
{
	const uint8_t *gfh = f->io.image.p;
	uint64_t room = f->io.room > f->io.length ? f->io.room : f->io.length;
	uint8_t b[38] = {LG_ACK};

	b[1] = gfh[GFH_DEVICE];
	put_be16(b + 2, get_le16(gfh + GFH_TYPE));
	put_be32(b + 4, 0); /* begin */
	put_be32(b + 8, (uint32_t)room);
	put_be32(b + 12, get_le32(gfh + GFH_ATTR));
	put_be32(b + 16, get_le32(gfh + GFH_MAX_SIZE));
	b[20] = 0; /* no anti-clone part: u32 place and length follow */
	put_be32(b + 29, (uint32_t)f->io.length);
	b[33] = 0; /* reserved blocks, alignment: the agent's own */
	b[34] = 0;
	lg_u32(f, a, 1);
	tx_copy(f, a, b, 35);
	return lg_want(f, 1);
}

static enum verdict ask_all(struct flow *f, struct flow_action *a)
{
	(void)a;
	return lg_want(f, 1);
}

static enum verdict ask_packet(struct flow *f, struct flow_action *a)
{
	return lg_ask_packet(f, a, PACKET);
}

const struct step legacy_bloader[] = {
	{"boot loader", ANSWER_MS, ask_command, lg_ack, NULL},
	{"key hash", ANSWER_MS, ask_hash, got_hash, NULL},
	{"boot device", ANSWER_MS, ask_device, lg_ack, NULL},
	{"boot device", ANSWER_MS, ask_kind, got_kind, NULL},
	{"boot image", ANSWER_MS, ask_image, lg_ack, NULL},
	{"boot images", ANSWER_MS, ask_all, lg_ack, NULL},
	{"packet", LG_PACKET_MS, ask_packet, lg_got_packet, NULL},
	{"stop", ANSWER_MS, lg_ask_stop, lg_stopped, NULL},
	{"boot loader end", END_MS, ask_all, lg_done, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
