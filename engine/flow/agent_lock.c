#include "engine/flow/agent_lock.h"

#include "engine/flow/flow_state.h"
#include "engine/security/sla.h"

#define FILE_MAX (2u << 20) /* bytes that agents take */

_Static_assert(AGENT_LOCK_ANSWER_MAX >= SLA_ANSWER_MAX, "room for every key's answer");

struct slice agent_lock_file(const struct flow *f)
{
	static const struct slice none;

	return f->plan->keys ? f->plan->keys->da_sla : none;
}

const char *agent_lock_name(const struct flow *f)
{
	const char *name = f->plan->keys ? f->plan->keys->da_sla_name : NULL;

	return name && name[0] ? name : "da_sla";
}

bool agent_lock_signs(const struct flow *f)
{
	return sla_looks_like_key(agent_lock_file(f));
}

enum verdict agent_lock_found(struct flow *f)
{
	f->report.facts.agent_locked = true;
	if (!agent_lock_file(f).n)
		return step_refuse(f, 23,
				   "this unit's agent asks for the owner's authorisation (DA SLA): "
				   "the profile names no da_sla file");
	if (agent_lock_file(f).n > FILE_MAX)
		return step_refuse(f, 23, "%.60s is no answer to DA SLA: it has %zu bytes",
				   agent_lock_name(f), agent_lock_file(f).n);
	return STEP_NEXT;
}

enum verdict agent_lock_sign(struct flow *f, const uint8_t random[AGENT_LOCK_RANDOM],
			     uint8_t answer[AGENT_LOCK_ANSWER_MAX], uint16_t *n)
{
	struct problem problem;
	size_t bytes = 0;

	if (sla_agent_answer(agent_lock_file(f), random, AGENT_LOCK_RANDOM, answer,
			     AGENT_LOCK_ANSWER_MAX, &bytes, &problem))
		return step_refuse(f, 23, "%.60s: %.140s", agent_lock_name(f), problem.why);
	*n = (uint16_t)bytes;
	return STEP_NEXT;
}
