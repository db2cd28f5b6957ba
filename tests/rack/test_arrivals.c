/*
 * How devices come and go: not as loaders, dead and recovered, into their own system, out of it.
 */
#include "tests/rack/rig.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/bootcheck.h"
#include "tests/rack/image_sink.h"
#include "tests/rack/options.h"
#include "tests/rack/usbip.h"

static int set_up(void **state)
{
	*state = rig_new();
	return 0;
}

static int tear_down(void **state)
{
	rig_free(*state);
	return 0;
}

/* Take options as the command line has them. */
static void configure(struct rig *rig, const char *option, const char *value)
{
	char *argv[] = {(char *)"rack",	  (char *)option,     (char *)value,  (char *)"--state",
			(char *)"/tmp/x", (char *)"--attach", (char *)"vhci", NULL};
	struct ctl_request ctl;
	struct problem problem;
	struct rack_config parsed;

	if (options_parse(&parsed, &ctl, 7, argv, &problem) != OPTIONS_RUN)
		fail_msg("%s %s: %s", option, value, problem.why);
	rig->config.boot = parsed.boot;
	rig->config.gadget = parsed.gadget;
	rig->config.system = parsed.system;
}

/* Device and configuration descriptor of what is on the bus now. */
static void expect_face(struct rig *rig, uint16_t vid, uint16_t pid, const uint8_t class[3])
{
	uint8_t device[18], configuration[64];
	uint32_t n;

	assert_true(rig->d.present);
	assert_int_equal(rig_control(rig, 0x80, 6, 0x0100, 18, device, &n), 0);
	assert_int_equal(get_le16(device + 8), vid);
	assert_int_equal(get_le16(device + 10), pid);
	assert_int_equal(rig_control(rig, 0x80, 6, 0x0200, 64, configuration, &n), 0);
	assert_int_equal(configuration[0], 9);
	assert_memory_equal(configuration + 14, class, 3);
}

static void what_is_no_loader(void **state)
{
	static const struct {
		const char *word;
		uint16_t pid;
		uint8_t class[3];
	} modes[] = {
		{"meta", 0x2007, {2, 2, 1}},
		{"fastboot", 0x201C, {0xFF, 0x42, 3}},
		{"charging", 0x200A, {8, 6, 0x50}},
		{"mtp", 0x200B, {6, 1, 1}},
		{"adb", 0x200C, {0xFF, 0x42, 1}},
		{"usb:0e8d:7777", 0x7777, {0xFF, 0, 0}},
		{"usb:0E8D:20AB", 0x20AB, {0xFF, 0, 0}},
	};
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		configure(rig, "--boot", modes[i].word);
		if (i)
			device_plug(&rig->d, rig->now_us);
		else
			rig_insert(rig);
		device_attached(&rig->d, rig->now_us);
		expect_face(rig, 0x0E8D, modes[i].pid, modes[i].class);
		assert_int_equal(rig_control(rig, 0, 9, 1, 0, NULL, NULL), 0);
		assert_int_equal(rig_out(rig, "\xA0", 1), RIG_PENDING);
		rig_advance(rig, 60000);
		assert_int_equal(rig->d.stage, STAGE_GADGET); /* it stays */
		device_unplug(&rig->d, rig->now_us);
	}
}

static void words_that_are_none(void **state)
{
	static const char *const words[] = {"recovery", "usb:12345:1", "usb:0e8d", "usb:0e8d:20ag"};
	struct ctl_request ctl;
	struct problem problem;
	struct rack_config parsed;

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		char *argv[] = {(char *)"rack", (char *)"--boot", (char *)words[i], NULL};

		assert_int_equal(options_parse(&parsed, &ctl, 3, argv, &problem), OPTIONS_WRONG);
		assert_string_equal(problem.where, "--boot");
	}
}

static void interfaces_in_the_list(void **state)
{
	struct gadget unknown;
	struct usb_face face = {.variant = USB_MODERN, .gadget = gadget_find("adb")};
	uint8_t bytes[USBIP_DEVICE_BYTES], interfaces[8];

	(void)state;
	assert_int_equal(usbip_interfaces_put(interfaces, &face), 1);
	assert_memory_equal(interfaces, "\xFF\x42\x01\x00", 4);
	usbip_device_put(bytes, &face, 0);
	assert_int_equal(bytes[306], 0);
	assert_int_equal(bytes[311], 1);
	face.gadget = gadget_find("meta");
	assert_int_equal(usbip_interfaces_put(interfaces, &face), 2);
	usbip_device_put(bytes, &face, 0);
	assert_int_equal(bytes[306], 2);
	assert_int_equal(bytes[311], 2);
	assert_null(gadget_find("recovery"));
	assert_false(gadget_parse("0e8d:2000", &unknown));
}

static void gadgets_have_faults_of_arrival(void **state)
{
	struct rig *rig = *state;

	configure(rig, "--boot", "mtp");
	rig_fault(rig, "fullspeed@arrival");
	rig_fault(rig, "flap@arrival:1");
	rig_insert(rig);
	device_attached(&rig->d, rig->now_us);
	rig_advance(rig, 130);
	assert_false(rig->d.present);
	rig_advance(rig, 200);
	assert_true(rig->d.present);
	assert_int_equal(rig->d.usb.face.speed, USB_FULL);
}

/* Asleep in charging mode, then woken: the preloader's window comes, and passes. */
static void charging_then_window(void **state)
{
	struct rig *rig = *state;

	configure(rig, "--boot", "charging");
	rig->config.restart_after_ms = 5000;
	rig->config.system = gadget_find("mtp");
	rig_insert(rig);
	device_attached(&rig->d, rig->now_us);
	rig_advance(rig, 4900);
	assert_int_equal(rig->d.stage, STAGE_GADGET);
	rig_advance(rig, 800);
	assert_int_equal(rig->d.stage, STAGE_PRELOADER);
	device_attached(&rig->d, rig->now_us);
	rig_control(rig, 0, 9, 1, 0, NULL, NULL);
	rig_advance(rig, 2600);
	assert_false(rig->d.present); /* missed */
	rig_advance(rig, 3100);
	assert_int_equal(rig->d.stage, STAGE_GADGET);
	assert_int_equal(rig->d.usb.face.pid, 0x200B);
}

/* ---- dead preloaders ---- */

static void store_preloader(struct rig *rig, bool good)
{
	uint8_t image[0x800] = "MMM\x01\x38\x00\x00\x00"
			       "FILE_INFO";

	put_le32(image + 0x20, sizeof image);
	put_le32(image + 0x24, 0x40000);
	assert_int_equal(
		image_store_preloader(&rig->d.flash, REGION_BOOT1, image, sizeof image, false),
		IMAGE_GOOD);
	if (!good)
		assert_int_equal(flash_write(&rig->d.flash, REGION_BOOT1, 0x200, "x", 1), 0);
}

static void restart(struct rig *rig)
{
	boot_restart(&rig->d, "test", false);
	device_tick(&rig->d, rig->now_us);
}

static void dead_until_a_preloader_boots(void **state)
{
	struct rig *rig = *state;

	rig->config.boot = BOOT_DEAD;
	rig_insert(rig);
	assert_int_equal(rig->d.stage, STAGE_BROM); /* nothing in the boot regions */
	assert_false(bootcheck_preloader_boots(&rig->d.flash));

	store_preloader(rig, false);
	restart(rig);
	assert_false(rig->d.present);
	rig_advance(rig, 700);
	assert_int_equal(rig->d.stage, STAGE_BROM); /* it was no good one */

	store_preloader(rig, true);
	restart(rig);
	rig_advance(rig, 700);
	assert_int_equal(rig->d.stage, STAGE_PRELOADER); /* recovered: it waits for a host */
	device_attached(&rig->d, rig->now_us);
	rig_control(rig, 0, 9, 1, 0, NULL, NULL);
	rig_control(rig, 0x21, 0x20, 0, 7, (uint8_t[7]){0}, NULL);
	rig_wake(rig);
	restart(rig);
	rig_advance(rig, 10000);
	assert_false(rig->d.present); /* and from then on it is a phone like others */

	device_plug(&rig->d, rig->now_us);
	assert_int_equal(rig->d.stage, STAGE_PRELOADER);
}

/* A preloader that was spoiled while it was written needs no --boot dead to be missed. */
static void spoiled_preloader_comes_back_by_boot_rom(void **state)
{
	struct rig *rig = *state;

	rig_plug(rig);
	rig_wake(rig);
	store_preloader(rig, false);
	restart(rig);
	rig_advance(rig, 700);
	assert_int_equal(rig->d.stage, STAGE_BROM);
	store_preloader(rig, true);
	restart(rig);
	rig_advance(rig, 700);
	assert_int_equal(rig->d.stage, STAGE_PRELOADER);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_is_no_loader),
		cmocka_unit_test(words_that_are_none),
		cmocka_unit_test(interfaces_in_the_list),
		T(gadgets_have_faults_of_arrival),
		T(charging_then_window),
		T(dead_until_a_preloader_boots),
		T(spoiled_preloader_comes_back_by_boot_rom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
