/*
 * end: boot mode and restart (protocol/da-xml.md 5).
 *
 * These agents have no power-off: a unit that must not start again drops its USB link and stays
 * where it is. Whether the unit went, and not what it said on the way, is the answer.
 */
#include "engine/flow/departure.h"
#include "engine/xml/tables.h"
#include "engine/xml/talk.h"

/* The mode's name for SET-BOOT-MODE; NULL for the plain ends. */
static const char *mode_of(enum flow_end end)
{
	switch (end) {
	case FLOW_END_FASTBOOT:
		return "FASTBOOT";
	case FLOW_END_META:
		return "META";
	case FLOW_END_TEST:
		return "ANDROID-TEST-MODE";
	case FLOW_END_SHUTDOWN:
	case FLOW_END_REBOOT:
	case FLOW_END_STAY:
		break;
	}
	return NULL;
}

static enum verdict ask_mode(struct flow *f, struct flow_action *a)
{
	const char *mode = mode_of(f->io.end);

	(void)a;
	if (!mode)
		return STEP_NEXT;
	xml_command(f, "1.0", "SET-BOOT-MODE");
	doc_put(&f->xml.command, "mode", mode);
	if (f->io.end == FLOW_END_META) {
		doc_put(&f->xml.command, "connect_type", "USB");
		doc_put(&f->xml.command, "mobile_log", "OFF");
		doc_put(&f->xml.command, "adb", "OFF");
	}
	return xml_run(f);
}

static enum verdict ask_restart(struct flow *f, struct flow_action *a)
{
	bool restart = f->io.restart || mode_of(f->io.end);

	(void)a;
	xml_command(f, "1.0", "REBOOT");
	doc_put(&f->xml.command, "action", restart ? "IMMEDIATE" : "DISCONNECT");
	f->xml.leaves = true;
	return xml_run(f);
}

static enum verdict got_restart(struct flow *f, struct slice rx)
{
	if (f->xml.result == XML_LEFT)
		return STEP_LEAVE; /* gone already */
	return f->xml.result == XML_UNHEARD ? STEP_NEXT : xml_must(f, rx);
}

const struct step xml_end[] = {
	{"boot mode", 0, ask_mode, xml_must, NULL},
	{"restart", 0, ask_restart, got_restart, NULL},
	{"leave", DEPARTURE_MS, departure_ask, departure_stray, departure_missed},
	{NULL, 0, NULL, NULL, NULL},
};
