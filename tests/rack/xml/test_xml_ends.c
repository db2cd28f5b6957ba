/* Locked agents, boot modes and the ends of a session (da-xml.md sections 4 and 5). */
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

/* The owner's side: a policy made beforehand; test_agent_lock.c has the answer to a challenge. */
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
