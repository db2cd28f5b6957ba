/* text, crc32 and wire_sums: the small things everything stands on. */
#include "tests/unit/check.h"

#include "engine/base/crc32.h"
#include "engine/base/text.h"
#include "engine/package/wire_sums.h"
#include "tests/unit/samples.h"

static void test_lines(void **state)
{
	struct text_lines lines = text_lines_of(text_of("\xEF\xBB\xBFone\r\n\ntwo\nthree"));
	static const char *const want[] = {"one", "", "two", "three"};
	struct slice line;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		assert_true(text_next_line(&lines, &line));
		assert_true(text_is(line, want[i]));
		assert_int_equal(lines.number, i + 1);
	}
	assert_false(text_next_line(&lines, &line));
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t value;
	} cases[] = {
		{"0", true, 0},
		{"0x0", true, 0},
		{" 0xFFFF00a8 ", true, 0xFFFF00A8},
		{"18446744073709551615", true, UINT64_MAX},
		{"18446744073709551616", false, 0},
		{"0xFFFFFFFFFFFFFFFF", true, UINT64_MAX},
		{"0x1FFFFFFFFFFFFFFFF", false, 0},
		{"", false, 0},
		{"0x", false, 0},
		{"+1", false, 0},
		{"1 2", false, 0},
		{"12a", false, 0},
		{"0b1", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint64_t value = 77;

		assert_int_equal(text_number(text_of(cases[i].text), &value), cases[i].good);
		assert_true(value == (cases[i].good ? cases[i].value : 77));
	}
}

static void test_shown_text_is_short_and_printable(void **state)
{
	struct text_shown shown = text_show(text_of("a\x01\xFF"
						    "b"));

	(void)state;
	assert_string_equal(shown.s, "a??b");
	shown = text_show(text_of("0123456789012345678901234567890123456789012345678901234567"));
	assert_int_equal(strlen(shown.s), 50);
	assert_string_equal(shown.s + 47, "...");
}

static void test_crc32(void **state)
{
	struct buffer b = {0};
	uint32_t whole;

	(void)state;
	assert_int_equal(crc32_add(0, text_of("123456789")), 0xCBF43926);
	assert_int_equal(crc32_add(0, text_of("")), 0);
	buffer_noise(&b, 5, 100003);
	whole = crc32_add(0, buffer_slice(&b));
	for (size_t cut = 0; cut < b.n; cut += 7919) {
		uint32_t crc = crc32_add(0, (struct slice){b.p, cut});

		assert_int_equal(crc32_add(crc, (struct slice){b.p + cut, b.n - cut}), whole);
	}
	buffer_free(&b);
}

static void test_crc32_of_repeats(void **state)
{
	struct slice unit = text_of("abcd");
	struct buffer b = {0};
	uint32_t start = crc32_add(0, text_of("before"));

	(void)state;
	for (unsigned times = 0; times < 40; times++) {
		assert_int_equal(crc32_add_repeated(start, crc32_add(0, unit), unit.n, times),
				 crc32_add(start, buffer_slice(&b)));
		buffer_add(&b, unit.p, unit.n);
	}
	buffer_free(&b);
}

/* Vectors of da-xflash.md 6.2. */
static void test_wire_sum_vectors(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		uint16_t sum;
	} vectors[] = {
		{"\x01\x02\x03\x04", 4, 0x000A},
		{"\x01\x02\x03\x04\x05", 5, 0x010E},
		{"\x61\x62\x63", 3, 0x0225},
		{"\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 7, 0x07F8},
	};
	struct wire_sums w;
	uint8_t z[512];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(
			wire_sums_make(&w, (struct slice){(const uint8_t *)vectors[i].bytes,
							  vectors[i].n}),
			0);
		assert_int_equal(wire_sums_packet(&w, 0, vectors[i].n), vectors[i].sum);
		wire_sums_free(&w);
	}
	memset(z, 0x5A, sizeof z);
	assert_int_equal(wire_sums_make(&w, (struct slice){z, sizeof z}), 0);
	assert_int_equal(wire_sums_packet(&w, 0, sizeof z), 0xB400);
	wire_sums_free(&w);
}

static void test_wire_sums_of_any_packet(void **state)
{
	struct buffer b = {0};
	struct wire_sums w;

	(void)state;
	buffer_noise(&b, 3, 10 * 4096 + 777);
	assert_int_equal(wire_sums_make(&w, buffer_slice(&b)), 0);
	for (size_t from = 0; from < b.n; from += 4096) {
		for (size_t to = from + 4096; to < b.n + 4096; to += 4096) {
			size_t end = to < b.n ? to : b.n;
			uint32_t sum = (end - from) % 2 ? 0xFF : 0;

			for (size_t i = from; i < end; i++)
				sum += b.p[i];
			assert_int_equal(wire_sums_packet(&w, from, end - from), sum & 0xFFFF);
		}
	}
	wire_sums_free(&w);
	buffer_free(&b);
}

static void test_wire_sums_of_nothing(void **state)
{
	struct wire_sums w;

	(void)state;
	assert_int_equal(wire_sums_make(&w, (struct slice){NULL, 0}), 0);
	assert_int_equal(wire_sums_packet(&w, 0, 0), 0);
	assert_int_equal(wire_sums_total(&w), 0);
	wire_sums_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_shown_text_is_short_and_printable),
		cmocka_unit_test(test_crc32),
		cmocka_unit_test(test_crc32_of_repeats),
		cmocka_unit_test(test_wire_sum_vectors),
		cmocka_unit_test(test_wire_sums_of_any_packet),
		cmocka_unit_test(test_wire_sums_of_nothing),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
