/*
 * start: from the first stage's START to the second stage ready (protocol/da-xml.md 4, 7.1).
 *
 *     START -> settings -> host's abilities -> hardware and DRAM -> [memory test] -> DA2
 *           -> START -> lock -> host's abilities -> hardware
 *
 * DRAM needs no settings of ours: they are part of the first stage. What one build or another does
 * not know is optional here; what all must know is not. The memory test belongs to the first stage,
 * before the second one lies in DRAM: a plan for one has it run here.
 */
#include <stdio.h>
#include <string.h>

#include "engine/xml/info.h"
#include "engine/xml/tables.h"
#include "engine/xml/talk.h"
#include "engine/xml/words.h"

#define FIRST_MS    10000
#define SECOND_MS   15000
#define HARDWARE_MS 30000
#define DRAM_BASE   0x40000000u
#define ABILITIES                                                                                  \
	"CMD:DOWNLOAD-FILE^1@CMD:FILE-SYS-OPERATION^1@CMD:PROGRESS-REPORT^1@CMD:UPLOAD-FILE^1@"

static enum verdict ask_first(struct flow *f, struct flow_action *a)
{
	(void)a;
	memset(&f->xml, 0, sizeof f->xml);
	return xml_await_start(f, FIRST_MS);
}

/* LINUX makes the agent's read packets short enough for every host. */
static enum verdict ask_settings(struct flow *f, struct flow_action *a)
{
	struct doc *d = &f->xml.command;

	(void)a;
	xml_command(f, "1.1", "SET-RUNTIME-PARAMETER");
	doc_put(d, "checksum_level", f->plan->verify == FLOW_VERIFY_NONE ? "USB" : "USB-STORAGE");
	doc_put(d, "battery_exist", "AUTO-DETECT");
	doc_put(d, "da_log_level", "INFO");
	doc_put(d, "log_channel", "UART");
	doc_put(d, "system_os", "LINUX");
	doc_close(d, "arg");
	doc_open(d, "adv");
	doc_put(d, "initialize_dram", "YES");
	return xml_run_open(f, "adv");
}

static enum verdict ask_abilities(struct flow *f, struct flow_action *a)
{
	(void)a;
	xml_command(f, "1.0", "HOST-SUPPORTED-COMMANDS");
	doc_put(&f->xml.command, "host_capability", ABILITIES);
	return xml_run(f);
}

static enum verdict ask_hardware(struct flow *f, struct flow_action *a)
{
	(void)a;
	xml_command(f, "1.0", "NOTIFY-INIT-HW");
	f->xml.work_ms = HARDWARE_MS;
	return xml_run(f);
}

static bool dram_failed(const struct flow *f)
{
	const struct slice text = {(const uint8_t *)f->xml.message, strlen(f->xml.message)};
	uint32_t code = 0;

	if (words_meaning(f->xml.message, XML_FAULT_INIT, &code) == FAULT_XFLASH)
		return code == STATUS_DRAM_TEST || code == STATUS_EMI_VERSION;
	return code == XML_FAULT_INIT && doc_find(text, "DRAM");
}

/* The settings that failed are in the agent file, not in the package's preloader. */
static enum verdict got_hardware(struct flow *f, struct slice rx)
{
	if (f->xml.result != XML_FAILED)
		return xml_must(f, rx);
	if (dram_failed(f))
		return step_fail(f, FAULT_STATION, 35,
				 "DRAM set-up failed (4032) with the settings of the agent file: "
				 "\"%.120s\"",
				 f->xml.message);
	return xml_refused(f, XML_FAULT_INIT);
}

static enum verdict ask_host(struct flow *f, struct flow_action *a)
{
	(void)a;
	xml_command(f, "1.0", "SET-HOST-INFO");
	doc_put(&f->xml.command, "info", "flashrack");
	return xml_run(f);
}

/* Identify shows what the first stage knows even when the second one is locked. */
static enum verdict ask_card(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (f->plan->operation != FLOW_IDENTIFY)
		return STEP_NEXT;
	xml_command(f, "1.0", "GET-HW-INFO");
	xml_file(f, "target_file", "hardware.xml");
	xml_take(f, XML_TAKE_TEXT);
	return xml_run(f);
}

static enum verdict got_card(struct flow *f, struct slice rx)
{
	if (f->xml.result == XML_OK)
		info_hardware(&f->report.facts, xml_text(f));
	return xml_may(f, rx);
}

static enum verdict ask_ram_test(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (f->plan->operation != FLOW_MEMTEST)
		return STEP_NEXT;
	f->call = xml_ram_test;
	return STEP_CALL;
}

static enum verdict ask_second(struct flow *f, struct flow_action *a)
{
	char token[XML_TOKEN_MAX];

	(void)a;
	/* The form that hosts give memory of theirs; agents only repeat it. */
	snprintf(token, sizeof token, "MEM://0x%x:0x%zx", DRAM_BASE, f->da2.n);
	xml_command(f, "1.0", "BOOT-TO");
	doc_put_number(&f->xml.command, "at_address", f->da2_addr);
	doc_put_number(&f->xml.command, "jmp_address", f->da2_addr);
	xml_file(f, "source_file", token);
	xml_send(f, f->da2, NULL);
	return xml_run(f);
}

static bool hash_refused(const struct flow *f)
{
	const struct slice text = {(const uint8_t *)f->xml.message, strlen(f->xml.message)};

	return doc_find(text, "hash") || doc_find(text, "0xC0070004");
}

static enum verdict got_second(struct flow *f, struct slice rx)
{
	if (f->xml.result == XML_FAILED && hash_refused(f))
		return step_fail(f, FAULT_XFLASH, STATUS_DA2_MISMATCH,
				 "the first stage refuses the second: \"%.150s\"", f->xml.message);
	if (xml_must(f, rx) != STEP_NEXT)
		return STEP_FAIL;
	f->agent_idle = false; /* until the second stage says START */
	return STEP_NEXT;
}

/* Some first stages do not know BOOT-TO before they are authorised. */
static enum verdict got_second_try(struct flow *f, struct slice rx)
{
	f->xml.early_lock = f->xml.result == XML_UNSUPPORTED;
	return f->xml.early_lock ? STEP_NEXT : got_second(f, rx);
}

static enum verdict ask_early_lock(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!f->xml.early_lock)
		return STEP_NEXT;
	f->call = xml_unlock;
	return STEP_CALL;
}

static enum verdict ask_second_again(struct flow *f, struct flow_action *a)
{
	return f->xml.early_lock ? ask_second(f, a) : STEP_NEXT;
}

static enum verdict ask_second_start(struct flow *f, struct flow_action *a)
{
	(void)a;
	return xml_await_start(f, SECOND_MS);
}

static enum verdict ask_lock(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = xml_unlock;
	return STEP_CALL;
}

const struct step xml_start[] = {
	{"first stage ready", 0, ask_first, xml_must, NULL},
	{"settings", 0, ask_settings, xml_must, NULL},
	{"host abilities", 0, ask_abilities, xml_may, NULL},
	{"hardware set-up", 0, ask_hardware, got_hardware, NULL},
	{"host name", 0, ask_host, xml_may, NULL},
	{"card", 0, ask_card, got_card, NULL},
	{"memory test", 0, ask_ram_test, NULL, NULL},
	{"second stage upload", 0, ask_second, got_second_try, NULL},
	{"first stage lock", 0, ask_early_lock, NULL, NULL},
	{"second stage upload", 0, ask_second_again, got_second, NULL},
	{"second stage ready", 0, ask_second_start, xml_must, NULL},
	{"agent lock", 0, ask_lock, NULL, NULL},
	{"host abilities", 0, ask_abilities, xml_may, NULL},
	{"second hardware set-up", 0, ask_hardware, got_hardware, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
