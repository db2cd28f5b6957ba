/* How boot ROM and preloader are woken, and their commands (brom.md 4 to 11, checklist 17). */
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

static struct rig *brom(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig_plug(rig);
	rig_wake(rig);
	return rig;
}

static struct rig *preloader(void **state)
{
	struct rig *rig = *state;

	rig_plug(rig);
	rig_wake(rig);
	return rig;
}

/* ---- waking ---- */

static void ready_every_20_ms_once_a_tool_is_there(void **state)
{
	struct rig *rig = *state;
	uint8_t coding[7] = {0}, got[64];

	rig_insert(rig);
	assert_int_equal(rig_control(rig, 0, 9, 1, 0, NULL, NULL), 0);
	rig_expect_silence(rig, 100);
	assert_int_equal(rig_control(rig, 0x21, 0x20, 0, 7, coding, NULL), 0);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(rig_in(rig, got, 64, 21), 5);
		assert_memory_equal(got, "READY", 5);
	}
}

static void window_is_2500_ms_after_configuration(void **state)
{
	struct rig *rig = *state;

	rig_insert(rig);
	rig_advance(rig, 7000); /* up to 8 s to be configured */
	assert_int_equal(rig_control(rig, 0, 9, 1, 0, NULL, NULL), 0);
	rig_advance(rig, 2450);
	assert_true(rig->d.present);
	rig_advance(rig, 100);
	assert_false(rig->d.present);
	rig_advance(rig, 600000);
	assert_false(rig->d.present); /* until it is plugged again */
	device_replug(&rig->d, rig->now_us);
	rig_advance(rig, 1000);
	assert_true(rig->d.present);
}

static void window_can_be_configured(void **state)
{
	struct rig *rig = *state;

	rig->config.window_ms = 1000;
	rig_plug(rig);
	rig_advance(rig, 990);
	assert_true(rig->d.present);
	rig_advance(rig, 20);
	assert_false(rig->d.present);
}

static void unconfigured_device_leaves_after_8_s(void **state)
{
	struct rig *rig = *state;

	rig_insert(rig);
	rig_advance(rig, 7990);
	assert_true(rig->d.present);
	rig_advance(rig, 20);
	assert_false(rig->d.present);
}

static void brom_gives_up_too(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig_plug(rig);
	rig_advance(rig, 29990);
	assert_true(rig->d.present);
	rig_advance(rig, 20);
	assert_false(rig->d.present);
}

static void after_the_handshake_there_is_no_time_limit(void **state)
{
	struct rig *rig = preloader(state);

	rig_advance(rig, 3600000);
	assert_true(rig->d.present);
	rig_send(rig, "FD");
	rig_expect(rig, "FD 07 66 00 00");
}

static void four_bytes_at_once_are_all_swallowed(void **state)
{
	struct rig *rig = *state;
	uint8_t got[64];

	rig_insert(rig);
	assert_int_equal(rig_control(rig, 0, 9, 1, 0, NULL, NULL), 0);
	rig_send(rig, "A0 0A 50 05");
	assert_int_equal(rig_in(rig, got, 64, 200), -1);
	rig_play(rig, "H> A0\n D> 5F\n H> 0A\n D> F5\n H> 50\n D> AF\n H> 05\n D> FA\n");
}

static void matcher_answers_and_starts_over(void **state)
{
	struct rig *rig = *state;

	rig_insert(rig);
	assert_int_equal(rig_control(rig, 0, 9, 1, 0, NULL, NULL), 0);
	rig_send(rig, "A0");
	rig_advance(rig, 25);
	rig_play(rig, "H> A0\n D> 5F\n H> 0B\n D> 0C\n H> 0A\n D> 0B\n H> A0\n D> 5F\n"
		      "H> 0A\n D> F5\n H> A0\n H> 0A\n D> F5\n H> 50\n D> AF\n H> 05\n D> FA\n");
}

static void old_matcher_knows_no_repeated_a0(void **state)
{
	struct rig *rig = *state;

	rig->config.preloader = PRELOADER_OLD;
	rig_insert(rig);
	assert_int_equal(rig_control(rig, 0, 9, 1, 0, NULL, NULL), 0);
	rig_send(rig, "A0");
	rig_advance(rig, 25);
	rig_play(rig, "H> A0\n D> 5F\n H> A0\n D> A1\n H> A0\n D> 5F\n");
}

static void matcher_ends_after_300_ms(void **state)
{
	struct rig *rig = *state;
	uint8_t got[64];

	rig_plug(rig);
	rig_send(rig, "A0");
	assert_int_equal(rig_in(rig, got, 64, 25), 5); /* READY of the turn that read it */
	assert_int_equal(rig_in(rig, got, 64, 290), -1);
	assert_int_equal(rig_in(rig, got, 64, 40), 5); /* listening again */
	rig_send(rig, "0A"); /* no start byte: collected as a mode string */
	assert_int_equal(rig_in(rig, got, 64, 25), 5);
}

static void brom_answers_the_first_byte(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig_plug(rig);
	rig_expect_silence(rig, 200); /* no READY */
	rig_play(rig, "H> A0\n D> 5F\n H> 77\n D> 78\n H> A0\n D> 5F\n H> 0A\n D> F5\n");
}

static void mode_strings(void **state)
{
	static const struct {
		const char *send, *answer;
		bool leaves;
	} table[] = {
		{"METAMETA", "ATEMATEM", true}, {"FACTFACT", "TCAFTCAF", true},
		{"FACTORYM", "MYROTCAF", true}, {"FASTBOOT", "TOOBTSAF", true},
		{"SWITCHMD", "DMHCTIWS", true}, {"AT+NBOOT", "AT+OK", true},
		{"ADVEMETA", "ATEMEVDX", true}, {"AT+HELLO", "AT+UNKONWN", false},
	};
	struct rig *rig = *state;
	uint8_t got[64];

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		rig_insert(rig);
		assert_int_equal(rig_control(rig, 0, 9, 1, 0, NULL, NULL), 0);
		assert_int_equal(rig_out(rig, table[i].send, 8), 0);
		assert_int_equal(rig_in(rig, got, 64, 50), strlen(table[i].answer));
		assert_memory_equal(got, table[i].answer, strlen(table[i].answer));
		rig_advance(rig, 2100);
		assert_int_equal(rig->d.present, !table[i].leaves);
		device_unplug(&rig->d, rig->now_us);
	}
}

static void locked_meta_is_refused(void **state)
{
	struct rig *rig = *state;
	uint8_t got[64];

	rig->config.security = SECURE_SLA;
	rig_insert(rig);
	assert_int_equal(rig_control(rig, 0, 9, 1, 0, NULL, NULL), 0);
	assert_int_equal(rig_out(rig, "METAMETA", 8), 0);
	assert_int_equal(rig_in(rig, got, 64, 50), 8);
	assert_memory_equal(got, "METAFORB", 8);
}

/* ---- commands ---- */

static void version_bytes(void **state)
{
	struct rig *rig = *state;

	rig_plug(rig);
	rig_wake(rig);
	rig_play(rig, "H> FE\n D> 03\n H> FB\n D> FB 00 00 00 07 00 00 00 00\n H> FF\n D> FF\n");
	rig_expect_silence(rig, 1000);
	device_unplug(&rig->d, rig->now_us);
	rig->config.preloader = PRELOADER_OLD;
	rig_plug(rig);
	rig_wake(rig);
	rig_play(rig, "H> FE\n D> 01\n H> FB\n D> FB\n");
	rig_expect_silence(rig, 1000);
	rig_play(rig, "H> E1\n D> E1\n");
	rig_expect_silence(rig, 1000);
	rig_play(rig, "H> E7\n D> E7\n");
	rig_expect_silence(rig, 1000);
	rig_play(rig, "H> FD\n D> FD 07 66 00 00\n"); /* an unknown opcode does not end the loop */
}

static void brom_has_other_commands(void **state)
{
	struct rig *rig = brom(state);

	rig_play(rig, "H> FE\n D> FE\n H> FF\n D> 05\n H> FB\n D> FB\n H> 80\n D> 80\n");
	rig_expect_silence(rig, 1000);
	rig_play(rig, "H> C8\n D> C8\n H> B1\n D> B1 00 00 00\n H> DB\n D> DB 00 00\n"
		      "H> DC\n D> DC\n H> 7F FF FF FF\n D> 7F FF FF FF 1D 1D\n"
		      "H> DA\n D> DA\n H> 00 00 00 00\n D> 00 00 00 00\n"
		      "H> 08 00 00 00\n D> 08 00 00 00\n H> 00 00 00 04\n D> 00 00 00 04\n"
		      "D> 00 00 66 07 00 00 00 00\n");
}

static void every_parameter_is_echoed(void **state)
{
	struct rig *rig = preloader(state);

	rig_play(rig, "H> C4\n D> C4\n H> 80 00\n");
	rig_expect_silence(rig, 100); /* half a parameter: it waits for ever */
	rig_play(rig, "H> 00 00\n D> 80 00 00 00\n H> 00 00 00 00\n D> 00 00 00 00 00 00\n"
		      "H> C6\n D> C6\n H> 12 34\n D> 12 34 00 00 00 00 00 00\n"
		      "H> C7\n D> C7\n H> 12 34\n D> 12 34\n H> 56 78\n D> 56 78 00 00 00 00\n");
}

static void argument_errors(void **state)
{
	struct rig *rig = preloader(state);

	rig_play(rig, /* misaligned, no count, overflow */
		 "H> D1\n D> D1\n H> 10 00 70 02\n D> 10 00 70 02\n H> 00 00 00 01\n"
		 "D> 00 00 00 01 FF FF\n"
		 "H> D0\n D> D0\n H> 10 00 70 00\n D> 10 00 70 00\n H> 00 00 00 00\n"
		 "D> 00 00 00 00 FF FE\n"
		 "H> D4\n D> D4\n H> FF FF FF FC\n D> FF FF FF FC\n H> 00 00 00 02\n"
		 "D> 00 00 00 02 FF FD\n");
	rig_expect_silence(rig, 100); /* the error status replaces everything else */
}

static void region_errors_of_newer_preloaders(void **state)
{
	struct rig *rig = preloader(state);

	rig_play(rig, "H> D1\n D> D1\n H> 00 20 00 00\n D> 00 20 00 00\n H> 00 00 00 01\n"
		      "D> 00 00 00 01 10 00\n"
		      "H> D4\n D> D4\n H> 00 20 00 00\n D> 00 20 00 00\n H> 00 00 00 01\n"
		      "D> 00 00 00 01 10 01\n"
		      "H> FD\n D> FD 07 66 00 00\n");
}

static void region_error_of_older_preloaders_resets(void **state)
{
	struct rig *rig = *state;
	unsigned generation;

	rig->config.preloader = PRELOADER_OLD;
	rig_plug(rig);
	rig_wake(rig);
	generation = rig->d.generation;
	rig_play(rig, "H> D1\n D> D1\n H> 00 20 00 00\n D> 00 20 00 00\n H> 00 00 00 01\n"
		      "D> 00 00 00 01\n");
	rig_advance(rig, 100);
	assert_false(rig->d.present);
	rig_advance(rig, 1000);
	assert_true(rig->d.present);
	assert_int_not_equal(rig->d.generation, generation);
	assert_int_equal(rig->d.stage, STAGE_BROM);
	assert_int_equal(rig->d.usb.face.pid, 0x0003);
}

static void older_preloaders_allow_all_io(void **state)
{
	struct rig *rig = *state;

	rig->config.preloader = PRELOADER_OLD;
	rig_plug(rig);
	rig_wake(rig);
	rig_play(rig, "H> D1\n D> D1\n H> 1F 00 00 00\n D> 1F 00 00 00\n H> 00 00 00 01\n"
		      "D> 00 00 00 01 00 00 00 00 00 00 00 00\n");
}

static void brom_refuses_a_wrong_watchdog(void **state)
{
	struct rig *rig = brom(state);

	rig_play(rig, "H> D4\n D> D4\n H> 10 21 20 00\n D> 10 21 20 00\n H> 00 00 00 01\n"
		      "D> 00 00 00 01 1D 02\n"
		      "H> D4\n D> D4\n H> 10 00 70 00\n D> 10 00 70 00\n H> 00 00 00 01\n"
		      "D> 00 00 00 01 00 00\n H> 22 00 00 64\n D> 22 00 00 64 00 00\n"
		      "H> D1\n D> D1\n H> 10 00 70 00\n D> 10 00 70 00\n H> 00 00 00 01\n"
		      "D> 00 00 00 01 00 00 00 00 00 64 00 00\n");
}

static void other_widths(void **state)
{
	struct rig *rig = brom(state);

	rig_play(rig, /* D2, D3 without unit echo, A2 without statuses */
		 "H> D2\n D> D2\n H> 10 00 70 00\n D> 10 00 70 00\n H> 00 00 00 02\n"
		 "D> 00 00 00 02 00 00\n H> 22 64\n D> 22 64\n H> 00 01\n D> 00 01 00 00\n"
		 "H> D3\n D> D3\n H> 10 00 70 00\n D> 10 00 70 00\n H> 00 00 00 01\n"
		 "D> 00 00 00 01 00 00\n H> 22 64\n D> 00 00\n"
		 "H> A2\n D> A2\n H> 08 00 00 00\n D> 08 00 00 00\n H> 00 00 00 01\n"
		 "D> 00 00 00 01 07 66\n"
		 "H> A2\n D> A2\n H> 00 00 00 01\n D> 00 00 00 01\n H> 00 00 00 01\n"
		 "D> 00 00 00 01\n");
	rig_expect_silence(rig, 500);
}

static void zeroization_is_refused_and_remembered(void **state)
{
	struct rig *rig = preloader(state);

	rig_play(rig, "H> F0\n D> F0\n H> 12 34 56 78\n D> 12 34 56 78 FF FF\n");
	assert_true(rig->d.zeroization_tried);
}

static void stay_still_takes_usb_down(void **state)
{
	struct rig *rig = preloader(state);

	rig_play(rig, "H> 80\n D> 80 00 00\n");
	rig_advance(rig, 150);
	assert_false(rig->d.present);
}

/* ---- SEND_DA and JUMP_DA ---- */

static void da_request(struct rig *rig, uint32_t address, uint32_t n, uint32_t sig,
		       uint16_t expected)
{
	uint32_t v[3] = {address, n, sig};
	uint8_t bytes[4], got[4];

	rig_play(rig, "H> D7\n D> D7\n");
	for (int i = 0; i < 3; i++) {
		put_be32(bytes, v[i]);
		assert_int_equal(rig_out(rig, bytes, 4), 0);
		rig_read(rig, got, 4);
		assert_memory_equal(got, bytes, 4);
	}
	rig_read(rig, got, 2);
	assert_int_equal(get_be16(got), expected);
}

static void send_da_requests_are_checked(void **state)
{
	struct rig *rig = brom(state);

	da_request(rig, 0x00200000, 0, 0, 0x1D13);
	da_request(rig, 0x00200001, 0x100, 0, 0x1D11);
	da_request(rig, 0x40000000, 0x100, 0, 0x1D01);
	da_request(rig, 0x80000000, 0x100, 0, 0x1D00);
	da_request(rig, 0x3FFFFF00, 0x1000, 0, 0x1D12);
	da_request(rig, 0x00200000, 0x1000000, 0, 0x1D10);
	da_request(rig, 0x00200000, 0x100, 0x200, 0x1D14);
	rig_play(rig, "H> FD\n D> FD 07 66 00 00\n");
}

static void checksum_vectors(void **state)
{
	static const struct {
		const char *data, *sum;
	} table[] = {
		{"01 02 03", "02 02 00 00"},
		{"12 34 56 78", "4C 44 00 00"},
		{"FF", "00 FF 00 00"},
	};
	struct rig *rig = brom(state);

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		da_request(rig, 0x200000, (uint32_t)(strlen(table[i].data) + 1) / 3, 0, 0);
		rig_send(rig, table[i].data);
		rig_expect(rig, table[i].sum);
	}
}

static void upload_in_pieces_with_empty_packets(void **state)
{
	struct rig *rig = brom(state);

	da_request(rig, 0x200000, sizeof rig->da1, 0, 0);
	for (size_t at = 0; at < sizeof rig->da1; at += 64) {
		size_t n = sizeof rig->da1 - at < 64 ? sizeof rig->da1 - at : 64;

		assert_int_equal(rig_out(rig, rig->da1 + at, n), 0);
		if (at % 0x2000 == 0)
			assert_int_equal(rig_out(rig, NULL, 0), 0);
	}
	rig_advance(rig, 1);
	assert_int_equal(rig->d.boot->da1_n, sizeof rig->da1);
	assert_memory_equal(rig->d.boot->da1, rig->da1, sizeof rig->da1);
}

static void jump_needs_an_agent(void **state)
{
	struct rig *rig = brom(state);

	rig_play(rig, "H> D5\n D> D5\n H> 00 20 00 00\n D> 00 20 00 00 1D 16\n");
	rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
	rig_play(rig, "H> D5\n D> D5\n H> 00 20 10 00\n D> 00 20 10 00 1D 0F\n");
	rig_jump(rig);
}

static void preloader_ignores_the_address(void **state)
{
	struct rig *rig = preloader(state);

	rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
	rig_play(rig, "H> D5\n D> D5\n H> 00 20 10 00\n D> 00 20 10 00 00 00 C0\n");
}

static void jump_without_an_agent_resets_the_preloader(void **state)
{
	struct rig *rig = preloader(state);

	rig_play(rig, "H> D5\n D> D5\n H> 00 20 00 00\n D> 00 20 00 00 1D 16\n");
	rig_advance(rig, 1000);
	assert_int_equal(rig->d.stage, STAGE_BROM);
}

static void daa_wants_a_signature(void **state)
{
	static uint8_t da[0x200];
	struct rig *rig = *state;

	rig->config.security = SECURE_DAA;
	rig_plug(rig);
	rig_wake(rig);
	da_request(rig, 0x200000, sizeof da, 0, 0x1D15);
	da_request(rig, 0x200000, sizeof da, 0x100, 0);
	memset(da, 0, sizeof da);
	memcpy(da + 0x100, "SSSSCUST", 8);
	assert_int_equal(rig_out(rig, da, sizeof da), 0);
	rig_advance(rig, 1);
	rig_expect(rig, "01 10 70 24"); /* 5543 xor 5453, then "does not verify" */
	rig_advance(rig, 1000);
	assert_int_equal(rig->d.stage, STAGE_BROM); /* it asserted */
	assert_null(rig->d.boot->da1);
}

static void daa_of_an_older_preloader(void **state)
{
	static uint8_t da[0x200];
	struct rig *rig = *state;

	rig->config.security = SECURE_DAA;
	rig->config.preloader = PRELOADER_OLD;
	rig_plug(rig);
	rig_wake(rig);
	da_request(rig, 0x200000, 0x30001, 0x100, 0x1D10);
	da_request(rig, 0x200000, sizeof da, 0x100, 0);
	assert_int_equal(rig_out(rig, da, sizeof da), 0);
	rig_expect(rig, "00 00 20 01");
}

static void daa_in_the_boot_rom(void **state)
{
	static uint8_t auth[0x100] = "MMM\x01", da[0x200];
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig->config.security = SECURE_DAA;
	rig_plug(rig);
	rig_wake(rig);
	da_request(rig, 0x200000, sizeof da, 0x100, 0x7017); /* auth file first */
	rig_play(rig, "H> E3\n D> E3 70 17\n");
	rig_play(rig, "H> E2\n D> E2\n H> 00 00 01 00\n D> 00 00 01 00 00 00\n");
	assert_int_equal(rig_out(rig, auth, sizeof auth), 0);
	rig_play(rig, "D> 4C 00 00 00\n");
	da_request(rig, 0x200000, sizeof da, 0, 0x1D15);
	da_request(rig, 0x200000, sizeof da, 0x100, 0);
	assert_int_equal(rig_out(rig, da, sizeof da), 0);
	rig_expect(rig, "00 00 70 15");
	assert_true(rig->d.present); /* the boot ROM goes on */
	memset(da + 0x100, 0xA5, 0x100);
	rig_send_da(rig, da, sizeof da, 0x100);
}

static void one_agent_only(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig->config.da_sig_len = RIG_DA1_SIG;
	rig->config.has_da_digest = true;
	SHA256(rig->da1, sizeof rig->da1 - RIG_DA1_SIG, rig->config.da_digest);
	rig_plug(rig);
	rig_wake(rig);
	da_request(rig, 0x200000, sizeof rig->da1, 0, 0);
	assert_int_equal(rig_out(rig, rig->da1, sizeof rig->da1), 0);
	rig_expect(rig, "D5 A3 70 15"); /* not signed as it should be */
	rig->da1[7] ^= 1;
	da_request(rig, 0x200000, sizeof rig->da1, RIG_DA1_SIG, 0);
	assert_int_equal(rig_out(rig, rig->da1, sizeof rig->da1), 0);
	rig_expect(rig, "D4 A3 70 15"); /* not the one */
	rig->da1[7] ^= 1;
	rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
	rig_jump(rig);
}

static void open_device_needs_no_auth(void **state)
{
	struct rig *rig = brom(state);

	rig_play(rig, "H> E2\n D> E2\n H> 00 00 08 D0\n D> 00 00 08 D0 1D 0C\n"
		      "H> E0\n D> E0\n H> 00 00 01 00\n D> 00 00 01 00 1D 0C\n"
		      "H> E3\n D> E3 70 17\n");
}

static void bad_boot_region_comes_up_as_boot_rom(void **state)
{
	struct rig *rig = *state;
	uint8_t junk[64];

	rig_plug(rig);
	memset(junk, 0x5A, sizeof junk);
	assert_int_equal(flash_write(&rig->d.flash, REGION_BOOT1, 0, junk, sizeof junk), 0);
	device_unplug(&rig->d, rig->now_us);
	rig_plug(rig);
	assert_int_equal(rig->d.stage, STAGE_BROM);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(ready_every_20_ms_once_a_tool_is_there),
		T(window_is_2500_ms_after_configuration),
		T(window_can_be_configured),
		T(unconfigured_device_leaves_after_8_s),
		T(brom_gives_up_too),
		T(after_the_handshake_there_is_no_time_limit),
		T(four_bytes_at_once_are_all_swallowed),
		T(matcher_answers_and_starts_over),
		T(old_matcher_knows_no_repeated_a0),
		T(matcher_ends_after_300_ms),
		T(brom_answers_the_first_byte),
		T(mode_strings),
		T(locked_meta_is_refused),
		T(version_bytes),
		T(brom_has_other_commands),
		T(every_parameter_is_echoed),
		T(argument_errors),
		T(region_errors_of_newer_preloaders),
		T(region_error_of_older_preloaders_resets),
		T(older_preloaders_allow_all_io),
		T(brom_refuses_a_wrong_watchdog),
		T(other_widths),
		T(zeroization_is_refused_and_remembered),
		T(stay_still_takes_usb_down),
		T(send_da_requests_are_checked),
		T(checksum_vectors),
		T(upload_in_pieces_with_empty_packets),
		T(jump_needs_an_agent),
		T(preloader_ignores_the_address),
		T(jump_without_an_agent_resets_the_preloader),
		T(daa_wants_a_signature),
		T(daa_of_an_older_preloader),
		T(daa_in_the_boot_rom),
		T(one_agent_only),
		T(open_device_needs_no_auth),
		T(bad_boot_region_comes_up_as_boot_rom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
