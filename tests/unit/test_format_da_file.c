/* Agent containers: both versions, entry selection as da-file.md section 3, damaged files. */
#include "tests/unit/check.h"

#include "engine/base/bytes.h"
#include "engine/format/da_file.h"
#include "tests/unit/samples.h"

static const uint16_t codes[] = {0x6580, 0x6735, 0x6765};

#define ENTRY0 0x6C

static void parse(struct da_file *d, const struct buffer *b)
{
	struct problem problem;

	expect_accepted(da_file_parse(d, buffer_slice(b), &problem), &problem);
}

static void test_version_4(void **state)
{
	struct buffer b = sample_da(4, codes, NULL, 3);
	struct da_region da1, da2;
	struct problem problem;
	struct da_file d;

	(void)state;
	parse(&d, &b);
	assert_string_equal(d.identifier, "MTK_AllInOne_DA_v3.3001.TEST-0001");
	assert_int_equal(d.info_ver, 4);
	assert_false(d.v6);
	assert_int_equal(d.count, 3);
	assert_int_equal(d.entries[2].hw_code, 0x6765);
	assert_int_equal(d.entries[2].hw_version, 0xCA00);
	assert_int_equal(d.entries[2].feature, 0x1000);
	assert_int_equal(d.entries[0].regions[0].offset, 0x376C);
	assert_true(da_entry_stages(&d, &d.entries[1], &da1, &da2, &problem));
	assert_int_equal(da1.start_addr, 0x00200000);
	assert_int_equal(da1.sig_len, 0x100);
	assert_int_equal(da2.start_addr, 0x40000000);
	assert_int_equal(da_region_bytes(&d, &da2).n, 0xA00);
	assert_ptr_equal(da_region_bytes(&d, &da1).p, b.p + da1.offset);
	da_file_free(&d);
	buffer_free(&b);
}

static void test_version_3(void **state)
{
	static const uint16_t old[] = {0x6575, 0x6577};
	static const uint16_t sw[] = {0xE100, 0xE201};
	struct buffer b = sample_da(3, old, sw, 2);
	struct da_file d;

	(void)state;
	parse(&d, &b);
	assert_int_equal(d.info_ver, 3);
	assert_int_equal(d.entries[0].regions[0].offset, 0x114C);
	assert_int_equal(d.entries[1].hw_code, 0x6577);
	assert_int_equal(d.entries[1].hw_version, 0xCA00);
	assert_int_equal(d.entries[1].sw_version, 0xE201);
	assert_int_equal(d.entries[1].hw_sub_code, 0);
	da_file_free(&d);
	buffer_free(&b);
}

static void test_v6_identifier(void **state)
{
	struct buffer b = sample_da(4, codes, NULL, 1);
	struct da_file d;

	(void)state;
	memcpy(b.p + 0x20, "MTK_DA_v6_TEST", 15);
	parse(&d, &b);
	assert_true(d.v6);
	da_file_free(&d);
	buffer_free(&b);
}

/* As in the DA_BR.bin of phone packages: one entry cut behind its regions, offsets from the file.
 */
static void test_signatures_counted_from_the_file(void **state)
{
	static const uint16_t code[] = {0x1208};
	struct buffer b = sample_da(4, code, NULL, 1);
	struct da_region da1, da2;
	struct problem problem;
	struct da_file d;

	(void)state;
	for (int i = 1; i < 3; i++) {
		uint8_t *r = b.p + ENTRY0 + 0x14 + (size_t)i * 20;

		put_le32(r + 12, get_le32(r) + get_le32(r + 12));
	}
	parse(&d, &b);
	assert_true(da_entry_stages(&d, &d.entries[0], &da1, &da2, &problem));
	assert_int_equal(da1.sig_offset + da1.sig_len, da1.len);
	assert_int_equal(da2.sig_offset + da2.sig_len, da2.len);
	da_file_free(&d);

	/* one byte off is neither: refused */
	put_le32(b.p + ENTRY0 + 0x14 + 20 + 12, da1.offset + da1.sig_offset + 1);
	assert_int_not_equal(da_file_parse(&d, buffer_slice(&b), &problem), 0);
	expect_in(problem.why, "is not inside its", "why");
	buffer_free(&b);
}

struct choice {
	uint16_t code, hw, sw;
	int entry; /* -1: none */
};

static void expect_choices(const struct da_file *d, const struct choice *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct problem problem = {.why = ""};
		const struct da_entry *e =
			da_file_select(d, c[i].code, 0, c[i].hw, c[i].sw, &problem);

		if ((e ? e - d->entries : -1) != c[i].entry)
			fail_msg("choice %zu: entry %d expected, got %d", i, c[i].entry,
				 e ? (int)(e - d->entries) : -1);
		if (!e)
			expect_in(problem.why, "hardware 0x", "why");
	}
}

static void test_single_candidate(void **state)
{
	static const struct choice choices[] = {
		{0x6765, 0xCA00, 0, 2}, {0x6765, 0xCB00, 0x123, 2}, /* one entry: taken anyway */
		{0x6735, 0, 0, 1},	{0x0321, 0, 0, 1},	    /* folded codes */
		{0x0335, 0, 0, 1},	{0x0337, 0, 0, 1},	    {0x6771, 0xCA00, 0, -1},
	};
	struct buffer b = sample_da(4, codes, NULL, 3);
	struct da_file d;

	(void)state;
	parse(&d, &b);
	expect_choices(&d, choices, sizeof choices / sizeof choices[0]);
	da_file_free(&d);
	buffer_free(&b);
}

/* Several entries of a code: exact, else the nearest above within 0xFF, never a lower one. */
static void test_several_candidates(void **state)
{
	static const uint16_t same[] = {0x6575, 0x6575, 0x6575};
	static const uint16_t sw[] = {0xE100, 0xE201, 0xE240};
	static const struct choice choices[] = {
		{0x6575, 0xCA00, 0xE100, 0},  {0x6575, 0xFFFF, 0xE201, 1},
		{0x6575, 0xCA00, 0xE180, 1},  {0x6575, 0xCA00, 0xE202, 2},
		{0x6575, 0xCA00, 0xE241, -1}, {0x6575, 0xCA00, 0xE000, -1},
	};
	struct buffer b = sample_da(4, same, sw, 3);
	struct da_file d;

	(void)state;
	parse(&d, &b);
	expect_choices(&d, choices, sizeof choices / sizeof choices[0]);
	da_file_free(&d);
	buffer_free(&b);
}

/* Entries that differ in the feature word only count as one: the first is taken. */
static void test_feature_word_makes_no_difference(void **state)
{
	static const uint16_t same[] = {0x6765, 0x6765};
	static const struct choice choices[] = {{0x6765, 0xCB00, 0x55, 0}};
	struct buffer b = sample_da(4, same, NULL, 2);
	struct da_file d;

	(void)state;
	b.p[ENTRY0 + 0xDC + 0x0C] = 1;
	parse(&d, &b);
	expect_choices(&d, choices, 1);
	da_file_free(&d);
	buffer_free(&b);
}

/* Files for other chips: more regions, first stage behind the entry region (da-file.md 2.2). */
static void test_iot_like_stages(void **state)
{
	struct buffer b = sample_da(4, codes, NULL, 1);
	uint8_t *entry = b.p + ENTRY0;
	struct da_region da1, da2;
	struct problem problem;
	struct da_file d;

	(void)state;
	put_le16(entry + 0x10, 2);
	put_le16(entry + 0x12, 5);
	memcpy(entry + 0x14 + 60, entry + 0x14 + 20, 20); /* region 3: as region 1, signed */
	memcpy(entry + 0x14 + 80, entry + 0x14 + 40, 20); /* region 4: as region 2 */
	put_le32(entry + 0x14 + 40 + 16, 0);		  /* region 2 unsigned: environment */
	parse(&d, &b);
	assert_true(da_entry_stages(&d, &d.entries[0], &da1, &da2, &problem));
	assert_int_equal(da1.start_addr, 0x00200000);
	assert_int_equal(da2.start_addr, 0x40000000);
	da_file_free(&d);
	buffer_free(&b);
}

static void test_entry_without_stages(void **state)
{
	struct buffer b = sample_da(4, codes, NULL, 2);
	struct da_region da1, da2;
	struct problem problem;
	struct da_file d;

	(void)state;
	put_le16(b.p + ENTRY0 + 0x12, 2);
	put_le32(b.p + ENTRY0 + 0xDC + 0x14 + 20 + 4, 0); /* second entry: empty first stage */
	put_le32(b.p + ENTRY0 + 0xDC + 0x14 + 20 + 12, 0);
	put_le32(b.p + ENTRY0 + 0xDC + 0x14 + 20 + 16, 0);
	parse(&d, &b);
	assert_false(da_entry_stages(&d, &d.entries[0], &da1, &da2, &problem));
	expect_in(problem.why, "only 2 regions", "why");
	assert_false(da_entry_stages(&d, &d.entries[1], &da1, &da2, &problem));
	expect_in(problem.why, "empty", "why");
	da_file_free(&d);
	buffer_free(&b);
}

struct damage {
	const char *name;
	size_t at;
	uint32_t value;
	int bytes;
	const char *where, *why;
};

static const struct damage damages[] = {
	{"da_title", 0, 0x58585858, 4, "header at 0x0", "MTK_DOWNLOAD_AGENT"},
	{"da_version", 0x60, 5, 4, "header at 0x60", "version 5"},
	{"da_magic", 0x64, 0x22668898, 4, "header at 0x64", "magic is 0x22668898"},
	{"da_no_entries", 0x68, 0, 4, "header at 0x68", "no entries"},
	{"da_count_too_large", 0x68, 0x10000000, 4, "header at 0x68", "268435456 entries"},
	{"da_count_impossible", 0x68, 1000, 4, "header at 0x68", "can't be in a file"},
	{"da_count_above_entries", 0x68, 4, 4, "entry 3 at 0x300", "magic is 0x0000"},
	{"da_entry_magic", ENTRY0, 0xBEEF, 2, "entry 0 at 0x6c", "0xBEEF"},
	{"da_no_regions", ENTRY0 + 0x12, 0, 2, "entry 0", "0 regions"},
	{"da_ten_regions", ENTRY0 + 0x12, 10, 2, "entry 0", "10 regions"},
	{"da_region_beyond_file", ENTRY0 + 0x14, 0x7FFFFFFF, 4, "entry 0", "region 0 needs"},
	{"da_region_too_long", ENTRY0 + 0x14 + 24, 0xFFFFFFFF, 4, "entry 0", "region 1 needs"},
	{"da_signature_behind_region", ENTRY0 + 0x14 + 20 + 12, 0x401, 4, "entry 0",
	 "region 1: a signature"},
	{"da_signature_too_long", ENTRY0 + 0x14 + 20 + 16, 0x101, 4, "entry 0",
	 "region 1: a signature of 0x101"},
	{"da_signature_wraps", ENTRY0 + 0x14 + 20 + 16, 0xFFFFFFFF, 4, "entry 0",
	 "region 1: a signature"},
};

static void test_damage(void **state)
{
	const struct damage *c = *state;
	struct buffer b = sample_da(4, codes, NULL, 3);
	struct problem problem;
	struct da_file d;
	int result;

	for (int i = 0; i < c->bytes; i++)
		b.p[c->at + (size_t)i] = (uint8_t)(c->value >> 8 * i);
	result = da_file_parse(&d, buffer_slice(&b), &problem);
	buffer_free(&b);
	expect_refused(result, &problem, c->where, c->why);
	assert_null(d.entries);
}

static void test_cut_short(void **state)
{
	struct buffer b = sample_da(4, codes, NULL, 3);
	struct problem problem;
	struct da_file d;

	(void)state;
	expect_refused(da_file_parse(&d, (struct slice){b.p, 0x40}, &problem), &problem, "header",
		       "the file has 64 bytes");
	expect_refused(da_file_parse(&d, (struct slice){b.p, b.n - 1}, &problem), &problem,
		       "entry 2", "region 2 needs");
	buffer_free(&b);
}

int main(void)
{
	const struct CMUnitTest more[] = {
		cmocka_unit_test(test_version_4),
		cmocka_unit_test(test_version_3),
		cmocka_unit_test(test_v6_identifier),
		cmocka_unit_test(test_signatures_counted_from_the_file),
		cmocka_unit_test(test_single_candidate),
		cmocka_unit_test(test_several_candidates),
		cmocka_unit_test(test_feature_word_makes_no_difference),
		cmocka_unit_test(test_iot_like_stages),
		cmocka_unit_test(test_entry_without_stages),
		cmocka_unit_test(test_cut_short),
	};

	return run_cases("da file", damages, test_damage, more);
}
