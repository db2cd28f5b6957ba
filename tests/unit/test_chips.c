/* The chip table as built: complete, sorted, and found by code and by name. */
#include "tests/unit/check.h"

#include "engine/chips/chips.h"

static void test_table(void **state)
{
	(void)state;
	assert_int_equal(chip_count(), 96);
	assert_null(chip_at(chip_count()));
	for (size_t i = 0; i < chip_count(); i++) {
		const struct chip *c = chip_at(i);

		assert_ptr_equal(chip_by_hw_code(c->hw_code), c);
		assert_non_null(c->names[0]);
		assert_true(chip_has_name(c, c->names[0]));
		assert_true(c->watchdog_width == 0 || c->watchdog_width == 16 ||
			    c->watchdog_width == 32);
		assert_int_equal(c->watchdog_width == 0, c->watchdog_addr == 0);
		if (i > 0)
			assert_true(chip_at(i - 1)->hw_code < c->hw_code);
	}
}

static void test_mt6765(void **state)
{
	const struct chip *c = chip_by_hw_code(0x0766);

	(void)state;
	assert_non_null(c);
	assert_string_equal(c->names[0], "MT6765");
	assert_int_equal(c->da_code, 0x6765);
	assert_int_equal(c->da_protocol, DA_PROTOCOL_XFLASH);
	assert_int_equal(c->watchdog_addr, 0x10007000);
	assert_int_equal(c->watchdog_value, 0x22000064);
	assert_int_equal(c->watchdog_width, 32);
	assert_string_equal(c->kind, "phone");
}

static void test_codes_without_dacode(void **state)
{
	(void)state;
	assert_int_equal(chip_by_hw_code(0x6580)->da_code, 0x6580);
	assert_int_equal(chip_by_hw_code(0x6580)->da_protocol, DA_PROTOCOL_LEGACY);
	assert_null(chip_by_hw_code(0));
	assert_null(chip_by_hw_code(0x1234));
	assert_null(chip_by_hw_code(0xFFFF));
}

static void test_extra_writes_and_flags(void **state)
{
	const struct chip *c = chip_by_hw_code(0x6592);

	(void)state;
	assert_int_equal(c->extra_register_writes[0][0], 0x10000500);
	assert_int_equal(c->extra_register_writes[0][1], 0x22000000);
	assert_int_equal(c->extra_register_writes[1][0], 0);
	assert_int_equal(chip_by_hw_code(0x6573)->watchdog_width, 16);
	assert_int_equal(chip_by_hw_code(0x6580)->soc_id, -1);
	assert_int_equal(chip_by_hw_code(0x6580)->me_id, 1);
	assert_int_equal(chip_by_hw_code(0x0996)->soc_id, 1);
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		uint16_t hw_code; /* 0: none */
	} cases[] = {
		{"MT6765", 0x0766},  {"mt6765", 0x0766},
		{"MT6757D", 0x0551}, {"MT6757CD", 0x0551},
		{"MT6735M", 0x0321}, {"MT6737M", 0x0335},
		{"MT6737T", 0x0337}, {"MT6893Z", 0x0950},
		{"MT676", 0},	     {"", 0},
		{"MT4711", 0},	     {"MT6771T", 0x0788},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct chip *c = chip_by_name(cases[i].name);

		if ((c ? c->hw_code : 0) != cases[i].hw_code)
			fail_msg("%s gives 0x%04X", cases[i].name, c ? c->hw_code : 0);
	}
}

static void test_has_name(void **state)
{
	const struct chip *mt6757 = chip_by_hw_code(0x0551);
	const struct chip *mt6737 = chip_by_hw_code(0x0335);
	const struct chip *mt6735 = chip_by_hw_code(0x0321);

	(void)state;
	assert_true(chip_has_name(mt6757, "MT6757"));
	assert_true(chip_has_name(mt6757, "mt6757cd"));
	assert_false(chip_has_name(mt6757, "MT6765"));
	assert_true(chip_has_name(mt6737, "MT6737M"));
	/* listed by name for one code: the base name does not count for the other */
	assert_true(chip_has_name(mt6737, "MT6735G"));
	assert_false(chip_has_name(mt6735, "MT6735G"));
	/* names that only chip_aliases.json has */
	assert_true(chip_has_name(mt6735, "MT6735M"));
	assert_true(chip_has_name(mt6737, "mt6735m"));
	assert_true(chip_has_name(chip_by_hw_code(0x0337), "MT6737T"));
	assert_false(chip_has_name(mt6737, "MT6737T"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_mt6765),
		cmocka_unit_test(test_codes_without_dacode),
		cmocka_unit_test(test_extra_writes_and_flags),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_has_name),
	};

	return cmocka_run_group_tests_name("chips", tests, NULL, NULL);
}
