/* Frames, documents and the life of a command (da-xml.md sections 1 and 2). */
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/xml/rig_xml.h"

static struct rig *first_stage(void **state)
{
	rig_xml_agent1(*state);
	rig_xml_say(*state, "OK");
	return *state;
}

static void header(struct rig *rig, uint32_t magic, uint32_t type, uint32_t length)
{
	uint8_t bytes[12];

	put_le32(bytes, magic);
	put_le32(bytes + 4, type);
	put_le32(bytes + 8, length);
	assert_int_equal(rig_out(rig, bytes, sizeof bytes), 0);
}

static void expect_lost(struct rig *rig)
{
	rig_expect_silence(rig, 300);
	header(rig, 0xFEEEEEEF, 1, 3);
	rig_expect_silence(rig, 300);
}

/* ---- frames ---- */

static void emu_one_nul_none_or_two(void **state)
{
	static const char info[] =
		RIG_XML_PROLOG "<da><version>1.0</version><command>CMD:SET-HOST-INFO</command>"
			       "<arg><info>me</info></arg></da>\0";
	struct rig *rig = first_stage(state);

	for (size_t behind = 0; behind <= 2; behind++) {
		rig_frame(rig, info, strlen(info) + behind);
		rig_xml_play(rig, "D> OK\n D> END OK\n");
		rig_frame(rig, "OK\0", 2 + behind);
		rig_xml_play(rig, "D> START\n");
		rig_frame(rig, "OK\0", 2 + behind);
	}
}

static void emu_type_of_a_frame_is_not_looked_at(void **state)
{
	struct rig *rig = *state;

	rig_xml_agent1(rig);
	header(rig, 0xFEEEEEEF, 77, 3);
	assert_int_equal(rig_out(rig, "OK", 3), 0);
	rig_xml_play(rig, "H> CMD:SET-HOST-INFO|info=x\n D> OK\n D> END OK\n");
}

static void header_and_payload_apart(void **state)
{
	struct rig *rig = first_stage(state);
	char got[512];

	rig_xml_play(rig, "H> CMD:SET-HOST-INFO|info=x\n");
	assert_int_equal(rig_in(rig, got, sizeof got, 100), 12);
	assert_int_equal(rig_in(rig, got, sizeof got, 100), 3);
	assert_int_equal(rig_in(rig, got, sizeof got, 100), 12);
	assert_int_equal(rig_in(rig, got, sizeof got, 100), 0x95);
}

static void emu_bad_magic_for_a_command(void **state)
{
	struct rig *rig = first_stage(state);

	header(rig, 0xFEEEEEEE, 1, 3);
	rig_xml_play(rig, "D> ERR\n D> START\n H> OK\n"
			  "H> CMD:SET-HOST-INFO|info=x\n D> OK\n D> END OK\n");
}

static void emu_command_above_the_buffer_ends_the_agent(void **state)
{
	static uint8_t document[2049];
	struct rig *rig = first_stage(state);

	memset(document, 'x', sizeof document);
	header(rig, 0xFEEEEEEF, 1, sizeof document);
	rig_submit(rig, false, document, sizeof document);
	rig_xml_play(rig, "D> ERR\n D> START\n");
	rig_expect_silence(rig, 300); /* what was not read was the acknowledgement's header */
}

static void first_stage_takes_2048_bytes(void **state)
{
	static char text[2048];
	struct rig *rig = first_stage(state);
	int n = snprintf(text, sizeof text,
			 RIG_XML_PROLOG "<da><version>1.0</version><command>CMD:SET-HOST-INFO"
					"</command><arg><info>");

	memset(text + n, 'x', sizeof text - (size_t)n);
	strcpy(text + sizeof text - 25, "</info></arg></da>");
	memset(text + sizeof text - 6, ' ', 5);
	rig_frame(rig, text, sizeof text);
	rig_xml_play(rig, "D> OK\n D> END OK\n");
}

static void emu_long_reply_line_ends_the_command(void **state)
{
	static uint8_t line[65];
	struct rig *rig = first_stage(state);

	rig_xml_play(rig, "H> CMD:NOTIFY-INIT-HW\n D> OK\n D> PROGRESS init-hw\n");
	header(rig, 0xFEEEEEEF, 1, sizeof line);
	rig_submit(rig, false, line, sizeof line);
	rig_xml_play(rig, "D> END ERR|Protocol error. Result string length bigger than 64.\n");
	expect_lost(rig);
}

static void emu_long_reply_line_among_packets(void **state)
{
	static uint8_t line[65];
	struct rig *rig = first_stage(state);

	rig_xml_play(rig, "H> CMD:BOOT-TO|at_address=0x40000000|jmp_address=0x40000000|"
			  "source_file=a\n"
			  "D> OK\n D> DOWNLOAD CHK_NO|2nd-DA|a|0x1000\n H> OK\n H> OK@0x2000\n"
			  "D> OK\n");
	header(rig, 0xFEEEEEEF, 1, sizeof line);
	rig_submit(rig, false, line, sizeof line);
	rig_xml_play(rig, "D> ERR\n"
			  "D> END ERR|Protocol error. Result string length bigger than 64."
			  "Host Notify error.\n");
	expect_lost(rig);
}

static void log_frames_between_flow_frames(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[512];
	int n;

	rig->config.log_frames = true;
	rig->config.chip = chip_by_name("MT6835");
	rig_plug(rig);
	rig_wake(rig);
	rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
	rig_play(rig, "H> D5\n D> D5\n H> 00 20 00 00\n D> 00 20 00 00\n D> 00 00\n");
	n = rig_in(rig, bytes, sizeof bytes, 1000); /* priority in the header's write */
	assert_int_equal(n, 16);
	assert_int_equal(get_le32(bytes + 4), 2);
	assert_int_equal(get_le32(bytes + 12), 1);
	assert_int_equal(rig_in(rig, bytes, sizeof bytes, 100), get_le32(bytes + 8) - 4);
	rig_xml_play(rig, "D> START\n");
}

/* ---- documents ---- */

static void unsupported(struct rig *rig, const char *document)
{
	rig_xml_say(rig, document);
	rig_xml_play(rig, "D> ERR!UNSUPPORTED\n D> END ERR!UNSUPPORTED|Unsupported command.\n"
			  "H> OK\n D> START\n H> OK\n");
}

static void emu_prolog_is_mandatory(void **state)
{
	struct rig *rig = first_stage(state);

	unsupported(rig, "<da><version>1.0</version><command>CMD:SET-HOST-INFO</command></da>");
}

static void emu_malformed_or_without_name_or_version(void **state)
{
	struct rig *rig = first_stage(state);

	unsupported(rig, RIG_XML_PROLOG "<da><version>1.0</version><command>CMD:SET-HOST-INFO");
	unsupported(rig, RIG_XML_PROLOG "<da><command>CMD:SET-HOST-INFO</command></da>");
	unsupported(rig, RIG_XML_PROLOG "<da><version>1.0</version></da>");
	unsupported(rig, RIG_XML_PROLOG "<host><version>1.0</version>"
					"<command>CMD:SET-HOST-INFO</command></host>");
	unsupported(rig, "");
}

static void emu_major_version_counts(void **state)
{
	struct rig *rig = first_stage(state);
	static const char *const good[] = {"1", "1.0", "1.9"};

	for (size_t i = 0; i < 3; i++)
		rig_xml_play(rig,
			     "H> CMD:SET-HOST-INFO/%s|info=x\n D> OK\n D> END OK|*\n H> OK\n"
			     "D> START\n H> OK\n",
			     good[i]);
	rig_xml_play(rig, "H> CMD:SET-HOST-INFO/2.0|info=x\n D> ERR!UNSUPPORTED\n");
}

static void emu_names_ignore_case_and_keep_blanks(void **state)
{
	struct rig *rig = first_stage(state);

	rig_xml_play(rig, "H> CMD:set-Host-info|info=x\n D> OK\n D> END OK\n H> OK\n D> START\n"
			  "H> OK\n");
	unsupported(rig, RIG_XML_PROLOG "<da><version>1.0</version>"
					"<command> CMD:SET-HOST-INFO </command></da>");
	unsupported(rig, RIG_XML_PROLOG "<da><version>1.0</version>"
					"<command>SET-HOST-INFO</command></da>");
	rig_xml_say(rig, RIG_XML_PROLOG "\n<da>\n  <version>1.0</version>\n"
					"  <command>CMD:SET-HOST-INFO</command>\n</da>\n");
	rig_xml_play(rig, "D> OK\n D> END OK|*\n");
}

static void emu_missing_argument(void **state)
{
	struct rig *rig = first_stage(state);

	rig_xml_play(rig, "H> CMD:BOOT-TO|at_address=0x40000000|jmp_address=0x40000000\n D> OK\n"
			  "D> END ERR|Required XML node path not found. Check command string.\n"
			  "H> OK\n D> START\n H> OK\n"
			  "H> CMD:SET-HOST-INFO\n D> OK\n D> END OK|*\n");
}

static void file_names_are_escaped(void **state)
{
	struct rig *rig = first_stage(state);

	rig_xml_play(rig,
		     "H> CMD:BOOT-TO|at_address=0x40000000|jmp_address=0x40000000|"
		     "source_file=C:/a &amp; b/&lt;x&gt; &quot;y&quot;.bin\n"
		     "D> OK\n"
		     "D> DOWNLOAD CHK_NO|2nd-DA|C:/a &amp; b/&lt;x&gt; &quot;y&quot;.bin|0x1000"
		     "\n");
}

/* ---- life of a command ---- */

static void start_comes_again_until_ok(void **state)
{
	struct rig *rig = *state;

	rig_xml_agent1(rig);
	rig_xml_play(rig, "H> ERR\n D> START\n H> \xC3\x9F\n D> START\n H> OKAY\n"
			  "H> CMD:SET-HOST-INFO|info=x\n D> OK\n D> END OK\n");
}

static void emu_message_of_an_earlier_failure_stays(void **state)
{
	struct rig *rig = first_stage(state);

	rig_xml_play(rig, "H> CMD:MAKE-TEA\n D> ERR!UNSUPPORTED\n"
			  "D> END ERR!UNSUPPORTED|Unsupported command.\n H> OK\n D> START\n H> OK\n"
			  "H> CMD:SET-HOST-INFO|info=x\n D> OK\n"
			  "D> END OK|Unsupported command.\n");
}

static void message_is_empty_in_other_builds(void **state)
{
	struct rig *rig = *state;

	rig->config.xml_build = XML_SOURCE;
	first_stage(state);
	rig_xml_play(rig, "H> CMD:MAKE-TEA\n D> ERR!UNSUPPORTED\n"
			  "D> END ERR!UNSUPPORTED|Unsupported command.\n H> OK\n D> START\n H> OK\n"
			  "H> CMD:SET-HOST-INFO|info=x\n D> OK\n D> END OK\n");
}

static void emu_2023_works_on_after_end_err(void **state)
{
	struct rig *rig = first_stage(state);

	rig_xml_play(rig, "H> CMD:BOOT-TO\n D> OK\n D> END ERR|*\n H> OK\n D> START\n");
}

static void loop_is_left_after_end_err(struct rig *rig, enum xml_build build)
{
	rig->config.xml_build = build;
	rig_xml_agent1(rig);
	rig_xml_play(rig,
		     "H> OK\n"
		     "H> CMD:MAKE-TEA\n D> ERR!UNSUPPORTED\n D> END ERR!UNSUPPORTED|*\n H> OK\n"
		     "D> START\n H> OK\n"
		     "H> CMD:BOOT-TO\n D> OK\n D> END ERR|*\n H> OK\n");
	rig_expect_silence(rig, 3000);
}

static void emu_2025_leaves_the_loop_after_end_err(void **state)
{
	loop_is_left_after_end_err(*state, XML_2025);
}

static void source_leaves_the_loop_after_end_err(void **state)
{
	loop_is_left_after_end_err(*state, XML_SOURCE);
}

static void emu_2025_end_err_is_not_well_formed(void **state)
{
	struct rig *rig = *state;

	rig->config.xml_build = XML_2025;
	first_stage(state);
	rig_xml_play(rig, "H> CMD:BOOT-TO\n D> OK\n");
	assert_string_equal(
		rig_xml_hear(rig), RIG_XML_PROLOG
		"<host><version>1.0</version><command>CMD:END</command><arg><result>ERR</result>"
		"<message>Required XML node path not found. Check command string., "
		"response_value=NAK, code=0xc0010001</arg></host>");
}

static void emu_end_is_acknowledged_by_anything(void **state)
{
	struct rig *rig = first_stage(state);

	rig_xml_play(rig, "H> CMD:SET-HOST-INFO|info=x\n D> OK\n D> END OK\n");
	rig_expect_silence(rig, 3000); /* a missing one hangs the agent */
	rig_xml_play(rig, "H> ERR\n D> START\n");
}

/* ---- an agent that can not work ---- */

static void rejected_version_ends_every_command(void **state)
{
	struct rig *rig = *state;

	rig->config.da_rejected = true;
	first_stage(state);
	for (int i = 0; i < 2; i++)
		rig_xml_play(rig, "H> CMD:SET-HOST-INFO|info=x\n D> OK\n"
				  "D> END ERR|DA version is not accepted by this device. "
				  "0xc0070001\n H> OK\n D> START\n H> OK\n");
	rig_xml_play(rig, "H> CMD:MAKE-TEA\n D> ERR!UNSUPPORTED\n");
}

static void missing_storage_ends_every_command(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "storage-dead");
	first_stage(state);
	rig_xml_play(rig,
		     "H> CMD:GET-HW-INFO|target_file=a\n D> OK\n"
		     "D> END ERR|No storage device was found. 0xc0040009\n H> OK\n D> START\n");
}

static void rejected_2025_sends_an_end_nobody_asked_for(void **state)
{
	struct rig *rig = *state;

	rig->config.da_rejected = true;
	rig->config.xml_build = XML_2025;
	rig->config.chip = chip_by_name("MT6835");
	rig_plug(rig);
	rig_wake(rig);
	rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
	rig_play(rig, "H> D5\n D> D5\n H> 00 20 00 00\n D> 00 20 00 00\n D> 00 00\n");
	rig_xml_play(rig, "D> END ERR|*\n");
	rig_expect_silence(rig, 3000);
}

static void a_status_fault_fails_the_command(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "status=C0010001@step:init-hw");
	first_stage(state);
	rig_xml_play(rig, "H> CMD:NOTIFY-INIT-HW\n D> OK\n"
			  "D> END ERR|Command failed. 0xc0010001\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(emu_one_nul_none_or_two),
		RIG_TEST(emu_type_of_a_frame_is_not_looked_at),
		RIG_TEST(header_and_payload_apart),
		RIG_TEST(emu_bad_magic_for_a_command),
		RIG_TEST(emu_command_above_the_buffer_ends_the_agent),
		RIG_TEST(first_stage_takes_2048_bytes),
		RIG_TEST(emu_long_reply_line_ends_the_command),
		RIG_TEST(emu_long_reply_line_among_packets),
		RIG_TEST(log_frames_between_flow_frames),
		RIG_TEST(emu_prolog_is_mandatory),
		RIG_TEST(emu_malformed_or_without_name_or_version),
		RIG_TEST(emu_major_version_counts),
		RIG_TEST(emu_names_ignore_case_and_keep_blanks),
		RIG_TEST(emu_missing_argument),
		RIG_TEST(file_names_are_escaped),
		RIG_TEST(start_comes_again_until_ok),
		RIG_TEST(emu_message_of_an_earlier_failure_stays),
		RIG_TEST(message_is_empty_in_other_builds),
		RIG_TEST(emu_2023_works_on_after_end_err),
		RIG_TEST(emu_2025_leaves_the_loop_after_end_err),
		RIG_TEST(source_leaves_the_loop_after_end_err),
		RIG_TEST(emu_2025_end_err_is_not_well_formed),
		RIG_TEST(emu_end_is_acknowledged_by_anything),
		RIG_TEST(rejected_version_ends_every_command),
		RIG_TEST(missing_storage_ends_every_command),
		RIG_TEST(rejected_2025_sends_an_end_nobody_asked_for),
		RIG_TEST(a_status_fault_fails_the_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
