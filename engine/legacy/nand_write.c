/*
 * nand_write: one image into NAND by IMAGE_LIST and WRITE_IMAGE (da-legacy.md 5.10).
 *
 *     DD, features -> count -> enabled range -> image
 *     DE -> packet -> ready, image -> packets as 62 -> end, post-process
 *
 * The list holds the one image in work: its range is what the agent erases. It passes bad blocks by
 * itself. The document names the fields of the list; their widths are u64 for addresses and
 * lengths, u32 on five chips.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/legacy/send.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define ANSWER_MS   10000
#define READY_MS    60000 /* the range is erased before the first packet */
#define END_MS	    60000
#define POST_MS	    300000
#define PACKET	    0x20000u /* a multiple of every page, and of the blocks of wire sums */
#define NAME_BYTES  64
#define NORMAL_ROM  1
#define STAGE_AGAIN 1

/* The types that agents tell apart, by the names of scatter files (packages.md 1.7). */
static const struct {
	const char *name;
	uint8_t number;
} types[] = {{"NORMAL_ROM", 1}, {"SV5_BL_BIN", 7},  {"YAFFS_IMG", 8},  {"MBR_BIN", 9},
	     {"UBI_IMG", 0x10}, {"EXT4_IMG", 0x11}, {"FAT_IMG", 0x12}, {"FTL20_IMG", 0x20}};

static uint8_t type_number(const struct flow *f)
{
	const struct flow_job *job = &f->jobs[f->job];

	if (f->job >= f->job_count || job->part >= f->plan->package->part_count)
		return NORMAL_ROM;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (!strcmp(types[i].name, f->plan->package->parts[job->part].entry->type))
			return types[i].number;
	return NORMAL_ROM;
}

/* Put an address or length; gives its width. */
static size_t put_wide(const struct flow *f, uint8_t *p, uint64_t value)
{
	if (lg_quirks(f)->narrow_lists) {
		put_be32(p, (uint32_t)value);
		return 4;
	}
	lg_put64(p, value);
	return 8;
}

static uint64_t last_byte(const struct flow *f)
{
	return f->io.address + f->io.length - 1;
}

static enum verdict ask_list(struct flow *f, struct flow_action *a)
{
	static const uint8_t no_features[3];

	lg_begin_data(f);
	lg_op(f, a, OP_IMAGE_LIST);
	tx_copy(f, a, no_features, sizeof no_features);
	return lg_want(f, 1);
}

static enum verdict ask_counts(struct flow *f, struct flow_action *a)
{
	static const uint8_t one_of_one[2] = {1, 1};

	tx_copy(f, a, one_of_one, sizeof one_of_one);
	return lg_want(f, 1);
}

static enum verdict ask_range(struct flow *f, struct flow_action *a)
{
	uint8_t block[16];
	size_t n = put_wide(f, block, f->io.address);

	n += put_wide(f, block + n, last_byte(f));
	tx_copy(f, a, block, n);
	return lg_want(f, 1);
}

static enum verdict ask_image(struct flow *f, struct flow_action *a)
{
	uint64_t room = f->io.room > f->io.length ? f->io.room : f->io.length;
	uint8_t block[1 + 4 * 8 + 1 + NAME_BYTES] = {1};
	size_t n = 1;

	n += put_wide(f, block + n, f->io.address);
	n += put_wide(f, block + n, last_byte(f));
	n += put_wide(f, block + n, room);
	n += put_wide(f, block + n, f->io.length);
	block[n++] = type_number(f);
	if (f->io.name)
		memcpy(block + n, f->io.name, strnlen(f->io.name, NAME_BYTES - 1));
	tx_copy(f, a, block, n + NAME_BYTES);
	return lg_want(f, 1);
}

static enum verdict ask_write(struct flow *f, struct flow_action *a)
{
	lg_op(f, a, OP_WRITE_IMAGE);
	return lg_want(f, 1);
}

static enum verdict ask_packet_size(struct flow *f, struct flow_action *a)
{
	lg_u32(f, a, PACKET);
	return lg_want(f, 1);
}

static enum verdict ask_ready(struct flow *f, struct flow_action *a)
{
	(void)f;
	(void)a;
	return lg_want(f, 1);
}

static enum verdict ask_packet(struct flow *f, struct flow_action *a)
{
	return lg_ask_packet(f, a, PACKET);
}

static enum verdict got_post(struct flow *f, struct slice rx)
{
	if (rx.n < f->want)
		return STEP_MORE;
	if (f->legacy.stage == 0 && rx.p[0] == LG_NACK)
		return lg_more(f, STAGE_AGAIN, 1);
	f->agent_idle = true;
	return STEP_NEXT;
}

const struct step legacy_write_nand[] = {
	{"image list", ANSWER_MS, ask_list, lg_ack, NULL},
	{"image list", ANSWER_MS, ask_counts, lg_ack, NULL},
	{"image range", ANSWER_MS, ask_range, lg_ack, NULL},
	{"image entry", ANSWER_MS, ask_image, lg_done, NULL},
	{"write image", ANSWER_MS, ask_write, lg_ack, NULL},
	{"packet size", ANSWER_MS, ask_packet_size, lg_ack, NULL},
	{"write ready", READY_MS, ask_ready, lg_ack, NULL},
	{"image ready", READY_MS, ask_ready, lg_ack, NULL},
	{"packet", LG_PACKET_MS, ask_packet, lg_got_packet, NULL},
	{"stop", ANSWER_MS, lg_ask_stop, lg_stopped, NULL},
	{"write end", END_MS, ask_ready, lg_ack, NULL},
	{"write end", POST_MS, ask_ready, got_post, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
