/*
 * end: boot mode and restart (protocol/da-xml.md 5).
 *
 * These agents have no power-off: a unit that must not start again drops its USB link and stays
 * where it is. Whether the unit went, and not what it said on the way, is the answer.
 */
#include "engine/xml/tables.h"
#include "engine/xml/talk.h"
#include "engine/xml/words.h"

#define LEAVE_MS  5000
#define STRAY_MAX 64

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

/* Wait for the device to leave: the runner takes its departure for this step's success. */
static enum verdict ask_leave(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->leaving = true;
	f->xml.strays = 0;
	return rx_want(f, 1);
}

static enum verdict got_stray(struct flow *f, struct slice rx)
{
	(void)rx;
	if (f->xml.strays++ < STRAY_MAX)
		return STEP_MORE;
	return step_fail(f, FAULT_XML, XML_FAULT_OUT_OF_STEP,
			 "the agent goes on sending after it was told to restart");
}

static enum verdict no_leave(struct flow *f, struct slice rx)
{
	(void)rx;
	return step_fail(f, FAULT_STATION, 63,
			 "the agent accepted the restart, but the unit is still on the bus after "
			 "%u s",
			 LEAVE_MS / 1000);
}

const struct step xml_end[] = {
	{"boot mode", 0, ask_mode, xml_must, NULL},
	{"restart", 0, ask_restart, got_restart, NULL},
	{"leave", LEAVE_MS, ask_leave, got_stray, no_leave},
	{NULL, 0, NULL, NULL, NULL},
};
