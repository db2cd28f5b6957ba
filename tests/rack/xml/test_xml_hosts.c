/* Hosts in the field, as measured-hosts.md saw them talk to XML agents. */
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/xml/rig_xml.h"

/* ---- the Python client: requests of a packet for a header, acknowledgements with two NULs ---- */

static const char *hear_by_packets(struct rig *rig)
{
	static char text[0x1000];
	uint8_t header[512];
	size_t n, got = 0;

	assert_int_equal(rig_in(rig, header, sizeof header, 1000), 12); /* or it gives up */
	n = get_le32(header + 8);
	assert_in_range(n, 1, sizeof text - 1);
	while (got < n) {
		int more = rig_in(rig, text + got, 512, 1000);

		assert_true(more > 0);
		got += (size_t)more;
	}
	text[n] = '\0';
	return text;
}

static void ack_with_two_nuls(struct rig *rig)
{
	rig_frame(rig, "OK\0", 4);
}

static void python_client_reads_a_small_result(void **state)
{
	struct rig *rig = *state;

	rig_xml_agent1(rig);
	ack_with_two_nuls(rig);
	rig_xml_play(rig, "H> CMD:GET-HW-INFO|target_file=MEM://0x8000000:0x200000\n");
	assert_string_equal(hear_by_packets(rig), "OK");
	assert_non_null(strstr(hear_by_packets(rig), "CMD:UPLOAD-FILE"));
	ack_with_two_nuls(rig);
	assert_memory_equal(hear_by_packets(rig), "OK@0x", 5);
	ack_with_two_nuls(rig);
	assert_string_equal(hear_by_packets(rig), "OK");
	ack_with_two_nuls(rig);
	assert_non_null(strstr(hear_by_packets(rig), "</da_hw_info>"));
	ack_with_two_nuls(rig);
	assert_non_null(strstr(hear_by_packets(rig), "CMD:END"));
	ack_with_two_nuls(rig);
	assert_non_null(strstr(hear_by_packets(rig), "CMD:START"));
}

/* It says OK once more than asked after raw data, and goes on with its next command. */
static void extra_ok_after_raw_data(void **state)
{
	struct rig *rig = *state;
	uint8_t file[0x200];

	memset(file, 0x5A, sizeof file);
	rig_xml_agent2(rig, "NONE");
	rig_xml_play(rig,
		     "H> OK\n H> CMD:WRITE-FLASH|partition=EMMC-USER|offset=0|source_file=f\n"
		     "D> OK\n D> FILE FILE-SIZE|f\n H> OK\n H> OK@0x200\n D> ANY\n H> OK\n"
		     "D> ANY\n H> OK\n D> OK!EOT\n H> OK\n"
		     "D> DOWNLOAD CHK_NO|EMMC-USER|f|0x200000\n H> OK\n H> OK@0x200\n D> OK\n");
	rig_xml_packets(rig, file, sizeof file, 0x200000, "OK@0x0");
	ack_with_two_nuls(rig); /* the extra one */
	rig_xml_play(rig, "D> END OK\n D> START\n");
	ack_with_two_nuls(rig); /* meant for END, taken for START */
	ack_with_two_nuls(rig); /* meant for START, let pass */
	rig_expect_silence(rig, 100);
	rig_xml_play(rig, "H> CMD:SET-HOST-INFO|info=x\n D> OK\n D> END OK|*\n H> OK\n D> START\n"
			  "H> OK\n");
	ack_with_two_nuls(rig); /* no command, as ever */
	rig_xml_play(rig, "D> ERR!UNSUPPORTED\n D> END ERR!UNSUPPORTED|Unsupported command.\n"
			  "H> OK\n D> START\n");
}

/* ---- the vendor's tool: its order, to the end of "format all and download" ---- */

#define ERASED(name)                                                                               \
	"D> PROGRESS " name "\n H> OK\n D> OK!PROGRESS@100@\n H> OK\n D> OK!EOT\n H> OK\n"
#define DONE	    "D> END OK|*\n H> OK\n D> START\n"
#define NOT_OFFERED "D> ERR!UNSUPPORTED\n D> END ERR!UNSUPPORTED|*\n H> OK\n D> START\n"
#define CAPABILITY                                                                                 \
	"H> OK\n H> CMD:HOST-SUPPORTED-COMMANDS|host_capability=CMD:DOWNLOAD-FILE^1@"              \
	"CMD:FILE-SYS-OPERATION^1@CMD:PROGRESS-REPORT^1@CMD:UPLOAD-FILE^1@\n"
#define INIT_HW                                                                                    \
	"H> OK\n H> CMD:NOTIFY-INIT-HW\n D> OK\n D> PROGRESS init-hw\n H> OK\n D> OK!EOT\n H> "    \
	"OK\n" DONE

static void first_stage_of_the_tool(struct rig *rig)
{
	rig_xml_agent1(rig);
	rig_xml_say(rig, "OK");
	rig_xml_say(rig, RIG_XML_PROLOG
		    "<da><version>1.1</version><command>CMD:SET-RUNTIME-PARAMETER</command>"
		    "<arg><checksum_level>NONE</checksum_level><battery_exist>AUTO-DETECT"
		    "</battery_exist><da_log_level>INFO</da_log_level><log_channel>UART"
		    "</log_channel><system_os>LINUX</system_os></arg><adv><initialize_dram>YES"
		    "</initialize_dram></adv></da>");
	rig_xml_play(rig, "D> OK\n" DONE CAPABILITY "D> OK\n" DONE INIT_HW
			  "H> OK\n H> CMD:SET-HOST-INFO|info=20261120T104837\n D> OK\n" DONE);
	rig_xml_say(rig, "OK");
	rig_xml_boot_to(rig, rig->da2, sizeof rig->da2, "OK");
	rig_xml_play(rig, "H> OK\n D> START\n");
}

static void order_of_the_vendors_tool(void **state)
{
	struct rig *rig = *state;
	static const uint8_t zeros[0x1000];

	first_stage_of_the_tool(rig);
	rig_xml_play(rig, CAPABILITY NOT_OFFERED INIT_HW
		     "H> OK\n H> CMD:CAN-HIGHER-USB-SPEED|target_file=f\n" NOT_OFFERED);
	rig_xml_result(rig, "CMD:GET-SYS-PROPERTY|key=DA.SLA|target_file=f.xml", "sys-prop");
	rig_xml_result(rig, "CMD:GET-HW-INFO|target_file=f.xml", "HW-INFO");
	rig_xml_result(rig, "CMD:EMMC-CONTROL|function=LIFE-CYCLE-STATUS|target_file=f.xml",
		       "LIFE-CYCLE-STATUS");
	rig_xml_play(
		rig,
		"H> OK\n H> CMD:ERASE-FLASH|partition=ALL|offset=0x0|length=MAX\n D> OK\n" ERASED(
			"EMMC-BOOT1") ERASED("EMMC-BOOT2") ERASED("EMMC-USER") DONE
		"H> OK\n H> CMD:REBOOT|action=IMMEDIATE\n D> OK\n D> END OK|*\n H> OK\n");
	rig_expect_stored(rig, REGION_BOOT1, 0, zeros, sizeof zeros);
	rig_advance(rig, 1000);
	assert_false(rig->d.present);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(python_client_reads_a_small_result),
		RIG_TEST(extra_ok_after_raw_data),
		RIG_TEST(order_of_the_vendors_tool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
