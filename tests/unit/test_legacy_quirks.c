/* The quirk table: a row for each chip that agent files hold, and rows that agree with the rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/chips/chips.h"
#include "engine/chips/quirks.h"

/* Every phone and tablet entry of the agent files (da-file.md 2.3), as the boot ROM names them. */
static void every_agent_has_a_row(void **state)
{
	static const uint16_t codes[] = {0x6573, 0x6575, 0x6577, 0x6583, 0x8135, 0x6572,
					 0x2601, 0x6571, 0x6582, 0x8127, 0x8590, 0x6592,
					 0x6595, 0x6795, 0x6752, 0x8172, 0x8176, 0x0321,
					 0x0335, 0x0337, 0x8163, 0x6580};

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		assert_non_null(chip_quirks_of(codes[i]));
		assert_non_null(chip_by_hw_code(codes[i]));
		assert_int_equal(chip_by_hw_code(codes[i])->da_protocol, DA_PROTOCOL_LEGACY);
	}
	assert_int_equal(chip_quirks_count(), sizeof codes / sizeof codes[0]);
	assert_null(chip_quirks_of(0x0766));
	assert_null(chip_quirks_at(chip_quirks_count()));
}

static bool answers(const struct chip_quirks *q, uint8_t byte)
{
	for (size_t i = 0; i < sizeof q->chip_bytes && q->chip_bytes[i]; i++)
		if (q->chip_bytes[i] == byte)
			return true;
	return false;
}

/* da-legacy.md 4: the NAND size is u64 from chip byte 8B on; the word, by its list of bytes. */
static void report_widths(void **state)
{
	(void)state;
	for (size_t i = 0; i < chip_quirks_count(); i++) {
		const struct chip_quirks *q = chip_quirks_at(i);

		assert_true(q->chip_bytes[0] != 0);
		assert_int_equal(q->wide_nand, q->chip_bytes[0] >= 0x8B);
		assert_int_equal(q->bmt_word, answers(q, 0x8D) || answers(q, 0x91) ||
						      answers(q, 0x99) || answers(q, 0xA1));
		assert_int_equal(q->narrow_lists,
				 answers(q, 0x91) || answers(q, 0x99) || answers(q, 0xA1));
	}
}

/* Records of the settings that a chip's agents take, by packages.md 3.4. */
static void limits_are_whole_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < chip_quirks_count(); i++) {
		const struct chip_quirks *q = chip_quirks_at(i);

		if (q->emi_limit)
			assert_int_equal(q->emi_limit % 188, 0);
	}
	assert_int_equal(chip_quirks_of(0x6580)->emi_limit / 188, 20);
	assert_int_equal(chip_quirks_of(0x0321)->emi_limit / 188, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_agent_has_a_row),
		cmocka_unit_test(report_widths),
		cmocka_unit_test(limits_are_whole_records),
	};

	return cmocka_run_group_tests_name("legacy_quirks", tests, NULL, NULL);
}
