/* unlock: agents that answer to their owner only (DA.SLA, protocol/da-xml.md 4, 5). */
#include "engine/flow/agent_lock.h"
#include "engine/xml/info.h"
#include "engine/xml/tables.h"
#include "engine/xml/talk.h"
#include "engine/xml/words.h"

static enum verdict ask_state(struct flow *f, struct flow_action *a)
{
	(void)a;
	xml_command(f, "1.0", "GET-SYS-PROPERTY");
	doc_put(&f->xml.command, "key", "DA.SLA");
	xml_file(f, "target_file", "property.xml");
	xml_take(f, XML_TAKE_TEXT);
	return xml_run(f);
}

/* An agent that does not know the question, or the property, is not locked. */
static enum verdict got_state(struct flow *f, struct slice rx)
{
	struct slice value;

	if (f->xml.result != XML_OK)
		return xml_may(f, rx) == STEP_NEXT ? STEP_LEAVE : STEP_FAIL;
	if (!doc_item(xml_text(f), "DA.SLA", &value) || doc_find(value, "ENABLED") != value.p)
		return STEP_LEAVE;
	return agent_lock_found(f);
}

static enum verdict ask_device(struct flow *f, struct flow_action *a)
{
	(void)a;
	xml_command(f, "1.0", "SECURITY-GET-DEV-FW-INFO");
	xml_file(f, "target_file", "device.xml");
	xml_take(f, XML_TAKE_TEXT);
	return xml_run(f);
}

static enum verdict got_device(struct flow *f, struct slice rx)
{
	struct xml_state *x = &f->xml;
	uint8_t random[AGENT_LOCK_RANDOM];

	x->answer_n = 0;
	if (!agent_lock_signs(f))
		return STEP_NEXT;
	if (x->result != XML_OK)
		return xml_must(f, rx);
	if (!info_challenge(xml_text(f), random))
		return step_fail(f, FAULT_XML, XML_FAULT_LOCKED,
				 "the agent gives no random number to sign");
	return agent_lock_sign(f, random, x->signed_answer, &x->answer_n);
}

static enum verdict ask_policy(struct flow *f, struct flow_action *a)
{
	(void)a;
	xml_command(f, "1.0", "SECURITY-SET-FLASH-POLICY");
	xml_file(f, "source_file", "policy.bin");
	if (f->xml.answer_n)
		xml_send_answer(f);
	else
		xml_send(f, agent_lock_file(f), NULL);
	return xml_run(f);
}

static enum verdict got_policy(struct flow *f, struct slice rx)
{
	(void)rx;
	if (f->xml.result == XML_OK)
		return STEP_NEXT;
	return step_fail(f, FAULT_XML, XML_FAULT_LOCKED,
			 "the agent stays locked, %.60s is not its owner's: \"%.100s\"",
			 agent_lock_name(f), f->xml.message);
}

const struct step xml_unlock[] = {
	{"agent lock", 0, ask_state, got_state, NULL},
	{"agent challenge", 0, ask_device, got_device, NULL},
	{"agent policy", 0, ask_policy, got_policy, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
