#include "engine/format/content.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "engine/base/bytes.h"

/* In this order: a boot sector mark says least and comes last. */
static const struct {
	uint16_t at;
	uint8_t n;
	const char *magic;
	const char *kind;
} marks[] = {
	{0x000, 4, "\x88\x16\x88\x58", "mtk image"},
	{0x000, 8, "ANDROID!", "android boot"},
	{0x000, 8, "VNDRBOOT", "vendor boot"},
	{0x000, 4, "AVB0", "vbmeta"},
	{0x000, 4, "\xD7\xB7\xAB\x1E", "dtbo"},
	{0x000, 13, "AND_AC_REGION", "secro"},
	{0x000, 12, "AND_SECCFG_v", "seccfg"},
	{0x000, 4, "MMMM", "seccfg"},
	{0x000, 8, "MMM\x01\x38\0\0\0", "preloader"},
	{0x400, 4, "\x10\x20\xF5\xF2", "f2fs"},
	{0x400, 4, "\xE2\xE1\xF5\xE0", "erofs"},
	{0x438, 2, "\x53\xEF", "ext4"},
	{0x1000, 4, "\x67\x44\x6C\x61", "super"},
	{0x000, 4, "UBI#", "ubi"},
	{0x000, 4, "hsqs", "squashfs"},
	{0x200, 8, "EFI PART", "gpt"},
	{0x1000, 8, "EFI PART", "gpt"},
	{0x1FE, 2, "\x55\xAA", "mbr"},
};

#define EXT4_64BIT 0x80
#define LOG_MAX	   16 /* 64 KiB blocks over 1 KiB; more is damage */

static uint64_t ext4_bytes(struct slice head)
{
	const uint8_t *p = head.p;
	uint32_t log = get_le32(p + 0x418);
	uint64_t blocks = get_le32(p + 0x404);

	if (get_le32(p + 0x460) & EXT4_64BIT)
		blocks |= (uint64_t)get_le32(p + 0x550) << 32;
	if (log > LOG_MAX || blocks > UINT64_MAX >> (10 + LOG_MAX))
		return 0;
	return blocks << (10 + log);
}

static uint64_t f2fs_bytes(struct slice head)
{
	uint32_t log = get_le32(head.p + 0x410);
	uint64_t blocks = get_le64(head.p + 0x424);

	if (log > LOG_MAX || blocks > UINT64_MAX >> LOG_MAX)
		return 0;
	return blocks << log;
}

#define MTK_HEADER   0x200
#define MTK_EXTENDED 0x58891689u
#define MTK_NAME     32

/* Name and length of the first image; letters that no loader part has leave the name unknown. */
static void mtk_header(struct content *c, struct slice head)
{
	bool extended = get_le32(head.p + 0x30) == MTK_EXTENDED;
	uint32_t high = extended ? get_le32(head.p + 0x48) : 0;
	uint64_t data = get_le32(head.p + 4);
	size_t n = strnlen((const char *)head.p + 8, MTK_NAME);

	if (high != UINT32_MAX) /* unused bytes of the header are FF */
		data |= (uint64_t)high << 32;
	c->mtk_bytes = MTK_HEADER + data;
	for (size_t i = 0; i < n; i++)
		if (head.p[8 + i] < '!' || head.p[8 + i] > '~')
			return;
	memcpy(c->mtk_name, head.p + 8, n);
}

struct content content_inspect(struct slice head)
{
	struct content c = {.kind = "raw"};

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		size_t end = (size_t)marks[i].at + marks[i].n;

		if (end > head.n || memcmp(head.p + marks[i].at, marks[i].magic, marks[i].n) != 0)
			continue;
		c.kind = marks[i].kind;
		break;
	}
	if (strcmp(c.kind, "mtk image") == 0 && head.n >= MTK_HEADER)
		mtk_header(&c, head);
	else if (strcmp(c.kind, "ext4") == 0 && head.n >= 0x554)
		c.file_system = ext4_bytes(head);
	else if (strcmp(c.kind, "f2fs") == 0 && head.n >= 0x42C)
		c.file_system = f2fs_bytes(head);
	else if (strcmp(c.kind, "vbmeta") == 0 && head.n >= 0x7C)
		c.avb_flags = get_be32(head.p + 0x78);
	return c;
}
