/*
 * write: an image by address (da-legacy.md 5.3). The agent unsparses images by itself.
 *
 *     62, range -> 5A, then per packet: 5A | data | sum -> 69
 *
 * The control byte is a transfer of its own: joined to its data it was never answered. A packet
 * whose sum was wrong is sent again; every other refusal leaves the agent waiting for a control
 * byte, and 96 takes it back to its command loop.
 */
#include "engine/base/bytes.h"
#include "engine/legacy/send.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define ANSWER_MS 10000
#define SUM_USB	  1
#define READ_BACK 2

uint8_t lg_level(const struct flow *f)
{
	return f->plan->verify == FLOW_VERIFY_NONE ? SUM_USB : SUM_USB | READ_BACK;
}

static enum verdict ask_range(struct flow *f, struct flow_action *a)
{
	uint8_t block[1 + 16 + 22] = {OP_WRITE_DATA};
	uint8_t *p = block + 1;

	if (lg_quirks(f)->pc_time)
		p += 16; /* time and address of the host: the agent only logs them */
	p[0] = lg_level(f);
	p[1] = lg_part(f->io.region);
	lg_put64(p + 2, f->io.address);
	lg_put64(p + 10, f->io.length);
	put_be32(p + 18, f->report.facts.write_packet);
	lg_begin_data(f);
	f->agent_idle = false;
	tx_copy(f, a, block, (size_t)(p + 22 - block));
	return lg_want(f, 1);
}

static enum verdict ask_packet(struct flow *f, struct flow_action *a)
{
	return lg_ask_packet(f, a, f->report.facts.write_packet);
}

static enum verdict ask_over(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->agent_idle = true;
	return STEP_NEXT;
}

const struct step legacy_write_emmc[] = {
	{"write range", ANSWER_MS, ask_range, lg_ack, NULL},
	{"packet", LG_PACKET_MS, ask_packet, lg_got_packet, NULL},
	{"stop", ANSWER_MS, lg_ask_stop, lg_stopped, NULL},
	{"write end", 0, ask_over, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict ask_write(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = lg_on_nand(f) ? legacy_write_nand : legacy_write_emmc;
	return STEP_CALL;
}

const struct step legacy_write[] = {
	{"write", 0, ask_write, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
