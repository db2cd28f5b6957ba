/*
 * A preloader downloaded by name: the agent puts the device header and the BRLYT table in front of
 * a raw image (packages.md 3.2), because the boot ROM looks for those.
 *
 * "Customer name": the agent wants to know whose preloader it is and refuses one that does not say
 * (da-xflash.md 6.6). The documents do not say where it looks; the rack takes the file name noted
 * in the DRAM settings, which every sample carries.
 */
#include "tests/rack/image_sink.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/bootcheck.h"
#include "tests/rack/storage.h"

enum { HEADER_EMMC = 0x800, HEADER_UFS = 0x1000, ROUND = 0x800 };
enum { NAND_HEADER = 0x80, NAND_BRLYT = 0x10002 };

static bool has_customer_name(const uint8_t *image, size_t n)
{
	static const char blob[] = "MTK_BLOADER_INFO_v";
	const uint8_t *at = memmem(image, n, blob, sizeof blob - 1);

	return at && n - (size_t)(at - image) > 0x1B + 10 && !memcmp(at + 0x1B, "preloader_", 10);
}

/* BRLYT: one loader of this device type, from `start` to `end`. */
static void put_layout(uint8_t *to, uint32_t type, uint32_t start, uint32_t end)
{
	memcpy(to, "BRLYT\0\0", 8);
	put_le32(to + 0x08, 1);
	put_le32(to + 0x0C, start);
	put_le32(to + 0x10, end);
	put_le32(to + 0x14, 0x42424242);
	put_le32(to + 0x18, type);
	put_le32(to + 0x1C, start);
	put_le32(to + 0x20, end);
	put_le32(to + 0x24, 1);
}

static void put_header(uint8_t *h, bool ufs, uint32_t image_bytes, uint32_t slot_bytes)
{
	uint32_t start = ufs ? HEADER_UFS : HEADER_EMMC;
	uint32_t end = ufs ? start + slot_bytes : (start + image_bytes + ROUND - 1) / ROUND * ROUND;

	memset(h, 0, start);
	memcpy(h, ufs ? "UFS_BOOT" : "EMMC_BOOT", ufs ? 8 : 9);
	put_le32(h + 0x0C, 1);
	put_le32(h + 0x10, ufs ? 0x1000 : 0x200);
	memset(h + 0x14, 0xFF, 0x200 - 0x14);
	put_layout(h + 0x200, ufs ? 0x1000C : 0x10005, start, end);
}

/* NAND: the geometry in every header of the first page, BRLYT in the second (packages.md 3.1). */
static void put_nand_header(uint8_t *head, const struct flash_nand *nand, uint32_t end)
{
	uint32_t page = nand->page;

	memset(head, 0, (size_t)2 * page);
	for (uint32_t at = 0; at < page; at += NAND_HEADER) {
		memset(head + at, 0xFF, NAND_HEADER);
		memcpy(head + at, "BOOTLOADER!\0V006NFIINFO", 24);
		put_le32(head + at + 24, page);
		put_le32(head + at + 28, nand->spare);
		put_le32(head + at + 32, nand->pages_per_block);
	}
	put_layout(head + page, NAND_BRLYT, 2 * page, end);
}

static enum image_error store_nand(struct flash *flash, const uint8_t *image, size_t n, bool raw)
{
	uint32_t page = flash->nand.page, start = raw ? 2 * page : 0;
	uint64_t end = (start + n + page - 1) / page * page;
	uint8_t *head;
	int bad;

	if (end > storage_bytes(flash, REGION_USER))
		return IMAGE_TOO_LARGE;
	head = malloc((size_t)2 * page);
	bad = !head || storage_erase(flash, REGION_USER, 0, end);
	if (!bad && raw) {
		put_nand_header(head, &flash->nand, (uint32_t)end);
		bad = storage_write(flash, REGION_USER, 0, head, start);
	}
	bad = bad || storage_write(flash, REGION_USER, start, image, n);
	free(head);
	return bad ? IMAGE_STORAGE : IMAGE_GOOD;
}

static enum image_error store_boot_region(struct flash *flash, enum storage_region region,
					  const uint8_t *image, size_t n, bool raw)
{
	bool ufs = flash->kind == STORAGE_UFS;
	uint32_t start = ufs ? HEADER_UFS : HEADER_EMMC;
	uint64_t room = flash->regions[region].bytes;
	uint8_t header[HEADER_UFS];

	if (n > room || (raw && n > room - start))
		return IMAGE_TOO_LARGE;
	if (!raw) /* header shape already: goes in as it is */
		return flash_write(flash, region, 0, image, n) ? IMAGE_STORAGE : IMAGE_GOOD;
	put_header(header, ufs, (uint32_t)n, get_le32(image + 0x24));
	if (flash_write(flash, region, 0, header, start) ||
	    flash_write(flash, region, start, image, n))
		return IMAGE_STORAGE;
	return IMAGE_GOOD;
}

enum image_error image_store_preloader(struct flash *flash, enum storage_region region,
				       const uint8_t *image, size_t n, bool must_be_named)
{
	bool raw = n > 0x38 && bootcheck_is_preloader(image, n);

	if (!n)
		return IMAGE_GOOD; /* an empty file: nothing is written, nothing is said */
	if (must_be_named && !has_customer_name(image, n))
		return IMAGE_NO_NAME;
	return flash->kind == STORAGE_NAND ? store_nand(flash, image, n, raw)
					   : store_boot_region(flash, region, image, n, raw);
}
