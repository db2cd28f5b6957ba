/* XML verbs: start and its memory test, locks, USB speed, reading by name, ways to end. */
#include "tests/unit/check.h"

#include "engine/xml/tables.h"
#include "engine/xml/words.h"
#include "engine/xml/xml.h"
#include "tests/lib/pack.h"
#include "tests/lib/replay.h"
#include "tests/unit/xml_agent.h"

static struct pack pack;
static struct flow flow;
static struct flow_plan plan;
static struct flow_action action;
static uint64_t sunk;

static enum verdict sink(struct flow *f, uint64_t at, struct slice bytes)
{
	(void)f;
	assert_int_equal(at, sunk);
	sunk += bytes.n;
	return STEP_NEXT;
}

static void fresh(void)
{
	memset(&flow, 0, sizeof flow);
	plan = (struct flow_plan){.package = &pack.package, .end = FLOW_END_REBOOT};
	flow.report.facts.storage.kind = STORAGE_EMMC;
	flow.report.facts.storage.block = 512;
	flow.io.region = REGION_USER;
	sunk = 0;
}

/* Play a verb that is not the last thing of the run: what comes after a failure is seen, too. */
static void play(const struct step *table, const char *text)
{
	struct replay r = {.name = "agent", .text = text};

	replay_verb(&flow, &plan, table, &action);
	flow.verbs = &xml_verbs;
	flow.phase = FLOW_LAST_PHASE - 1;
	flow.da2 = (struct slice){(const uint8_t *)"abc", 3};
	flow.da2_addr = 0x40000000;
	if (!replay_run(&r, &flow, &action))
		fail_msg("%s", r.error);
}

static void expect_fault(enum fault_family family, uint32_t code, const char *words)
{
	const struct fault *fault = &flow.report.fault;

	if (fault->family != family || fault->code != code)
		fail_msg("family %d, code 0x%X: %s", (int)fault->family, fault->code, fault->what);
	expect_in(fault->what, words, "fault");
}

static void expect_none(void)
{
	if (flow.report.fault.family != FAULT_NONE)
		fail_msg("%s", flow.report.fault.what);
	assert_true(flow.agent_idle);
}

#define REBOOT HOST("REBOOT", "<action>DISCONNECT</action>")

static void ways_to_leave(void **state)
{
	(void)state;
	fresh();
	play(xml_end, START REBOOT "gone\n");
	assert_int_equal(flow.report.fault.family, FAULT_NONE);
	fresh();
	play(xml_end, START REBOOT "D> T OK\nsilence\ngone\n");
	assert_int_equal(flow.report.fault.family, FAULT_NONE);
	fresh();
	play(xml_end, START REBOOT "D> T OK\n" END_OK "D> 00\ngone\n");
	assert_int_equal(flow.report.fault.family, FAULT_NONE);
	fresh();
	play(xml_end, START REBOOT "D> T OK\n" END_OK "silence\n");
	expect_fault(FAULT_STATION, 63, "still on the bus");
	fresh();
	play(xml_end, START REBOOT "D> T OK\n" END("ERR", "Unknown reboot action: X") "silence\n");
	expect_fault(FAULT_XML, XML_FAULT_OTHER, "Unknown reboot action");
}

static void boot_modes(void **state)
{
	(void)state;
	fresh();
	flow.io.end = FLOW_END_META;
	play(xml_end,
	     START HOST("SET-BOOT-MODE",
			"<mode>META</mode><connect_type>USB</connect_type>"
			"<mobile_log>OFF</mobile_log><adb>OFF</adb>") "D> T OK\n" END_OK START
		     HOST("REBOOT", "<action>IMMEDIATE</action>") "D> T OK\n" END_OK "gone\n");
	assert_int_equal(flow.report.fault.family, FAULT_NONE);
	fresh();
	flow.io.end = FLOW_END_TEST;
	play(xml_end, START HOST("SET-BOOT-MODE", "<mode>ANDROID-TEST-MODE</mode>") "D> T OK\n" END(
			      "ERR!UNSUPPORTED", "x"));
	expect_fault(FAULT_XML, XML_FAULT_UNSUPPORTED, "SET-BOOT-MODE");
}

#define SWITCH HOST("SWITCH-HIGHER-USB-SPEED", "")

static void speed_switches(void **state)
{
	(void)state;
	fresh();
	play(xml_switch, START SWITCH "D> T OK\n" END_OK "back 2001\n");
	expect_none();
	assert_int_equal(flow.arrival.pid, 0x2001);
	fresh();
	play(xml_switch, START SWITCH "D> T OK\ngone\nback 2001\n");
	expect_none();
	fresh();
	play(xml_switch, START SWITCH "D> T ERR!UNSUPPORTED\n" END("ERR!UNSUPPORTED", "x"));
	expect_none();
	fresh();
	play(xml_switch, START SWITCH "D> T OK\n" END_OK "silence\n");
	expect_fault(FAULT_STATION, 14, "did not come back");
}

#define PROPERTY                                                                                   \
	HOST("GET-SYS-PROPERTY", "<key>DA.SLA</key><target_file>property.xml</target_file>")       \
	"D> T OK\n" BRING(                                                                         \
		"property.xml") "H> T OK\nD> T OK@0x22\nH> T OK\nD> T OK\nH> T OK\n"               \
				"D> T <item key=\"DA.SLA\">ENABLED</item>\nH> T OK\n" END_OK
#define DEVICE_INFO(result)                                                                        \
	START HOST("SECURITY-GET-DEV-FW-INFO",                                                     \
		   "<target_file>device.xml</target_file>") "D> T OK\n" result
#define POLICY                                                                                     \
	START HOST(                                                                                \
		"SECURITY-SET-FLASH-POLICY",                                                       \
		"<source_file>policy.bin</source_file>") "D> T OK\n" DEVICE("DOWNLOAD-FILE",       \
									    "<checksum>CHK_NO</"   \
									    "checksum><info>SEC-"  \
									    "POLICY</info>"        \
									    "<source_file>policy." \
									    "bin</source_file>"    \
									    "<packet_length>"      \
									    "0x1000</"             \
									    "packet_length>") "H>" \
											      " T" \
											      " O" \
											      "K"  \
											      "\n" \
											      "H>" \
											      " T" \
											      " O" \
											      "K@" \
											      "0x" \
											      "3"  \
											      "\n" \
											      "D>" \
											      " T" \
											      " O" \
											      "K"  \
											      "\n" \
											      "H>" \
											      " T" \
											      " O" \
											      "K@" \
											      "0x" \
											      "0"  \
											      "\n" \
											      "D>" \
											      " T" \
											      " O" \
											      "K"  \
											      "\n" \
											      "H>" \
											      " F" \
											      "(3" \
											      ") " \
											      "61" \
											      " 6" \
											      "2 " \
											      "63" \
											      "\n" \
											      "D>" \
											      " T" \
											      " O" \
											      "K"  \
											      "\n"

static void locked_agents(void **state)
{
	static const struct flow_keys policy = {
		.da_sla = {(const uint8_t *)"abc", 3},
		.da_sla_name = "policy.bin",
	};
	static const struct flow_keys no_key = {
		.da_sla = {(const uint8_t *)"-----BEGIN RSA PRIVATE KEY-----\n", 32},
		.da_sla_name = "key.pem",
	};

	(void)state;
	fresh();
	play(xml_unlock, START PROPERTY);
	expect_fault(FAULT_STATION, 23, "names no da_sla file");
	assert_true(flow.report.fault.refused);
	assert_true(flow.report.facts.agent_locked);
	fresh();
	plan.keys = &policy;
	play(xml_unlock, START PROPERTY DEVICE_INFO(END_OK) POLICY END_OK);
	expect_none();
	assert_int_equal(flow.report.bytes_written, 0);
	fresh();
	plan.keys = &policy;
	play(xml_unlock,
	     START PROPERTY DEVICE_INFO(END_OK) POLICY END("ERR", "Server is not "
								  "authenticated") "silence\n");
	expect_fault(FAULT_XML, XML_FAULT_LOCKED, "policy.bin is not its owner's");
	fresh();
	plan.keys = &no_key;
	play(xml_unlock, START PROPERTY DEVICE_INFO(END_OK));
	expect_fault(FAULT_XML, XML_FAULT_LOCKED, "no random number");
}

/* da-xml.md 7.3: by name the agent says how long the partition is. */
static void read_by_name(void **state)
{
	(void)state;
	fresh();
	flow.io.name = "boot_a";
	flow.io.sink = sink;
	play(xml_upload,
	     START HOST(
		     "READ-PARTITION",
		     "<partition>boot_a</partition>"
		     "<target_file>read.bin</target_file>") "D> T OK\n" BRING("read.bin") "H> T "
											  "OK\nD> "
											  "T "
											  "OK@"
											  "0x000000"
											  "00000000"
											  "05\nH> "
											  "T OK\n"
											  "D> T "
											  "OK@"
											  "0x0\nH> "
											  "T "
											  "OK\nD> "
											  "F(3) 01 "
											  "02 "
											  "03\nH> "
											  "T OK\n"
											  "D> T "
											  "OK@"
											  "0x0\nH> "
											  "T "
											  "OK\nD> "
											  "F(2) 04 "
											  "05\nH> "
											  "T "
											  "OK"
											  "\n" END_OK);
	expect_none();
	assert_int_equal(flow.io.length, 5);
	assert_int_equal(sunk, 5);
}

#define SIMPLE(command, arg) START HOST(command, arg) "D> T OK\n" END_OK
#define UNKNOWN(command, arg)                                                                      \
	START HOST(command, arg) "D> T ERR!UNSUPPORTED\n" END("ERR!UNSUPPORTED", "x")
#define ABILITIES                                                                                  \
	"<host_capability>CMD:DOWNLOAD-FILE^1@CMD:FILE-SYS-OPERATION^1@"                           \
	"CMD:PROGRESS-REPORT^1@CMD:UPLOAD-FILE^1@</host_capability>"
/* As an agent begins that knows only what it must. */
#define FIRST_STAGE                                                                                \
	START "H> T OK\nH> X "                                                                     \
	      "<da><version>1.1</version><command>CMD:SET-RUNTIME-PARAMETER</command>"             \
	      "<arg><checksum_level>USB</checksum_level><battery_exist>AUTO-DETECT</"              \
	      "battery_exist>"                                                                     \
	      "<da_log_level>INFO</da_log_level><log_channel>UART</log_channel>"                   \
	      "<system_os>LINUX</system_os></arg><adv><initialize_dram>YES</initialize_dram></"    \
	      "adv>"                                                                               \
	      "</da>\nD> T OK\n" END_OK UNKNOWN("HOST-SUPPORTED-COMMANDS", ABILITIES)              \
		      SIMPLE("NOTIFY-INIT-HW", "")                                                 \
			      UNKNOWN("SET-HOST-INFO", "<info>flashrack</info>")
#define BOOT_TO                                                                                    \
	START HOST("BOOT-TO",                                                                      \
		   "<at_address>0x40000000</at_address><jmp_address>0x40000000</jmp_address>"      \
		   "<source_file>MEM://0x40000000:0x3</source_file>")
#define RAM_TEST                                                                                   \
	START HOST("RAM-TEST", "<function>FLIP</function>"                                         \
			       "<start_address>0x40000000</start_address><length>MAX</length>")

static void play_start(enum flow_operation operation, const char *text)
{
	fresh();
	plan.operation = operation;
	play(xml_start, text);
}

/* The DRAM test is the first stage's, before the second one lies in DRAM. */
static void memory_test_before_the_second_stage(void **state)
{
	(void)state;
	play_start(FLOW_MEMTEST,
		   FIRST_STAGE RAM_TEST "D> T OK\n" DEVICE(
			   "PROGRESS-REPORT",
			   "<message>RAM test.</message>") "H> T OK\nD> T OK!PROGRESS@50@\nH> T "
							   "OK\nD> T OK!EOT\nH> T OK\n" END_OK
								   BOOT_TO);
	assert_int_equal(flow.report.fault.family, FAULT_NONE);
	assert_true(flow.xml.ram_tested);
	play_start(FLOW_MEMTEST, FIRST_STAGE RAM_TEST
		   "D> T OK\n" END("ERR", "RAM test failed. 0xc004000a") "silence\n");
	expect_fault(FAULT_FLASHTOOL, 4048, "RAM test failed");
	play_start(FLOW_MEMTEST, FIRST_STAGE RAM_TEST
		   "D> T ERR!UNSUPPORTED\n" END("ERR!UNSUPPORTED", "x") BOOT_TO);
	assert_int_equal(flow.report.fault.family, FAULT_NONE);
	assert_false(flow.xml.ram_tested);
}

/* Some first stages do not know BOOT-TO before they are authorised (da-xml.md 4). */
static void first_stages_that_are_locked(void **state)
{
	(void)state;
	play_start(FLOW_DOWNLOAD, FIRST_STAGE BOOT_TO
		   "D> T ERR!UNSUPPORTED\n" END("ERR!UNSUPPORTED", "x") START PROPERTY);
	expect_fault(FAULT_STATION, 23, "names no da_sla file");
}

/* 2023 says it in words, 2025 by the status alone; both are the agent file's fault. */
static void second_stages_that_do_not_fit(void **state)
{
	(void)state;
	play_start(
		FLOW_DOWNLOAD, FIRST_STAGE BOOT_TO
		"D> T OK\n" END("ERR", "DA Hash mismatch. Check these: unstable DRAM") "silence\n");
	expect_fault(FAULT_XFLASH, 0xC0070004, "Hash mismatch");
	play_start(FLOW_DOWNLOAD,
		   FIRST_STAGE BOOT_TO "D> T OK\n" END("ERR", "code=0xc0070004") "silence\n");
	expect_fault(FAULT_XFLASH, 0xC0070004, "0xc0070004");
}

static int set_up(void **state)
{
	const struct pack_options options = {.emi_version = 35};

	(void)state;
	pack_make(&pack, &options);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pack_free(&pack);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ways_to_leave),
		cmocka_unit_test(boot_modes),
		cmocka_unit_test(speed_switches),
		cmocka_unit_test(locked_agents),
		cmocka_unit_test(read_by_name),
		cmocka_unit_test(memory_test_before_the_second_stage),
		cmocka_unit_test(first_stages_that_are_locked),
		cmocka_unit_test(second_stages_that_do_not_fit),
	};

	return cmocka_run_group_tests_name("xml-verbs", tests, set_up, tear_down);
}
