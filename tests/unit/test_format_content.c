/* What images are by their first bytes, and how large their file systems say they are. */
#include "tests/unit/check.h"

#include "engine/base/bytes.h"
#include "engine/format/content.h"

struct mark {
	const char *name; /* of the test and of the kind */
	size_t at;
	const char *bytes;
	size_t n;
};

static const struct mark marks[] = {
	{"mtk image", 0, "\x88\x16\x88\x58", 4},
	{"android boot", 0, "ANDROID!", 8},
	{"vendor boot", 0, "VNDRBOOT", 8},
	{"vbmeta", 0, "AVB0", 4},
	{"dtbo", 0, "\xD7\xB7\xAB\x1E", 4},
	{"secro", 0, "AND_AC_REGION", 13},
	{"seccfg", 0, "AND_SECCFG_v", 12},
	{"f2fs", 0x400, "\x10\x20\xF5\xF2", 4},
	{"erofs", 0x400, "\xE2\xE1\xF5\xE0", 4},
	{"ext4", 0x438, "\x53\xEF", 2},
	{"super", 0x1000, "\x67\x44\x6C\x61", 4},
	{"ubi", 0, "UBI#", 4},
	{"squashfs", 0, "hsqs", 4},
	{"gpt", 0x200, "EFI PART", 8},
	{"mbr", 0x1FE, "\x55\xAA", 2},
	{"raw", 0x10, "nothing known", 13},
};

static void test_mark(void **state)
{
	const struct mark *m = *state;
	uint8_t head[CONTENT_HEAD] = {0};

	memcpy(head + m->at, m->bytes, m->n);
	assert_string_equal(content_inspect((struct slice){head, sizeof head}).kind, m->name);
	/* one byte short of the mark there is nothing to see */
	if (strcmp(m->name, "raw") != 0)
		assert_string_equal(content_inspect((struct slice){head, m->at + m->n - 1}).kind,
				    "raw");
}

static uint64_t ext4_size(uint32_t low, uint32_t high, uint32_t features, uint32_t log)
{
	uint8_t head[CONTENT_HEAD] = {0};

	memcpy(head + 0x438, "\x53\xEF", 2);
	put_le32(head + 0x404, low);
	put_le32(head + 0x418, log);
	put_le32(head + 0x460, features);
	put_le32(head + 0x550, high);
	return content_inspect((struct slice){head, sizeof head}).file_system;
}

static void test_ext4_size(void **state)
{
	(void)state;
	assert_true(ext4_size(1000, 0, 0, 2) == 1000 * 4096);
	assert_true(ext4_size(1000, 1, 0, 2) == 1000 * 4096); /* high half counts with 64bit only */
	assert_true(ext4_size(1000, 1, 0x80, 2) == (0x100000000ull + 1000) * 4096);
	assert_true(ext4_size(1000, 0, 0, 99) == 0);
}

static void test_f2fs_size(void **state)
{
	uint8_t head[CONTENT_HEAD] = {0};

	(void)state;
	memcpy(head + 0x400, "\x10\x20\xF5\xF2", 4);
	put_le32(head + 0x410, 12);
	put_le64(head + 0x424, 77);
	assert_true(content_inspect((struct slice){head, sizeof head}).file_system == 77 * 4096);
	put_le64(head + 0x424, UINT64_MAX);
	assert_true(content_inspect((struct slice){head, sizeof head}).file_system == 0);
}

static void test_vbmeta_flags(void **state)
{
	uint8_t head[256] = "AVB0";

	(void)state;
	head[0x7B] = 2;
	assert_int_equal(content_inspect((struct slice){head, sizeof head}).avb_flags, 2);
	assert_int_equal(content_inspect((struct slice){head, 0x7B}).avb_flags, 0);
}

int main(void)
{
	const struct CMUnitTest more[] = {
		cmocka_unit_test(test_ext4_size),
		cmocka_unit_test(test_f2fs_size),
		cmocka_unit_test(test_vbmeta_flags),
	};

	return run_cases("content", marks, test_mark, more);
}
