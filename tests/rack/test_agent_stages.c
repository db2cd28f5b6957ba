/* The two stages: which commands each has, what they tell, and the way from one to the other. */
#include "tests/rack/rig.h"

#include <string.h>

#include <openssl/sha.h>

#include "engine/base/bytes.h"

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

static struct rig *first_by_brom(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig_agent1(rig);
	return rig;
}

static struct rig *second(void **state)
{
	rig_agent2(*state);
	return *state;
}

static void expect_codes(struct rig *rig, const uint32_t *offered, size_t n)
{
	static const uint32_t all[] = {
		0x020001, 0x020005, 0x020007, 0x020008, 0x02000F, 0x020010, 0x020011, 0x020012,
		0x040006, 0x040011, 0x040016, 0x080008, 0x800005, 0x0E0001, 0x020002, 0x020003,
		0x020004, 0x020006, 0x020009, 0x02000A, 0x02000B, 0x02000C, 0x02000D, 0x02000E,
		0x040001, 0x040002, 0x040003, 0x040004, 0x040005, 0x040007, 0x040008, 0x040009,
		0x04000A, 0x04000B, 0x04000C, 0x04000D, 0x04000E, 0x04000F, 0x040010, 0x040012,
		0x040013, 0x040014, 0x040015, 0x080001, 0x080002, 0x080003, 0x080004, 0x080005,
		0x080007, 0x0E0002, 0x0E0003,
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		bool has = false;

		for (size_t j = 0; j < n; j++)
			has = has || offered[j] == all[i];
		if (!has)
			rig_control_code(rig, all[i], 0xC0010004);
	}
}

static void first_stage_refuses_what_it_lacks(void **state)
{
	static const uint32_t offered[] = {0x040001, 0x040004, 0x040005, 0x040007, 0x040009,
					   0x04000A, 0x04000B, 0x04000C, 0x04000D, 0x040010,
					   0x040015, 0x020002, 0x020003, 0x020004, 0x0E0002};
	static const uint32_t opcodes[] = {0x010001, 0x010002, 0x010003, 0x010004, 0x010006,
					   0x01000C, 0x01000F, 0x010010, 0x010100, 0x010101};
	struct rig *rig = *state;

	rig_agent1(rig);
	expect_codes(rig, offered, sizeof offered / sizeof *offered);
	for (size_t i = 0; i < sizeof opcodes / sizeof *opcodes; i++) {
		rig_word(rig, opcodes[i]);
		rig_status(rig, 0xC0010003);
	}
	rig_opcode(rig, 0x010005); /* READ_DATA is there */
	rig_block(rig, 1, 8, 0, 0);
	rig_status(rig, 0);
	rig_status(rig, 0);
}

static void emu_first_stage_of_2019_lacks_two(void **state)
{
	struct rig *rig = *state;

	rig->config.agent = AGENT_2019;
	rig_agent1(rig);
	rig_control_code(rig, 0x040015, 0xC0010004);
	rig_word(rig, 0x010005);
	rig_status(rig, 0xC0010003);
}

static void second_stage_refuses_what_it_lacks(void **state)
{
	static const uint32_t offered[] = {
		0x040001, 0x040002, 0x040003, 0x040004, 0x040005, 0x040007, 0x040008,
		0x040009, 0x04000B, 0x04000C, 0x04000D, 0x04000E, 0x04000F, 0x040010,
		0x040012, 0x040013, 0x040014, 0x040015, 0x020002, 0x020006, 0x020009,
		0x02000A, 0x02000B, 0x02000C, 0x02000D, 0x02000E, 0x080001, 0x080002,
		0x080003, 0x080004, 0x080005, 0x080007, 0x0E0003};
	struct rig *rig = second(state);

	expect_codes(rig, offered, sizeof offered / sizeof *offered);
	rig_word(rig, 0x01000A);
	rig_status(rig, 0xC0010003);
	rig_word(rig, 0x010011);
	rig_status(rig, 0xC0010003);
}

static size_t get(struct rig *rig, uint32_t code, uint8_t *to, size_t room)
{
	size_t n;

	rig_control_code(rig, code, 0);
	n = rig_get(rig, to, room);
	rig_status(rig, 0);
	return n;
}

static void what_the_first_stage_tells(void **state)
{
	struct rig *rig = first_by_brom(state);
	uint8_t b[256];

	assert_int_equal(get(rig, 0x04000A, b, sizeof b), 4);
	assert_memory_equal(b, "brom", 4);
	assert_int_equal(get(rig, 0x04000B, b, sizeof b), 10);
	assert_memory_equal(b, "full-speed", 10);
	assert_int_equal(get(rig, 0x040005, b, sizeof b), 3);
	assert_memory_equal(b, "1.0", 3);
	assert_int_equal(get(rig, 0x04000C, b, sizeof b), 48);
	assert_int_equal(get_le32(b), 2);
	assert_int_equal(get_le32(b + 24), 0); /* no DRAM yet */
	rig_emi(rig, 35, 0);
	assert_int_equal(get(rig, 0x04000C, b, sizeof b), 48);
	assert_int_equal(get_le32(b + 24), 1);
}

static void emu_packet_lengths(void **state)
{
	struct rig *rig = *state;
	uint8_t b[16];

	rig_agent1(rig);
	assert_int_equal(get(rig, 0x040007, b, sizeof b), 8);
	assert_int_equal(get_le32(b), 0x8000);
	assert_int_equal(get_le32(b + 4), 0x8000);
	rig_boot_to(rig, rig->da2, sizeof rig->da2, 0);
	rig_status(rig, 0x434E5953);
	assert_int_equal(get(rig, 0x040007, b, sizeof b), 8);
	assert_int_equal(get_le32(b), 0x200000);
	assert_int_equal(get_le32(b + 4), 0x10000); /* system_os Linux */
}

static void read_length_depends_on_the_host_system(void **state)
{
	struct rig *rig = second(state);
	uint8_t b[16];

	rig->d.agent->system_os = 0;
	assert_int_equal(get(rig, 0x040007, b, sizeof b), 8);
	assert_int_equal(get_le32(b + 4), 0x200000);
}

static void emmc_structure(void **state)
{
	struct rig *rig = second(state);
	uint8_t b[256];

	assert_int_equal(get(rig, 0x040001, b, sizeof b), 104);
	assert_int_equal(get_le32(b), 1);
	assert_int_equal(get_le32(b + 4), 512);
	assert_int_equal(get_le64(b + 8), 4 << 20);
	assert_int_equal(get_le64(b + 16), 4 << 20);
	assert_int_equal(get_le64(b + 24), 16 << 20);
	assert_int_equal(get_le64(b + 64), RIG_USER_BYTES);
	assert_memory_equal(b + 72, rig->d.id.cid, 16);
	assert_memory_equal(b + 96, "\1\1\1\0\0\0\0\0", 8);	/* a healthy chip */
	assert_int_equal(get(rig, 0x040004, b, sizeof b), 208); /* absent: same size, zeros */
	for (int i = 0; i < 208; i++)
		assert_int_equal(b[i], 0);
	assert_int_equal(get(rig, 0x040002, b, sizeof b), 48);
	assert_int_equal(get_le32(b), 0);
	assert_int_equal(get(rig, 0x040003, b, sizeof b), 16);
}

static void ufs_structure(void **state)
{
	struct rig *rig = *state;
	uint8_t b[256];

	rig_storage(rig, STORAGE_UFS);
	rig_agent2(rig);
	assert_int_equal(get(rig, 0x040004, b, sizeof b), 208);
	assert_int_equal(get_le32(b), 0x30);
	assert_int_equal(get_le32(b + 4), 4096);
	assert_int_equal(get_le64(b + 8), 4 << 20);
	assert_int_equal(get_le64(b + 24), RIG_USER_BYTES);
	assert_memory_equal(b + 34, rig->d.id.cid, 20);
	assert_int_equal(get(rig, 0x040001, b, sizeof b), 104);
	assert_int_equal(get_le32(b), 0);
}

static void storage_structures_of_old_agents(void **state)
{
	struct rig *rig = *state;
	uint8_t b[256];

	rig->config.old_info = true;
	rig_storage(rig, STORAGE_UFS);
	rig_agent2(rig);
	assert_int_equal(get(rig, 0x040001, b, sizeof b), 96); /* absent: zeros */
	assert_int_equal(get_le32(b), 0);
	assert_int_equal(get(rig, 0x040004, b, sizeof b), 52);
	assert_int_equal(get_le32(b), 0x30);
	assert_int_equal(get_le64(b + 24), RIG_USER_BYTES);
	assert_memory_equal(b + 32, rig->d.id.cid, 16);
	assert_memory_equal(b + 48, rig->d.id.fwver, 4);
}

static void what_the_second_stage_tells(void **state)
{
	struct rig *rig = second(state);
	uint8_t b[256], again[16];

	assert_int_equal(get(rig, 0x04000D, b, sizeof b), 12);
	assert_int_equal(get_le16(b), 0x0766);
	assert_int_equal(get_le16(b + 2), 0x8A00);
	assert_int_equal(get_le16(b + 4), 0xCA00);
	assert_int_equal(get(rig, 0x040008, b, sizeof b), 16);
	assert_int_equal(get(rig, 0x040008, again, sizeof again), 16);
	assert_int_equal(get(rig, 0x040009, b, sizeof b), 4);
	assert_int_equal(get_le32(b), 0x64);
	assert_int_equal(get(rig, 0x04000B, b, sizeof b), 10);
	assert_memory_equal(b, "high-speed", 10);
	assert_int_equal(get(rig, 0x040010, b, sizeof b), 4);
	assert_int_equal(get(rig, 0x040012, b, sizeof b), 4);
	assert_int_equal(get(rig, 0x040013, b, sizeof b), 4);
	assert_memory_equal(b, "\x12\x34\x56\x78", 4);
	assert_int_equal(get(rig, 0x040014, b, sizeof b), 16);
	assert_int_equal(get(rig, 0x040015, b, sizeof b), 128);
	rig_control_code(rig, 0x080007, 0); /* life cycle: an action, one status */
	rig_status(rig, 0);
	rig_control_code(rig, 0x04000F, 0); /* no battery */
	assert_int_equal(rig_get_word(rig), 0);
	rig_status(rig, 0xC0040001);
}

static void emu_otp_lock_without_otp_says_nothing(void **state)
{
	struct rig *rig = second(state);

	rig_control_code(rig, 0x04000E, 0);
	rig_expect_silence(rig, 10000);
	rig_control_code(rig, 0x080001, 0); /* and it is back in its loop */
	rig_status(rig, 0);
}

static void emu_registers_are_not_open(void **state)
{
	struct rig *rig = second(state);

	rig_control_code(rig, 0x0E0003, 0);
	rig_play(rig, "H> F(8) 00 70 00 10 00 00 00 00\n D> F(8) 00 70 00 10 00 00 00 00\n"
		      "D> F(4) 0D 00 04 C0\n");
	rig_control_code(rig, 0x020009, 0);
	rig_play(rig, "H> F(8) 00 70 00 10 01 00 00 00\n D> F(4) 0D 00 04 C0\n");
}

static void second_signature_set_is_refused(void **state)
{
	struct rig *rig = second(state);

	rig_control_code(rig, 0x02000C, 0);
	rig_frame(rig, NULL, 0);
	rig_status(rig, 0);
	rig_control_code(rig, 0x02000C, 0);
	rig_frame(rig, "sign", 4);
	rig_status(rig, 0xC0020042);
}

static void setter_that_is_too_long(void **state)
{
	struct rig *rig = *state;

	rig_agent1(rig);
	rig_control_code(rig, 0x020003, 0);
	rig_play(rig, "H> F(8)\n D> F(4) 06 00 01 C0\n");
}

/* ---- DRAM ---- */

static void emu_emi_errors_leave_the_command_open(void **state)
{
	struct rig *rig = first_by_brom(state);
	uint8_t many[0x70 + 160] = "MTK_BLOADER_INFO_v35";

	rig_emi(rig, 51, 0xC0040050);
	put_le32(many + 0x6C, 200);
	rig_opcode(rig, 0x01000A);
	rig_word(rig, sizeof many);
	rig_frame(rig, many, sizeof many);
	rig_status(rig, 0xC0070005);
	rig_emi(rig, 35, 0);
}

static void dram_that_is_not_in_the_settings(void **state)
{
	struct rig *rig = *state;

	rig->config.dram_ids[0] = (struct dram_id){.bytes = {0x15, 1, 0, 'Q'}, .n = 4};
	rig->config.dram_id_count = 1;
	first_by_brom(state);
	rig_emi(rig, 35, 0xC004000A);
}

static void dram_fail_fault(void **state)
{
	rig_fault(*state, "dram-fail");
	first_by_brom(state);
	rig_emi(*state, 35, 0xC004000A);
}

static void second_stage_needs_dram(void **state)
{
	struct rig *rig = first_by_brom(state);
	uint8_t place[16] = {0};

	put_le32(place, 0x40000000);
	put_le32(place + 8, sizeof rig->da2);
	rig_opcode(rig, 0x010008);
	rig_frame(rig, place, sizeof place);
	rig_frame(rig, rig->da2, sizeof rig->da2);
	rig_expect_silence(rig, 20000);
}

/* ---- BOOT_TO ---- */

static void emu_wrong_second_stage_can_be_sent_again(void **state)
{
	struct rig *rig = *state;
	static uint8_t signed_da2[RIG_DA2_BYTES + 0x100];

	rig_agent1(rig);
	rig->da2[1000] ^= 1;
	rig_boot_to(rig, rig->da2, sizeof rig->da2, 0xC0070004);
	rig->da2[1000] ^= 1;
	memcpy(signed_da2, rig->da2, sizeof rig->da2);
	rig_boot_to(rig, signed_da2, sizeof signed_da2, 0xC0070004);
	rig_boot_to(rig, rig->da2, sizeof rig->da2, 0);
	rig_status(rig, 0x434E5953);
}

static void sha1_of_the_second_stage_will_do(void **state)
{
	struct rig *rig = *state;

	memset(rig->da1 + 0x1F00, 0, 32);
	SHA1(rig->da2, sizeof rig->da2, rig->da1 + 0x1000);
	rig_agent2(rig);
}

static void second_stage_longer_than_announced(void **state)
{
	struct rig *rig = *state;
	uint8_t place[16] = {0};

	rig_agent1(rig);
	put_le32(place, 0x40000000);
	put_le32(place + 8, 0x100);
	rig_opcode(rig, 0x010008);
	rig_frame(rig, place, sizeof place);
	rig_play(rig, "H> F(257)\n D> F(4) 06 00 01 C0\n");
}

static void emu_cable_out_in_the_second_stage_is_power_off(void **state)
{
	struct rig *rig = second(state);

	device_detached(&rig->d, rig->now_us);
	assert_false(rig->d.present);
	rig_advance(rig, 3600000);
	assert_false(rig->d.present);
	device_plug(&rig->d, rig->now_us);
	assert_int_equal(rig->d.stage, STAGE_PRELOADER); /* by --boot, not as boot ROM */
}

static void cable_out_before_is_a_power_cycle(void **state)
{
	struct rig *rig = *state;
	unsigned generation;

	rig_agent1(rig);
	generation = rig->d.generation;
	device_detached(&rig->d, rig->now_us);
	assert_true(rig->d.present);
	assert_int_not_equal(rig->d.generation, generation);
	assert_int_equal(rig->d.stage, STAGE_PRELOADER);
}

static void storage_dead_asserts(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "storage-dead");
	rig_agent1(rig);
	rig_boot_to(rig, rig->da2, sizeof rig->da2, 0);
	rig_expect_silence(rig, 20000);
}

static void no_storage_found(void **state)
{
	struct rig *rig = *state;
	uint8_t b[256];

	rig_fault(rig, "storage-dead@info");
	rig_agent2(rig);
	assert_int_equal(get(rig, 0x040001, b, sizeof b), 104);
	assert_int_equal(get_le32(b), 0);
	assert_int_equal(get(rig, 0x040004, b, sizeof b), 208);
	assert_int_equal(get_le32(b), 0);
	rig_opcode(rig, 0x010005);
	rig_block(rig, 1, 8, 0, 512);
	rig_status(rig, 0xC0030006);
}

/* ---- USB speed ---- */

static void speed_switch_reenumerates(void **state)
{
	struct rig *rig = *state;
	unsigned generation;
	uint8_t b[64];

	rig->config.boot = BOOT_BROM;
	rig_agent2(rig);
	generation = rig->d.generation;
	rig_opcode(rig, 0x01000B);
	rig_word(rig, 0x0E8D2001);
	rig_status(rig, 0);
	rig_advance(rig, 90);
	assert_true(rig->d.present);
	rig_advance(rig, 20);
	assert_false(rig->d.present);
	rig_advance(rig, 1000);
	assert_true(rig->d.present);
	assert_int_not_equal(rig->d.generation, generation);
	assert_int_equal(rig->d.usb.face.pid, 0x2001);
	assert_int_equal(rig->d.usb.face.speed, USB_HIGH);
	device_attached(&rig->d, rig->now_us);
	assert_int_equal(rig_control(rig, 0, 9, 1, 0, NULL, NULL), 0);
	assert_int_equal(get(rig, 0x04000B, b, sizeof b), 10); /* no sync: the next command works */
	assert_memory_equal(b, "high-speed", 10);
}

/* ---- SHUTDOWN ---- */

static void emu_long_shutdown_block_hangs_the_phone(void **state)
{
	struct rig *rig = second(state);

	rig_opcode(rig, 0x010007);
	rig_play(rig, "H> F(28)\n D> S0\n"); /* the overflow stays inside */
	rig_advance(rig, 300);
	assert_false(rig->d.present);
	assert_string_equal(rig->d.last_boot, "none"); /* no reset, no boot */
}

static void agents_from_2022_on_read_28_bytes(void **state)
{
	struct rig *rig = *state;

	rig->config.shutdown_bytes = 28;
	rig_agent2(rig);
	rig_opcode(rig, 0x010007);
	rig_play(rig, "H> F(28) 01 00 00 00 B8 0B 00 00 Z(20)\n D> S0\n");
	rig_advance(rig, 300);
	assert_string_equal(rig->d.last_boot, "failed"); /* a reset, and nothing to boot */
}

static void agents_of_2017_read_52_bytes(void **state)
{
	struct rig *rig = *state;

	rig->config.block_bytes = 52;
	rig_agent2(rig);
	rig_opcode(rig, 0x010005);
	rig_play(rig, "H> F(52) 01 00 00 00 08 00 00 00 Z(44)\n D> S0\n D> S0\n");
	rig_opcode(rig, 0x010005);
	rig_play(rig, "H> F(56)\n D> F(4) 06 00 03 C0\n");
}

static void shutdown_of_20_bytes_is_taken(void **state)
{
	struct rig *rig = second(state);

	rig_opcode(rig, 0x010007);
	rig_play(rig, "H> F(20) 01 00 00 00 B8 0B 00 00 Z(12)\n D> S0\n");
	rig_advance(rig, 300);
	assert_false(rig->d.present);
	assert_string_equal(rig->d.last_boot, "failed"); /* it did try: storage is empty */
}

static void emu_disconnect_only_ends_it_too(void **state)
{
	struct rig *rig = second(state);

	rig_opcode(rig, 0x010007);
	rig_play(rig, "H> F(24) Z(24)\n D> S0\n");
	rig_advance(rig, 300);
	assert_false(rig->d.present);
	assert_string_equal(rig->d.last_boot, "none");
}

static void download_bit_brings_it_back_as_preloader(void **state)
{
	struct rig *rig = second(state);

	rig_opcode(rig, 0x010007);
	rig_play(rig, "H> F(24) 01 00 00 00 B8 0B 00 00 Z(8) 01 00 00 00 01 00 00 00\n D> S0\n");
	rig_advance(rig, 2000);
	assert_true(rig->d.present);
	assert_int_equal(rig->d.stage, STAGE_PRELOADER);
}

/* ---- fuses ---- */

static void fuses_are_read_only(void **state)
{
	struct rig *rig = second(state);
	static uint8_t request[0xF8], result[0x403C];

	rig_opcode(rig, 0x01000F);
	rig_frame(rig, request, sizeof request);
	rig_status(rig, 0);
	assert_int_equal(rig_get(rig, result, sizeof result), sizeof result);
	rig_word(rig, 0);
	rig_status(rig, 0);
	rig_opcode(rig, 0x01000E);
	rig_frame(rig, request, sizeof request);
	rig_status(rig, 0xC0040205);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(first_stage_refuses_what_it_lacks),
		T(emu_first_stage_of_2019_lacks_two),
		T(second_stage_refuses_what_it_lacks),
		T(what_the_first_stage_tells),
		T(emu_packet_lengths),
		T(read_length_depends_on_the_host_system),
		T(emmc_structure),
		T(ufs_structure),
		T(storage_structures_of_old_agents),
		T(what_the_second_stage_tells),
		T(emu_otp_lock_without_otp_says_nothing),
		T(emu_registers_are_not_open),
		T(second_signature_set_is_refused),
		T(setter_that_is_too_long),
		T(emu_emi_errors_leave_the_command_open),
		T(dram_that_is_not_in_the_settings),
		T(dram_fail_fault),
		T(second_stage_needs_dram),
		T(emu_wrong_second_stage_can_be_sent_again),
		T(sha1_of_the_second_stage_will_do),
		T(second_stage_longer_than_announced),
		T(emu_cable_out_in_the_second_stage_is_power_off),
		T(cable_out_before_is_a_power_cycle),
		T(storage_dead_asserts),
		T(no_storage_found),
		T(speed_switch_reenumerates),
		T(emu_long_shutdown_block_hangs_the_phone),
		T(agents_from_2022_on_read_28_bytes),
		T(agents_of_2017_read_52_bytes),
		T(shutdown_of_20_bytes_is_taken),
		T(emu_disconnect_only_ends_it_too),
		T(download_bit_brings_it_back_as_preloader),
		T(fuses_are_read_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
