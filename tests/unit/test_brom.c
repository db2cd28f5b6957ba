/* Boot ROM and preloader: opcodes that may be sent, checksum, status names, the start handshake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/brom/brom.h"
#include "engine/brom/command.h"
#include "tests/lib/pack.h"
#include "tests/lib/replay.h"

static struct pack pack;
static struct flow flow;
static struct flow_plan plan;
static struct flow_action action;

static int set_up(void **state)
{
	const struct pack_options options = {.emi_version = 35};

	(void)state;
	pack_make(&pack, &options);
	plan = (struct flow_plan){.package = &pack.package};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pack_free(&pack);
	return 0;
}

/* The list is short, and ZEROIZATION is not on it. */
static void zeroization_cannot_be_sent(void **state)
{
	static const uint8_t known[] = {0xA2, 0xD2, 0xD4, 0xD5, 0xD7, 0xD8, 0xDE, 0xE0,
					0xE2, 0xE3, 0xE1, 0xE7, 0xFC, 0xFD, 0xFE, 0xFF};
	struct flow_action a = {0};

	(void)state;
	for (unsigned op = 0; op < 256; op++)
		assert_int_equal(brom_may_send((uint8_t)op),
				 memchr(known, (int)op, sizeof known) != NULL);
	memset(&flow, 0, sizeof flow);
	flow.report.phase = "identify";
	flow.report.step = "test";
	assert_int_equal(brom_command(&flow, &a, (enum brom_opcode)0xF0, 1), STEP_FAIL);
	assert_int_equal(a.tx_count, 0);
	assert_int_equal(flow.report.fault.code, 90);
}

static uint16_t sum(const char *bytes, size_t n)
{
	return brom_checksum((struct slice){(const uint8_t *)bytes, n});
}

/* Vectors of brom.md section 11. */
static void checksum_vectors(void **state)
{
	(void)state;
	assert_int_equal(sum("\x01\x02\x03", 3), 0x0202);
	assert_int_equal(sum("\x12\x34\x56\x78", 4), 0x4C44);
	assert_int_equal(sum("\xFF", 1), 0x00FF);
	assert_int_equal(sum("", 0), 0);
}

static void status_names(void **state)
{
	(void)state;
	assert_string_equal(brom_status_name(0x0001), "OK");
	assert_string_equal(brom_status_name(0x1D0D), "SLA_ERROR");
	assert_string_equal(brom_status_name(0x7024), "DAA_SIG_VERIFY_FAILED");
	assert_string_equal(brom_status_name(0x2712), "PRELOADER_FORBIDDEN");
	assert_string_equal(brom_status_name(0xFFFE), "COUNT_IS_ZERO");
	assert_string_equal(brom_status_name(0x0BAD), "unlisted status");
	assert_true(brom_failed(0x1000));
	assert_false(brom_failed(0x00FF));
}

/* Every word of section 10 has a name. */
static void all_listed_statuses_have_names(void **state)
{
	static const struct {
		uint16_t from, to;
	} listed[] = {{0x1002, 0x1005}, {0x1B58, 0x1B5B}, {0x1D00, 0x1D02}, {0x1D0C, 0x1D18},
		      {0x1D1D, 0x1D1D}, {0x1D21, 0x1D21}, {0x2000, 0x2006}, {0x2711, 0x2718},
		      {0x3000, 0x3007}, {0x4000, 0x400D}, {0x5000, 0x5004}, {0x5A5B, 0x5A5B},
		      {0x6000, 0x6005}, {0x7000, 0x7004}, {0x7015, 0x7015}, {0x7017, 0x7017},
		      {0x7024, 0x7024}, {0x8000, 0x8001}, {0x9000, 0x9015}, {0xA000, 0xA005},
		      {0xFFFD, 0xFFFF}};

	(void)state;
	for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++)
		for (uint32_t s = listed[i].from; s <= listed[i].to; s++)
			if (!strcmp(brom_status_name((uint16_t)s), "unlisted status"))
				fail_msg("0x%04X has no name", s);
}

static void play(uint16_t pid, const char *name, const char *text)
{
	const struct arrival arrival = {0x0e8d, pid, USB_SPEED_HIGH};
	struct replay r = {.name = name, .text = text};

	flow_begin(&flow, &plan, &arrival, 0, &action);
	if (!replay_run(&r, &flow, &action))
		fail_msg("%s", r.error);
}

#define IDENTIFIED "H> FD\nD> FD 07 66 00 00\nH> D4\n"

static void ready_text_in_any_cut(void **state)
{
	(void)state;
	play(0x2000, "cut READY",
	     "H> A0\nD> 52 45\nD> 41 44 59 52 45 41\nD> 44 59\nsilence\n"
	     "H> A0\nD> 44 59 5F\nH> 0A\nD> 41 44 59 F5\nH> 50\nD> 52 45 41 44 59 AF\nH> 05\n"
	     "D> FA\nD> 52 45 41 44 59\nsilence\n" IDENTIFIED);
	assert_int_equal(flow.report.facts.arrived_as, MODE_PRELOADER);
}

/* READY goes on and on: our byte was lost, it is sent again without waiting for silence. */
static void lost_first_byte(void **state)
{
	(void)state;
	play(0x2000, "lost A0",
	     "H> A0\nD> 52 45 41 44 59 52 45 41 44 59 52 45 41 44 59\n"
	     "H> A0\nsilence\nH> A0\nD> 5F\nH> 0A\nD> F5\nH> 50\nD> AF\nH> 05\nD> "
	     "FA\nsilence\n" IDENTIFIED);
}

static void command_loop_already_runs(void **state)
{
	(void)state;
	play(0x0003, "A0 echoed", "H> A0\nD> A0\nsilence\n" IDENTIFIED);
	assert_true(flow.brom.was_running);
}

static void wrong_byte_starts_over(void **state)
{
	(void)state;
	play(0x0003, "byte + 1",
	     "H> A0\nD> 5F\nH> 0A\nD> 0B 00 00\nsilence\nH> A0\nD> 5F\nH> 0A\nD> F5\nH> 50\nD> AF\n"
	     "H> 05\nD> FA\nsilence\n" IDENTIFIED);
	assert_int_equal(flow.brom.wrong, 1);
}

/* An answer that does not come leaves the matcher half done: a preloader forgets it. */
static void half_done_waits_for_the_window(void **state)
{
	(void)state;
	play(0x2000, "half done", "H> A0\nD> 5F\nH> 0A\nsilence\n");
	assert_int_equal(action.tx_count, 0);
	assert_true(action.ms > 300);
	play(0x2000, "half done, again",
	     "H> A0\nD> 5F\nH> 0A\nsilence\nsilence\nH> A0\nD> 5F\nH> 0A\nD> F5\nH> 50\nD> AF\n"
	     "H> 05\nD> FA\nsilence\n" IDENTIFIED);
}

/* A boot ROM does not forget, and takes A0 in silence: it was sent A0 until its window was over. */
static void half_done_boot_rom_is_asked_on(void **state)
{
	(void)state;
	play(0x0003, "took A0 in silence",
	     "H> A0\nD> 5F\nH> 0A\nsilence\nsilence\nH> A0\nsilence\nH> 0A\nD> F5\nH> 50\nD> AF\n"
	     "H> 05\nD> FA\nsilence\n" IDENTIFIED);
	play(0x0003, "was at its beginning",
	     "H> A0\nD> 5F\nH> 0A\nsilence\nsilence\nH> A0\nsilence\nH> 0A\nD> 0B\nsilence\n"
	     "H> A0\nD> 5F\nH> 0A\nD> F5\nH> 50\nD> AF\nH> 05\nD> FA\nsilence\n" IDENTIFIED);
	play(0x0003, "lost twice",
	     "H> A0\nD> 5F\nH> 0A\nsilence\nsilence\nH> A0\nsilence\nH> 0A\nsilence\nsilence\n"
	     "H> A0\nsilence\nH> 0A\nD> F5\nH> 50\nD> AF\nH> 05\nD> FA\nsilence\n" IDENTIFIED);
}

static void hw_code_failing_redoes_the_handshake(void **state)
{
	(void)state;
	play(0x0003, "FD unanswered",
	     "H> A0\nD> A0\nsilence\nH> FD\nsilence\nsilence\n"
	     "H> A0\nD> 5F\nH> 0A\nD> F5\nH> 50\nD> AF\nH> 05\nD> FA\nsilence\n" IDENTIFIED);
	assert_int_equal(flow.brom.restarts, 1);
}

/* Answers every action of the run with `byte`, or with silence. */
static unsigned answer_always(uint16_t pid, const uint8_t *byte)
{
	const struct arrival arrival = {0x0e8d, pid, USB_SPEED_HIGH};
	uint8_t reply[64];
	struct flow_event e;
	uint64_t now = 0;
	unsigned n = 0;

	flow_begin(&flow, &plan, &arrival, 0, &action);
	while (action.what != FLOW_FINISH) {
		assert_true(++n < 3000);
		memset(reply, byte ? *byte : 0, sizeof reply);
		now += byte ? 1 : action.ms;
		e = (struct flow_event){.kind = byte ? FLOW_REPLY : FLOW_TIMEOUT,
					.seq = action.seq,
					.now_ms = now,
					.rx = {reply, byte ? action.rx_want : 0}};
		flow_step(&flow, &e, &action);
	}
	return (unsigned)now;
}

static void silence_is_a_missed_window(void **state)
{
	unsigned ms;

	(void)state;
	ms = answer_always(0x2000, NULL);
	assert_int_equal(flow.report.result, FLOW_FAILED);
	assert_int_equal(flow.report.fault.code, 3);
	assert_string_equal(flow.report.fault.step, "connect: start bytes");
	assert_in_range(ms, 2500, 10000);
	ms = answer_always(0x0003, NULL);
	assert_int_equal(flow.report.fault.code, 3);
	assert_in_range(ms, 10000, 40000);
}

static void garbage_is_garbage(void **state)
{
	static const uint8_t bytes[] = {0x00, 0x13, 0xFF, 0xA1, 0xF0};

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++) {
		answer_always(0x2000, &bytes[i]);
		assert_int_equal(flow.report.result, FLOW_FAILED);
		assert_int_equal(flow.report.fault.family, FAULT_STATION);
		assert_int_equal(flow.report.fault.code, 11);
	}
}

/* READY for ever, and no start byte ever heard. */
static void deaf_preloader(void **state)
{
	static const uint8_t y = 'Y';

	(void)state;
	answer_always(0x2000, &y);
	assert_int_equal(flow.report.fault.code, 3);
}

#define READY  "52 45 41 44 59 "
#define THRICE READY READY READY

/* The answer to 0A is lost; the preloader forgets, and sends READY until somebody speaks again. */
static void forgotten_handshake_begins_anew(void **state)
{
	(void)state;
	play(0x2000, "lost, then silence",
	     "H> A0\nsilence\nH> A0\nD> 5F\nH> 0A\nsilence\nD> " THRICE "\nH> A0\n");
	assert_int_equal(flow.report.result, FLOW_RUNNING);
	play(0x2000, "lost in the midst of READY",
	     "H> A0\nsilence\nH> A0\nD> 5F\nH> 0A\nD> " THRICE "\nH> A0\nD> 5F\nH> 0A\nD> F5\n"
	     "H> 50\nD> AF\nH> 05\nD> FA\nsilence\nH> FD\n");
	assert_int_equal(flow.report.result, FLOW_RUNNING);
}

static void leaving_is_a_missed_window(void **state)
{
	(void)state;
	play(0x2000, "gone", "H> A0\nsilence\nH> A0\nD> 5F\nH> 0A\ngone\n");
	assert_int_equal(flow.report.result, FLOW_FAILED);
	assert_int_equal(flow.report.fault.code, 3);
	assert_int_equal(action.what, FLOW_FINISH);
}

#define UP_TO_FE                                                                                   \
	"H> A0\nD> A0\nsilence\nH> FD\nD> FD 07 66 00 00\nH> D4\nD> D4\nH> 10 00 70 00\n"          \
	"D> 10 00 70 00\nH> 00 00 00 01\nD> 00 00 00 01 10 01\nH> FE\n"

/* Preloader and boot ROM may refuse the watchdog write: hosts that never send it work, too. */
static void watchdog_refusal(void **state)
{
	(void)state;
	play(0x2000, "preloader refuses D4", UP_TO_FE "D> 03\nH> FC\n");
	assert_int_equal(flow.report.result, FLOW_RUNNING);
	play(0x0003, "boot ROM refuses D4", UP_TO_FE "D> FE\nH> FF\n");
	assert_int_equal(flow.report.result, FLOW_RUNNING);
}

/* No register of a chip that nobody knows is written, and no agent is sent to it. */
static void unknown_chip_is_left_alone(void **state)
{
	(void)state;
	play(0x0003, "unknown chip",
	     "H> A0\nD> A0\nsilence\nH> FD\nD> FD 12 34 00 00\nH> FE\nD> FE\nH> FF\nD> 05\n"
	     "H> FC\nD> FC 8A 00 CA 00 00 00 00 00\nH> D8\nD> D8 00 00 00 00 00 00\n"
	     "journal identified\n");
	assert_int_equal(action.what, FLOW_FINISH);
	assert_int_equal(flow.report.result, FLOW_REFUSED);
	assert_int_equal(flow.report.fault.code, 21);
}

static const uint8_t agent[] = {0x12, 0x34, 0x56, 0x78, 0xFF};

/* The agent upload alone, of five bytes with two of signature, on a chip of the test's making. */
static void upload(const struct chip *chip, const char *name, const char *text)
{
	struct replay r = {.name = name, .text = text};

	memset(&flow, 0, sizeof flow);
	flow.chip = chip;
	flow.da1 = (struct slice){agent, sizeof agent};
	flow.da1_addr = 0x00201000;
	flow.da1_sig_len = 2;
	replay_verb(&flow, &plan, brom_send_agent, &action);
	if (!replay_run(&r, &flow, &action))
		fail_msg("%s", r.error);
}

#define UPLOAD                                                                                     \
	"H> D7\nD> D7\nH> 00 20 10 00\nD> 00 20 10 00\nH> 00 00 00 05\nD> 00 00 00 05\n"           \
	"H> 00 00 00 02\nD> 00 00 00 02 "

static void jump_to_64_bit(void **state)
{
	const struct chip chip = {.jump_da64 = true};

	(void)state;
	upload(&chip, "JUMP_DA64",
	       UPLOAD "00 00\nH> 12 34 56 78 FF\nD> 4C BB 00 00\n"
		      "H> DE\nD> DE\nH> 00 20 10 00\nD> 00 20 10 00\nH> 01\nD> 01 00 00\n"
		      "H> 64\nD> 64 00 00\n");
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

/* After a refusal the agent's bytes would be taken for opcodes: none may leave. */
static void refused_upload_sends_no_data(void **state)
{
	const struct chip chip = {.hw_code = 1};

	(void)state;
	upload(&chip, "SLA", UPLOAD "1D 0D\n");
	assert_int_equal(action.what, FLOW_FINISH);
	assert_int_equal(flow.report.fault.family, FAULT_BROM);
	assert_int_equal(flow.report.fault.code, 0x1D0D);
}

static void upload_is_checked(void **state)
{
	const struct chip chip = {.hw_code = 1};

	(void)state;
	upload(&chip, "other checksum", UPLOAD "00 00\nH> 12 34 56 78 FF\nD> 4C BA 00 00\n");
	assert_int_equal(flow.report.fault.family, FAULT_FLASHTOOL);
	assert_int_equal(flow.report.fault.code, 2034);
	upload(&chip, "bad signature", UPLOAD "00 00\nH> 12 34 56 78 FF\nD> 4C BB 70 24\n");
	assert_int_equal(flow.report.fault.family, FAULT_BROM);
	assert_int_equal(flow.report.fault.code, 0x7024);
	upload(&chip, "gone after a bad signature",
	       UPLOAD "00 00\nH> 12 34 56 78 FF\nD> 4C BB\ngone\n");
	assert_int_equal(flow.report.result, FLOW_FAILED);
}

/* 16-bit watchdogs, and chips that want another register written too (brom.md 9). */
static void watchdog_widths_and_extra_registers(void **state)
{
	const struct chip narrow = {.watchdog_addr = 0x70025000,
				    .watchdog_value = 0x2200,
				    .watchdog_width = 16,
				    .extra_register_writes = {{0x10000500, 0x22000000}}};
	struct replay r = {
		.name = "WRITE16",
		.text = "H> D2\nD> D2\nH> 70 02 50 00\nD> 70 02 50 00\nH> 00 00 00 01\n"
			"D> 00 00 00 01 00 00\nH> 22 00\nD> 22 00 00 01\n"
			"H> D4\nD> D4\nH> 10 00 05 00\nD> 10 00 05 00\nH> 00 00 00 01\n"
			"D> 00 00 00 01 00 00\nH> 22 00 00 00\nD> 22 00 00 00 00 00\nH> FE\n"};

	(void)state;
	memset(&flow, 0, sizeof flow);
	flow.chip = &narrow;
	flow.report.facts.arrived_as = MODE_BROM;
	replay_verb(&flow, &plan, brom_identify, &action);
	if (!replay_run(&r, &flow, &action))
		fail_msg("%s", r.error);
	assert_false(flow.brom.refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeroization_cannot_be_sent),
		cmocka_unit_test(checksum_vectors),
		cmocka_unit_test(status_names),
		cmocka_unit_test(all_listed_statuses_have_names),
		cmocka_unit_test(ready_text_in_any_cut),
		cmocka_unit_test(lost_first_byte),
		cmocka_unit_test(command_loop_already_runs),
		cmocka_unit_test(wrong_byte_starts_over),
		cmocka_unit_test(half_done_waits_for_the_window),
		cmocka_unit_test(half_done_boot_rom_is_asked_on),
		cmocka_unit_test(hw_code_failing_redoes_the_handshake),
		cmocka_unit_test(silence_is_a_missed_window),
		cmocka_unit_test(garbage_is_garbage),
		cmocka_unit_test(deaf_preloader),
		cmocka_unit_test(forgotten_handshake_begins_anew),
		cmocka_unit_test(leaving_is_a_missed_window),
		cmocka_unit_test(watchdog_refusal),
		cmocka_unit_test(unknown_chip_is_left_alone),
		cmocka_unit_test(jump_to_64_bit),
		cmocka_unit_test(refused_upload_sends_no_data),
		cmocka_unit_test(upload_is_checked),
		cmocka_unit_test(watchdog_widths_and_extra_registers),
	};

	return cmocka_run_group_tests_name("brom", tests, set_up, tear_down);
}
