/* pmt: all forms of entries, linear offsets, and tables that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/bytes.h"
#include "engine/format/pmt.h"

static uint8_t bytes[0x60 * 132];
static struct gpt gpt;
static struct problem problem;

static int set_up(void **state)
{
	(void)state;
	memset(bytes, 0, sizeof bytes);
	memset(&problem, 0, sizeof problem);
	return 0;
}

static void old_entry(size_t i, const char *name, uint32_t size, uint32_t offset)
{
	uint8_t *p = bytes + i * 0x4C;

	memcpy(p, name, strlen(name));
	put_le32(p + 64, size);
	put_le32(p + 68, offset);
}

static void gpt_entry(size_t i, const char *name, uint64_t offset, uint64_t size, uint16_t part)
{
	uint8_t *p = bytes + i * 0x58;

	memcpy(p, name, strlen(name));
	put_le64(p + 64, offset);
	put_le64(p + 72, size);
	put_le16(p + 80, part);
}

/* Boot regions come first in a linear table; the user region begins with MBR. */
static void linear_offsets(void **state)
{
	(void)state;
	pmt_put(bytes, "PRELOADER", 0xC00000, 0, 0);
	pmt_put(bytes + 0x60, "MBR", 0x80000, 0, 0xC00000);
	pmt_put(bytes + 0xC0, "NVRAM", 0x500000, 0, 0xD00000);
	assert_int_equal(pmt_parse(&gpt, (struct slice){bytes, 0x1000}, PMT_ANY, &problem), 0);
	assert_int_equal(gpt.count, 2);
	assert_string_equal(gpt.entries[0].name, "MBR");
	assert_int_equal(gpt.entries[0].start, 0);
	assert_string_equal(gpt.entries[1].name, "NVRAM");
	assert_int_equal(gpt.entries[1].start, 0x100000);
	assert_int_equal(gpt.entries[1].size, 0x500000);
}

/* Offsets in the region, told with the region's number: those of boot regions are left out. */
static void numbered_parts(void **state)
{
	(void)state;
	pmt_put(bytes, "PRELOADER", 0x40000, 1, 0);
	pmt_put(bytes + 0x60, "MBR", 0x80000, 8, 0);
	pmt_put(bytes + 0xC0, "NVRAM", 0x500000, 8, 0x100000);
	assert_int_equal(pmt_parse(&gpt, (struct slice){bytes, 0x120}, PMT_ENTRY_60, &problem), 0);
	assert_int_equal(gpt.count, 2);
	assert_int_equal(gpt.entries[1].start, 0x100000);
}

/* NAND has no MBR and one region: all offsets stay. */
static void nand_offsets(void **state)
{
	(void)state;
	pmt_put(bytes, "PRELOADER", 0x40000, 0, 0);
	pmt_put(bytes + 0x60, "DSP_BL", 0xC0000, 0, 0x40000);
	assert_int_equal(pmt_parse(&gpt, (struct slice){bytes, 0x200}, PMT_ANY, &problem), 0);
	assert_int_equal(gpt.count, 2);
	assert_int_equal(gpt.entries[1].start, 0x40000);
}

static void oldest_form(void **state)
{
	(void)state;
	old_entry(0, "PRELOADER", 0x40000, 0);
	old_entry(1, "DSP_BL", 0xC0000, 0x40000);
	old_entry(2, "MBR", 0x4000, 0x600000);
	old_entry(3, "EBR1", 0x5C000, 0x604000);
	assert_int_equal(pmt_parse(&gpt, (struct slice){bytes, 4 * 0x4C}, PMT_ANY, &problem), 0);
	assert_int_equal(gpt.count, 2);
	assert_string_equal(gpt.entries[1].name, "EBR1");
	assert_int_equal(gpt.entries[1].start, 0x4000);
}

/* Unused entries of the header's count follow; the table ends at the first. */
static void gpt_list(void **state)
{
	(void)state;
	gpt_entry(0, "proinfo", 0x80000, 0x300000, 8);
	gpt_entry(1, "nvram", 0x380000, 0x500000, 8);
	assert_int_equal(pmt_parse(&gpt, (struct slice){bytes, 40 * 0x58}, PMT_GPT_LIST, &problem),
			 0);
	assert_int_equal(gpt.count, 2);
	assert_int_equal(gpt.entries[0].start, 0x80000);
	assert_int_equal(gpt.entries[0].size, 0x300000);
}

static void no_tables(void **state)
{
	(void)state;
	assert_int_equal(pmt_parse(&gpt, (struct slice){bytes, 0x120}, PMT_ANY, &problem), -1);
	assert_int_equal(gpt.count, 0);
	assert_int_equal(pmt_parse(&gpt, (struct slice){bytes, 0x20}, PMT_ANY, &problem), -1);
	memset(bytes, 0xFF, sizeof bytes);
	assert_int_equal(pmt_parse(&gpt, (struct slice){bytes, 0x1000}, PMT_ANY, &problem), -1);
	assert_true(problem.why[0]);
}

static void impossible_entries(void **state)
{
	(void)state;
	pmt_put(bytes, "NVRAM", 2, 8, UINT64_MAX);
	assert_int_equal(pmt_parse(&gpt, (struct slice){bytes, 0x60}, PMT_ENTRY_60, &problem), -1);
	memset(bytes, 'x', 64); /* a name without end */
	put_le64(bytes + 80, 0);
	assert_int_equal(pmt_parse(&gpt, (struct slice){bytes, 0x60}, PMT_ENTRY_60, &problem), -1);
	for (size_t i = 0; i < 132; i++)
		pmt_put(bytes + i * 0x60, "P", 1, 8, i);
	assert_int_equal(
		pmt_parse(&gpt, (struct slice){bytes, sizeof bytes}, PMT_ENTRY_60, &problem), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(linear_offsets, set_up),
		cmocka_unit_test_setup(numbered_parts, set_up),
		cmocka_unit_test_setup(nand_offsets, set_up),
		cmocka_unit_test_setup(oldest_form, set_up),
		cmocka_unit_test_setup(gpt_list, set_up),
		cmocka_unit_test_setup(no_tables, set_up),
		cmocka_unit_test_setup(impossible_entries, set_up),
	};

	return cmocka_run_group_tests_name("pmt", tests, NULL, NULL);
}
