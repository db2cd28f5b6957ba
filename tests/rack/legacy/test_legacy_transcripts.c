/* The worked sessions of da-legacy.md section 8, byte for byte, on the MT6580 of the document. */
#include "tests/rack/legacy/rig_legacy.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "engine/base/bytes.h"

#define USER_BYTES 0x1D2000000
enum { MIB = 0x100000, DA2_BYTES = 0x2B00, DA2_BODY = 0x2A00 };

static int setup(void **state)
{
	static const uint8_t cid[16] = {0x15, 0x01, 0x00, 0x4D, 0x38, 0x47, 0x31, 0x57,
					0x41, 0x02, 0x25, 0x57, 0x18, 0x44, 0x60, 0x8F};
	static const uint8_t zeros[DA2_BODY];
	struct rig *rig = rig_legacy("MT6580");

	rig->config.user_bytes = USER_BYTES;
	SHA1(zeros, sizeof zeros, rig->da1 + 0x1F00);
	assert_memory_equal(rig->da1 + 0x1F00, "\xA3\x44\x33\xA9\xC7", 5);
	rig_insert(rig);
	memcpy(rig->d.id.cid, cid, sizeof cid);
	memset(rig->d.id.fwver, 0, sizeof rig->d.id.fwver);
	rig->d.id.fwver[0] = 1;
	for (int i = 0; i < 16; i++)
		rig->d.id.hrid[i] = (uint8_t)(0xA0 + i);
	rig->d.flash.regions[REGION_RPMB].bytes = 4 * MIB; /* the document's chip has less */
	*state = rig;
	return 0;
}

static void send_zeros(struct rig *rig, size_t n)
{
	static const uint8_t zeros[0x1000];

	assert_int_equal(rig_out(rig, zeros, n), 0);
}

static void probe_and_configuration(struct rig *rig)
{
	rig_expect(rig, "00 00 0B C4  00 07  00 00 00 00 00 00 00 00 00 00 00 00 00 00"
			"00 00 00 00  15 01 00 4D  38 47 31 57  41 02 25 57  18 44 60 8F");
	rig_send(rig, "5A");
	rig_expect(rig, "04 02 9C");
	rig_send(rig, "05 FE 00 08 00  70 07 FF FF  01 00 00 00 00  02 01 02 00");
	rig_send(rig, "00 00 00 01  46 46 00 00 00 00 00 00 00 00 00 00 00 00 00 00 FF 00 00 00");
}

static void dram(struct rig *rig)
{
	uint8_t record[188] = {0x01, 0, 0, 0, 0x02, 0x02, 0, 0, 0x09};

	memcpy(record + 16, rig->d.id.cid, 9);
	rig_expect(rig, "00 00 0B C3");
	rig_expect(rig, "00 00 00 00  4D 00 01 15  57 31 47 38  57 25 02 41  8F 60 44 18"
			"00 00 0B C4  00 07  00 00 00 00 00 00 00 00 00 00 00 00 00 00");
	rig_send(rig, "E8 00 00 00 15");
	rig_expect(rig, "5A  00 00 00 BC");
	rig_send(rig, "5A");
	rig_send(rig, "00 00 00 BC");
	assert_int_equal(rig_out(rig, record, sizeof record), 0);
	rig_expect(rig, "01 B9");
	rig_send(rig, "5A");
	rig_send(rig, "80 00 00 01");
	rig_expect(rig, "00 00 00 00  02 00  00 00 00 00 20 00 00 00");
}

static void second_stage(struct rig *rig)
{
	rig_send(rig, "80 00 00 00  00 00 2B 00  00 00 10 00");
	rig_expect(rig, "5A");
	send_zeros(rig, 0x1000);
	rig_expect(rig, "5A");
	send_zeros(rig, 0x1000);
	rig_expect(rig, "5A");
	send_zeros(rig, 0xB00);
	rig_expect(rig, "5A");
	rig_expect(rig, "5A");
	rig_send(rig, "5A");
}

static void report(struct rig *rig)
{
	rig_expect(rig, "00 00 0B C7 00 08 FF FF 00 00 00 00 00 00 00 00 00 00 00 00"
			"00 00 00 00 00 00 00 00");
	rig_expect(rig, "00 00 0B C8 00 00 00 00 00 00 00 00 00 00 00 00 07"
			"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
	rig_expect(rig, "00 00 00 00  00 00 00 00 00 40 00 00  00 00 00 00 00 40 00 00"
			"00 00 00 00 00 40 00 00");
	rig_expect(rig, "00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00"
			"00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00"
			"00 00 00 01 D2 00 00 00");
	rig_expect(rig, "4D 00 01 15  57 31 47 38  57 25 02 41  8F 60 44 18"
			"01 00 00 00 00 00 00 00");
	rig_expect(rig, "00 00 0C 4F 00 00 00 00 00 00 00 00"
			"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
	rig_expect(rig, "00 00 00 00 00 02 00 00 00 00 00 00 02 00 00 00 00 00 20 00 00 00"
			"A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 AA AB AC AD AE AF");
	rig_expect(rig, "5A 00 00 0C 0B 00 00 04 09 C1");
}

/* 8.1, boot ROM mode. */
static void sync_to_command_loop(void **state)
{
	struct rig *rig = *state;

	rig_legacy_jump(rig);
	probe_and_configuration(rig);
	dram(rig);
	second_stage(rig);
	report(rig);
}

/* The same by preloader: the DRAM block disappears. */
static void sync_in_preloader_mode(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_PRELOADER;
	rig_legacy_jump(rig);
	probe_and_configuration(rig);
	rig_expect(rig, "00 00 00 00");
	second_stage(rig);
	report(rig);
}

static struct rig *ready(void **state)
{
	struct rig *rig = *state;

	sync_to_command_loop(state);
	/* 8.2: the unit is at full speed in the boot ROM's connection, 8.2 shows it after 70. */
	rig_send(rig, "70 01");
	rig_expect(rig, "5A");
	rig_advance(rig, 1000);
	device_attached(&rig->d, rig->now_us);
	assert_int_equal(rig_control(rig, 0x00, 9, 1, 0, NULL, NULL), 0);
	rig_send(rig, "72");
	rig_expect(rig, "5A 01");
	return rig;
}

static uint8_t *example_data(void)
{
	static uint8_t data[MIB + 2];

	memset(data, 0, sizeof data);
	memcpy(data, "\x12\x34\x56\x78", 4);
	put_be16(data + MIB, 0x0114);
	return data;
}

static void expect_written(struct rig *rig)
{
	static uint8_t back[MIB];

	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0x1D80000, back, MIB), 0);
	assert_memory_equal(back, example_data(), MIB);
}

/* 8.2 */
static void write_one_mib(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "62 01 08  00 00 00 00 01 D8 00 00  00 00 00 00 00 10 00 00  00 10 00 00");
	rig_expect(rig, "5A");
	rig_send(rig, "5A");
	assert_int_equal(rig_out(rig, example_data(), MIB + 2), 0);
	rig_expect(rig, "69");
	expect_written(rig);
}

/* 8.2: the packet arrives corrupted, and is sent once more; or the host stops. */
static void write_after_a_bad_packet(void **state)
{
	struct rig *rig = ready(state);
	uint8_t *data = example_data();

	for (int again = 1; again >= 0; again--) {
		rig_send(rig,
			 "62 01 08  00 00 00 00 01 D8 00 00  00 00 00 00 00 10 00 00  00 10 00 00");
		rig_expect(rig, "5A");
		rig_send(rig, "5A");
		data[77] ^= 1;
		assert_int_equal(rig_out(rig, data, MIB + 2), 0);
		data[77] ^= 1;
		rig_expect(rig, "A5 00 00 0B F9");
		if (!again)
			break;
		rig_send(rig, "5A");
		assert_int_equal(rig_out(rig, data, MIB + 2), 0);
		rig_expect(rig, "69");
		expect_written(rig);
	}
	rig_send(rig, "96");
	rig_expect_silence(rig, 200);
	rig_send(rig, "72");
	rig_expect(rig, "5A 01");
}

/* 8.2, with 61: the packet length comes first, the sum of the image last. */
static void write_as_image(void **state)
{
	struct rig *rig = ready(state);
	const char *command = "61 01 08  00 00 00 00 01 D8 00 00  00 00 00 00 00 10 00 00  00 03";

	for (int good = 1; good >= 0; good--) {
		rig_send(rig, command);
		rig_expect(rig, "00 10 00 00 5A");
		rig_send(rig, "5A");
		assert_int_equal(rig_out(rig, example_data(), MIB + 2), 0);
		rig_expect(rig, "69");
		rig_send(rig, good ? "01 14" : "01 15");
		rig_expect(rig, good ? "5A" : "A5 01 14");
	}
	expect_written(rig);
}

/* 8.3 */
static void read_user_0(void **state)
{
	struct rig *rig = ready(state);
	uint8_t wanted[0x400], got[0x402];
	struct seeded s = {.state = 3};

	seeded_fill(&s, wanted, sizeof wanted);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0, wanted, sizeof wanted), 0);
	rig_send(rig, "60");
	rig_expect(rig, "5A");
	rig_send(rig, "08");
	rig_expect(rig, "5A");
	rig_send(rig, "D6 0B 02  00 00 00 00 00 00 00 00  00 00 00 00 00 00 04 00");
	rig_expect(rig, "5A");
	rig_send(rig, "00 10 00 00");
	for (int time = 0; time < 2; time++) {
		rig_read(rig, got, sizeof got);
		assert_memory_equal(got, wanted, sizeof wanted);
		assert_int_equal(get_be16(got + 0x400), la_sum(wanted, sizeof wanted));
		rig_send(rig, time ? "5A" : "A5");
	}
	rig_send(rig, "D6 0B 02  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00");
	rig_expect(rig, "A5 00 00 0B E0");
	rig_send(rig, "D6 0B 02  00 00 00 00 00 00 01 00  00 00 00 00 00 00 04 00");
	rig_expect(rig, "A5 00 00 0B DC");
}

/* 8.4, a card that erases. */
static void format_eight_mib(void **state)
{
	struct rig *rig = ready(state);
	uint8_t byte = 0x77;

	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0x90000010, &byte, 1), 0);
	rig_send(rig, "D4 02 00 00 00  00 00 00 00 90 00 00 00  00 00 00 00 00 80 00 00");
	rig_expect(rig, "5A 5A 00 00 00 00 64");
	rig_send(rig, "5A");
	rig_expect(rig, "5A 5A");
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0x90000010, &byte, 1), 0);
	assert_int_equal(byte, 0);
	rig_expect_silence(rig, 100);
}

/* 8.4, a card that does not. */
static void format_in_128_steps(void **state)
{
	struct rig *rig = ready(state);
	uint8_t byte = 0, status[5];

	rig->config.no_erase = true;
	rig_send(rig, "D4 02 00 00 00  00 00 00 00 90 00 00 00  00 00 00 00 00 80 00 00");
	rig_expect(rig, "5A 5A");
	for (int step = 0; step < 128; step++) {
		rig_read(rig, status, sizeof status);
		assert_int_equal(get_be32(status), step == 127 ? 0 : 0xBD1);
		if (step == 0 || step == 126)
			assert_int_equal(status[4], step ? 0x63 : 0);
		rig_send(rig, "5A");
	}
	assert_int_equal(status[4], 0x64);
	rig_expect(rig, "5A 5A");
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0x907FFFFF, &byte, 1), 0);
	assert_int_equal(byte, 0xFF);
}

/* 8.4, what goes wrong. */
static void format_failures(void **state)
{
	struct rig *rig;

	rig_fault(*state, "status=C52@step:erase:2");
	rig = ready(state);
	rig_send(rig, "D4 02 00 00 00  00 00 00 01 D1 F0 00 00  00 00 00 00 00 80 00 00");
	rig_expect(rig, "5A A5 00 00 0B E0 5A");
	rig->config.no_erase = true;
	rig_send(rig, "D4 02 00 00 00  00 00 00 00 90 00 00 00  00 00 00 00 00 80 00 00");
	rig_expect(rig, "5A 5A 00 00 0B D1 00");
	rig_send(rig, "5A");
	rig_expect(rig, "00 00 0C 52  00 00 00 00 90 01 00 00  96 5A");
	rig_expect_silence(rig, 100);
}

/* 8.5 */
static void reboot(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "DB 01 40 00 00 00 00");
	rig_expect(rig, "5A");
	rig_advance(rig, 1000);
	assert_false(rig->d.present);
}

static void power_off(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "D9");
	rig_expect(rig, "5A");
	rig_send(rig, "00 00 00 00");
	rig_expect(rig, "5A");
	rig_advance(rig, 1000);
	assert_false(rig->d.present);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sync_to_command_loop, setup, rig_legacy_teardown),
		cmocka_unit_test_setup_teardown(sync_in_preloader_mode, setup, rig_legacy_teardown),
		cmocka_unit_test_setup_teardown(write_one_mib, setup, rig_legacy_teardown),
		cmocka_unit_test_setup_teardown(write_after_a_bad_packet, setup,
						rig_legacy_teardown),
		cmocka_unit_test_setup_teardown(write_as_image, setup, rig_legacy_teardown),
		cmocka_unit_test_setup_teardown(read_user_0, setup, rig_legacy_teardown),
		cmocka_unit_test_setup_teardown(format_eight_mib, setup, rig_legacy_teardown),
		cmocka_unit_test_setup_teardown(format_in_128_steps, setup, rig_legacy_teardown),
		cmocka_unit_test_setup_teardown(format_failures, setup, rig_legacy_teardown),
		cmocka_unit_test_setup_teardown(reboot, setup, rig_legacy_teardown),
		cmocka_unit_test_setup_teardown(power_off, setup, rig_legacy_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
