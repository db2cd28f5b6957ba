#include "tests/rack/storage.h"

#include "tests/rack/nand.h"

static int is_nand(const struct flash *flash)
{
	return flash->kind == STORAGE_NAND;
}

uint64_t storage_bytes(const struct flash *flash, enum storage_region region)
{
	const struct flash_region *r =
		&flash->regions[region == REGION_BOOT12 ? REGION_BOOT1 : region];

	if (r->fd < 0)
		return 0;
	return is_nand(flash) ? flash_nand_logical_bytes(flash) : r->bytes;
}

uint32_t storage_erase_unit(const struct flash *flash)
{
	return is_nand(flash) ? flash_nand_block_bytes(flash) : flash->block;
}

int storage_read(const struct flash *flash, enum storage_region region, uint64_t at, void *bytes,
		 size_t n)
{
	return is_nand(flash) ? flash_nand_read(flash, at, bytes, n)
			      : flash_read(flash, region, at, bytes, n);
}

int storage_write(struct flash *flash, enum storage_region region, uint64_t at, const void *bytes,
		  size_t n)
{
	return is_nand(flash) ? flash_nand_write(flash, at, bytes, n)
			      : flash_write(flash, region, at, bytes, n);
}

int storage_erase(struct flash *flash, enum storage_region region, uint64_t at, uint64_t n)
{
	uint32_t unit = storage_erase_unit(flash);

	if (!is_nand(flash))
		return flash_erase(flash, region, at, n);
	for (uint64_t block = at - at % unit; block < at + n; block += unit) {
		if (flash_nand_erase(flash, block))
			return -1;
	}
	return 0;
}
