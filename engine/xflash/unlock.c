/*
 * unlock: an agent that answers to its owner only (DA SLA, protocol/da-xflash.md 4.4, 5.1, 5.2).
 *
 * The owner's file is either an answer that was signed elsewhere, and goes as it is, or the private
 * key that answers this unit's own random number. Without a file the run is refused: nothing was
 * written yet, and no other file may be tried.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/security/sla.h"
#include "engine/xflash/command.h"
#include "engine/xflash/status.h"
#include "engine/xflash/tables.h"

#define FW_INFO_BYTES  68 /* version, 16 random bytes, hardware id, SoC id */
#define FW_INFO_RANDOM 4
#define RANDOM_BYTES   16
#define ANSWER_MAX     (2u << 20)

static struct slice owners_file(const struct flow *f)
{
	static const struct slice none;

	return f->plan->keys ? f->plan->keys->da_sla : none;
}

static const char *owners_name(const struct flow *f)
{
	const char *name = f->plan->keys ? f->plan->keys->da_sla_name : NULL;

	return name && name[0] ? name : "da_sla";
}

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
	f->report.facts.agent_locked = locked;
	if (!locked)
		return STEP_LEAVE;
	if (!owners_file(f).n)
		return step_refuse(f, 23,
				   "this unit's agent asks for the owner's authorisation (DA SLA): "
				   "the profile names no da_sla file");
	if (owners_file(f).n > ANSWER_MAX)
		return step_refuse(f, 23, "%.60s is no answer to DA SLA: it has %zu bytes",
				   owners_name(f), owners_file(f).n);
	return STEP_NEXT;
}

static enum verdict ask_device(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_get(f, GET_DEV_FW_INFO, true);
}

static enum verdict sign(struct flow *f, struct slice key)
{
	struct xflash_state *x = &f->xflash;
	struct problem problem;
	size_t n = 0;

	if (!x->offered || xflash_failed(x->status) || x->in.got < FW_INFO_BYTES)
		return step_fail(f, FAULT_XFLASH,
				 xflash_failed(x->status) ? x->status : XFLASH_PROTOCOL_ERROR,
				 "the agent is locked, but gives no random number to sign "
				 "(%u bytes)",
				 x->in.got);
	if (sla_agent_answer(key, x->in.body + FW_INFO_RANDOM, RANDOM_BYTES, x->answer,
			     sizeof x->answer, &n, &problem))
		return step_refuse(f, 23, "%.60s: %.140s", owners_name(f), problem.why);
	x->answer_n = (uint16_t)n;
	return STEP_NEXT;
}

static enum verdict got_device(struct flow *f, struct slice rx)
{
	struct slice file = owners_file(f);

	(void)rx;
	f->xflash.answer_n = 0;
	return sla_looks_like_key(file) ? sign(f, file) : STEP_NEXT;
}

static enum verdict ask_policy(struct flow *f, struct flow_action *a)
{
	static const struct slice own_answer;

	(void)a;
	return control_send(f, SET_REMOTE_SEC_POLICY,
			    f->xflash.answer_n ? own_answer : owners_file(f), false);
}

static enum verdict got_policy(struct flow *f, struct slice rx)
{
	(void)rx;
	if (!xflash_failed(f->xflash.status))
		return STEP_NEXT;
	return step_fail(f, FAULT_XFLASH, f->xflash.status,
			 "the agent stays locked, %.60s is not its owner's: 0x%08X %s",
			 owners_name(f), f->xflash.status, xflash_status_name(f->xflash.status));
}

const struct step xflash_unlock[] = {
	{"agent lock", 0, ask_state, got_state, NULL},
	{"agent challenge", 0, ask_device, got_device, NULL},
	{"agent policy", 0, ask_policy, got_policy, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
