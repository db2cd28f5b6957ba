/* Descriptors and control requests, byte for byte (brom.md section 2), and the transfer rules. */
#include "tests/rack/rig.h"

#include <errno.h>
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

static void expect_descriptor(struct rig *rig, uint16_t value, const char *hex)
{
	uint8_t got[256], wanted[256];
	uint32_t n = 0;
	size_t want = rig_hex(hex, wanted, sizeof wanted);

	assert_int_equal(rig_control(rig, 0x80, 6, value, 255, got, &n), 0);
	assert_int_equal(n, want);
	assert_memory_equal(got, wanted, want);
}

static void preloader_device_descriptor(void **state)
{
	struct rig *rig = *state;

	rig_insert(rig);
	expect_descriptor(rig, 0x0100, "12 01 00 02 02 00 00 40 8D 0E 00 20 00 01 01 02 00 01");
	expect_descriptor(rig, 0x0600, "0A 06 00 02 02 00 00 10 01 00");
	expect_descriptor(rig, 0x0300, "04 03 09 04");
	expect_descriptor(rig, 0x0301, "12 03 4D 00 65 00 64 00 69 00 61 00 54 00 65 00 6B 00");
	assert_int_equal(rig_control(rig, 0x80, 6, 0x0306, 255, NULL, NULL), -EPIPE);
}

static void preloader_configuration_classic(void **state)
{
	struct rig *rig = *state;

	rig_insert(rig);
	expect_descriptor(
		rig, 0x0200,
		"09 02 46 00 02 01 03 C0 FA"
		"09 04 00 00 02 0A 00 00 04 08 05 01 02 00 02 00 00 08 05 81 02 00 02 00 00"
		"09 04 01 00 01 02 02 01 05 05 24 00 10 01 04 24 02 0F 05 24 06 01 00"
		"05 24 01 03 00 08 05 83 03 40 00 10 00");
}

static void preloader_configuration_same_number(void **state)
{
	struct rig *rig = *state;
	uint8_t got[255];
	uint32_t n = 0;

	rig->config.descriptors = USB_SAME_NUMBER;
	rig_insert(rig);
	assert_int_equal(rig_control(rig, 0x80, 6, 0x0200, 255, got, &n), 0);
	assert_int_equal(n, 70);
	assert_int_equal(got[9 + 2], 1); /* data interface: number 1, still first */
	assert_int_equal(got[9 + 5], 0x0A);
	assert_int_equal(got[34 + 2], 1);
}

static void preloader_configuration_modern(void **state)
{
	struct rig *rig = *state;

	rig->config.descriptors = USB_MODERN;
	rig_insert(rig);
	expect_descriptor(rig, 0x0200,
			  "09 02 43 00 02 01 03 C0 FA"
			  "09 04 00 00 01 02 02 01 05 05 24 00 10 01 04 24 02 0F 05 24 06 00 01"
			  "05 24 01 03 01 07 05 83 03 40 00 10"
			  "09 04 01 00 02 0A 00 00 04 07 05 01 02 00 02 00 07 05 81 02 00 02 00");
}

static void brom_descriptors(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig_insert(rig);
	assert_int_equal(rig->d.usb.face.speed, USB_FULL);
	expect_descriptor(rig, 0x0100, "12 01 00 02 02 00 00 40 8D 0E 03 00 00 01 00 00 00 01");
	expect_descriptor(rig, 0x0200,
			  "09 02 43 00 02 01 00 C0 FA"
			  "09 04 00 00 01 02 02 01 00 05 24 00 10 01 04 24 02 0F 05 24 06 00 01"
			  "05 24 01 03 01 07 05 83 03 40 00 10"
			  "09 04 01 00 02 0A 00 00 00 07 05 01 02 40 00 00 07 05 81 02 40 00 00");
	assert_int_equal(rig_control(rig, 0x80, 6, 0x0301, 255, NULL, NULL), -EPIPE);
}

static void full_speed_packets(void **state)
{
	struct rig *rig = *state;
	uint8_t got[255];

	rig_fault(rig, "fullspeed@arrival");
	rig_insert(rig);
	assert_int_equal(rig->d.usb.face.speed, USB_FULL);
	assert_int_equal(rig_control(rig, 0x80, 6, 0x0200, 255, got, NULL), 0);
	assert_int_equal(got[18 + 4], 64);
	assert_int_equal(got[18 + 5], 0);
}

static void short_descriptor_request(void **state)
{
	struct rig *rig = *state;
	uint8_t got[8];
	uint32_t n = 0;

	rig_insert(rig);
	assert_int_equal(rig_control(rig, 0x80, 6, 0x0100, 8, got, &n), 0);
	assert_int_equal(n, 8);
}

static void requests_that_stall(void **state)
{
	struct rig *rig = *state;
	uint8_t nothing[8] = {0};

	rig_plug(rig);
	assert_int_equal(rig_control(rig, 0x01, 11, 0, 0, nothing, NULL),
			 -EPIPE); /* SET_INTERFACE */
	assert_int_equal(rig_control(rig, 0x02, 1, 0, 0, nothing, NULL),
			 -EPIPE); /* CLEAR_FEATURE */
	assert_int_equal(rig_control(rig, 0x02, 3, 0, 0, nothing, NULL), -EPIPE); /* SET_FEATURE */
	assert_int_equal(rig_control(rig, 0x21, 0x24, 0, 0, nothing, NULL), -EPIPE);
	assert_int_equal(rig_control(rig, 0x80, 6, 0x0F00, 255, NULL, NULL), -EPIPE); /* BOS */
}

static void requests_that_work(void **state)
{
	struct rig *rig = *state;
	uint8_t got[8], coding[7];
	uint32_t n = 0;

	rig_plug(rig);
	assert_int_equal(rig_control(rig, 0xA1, 0x21, 0, 7, coding, &n), 0);
	assert_int_equal(n, 7);
	assert_memory_equal(coding, "\x00\x10\x0E\x00\x00\x00\x08", 7);
	assert_int_equal(rig_control(rig, 0x21, 0x22, 3, 0, got, NULL), 0);
	assert_int_equal(rig_control(rig, 0x21, 0x23, 0, 0, got, NULL), 0);
	assert_int_equal(rig_control(rig, 0x20, 0x20, 0, 0, got, NULL), 0); /* device recipient */
	assert_int_equal(rig_control(rig, 0x40, 0x55, 0, 0, got, NULL), 0); /* vendor: ignored */
	assert_int_equal(rig_control(rig, 0x80, 8, 0, 1, got, &n), 0);
	assert_int_equal(got[0], 1);
	assert_int_equal(rig_control(rig, 0x81, 10, 0, 1, got, &n), 0);
	assert_int_equal(rig_control(rig, 0x80, 0, 0, 2, got, &n), 0);
	assert_int_equal(n, 2);
}

static void bulk_needs_a_configuration(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_BROM;
	rig_insert(rig);
	assert_int_equal(rig_out(rig, "\xA0", 1), -EPIPE);
}

static void interrupt_endpoint_says_nothing(void **state)
{
	struct rig *rig = *state;
	struct urb *urb;

	rig_plug(rig);
	urb = urb_new(&rig->owner, true, 3, 64);
	assert_non_null(urb);
	urb->seq = 77;
	device_submit(&rig->d, urb, rig->now_us);
	rig_advance(rig, 1000);
	assert_null(rig_take_done(rig, 77));
	assert_true(device_unlink(&rig->d, 77, rig->now_us));
	assert_false(device_unlink(&rig->d, 77, rig->now_us));
}

static void in_larger_than_the_request_overflows(void **state)
{
	struct rig *rig = *state;
	uint8_t byte[4];

	rig_plug(rig);
	rig_advance(rig, 25); /* READY is one packet of five bytes */
	assert_int_equal(rig_in(rig, byte, 4, 0), -EOVERFLOW);
}

static void fields_come_in_their_own_packets(void **state)
{
	struct rig *rig = *state;
	uint8_t got[64];

	rig->config.boot = BOOT_BROM;
	rig_plug(rig);
	rig_wake(rig);
	rig_send(rig, "FD");
	assert_int_equal(rig_in(rig, got, 64, 10), 1);
	assert_int_equal(rig_in(rig, got, 64, 10), 2);
	assert_int_equal(rig_in(rig, got, 64, 10), 2);
}

static void fields_can_share_a_packet(void **state)
{
	struct rig *rig = *state;
	uint8_t got[64];

	rig->config.boot = BOOT_BROM;
	rig->config.coalesce = true;
	rig_plug(rig);
	rig_wake(rig);
	rig_send(rig, "FD");
	assert_int_equal(rig_in(rig, got, 64, 10), 5);
}

static void bytes_can_come_one_by_one(void **state)
{
	struct rig *rig = *state;
	uint8_t got[64];

	rig->config.boot = BOOT_BROM;
	rig->config.split_bytes = true;
	rig_plug(rig);
	rig_wake(rig);
	rig_send(rig, "FD");
	for (int i = 0; i < 5; i++)
		assert_int_equal(rig_in(rig, got, 64, 10), 1);
}

static void receive_ring_is_1024_bytes(void **state)
{
	struct rig *rig = *state;
	static uint8_t junk[1536];
	struct urb *urb;
	uint32_t seq;

	rig_plug(rig);
	rig_wake(rig);
	rig_send(rig, "80"); /* STAY_STILL: nobody reads from now on */
	rig_expect(rig, "80 00 00");
	seq = rig_submit(rig, false, junk, 1024);
	urb = rig_take_done(rig, seq);
	assert_non_null(urb);
	urb_free(urb);
	seq = rig_submit(rig, false, junk, 512);
	assert_null(rig_take_done(rig, seq)); /* NAK */
	assert_true(device_unlink(&rig->d, seq, rig->now_us));
}

static void unlinked_in_request_loses_nothing(void **state)
{
	struct rig *rig = *state;
	uint32_t seq;

	rig->config.boot = BOOT_BROM;
	rig_plug(rig);
	seq = rig_submit(rig, true, NULL, 64);
	assert_true(device_unlink(&rig->d, seq, rig->now_us));
	rig_send(rig, "A0");
	rig_expect(rig, "5F");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(preloader_device_descriptor, setup, teardown),
		cmocka_unit_test_setup_teardown(preloader_configuration_classic, setup, teardown),
		cmocka_unit_test_setup_teardown(preloader_configuration_same_number, setup,
						teardown),
		cmocka_unit_test_setup_teardown(preloader_configuration_modern, setup, teardown),
		cmocka_unit_test_setup_teardown(brom_descriptors, setup, teardown),
		cmocka_unit_test_setup_teardown(full_speed_packets, setup, teardown),
		cmocka_unit_test_setup_teardown(short_descriptor_request, setup, teardown),
		cmocka_unit_test_setup_teardown(requests_that_stall, setup, teardown),
		cmocka_unit_test_setup_teardown(requests_that_work, setup, teardown),
		cmocka_unit_test_setup_teardown(bulk_needs_a_configuration, setup, teardown),
		cmocka_unit_test_setup_teardown(interrupt_endpoint_says_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(in_larger_than_the_request_overflows, setup,
						teardown),
		cmocka_unit_test_setup_teardown(fields_come_in_their_own_packets, setup, teardown),
		cmocka_unit_test_setup_teardown(fields_can_share_a_packet, setup, teardown),
		cmocka_unit_test_setup_teardown(bytes_can_come_one_by_one, setup, teardown),
		cmocka_unit_test_setup_teardown(receive_ring_is_1024_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(unlinked_in_request_loses_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
