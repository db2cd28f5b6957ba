#include "engine/format/boot_region.h"

#include <string.h>

#include "engine/base/bytes.h"

#define UNIT	    0x200u
#define VERSION_AT  0x0C
#define UNIT_AT	    0x10
#define FILL_AT	    0x14
#define LAYOUT_AT   0x200
#define LAYOUT_KIND 0x10005u /* eMMC */
#define LAYOUT_MARK 0x42424242u
#define FILE_LEN_AT 0x20
#define FILE_INFO   0x38

bool boot_region_has_header(struct slice image)
{
	static const char *const names[] = {"EMMC_BOOT", "UFS_BOOT", "SDMMC_BOOT", "SF_BOOT",
					    "COMBO_BOOT"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (image.n >= BOOT_REGION_HEADER && !memcmp(image.p, names[i], strlen(names[i])))
			return true;
	return false;
}

bool boot_region_is_raw(struct slice image)
{
	return image.n >= FILE_INFO && !memcmp(image.p, "MMM\x01\x38\0\0\0FILE_INFO", 17);
}

uint32_t boot_region_raw_bytes(struct slice image)
{
	uint32_t n = get_le32(image.p + FILE_LEN_AT);

	return n >= FILE_INFO && n <= image.n ? n : (uint32_t)image.n;
}

void boot_region_header(uint8_t header[BOOT_REGION_HEADER], uint32_t bytes)
{
	uint8_t *layout = header + LAYOUT_AT;
	/* The image's end, rounded up to the device unit: 108 to 412 bytes follow real ones. */
	uint32_t end = BOOT_REGION_HEADER + (bytes + UNIT - 1) / UNIT * UNIT;

	memset(header, 0, BOOT_REGION_HEADER);
	memcpy(header, "EMMC_BOOT", 9);
	put_le32(header + VERSION_AT, 1);
	put_le32(header + UNIT_AT, UNIT);
	memset(header + FILL_AT, 0xFF, LAYOUT_AT - FILL_AT);
	memcpy(layout, "BRLYT", 5);
	put_le32(layout + 0x08, 1);
	put_le32(layout + 0x0C, BOOT_REGION_HEADER);
	put_le32(layout + 0x10, end);
	put_le32(layout + 0x14, LAYOUT_MARK);
	put_le32(layout + 0x18, LAYOUT_KIND);
	put_le32(layout + 0x1C, BOOT_REGION_HEADER);
	put_le32(layout + 0x20, end);
	put_le32(layout + 0x24, 1);
}
