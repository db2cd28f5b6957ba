/*
 * nand: what makes a NAND chip different from a row of sectors: blocks that are bad, and a pool of
 * blocks at the end that stand in for them (packages.md 5.3, da-legacy.md 3.2 and 5.10).
 *
 * Logical addresses are those of scatter files and commands: all blocks but the pool's. A good
 * block is where its address says; a bad one is in the pool: the first bad block in the pool's last
 * good block, the next in the one before it, and so on. device.json lists the pairs.
 */
#ifndef RACK_NAND_H
#define RACK_NAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/rack/flash.h"

struct rack_config;

#define NAND_NO_BLOCK	  UINT32_MAX
#define NAND_TABLE_BLOCKS 2

void flash_nand_init(struct flash *flash, uint64_t bytes);
/* Mark the bad blocks of device number `device` (--nand-bad); after flash_open(). */
void flash_nand_mark_bad(struct flash *flash, const struct rack_config *config, int device);

uint32_t flash_nand_block_bytes(const struct flash *flash);
uint64_t flash_nand_logical_bytes(const struct flash *flash);
bool flash_nand_is_bad(const struct flash *flash, uint32_t block);
/* Where logical block `block` is: itself, its replacement, or NAND_NO_BLOCK: the pool is used up.
 */
uint32_t flash_nand_place(const struct flash *flash, uint32_t block);
/* Would [at, at + n) of the chip change a bad block? False for other kinds of storage. */
bool flash_nand_touches_bad(const struct flash *flash, uint64_t at, uint64_t n);

/* Logical addresses, and the two blocks of the table behind them; 0 or -1. flash_nand_erase()
 * erases the block that `at` is in. */
int flash_nand_read(const struct flash *flash, uint64_t at, void *bytes, size_t n);
int flash_nand_write(struct flash *flash, uint64_t at, const void *bytes, size_t n);
int flash_nand_erase(struct flash *flash, uint64_t at);

#endif
