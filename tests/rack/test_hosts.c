/*
 * Hosts in the field, as measured-hosts.md saw them on the wire. Each has habits that no document
 * asks for; a rack that real programs cannot talk to is no rack.
 */
#include "tests/rack/rig.h"

#include <errno.h>
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

/* ---- a host that posts IN requests of exactly the length it waits for ---- */

static void take(struct rig *rig, void *to, size_t n)
{
	uint8_t *at = to;

	while (n) {
		int got = rig_in(rig, at, n, 500);

		if (got <= 0)
			fail_msg("%zu more bytes were expected: %d", n, got);
		at += got;
		n -= (size_t)got;
	}
}

static void take_hex(struct rig *rig, const char *hex)
{
	uint8_t wanted[64], got[64];
	size_t n = rig_hex(hex, wanted, sizeof wanted);

	take(rig, got, n);
	assert_memory_equal(got, wanted, n);
}

/* The header by a request of its own, which must not bring a byte of what follows. */
static uint32_t take_word(struct rig *rig)
{
	uint8_t header[12], word[4];

	take(rig, header, sizeof header);
	assert_int_equal(get_le32(header), AGENT_MAGIC);
	assert_int_equal(get_le32(header + 8), 4);
	take(rig, word, sizeof word);
	return get_le32(word);
}

/* ---- waking ---- */

/* True when the four bytes were answered, each asked for with a request of one byte. */
static bool wake_by_single_bytes(struct rig *rig)
{
	static const uint8_t start[] = {0xA0, 0x0A, 0x50, 0x05};
	static const uint8_t answers[] = {0x5F, 0xF5, 0xAF, 0xFA};

	for (size_t i = 0; i < sizeof start; i++) {
		uint8_t answer = 0;

		assert_int_equal(rig_out(rig, start + i, 1), 0);
		if (rig_in(rig, &answer, 1, 500) != 1 || answer != answers[i])
			return false;
	}
	return true;
}

/*
 * The Python client: A0 twice without a look at the answer, then five tries. Between two it rests
 * 10 ms and throws away what one request of a packet brings. The text that gathered since the
 * kernel's SET_LINE_CODING makes its one-byte requests overflow.
 */
static unsigned tries_to_wake(struct rig *rig, unsigned ready_ms)
{
	uint8_t packet[512];

	rig_plug(rig);
	rig_advance(rig, ready_ms);
	assert_int_equal(rig_control(rig, 0x21, 0x22, 2, 0, NULL, NULL), 0);
	rig_send(rig, "A0");
	for (unsigned tries = 1; tries <= 5; tries++) {
		if (wake_by_single_bytes(rig))
			return tries;
		rig_advance(rig, 10);
		rig_in(rig, packet, sizeof packet, 50);
	}
	return 6;
}

static void unread_text_gathers_behind_the_first(void **state)
{
	struct rig *rig = *state;
	uint8_t got[512], byte;

	rig_plug(rig);
	rig_advance(rig, 20 * 10 + 5);
	assert_int_equal(rig_in(rig, &byte, 1, 1), -EOVERFLOW);
	assert_int_equal(rig_in(rig, got, sizeof got, 1), 5); /* was in the endpoint already */
	assert_int_equal(rig_in(rig, got, sizeof got, 1), 9 * 5);
	for (size_t i = 0; i < 9; i++)
		assert_memory_equal(got + 5 * i, "READY", 5);
}

static void python_client_wakes_a_preloader_that_waited(void **state)
{
	struct rig *rig = *state;

	assert_in_range(tries_to_wake(rig, 1500), 1, 5);
}

static void python_client_wakes_a_preloader_at_once(void **state)
{
	struct rig *rig = *state;

	assert_in_range(tries_to_wake(rig, 1), 1, 5);
}

/* The vendor's tool: when R comes it reads four more, sends A0 again, and takes no second 5F. */
static void vendor_tool_wakes_a_preloader(void **state)
{
	struct rig *rig = *state;
	uint8_t got[512];
	int n;

	rig_plug(rig);
	rig_send(rig, "A0");
	n = rig_in(rig, got, sizeof got, 50);
	assert_int_equal(n, 5);
	assert_memory_equal(got, "READY", 5);
	rig_send(rig, "A0");
	take_hex(rig, "5F");
	rig_play(rig, "H> 0A\n D> F5\n H> 50\n D> AF\n H> 05\n D> FA\n");
	rig_expect_silence(rig, 200);
}

/* ---- identification ---- */

static void expect_id(struct rig *rig, const char *command, const uint8_t *id, uint32_t n)
{
	uint8_t got[64], length[4];

	rig_send(rig, command);
	take_hex(rig, command);
	take(rig, length, sizeof length);
	assert_int_equal(get_be32(length), n);
	take(rig, got, n);
	assert_memory_equal(got, id, n);
	take_hex(rig, "00 00");
}

static void expect_versions(struct rig *rig)
{
	rig_send(rig, "FD");
	take_hex(rig, "FD");
	take_hex(rig, "07 66");
	take_hex(rig, "00 00");
	rig_send(rig, "FC");
	take_hex(rig, "FC");
	take_hex(rig, "8A 00");
	take_hex(rig, "CA 00");
	take_hex(rig, "00 00");
	take_hex(rig, "00 00");
}

static void expect_target_config(struct rig *rig)
{
	rig_send(rig, "D8");
	take_hex(rig, "D8");
	take_hex(rig, "00 00 00 00");
	take_hex(rig, "00 00");
}

/* Its log must have a status behind it, or the tool waits 30 s and gives up. */
static void take_brom_log(struct rig *rig)
{
	uint8_t length[4], text[4096];

	rig_send(rig, "DF");
	take_hex(rig, "DF");
	take(rig, length, sizeof length);
	assert_in_range(get_be32(length), 1, sizeof text);
	take(rig, text, get_be32(length));
	take_hex(rig, "00 00");
}

static void vendor_tool_identifies_in_the_boot_rom(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig_plug(rig);
	assert_true(wake_by_single_bytes(rig));
	expect_versions(rig);
	expect_id(rig, "E1", rig->d.id.me_id, 16);
	expect_id(rig, "E7", rig->d.id.soc_id, 32);
	rig_send(rig, "FE");
	take_hex(rig, "FE");
	take_brom_log(rig);
	expect_target_config(rig);
	expect_versions(rig);
	expect_id(rig, "E1", rig->d.id.me_id, 16);
	expect_id(rig, "E7", rig->d.id.soc_id, 32);
	expect_target_config(rig);
	expect_versions(rig);
	rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
	rig_jump(rig);
}

static void python_client_identifies_in_the_boot_rom(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig_plug(rig);
	assert_true(wake_by_single_bytes(rig));
	rig_play(rig, "H> FD\n D> FD 07 66 00 00\n"
		      "H> D4\n D> D4\n"
		      "H> 10 00 70 00\n D> 10 00 70 00\n"
		      "H> 00 00 00 01\n D> 00 00 00 01 00 00\n"
		      "H> 22 00 00 64\n D> 22 00 00 64 00 00\n"
		      "H> D8\n D> D8 00 00 00 00 00 00\n"
		      "H> FE\n D> FE\n"
		      "H> FF\n D> 05\n"
		      "H> FC\n D> FC 8A 00 CA 00 00 00 00 00\n"
		      "H> FE\n D> FE\n");
	expect_id(rig, "E1", rig->d.id.me_id, 16);
	rig_play(rig, "H> FE\n D> FE\n");
	expect_id(rig, "E7", rig->d.id.soc_id, 32);
}

/* ---- agents ---- */

/* 64 bytes a transfer, an empty one after each 8192 and at the end. */
static void upload_by_packets(struct rig *rig, const uint8_t *bytes, size_t n)
{
	for (size_t at = 0; at < n; at += 64) {
		assert_int_equal(rig_out(rig, bytes + at, n - at < 64 ? n - at : 64), 0);
		if ((at + 64) % 0x2000 == 0)
			assert_int_equal(rig_out(rig, NULL, 0), 0);
	}
	assert_int_equal(rig_out(rig, NULL, 0), 0);
}

static void python_client_starts_an_agent(void **state)
{
	struct rig *rig = *state;
	static const uint32_t environment[5] = {2, 1, 1, 0, 0};
	uint8_t sum[2];

	rig->config.boot = BOOT_BROM;
	rig_plug(rig);
	assert_true(wake_by_single_bytes(rig));
	rig_play(rig, "H> D7\n D> D7\n"
		      "H> 00 20 00 00\n D> 00 20 00 00\n"
		      "H> 00 00 21 00\n D> 00 00 21 00\n"
		      "H> 00 00 01 00\n D> 00 00 01 00 00 00\n");
	upload_by_packets(rig, rig->da1, sizeof rig->da1);
	take(rig, sum, sizeof sum);
	take_hex(rig, "00 00");
	rig_play(rig, "H> D5\n D> D5\n H> 00 20 00 00\n D> 00 20 00 00 00 00\n");
	take_hex(rig, "C0");
	rig_frame(rig, "SYNC", 4);
	rig_word(rig, 0x010100);
	rig_frame(rig, environment, sizeof environment);
	assert_int_equal(take_word(rig), 0);
	rig_word(rig, 0x010101);
	rig_word(rig, 0);
	assert_int_equal(take_word(rig), 0);
	assert_int_equal(take_word(rig), 0x434E5953);
	rig_word(rig, 0x010009);
	assert_int_equal(take_word(rig), 0);
	rig_word(rig, 0x040011);
	assert_int_equal(take_word(rig), DA_UNSUPPORT_CTRL);
}

/* A host on a serial port: the header in three writes, payloads by 512 bytes. */
static void send_by_pieces(struct rig *rig, const void *payload, size_t n)
{
	const uint8_t *p = payload;
	uint8_t header[12];

	put_le32(header, AGENT_MAGIC);
	put_le32(header + 4, 1);
	put_le32(header + 8, (uint32_t)n);
	for (size_t at = 0; at < sizeof header; at += 4)
		assert_int_equal(rig_out(rig, header + at, 4), 0);
	for (size_t at = 0; at < n; at += 512)
		assert_int_equal(rig_out(rig, p + at, n - at < 512 ? n - at : 512), 0);
}

static void word_by_pieces(struct rig *rig, uint32_t v)
{
	uint8_t b[4];

	put_le32(b, v);
	send_by_pieces(rig, b, sizeof b);
}

static void serial_host_writes_a_partition(void **state)
{
	struct rig *rig = *state;
	static const uint32_t environment[5] = {1, 1, 1, 0, 1};
	uint8_t place[16] = {0}, size[8] = {0}, image[3000], stored[sizeof image];

	for (size_t i = 0; i < sizeof image; i++)
		image[i] = (uint8_t)(i * 7);
	rig_plug(rig);
	rig_table(rig, 3);
	rig_wake(rig);
	rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
	rig_jump(rig);
	send_by_pieces(rig, "SYNC", 4);
	word_by_pieces(rig, 0x010100);
	send_by_pieces(rig, environment, sizeof environment);
	rig_status(rig, 0);
	word_by_pieces(rig, 0x010101);
	word_by_pieces(rig, 0);
	rig_status(rig, 0);
	assert_int_equal(rig_get_word(rig), 0x434E5953);
	word_by_pieces(rig, 0x010008);
	rig_status(rig, 0);
	put_le64(place, 0x40000000);
	put_le64(place + 8, sizeof rig->da2);
	send_by_pieces(rig, place, sizeof place);
	send_by_pieces(rig, rig->da2, sizeof rig->da2);
	rig_status(rig, 0);
	assert_int_equal(rig_get_word(rig), 0x434E5953);
	word_by_pieces(rig, 0x010001);
	rig_status(rig, 0);
	send_by_pieces(rig, "lk", 2);
	put_le64(size, sizeof image);
	send_by_pieces(rig, size, sizeof size);
	rig_status(rig, 0);
	word_by_pieces(rig, 0);
	word_by_pieces(rig, rig_sum(image, sizeof image));
	send_by_pieces(rig, image, sizeof image);
	rig_status(rig, 0);
	rig_status(rig, 0);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 3 << 20, stored, sizeof stored), 0);
	assert_memory_equal(stored, image, sizeof image);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(unread_text_gathers_behind_the_first),
		T(python_client_wakes_a_preloader_that_waited),
		T(python_client_wakes_a_preloader_at_once),
		T(vendor_tool_wakes_a_preloader),
		T(vendor_tool_identifies_in_the_boot_rom),
		T(python_client_identifies_in_the_boot_rom),
		T(python_client_starts_an_agent),
		T(serial_host_writes_a_partition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
