/*
 * XML agents that do not keep to the usual: every message may come at any place, names are not
 * ours, lengths lie, documents are broken. The conversation answers, or the run fails with a
 * reason.
 */
#include "tests/unit/check.h"

#include "engine/xml/tables.h"
#include "engine/xml/words.h"
#include "engine/xml/xml.h"
#include "tests/lib/pack.h"
#include "tests/lib/replay.h"
#include "tests/unit/xml_agent.h"

#define ERASE                                                                                      \
	HOST("ERASE-FLASH",                                                                        \
	     "<partition>EMMC-USER</partition><offset>0x0</offset><length>0x200</length>")
#define READ                                                                                       \
	HOST("READ-FLASH", "<partition>EMMC-USER</partition><offset>0x0</offset>"                  \
			   "<length>0x8</length><target_file>read.bin</target_file>")
#define WRITE HOST("WRITE-PARTITION", "<partition>lk</partition><source_file>lk.img</source_file>")
#define FILE_ASK(key, name)                                                                        \
	DEVICE("FILE-SYS-OPERATION", "<key>" key "</key><file_path>" name "</file_path>")          \
	"H> T OK\n"
/* An END as agents of 2025 send it. */
#define END_2025                                                                                   \
	"D> X <host><version>1.0</version><command>CMD:END</command><arg><result>ERR</result>"     \
	"<message>storage failure, response_value=NAK, code=0xc0040030</arg></host>\nH> T OK\n"

static struct pack pack;
static struct flow flow;
static struct flow_plan plan;
static struct flow_action action;
static uint8_t image[0x1804];
static struct wire_sums sums;
static uint64_t sunk;

static enum verdict sink(struct flow *f, uint64_t at, struct slice bytes)
{
	(void)f;
	assert_int_equal(at, sunk);
	sunk += bytes.n;
	return bytes.p[0] == 0xEE ? STEP_LEAVE : STEP_NEXT;
}

static void fresh(void)
{
	memset(&flow, 0, sizeof flow);
	plan = (struct flow_plan){.package = &pack.package, .end = FLOW_END_REBOOT};
	flow.report.facts.storage.kind = STORAGE_EMMC;
	flow.report.facts.storage.block = 512;
	flow.io.region = REGION_USER;
	flow.io.length = 0x200;
	sunk = 0;
}

/* Play a verb that is not the last thing of the run: what comes after a failure is seen, too. */
static void play(const struct step *table, const char *text)
{
	const struct replay_blob blobs[] = {
		{"all", {image, sizeof image}},
		{"first", {image, 0x1000}},
		{"rest", {image + 0x1000, 0x804}},
		{"few", {image, 300}},
		{NULL, {NULL, 0}},
	};
	struct replay r = {.name = "agent", .text = text, .blobs = blobs};

	replay_verb(&flow, &plan, table, &action);
	flow.verbs = &xml_verbs;
	flow.phase = FLOW_LAST_PHASE - 1;
	if (!replay_run(&r, &flow, &action))
		fail_msg("%s", r.error);
}

static void play_read(const char *text)
{
	fresh();
	flow.io.length = 8;
	flow.io.sink = sink;
	play(xml_read, text);
}

static void play_write(const char *text)
{
	fresh();
	flow.io.name = "lk";
	flow.io.image = (struct slice){image, sizeof image};
	flow.io.sums = &sums;
	flow.io.length = sizeof image;
	play(xml_download, text);
}

static void play_erase(const char *text)
{
	fresh();
	play(xml_format, text);
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

static void start_is_asked_again(void **state)
{
	(void)state;
	play_erase(START ERASE START ERASE "D> T OK\n" END_OK);
	expect_none();
}

static void endless_starts_are_given_up_on(void **state)
{
	static char text[32 * (sizeof START + sizeof ERASE)];

	(void)state;
	text[0] = '\0';
	for (int i = 0; i < 17; i++)
		strcat(strcat(text, START), ERASE);
	strcat(text, START);
	play_erase(text);
	expect_fault(FAULT_XML, XML_FAULT_NO_END, "ERASE-FLASH had no end");
}

static void an_end_may_be_left_over(void **state)
{
	(void)state;
	play_erase(END("ERR", "from before") START ERASE "D> T OK\n" END("OK", "Unsupported "
									       "command."));
	expect_none();
	assert_string_equal(flow.xml.message, "");
}

static void an_end_in_place_of_start_is_the_reason(void **state)
{
	(void)state;
	play_erase(END("ERR", "DA version too old, code=0xc0070001") "silence\n");
	expect_fault(FAULT_XFLASH, 0xC0070001, "too old");
	play_erase("silence\n");
	expect_fault(FAULT_STATION, 15, "CMD:START");
}

static void nuls_are_counted_by_nobody(void **state)
{
	(void)state;
	play_erase(START ERASE "D> F(2) 4F 4B\n" END_OK);
	expect_none();
	play_erase(START ERASE "D> F(4) 4F 4B 00 00\n" END_OK);
	expect_none();
}

static void log_frames_come_between_all(void **state)
{
#define LOG "D> EF EE EE FE 02 00 00 00 06 00 00 00 01 00 00 00 6C 6F\n"
	(void)state;
	play_read(LOG START READ LOG LOG "D> T OK\n" LOG BRING(
		"read.bin") "H> T OK\n" LOG "D> T OK@0x8\nH> T OK\n" LOG
			    "D> T OK@0x0\nH> T OK\n" LOG
			    "D> F(8) 01 02 03 04 05 06 07 08\nH> T OK\n" LOG END_OK);
	expect_none();
	assert_int_equal(sunk, 8);
}

static void requests_that_no_host_knows(void **state)
{
	(void)state;
	play_erase(START ERASE "D> T OK\n" DEVICE("SELF-DESTRUCT", ""));
	expect_fault(FAULT_XML, XML_FAULT_OUT_OF_STEP, "SELF-DESTRUCT");
	play_erase(START ERASE
		   "D> T OK\nD> X <host><version>2.0</version><command>CMD:END</command></host>\n");
	expect_fault(FAULT_XML, XML_FAULT_OUT_OF_STEP, "version 2.0");
	play_erase(START ERASE "D> T OK\n" START);
	expect_fault(FAULT_XML, XML_FAULT_NO_END, "no end");
}

/* Nothing but the command's own token can be fetched, brought, or asked about. */
static void names_that_are_not_ours(void **state)
{
	(void)state;
	play_write(START WRITE
		   "D> T OK\n" FETCH("CHK_NO", "../../etc/passwd", "0x1000") "H> T ERR\n" FETCH(
			   "CHK_NO", "lk.img2",
			   "0x1000") "H> T ERR\n" END("ERR", "cannot open") "silence\n");
	expect_fault(FAULT_XML, XML_FAULT_OTHER, "cannot open");
	assert_int_equal(flow.report.bytes_written, 0);
	play_read(START READ "D> T OK\n" BRING("/tmp/x") "H> T ERR\n" FETCH(
		"CHK_NO", "read.bin", "0x1000") "H> T ERR\n" END("ERR",
								 "cannot write") "silence\n");
	expect_fault(FAULT_XML, XML_FAULT_OTHER, "cannot write");
	play_erase(START ERASE "D> T OK\n" FETCH("CHK_NO", "", "0x1000") "H> T ERR\n" BRING(
		"") "H> T ERR\n" FILE_ASK("FILE-SIZE", "") "H> T ERR\n" END_OK);
	expect_none();
}

static void questions_about_files(void **state)
{
	(void)state;
	play_write(
		START WRITE
		"D> T OK\n" FILE_ASK("EXISTS", "lk.sig") "H> T OK@NOT-EXISTS\n" FILE_ASK("EXISTS", "lk-verified.img") "H> T OK@NOT-EXISTS\n" FILE_ASK("exists", "lk.img") "H> T OK@EXISTS\n" FILE_ASK(
			"FILE-SIZE",
			"lk.img") "H> T OK@0x1804\n" FILE_ASK("FILE-SIZE",
							      "lk.sig") "H> T ERR\n" FILE_ASK("MKDI"
											      "R",
											      "lk."
											      "img") "H> T ERR\n" FILE_ASK("REMOVE-ALL",
															   "/") "H> T ERR\n" FETCH("CHK_NO",
																		   "lk.img",
																		   "0x2000") "H> T OK\nH> T OK@0x1804\nD> T OK\n"
																			     "H> T OK@0x0\nD> T OK\nH> F(<all>) <all>\nD> T OK@0x0\n" END_OK);
	expect_none();
	assert_int_equal(flow.report.bytes_written, sizeof image);
}

static void packets_of_odd_lengths(void **state)
{
	(void)state;
	/* 0x1FFF: sums are kept for each 4 KiB, shorter packets are welcome. */
	play_write(START WRITE "D> T OK\n" FETCH(
		"CHK_ADD", "lk.img", "0x1FFF") "H> T OK\nH> T OK@0x1804\nD> T OK\nH> T OK@0x0\nD> "
					       "T OK\nH> F(<first>) <first>\n"
					       "D> T OK@0x0\nH> T OK@0x7\nD> T OK\nH> F(<rest>) "
					       "<rest>\nD> T OK@0x0\n" END_OK);
	expect_none();
	play_write(START WRITE "D> T OK\n" FETCH(
		"CHK_ADD", "lk.img",
		"300") "H> T OK\nH> T OK@0x1804\nD> T OK\nH> T OK@0x0\nD> T OK\nH> F(300) <few>\n");
	assert_int_equal(flow.report.fault.family, FAULT_NONE);
	play_write(START WRITE "D> T OK\n" FETCH("CHK_NO", "lk.img", "0"));
	expect_fault(FAULT_XML, XML_FAULT_OUT_OF_STEP, "packet length");
	play_write(START WRITE "D> T OK\n" FETCH("CHK_MD5", "lk.img", "0x1000"));
	expect_fault(FAULT_XML, XML_FAULT_OUT_OF_STEP, "CHK_MD5");
}

static void a_file_fetched_twice_counts_once(void **state)
{
	(void)state;
	play_write(START WRITE "D> T OK\n" FETCH(
		"CHK_NO", "lk.img",
		"0x1000") "H> T OK\nH> T OK@0x1804\nD> T OK\nH> T OK@0x0\nD> T OK\nH> F(<first>) "
			  "<first>\n"
			  "D> T OK@0x0\nH> T OK@0x0\n" FETCH(
				  "CHK_NO", "lk.img",
				  "0x2000") "H> T OK\nH> T OK@0x1804\nD> T OK\nH> T OK@0x0\nD> T "
					    "OK\nH> F(<all>) <all>\n"
					    "D> T OK@0x0\n" END_OK);
	expect_none();
	assert_int_equal(flow.report.bytes_written, sizeof image);
	assert_int_equal(flow.report.parts[0].bytes, sizeof image);
}

static void a_file_brought_twice_is_refused(void **state)
{
	(void)state;
	play_read(START READ
		  "D> T OK\n" BRING("read.bin") "H> T OK\nD> T OK@0x8\nH> T OK\nD> T OK\nH> T OK\n"
						"D> F(4) 01 02 03 04\nH> T OK\n" BRING("read.bin"));
	expect_fault(FAULT_XML, XML_FAULT_OUT_OF_STEP, "second time");
	assert_int_equal(sunk, 4);
}

static void done_without_the_file_is_not_done(void **state)
{
	(void)state;
	play_write(START WRITE "D> T OK\n" END_OK);
	expect_fault(FAULT_XML, XML_FAULT_OUT_OF_STEP, "0 of 6148 bytes");
	play_read(START READ "D> T OK\n" END_OK);
	expect_fault(FAULT_XML, XML_FAULT_OUT_OF_STEP, "0 of 8 bytes");
}

static void lengths_that_lie(void **state)
{
	(void)state;
	play_read(START READ "D> T OK\n" BRING("read.bin") "H> T OK\nD> T OK@0x9\n");
	expect_fault(FAULT_XML, XML_FAULT_OUT_OF_STEP, "8 bytes were asked for");
	play_read(START READ "D> T OK\n" BRING("read.bin") "H> T OK\nD> T OK\n");
	expect_fault(FAULT_XML, XML_FAULT_OUT_OF_STEP, "no length");
	play_read(START READ "D> T OK\n" BRING(
		"read.bin") "H> T OK\nD> T OK@0x8\nH> T OK\nD> T OK\nH> T OK\nD> F(9) 01\n");
	expect_fault(FAULT_XML, XML_FAULT_FRAME, "more or less data");
	play_read(START READ "D> T OK\n" BRING(
		"read.bin") "H> T OK\nD> T OK@0x8\nH> T OK\nD> T OK\nH> T OK\nD> F(0)\n");
	expect_fault(FAULT_XML, XML_FAULT_FRAME, "more or less data");
	play_erase(START ERASE "D> F(0x20000)\n");
	expect_fault(FAULT_XML, XML_FAULT_FRAME, "that long");
	play_erase("D> EF EE EE FF 01 00 00 00 66 00 00 00\n");
	expect_fault(FAULT_XML, XML_FAULT_FRAME, "EF EE EE FF");
}

static void a_sink_that_has_seen_enough(void **state)
{
	(void)state;
	play_read(START READ "D> T OK\n" BRING(
		"read.bin") "H> T OK\nD> T OK@0x8\nH> T OK\nD> T OK\nH> T OK\nD> F(4) EE 01 02 03\n"
			    "H> T ERR!CANCEL\n" END("ERR", "Host Notify error.") START);
	assert_int_equal(flow.report.fault.family, FAULT_NONE);
	/* Nothing is left to cancel after the last packet. */
	play_read(START READ "D> T OK\n" BRING(
		"read.bin") "H> T OK\nD> T OK@0x8\nH> T OK\nD> T OK\nH> T OK\n"
			    "D> F(8) EE 01 02 03 04 05 06 07\nH> T OK\n" END_OK);
	expect_none();
}

static void progress_lines_of_any_form(void **state)
{
	(void)state;
	play_erase(START ERASE "D> T OK\n" DEVICE(
		"PROGRESS-REPORT",
		"<message>x</message>") "H> T OK\nD> T OK!PROGRESS@30\nH> T OK\nD> T "
					"OK!PROGRESS@999@x\nH> T OK\n"
					"D> T OK!PROGRESS\nH> T OK\nD> T OK!CONTINUE\nH> T OK\nD> "
					"T OK!EOT\nH> T OK\n" DEVICE(
						"PROGRESS-REPORT",
						"") "H> T OK\nD> T OK!EOT\nH> T OK\n" END_OK);
	expect_none();
	assert_int_equal(flow.io.percent, 100);
}

static void commands_this_build_does_not_know(void **state)
{
	(void)state;
	play_erase(START ERASE
		   "D> T ERR!UNSUPPORTED\n" END("ERR!UNSUPPORTED", "Unsupported command.")
			   START HOST("REBOOT", "<action>IMMEDIATE</action>"));
	expect_fault(FAULT_XML, XML_FAULT_UNSUPPORTED, "ERASE-FLASH");
}

/* The agents of 2025 stop after an END ERR: the unit can not be told to end. */
static void a_loop_that_was_left(void **state)
{
	(void)state;
	play_erase(START ERASE "D> T OK\n" END_2025 "silence\n");
	expect_fault(FAULT_XFLASH, 0xC0040030, "storage failure");
	assert_false(flow.agent_idle);
	assert_int_equal(action.what, FLOW_FINISH);
}

static void strays_are_counted(void **state)
{
	static char text[4096];

	(void)state;
	strcpy(text, START ERASE "D> T OK\n");
	for (int i = 0; i < 16; i++)
		strcat(text, "D> T OK@0x0\n");
	strcat(text, END_OK);
	play_erase(text);
	expect_none();
	strcpy(text, START ERASE "D> T OK\n");
	for (int i = 0; i < 17; i++)
		strcat(text, i % 2 ? "D> T hello\n" : "D> X <host></host>\n");
	play_erase(text);
	expect_fault(FAULT_XML, XML_FAULT_OUT_OF_STEP, "out of step");
}

static void silence_has_its_reason(void **state)
{
	(void)state;
	play_erase(START ERASE "D> T OK\nsilence\n");
	expect_fault(FAULT_XML, XML_FAULT_NO_END, "ERASE-FLASH");
	play_erase(START ERASE "silence\n");
	expect_fault(FAULT_XML, XML_FAULT_NO_END, "within 5000 ms");
}

static int set_up(void **state)
{
	const struct pack_options options = {.emi_version = 35};

	(void)state;
	pack_make(&pack, &options);
	image[0x1800] = 7; /* the sum of the second packet */
	return wire_sums_make(&sums, (struct slice){image, sizeof image});
}

static int tear_down(void **state)
{
	(void)state;
	wire_sums_free(&sums);
	pack_free(&pack);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_is_asked_again),
		cmocka_unit_test(endless_starts_are_given_up_on),
		cmocka_unit_test(an_end_may_be_left_over),
		cmocka_unit_test(an_end_in_place_of_start_is_the_reason),
		cmocka_unit_test(nuls_are_counted_by_nobody),
		cmocka_unit_test(log_frames_come_between_all),
		cmocka_unit_test(requests_that_no_host_knows),
		cmocka_unit_test(names_that_are_not_ours),
		cmocka_unit_test(questions_about_files),
		cmocka_unit_test(packets_of_odd_lengths),
		cmocka_unit_test(a_file_fetched_twice_counts_once),
		cmocka_unit_test(a_file_brought_twice_is_refused),
		cmocka_unit_test(done_without_the_file_is_not_done),
		cmocka_unit_test(lengths_that_lie),
		cmocka_unit_test(a_sink_that_has_seen_enough),
		cmocka_unit_test(progress_lines_of_any_form),
		cmocka_unit_test(commands_this_build_does_not_know),
		cmocka_unit_test(a_loop_that_was_left),
		cmocka_unit_test(strays_are_counted),
		cmocka_unit_test(silence_has_its_reason),
	};

	return cmocka_run_group_tests_name("xml-talk", tests, set_up, tear_down);
}
