/*
 * survey: what the second stage says of link, storage, memory and chip, before anything is written
 * (protocol/da-xml.md 4, 5).
 */
#include <string.h>

#include "engine/flow/usb_return.h"
#include "engine/xml/info.h"
#include "engine/xml/tables.h"
#include "engine/xml/talk.h"
#include "engine/xml/words.h"

static void ask_document(struct flow *f, const char *command)
{
	xml_command(f, "1.0", command);
	xml_file(f, "target_file", "result.xml");
	xml_take(f, XML_TAKE_TEXT);
	f->table_bytes = 0;
}

static enum verdict ask_faster(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->xml.can_faster = false;
	if (f->xml.switched_usb || f->arrival.speed == USB_SPEED_SUPER)
		return STEP_NEXT;
	ask_document(f, "CAN-HIGHER-USB-SPEED");
	return xml_run(f);
}

/* YES or NON; an END without a file means no, too. */
static enum verdict got_faster(struct flow *f, struct slice rx)
{
	struct slice text = xml_text(f);

	f->xml.can_faster =
		f->xml.result == XML_OK && doc_find(text, "YES") == text.p && text.n != 0;
	return xml_may(f, rx);
}

static enum verdict ask_switch(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!f->xml.can_faster)
		return STEP_NEXT;
	f->xml.switched_usb = true;
	f->call = xml_switch;
	return STEP_CALL;
}

static enum verdict order_switch(struct flow *f, struct flow_action *a)
{
	(void)a;
	xml_command(f, "1.0", "SWITCH-HIGHER-USB-SPEED");
	f->xml.leaves = true;
	return xml_run(f);
}

/* Gone before its END was heard, or silent: it was told to go. A refusal leaves the link as it is.
 */
static enum verdict ordered(struct flow *f, struct slice rx)
{
	(void)rx;
	f->leaving = false;
	if (f->xml.result == XML_FAILED || f->xml.result == XML_UNSUPPORTED)
		return STEP_LEAVE;
	return STEP_NEXT;
}

/* The command loop is on a new link, and says START there. */
static enum verdict got_return(struct flow *f, struct slice rx)
{
	(void)rx;
	frame_reset(&f->xml.in);
	f->xml.in_payload = false;
	f->xml.started = false;
	f->agent_idle = true;
	return STEP_NEXT;
}

const struct step xml_switch[] = {
	{"usb speed switch", 0, order_switch, ordered, NULL},
	{"usb return", USB_RETURN_MS, usb_return_ask, got_return, usb_return_missed},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict ask_hardware(struct flow *f, struct flow_action *a)
{
	(void)a;
	ask_document(f, "GET-HW-INFO");
	return xml_run(f);
}

static enum verdict got_hardware(struct flow *f, struct slice rx)
{
	if (xml_must(f, rx) != STEP_NEXT)
		return STEP_FAIL;
	if (!info_hardware(&f->report.facts, xml_text(f)))
		return step_fail(f, FAULT_XML, XML_FAULT_OUT_OF_STEP,
				 "the agent's hardware description is none");
	facts_name_storage(&f->report.facts);
	return STEP_NEXT;
}

static enum verdict ask_agent(struct flow *f, struct flow_action *a)
{
	(void)a;
	ask_document(f, "GET-DA-INFO");
	return xml_run(f);
}

static enum verdict got_agent(struct flow *f, struct slice rx)
{
	if (f->xml.result == XML_OK)
		info_agent(&f->report.facts, xml_text(f));
	return xml_may(f, rx);
}

static enum verdict ask_life(struct flow *f, struct flow_action *a)
{
	enum storage_kind kind = f->report.facts.storage.kind;

	(void)a;
	if (kind != STORAGE_EMMC && kind != STORAGE_UFS)
		return STEP_NEXT;
	xml_command(f, "1.0", "EMMC-CONTROL"); /* of UFS, too */
	doc_put(&f->xml.command, "function", "LIFE-CYCLE-STATUS");
	xml_file(f, "target_file", "life.txt");
	xml_take(f, XML_TAKE_TEXT);
	f->table_bytes = 0;
	return xml_run(f);
}

static enum verdict got_life(struct flow *f, struct slice rx)
{
	if (f->xml.result == XML_OK && doc_find(xml_text(f), "EXHAUSTED"))
		return step_refuse(f, 43, "the storage says that its life is used up");
	return xml_may(f, rx);
}

/* What only the card of an identified unit shows is not asked for in every run. */
static bool wants_card(const struct flow *f)
{
	return f->plan->operation == FLOW_IDENTIFY;
}

static enum verdict ask_rpmb(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!wants_card(f))
		return STEP_NEXT;
	xml_command(f, "1.0", "EMMC-CONTROL");
	doc_put(&f->xml.command, "function", "GET-RPMB-KEY-STATUS");
	xml_file(f, "target_file", "rpmb.txt");
	xml_take(f, XML_TAKE_TEXT);
	f->table_bytes = 0;
	return xml_run(f);
}

/* No key, no storage with one, another spelling of the function: the fact stays unknown. */
static enum verdict got_rpmb(struct flow *f, struct slice rx)
{
	struct slice text = xml_text(f);

	if (f->xml.result == XML_OK && text.n)
		f->report.facts.rpmb = doc_find(text, "NOT-EXIST") ? RPMB_NO_KEY
				       : doc_find(text, "EXIST")   ? RPMB_HAS_KEY
								   : RPMB_UNKNOWN;
	return f->xml.dead ? xml_must(f, rx) : STEP_NEXT;
}

static enum verdict ask_hrid(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!wants_card(f))
		return STEP_NEXT;
	xml_command(f, "1.0", "GET-SYS-PROPERTY");
	doc_put(&f->xml.command, "key", "DA.HRID");
	xml_file(f, "target_file", "property.xml");
	xml_take(f, XML_TAKE_TEXT);
	f->table_bytes = 0;
	return xml_run(f);
}

static enum verdict got_hrid(struct flow *f, struct slice rx)
{
	if (f->xml.result == XML_OK)
		info_hrid(&f->report.facts, xml_text(f));
	return f->xml.dead ? xml_must(f, rx) : STEP_NEXT;
}

const struct step xml_survey[] = {
	{"usb speed", 0, ask_faster, got_faster, NULL},
	{"usb speed switch", 0, ask_switch, NULL, NULL},
	{"hardware", 0, ask_hardware, got_hardware, NULL},
	{"agent version", 0, ask_agent, got_agent, NULL},
	{"storage life", 0, ask_life, got_life, NULL},
	{"rpmb", 0, ask_rpmb, got_rpmb, NULL},
	{"hardware id", 0, ask_hrid, got_hrid, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
