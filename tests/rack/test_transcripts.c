/* The worked sessions of the protocol documents, byte for byte (brom.md 16, da-xflash.md 8). */
#include "tests/rack/rig.h"

#include <string.h>

static int setup(void **state)
{
	*state = rig_new();
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

/* brom.md 16: MT6765, newer preloader, SBC and DAA. */
static void preloader_session(void **state)
{
	struct rig *rig = *state;
	uint8_t da[0x120], control[18];

	rig->config.security = SECURE_SBC | SECURE_DAA;
	rig_plug(rig);
	assert_int_equal(rig_control(rig, 0x21, 0x22, 3, 0, control, NULL), 0);
	rig_advance(rig, 45);
	rig_expect(rig, "52 45 41 44 59  52 45 41 44 59");
	rig_send(rig, "A0");
	rig_advance(rig, 20);
	rig_expect(rig, "52 45 41 44 59");
	rig_play(rig, "H> A0\n D> 5F\n H> 0A\n D> F5\n H> 50\n D> AF\n H> 05\n D> FA\n"
		      "H> FD\n D> FD 07 66 00 00\n"
		      "H> D4\n D> D4\n"
		      "H> 10 00 70 00\n D> 10 00 70 00\n"
		      "H> 00 00 00 01\n D> 00 00 00 01\n"
		      "D> 00 00\n"
		      "H> 22 00 00 64\n D> 22 00 00 64\n"
		      "D> 00 00\n"
		      "H> FE\n D> 03\n"
		      "H> FC\n D> FC 8A 00 CA 00 00 00 00 00\n"
		      "H> D8\n D> D8 00 00 00 05 00 00\n"
		      "H> E1\n D> E1 00 00 00 10\n");
	rig_read(rig, da, 16);
	assert_memory_equal(da, rig->d.id.me_id, 16);
	rig_play(rig, "D> 00 00\n H> E7\n D> E7 00 00 00 20\n");
	rig_read(rig, da, 32);
	assert_memory_equal(da, rig->d.id.soc_id, 32);
	rig_play(rig, "D> 00 00\n"
		      "H> D7\n D> D7\n"
		      "H> 00 20 00 00\n D> 00 20 00 00\n"
		      "H> 00 00 01 20\n D> 00 00 01 20\n"
		      "H> 00 00 01 00\n D> 00 00 01 00\n"
		      "D> 00 00\n");
	for (int i = 0; i < 32; i++)
		da[i] = (uint8_t)(7 * i + 3);
	memset(da + 32, 0xA5, 256);
	assert_int_equal(rig_out(rig, da, sizeof da), 0);
	rig_play(rig, "D> 80 80\n"
		      "D> 00 00\n"
		      "H> D5\n D> D5\n"
		      "H> 00 20 00 00\n D> 00 20 00 00\n"
		      "D> 00 00\n"
		      "D> C0\n");
}

/* The differences on a fused phone in the boot ROM; no key is right, so SLA ends with 1D0D. */
static void brom_session(void **state)
{
	struct rig *rig = *state;
	uint8_t auth[0x8D0] = {'M', 'M', 'M', 1}, first[16], second[16];
	uint8_t response[0x100] = {1};

	rig->config.boot = BOOT_BROM;
	rig->config.security = SECURE_SBC | SECURE_SLA | SECURE_DAA;
	rig_plug(rig);
	rig_play(rig, "H> A0\n D> 5F\n H> 0A\n D> F5\n H> 50\n D> AF\n H> 05\n D> FA\n"
		      "H> FE\n D> FE\n"
		      "H> FF\n D> 05\n"
		      "H> D8\n D> D8 00 00 00 07 00 00\n"
		      "H> E2\n D> E2\n H> 00 00 08 D0\n D> 00 00 08 D0 00 00\n");
	assert_int_equal(rig_out(rig, auth, sizeof auth), 0);
	rig_play(rig, "D> 4C 00 00 00\n" /* 4D4D xor 014D */
		      "H> E3\n D> E3 00 00 00 00 00 10\n");
	rig_read(rig, first, sizeof first);
	rig_play(rig, "H> 00 00 01 00\n D> 00 00 01 00 00 00\n");
	assert_int_equal(rig_out(rig, response, sizeof response), 0);
	rig_play(rig, "D> 1D 0D\n H> E3\n D> E3 00 00 00 00 00 10\n");
	rig_read(rig, second, sizeof second);
	assert_memory_not_equal(first, second, sizeof first);
}

static void brom_failures(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig->config.security = SECURE_SLA;
	rig_plug(rig);
	rig_wake(rig);
	rig_play(rig, "H> D7\n D> D7\n H> 00 20 00 00\n D> 00 20 00 00\n"
		      "H> 00 00 01 20\n D> 00 00 01 20\n H> 00 00 01 00\n D> 00 00 01 00\n"
		      "D> 1D 0D\n"
		      "H> D1\n D> D1\n H> 08 00 00 00\n D> 08 00 00 00\n"
		      "H> 00 00 00 00\n D> 00 00 00 00\n D> FF FE\n");
	rig_expect_silence(rig, 500);
}

/* da-xflash.md 8.1, on the chip whose agents take EMI settings v51. */
static void opening_to_second_stage(void **state)
{
	struct rig *rig = *state;
	uint8_t blob[0x1C0] = "MTK_BLOADER_INFO_v51";

	rig->config.boot = BOOT_BROM;
	rig->config.chip = chip_by_name("MT6893");
	rig->config.chip_name = "MT6893";
	blob[0x6C] = 4;
	rig_plug(rig);
	rig_wake(rig);
	rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
	rig_send(rig, "D5");
	rig_expect(rig, "D5");
	rig_send(rig, "00 20 00 00");
	rig_expect(rig, "00 20 00 00 00 00");
	rig_play(rig,
		 "D> C0\n"
		 "H> EF EE EE FE 01 00 00 00 04 00 00 00 | 53 59 4E 43\n"
		 "H> EF EE EE FE 01 00 00 00 04 00 00 00 | 00 01 01 00\n"
		 "H> EF EE EE FE 01 00 00 00 14 00 00 00 | 02 00 00 00 01 00 00 00 01 00 00 00 "
		 "00 00 00 00 00 00 00 00\n"
		 "D> EF EE EE FE 01 00 00 00 04 00 00 00 | 00 00 00 00\n"
		 "H> EF EE EE FE 01 00 00 00 04 00 00 00 | 01 01 01 00\n"
		 "H> EF EE EE FE 01 00 00 00 04 00 00 00 | 00 00 00 00\n"
		 "D> S0\n"
		 "D> EF EE EE FE 01 00 00 00 04 00 00 00 | 53 59 4E 43\n"
		 "H> F(4) 09 00 01 00\n D> S0\n H> F(4) 11 00 04 00\n D> F(4) 04 00 01 C0\n"
		 "H> F(4) 09 00 01 00\n D> S0\n H> F(4) 04 00 02 00\n D> S0\n"
		 "H> F(4) 68 00 00 00\n D> S0\n"
		 "H> F(4) 09 00 01 00\n D> S0\n H> F(4) 03 00 02 00\n D> S0\n"
		 "H> F(4) 01 00 00 00\n D> S0\n"
		 "H> F(4) 09 00 01 00\n D> S0\n H> F(4) 0A 00 04 00\n D> S0\n"
		 "D> F(4) 62 72 6F 6D\n D> S0\n"
		 "H> F(4) 0A 00 01 00\n D> S0\n"
		 "H> F(4) C0 01 00 00\n"
		 "H> EF EE EE FE 01 00 00 00 C0 01 00 00\n");
	assert_int_equal(rig_out(rig, blob, sizeof blob), 0);
	rig_play(rig, "D> S0\n H> F(4) 08 00 01 00\n D> S0\n"
		      "H> EF EE EE FE 01 00 00 00 10 00 00 00 | 00 00 00 40 00 00 00 00 "
		      "00 50 00 00 00 00 00 00\n"
		      "H> EF EE EE FE 01 00 00 00 00 50 00 00\n");
	assert_int_equal(rig_out(rig, rig->da2, sizeof rig->da2), 0);
	rig_play(rig, "D> S0\n D> F(4) 53 59 4E 43\n"
		      "H> F(4) 09 00 01 00\n D> S0\n H> F(4) 07 00 04 00\n D> S0\n"
		      "D> F(8) 00 00 20 00 00 00 01 00\n D> S0\n");
}

/* 8.2: two packets, the second of 512 bytes. */
static void write_two_packets(void **state)
{
	struct rig *rig = *state;
	static uint8_t packet[0x200000], back[0x200];

	rig_agent2(rig);
	memset(packet, 0, sizeof packet);
	memcpy(packet, "ANDR", 4);
	rig_play(rig, "H> F(4) 04 00 01 00\n D> S0\n"
		      "H> EF EE EE FE 01 00 00 00 38 00 00 00 | 01 00 00 00 08 00 00 00 00 00 00 "
		      "01 00 00 00 00 00 02 20 00 00 00 00 00 Z(32)\n"
		      "D> S0\n H> S0\n H> F(4) 25 01 00 00\n"
		      "H> EF EE EE FE 01 00 00 00 00 00 20 00\n");
	assert_int_equal(rig_out(rig, packet, sizeof packet), 0);
	memset(packet, 0x5A, 0x200);
	rig_play(rig, "D> S0\n H> S0\n H> F(4) 00 B4 00 00\n"
		      "H> EF EE EE FE 01 00 00 00 00 02 00 00\n");
	assert_int_equal(rig_out(rig, packet, 0x200), 0);
	rig_play(rig, "D> S0\n D> S0\n");
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0x1000000, back, 4), 0);
	assert_memory_equal(back, "ANDR", 4);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0x1200000, back, 0x200), 0);
	assert_memory_equal(back, packet, 0x200);
}

/* 8.3: 0x18000 bytes in packets of 0x10000. */
static void read_two_packets(void **state)
{
	struct rig *rig = *state;
	static uint8_t wanted[0x18000], got[0x18000];
	struct seeded s = {.state = 7};

	rig_agent2(rig);
	seeded_fill(&s, wanted, sizeof wanted);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0, wanted, sizeof wanted), 0);
	rig_play(rig, "H> F(4) 05 00 01 00\n D> S0\n"
		      "H> F(56) 01 00 00 00 08 00 00 00 00 00 00 00 00 00 00 00 00 80 01 00 00 00 "
		      "00 00 Z(32)\n"
		      "D> S0\n D> S0\n D> EF EE EE FE 01 00 00 00 00 00 01 00\n");
	rig_read(rig, got, 0x10000);
	rig_play(rig, "H> S0\n D> S0\n D> EF EE EE FE 01 00 00 00 00 80 00 00\n");
	rig_read(rig, got + 0x10000, 0x8000);
	rig_play(rig, "H> S0\n D> S0\n");
	assert_memory_equal(got, wanted, sizeof wanted);
}

/*
 * 8.4 shows two progress pairs; section 6.5, seen on the agent's own code, one of 100 %. The device
 * follows 6.5.
 */
static void format(void **state)
{
	struct rig *rig = *state;
	uint8_t byte = 0x77;

	rig_agent2(rig);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0x2000010, &byte, 1), 0);
	rig_play(rig, "H> F(4) 03 00 01 00\n D> S0\n"
		      "H> F(56) 01 00 00 00 08 00 00 00 00 00 00 02 00 00 00 00 00 00 80 00 00 00 "
		      "00 00 Z(32)\n"
		      "D> S0\n"
		      "D> F(4) 04 00 04 40\n D> F(4) 64 00 00 00\n H> S0\n"
		      "D> F(4) 05 00 04 40\n");
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0x2000010, &byte, 1), 0);
	assert_int_equal(byte, 0);
}

/* 8.5: USB goes within a second. */
static void shutdown_with_reboot(void **state)
{
	struct rig *rig = *state;

	rig_agent2(rig);
	rig_play(rig, "H> F(4) 07 00 01 00\n D> S0\n"
		      "H> F(24) 01 00 00 00 B8 0B 00 00 00 00 00 00 01 00 00 00 00 00 00 00 "
		      "01 00 00 00\n"
		      "D> S0\n");
	rig_advance(rig, 150);
	assert_true(rig->d.present);
	rig_advance(rig, 100);
	assert_false(rig->d.present);
	rig_advance(rig, 60000);
	assert_false(rig->d.present);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(preloader_session, setup, teardown),
		cmocka_unit_test_setup_teardown(brom_session, setup, teardown),
		cmocka_unit_test_setup_teardown(brom_failures, setup, teardown),
		cmocka_unit_test_setup_teardown(opening_to_second_stage, setup, teardown),
		cmocka_unit_test_setup_teardown(write_two_packets, setup, teardown),
		cmocka_unit_test_setup_teardown(read_two_packets, setup, teardown),
		cmocka_unit_test_setup_teardown(format, setup, teardown),
		cmocka_unit_test_setup_teardown(shutdown_with_reboot, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
