/* The commands that no worked example shows (da-legacy.md 5), and faults at work on this agent. */
#include "tests/rack/legacy/rig_legacy.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/bootcheck.h"
#include "tests/rack/legacy/pmt.h"

enum { MIB = 0x100000 };

static int setup(void **state)
{
	*state = NULL;
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static struct rig *make(void **state, const char *chip)
{
	struct rig *rig = rig_legacy(chip);

	rig->config.brom_high_speed = true;
	*state = rig;
	return rig;
}

static struct rig *ready(void **state)
{
	struct rig *rig = make(state, "MT6580");

	rig_legacy_loop(rig);
	return rig;
}

/* ---- USB ---- */

static void come_back(struct rig *rig, uint16_t vid, uint16_t pid)
{
	unsigned before = rig->d.generation;

	rig_advance(rig, 1000);
	assert_true(rig->d.generation > before);
	assert_true(rig->d.present);
	assert_int_equal(rig->d.usb.face.vid, vid);
	assert_int_equal(rig->d.usb.face.pid, pid);
	device_attached(&rig->d, rig->now_us);
	assert_int_equal(rig_control(rig, 0x00, 9, 1, 0, NULL, NULL), 0);
}

static void port_comes_back_at_high_speed(void **state)
{
	struct rig *rig = make(state, "MT6580");

	rig->config.brom_high_speed = false;
	rig_legacy_loop(rig);
	rig_send(rig, "72");
	rig_expect(rig, "5A 00");
	rig_send(rig, "70 01");
	rig_expect(rig, "5A");
	come_back(rig, 0x0E8D, 0x2001);
	rig_legacy_alive(rig);
	rig_send(rig, "60"); /* its state survived: the user region is selected */
	rig_expect(rig, "5A");
	rig_send(rig, "08");
	rig_expect(rig, "5A");
}

static void port_comes_back_with_other_ids(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "73 01 60 00 10 04"); /* LG's */
	rig_expect(rig, "5A");
	come_back(rig, 0x1004, 0x6000);
	rig_legacy_alive(rig);
}

/* ---- tables ---- */

static void gpt_is_written_in_two_copies(void **state)
{
	struct rig *rig = ready(state);
	uint8_t entries[3 * 0x58] = {0}, got[3 * 0x58];

	strcpy((char *)entries, "proinfo");
	put_le64(entries + 0x40, 2 * MIB);
	put_le64(entries + 0x48, MIB);
	put_le16(entries + 0x50, 8);
	strcpy((char *)entries + 0x58, "lk");
	put_le64(entries + 0x58 + 0x40, 3 * MIB);
	put_le64(entries + 0x58 + 0x48, MIB);
	put_le16(entries + 0x58 + 0x50, 8);
	for (int copy = 1; copy >= 0; copy--) { /* the secondary one first */
		rig_send(rig, "A9");
		rig_expect(rig, "5A");
		rig_send(rig, copy ? "01 00 00 00 03" : "00 00 00 00 03");
		assert_int_equal(rig_out(rig, entries, sizeof entries), 0);
		rig_expect(rig, "5A");
		rig_send(rig, "A5");
		rig_expect(rig, copy ? "04 00 00 01 08" : "06 00 00 01 08");
		rig_send(rig, "5A");
		rig_read(rig, got, sizeof got);
		rig_send(rig, "5A");
		assert_memory_equal(got, entries, sizeof got);
	}
	rig_send(rig, "A9");
	rig_expect(rig, "5A");
	rig_send(rig, "00 00 00 00 29");
	rig_expect_silence(rig, 2000); /* 41: nothing fits any more */
}

/* A4 is an empty stub where the table is a GPT. */
static void pmt_write_of_a_gpt_chip(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "A4");
	rig_expect_silence(rig, 200);
	rig_legacy_alive(rig);
}

static void pmt_on_emmc(void **state)
{
	struct rig *rig = make(state, "MT6582");
	uint8_t wire[0x60] = "UBOOT", got[0x60];

	rig_legacy_loop(rig);
	put_le64(wire + 0x40, 0x60000);
	put_le64(wire + 0x50, 0x2000000);
	rig_send(rig, "A5");
	rig_expect(rig, "A5 00 00 04 0D");
	rig_send(rig, "A4");
	rig_expect(rig, "5A");
	rig_word32(rig, 1);
	rig_expect(rig, "5A");
	assert_int_equal(rig_out(rig, wire, sizeof wire), 0);
	rig_expect(rig, "5A");
	rig_word32(rig, 1);
	rig_expect(rig, "5A 5A");
	rig_send(rig, "A5");
	rig_expect(rig, "5A 00 00 00 60");
	rig_send(rig, "5A");
	rig_read(rig, got, sizeof got);
	rig_send(rig, "5A");
	assert_memory_equal(got, wire, sizeof got);
	/* second form: 1 MiB before the end, signature, version, entry, signature */
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, RIG_USER_BYTES - MIB, got, 0x60),
			 0);
	assert_memory_equal(got, "1vTP1.0\0UBOOT", 14);
	assert_int_equal(get_le64(got + 8 + 64), 0x60000);
	assert_int_equal(get_le64(got + 8 + 72), 0x2000000);
	rig_send(rig, "A1"); /* NAND's */
	rig_expect(rig, "A5 00 00 0B C8");
	rig_legacy_alive(rig);
}

static void first_form_of_the_pmt(void **state)
{
	struct rig *rig = make(state, "MT6589");
	struct rack_pmt pmt = {.count = 1, .entries = {{.name = "UBOOT", .size = 7, .offset = 9}}};
	struct rack_pmt back;
	uint8_t got[0x50], zeros[4] = {0};

	rig_insert(rig);
	assert_int_equal(rack_pmt_form_of(&rig->d.flash, 0x6583), RACK_PMT_FIRST);
	assert_int_equal(rack_pmt_store(&rig->d.flash, RACK_PMT_FIRST, &pmt), 0);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0x400, got, sizeof got), 0);
	assert_memory_equal(got, "1vTPUBOOT", 10);
	assert_int_equal(get_le32(got + 4 + 64), 7);
	assert_int_equal(get_le32(got + 4 + 68), 9);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0x400, zeros, 4), 0);
	assert_true(rack_pmt_load(&rig->d.flash, RACK_PMT_FIRST, &back)); /* the mirror */
	assert_int_equal(back.count, 1);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0xC00, zeros, 4), 0);
	assert_false(rack_pmt_load(&rig->d.flash, RACK_PMT_FIRST, &back));
}

/* ---- 51 on eMMC ---- */

static void preloader_into_both_boot_regions(void **state)
{
	struct rig *rig = ready(state);
	uint8_t image[0x400] = "MMM\x01\x38\0\0\0FILE_INFO", got[8];

	put_le32(image + 0x20, sizeof image);
	rig_legacy_bloader(rig);
	rig_send(rig, "00 00 20 00 05");
	rig_expect(rig, "5A 5A");
	rig_send(rig, "00 00 00 02  A5  5A  05 00 01  00 00 00 00  00 00 00 00  00 00 00 00"
		      "00 04 00 00  00  00 00 00 00  00 00 00 00  00 00 04 00  00 00");
	rig_expect(rig, "5A 5A");
	rig_legacy_packet(rig, image, sizeof image);
	rig_expect(rig, "69 5A");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(flash_read(&rig->d.flash, i ? REGION_BOOT2 : REGION_BOOT1, 0x800,
					    got, sizeof got),
				 0);
		assert_memory_equal(got, image, sizeof got);
	}
	assert_false(bootcheck_boot_region_broken(&rig->d.flash));
	rig_legacy_alive(rig);
}

static void preloader_for_another_storage(void **state)
{
	struct rig *rig = ready(state);

	rig_legacy_bloader(rig);
	rig_send(rig, "00 00 04 00 02");
	rig_expect(rig, "A5 00 00 0C 6A");
	rig_legacy_alive(rig);
}

/* ---- FE ---- */

static void dram_test(void **state)
{
	struct rig *rig = ready(state);
	uint8_t status[8];
	uint32_t last = 0;

	rig_send(rig, "FE 00 00 00 03 00 00 00 00 80 00 00 00 00 00 00 00 10 00 00 00"
		      "00 00 00 00 00 00 00 03 00 00 00 00");
	rig_expect(rig, "5A");
	for (int i = 0; i < 8; i++) {
		rig_read(rig, status, 4);
		if (!get_be32(status))
			break;
		assert_int_equal(get_be32(status), 3025);
		rig_read(rig, status, 4);
		assert_true(get_be32(status) > last);
		last = get_be32(status);
		rig_send(rig, "5A");
	}
	assert_int_equal(get_be32(status), 0);
	assert_int_equal(last, 100);
	rig_legacy_alive(rig);
}

static void failing_memory(void **state)
{
	struct rig *rig = make(state, "MT6580");

	rig_fault(rig, "status=BB9@step:memory-step:2");
	rig_legacy_loop(rig);
	rig_send(rig, "FE 00 00 00 03 00 00 00 00 00 00 00 00 00 00 00 00 00 00 40 00"
		      "00 00 00 00 00 00 00 01 A5 A5 A5 A5");
	rig_expect(rig, "5A 00 00 0B D1 00 00 00 19");
	rig_send(rig, "5A");
	rig_expect(rig, "00 00 0B B9  00 00 00 00 00 00 20 02"
			"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
	rig_legacy_alive(rig);
}

static void storage_test_writes_its_pattern(void **state)
{
	struct rig *rig = ready(state);
	uint8_t got[8];

	rig_send(rig, "FE 00 00 00 04 00 00 00 00 00 10 00 00 00 00 00 00 00 00 00 04"
		      "00 00 00 00 00 00 00 01 5A 5A 5A 5A");
	rig_expect(rig, "5A");
	for (int i = 0; i < 2; i++) {
		rig_read(rig, got, 8);
		rig_send(rig, "5A");
	}
	rig_expect(rig, "00 00 00 00");
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0x100000, got, 8), 0);
	assert_memory_equal(got, "\x5A\x5A\x5A\x5A\0\0\0\0", 8);
	rig_send(rig, "FE 00 00 00 01 00 00 00 00 00 10 00 00 00 00 00 00 00 00 00 04"
		      "00 00 00 00 00 00 00 01 5A 5A 5A 5A");
	rig_expect(rig, "A5 00 00 0B C8"); /* no NAND */
	rig_legacy_alive(rig);
}

static void memory_dump(void **state)
{
	struct rig *rig = ready(state);
	uint8_t bytes[512], got[514];

	memset(bytes, 0x39, sizeof bytes);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0, bytes, sizeof bytes), 0);
	rig_send(rig, "FE 00 00 00 04 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00"
		      "00 00 00 00 00 00 00 00 00 00 00 00");
	rig_expect(rig, "5A 00 10 00 00");
	rig_read(rig, got, sizeof got);
	assert_memory_equal(got, bytes, sizeof bytes);
	rig_send(rig, "5A");
	rig_legacy_alive(rig);
}

/* ---- small ones ---- */

static void registers_and_power_chip(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "7A 10 00 70 00");
	rig_expect(rig, "00 00 00 00 5A");
	rig_send(rig, "7A 40 00 00 00");
	rig_expect(rig, "00 00 00 00 A5");
	rig_send(rig, "7B 10 00 70 00 22 00 00 64");
	rig_expect(rig, "5A");
	rig_send(rig, "D8 10 00 70 00");
	rig_expect(rig, "00 00 5A");
	rig_send(rig, "D7 40 00 00 00 00 01");
	rig_expect(rig, "A5");
	rig_send(rig, "7C 00 10");
	rig_expect(rig, "00 00 5A");
	rig_send(rig, "7D 00 10 00 01");
	rig_expect(rig, "5A");
	rig_legacy_alive(rig);
}

static void questions(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "D0");
	rig_expect(rig, "00 00 00 A5");
	rig->config.battery_mv = 3950;
	rig_send(rig, "D0");
	rig_expect(rig, "00 00 00 5A 00 00 0F 6E");
	rig->config.security = SECURE_SBC;
	rig_send(rig, "B4 00 00 00 00");
	rig_expect(rig, "00 00 17 99");
	rig->config.security = SECURE_SBC | SECURE_DAA;
	rig_send(rig, "B4 00 00 00 00");
	rig_expect(rig, "00 00 17 9A");
	rig_send(rig, "E0 00 00 00 00");
	rig_expect(rig, "5A");
	rig_send(rig, "E0 00 00 00 02 AA BB");
	rig_expect(rig, "5A");
	rig_send(rig, "DA");
	rig_expect(rig, "5A 00 00");
	rig_send(rig, "64");
	rig_expect(rig, "5A");
	rig_send(rig, "D3");
	rig_expect(rig, "A5");
	rig_send(rig, "D5");
	rig_expect(rig, "A5 00 00 0B C7");
	rig_send(rig, "A7 05");
	rig_expect(rig, "A5 00 00 0C 6A");
	rig_legacy_alive(rig);
}

/* The one-time area can not be changed by any command. */
static void otp_is_locked(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "EE");
	rig_expect(rig, "00 00 0C 65");
	rig_send(rig, "EC 00 00 00 00 00 00 00 10");
	rig_expect(rig, "00 00 0C 65");
	rig_send(rig, "9D 00 00 00 00 00 00 00 00");
	rig_expect(rig, "00 00 0C 65");
	rig_legacy_alive(rig);
}

static void download_mode_after_the_watchdog(void **state)
{
	struct rig *rig = ready(state);

	rig_send(rig, "DB 01 40 00 00 00 04");
	rig_expect(rig, "5A");
	rig_advance(rig, 8000);
	assert_int_equal(rig->d.usb.face.pid, 0x2000);
}

/* ---- faults ---- */

static void answer_to_a_packet_is_lost(void **state)
{
	struct rig *rig = make(state, "MT6580");
	uint8_t bytes[512] = {3};

	rig_fault(rig, "lost@write:2");
	rig_legacy_loop(rig);
	rig_send(rig, "62 01 08 00 00 00 00 00 00 10 00 00 00 00 00 00 00 04 00 00 00 02 00");
	rig_expect(rig, "5A");
	rig_legacy_packet(rig, bytes, sizeof bytes);
	rig_expect(rig, "69");
	rig_legacy_packet(rig, bytes, sizeof bytes);
	rig_expect_silence(rig, 2000);
	rig_legacy_alive(rig); /* the agent thinks that all was said */
}

static void storage_fails_from_a_packet_on(void **state)
{
	struct rig *rig = make(state, "MT6580");
	uint8_t bytes[512] = {3};

	rig_fault(rig, "storage-dead@write:2");
	rig_legacy_loop(rig);
	rig_send(rig, "62 01 08 00 00 00 00 00 00 10 00 00 00 00 00 00 00 04 00 00 00 02 00");
	rig_expect(rig, "5A");
	rig_legacy_packet(rig, bytes, sizeof bytes);
	rig_expect(rig, "69");
	rig_legacy_packet(rig, bytes, sizeof bytes);
	rig_expect(rig, "A5 00 00 0C 52");
	rig_send(rig, "96");
	rig_legacy_alive(rig);
}

static void spoiled_packet(void **state)
{
	struct rig *rig = make(state, "MT6580");
	uint8_t bytes[512] = {3};

	rig_fault(rig, "corrupt@out:100000");
	rig_legacy_loop(rig);
	rig->d.faults.seen[0] = 0; /* now: 62, 5A, and the packet is the third transfer */
	rig->config.faults.items[0].n = 3;
	rig_send(rig, "62 01 08 00 00 00 00 00 00 10 00 00 00 00 00 00 00 02 00 00 00 02 00");
	rig_expect(rig, "5A");
	rig_legacy_packet(rig, bytes, sizeof bytes);
	rig_expect(rig, "A5 00 00 0B F9");
	rig_legacy_packet(rig, bytes, sizeof bytes);
	rig_expect(rig, "69");
	rig_legacy_alive(rig);
}

/* The host's A5 has the same packet sent again, with its right sum. */
static void wrong_sum_of_a_read_packet(void **state)
{
	struct rig *rig = make(state, "MT6580");
	uint8_t got[512];

	rig_fault(rig, "checksum@step:read-packet");
	rig_legacy_loop(rig);
	rig_send(rig, "D6 0B 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00");
	rig_expect(rig, "5A");
	rig_word32(rig, 0x1000);
	rig_read(rig, got, sizeof got);
	rig_expect(rig, "55 55");
	rig_send(rig, "A5");
	rig_read(rig, got, sizeof got);
	rig_expect(rig, "00 00");
	rig_send(rig, "5A");
	rig_legacy_alive(rig);
}

static void slow_erase(void **state)
{
	struct rig *rig = make(state, "MT6580");

	rig_fault(rig, "slow=3000@step:format");
	rig_legacy_loop(rig);
	rig_send(rig, "D4 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00");
	rig_expect(rig, "5A 5A");
	rig_expect_silence(rig, 2500);
	rig_expect(rig, "00 00 00 00 64");
}

static void no_storage_found(void **state)
{
	struct rig *rig = make(state, "MT6580");
	uint8_t probe[44], report[236];

	rig_fault(rig, "storage-dead@info");
	rig_legacy_jump(rig);
	rig_read(rig, probe, sizeof probe - 4);
	assert_int_equal(get_be32(probe), 3012);
	assert_int_equal(get_be32(probe + 20), 3012);
	rig_send(rig, "5A");
	rig_expect(rig, "04 02 9C");
	rig_send(rig, "05 FE 00 08 00 70 07 FF FF 01 00 00 00 00 02 01 02 00 00 00 00 00");
	rig_legacy_dram(rig);
	rig_legacy_stage2(rig);
	rig_read(rig, report, sizeof report);
	assert_int_equal(get_be32(report), 3015);
	assert_int_equal(get_be32(report + 28), 3016);
	assert_int_equal(get_be32(report + 68), 3149);
	assert_int_equal(get_be32(report + 160), 3151);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(port_comes_back_at_high_speed),
		T(port_comes_back_with_other_ids),
		T(gpt_is_written_in_two_copies),
		T(pmt_write_of_a_gpt_chip),
		T(pmt_on_emmc),
		T(first_form_of_the_pmt),
		T(preloader_into_both_boot_regions),
		T(preloader_for_another_storage),
		T(dram_test),
		T(failing_memory),
		T(storage_test_writes_its_pattern),
		T(memory_dump),
		T(registers_and_power_chip),
		T(questions),
		T(otp_is_locked),
		T(download_mode_after_the_watchdog),
		T(answer_to_a_packet_is_lost),
		T(storage_fails_from_a_packet_on),
		T(spoiled_packet),
		T(wrong_sum_of_a_read_packet),
		T(slow_erase),
		T(no_storage_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
