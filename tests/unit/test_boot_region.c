/* boot_region: the header of packages.md 3.2, as its table has it and as the parser reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/bytes.h"
#include "engine/format/boot_region.h"
#include "engine/format/preloader.h"
#include "tests/unit/samples.h"

static void header_of_the_table(void **state)
{
	uint8_t h[BOOT_REGION_HEADER];

	(void)state;
	/* An image whose end is 0x1D800, less the 108 to 412 bytes that samples are padded by. */
	boot_region_header(h, 0x1D000 - 300);
	assert_memory_equal(h, "EMMC_BOOT\0\0\0", 12);
	assert_int_equal(get_le32(h + 0x0C), 1);
	assert_int_equal(get_le32(h + 0x10), 0x200);
	assert_int_equal(h[0x14], 0xFF);
	assert_int_equal(h[0x1FF], 0xFF);
	assert_memory_equal(h + 0x200, "BRLYT\0\0\0", 8);
	assert_int_equal(get_le32(h + 0x208), 1);
	assert_int_equal(get_le32(h + 0x20C), 0x800);
	assert_int_equal(get_le32(h + 0x210), 0x1D800);
	assert_int_equal(get_le32(h + 0x214), 0x42424242);
	assert_int_equal(get_le32(h + 0x218), 0x10005);
	assert_int_equal(get_le32(h + 0x21C), 0x800);
	assert_int_equal(get_le32(h + 0x220), 0x1D800);
	assert_int_equal(get_le32(h + 0x224), 1);
}

/* A whole unit needs no rounding; one byte more takes the next unit. */
static void end_is_rounded_up(void **state)
{
	uint8_t h[BOOT_REGION_HEADER];

	(void)state;
	boot_region_header(h, 0x400);
	assert_int_equal(get_le32(h + 0x210), 0xC00);
	boot_region_header(h, 0x401);
	assert_int_equal(get_le32(h + 0x210), 0xE00);
}

/* What a parser of boot regions finds behind it is the preloader that was put there. */
static void parser_finds_the_preloader(void **state)
{
	static uint8_t region[0x20000];
	struct buffer raw = sample_preloader(21, 188, 2, "preloader_w370.bin", 3);
	struct slice bytes = buffer_slice(&raw);
	struct preloader p;
	struct problem problem;

	(void)state;
	assert_true(boot_region_is_raw(bytes));
	assert_false(boot_region_has_header(bytes));
	assert_true(bytes.n + BOOT_REGION_HEADER <= sizeof region);
	boot_region_header(region, boot_region_raw_bytes(bytes));
	memcpy(region + BOOT_REGION_HEADER, bytes.p, bytes.n);
	assert_true(boot_region_has_header((struct slice){region, sizeof region}));
	assert_false(boot_region_is_raw((struct slice){region, sizeof region}));
	assert_int_equal(preloader_parse(&p, (struct slice){region, sizeof region}, &problem), 0);
	assert_int_equal(p.boot_header, BOOT_REGION_HEADER);
	assert_int_equal(p.emi_version, 21);
	buffer_free(&raw);
}

/* Some files carry bytes behind the length that their header states. */
static void rest_of_a_file_does_not_count(void **state)
{
	struct buffer raw = sample_preloader(21, 188, 2, "preloader_w370.bin", 3);
	uint32_t n = (uint32_t)buffer_slice(&raw).n;
	struct slice short_one = {buffer_slice(&raw).p, n - 4};

	(void)state;
	assert_int_equal(boot_region_raw_bytes(buffer_slice(&raw)), n);
	assert_int_equal(boot_region_raw_bytes(short_one), n - 4);
	buffer_free(&raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_of_the_table),
		cmocka_unit_test(end_is_rounded_up),
		cmocka_unit_test(parser_finds_the_preloader),
		cmocka_unit_test(rest_of_a_file_does_not_count),
	};

	return cmocka_run_group_tests_name("boot_region", tests, NULL, NULL);
}
