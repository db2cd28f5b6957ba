/*
 * unlock: an agent that answers to its owner only (DA.SLA, protocol/da-xml.md 4).
 *
 * The owner's file is either a policy that was signed elsewhere, and goes as it is, or the private
 * key that answers this unit's own random number. Without a file the run is refused: nothing was
 * written yet, and no other file may be tried.
 */
#include <string.h>

#include "engine/security/sla.h"
#include "engine/xml/info.h"
#include "engine/xml/tables.h"
#include "engine/xml/talk.h"
#include "engine/xml/words.h"

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
	f->xml.locked =
		doc_item(xml_text(f), "DA.SLA", &value) && doc_find(value, "ENABLED") == value.p;
	f->report.facts.agent_locked = f->xml.locked;
	if (!f->xml.locked)
		return STEP_LEAVE;
	if (!owners_file(f).n)
		return step_refuse(f, 23,
				   "this unit's agent asks for the owner's authorisation (DA SLA): "
				   "the profile names no da_sla file");
	return STEP_NEXT;
}

static enum verdict ask_device(struct flow *f, struct flow_action *a)
{
	(void)a;
	xml_command(f, "1.0", "SECURITY-GET-DEV-FW-INFO");
	xml_file(f, "target_file", "device.xml");
	xml_take(f, XML_TAKE_TEXT);
	return xml_run(f);
}

static enum verdict sign(struct flow *f, struct slice key)
{
	struct xml_state *x = &f->xml;
	struct problem problem;
	uint8_t random[16];
	size_t n = 0;

	if (x->result != XML_OK)
		return xml_must(f, key);
	if (!info_challenge(xml_text(f), random))
		return step_fail(f, FAULT_XML, XML_FAULT_LOCKED,
				 "the agent gives no random number to sign");
	if (sla_agent_answer(key, random, sizeof random, x->signed_answer, sizeof x->signed_answer,
			     &n, &problem))
		return step_refuse(f, 23, "%.60s: %.140s", owners_name(f), problem.why);
	x->answer_n = (uint16_t)n;
	return STEP_NEXT;
}

static enum verdict got_device(struct flow *f, struct slice rx)
{
	struct slice file = owners_file(f);

	(void)rx;
	f->xml.answer_n = 0;
	return sla_looks_like_key(file) ? sign(f, file) : STEP_NEXT;
}

static enum verdict ask_policy(struct flow *f, struct flow_action *a)
{
	(void)a;
	xml_command(f, "1.0", "SECURITY-SET-FLASH-POLICY");
	xml_file(f, "source_file", "policy.bin");
	if (f->xml.answer_n)
		xml_send_answer(f);
	else
		xml_send(f, owners_file(f), NULL);
	return xml_run(f);
}

static enum verdict got_policy(struct flow *f, struct slice rx)
{
	(void)rx;
	if (f->xml.result == XML_OK)
		return STEP_NEXT;
	return step_fail(f, FAULT_XML, XML_FAULT_LOCKED,
			 "the agent stays locked, %.60s is not its owner's: \"%.100s\"",
			 owners_name(f), f->xml.message);
}

const struct step xml_unlock[] = {
	{"agent lock", 0, ask_state, got_state, NULL},
	{"agent challenge", 0, ask_device, got_device, NULL},
	{"agent policy", 0, ask_policy, got_policy, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
