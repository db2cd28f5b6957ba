/* Faults do what they say, where they say it, and once a power-up. */
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

static void unplug_at_exchange(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "unplug@exchange:6");
	rig_plug(rig);
	rig_wake(rig); /* five transfers */
	assert_true(rig->d.present);
	assert_int_equal(rig_out(rig, "\xFD", 1), -ESHUTDOWN);
	assert_false(rig->d.present);
	rig_advance(rig, 600000);
	assert_false(rig->d.present);
	rig_plug(rig); /* counting starts anew */
	rig_wake(rig);
	assert_int_equal(rig_out(rig, "\xFD", 1), -ESHUTDOWN);
}

static void once_only(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "unplug@exchange:6");
	rig->config.fault_once = true;
	rig_plug(rig);
	rig_wake(rig);
	assert_int_equal(rig_out(rig, "\xFD", 1), -ESHUTDOWN);
	rig_plug(rig);
	rig_wake(rig);
	rig_play(rig, "H> FD\n D> FD 07 66 00 00\n");
}

static void device_of_the_fault(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "1/unplug@exchange:6"); /* this is device 0 */
	rig_plug(rig);
	rig_wake(rig);
	rig_play(rig, "H> FD\n D> FD 07 66 00 00\n");
}

static void unplug_at_byte(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "unplug@byte:4096");
	rig_plug(rig);
	rig_wake(rig);
	rig_play(rig, "H> D7\n D> D7\n H> 00 20 00 00\n D> 00 20 00 00\n"
		      "H> 00 00 21 00\n D> 00 00 21 00\n H> 00 00 01 00\n D> 00 00 01 00 00 00\n");
	assert_int_equal(rig_out(rig, rig->da1, 4000), 0);
	assert_int_equal(rig_out(rig, rig->da1 + 4000, 4000), -ESHUTDOWN);
}

static void stall_at_step(void **state)
{
	struct rig *rig = *state;
	uint8_t byte[64];

	rig_fault(rig, "stall@step:hw-code:2");
	rig_plug(rig);
	rig_wake(rig);
	rig_play(rig, "H> FD\n D> FD 07 66 00 00\n");
	rig_out(rig, "\xFD", 1);
	assert_int_equal(rig_out(rig, "\xFD", 1), -EPIPE);
	assert_int_equal(rig_in(rig, byte, 64, 10), -EPIPE);
	assert_int_equal(rig_control(rig, 0x02, 1, 0, 0, byte, NULL), -EPIPE); /* for good */
	assert_true(rig->d.present);
}

static void nak_moves_nothing(void **state)
{
	struct rig *rig = *state;
	uint8_t byte[64];

	rig_fault(rig, "nak@exchange:6");
	rig_plug(rig);
	rig_wake(rig);
	assert_int_equal(rig_out(rig, "\xFD", 1), RIG_PENDING);
	assert_int_equal(rig_in(rig, byte, 64, 60000), -1);
}

static void corrupt_in_and_out(void **state)
{
	struct rig *rig = *state;
	uint8_t got[64];

	rig->config.boot = BOOT_BROM;
	rig_fault(rig, "corrupt@in:2");
	rig_fault(rig, "corrupt@out:4");
	rig_plug(rig);
	rig_play(rig, "H> A0\n D> 5F\n H> 0A\n D> 0A\n"); /* F5 inverted */
	rig_play(rig, "H> 50\n D> AF\n");
	rig_send(rig, "05"); /* arrives as FA: no start byte */
	assert_int_equal(rig_in(rig, got, 64, 10), 1);
	assert_int_equal(got[0], 0xFB);
}

static void slow_takes_its_time(void **state)
{
	struct rig *rig = *state;
	uint64_t before;

	rig->config.boot = BOOT_BROM;
	rig_fault(rig, "slow=200@out:2");
	rig_plug(rig);
	rig_play(rig, "H> A0\n D> 5F\n");
	before = rig->now_us;
	rig_play(rig, "H> 0A\n D> F5\n");
	assert_in_range(rig->now_us - before, 200000, 500000);
}

static void status_at_step(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "status=1D0D@step:send-da");
	rig_fault(rig, "status=C0040003@step:write:2");
	rig_fault(rig, "status=C0010002@step:set-checksum");
	rig_plug(rig);
	rig_wake(rig);
	rig_play(rig, "H> D7\n D> D7\n H> 00 20 00 00\n D> 00 20 00 00\n"
		      "H> 00 00 21 00\n D> 00 00 21 00\n H> 00 00 01 00\n D> 00 00 01 00 1D 0D\n"
		      "H> FD\n D> FD 07 66 00 00\n");
	device_unplug(&rig->d, rig->now_us);
	memset(&rig->config.faults.items[0], 0, sizeof rig->config.faults.items[0]);
	rig->config.faults.items[0].device = 7;
	rig_agent1(rig);
	rig_control_code(rig, 0x020003, 0xC0010002);
	rig_boot_to(rig, rig->da2, sizeof rig->da2, 0);
	rig_status(rig, 0x434E5953);
	rig_opcode(rig, 0x010004);
	rig_block(rig, 1, 8, 0, 1024);
	rig_status(rig, 0);
	rig_packet(rig, rig->da1, 512);
	rig_status(rig, 0);
	rig_packet(rig, rig->da1, 512);
	rig_status(rig, 0xC0040003);
	rig_status(rig, 0xC0040003);
}

static void wrong_checksum(void **state)
{
	struct rig *rig = *state;

	rig_fault(rig, "checksum@step:send-da");
	rig_plug(rig);
	rig_wake(rig);
	rig_play(rig, "H> D7\n D> D7\n H> 00 20 00 00\n D> 00 20 00 00\n"
		      "H> 00 00 00 03\n D> 00 00 00 03\n H> 00 00 00 00\n D> 00 00 00 00 00 00\n"
		      "H> 01 02 03\n D> 57 57 00 00\n"); /* 0202 xor 5555 */
}

static void flap_at_arrival(void **state)
{
	struct rig *rig = *state;
	unsigned arrivals = 1;

	rig_fault(rig, "flap@arrival:6");
	rig_insert(rig);
	for (int ms = 0; ms < 3000; ms++) {
		bool before = rig->d.present;

		rig_advance(rig, 1);
		if (!before && rig->d.present) {
			arrivals++;
			device_attached(&rig->d, rig->now_us);
		}
	}
	assert_int_equal(arrivals, 7);
	assert_true(rig->d.present);
}

static void unplugged_write_leaves_what_was_written(void **state)
{
	struct rig *rig = *state;
	static uint8_t data[3 * 4096], back[4096], zeros[4096];

	memset(data, 0x42, sizeof data);
	rig_fault(rig, "unplug@write:3");
	rig_agent2(rig);
	rig_opcode(rig, 0x010004);
	rig_block(rig, 1, 8, 0x100000, sizeof data);
	rig_status(rig, 0);
	for (int i = 0; i < 2; i++) {
		rig_packet(rig, data, 4096);
		rig_status(rig, 0);
	}
	rig_word(rig, 0);
	rig_word(rig, rig_sum(data, 4096));
	rig_frame(rig, NULL, 0);
	rig_advance(rig, 10);
	assert_false(rig->d.present);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0x101000, back, 4096), 0);
	assert_memory_equal(back, data, 4096);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0x102000, back, 4096), 0);
	assert_memory_equal(back, zeros, 4096);
}

static void link_speed_is_limited(void **state)
{
	struct rig *rig = *state;
	static uint8_t data[1000000];
	uint64_t before;

	rig->config.link_mbps = 100;
	rig->config.boot = BOOT_BROM;
	rig_plug(rig);
	rig_wake(rig);
	rig_play(rig, "H> D7\n D> D7\n H> 00 20 00 00\n D> 00 20 00 00\n"
		      "H> 00 0F 42 40\n D> 00 0F 42 40\n H> 00 00 00 00\n D> 00 00 00 00 00 00\n");
	before = rig->now_us;
	assert_int_equal(rig_out(rig, data, sizeof data), 0);
	assert_in_range(rig->now_us - before, 80000, 82000); /* 8 Mbit at 100 Mbit/s */
}

static void replug_by_itself(void **state)
{
	struct rig *rig = *state;

	rig->config.replug_after_ms = 700;
	rig_fault(rig, "unplug@exchange:1");
	rig_plug(rig);
	rig_out(rig, "\xA0", 1);
	assert_false(rig->d.present);
	rig_advance(rig, 690);
	assert_false(rig->d.present);
	rig_advance(rig, 20);
	assert_true(rig->d.present);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(unplug_at_exchange),	  T(once_only),
		T(device_of_the_fault),	  T(unplug_at_byte),
		T(stall_at_step),	  T(nak_moves_nothing),
		T(corrupt_in_and_out),	  T(slow_takes_its_time),
		T(status_at_step),	  T(wrong_checksum),
		T(flap_at_arrival),	  T(unplugged_write_leaves_what_was_written),
		T(link_speed_is_limited), T(replug_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
