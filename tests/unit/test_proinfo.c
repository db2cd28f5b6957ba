/* proinfo: what a unit's product record says in plain, and what is not taken for a number. */
#include "tests/unit/check.h"

#include "engine/format/proinfo.h"

static const uint8_t good[8] = {0x94, 0x10, 0x45, 0x02, 0x23, 0x73, 0x15, 0xF8};

static uint8_t record[1024];

static int blank(void **state)
{
	(void)state;
	memset(record, 0, sizeof record);
	return 0;
}

static void put(int slot, const uint8_t bcd[8])
{
	memcpy(record + 64 + 10 * slot, bcd, 8);
	record[64 + 10 * slot + 8] = 1;
}

static struct proinfo read_it(void)
{
	struct proinfo info;

	proinfo_read(&info, (struct slice){record, sizeof record});
	return info;
}

/*
 * 490154203237518: doubled are the 2nd, 4th ... 14th digits 9 1 4 0 2 7 1 (18 2 8 0 4 14 2, with
 * digits summed 9 2 8 0 4 5 2 = 30), the others 4 0 5 2 3 3 5 8 = 30: 60, divisible by ten.
 */
static void numbers_are_read(void **state)
{
	struct proinfo info;

	(void)state;
	memcpy(record, "FR12ab", 6);
	put(0, good);
	put(2, good);
	info = read_it();
	assert_string_equal(info.serial, "FR12ab");
	assert_string_equal(info.imei[0], "490154203237518");
	assert_string_equal(info.imei[1], "");
	assert_string_equal(info.imei[2], "490154203237518");
	assert_int_equal(info.status, IMEI_VALID);
}

static void blank_slots_are_empty(void **state)
{
	struct proinfo info;

	(void)state;
	info = read_it();
	assert_int_equal(info.status, IMEI_EMPTY);
	assert_string_equal(info.serial, "");
	memset(record, 0xFF, sizeof record);
	info = read_it();
	assert_int_equal(info.status, IMEI_EMPTY);
	assert_string_equal(info.serial, "");
	for (int i = 0; i < PROINFO_IMEIS; i++)
		assert_string_equal(info.imei[i], "");
}

/* The same digits with 7 at the end: the sum is 59. */
static void wrong_check_digit_is_told(void **state)
{
	uint8_t bad[8];
	struct proinfo info;

	(void)state;
	memcpy(bad, good, sizeof bad);
	bad[7] = 0xF7;
	put(0, good);
	put(1, bad);
	info = read_it();
	assert_int_equal(info.status, IMEI_INVALID);
	assert_string_equal(info.imei[0], "490154203237518");
	assert_string_equal(info.imei[1], "");
}

static void other_content_is_unreadable(void **state)
{
	uint8_t bad[8];

	(void)state;
	memcpy(bad, good, sizeof bad);
	bad[3] = 0xA2; /* no digit */
	put(0, bad);
	assert_int_equal(read_it().status, IMEI_UNREADABLE);
	memcpy(bad, good, sizeof bad);
	bad[7] = 0x08; /* the last nibble must be F */
	put(0, bad);
	assert_int_equal(read_it().status, IMEI_UNREADABLE);
	assert_string_equal(read_it().imei[0], "");
}

static void zeros_are_a_placeholder(void **state)
{
	static const uint8_t zeros[8] = {0, 0, 0, 0, 0, 0, 0, 0xF0};

	(void)state;
	put(0, zeros);
	assert_int_equal(read_it().status, IMEI_PLACEHOLDER);
	assert_string_equal(read_it().imei[0], "");
}

static void barcode_rules(void **state)
{
	(void)state;
	memcpy(record, "AB12 CD", 7); /* a blank ends it */
	assert_string_equal(read_it().serial, "AB12");
	memcpy(record, "AB12-CD", 7); /* neither letter nor digit: a brand's own format */
	assert_string_equal(read_it().serial, "");
	memcpy(record, "0123456789ABCDEF\0", 17); /* the default of blank boards */
	assert_string_equal(read_it().serial, "");
	memcpy(record, "0123456789ABCDEFGHIJKLM", 23);
	assert_string_equal(read_it().serial, "0123456789ABCDEFGHI");
	record[0] = ' ';
	assert_string_equal(read_it().serial, "");
}

static void short_record_is_unreadable(void **state)
{
	struct proinfo info;

	(void)state;
	memcpy(record, "AB12", 4);
	put(0, good);
	proinfo_read(&info, (struct slice){record, PROINFO_BYTES - 1});
	assert_int_equal(info.status, IMEI_UNREADABLE);
	assert_string_equal(info.serial, "");
	proinfo_read(&info, (struct slice){record, PROINFO_BYTES});
	assert_int_equal(info.status, IMEI_VALID);
	assert_string_equal(imei_status_name(info.status), "valid");
	assert_string_equal(imei_status_name(IMEI_NOT_READ), "not read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(numbers_are_read, blank),
		cmocka_unit_test_setup(blank_slots_are_empty, blank),
		cmocka_unit_test_setup(wrong_check_digit_is_told, blank),
		cmocka_unit_test_setup(other_content_is_unreadable, blank),
		cmocka_unit_test_setup(zeros_are_a_placeholder, blank),
		cmocka_unit_test_setup(barcode_rules, blank),
		cmocka_unit_test_setup(short_record_is_unreadable, blank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
