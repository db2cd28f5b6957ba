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

enum { HEADER_EMMC = 0x800, HEADER_UFS = 0x1000, ROUND = 0x800 };

static bool has_customer_name(const uint8_t *image, size_t n)
{
	static const char blob[] = "MTK_BLOADER_INFO_v";
	const uint8_t *at = memmem(image, n, blob, sizeof blob - 1);

	return at && n - (size_t)(at - image) > 0x1B + 10 && !memcmp(at + 0x1B, "preloader_", 10);
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
	memcpy(h + 0x200, "BRLYT", 5);
	put_le32(h + 0x208, 1);
	put_le32(h + 0x20C, start);
	put_le32(h + 0x210, end);
	put_le32(h + 0x214, 0x42424242);
	put_le32(h + 0x218, ufs ? 0x1000C : 0x10005);
	put_le32(h + 0x21C, start);
	put_le32(h + 0x220, end);
	put_le32(h + 0x224, 1);
}

enum image_error image_store_preloader(struct flash *flash, enum storage_region region,
				       const uint8_t *image, size_t n, bool must_be_named)
{
	bool ufs = flash->kind == STORAGE_UFS;
	uint32_t start = ufs ? HEADER_UFS : HEADER_EMMC;
	uint64_t room = flash->regions[region].bytes;
	uint8_t header[HEADER_UFS];
	bool raw = n > 0x38 && bootcheck_is_preloader(image, n);

	if (!n)
		return IMAGE_GOOD; /* an empty file: nothing is written, nothing is said */
	if (must_be_named && !has_customer_name(image, n))
		return IMAGE_NO_NAME;
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
