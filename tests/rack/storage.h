/*
 * storage: a device's flash as agents address it, whatever the chip: eMMC and UFS as they are, NAND
 * by logical addresses, its bad blocks replaced (nand.h).
 */
#ifndef RACK_STORAGE_H
#define RACK_STORAGE_H

#include <stddef.h>
#include <stdint.h>

#include "tests/rack/flash.h"

/* Bytes that can be addressed; 0: there is no such region. REGION_BOOT12 has the size of one. */
uint64_t storage_bytes(const struct flash *flash, enum storage_region region);
/* The smallest piece that can be erased: a sector, or a block of NAND. */
uint32_t storage_erase_unit(const struct flash *flash);

/*
 * 0, or -1 when the chip fails or the range is outside. flash_read() and its like take NAND by
 * physical addresses.
 */
int storage_read(const struct flash *flash, enum storage_region region, uint64_t at, void *bytes,
		 size_t n);
int storage_write(struct flash *flash, enum storage_region region, uint64_t at, const void *bytes,
		  size_t n);
/* On NAND every block that the range touches. */
int storage_erase(struct flash *flash, enum storage_region region, uint64_t at, uint64_t n);

#endif
