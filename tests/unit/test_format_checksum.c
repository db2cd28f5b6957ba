/* Checksum.ini and hash lists, good and bad. */
#include "tests/unit/check.h"

#include "engine/base/text.h"
#include "engine/format/checksum_file.h"
#include "tests/unit/samples.h"

#define MD5    "d41d8cd98f00b204e9800998ecf8427e"
#define SHA1   "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void test_ini(void **state)
{
	struct checksum_file c;
	struct problem problem;

	(void)state;
	expect_accepted(checksum_parse_ini(&c, text_of(sample_checksum_ini), &problem), &problem);
	assert_true(c.by_partition);
	assert_true(c.enabled);
	assert_string_equal(c.tool, "v5.1540.00");
	assert_int_equal(c.count, 3);
	assert_int_equal(checksum_find(&c, "preloader")->sum, 0x7EAD);
	assert_int_equal(checksum_find(&c, "boot")->sum, 0x886);
	assert_int_equal(checksum_find(&c, "boot")->kind, CHECKSUM_SUM16);
	assert_null(checksum_find(&c, "BOOT"));
	checksum_free(&c);
}

static void test_ini_of_the_oldest_packages(void **state)
{
	struct checksum_file c;
	struct problem problem;

	(void)state;
	expect_accepted(checksum_parse_ini(&c,
					   text_of("; comment\r\n[CheckSum]\r\n"
						   "PRELOADER=0x1234567\r\nUBOOT=0x89ABCDEF\r\n"),
					   &problem),
			&problem);
	assert_true(c.enabled);
	assert_int_equal(checksum_find(&c, "UBOOT")->kind, CHECKSUM_SUM32);
	assert_int_equal(checksum_find(&c, "UBOOT")->sum, 0x89ABCDEF);
	checksum_free(&c);
}

static void test_ini_switched_off(void **state)
{
	char *text = text_replaced(sample_checksum_ini, "CHECKSUM_SWITCH=1", "CHECKSUM_SWITCH=0");
	struct checksum_file c;
	struct problem problem;

	(void)state;
	expect_accepted(checksum_parse_ini(&c, text_of(text), &problem), &problem);
	assert_false(c.enabled);
	checksum_free(&c);
	free(text);
}

static void test_list(void **state)
{
	struct checksum_file c;
	struct problem problem;
	const struct checksum_item *item;

	(void)state;
	expect_accepted(checksum_parse_list(&c,
					    text_of("# made by a tool\n" MD5 "  boot.img\n" SHA1
						    " *./lk.bin\r\n" SHA256 "\tsub/a b.img"),
					    &problem),
			&problem);
	assert_false(c.by_partition);
	assert_true(c.enabled);
	assert_int_equal(c.count, 3);
	item = checksum_find(&c, "boot.img");
	assert_int_equal(item->kind, CHECKSUM_MD5);
	assert_int_equal(item->hash[0], 0xD4);
	assert_int_equal(item->hash[15], 0x7E);
	assert_int_equal(checksum_find(&c, "lk.bin")->kind, CHECKSUM_SHA1);
	assert_int_equal(checksum_find(&c, "sub/a b.img")->kind, CHECKSUM_SHA256);
	checksum_free(&c);
}

static void test_empty_list(void **state)
{
	struct checksum_file c;
	struct problem problem;

	(void)state;
	expect_accepted(checksum_parse_list(&c, text_of(""), &problem), &problem);
	assert_int_equal(c.count, 0);
	checksum_free(&c);
}

static const struct text_case cases[] = {
	{"ini_value_not_a_number", sample_checksum_ini, "0x886", "0x8G6", "line 9", "\"0x8G6\""},
	{"ini_value_negative", sample_checksum_ini, "0x886", "-5", "line 9", "\"-5\""},
	{"ini_value_above_32_bits", sample_checksum_ini, "0x886", "0x100000000", "line 9",
	 "16- or 32-bit"},
	{"ini_value_empty", sample_checksum_ini, "0x886", "", "line 9", "\"\""},
	{"ini_no_equal_sign", sample_checksum_ini, "boot=0x886", "boot 0x886", "line 9",
	 "not KEY=VALUE"},
	{"ini_key_empty", sample_checksum_ini, "boot=0x886", "=0x886", "line 9",
	 "can't be a partition name"},
	{"ini_twice", sample_checksum_ini, "boot=0x886", "preloader=0x886", "line 9",
	 "preloader is listed twice"},
	{"ini_section_open", sample_checksum_ini, "[CheckSum]", "[CheckSum", "line 7", "has no ]"},
	{"ini_no_sums", sample_checksum_ini, "[CheckSum]", "[Other]", "line", "no [CheckSum]"},
	{"ini_switch_not_a_switch", sample_checksum_ini, "CHECKSUM_SWITCH=1", "CHECKSUM_SWITCH=on",
	 "line 6", "\"on\""},
	{"ini_key_before_sections", sample_checksum_ini, "[VERSION]", "KEY=1", "line 1",
	 "before any [section]"},
	{"ini_tool_too_long", sample_checksum_ini, "v5.1540.00",
	 "v5.1540.00.of.a.very.long.release.name.indeed", "line 3", "too long"},
};

static void test_case(void **state)
{
	const struct text_case *c = *state;
	char *text = text_replaced(c->base, c->from, c->to);
	struct problem problem;
	struct checksum_file file;
	int result = checksum_parse_ini(&file, text_of(text), &problem);

	free(text);
	expect_refused(result, &problem, c->where, c->why);
	assert_null(file.items);
}

static void test_bad_lists(void **state)
{
	static const struct {
		const char *text, *where, *why;
	} lists[] = {
		{"boot.img " MD5 "\n", "line 1", "\"boot.img\""},
		{MD5 "\n", "line 1", "no usable file name"},
		{MD5 "0  boot.img\n", "line 1", "32, 40 or 64"},
		{"\nz41d8cd98f00b204e9800998ecf8427e  a\n", "line 2", "32, 40 or 64"},
		{MD5 "  a\n" SHA1 "  a\n", "line 2", "a is listed twice"},
	};
	struct checksum_file c;
	struct problem problem;

	(void)state;
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		expect_refused(checksum_parse_list(&c, text_of(lists[i].text), &problem), &problem,
			       lists[i].where, lists[i].why);
}

static void test_binary(void **state)
{
	struct checksum_file c;
	struct problem problem;

	(void)state;
	expect_refused(
		checksum_parse_ini(&c, (struct slice){(const uint8_t *)"[A]\0", 4}, &problem),
		&problem, "line 1", "NUL");
	expect_refused(checksum_parse_list(&c, (struct slice){(const uint8_t *)"\0", 1}, &problem),
		       &problem, "line 1", "NUL");
}

int main(void)
{
	const struct CMUnitTest more[] = {
		cmocka_unit_test(test_ini),
		cmocka_unit_test(test_ini_of_the_oldest_packages),
		cmocka_unit_test(test_ini_switched_off),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_empty_list),
		cmocka_unit_test(test_bad_lists),
		cmocka_unit_test(test_binary),
	};

	return run_cases("checksum files", cases, test_case, more);
}
