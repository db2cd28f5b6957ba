/* Which interface carries the protocol: the descriptors of protocol/brom.md 2.1 and 2.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "station/usb/descriptor.h"

/* Variant 1: endpoint descriptors of 8 bytes, data interface first. */
static const uint8_t classic[70] = {
	0x09, 0x02, 0x46, 0x00, 0x02, 0x01, 0x03, 0xC0, 0xFA, 0x09, 0x04, 0x00, 0x00, 0x02,
	0x0A, 0x00, 0x00, 0x04, 0x08, 0x05, 0x01, 0x02, 0x00, 0x02, 0x00, 0x00, 0x08, 0x05,
	0x81, 0x02, 0x00, 0x02, 0x00, 0x00, 0x09, 0x04, 0x01, 0x00, 0x01, 0x02, 0x02, 0x01,
	0x05, 0x05, 0x24, 0x00, 0x10, 0x01, 0x04, 0x24, 0x02, 0x0F, 0x05, 0x24, 0x06, 0x01,
	0x00, 0x05, 0x24, 0x01, 0x03, 0x00, 0x08, 0x05, 0x83, 0x03, 0x40, 0x00, 0x10, 0x00,
};
/* Variant 3: communication interface first, endpoint descriptors of 7 bytes. */
static const uint8_t modern[67] = {
	0x09, 0x02, 0x43, 0x00, 0x02, 0x01, 0x03, 0xC0, 0xFA, 0x09, 0x04, 0x00, 0x00, 0x01,
	0x02, 0x02, 0x01, 0x05, 0x05, 0x24, 0x00, 0x10, 0x01, 0x04, 0x24, 0x02, 0x0F, 0x05,
	0x24, 0x06, 0x00, 0x01, 0x05, 0x24, 0x01, 0x03, 0x01, 0x07, 0x05, 0x83, 0x03, 0x40,
	0x00, 0x10, 0x09, 0x04, 0x01, 0x00, 0x02, 0x0A, 0x00, 0x00, 0x04, 0x07, 0x05, 0x01,
	0x02, 0x00, 0x02, 0x00, 0x07, 0x05, 0x81, 0x02, 0x00, 0x02, 0x00,
};

static void expect(const uint8_t *bytes, size_t n, uint8_t data, uint8_t comm, uint16_t packet)
{
	struct usb_configuration c;
	struct usb_pair pair;

	assert_true(usb_configuration_parse(&c, bytes, n));
	assert_int_equal(c.value, 1);
	assert_true(usb_configuration_choose(&c, &pair));
	assert_int_equal(pair.data_interface, data);
	assert_int_equal(pair.comm_interface, comm);
	assert_int_equal(pair.in, 0x81);
	assert_int_equal(pair.out, 0x01);
	assert_int_equal(pair.in_packet, packet);
	assert_int_equal(pair.out_packet, packet);
}

static void variants(void **state)
{
	uint8_t odd[70];

	(void)state;
	expect(classic, sizeof classic, 0, 1, 512);
	expect(modern, sizeof modern, 1, 0, 512);
	memcpy(odd, classic, sizeof odd);
	odd[11] = 1; /* variant 2: the data interface is listed first and carries number 1 */
	odd[36] = 0;
	expect(odd, sizeof odd, 1, 0, 512);
	odd[22] = odd[30] = 64; /* full speed */
	odd[23] = odd[31] = 0;
	expect(odd, sizeof odd, 1, 0, 64);
}

/* Another program's composite device: the pair is on interface 2, a vendor's own class. */
static void vendor_class_serves_when_alone(void **state)
{
	static const uint8_t bytes[] = {
		9, 2, 41,   0, 2, 1, 0, 0xC0, 50,   9, 4, 0, 0, 0, 8, 6,    80, 0, 9, 4, 2,
		0, 2, 0xFF, 0, 0, 0, 7, 5,    0x02, 2, 0, 2, 0, 7, 5, 0x82, 2,	0, 2, 0,
	};
	struct usb_configuration c;
	struct usb_pair pair;

	(void)state;
	assert_true(usb_configuration_parse(&c, bytes, sizeof bytes));
	assert_true(usb_configuration_choose(&c, &pair));
	assert_int_equal(pair.data_interface, 2);
	assert_int_equal(pair.comm_interface, USB_NO_INTERFACE);
	assert_int_equal(pair.in, 0x82);
}

static void without_a_pair(void **state)
{
	uint8_t bytes[sizeof modern];
	struct usb_configuration c;
	struct usb_pair pair;

	(void)state;
	memcpy(bytes, modern, sizeof bytes);
	bytes[63] = 3; /* the IN endpoint is an interrupt endpoint */
	assert_true(usb_configuration_parse(&c, bytes, sizeof bytes));
	assert_false(usb_configuration_choose(&c, &pair));
}

/* Cut anywhere, or with any byte changed: never out of bounds (the sanitizers look on). */
static void broken_descriptors(void **state)
{
	struct usb_configuration c;
	struct usb_pair pair;

	(void)state;
	assert_false(usb_configuration_parse(&c, classic, 0));
	assert_false(usb_configuration_parse(&c, classic, 8));
	assert_false(usb_configuration_parse(&c, classic + 9, 20));
	for (size_t n = 0; n <= sizeof classic; n++) {
		uint8_t cut[sizeof classic];

		memcpy(cut, classic, n);
		if (usb_configuration_parse(&c, cut, n))
			usb_configuration_choose(&c, &pair);
	}
	for (size_t i = 0; i < sizeof classic; i++)
		for (unsigned v = 0; v < 256; v++) {
			uint8_t changed[sizeof classic];

			memcpy(changed, classic, sizeof changed);
			changed[i] = (uint8_t)v;
			if (usb_configuration_parse(&c, changed, sizeof changed))
				assert_true(c.count <= USB_INTERFACES_MAX);
		}
	{
		uint8_t endless[9 + 2] = {9, 2, 11, 0, 1, 1, 0, 0, 0, 0, 5};

		assert_false(usb_configuration_parse(&c, endless, sizeof endless));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variants),
		cmocka_unit_test(vendor_class_serves_when_alone),
		cmocka_unit_test(without_a_pair),
		cmocka_unit_test(broken_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
