/* uevent: what the kernel says of devices, and how a slot is named from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "station/usb/uevent.h"

#define PATH "/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4.2"

/* A message as literal: the literal's own NUL ends the last value. */
#define PARSE(message, d) uevent_parse(message, sizeof(message) - 1, d)

#define VALUES                                                                                     \
	"SUBSYSTEM=usb\0DEVNAME=bus/usb/001/023\0DEVTYPE=usb_device\0PRODUCT=e8d/2000/100\0"       \
	"TYPE=2/0/0\0BUSNUM=001\0DEVNUM=023\0SEQNUM=4711\0"

static void test_arrival(void **state)
{
	struct uevent_device d;

	(void)state;
	assert_true(PARSE("bind@" PATH "\0ACTION=bind\0DEVPATH=" PATH "\0DRIVER=usb\0" VALUES, &d));
	assert_true(d.added);
	assert_string_equal(d.sysfs, PATH);
	assert_int_equal(d.vid, 0x0E8D);
	assert_int_equal(d.pid, 0x2000);
	assert_int_equal(d.device_class, 2);
	assert_int_equal(d.bus, 1);
	assert_int_equal(d.number, 23);
}

static void test_departure(void **state)
{
	struct uevent_device d;

	(void)state;
	assert_true(PARSE("remove@" PATH "\0ACTION=remove\0" VALUES, &d));
	assert_false(d.added);
	assert_string_equal(d.sysfs, PATH);
	assert_int_equal(d.number, 23);
}

/* Before "bind" the device has no configuration, and nothing on it can be claimed. */
static void test_add_is_too_early(void **state)
{
	struct uevent_device d;

	(void)state;
	assert_false(PARSE("add@" PATH "\0ACTION=add\0" VALUES, &d));
	assert_false(PARSE("bind@" PATH "\0ACTION=bind\0" VALUES, &d));
	assert_false(PARSE("bind@" PATH "\0ACTION=bind\0DRIVER=usbip-host\0" VALUES, &d));
}

static void test_not_a_device(void **state)
{
	struct uevent_device d;

	(void)state;
	assert_false(PARSE("bind@" PATH "/1-4.2:1.0\0DEVTYPE=usb_interface\0DRIVER=cdc_acm\0"
			   "PRODUCT=e8d/2000/100\0BUSNUM=001\0DEVNUM=023\0",
			   &d));
	assert_false(PARSE("change@" PATH "\0DRIVER=usb\0" VALUES, &d));
	assert_false(PARSE("bind@" PATH "\0DRIVER=usb\0DEVTYPE=usb_device\0", &d));
	assert_false(PARSE("libudev\0\xfe\xed\xca\xfe", &d));
	assert_false(PARSE("bind", &d));
	assert_false(PARSE("", &d));
}

/* Values longer than any the kernel sends are passed over, a path too long is refused. */
static void test_long_ones(void **state)
{
	char message[1200] = "bind@/devices/";
	size_t n = strlen(message);
	struct uevent_device d;

	(void)state;
	memset(message + n, 'x', 300);
	memcpy(message + n + 300, "\0DRIVER=usb\0" VALUES, sizeof("\0DRIVER=usb\0" VALUES));
	assert_false(uevent_parse(message, n + 300 + sizeof("\0DRIVER=usb\0" VALUES), &d));
	memcpy(message, "bind@/d", sizeof "bind@/d");
	n = sizeof "bind@/d";
	memset(message + n, 'K', 400);
	message[n + 200] = '=';
	message[n + 400] = '\0';
	memcpy(message + n + 401, "DRIVER=usb\0" VALUES, sizeof("DRIVER=usb\0" VALUES));
	assert_true(uevent_parse(message, n + 401 + sizeof("DRIVER=usb\0" VALUES), &d));
	assert_string_equal(d.sysfs, "/d");
}

static void assert_path(const char *sysfs, const char *expected)
{
	struct uevent_device d = {.bus = 3, .number = 7};
	char path[128];

	snprintf(d.sysfs, sizeof d.sysfs, "%s", sysfs);
	uevent_path(&d, path, sizeof path);
	assert_string_equal(path, expected);
}

/* A slot keeps its name whatever device number the unit gets. */
static void test_path(void **state)
{
	(void)state;
	assert_path(PATH, "pci0000:00/0000:00:14.0/usb1 1-4.2");
	assert_path("/devices/platform/vhci_hcd.0/usb3/3-1", "platform/vhci_hcd.0/usb3 3-1");
	assert_path("/odd", "usb3 7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arrival),		 cmocka_unit_test(test_departure),
		cmocka_unit_test(test_add_is_too_early), cmocka_unit_test(test_not_a_device),
		cmocka_unit_test(test_long_ones),	 cmocka_unit_test(test_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
