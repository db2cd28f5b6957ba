/* The stages of the XML agent and what they tell (da-xml.md sections 4 and 5). */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

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

/* ---- DA.SLA ---- */

static void emu_open_device_has_no_authorisation(void **state)
{
	struct rig *rig = second_stage(state);

	unsupported(rig, "CMD:SECURITY-GET-DEV-FW-INFO|target_file=f");
	unsupported(rig, "CMD:SECURITY-SET-FLASH-POLICY|source_file=f");
}

static EVP_PKEY *make_key(const char *path)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	FILE *f = fopen(path, "we");

	assert_non_null(key);
	assert_non_null(f);
	assert_int_equal(PEM_write_PUBKEY(f, key), 1);
	fclose(f);
	return key;
}

/* The owner's side: OAEP by hand would prove little, so a signed policy, and a raw answer below. */
static size_t sign(EVP_PKEY *key, uint8_t *file, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t sig = 256;

	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestSign(ctx, file + n, &sig, file, n), 1);
	EVP_MD_CTX_free(ctx);
	return n + sig;
}

static void send_policy(struct rig *rig, const uint8_t *file, size_t n, const char *end)
{
	rig_xml_play(rig,
		     "H> CMD:SECURITY-SET-FLASH-POLICY|source_file=f\n D> OK\n"
		     "D> DOWNLOAD CHK_NO|SEC-POLICY|f|0x200000\n H> OK\n H> OK@0x%zx\n D> OK\n",
		     n);
	rig_xml_packets(rig, file, n, 0x200000, "OK");
	rig_xml_play(rig, "D> END %s\n H> OK\n D> START\n H> OK\n", end);
}

static void emu_locked_device_knows_the_starred_commands_only(void **state)
{
	struct rig *rig = *state;
	char path[96];
	uint8_t file[512] = "policy of the owner";
	EVP_PKEY *key;
	size_t n;

	snprintf(path, sizeof path, "%s/key.pem", rig->dir);
	key = make_key(path);
	rig->config.da_sla = true;
	rig->config.da_sla_key = path;
	second_stage(state);
	unsupported(rig, "CMD:ERASE-FLASH|partition=ALL|offset=0|length=MAX");
	unsupported(rig, "CMD:GET-HW-INFO|target_file=f");
	unsupported(rig, "CMD:REBOOT|action=IMMEDIATE");
	rig_xml_play(rig,
		     "H> CMD:NOTIFY-INIT-HW\n D> OK\n D> PROGRESS init-hw\n H> OK\n"
		     "D> OK!EOT\n H> OK\n D> END OK|*\n H> OK\n D> START\n H> ERR\n D> START\n");
	assert_non_null(
		strstr(rig_xml_result(rig, "CMD:GET-SYS-PROPERTY|key=DA.SLA|target_file=f.xml",
				      "sys-prop"),
		       "<item key=\"DA.SLA\">ENABLED</item>"));
	rig_xml_say(rig, "OK");
	n = sign(key, file, 32);
	file[3] ^= 1;
	send_policy(rig, file, n, "ERR|Security policy was refused. 0xc002004a");
	unsupported(rig, "CMD:GET-HW-INFO|target_file=f");
	file[3] ^= 1;
	send_policy(rig, file, n, "OK|*");
	rig_xml_play(rig, "H> CMD:GET-HW-INFO|target_file=f\n D> OK\n");
	EVP_PKEY_free(key);
	unlink(path);
}

static void without_a_key_nobody_is_let_in(void **state)
{
	struct rig *rig = *state;
	uint8_t file[256] = {1};

	rig->config.da_sla = true;
	second_stage(state);
	send_policy(rig, file, sizeof file, "ERR|*");
}

static void firmware_information_gives_a_challenge(void **state)
{
	struct rig *rig = *state;
	char hex[33], first[512];
	const char *got;

	rig->config.da_sla = true;
	rig_xml_agent2(rig, "NONE");
	got = rig_xml_result(rig, "CMD:SECURITY-GET-DEV-FW-INFO|target_file=f.xml", "DEV-FW-INFO");
	snprintf(first, sizeof first, "%s", got);
	for (int i = 0; i < 16; i++)
		snprintf(hex + 2 * i, 3, "%02x", rig->d.agent->random[i]);
	assert_non_null(strstr(got, "<sla version=\"1.0\"><rnd>"));
	assert_non_null(strstr(got, hex));
	rig_advance(rig, 5);
	got = rig_xml_result(rig, "CMD:SECURITY-GET-DEV-FW-INFO|target_file=f.xml", "DEV-FW-INFO");
	assert_string_not_equal(got, first);
}

/* ---- USB speed, boot mode, reboot ---- */

static void speed_switch_re_enumerates(void **state)
{
	struct rig *rig = *state;
	uint8_t got[4];

	rig->config.xml_usb_switch = true;
	rig->config.boot_full_speed = true;
	second_stage(state);
	rig_xml_play(rig, "H> CMD:CAN-HIGHER-USB-SPEED|target_file=f\n D> OK\n"
			  "D> UPLOAD USB-Speed|f|0x10000\n");
	rig_xml_take(rig, got, 4, 0x10000, false);
	assert_memory_equal(got, "YES", 4);
	rig_xml_play(rig, "D> END OK\n H> OK\n D> START\n H> OK\n"
			  "H> CMD:SWITCH-HIGHER-USB-SPEED\n D> OK\n D> END OK\n");
	rig_advance(rig, 500);
	assert_int_equal(rig->d.usb.face.pid, 0x2000);
	rig_xml_say(rig, "OK");
	rig_advance(rig, 450);
	assert_int_equal(rig->d.usb.face.pid, 0x2001);
	assert_int_equal(rig->d.usb.face.speed, USB_HIGH);
	device_attached(&rig->d, rig->now_us);
	assert_int_equal(rig_control(rig, 0x00, 9, 1, 0, NULL, NULL), 0);
	rig_xml_play(rig, "D> START\n H> OK\n H> CMD:CAN-HIGHER-USB-SPEED|target_file=f\n D> OK\n"
			  "D> UPLOAD USB-Speed|f|0x10000\n");
	rig_xml_take(rig, got, 4, 0x10000, false);
	assert_memory_equal(got, "NON", 4);
}

static void emu_boot_modes(void **state)
{
	struct rig *rig = second_stage(state);

	rig_xml_play(rig, "H> CMD:SET-BOOT-MODE|mode=META|connect_type=USB|mobile_log=OFF|adb=OFF\n"
			  "D> OK\n D> END OK\n H> OK\n D> START\n H> OK\n"
			  "H> CMD:SET-BOOT-MODE|mode=TEA\n D> OK\n"
			  "D> END ERR!UNSUPPORTED|Unsupported command.\n H> OK\n D> START\n H> OK\n"
			  "H> CMD:SET-BOOT-MODE|mode=FASTBOOT\n D> OK\n D> END OK|*\n");
}

static void unknown_reboot_action(void **state)
{
	struct rig *rig = second_stage(state);

	rig_xml_play(rig, "H> CMD:REBOOT|action=LATER\n D> OK\n"
			  "D> END ERR|Unknown reboot action: LATER\n");
}

static void reboot_waits_for_the_acknowledgement(void **state)
{
	struct rig *rig = second_stage(state);

	rig_xml_play(rig,
		     "H> CMD:SET-BOOT-MODE|mode=FASTBOOT\n D> OK\n D> END OK\n H> OK\n"
		     "D> START\n H> OK\n H> CMD:REBOOT|action=COLD-RESET\n D> OK\n D> END OK\n");
	rig_advance(rig, 5000);
	assert_true(rig->d.present);
	rig_xml_say(rig, "OK");
	rig_advance(rig, 1000);
	assert_false(rig->d.present);
	assert_non_null(strstr(rig->d.last_boot_reason, "after REBOOT to FASTBOOT"));
}

static void meta_mode_shows_itself(void **state)
{
	struct rig *rig = *state;

	rig->config.system = gadget_find("mtp");
	second_stage(state);
	rig_xml_play(rig, "H> CMD:SET-BOOT-MODE|mode=META|connect_type=USB|mobile_log=OFF|adb=OFF\n"
			  "D> OK\n D> END OK\n H> OK\n D> START\n H> OK\n"
			  "H> CMD:REBOOT|action=IMMEDIATE\n D> OK\n D> END OK\n H> OK\n");
	rig_advance(rig, 60000);
	assert_true(rig->d.present);
	assert_int_equal(rig->d.usb.face.pid, gadget_find("meta")->pid);
}

static void log_channel_usb_brings_log_frames(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[512];

	rig_xml_agent1(rig);
	rig_xml_play(rig, "H> OK\n"
			  "H> CMD:SET-RUNTIME-PARAMETER|checksum_level=NONE|battery_exist=NO|"
			  "da_log_level=INFO|log_channel=BOTH|system_os=LINUX\n"
			  "D> OK\n D> END OK\n H> OK\n D> START\n H> OK\n" /* not mapped */
			  "H> CMD:SET-RUNTIME-PARAMETER|checksum_level=NONE|battery_exist=NO|"
			  "da_log_level=INFO|log_channel=USB|system_os=LINUX\n"
			  "D> OK\n");
	rig_read(rig, bytes, 16);
	assert_int_equal(get_le32(bytes + 4), 2);
	rig_read(rig, bytes, get_le32(bytes + 8) - 4);
	rig_xml_play(rig, "D> END OK\n");
}

static void disconnect_is_no_boot(void **state)
{
	struct rig *rig = second_stage(state);

	rig_xml_play(rig, "H> CMD:REBOOT|action=DISCONNECT\n D> OK\n D> END OK\n H> OK\n");
	rig_advance(rig, 1000);
	assert_false(rig->d.present);
	assert_string_equal(rig->d.last_boot, "none");
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
		RIG_TEST(emu_open_device_has_no_authorisation),
		RIG_TEST(emu_locked_device_knows_the_starred_commands_only),
		RIG_TEST(without_a_key_nobody_is_let_in),
		RIG_TEST(firmware_information_gives_a_challenge),
		RIG_TEST(speed_switch_re_enumerates),
		RIG_TEST(emu_boot_modes),
		RIG_TEST(unknown_reboot_action),
		RIG_TEST(reboot_waits_for_the_acknowledgement),
		RIG_TEST(meta_mode_shows_itself),
		RIG_TEST(log_channel_usb_brings_log_frames),
		RIG_TEST(disconnect_is_no_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
