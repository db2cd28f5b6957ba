#include "engine/xflash/command.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "engine/xflash/status.h"

#define NAND_PHYSICAL  1 /* addr_type */
#define NAND_PAGE_ONLY 1 /* op_type: page data without spare bytes */

void xf_lend(struct flow *f, struct flow_action *a, struct slice payload)
{
	uint8_t head[FRAME_HEAD];

	frame_head(head, (uint32_t)payload.n);
	tx_copy(f, a, head, sizeof head);
	if (payload.n)
		tx_lend(a, payload);
}

void xf_copy(struct flow *f, struct flow_action *a, const void *payload, size_t n)
{
	uint8_t head[FRAME_HEAD];

	/* Header and payload stay two transfers: agents lose a payload joined to its header. */
	frame_head(head, (uint32_t)n);
	tx_copy(f, a, head, sizeof head);
	if (n)
		tx_copy(f, a, payload, n);
}

void xf_u32(struct flow *f, struct flow_action *a, uint32_t word)
{
	uint8_t bytes[4];

	put_le32(bytes, word);
	xf_copy(f, a, bytes, sizeof bytes);
}

enum verdict xf_command(struct flow *f, struct flow_action *a, enum xflash_op op)
{
	f->agent_idle = false;
	xf_u32(f, a, op);
	return xf_expect(f, FRAME_STATUS);
}

enum verdict xf_expect(struct flow *f, size_t n)
{
	size_t held = f->xflash.in.held;

	if (f->xflash.short_status && n >= FRAME_STATUS)
		n -= 2;
	f->xflash.stage = 0;
	return rx_want(f, n > held ? n - held : 0);
}

enum verdict xf_frame(struct flow *f, struct slice rx)
{
	switch (frame_take(&f->xflash.in, rx)) {
	case FRAME_WHOLE:
		return STEP_NEXT;
	case FRAME_MORE:
		f->want = frame_need(&f->xflash.in);
		return STEP_MORE;
	case FRAME_DATA:
	case FRAME_BAD:
		break;
	}
	return step_fail(f, FAULT_XFLASH, XFLASH_PROTOCOL_ERROR,
			 "the agent's answer is not a frame: it begins %02X %02X %02X %02X",
			 f->xflash.in.head[0], f->xflash.in.head[1], f->xflash.in.head[2],
			 f->xflash.in.head[3]);
}

enum verdict xf_status(struct flow *f, struct slice rx)
{
	enum verdict v = xf_frame(f, rx);
	const struct frame_reader *in = &f->xflash.in;

	if (v != STEP_NEXT)
		return v;
	/* An agent with short ones makes us wait for the rest once; after that we know. */
	if (in->got == 2)
		f->xflash.short_status = true;
	if (in->got == 4)
		f->xflash.status = get_le32(in->body);
	else if (in->got == 2)
		f->xflash.status = get_le16(in->body);
	else
		return step_fail(f, FAULT_XFLASH, XFLASH_PROTOCOL_ERROR,
				 "a status of 4 bytes was due, the agent sent a frame of %u",
				 in->got);
	return STEP_NEXT;
}

enum verdict xf_refused(struct flow *f, uint32_t status)
{
	return step_fail(f, FAULT_XFLASH, status, "the agent answered 0x%08X %s%s%s", status,
			 xflash_status_name(status), f->report.target[0] ? " for " : "",
			 f->report.target);
}

enum verdict xf_ok(struct flow *f, struct slice rx)
{
	enum verdict v = xf_status(f, rx);

	if (v == STEP_NEXT && xflash_failed(f->xflash.status)) {
		/* A refused opcode or parameter block ends the command (1.1). */
		f->agent_idle = f->xflash.status != XFLASH_PROTOCOL_ERROR &&
				f->xflash.status != XFLASH_OVERFLOW;
		return xf_refused(f, f->xflash.status);
	}
	return v;
}

enum verdict xf_done(struct flow *f, struct slice rx)
{
	enum verdict v = xf_status(f, rx);

	if (v == STEP_NEXT)
		f->agent_idle = true;
	return v;
}

/* Device control: one table for all codes; its steps go by the name of their caller. */

static enum verdict ask_control(struct flow *f, struct flow_action *a)
{
	return xf_command(f, a, OP_DEVICE_CTRL);
}

static enum verdict ask_code(struct flow *f, struct flow_action *a)
{
	xf_u32(f, a, f->xflash.code);
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict got_code(struct flow *f, struct slice rx)
{
	struct xflash_state *x = &f->xflash;
	enum verdict v = xf_status(f, rx);

	if (v != STEP_NEXT)
		return v;
	if (!xflash_failed(x->status)) {
		x->offered = true;
		return STEP_NEXT;
	}
	f->agent_idle = true;
	if (x->optional && x->status == XFLASH_UNSUPPORTED_CODE)
		return STEP_LEAVE;
	return xf_refused(f, x->status);
}

static enum verdict ask_value(struct flow *f, struct flow_action *a)
{
	struct xflash_state *x = &f->xflash;

	if (!x->set)
		return STEP_NEXT;
	if (x->send)
		xf_lend(f, a, x->block.n ? x->block : (struct slice){x->answer, x->answer_n});
	else
		xf_u32(f, a, x->value);
	return xf_expect(f, 0);
}

static enum verdict ask_data(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!f->xflash.get)
		return STEP_NEXT;
	return xf_expect(f, FRAME_HEAD);
}

static enum verdict ask_final(struct flow *f, struct flow_action *a)
{
	(void)a;
	return xf_expect(f, FRAME_STATUS);
}

/* The data must outlive the final status frame, which is read into the same room. */
static enum verdict got_final(struct flow *f, struct slice rx)
{
	struct frame_reader *in = &f->xflash.in;
	enum verdict v = xf_done(f, rx);

	if (v == STEP_NEXT) {
		memcpy(in->body, f->xflash.data, sizeof f->xflash.data);
		in->got = f->xflash.data_bytes;
	}
	return v;
}

static enum verdict got_data(struct flow *f, struct slice rx)
{
	struct xflash_state *x = &f->xflash;
	enum verdict v = xf_frame(f, rx);

	if (v != STEP_NEXT)
		return v;
	memcpy(x->data, x->in.body, sizeof x->data);
	x->data_bytes = x->in.got;
	return STEP_NEXT;
}

static const struct step control_steps[] = {
	{"", 5000, ask_control, xf_ok, NULL},	 {"", 5000, ask_code, got_code, NULL},
	{"", 5000, ask_value, NULL, NULL},	 {"", 5000, ask_data, got_data, NULL},
	{"", 30000, ask_final, got_final, NULL}, {NULL, 0, NULL, NULL, NULL},
};

static enum verdict control(struct flow *f, enum xflash_control code, bool optional)
{
	struct xflash_state *x = &f->xflash;

	x->code = code;
	x->optional = optional;
	x->offered = false;
	x->set = false;
	x->send = false;
	x->get = false;
	x->data_bytes = 0;
	x->in.got = 0;
	f->call = control_steps;
	return STEP_CALL;
}

enum verdict control_get(struct flow *f, enum xflash_control code, bool optional)
{
	enum verdict v = control(f, code, optional);

	f->xflash.get = true;
	return v;
}

enum verdict control_set(struct flow *f, enum xflash_control code, uint32_t value, bool optional)
{
	enum verdict v = control(f, code, optional);

	f->xflash.set = true;
	f->xflash.value = value;
	return v;
}

enum verdict control_send(struct flow *f, enum xflash_control code, struct slice block,
			  bool optional)
{
	enum verdict v = control(f, code, optional);

	f->xflash.set = true;
	f->xflash.send = true;
	f->xflash.block = block;
	return v;
}

enum verdict control_act(struct flow *f, enum xflash_control code, bool optional)
{
	return control(f, code, optional);
}

enum verdict control_ok(struct flow *f, struct slice rx)
{
	(void)rx;
	if (f->xflash.offered && xflash_failed(f->xflash.status))
		return xf_refused(f, f->xflash.status);
	return STEP_NEXT;
}

uint32_t xf_section(enum storage_kind kind, enum storage_region region)
{
	static const uint8_t emmc[REGION_COUNT] = {
		[REGION_BOOT1] = 1, [REGION_BOOT2] = 2, [REGION_RPMB] = 3, [REGION_GP1] = 4,
		[REGION_GP2] = 5,   [REGION_GP3] = 6,	[REGION_GP4] = 7,  [REGION_USER] = 8,
	};
	static const uint8_t ufs[REGION_COUNT] = {
		[REGION_BOOT1] = 1,
		[REGION_BOOT2] = 2,
		[REGION_USER] = 3,
	};

	if ((unsigned)region >= REGION_COUNT)
		return 0;
	return kind == STORAGE_UFS ? ufs[region] : kind == STORAGE_EMMC ? emmc[region] : 0;
}

void xf_range(const struct flow *f, uint8_t block[XF_RANGE_BYTES])
{
	enum storage_kind kind = f->report.facts.storage.kind;

	/* NAND fields stay zero on eMMC and UFS. On NAND section 0 is the whole chip, addressed
	   logically; whether spare bytes travel with each page is the caller's to say. */
	memset(block, 0, XF_RANGE_BYTES);
	put_le32(block, kind);
	put_le32(block + 4, xf_section(kind, f->io.region));
	put_le64(block + 8, f->io.address);
	put_le64(block + 16, f->io.length);
	if (kind == STORAGE_NAND && f->xflash.physical)
		put_le32(block + 28, NAND_PHYSICAL);
}

void xf_data_range(const struct flow *f, uint8_t block[XF_RANGE_BYTES])
{
	xf_range(f, block);
	if (f->report.facts.storage.kind == STORAGE_NAND)
		put_le32(block + 40, NAND_PAGE_ONLY);
}
