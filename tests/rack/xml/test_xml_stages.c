/* The stages of the XML agent and what they tell (da-xml.md sections 4 and 5). */
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/xml/rig_xml.h"

static struct rig *second_stage(void **state)
{
	rig_xml_agent2(*state, "NONE");
	rig_xml_say(*state, "OK");
	return *state;
}

static void unsupported(struct rig *rig, const char *command)
{
	rig_xml_play(rig,
		     "H> %s\n D> ERR!UNSUPPORTED\n"
		     "D> END ERR!UNSUPPORTED|Unsupported command.\n H> OK\n D> START\n H> OK\n",
		     command);
}

/* ---- command sets ---- */

static void emu_host_commands_are_known_to_the_first_stage_only(void **state)
{
	struct rig *rig = *state;

	rig_xml_agent1(rig);
	rig_xml_play(rig, "H> OK\n"
			  "H> CMD:HOST-SUPPORTED-COMMANDS|host_capability=CMD:DOWNLOAD-FILE^1@\n"
			  "D> OK\n D> END OK\n");
	second_stage(state);
	unsupported(rig, "CMD:HOST-SUPPORTED-COMMANDS|host_capability=x");
}

static void other_builds_know_host_commands_in_both(void **state)
{
	struct rig *rig = *state;

	rig->config.xml_build = XML_SOURCE;
	second_stage(state);
	rig_xml_play(rig, "H> CMD:HOST-SUPPORTED-COMMANDS|host_capability=x\n D> OK\n D> END OK\n");
}

static void each_stage_has_its_own_commands(void **state)
{
	struct rig *rig = *state;

	rig_xml_agent1(rig);
	rig_xml_say(rig, "OK");
	unsupported(rig, "CMD:GET-SYS-PROPERTY|key=DA.SLA|target_file=f");
	unsupported(rig, "CMD:ERASE-FLASH|partition=ALL|offset=0|length=MAX");
	unsupported(rig, "CMD:SET-BOOT-MODE|mode=META");
	second_stage(state);
	unsupported(rig, "CMD:BOOT-TO|at_address=0|jmp_address=0|source_file=f");
	unsupported(rig, "CMD:SET-RUNTIME-PARAMETER|checksum_level=NONE");
	unsupported(rig, "CMD:RAM-TEST|function=FLIP");
	unsupported(rig, "CMD:CAN-HIGHER-USB-SPEED|target_file=f"); /* in no known build */
}

/* ---- BOOT-TO ---- */

static void emu_hash_mismatch(void **state)
{
	struct rig *rig = *state;

	rig_xml_agent1(rig);
	rig_xml_play(rig, "H> OK\n H> CMD:NOTIFY-INIT-HW\n D> OK\n D> PROGRESS init-hw\n H> OK\n"
			  "D> OK!EOT\n H> OK\n D> END OK\n H> OK\n D> START\n H> OK\n");
	rig->da2[100] ^= 1;
	rig_xml_boot_to(rig, rig->da2, sizeof rig->da2, "ERR|*");
	rig_xml_play(rig, "H> OK\n D> START\n H> OK\n");
	rig->da2[100] ^= 1;
	rig_xml_boot_to(rig, rig->da2, sizeof rig->da2, "OK|*");
	assert_int_equal(rig->d.stage, STAGE_AGENT1); /* nothing happens before the ack */
	rig_xml_play(rig, "H> OK\n D> START\n");
	assert_int_equal(rig->d.stage, STAGE_AGENT2);
}

static void hash_mismatch_of_2025_names_its_code(void **state)
{
	struct rig *rig = *state;
	const char *end;

	rig->config.xml_build = XML_2025;
	rig_xml_agent1(rig);
	rig->da2[100] ^= 1;
	rig_xml_say(rig, "OK");
	rig_xml_play(rig,
		     "H> CMD:BOOT-TO|at_address=0x40000000|jmp_address=0x40000000|"
		     "source_file=f\n D> OK\n D> ANY\n H> OK\n H> OK@0x%zx\n D> OK\n",
		     sizeof rig->da2);
	rig_xml_packets(rig, rig->da2, sizeof rig->da2, 0x1000, "OK");
	end = rig_xml_hear(rig);
	assert_non_null(strstr(end, "<result>ERR</result>"));
	assert_non_null(strstr(end, "response_value=NAK, code=0xc0070004</arg></host>"));
}

static void emu_address_is_checked_in_2025(void **state)
{
	struct rig *rig = *state;

	rig->config.xml_build = XML_2025;
	rig_xml_agent1(rig);
	rig_xml_play(rig, "H> OK\n"
			  "H> CMD:BOOT-TO|at_address=0x201000|jmp_address=0x201000|source_file=f\n"
			  "D> OK\n");
	assert_non_null(strstr(rig_xml_hear(rig), "2nd DA address is invalid. reset."));
	rig_advance(rig, 1000);
	assert_false(rig->d.present);
}

static void emu_address_is_not_checked_in_2023(void **state)
{
	struct rig *rig = *state;

	rig_xml_agent1(rig);
	rig_xml_play(rig,
		     "H> OK\n"
		     "H> CMD:BOOT-TO|at_address=0x41000000|jmp_address=0x41000000|source_file=f"
		     "\n D> OK\n D> DOWNLOAD CHK_NO|2nd-DA|f|0x1000\n");
}

static void emu_length_above_16_mib(void **state)
{
	struct rig *rig = *state;

	rig->config.xml_build = XML_2025;
	rig_xml_agent1(rig);
	rig_xml_play(rig, "H> OK\n"
			  "H> CMD:BOOT-TO|at_address=0x40000000|jmp_address=0x40000000|"
			  "source_file=f\n D> OK\n D> ANY\n H> OK\n H> OK@0x1000001\n D> ERR\n"
			  "D> END ERR|*\n");
}

static void emu_length_above_16_mib_is_taken_by_2023(void **state)
{
	struct rig *rig = *state;

	rig_xml_agent1(rig);
	rig_xml_play(rig, "H> OK\n"
			  "H> CMD:BOOT-TO|at_address=0x40000000|jmp_address=0x40000000|"
			  "source_file=f\n D> OK\n D> ANY\n H> OK\n H> OK@0x1000001\n D> OK\n");
}

/* ---- DRAM ---- */

static void from_boot_rom_dram_must_be_set_up(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig_xml_agent1(rig);
	rig_xml_say(rig, "OK");
	rig_xml_play(rig,
		     "H> CMD:BOOT-TO|at_address=0x40000000|jmp_address=0x40000000|"
		     "source_file=f\n D> OK\n D> ANY\n H> OK\n H> OK@0x%zx\n D> OK\n",
		     sizeof rig->da2);
	rig_xml_packets(rig, rig->da2, sizeof rig->da2, 0x1000, "OK");
	rig_expect_silence(rig, 1000);
}

static void from_boot_rom_init_sets_it_up(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig_xml_agent2(rig, "NONE");
	assert_int_equal(rig->d.stage, STAGE_AGENT2);
}

static void dram_failure_ends_init(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig_fault(rig, "dram-fail");
	rig_xml_agent1(rig);
	rig_xml_play(rig, "H> OK\n H> CMD:NOTIFY-INIT-HW\n D> OK\n D> PROGRESS init-hw\n H> OK\n"
			  "D> OK!EOT\n H> OK\n"
			  "D> END ERR|DRAM initialization failed. 0xc004000a\n");
}

static void ram_tests(void **state)
{
	struct rig *rig = *state;
	uint8_t got[64];

	rig_xml_agent1(rig);
	rig_xml_play(rig, "H> OK\n"
			  "H> CMD:RAM-TEST|function=FLIP|start_address=0x40000000|length=MAX\n"
			  "D> OK\n D> PROGRESS RAM test.\n H> OK\n D> OK!PROGRESS@25@\n H> OK\n"
			  "D> OK!PROGRESS@50@\n H> OK\n D> OK!PROGRESS@75@\n H> OK\n"
			  "D> OK!PROGRESS@100@\n H> OK\n D> OK!EOT\n H> OK\n D> END OK\n H> OK\n"
			  "D> START\n H> OK\n"
			  "H> CMD:RAM-TEST|function=FLIP|start_address=0|length=0x1000\n"
			  "D> OK\n D> END ERR|*\n H> OK\n D> START\n H> OK\n"
			  "H> CMD:RAM-TEST|function=CALIBRATION|target_file=f\n"
			  "D> OK\n D> PROGRESS RAM test.\n H> OK\n D> OK!EOT\n H> OK\n"
			  "D> UPLOAD RAM-TEST|f|0x1000\n");
	rig_xml_take(rig, got, 7, 0x1000, false);
	rig_xml_play(rig, "D> END OK|*\n");
}

/* ---- what it tells ---- */

static void emu_hardware_information_of_both_stages(void **state)
{
	struct rig *rig = *state;
	const uint8_t *cid = rig->d.id.cid;
	char wanted[1024];

	for (int stage = 1; stage <= 2; stage++) {
		if (stage == 1)
			rig_xml_agent1(rig);
		else
			rig_xml_agent2(rig, "NONE");
		snprintf(wanted, sizeof wanted,
			 "<storage>EMMC</storage><emmc><block_size>0x200</block_size>"
			 "<boot1_size>0x400000</boot1_size><boot2_size>0x400000</boot2_size>"
			 "<rpmb_size>0x1000000</rpmb_size><user_size>0x4000000</user_size>"
			 "<gp1_size>0</gp1_size><gp2_size>0</gp2_size><gp3_size>0</gp3_size>"
			 "<gp4_size>0</gp4_size><id>%08x%08x%08x%08x</id></emmc>"
			 "<product_id></product_id></da_hw_info>",
			 get_le32(cid), get_le32(cid + 4), get_le32(cid + 8), get_le32(cid + 12));
		assert_non_null(
			strstr(rig_xml_result(rig, "CMD:GET-HW-INFO|target_file=f.xml", "HW-INFO"),
			       wanted));
	}
}

static void hardware_information_of_ufs(void **state)
{
	struct rig *rig = *state;
	const char *got;

	rig_storage(rig, STORAGE_UFS);
	rig->config.xml_build = XML_2025;
	rig_xml_agent2(rig, "NONE");
	got = rig_xml_result(rig, "CMD:GET-HW-INFO|target_file=f.xml", "HW-INFO");
	assert_non_null(strstr(got,
			       "<storage>UFS</storage><ufs><block_size>0x1000</block_size>"
			       "<lua0_size>0x400000</lua0_size>"
			       "<lua1_size>0x400000</lua1_size>"
			       "<lua2_size>0x4000000</lua2_size><lua3_size>0</lua3_size><id>"));
	assert_non_null(strstr(got, "</id><vid>0x1ce</vid><fwver>"));
}

static void hardware_information_of_nand(void **state)
{
	struct rig *rig = *state;

	rig_storage(rig, STORAGE_NAND);
	rig_xml_agent1(rig);
	assert_non_null(strstr(rig_xml_result(rig, "CMD:GET-HW-INFO|target_file=f.xml", "HW-INFO"),
			       "<storage>NAND</storage><nand><block_size>0x20000</block_size>"
			       "<page_size>0x800</page_size><spare_size>0x40</spare_size>"
			       "<total_size>0x3c00000</total_size><id>adbc9055560000</id>"));
}

static void no_storage_chip(void **state)
{
	struct rig *rig = *state;
	const char *got;

	rig_fault(rig, "storage-dead@info");
	rig_xml_agent1(rig);
	got = rig_xml_result(rig, "CMD:GET-HW-INFO|target_file=f.xml", "HW-INFO");
	assert_non_null(strstr(got, "<version>1.0</version>"));
	assert_non_null(strstr(got, "<storage>NONE</storage></da_hw_info>"));
}

static void other_documents(void **state)
{
	struct rig *rig = *state;

	rig_xml_agent2(rig, "NONE");
	assert_non_null(
		strstr(rig_xml_result(rig, "CMD:GET-DA-INFO|target_file=f.xml", "DA-INFO"),
		       "<da_info><version>1.0</version><da_version>2021</da_version><build>"));
	assert_string_equal(rig_xml_result(rig, "CMD:READ-PARTITION-TABLE|target_file=f.xml",
					   "partition-table"),
			    RIG_XML_PROLOG "<partition_table version=\"1.0\"></partition_table>");
	rig_xml_partition(rig, "boot_a", 0x100000, 0x18000);
	assert_string_equal(rig_xml_result(rig, "CMD:READ-PARTITION-TABLE|target_file=f.xml",
					   "partition-table"),
			    RIG_XML_PROLOG
			    "<partition_table version=\"1.0\"><pt><name>boot_a</name>"
			    "<start>0x100000</start><size>0x18000</size></pt>"
			    "<pt><name>lk</name><start>0x2000000</start><size>0x100000</size>"
			    "</pt></partition_table>");
	assert_string_equal(
		rig_xml_result(rig, "CMD:GET-SYS-PROPERTY|key=tea|target_file=f.xml", "sys-prop"),
		RIG_XML_PROLOG "<sys_prop version=\"1.0\"></sys_prop>");
	assert_string_equal(rig_xml_result(rig,
					   "CMD:EMMC-CONTROL|function=GET-RPMB-KEY-STATUS|"
					   "target_file=f.xml",
					   "RPMB-KEY-STATUS"),
			    "NOT-EXIST");
	rig_xml_play(rig, "H> OK\n H> CMD:EMMC-CONTROL|function=GET-RPMB-STATUS|target_file=f\n"
			  "D> OK\n D> END ERR|*\n");
}

static void registers_and_fuses(void **state)
{
	struct rig *rig = second_stage(state);
	uint8_t got[4];

	rig_xml_play(rig, "H> CMD:READ-REGISTER|bit_width=32|base_address=0x8000000|target_file=f\n"
			  "D> OK\n D> UPLOAD dev|f|0x10000\n");
	rig_xml_take(rig, got, sizeof got, 0x10000, false);
	assert_int_equal(get_le32(got), rig->config.chip->hw_code);
	rig_xml_play(rig, "D> END OK\n H> OK\n D> START\n H> OK\n"
			  "H> CMD:READ-REGISTER|bit_width=32|base_address=0x10007000|"
			  "target_file=f\n D> OK\n D> END ERR|*\n H> OK\n D> START\n H> OK\n"
			  "H> CMD:WRITE-REGISTER|bit_width=32|base_address=0x10007000|"
			  "source_file=f\n D> OK\n D> END ERR|*\n H> OK\n D> START\n H> OK\n"
			  "H> CMD:WRITE-EFUSE|source_file=f\n D> OK\n D> END ERR|*\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(emu_host_commands_are_known_to_the_first_stage_only),
		RIG_TEST(other_builds_know_host_commands_in_both),
		RIG_TEST(each_stage_has_its_own_commands),
		RIG_TEST(emu_hash_mismatch),
		RIG_TEST(hash_mismatch_of_2025_names_its_code),
		RIG_TEST(emu_address_is_checked_in_2025),
		RIG_TEST(emu_address_is_not_checked_in_2023),
		RIG_TEST(emu_length_above_16_mib),
		RIG_TEST(emu_length_above_16_mib_is_taken_by_2023),
		RIG_TEST(from_boot_rom_dram_must_be_set_up),
		RIG_TEST(from_boot_rom_init_sets_it_up),
		RIG_TEST(dram_failure_ends_init),
		RIG_TEST(ram_tests),
		RIG_TEST(emu_hardware_information_of_both_stages),
		RIG_TEST(hardware_information_of_ufs),
		RIG_TEST(hardware_information_of_nand),
		RIG_TEST(no_storage_chip),
		RIG_TEST(other_documents),
		RIG_TEST(registers_and_fuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
