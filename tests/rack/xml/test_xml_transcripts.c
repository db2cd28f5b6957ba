/* The worked examples of da-xml.md section 7, byte for byte. */
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/xml/rig_xml.h"

#define PROLOG	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
#define START_BYTES "66 00 00 00"

/* One frame with its header written out; the length is the document's own figure. */
static void say(struct rig *rig, uint32_t length, const char *text)
{
	uint8_t header[12];

	assert_int_equal(strlen(text) + 1, length);
	put_le32(header, 0xFEEEEEEF);
	put_le32(header + 4, 1);
	put_le32(header + 8, length);
	assert_int_equal(rig_out(rig, header, sizeof header), 0);
	assert_int_equal(rig_out(rig, text, length), 0);
}

static void hear(struct rig *rig, uint32_t length, const char *text)
{
	uint8_t header[12], wanted[12];
	char got[1024];

	assert_int_equal(strlen(text) + 1, length);
	put_le32(wanted, 0xFEEEEEEF);
	put_le32(wanted + 4, 1);
	put_le32(wanted + 8, length);
	assert_int_equal(rig_in(rig, header, sizeof header, 1000), 12);
	assert_memory_equal(header, wanted, sizeof wanted);
	rig_read(rig, got, length);
	assert_memory_equal(got, text, length);
}

static void start(struct rig *rig)
{
	hear(rig, 0x66, PROLOG "<host><version>1.0</version><command>CMD:START</command></host>");
	say(rig, 3, "OK");
}

static void end_ok(struct rig *rig)
{
	hear(rig, 0x95,
	     PROLOG "<host><version>1.0</version><command>CMD:END</command><arg><result>OK</result>"
		    "<message></message></arg></host>");
	say(rig, 3, "OK");
}

static void one_packet(struct rig *rig, const uint8_t *bytes, size_t n)
{
	say(rig, 7, "OK@0x0");
	hear(rig, 3, "OK");
	rig_frame(rig, bytes, n);
	hear(rig, 3, "OK");
}

/* 7.1, and the bytes in front of it: JUMP_DA is answered, and no C0 comes. */
static void da1_start_to_da2_ready(void **state)
{
	struct rig *rig = *state;
	static uint8_t da2[0x51898];
	struct seeded s = {.state = 7};

	seeded_fill(&s, da2, sizeof da2);
	SHA256(da2, sizeof da2, rig->da1 + 0x1F00);
	rig->config.chip = chip_by_name("MT6789");
	rig_plug(rig);
	rig_wake(rig);
	rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
	rig_play(rig, "H> D5\n D> D5\n H> 00 20 00 00\n D> 00 20 00 00\n D> 00 00\n");
	start(rig);
	say(rig, 0x159,
	    PROLOG "<da><version>1.1</version><command>CMD:SET-RUNTIME-PARAMETER</command><arg>"
		   "<checksum_level>NONE</checksum_level><battery_exist>AUTO-DETECT</battery_exist>"
		   "<da_log_level>INFO</da_log_level><log_channel>UART</log_channel>"
		   "<system_os>LINUX</system_os></arg><adv><initialize_dram>YES</initialize_dram>"
		   "</adv></da>");
	hear(rig, 3, "OK");
	end_ok(rig);
	start(rig);
	say(rig, 0x76,
	    PROLOG "<da><version>1.0</version><command>CMD:NOTIFY-INIT-HW</command><arg></arg>"
		   "</da>");
	hear(rig, 3, "OK");
	hear(rig, 0x95,
	     PROLOG "<host><version>1.0</version><command>CMD:PROGRESS-REPORT</command><arg>"
		    "<message>init-hw</message></arg></host>");
	say(rig, 3, "OK");
	hear(rig, 7, "OK!EOT");
	say(rig, 3, "OK");
	end_ok(rig);
	start(rig);
	say(rig, 0xEC,
	    PROLOG "<da><version>1.0</version><command>CMD:BOOT-TO</command><arg>"
		   "<at_address>0x40000000</at_address><jmp_address>0x40000000</jmp_address>"
		   "<source_file>MEM://0x7fb2000000:0x51898</source_file></arg></da>");
	hear(rig, 3, "OK");
	hear(rig, 0x101,
	     PROLOG "<host><version>1.0</version><command>CMD:DOWNLOAD-FILE</command><arg>"
		    "<checksum>CHK_NO</checksum><info>2nd-DA</info>"
		    "<source_file>MEM://0x7fb2000000:0x51898</source_file>"
		    "<packet_length>0x1000</packet_length></arg></host>");
	say(rig, 3, "OK");
	say(rig, 0x0B, "OK@0x51898");
	hear(rig, 3, "OK");
	for (int i = 0; i < 81; i++)
		one_packet(rig, da2 + i * 0x1000, 0x1000);
	one_packet(rig, da2 + 81 * 0x1000, 0x898);
	end_ok(rig);
	start(rig);
	assert_int_equal(rig->d.stage, STAGE_AGENT2);
}

/*
 * 7.2. The example shows progress at 50 and at 100 %; section 3.3 has it that an eMMC reports one
 * line of 100 % whatever the size, and that was seen on the agent's own code.
 */
static void write_flash_of_two_packets(void **state)
{
	struct rig *rig = *state;
	static uint8_t file[0x200200], got[0x200200];
	struct seeded s = {.state = 3};

	seeded_fill(&s, file, 0x200000);
	memset(file + 0x200000, 0x5A, 0x200);
	rig_xml_agent2(rig, "NONE");
	say(rig, 3, "OK");
	say(rig, 0xC7,
	    PROLOG "<da><version>1.0</version><command>CMD:WRITE-FLASH</command><arg>"
		   "<partition>EMMC-USER</partition><offset>0x0</offset>"
		   "<source_file>f.bin</source_file></arg></da>");
	hear(rig, 3, "OK");
	hear(rig, 0xAE,
	     PROLOG "<host><version>1.0</version><command>CMD:FILE-SYS-OPERATION</command><arg>"
		    "<key>FILE-SIZE</key><file_path>f.bin</file_path></arg></host>");
	say(rig, 3, "OK");
	say(rig, 0x0C, "OK@0x200200");
	hear(rig, 0x97,
	     PROLOG "<host><version>1.0</version><command>CMD:PROGRESS-REPORT</command><arg>"
		    "<message>EMMC-USER</message></arg></host>");
	say(rig, 3, "OK");
	hear(rig, 0x11, "OK!PROGRESS@100@");
	say(rig, 3, "OK");
	hear(rig, 7, "OK!EOT");
	say(rig, 3, "OK");
	hear(rig, 0xF1,
	     PROLOG "<host><version>1.0</version><command>CMD:DOWNLOAD-FILE</command><arg>"
		    "<checksum>CHK_NO</checksum><info>EMMC-USER</info>"
		    "<source_file>f.bin</source_file><packet_length>0x200000</packet_length>"
		    "</arg></host>");
	say(rig, 3, "OK");
	say(rig, 0x0C, "OK@0x200200");
	hear(rig, 3, "OK");
	say(rig, 7, "OK@0x0");
	hear(rig, 3, "OK");
	rig_frame(rig, file, 0x200000);
	hear(rig, 7, "OK@0x0");
	say(rig, 7, "OK@0x0");
	hear(rig, 3, "OK");
	rig_frame(rig, file + 0x200000, 0x200);
	hear(rig, 7, "OK@0x0");
	end_ok(rig);
	start(rig);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0, got, sizeof got), 0);
	assert_memory_equal(got, file, sizeof got);
}

/* 7.3, with a partition of 0x18000 bytes. */
static void read_partition(void **state)
{
	struct rig *rig = *state;
	static uint8_t stored[0x18000], got[0x10000];
	struct seeded s = {.state = 9};

	seeded_fill(&s, stored, sizeof stored);
	rig_xml_agent2(rig, "NONE");
	rig_xml_partition(rig, "boot_a", 0x100000, sizeof stored);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0x100000, stored, sizeof stored),
			 0);
	say(rig, 3, "OK");
	say(rig, 0xB8,
	    PROLOG "<da><version>1.0</version><command>CMD:READ-PARTITION</command><arg>"
		   "<partition>boot_a</partition><target_file>boot_a.bin</target_file></arg></da>");
	hear(rig, 3, "OK");
	hear(rig, 0xF0,
	     PROLOG "<host><version>1.0</version><command>CMD:UPLOAD-FILE</command><arg>"
		    "<checksum>CHK_NO</checksum><info>boot_a</info>"
		    "<target_file>boot_a.bin</target_file><packet_length>0x10000</packet_length>"
		    "</arg></host>");
	say(rig, 3, "OK");
	hear(rig, 22, "OK@0x0000000000018000");
	say(rig, 3, "OK");
	hear(rig, 7, "OK@0x0");
	say(rig, 3, "OK");
	assert_int_equal(rig_get(rig, got, sizeof got), 0x10000);
	assert_memory_equal(got, stored, 0x10000);
	say(rig, 3, "OK");
	hear(rig, 7, "OK@0x0");
	say(rig, 3, "OK");
	assert_int_equal(rig_get(rig, got, sizeof got), 0x8000);
	assert_memory_equal(got, stored + 0x10000, 0x8000);
	say(rig, 3, "OK");
	end_ok(rig);
	start(rig);
}

/* 7.4 */
static void erase_unsupported_reboot(void **state)
{
	struct rig *rig = *state;

	rig_xml_agent2(rig, "NONE");
	rig_xml_partition(rig, "userdata", 0x200000, 0x100000);
	say(rig, 3, "OK");
	say(rig, 0x96,
	    PROLOG "<da><version>1.0</version><command>CMD:ERASE-PARTITION</command><arg>"
		   "<partition>userdata</partition></arg></da>");
	hear(rig, 3, "OK");
	hear(rig, 0x96,
	     PROLOG "<host><version>1.0</version><command>CMD:PROGRESS-REPORT</command><arg>"
		    "<message>userdata</message></arg></host>");
	say(rig, 3, "OK");
	hear(rig, 0x11, "OK!PROGRESS@100@");
	say(rig, 3, "OK");
	hear(rig, 7, "OK!EOT");
	say(rig, 3, "OK");
	end_ok(rig);
	start(rig);
	rig_xml_say(rig, PROLOG "<da><version>1.0</version><command>CMD:MAKE-TEA</command></da>");
	hear(rig, 0x10, "ERR!UNSUPPORTED");
	rig_xml_play(rig, "D> END ERR!UNSUPPORTED|Unsupported command.\n H> OK\n");
	start(rig);
	say(rig, 0x88,
	    PROLOG "<da><version>1.0</version><command>CMD:REBOOT</command><arg>"
		   "<action>IMMEDIATE</action></arg></da>");
	hear(rig, 3, "OK");
	rig_xml_play(rig, "D> END OK|*\n H> OK\n"); /* the message is stale, see emu_... */
	rig_advance(rig, 1000);
	assert_false(rig->d.present);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(da1_start_to_da2_ready),
		RIG_TEST(write_flash_of_two_packets),
		RIG_TEST(read_partition),
		RIG_TEST(erase_unsupported_reboot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
