/* Preloaders in their three shapes, the DRAM settings inside, and damaged ones. */
#include "tests/unit/check.h"

#include "engine/base/bytes.h"
#include "engine/format/preloader.h"
#include "tests/unit/samples.h"

#define NAME	"preloader_k65v1_64_bsp.bin"
#define CONTENT 0x100
#define EMI_AT	(CONTENT + 0x800)

static void parse(struct preloader *p, const struct buffer *b)
{
	struct problem problem;

	expect_accepted(preloader_parse(p, buffer_slice(b), &problem), &problem);
}

static void expect_settings(const struct preloader *p)
{
	assert_int_equal(p->emi_version, 35);
	assert_string_equal(p->name, NAME);
	assert_int_equal(p->layout, 'C');
	assert_int_equal(p->emi_stride, 160);
	assert_int_equal(p->emi_count, 5);
	assert_int_equal(p->emi.n, 0x70 + 5 * 160);
	assert_int_equal(p->records[1].type, 0x206);
	assert_int_equal(p->records[1].id_length, 9);
	assert_memory_equal(p->records[1].id, "\x15\x01\x00Q823MB", 8);
	assert_true(p->records[0].dram_bytes == 0xC0000000ull);
	assert_int_equal(p->records[4].vendor, 1);
	assert_string_equal(p->platform, "MT6765");
}

static void test_raw(void **state)
{
	struct buffer b = sample_preloader(35, 160, 5, NAME, 5);
	struct preloader p;

	(void)state;
	parse(&p, &b);
	assert_int_equal(p.boot_header, 0);
	assert_string_equal(p.boot_name, "");
	assert_int_equal(p.load_addr, 0x00200F10);
	assert_int_equal(p.file_len, b.n);
	assert_int_equal(p.content_offset, CONTENT);
	assert_int_equal(p.sig_len, 0x66C);
	assert_int_equal(p.sig_type, 5);
	assert_int_equal(p.hash, PRELOADER_HASH_NONE);
	assert_int_equal(p.raw.n, b.n);
	assert_ptr_equal(p.emi.p, b.p + EMI_AT);
	expect_settings(&p);
	buffer_free(&b);
}

static void test_boot_region(void **state)
{
	struct buffer raw = sample_preloader(35, 160, 5, NAME, 5);
	struct buffer b = sample_boot_region("EMMC_BOOT", buffer_slice(&raw));
	struct preloader p;

	(void)state;
	parse(&p, &b);
	assert_int_equal(p.boot_header, 0x800);
	assert_string_equal(p.boot_name, "EMMC_BOOT");
	assert_int_equal(p.raw.n, raw.n);
	expect_settings(&p);
	buffer_free(&b);
	buffer_free(&raw);
}

/* Collected blobs carry nothing, a length word, or a length word and a hash behind them. */
static void test_bare_settings(void **state)
{
	static const size_t extras[] = {0, 4, 0x24, 0x30};
	struct preloader p;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buffer b = sample_emi(35, 160, 5, NAME);

		buffer_fill(&b, 0x5A, extras[i]);
		parse(&p, &b);
		assert_int_equal(p.raw.n, 0);
		expect_settings(&p);
		buffer_free(&b);
	}
}

/* Lengths that would fit another record size, but for the length word or the version. */
static void test_bare_settings_read_by_length_word(void **state)
{
	static const struct {
		unsigned version;
		uint32_t stride, count;
		size_t behind; /* bytes, length word included */
	} cases[] = {
		{36, 160, 9, 0x24}, /* 9 x 164 */
		{22, 176, 5, 8},    /* 5 x 168 + 0x30 */
		{12, 188, 1, 8},    /* 1 x 160 + 0x24 */
		{38, 160, 1, 0x124},
	};
	struct preloader p;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buffer b =
			sample_emi(cases[i].version, cases[i].stride, cases[i].count, NAME);
		size_t n = b.n;

		buffer_le32(&b, (uint32_t)n);
		buffer_fill(&b, 0x5A, cases[i].behind - 4);
		parse(&p, &b);
		assert_int_equal(p.emi_stride, cases[i].stride);
		assert_int_equal(p.emi_count, cases[i].count);
		assert_int_equal(p.emi.n, n);
		buffer_free(&b);
	}
}

/* The version decides between two record sizes that both fit. */
static void test_bare_settings_read_by_version(void **state)
{
	struct buffer b = sample_emi(36, 160, 9, NAME);
	struct preloader p;

	(void)state;
	buffer_fill(&b, 0x5A, 0x24);
	parse(&p, &b);
	assert_int_equal(p.emi_stride, 160);
	assert_int_equal(p.emi.n, 0x70 + 9 * 160);
	buffer_free(&b);
}

/* Builds of MT6582 state 16 records where there are 10. */
static void test_old_builds_count_too_many_records(void **state)
{
	struct buffer b = sample_preloader(12, 188, 10, "preloader_j5.bin", 3);
	struct buffer bare = sample_emi(11, 168, 12, "preloader_j7.bin");
	struct preloader p;

	(void)state;
	put_le32(b.p + EMI_AT + 0x6C, 16);
	parse(&p, &b);
	assert_int_equal(p.layout, 'A');
	assert_int_equal(p.emi_count, 10);
	assert_string_equal(p.platform, "");
	assert_string_equal(preloader_chips(&p)[0], "MT6582");
	assert_true(p.records[9].dram_bytes > 0);
	put_le32(bare.p + 0x6C, 18);
	parse(&p, &bare);
	assert_int_equal(p.layout, 'E');
	assert_int_equal(p.emi_count, 12);
	buffer_free(&bare);
	buffer_free(&b);
}

/* Agents of chips to come take the blob whole: a record size not known is no fault of the file. */
static void test_records_of_a_new_kind(void **state)
{
	struct buffer b = sample_preloader(60, 92, 3, "preloader_k91v1_64.bin", 5);
	struct preloader p;

	(void)state;
	parse(&p, &b);
	assert_int_equal(p.layout, '?');
	assert_int_equal(p.emi_stride, 92);
	assert_int_equal(p.emi_count, 0);
	assert_int_equal(p.emi.n, 0x70 + 3 * 92);
	assert_string_equal(p.name, "preloader_k91v1_64.bin");
	assert_string_equal(p.platform, "");
	assert_null(preloader_chips(&p)[0]);
	assert_int_equal(preloader_fits_platform(&p, "MT6765"), -1);
	buffer_free(&b);
}

static void test_layout_a(void **state)
{
	struct buffer b = sample_preloader(21, 188, 3, "preloader_w370.bin", 3);
	struct preloader p;

	(void)state;
	parse(&p, &b);
	assert_int_equal(p.layout, 'A');
	assert_int_equal(p.emi_count, 3);
	assert_true(p.records[2].dram_bytes == 0x80000000ull);
	assert_int_equal(p.hash, PRELOADER_HASH_GOOD);
	buffer_free(&b);
}

static void test_pc_ddr3_has_no_vendor(void **state)
{
	struct buffer b = sample_emi(16, 188, 2, "preloader_x.bin");
	struct preloader p;

	(void)state;
	put_le32(b.p + 0x70 + 4, 0x0004);
	put_le32(b.p + 0x70 + 0xB0, 0x6000);
	put_le32(b.p + 0x70 + 188 + 0xB0, 0x06);
	parse(&p, &b);
	assert_int_equal(p.records[0].vendor, 0);
	assert_int_equal(p.records[1].vendor, 6);
	buffer_free(&b);
}

static void test_damaged_content_has_a_bad_hash(void **state)
{
	struct buffer b = sample_preloader(21, 188, 3, "preloader_w370.bin", 3);
	struct preloader p;

	(void)state;
	b.p[CONTENT + 7] ^= 0x10;
	parse(&p, &b);
	assert_int_equal(p.hash, PRELOADER_HASH_BAD);
	buffer_free(&b);
}

static void test_every_known_stride(void **state)
{
	static const struct {
		uint32_t stride;
		char layout;
	} strides[] = {{188, 'A'}, {176, 'B'}, {160, 'C'}, {164, 'c'}, {144, 'c'}, {140, 'c'},
		       {84, 'D'},  {168, 'E'}, {184, 'F'}, {64, 'G'},  {136, 'G'}};
	struct preloader p;

	(void)state;
	for (size_t i = 0; i < sizeof strides / sizeof strides[0]; i++) {
		struct buffer b = sample_emi(0, strides[i].stride, 2, "preloader_x.bin");

		parse(&p, &b);
		assert_int_equal(p.layout, strides[i].layout);
		assert_int_equal(p.emi_stride, strides[i].stride);
		buffer_free(&b);
	}
}

static void test_without_settings(void **state)
{
	struct buffer b = sample_preloader(35, 160, 5, NAME, 5);
	struct preloader p;

	(void)state;
	memset(b.p + EMI_AT, 0x20, 18); /* the title */
	parse(&p, &b);
	assert_int_equal(p.emi.n, 0);
	assert_int_equal(preloader_fits_platform(&p, "MT6765"), -1);
	buffer_free(&b);
}

/* The length word is 0 in some builds, with the settings 0x800 earlier. */
static void test_settings_further_up(void **state)
{
	struct buffer b = sample_preloader(35, 160, 5, NAME, 5);
	struct buffer moved = {0};
	struct preloader p;
	size_t content = b.n - 0x66C;

	(void)state;
	buffer_add(&moved, b.p, content);
	buffer_fill(&moved, 0, 0x800);
	buffer_add(&moved, b.p + content, 0x66C);
	put_le32(moved.p + 0x20, (uint32_t)moved.n);
	parse(&p, &moved);
	expect_settings(&p);
	buffer_free(&moved);
	buffer_free(&b);
}

/* And where neither place holds them, the title leads there. */
static void test_settings_found_by_title(void **state)
{
	struct buffer b = sample_preloader(35, 160, 5, NAME, 5);
	struct buffer moved = {0};
	struct preloader p;
	size_t content = b.n - 0x66C;

	(void)state;
	buffer_add(&moved, b.p, content);
	buffer_fill(&moved, 0xEE, 0x40);
	buffer_add(&moved, b.p + content, 0x66C);
	put_le32(moved.p + 0x20, (uint32_t)moved.n);
	parse(&p, &moved);
	expect_settings(&p);
	buffer_free(&moved);
	buffer_free(&b);
}

static void test_fits_platform(void **state)
{
	static const struct {
		unsigned version;
		uint32_t stride;
		const char *platform;
		int fits;
	} cases[] = {
		{35, 160, "MT6765", 1},	 {35, 160, "MT6762", 1},  {35, 160, "MT6771", 0},
		{36, 160, "MT6771", 1},	 {36, 160, "MT6765", 0},  {35, 188, "MT6765", -1},
		{20, 188, "MT6737M", 1}, {20, 188, "MT6735", 1},  {0, 140, "MT6797", 1},
		{0, 188, "MT6797", 0},	 {99, 160, "MT6765", -1}, {35, 160, "MT9999", -1},
		{35, 160, "", -1},	 {25, 160, "MT6757D", 1}, {25, 144, "MT6757", 1},
		{0, 84, "MT6833", -1},	 {0, 84, "MT6789", 1},	  {13, 188, "MT8127", 1},
	};
	struct preloader p;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buffer b = sample_emi(cases[i].version, cases[i].stride, 1, NAME);

		parse(&p, &b);
		if (preloader_fits_platform(&p, cases[i].platform) != cases[i].fits)
			fail_msg("case %zu: %d", i, preloader_fits_platform(&p, cases[i].platform));
		buffer_free(&b);
	}
}

struct damage {
	const char *name;
	size_t at;
	uint32_t value;
	int bytes;
	const char *where, *why;
};

static const struct damage damages[] = {
	{"preloader_no_gfh", 0, 0x4E4D4D4D, 4, "start of file", "neither a GFH"},
	{"preloader_file_len_long", 0x20, 0x7FFFFFFF, 4, "GFH at +0x20",
	 "the header says 0x7fffffff"},
	{"preloader_file_len_short", 0x20, 0x20, 4, "GFH at +0x20", "the header says 0x20"},
	{"preloader_content_behind_end", 0x28, 0x100000, 4, "GFH at +0x28", "start at 0x100000"},
	{"preloader_content_in_header", 0x28, 4, 4, "GFH at +0x28", "start at 0x4"},
	{"preloader_signature_long", 0x2C, 0xFFFFFFF0, 4, "GFH at +0x2C",
	 "signature of 0xfffffff0"},
	{"emi_version_letters", EMI_AT + 18, 0x3f3f, 2, "DRAM settings", "two digits"},
	{"emi_count_zero", EMI_AT + 0x6C, 0, 4, "DRAM settings at 0x6C", "0 records"},
	{"emi_count_huge", EMI_AT + 0x6C, 0x10000, 4, "DRAM settings at 0x6C", "65536 records"},
	{"emi_count_does_not_fit", EMI_AT + 0x6C, 6, 4, "DRAM settings",
	 "fit no known record size"},
};

static void test_damage(void **state)
{
	const struct damage *d = *state;
	struct buffer b = sample_preloader(35, 160, 5, NAME, 5);
	struct problem problem;
	struct preloader p;
	int result;

	for (int i = 0; i < d->bytes; i++)
		b.p[d->at + (size_t)i] = (uint8_t)(d->value >> 8 * i);
	result = preloader_parse(&p, buffer_slice(&b), &problem);
	buffer_free(&b);
	expect_refused(result, &problem, d->where, d->why);
}

static void test_boot_region_damage(void **state)
{
	struct buffer raw = sample_preloader(35, 160, 5, NAME, 5);
	struct buffer b = sample_boot_region("UFS_BOOT", buffer_slice(&raw));
	struct problem problem;
	struct preloader p;

	(void)state;
	put_le32(b.p + 0x20C, 0x01000000);
	expect_refused(preloader_parse(&p, buffer_slice(&b), &problem), &problem, "0x20C",
		       "start at 0x1000000");
	b.p[0x200] = 'X';
	expect_refused(preloader_parse(&p, buffer_slice(&b), &problem), &problem, "0x200", "BRLYT");
	expect_refused(preloader_parse(&p, (struct slice){b.p, 0x100}, &problem), &problem, "0x200",
		       "BRLYT");
	buffer_free(&b);
	buffer_free(&raw);
}

static void test_cut_settings(void **state)
{
	struct buffer b = sample_emi(35, 160, 5, NAME);
	struct problem problem;
	struct preloader p;

	(void)state;
	expect_refused(preloader_parse(&p, (struct slice){b.p, b.n - 0x10}, &problem), &problem,
		       "DRAM settings", "fit no known");
	expect_refused(preloader_parse(&p, (struct slice){b.p, 0x60}, &problem), &problem,
		       "DRAM settings", "the head alone");
	buffer_free(&b);
}

static void test_empty(void **state)
{
	struct problem problem;
	struct preloader p;

	(void)state;
	expect_refused(preloader_parse(&p, (struct slice){(const uint8_t *)"", 0}, &problem),
		       &problem, "start of file", "neither");
}

int main(void)
{
	const struct CMUnitTest more[] = {
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_boot_region),
		cmocka_unit_test(test_bare_settings),
		cmocka_unit_test(test_bare_settings_read_by_length_word),
		cmocka_unit_test(test_bare_settings_read_by_version),
		cmocka_unit_test(test_old_builds_count_too_many_records),
		cmocka_unit_test(test_records_of_a_new_kind),
		cmocka_unit_test(test_layout_a),
		cmocka_unit_test(test_pc_ddr3_has_no_vendor),
		cmocka_unit_test(test_damaged_content_has_a_bad_hash),
		cmocka_unit_test(test_every_known_stride),
		cmocka_unit_test(test_without_settings),
		cmocka_unit_test(test_settings_further_up),
		cmocka_unit_test(test_settings_found_by_title),
		cmocka_unit_test(test_fits_platform),
		cmocka_unit_test(test_boot_region_damage),
		cmocka_unit_test(test_cut_settings),
		cmocka_unit_test(test_empty),
	};

	return run_cases("preloader", damages, test_damage, more);
}
