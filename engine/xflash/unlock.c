/* unlock: agents that answer to their owner only (protocol/da-xflash.md 4.4, 5.1, 5.2). */
#include "engine/base/bytes.h"
#include "engine/flow/agent_lock.h"
#include "engine/xflash/command.h"
#include "engine/xflash/status.h"
#include "engine/xflash/tables.h"

#define FW_INFO_BYTES  68 /* version, 16 random bytes, hardware id, SoC id */
#define FW_INFO_RANDOM 4

static enum verdict ask_state(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_SLA_STATUS, true);
}

/* An agent without the question has no lock. */
static enum verdict got_state(struct flow *f, struct slice rx)
{
	const struct frame_reader *in = &f->xflash.in;
	bool locked = f->xflash.offered && !xflash_failed(f->xflash.status) && in->got >= 4 &&
		      get_le32(in->body) != 0;

	(void)rx;
	return locked ? agent_lock_found(f) : STEP_LEAVE;
}

static enum verdict ask_device(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_DEV_FW_INFO, true);
}

static enum verdict got_device(struct flow *f, struct slice rx)
{
	struct xflash_state *x = &f->xflash;

	(void)rx;
	x->answer_n = 0;
	if (!agent_lock_signs(f))
		return STEP_NEXT;
	if (!x->offered || xflash_failed(x->status) || x->in.got < FW_INFO_BYTES)
		return step_fail(f, FAULT_XFLASH,
				 xflash_failed(x->status) ? x->status : XFLASH_PROTOCOL_ERROR,
				 "the agent is locked, but gives no random number to sign "
				 "(%u bytes)",
				 x->in.got);
	return agent_lock_sign(f, x->in.body + FW_INFO_RANDOM, x->answer, &x->answer_n);
}

static enum verdict ask_policy(struct flow *f, struct flow_action *a)
{
	static const struct slice own_answer;

	(void)a;
	return control_send(f, SET_REMOTE_SEC_POLICY,
			    f->xflash.answer_n ? own_answer : agent_lock_file(f), false);
}

static enum verdict got_policy(struct flow *f, struct slice rx)
{
	(void)rx;
	if (!xflash_failed(f->xflash.status))
		return STEP_NEXT;
	return step_fail(f, FAULT_XFLASH, f->xflash.status,
			 "the agent stays locked, %.60s is not its owner's: 0x%08X %s",
			 agent_lock_name(f), f->xflash.status,
			 xflash_status_name(f->xflash.status));
}

const struct step xflash_unlock[] = {
	{"agent lock", 0, ask_state, got_state, NULL},
	{"agent challenge", 0, ask_device, got_device, NULL},
	{"agent policy", 0, ask_policy, got_policy, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
