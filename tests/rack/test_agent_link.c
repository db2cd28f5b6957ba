/*
 * How agents read and write the pipe, and how they are lost (da-xflash.md 1, 3). Tests named emu_
 * are facts seen on the agents' own code as it ran.
 */
#include "tests/rack/rig.h"

#include <string.h>

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

static struct rig *first(void **state)
{
	rig_agent1(*state);
	return *state;
}

static struct rig *second(void **state)
{
	rig_agent2(*state);
	return *state;
}

/* Up to DA1's first byte. */
static struct rig *jumped(void **state)
{
	struct rig *rig = *state;

	rig_plug(rig);
	rig_wake(rig);
	rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
	rig_jump(rig);
	return rig;
}

/* Is the command loop gone for good? */
static void expect_lost(struct rig *rig)
{
	uint8_t frame[16] = {0xEF, 0xEE, 0xEE, 0xFE, 1, 0, 0, 0, 4, 0, 0, 0, 9, 0, 1, 0};

	rig_expect_silence(rig, 2000);
	rig_out(rig, frame, 12); /* the controller still takes a packet, or does not */
	rig_out(rig, frame + 12, 4);
	rig_expect_silence(rig, 60000);
	assert_true(rig->d.present);
}

static void emu_short_payload_joined_to_its_header_works(void **state)
{
	struct rig *rig = first(state);

	rig_send(rig, "EF EE EE FE 01 00 00 00 04 00 00 00 09 00 01 00");
	rig_play(rig, "D> S0\n");
	rig_send(rig, "EF EE EE FE 01 00 00 00 04 00 00 00 0A 00 04 00");
	rig_play(rig, "D> S0\n D> F(9) 70 72 65 6C 6F 61 64 65 72\n D> S0\n");
}

static void emu_long_payload_joined_to_its_header_is_lost(void **state)
{
	struct rig *rig = jumped(state);
	uint8_t got[64];

	rig_play(rig, "H> F(4) 53 59 4E 43\n H> F(4) 00 01 01 00\n");
	rig_send(rig, "EF EE EE FE 01 00 00 00 14 00 00 00 02 00 00 00 01 00 00 00 01 00 00 00"
		      "00 00 00 00 00 00 00 00");
	assert_int_equal(rig_in(rig, got, 64, 10000), -1); /* it waits for the 20 bytes */
	/* Sent alone, the payload is what it waits for. */
	rig_play(rig, "H> 02 00 00 00 01 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00\n D> S0\n");
}

static void emu_long_parameters_joined_wait_for_ever(void **state)
{
	struct rig *rig = second(state);
	uint8_t joined[12 + 56] = {0xEF, 0xEE, 0xEE, 0xFE, 1, 0, 0, 0, 56};

	rig_opcode(rig, 0x010005);
	assert_int_equal(rig_out(rig, joined, sizeof joined), 0);
	rig_expect_silence(rig, 60000);
}

static void emu_header_may_come_in_pieces(void **state)
{
	struct rig *rig = first(state);

	rig_play(rig, "H> EF EE EE FE | 01 00 00 00 | 04 00 00 00 | 09 00 | 01 00\n D> S0\n");
}

static void emu_short_writes_come_byte_by_byte(void **state)
{
	struct rig *rig = first(state);
	uint8_t got[512];

	rig_word(rig, 0x010009);
	for (int i = 0; i < 16; i++)
		assert_int_equal(rig_in(rig, got, 512, 1), 1);
	assert_int_equal(rig_in(rig, got, 512, 100), -1);
	rig_word(rig, 0x04000A); /* "preloader": nine bytes, one each */
	for (int i = 0; i < 16 + 12 + 9 + 16; i++)
		assert_int_equal(rig_in(rig, got, 512, 1), 1);
}

static void emu_long_writes_come_in_full_packets(void **state)
{
	struct rig *rig = second(state);
	uint8_t got[512];

	rig_control_code(rig, 0x040001, 0);
	for (int i = 0; i < 12; i++)
		assert_int_equal(rig_in(rig, got, 512, 1), 1);
	assert_int_equal(rig_in(rig, got, 512, 1), 104); /* one transfer, never with its header */
	rig_status(rig, 0);
}

static void emu_first_stage_ends_full_packets_with_an_empty_one(void **state)
{
	struct rig *rig = first(state);
	static uint8_t got[0x10000];

	rig_opcode(rig, 0x010005);
	rig_block(rig, 1, 8, 0, 0x400);
	rig_status(rig, 0);
	rig_status(rig, 0);
	for (int i = 0; i < 12; i++)
		assert_int_equal(rig_in(rig, got, 512, 1), 1);
	assert_int_equal(rig_in(rig, got, 0x400, 1), 0x400);
	assert_int_equal(rig_in(rig, got, 512, 1), 0);
	rig_word(rig, 0);
	rig_status(rig, 0);
}

static void emu_second_stage_sends_no_empty_packet(void **state)
{
	struct rig *rig = second(state);
	static uint8_t got[0x10000];

	rig_opcode(rig, 0x010005);
	rig_block(rig, 1, 8, 0, 0x400);
	rig_status(rig, 0);
	rig_status(rig, 0);
	for (int i = 0; i < 12; i++)
		assert_int_equal(rig_in(rig, got, 512, 1), 1);
	assert_int_equal(rig_in(rig, got, 0x400, 1), 0x400);
	assert_int_equal(rig_in(rig, got, 512, 100), -1);
	rig_word(rig, 0);
	rig_status(rig, 0);
}

static void emu_bad_magic_ends_the_loop(void **state)
{
	struct rig *rig = second(state);

	rig_send(rig, "EE EE EE FE 01 00 00 00 04 00 00 00");
	expect_lost(rig);
}

static void emu_long_opcode_frame_ends_the_loop(void **state)
{
	struct rig *rig = second(state);

	rig_send(rig, "EF EE EE FE 01 00 00 00 08 00 00 00");
	expect_lost(rig);
}

static void frame_type_is_not_looked_at(void **state)
{
	struct rig *rig = second(state);

	rig_play(rig, "H> EF EE EE FE 07 00 00 00 04 00 00 00 | 09 00 01 00\n D> S0\n"
		      "H> F(4) 09 00 04 00\n D> S0\n D> F(4) 64 00 00 00\n D> S0\n");
}

static void emu_oversized_parameters_kill_the_loop(void **state)
{
	struct rig *rig = second(state);
	uint8_t block[60] = {1, 0, 0, 0, 8};

	rig_opcode(rig, 0x010005);
	rig_play(rig, "H> F(60)\n D> F(4) 06 00 03 C0\n"); /* the payload is still to come */
	assert_int_equal(rig_out(rig, block, sizeof block), 0);
	expect_lost(rig);
}

static void emu_payload_in_pieces_of_1000_bytes(void **state)
{
	struct rig *rig = second(state);
	static uint8_t data[20000], back[sizeof data];
	struct seeded s = {.state = 3};

	seeded_fill(&s, data, sizeof data);
	rig_opcode(rig, 0x010004);
	rig_block(rig, 1, 8, 0, sizeof data);
	rig_status(rig, 0);
	rig_word(rig, 0);
	rig_word(rig, rig_sum(data, sizeof data));
	rig_play(rig, "H> F(20000)\n");
	for (size_t at = 0; at < sizeof data; at += 1000)
		assert_int_equal(rig_out(rig, data + at, 1000), 0);
	rig_status(rig, 0);
	rig_status(rig, 0);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0, back, sizeof back), 0);
	assert_memory_equal(back, data, sizeof data);
}

/* ---- the opening ---- */

static void emu_wrong_sync_halts_silently(void **state)
{
	struct rig *rig = jumped(state);

	rig_play(rig, "H> F(4) 53 59 4E 44\n");
	rig_expect_silence(rig, 10000);
	/* Nobody reads any more: the controller takes one packet, then answers NAK. */
	assert_int_equal(rig_out(rig, "\xEF\xEE\xEE\xFE\1\0\0\0\4\0\0\0", 12), 0);
	assert_int_equal(rig_out(rig, "SYNC", 4), RIG_PENDING);
	rig_expect_silence(rig, 10000);
}

static void emu_wrong_setup_opcode_gets_status_zero_and_halts(void **state)
{
	struct rig *rig = jumped(state);

	rig_play(rig, "H> F(4) 53 59 4E 43\n H> F(4) 09 00 01 00\n D> S0\n");
	expect_lost(rig);
}

static void emu_long_environment_halts_with_overflow(void **state)
{
	struct rig *rig = jumped(state);

	rig_play(rig, "H> F(4) 53 59 4E 43\n H> F(4) 00 01 01 00\n H> F(24)\n"
		      "D> F(4) 06 00 01 C0\n");
	expect_lost(rig);
}

static void emu_short_environment_is_taken(void **state)
{
	struct rig *rig = jumped(state);

	rig_play(rig, "H> F(4) 53 59 4E 43\n H> F(4) 00 01 01 00\n"
		      "H> F(12) | 02 00 00 00 01 00 00 00 01 00 00 00\n D> S0\n"
		      "H> F(4) 01 01 01 00\n H> F(4) 00 00 00 00\n D> S0\n"
		      "D> F(4) 53 59 4E 43\n");
}

static void emu_setup_works_once(void **state)
{
	struct rig *rig = first(state);

	rig_play(rig, "H> F(4) 00 01 01 00\n D> F(4) 03 00 01 C0\n");
	rig_opcode(rig, 0x010009);
}

static void hw_parameter_blocks_get_one_status(void **state)
{
	struct rig *rig = jumped(state);

	rig_play(rig, "H> F(4) 53 59 4E 43\n H> F(4) 00 01 01 00\n"
		      "H> F(20) Z(20)\n D> S0\n"
		      "H> F(4) 01 01 01 00\n H> F(4) 02 00 00 00\n"
		      "H> F(4) 18 00 00 00\n H> F(24) Z(24)\n"
		      "H> F(4) 18 00 00 00\n H> F(24) Z(24)\n"
		      "D> S0\n D> F(4) 53 59 4E 43\n");
}

static void log_frames_come_when_asked_for(void **state)
{
	struct rig *rig = jumped(state);
	uint8_t h[12], payload[64];

	rig_play(rig, "H> F(4) 53 59 4E 43\n H> F(4) 00 01 01 00\n"
		      "H> F(20) | 02 00 00 00 02 00 00 00 01 00 00 00 Z(8)\n");
	rig_read(rig, h, sizeof h);
	assert_int_equal(get_le32(h), AGENT_MAGIC);
	assert_int_equal(get_le32(h + 4), 2);
	rig_read(rig, payload, get_le32(h + 8));
	assert_int_equal(get_le32(payload), 1);
	rig_play(rig, "D> S0\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(emu_short_payload_joined_to_its_header_works),
		T(emu_long_payload_joined_to_its_header_is_lost),
		T(emu_long_parameters_joined_wait_for_ever),
		T(emu_header_may_come_in_pieces),
		T(emu_short_writes_come_byte_by_byte),
		T(emu_long_writes_come_in_full_packets),
		T(emu_first_stage_ends_full_packets_with_an_empty_one),
		T(emu_second_stage_sends_no_empty_packet),
		T(emu_bad_magic_ends_the_loop),
		T(emu_long_opcode_frame_ends_the_loop),
		T(frame_type_is_not_looked_at),
		T(emu_oversized_parameters_kill_the_loop),
		T(emu_payload_in_pieces_of_1000_bytes),
		T(emu_wrong_sync_halts_silently),
		T(emu_wrong_setup_opcode_gets_status_zero_and_halts),
		T(emu_long_environment_halts_with_overflow),
		T(emu_short_environment_is_taken),
		T(emu_setup_works_once),
		T(hw_parameter_blocks_get_one_status),
		T(log_frames_come_when_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
