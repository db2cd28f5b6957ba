/* The error catalogue as built: complete, every entry found again, and never at a loss. */
#include "tests/unit/check.h"

#include "engine/catalogue/catalogue.h"

static void test_every_entry_is_found(void **state)
{
	(void)state;
	assert_true(catalogue_count() >= 1266 + 2);
	assert_null(catalogue_at(catalogue_count()));
	for (size_t i = 0; i < catalogue_count(); i++) {
		const struct catalogue_entry *e = catalogue_at(i);

		assert_ptr_equal(catalogue_find(e->family, e->numeric), e);
		assert_true(e->code[0] && e->name[0] && e->stage[0] && e->meaning[0]);
		assert_non_null(e->actions[0]);
		assert_string_not_equal(fault_family_name(e->family), "unknown");
	}
}

static void test_known_entries(void **state)
{
	const struct catalogue_entry *e = catalogue_find(FAULT_XFLASH, 0xC0070004);

	(void)state;
	assert_non_null(e);
	assert_string_equal(e->code, "0xC0070004");
	assert_string_equal(e->name, "STATUS_DA_HASH_MISMATCH");
	assert_int_equal(e->retry, RETRY_OTHER_CABLE);
	assert_int_equal(e->scope, SCOPE_PACKAGE);
	assert_string_equal(e->actions[1], "Use the unaltered agent released for this product");
	e = catalogue_find(FAULT_STATION, 58);
	assert_string_equal(e->name, "PACKAGE_CARRIES_IDENTITY");
	e = catalogue_find(FAULT_BROM, 0x1D02);
	assert_string_equal(e->name, "INVALID_ADDRESS");
	assert_null(catalogue_find(FAULT_STATION, 999));
	assert_null(catalogue_find(FAULT_NONE, 1));
}

static void test_explain_always_answers(void **state)
{
	static const struct {
		enum fault_family family;
		uint32_t code;
		const char *entry;
	} cases[] = {
		{FAULT_STATION, 20, "ST-020"},	    {FAULT_XFLASH, 0xC00BEEF0, "ST-090"},
		{FAULT_BROM, 0xFFFE, "ST-011"},	    {FAULT_XML, 4711, "ST-091"},
		{FAULT_LEGACY_DA, 99999, "ST-090"}, {FAULT_FLASHTOOL, 1000, "1000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fault f = {.family = cases[i].family, .code = cases[i].code};

		assert_string_equal(catalogue_explain(&f)->code, cases[i].entry);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_entry_is_found),
		cmocka_unit_test(test_known_entries),
		cmocka_unit_test(test_explain_always_answers),
	};

	return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
