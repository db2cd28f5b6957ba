/* What the bus says of a unit's state: ids, and interfaces where these say nothing. */
#include "station/usb/mode.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#define FASTBOOT                                                                                   \
	{                                                                                          \
		0xFF, 0x42, 0x03                                                                   \
	}
#define ADB                                                                                        \
	{                                                                                          \
		0xFF, 0x42, 0x01                                                                   \
	}
#define MTP                                                                                        \
	{                                                                                          \
		0x06, 0x01, 0x01                                                                   \
	}
#define STORAGE                                                                                    \
	{                                                                                          \
		0x08, 0x06, 0x50                                                                   \
	}
#define SERIAL                                                                                     \
	{                                                                                          \
		0x02, 0x02, 0x01                                                                   \
	}
#define KEYBOARD                                                                                   \
	{                                                                                          \
		0x03, 0x01, 0x01                                                                   \
	}

static void modes_by_ids_and_interfaces(void **state)
{
	static const struct {
		uint16_t vid, pid;
		struct usb_class interfaces[2];
		size_t count;
		enum device_mode mode;
	} all[] = {
		{0x0E8D, 0x0003, {SERIAL}, 1, MODE_BROM},
		{0x0E8D, 0x2000, {SERIAL}, 1, MODE_PRELOADER},
		{0x0E8D, 0x2001, {SERIAL}, 1, MODE_DA},
		{0x22D9, 0x0006, {SERIAL}, 1, MODE_PRELOADER},
		{0x0E8D, 0x2007, {{0}}, 0, MODE_META},
		{0x0E8D, 0x20FE, {SERIAL}, 1, MODE_META},
		{0x0E8D, 0x201C, {FASTBOOT}, 1, MODE_FASTBOOT},
		{0x0BB4, 0x0C01, {FASTBOOT}, 1, MODE_FASTBOOT},
		{0x18D1, 0x4EE7, {ADB}, 1, MODE_CHARGING},
		{0x0E8D, 0x2008, {MTP}, 1, MODE_CHARGING},
		{0x0E8D, 0x200B, {{0}}, 0, MODE_CHARGING},
		{0x0E8D, 0x20FD, {SERIAL, STORAGE}, 2, MODE_CHARGING},
		{0x046D, 0xC31C, {KEYBOARD}, 1, MODE_UNKNOWN},
		{0x067B, 0x2303, {SERIAL}, 1, MODE_UNKNOWN},
		{0x1234, 0x5678, {{0}}, 0, MODE_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct arrival a = {all[i].vid, all[i].pid, USB_SPEED_HIGH};
		enum device_mode mode = usb_mode(&a, all[i].interfaces, all[i].count);

		if (mode != all[i].mode)
			fail_msg("%04x:%04x is mode %d, not %d", a.vid, a.pid, (int)mode,
				 (int)all[i].mode);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(modes_by_ids_and_interfaces)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
