#include "tests/rack/nand.h"

#include <string.h>

#include "tests/rack/config.h"
#include "tests/rack/identity.h"

enum { PAGE = 2048, SPARE = 64, PAGES_PER_BLOCK = 64 };
enum { POOL_BLOCKS = 80, POOL_BLOCKS_MIN = 4, POOL_SHARE = 16 };

void flash_nand_init(struct flash *flash, uint64_t bytes)
{
	static const uint8_t id[7] = {0xAD, 0xBC, 0x90, 0x55, 0x56}; /* 512 MiB class, 8 bits */
	struct flash_nand *n = &flash->nand;
	uint32_t blocks = (uint32_t)(bytes / (PAGE * PAGES_PER_BLOCK));

	*n = (struct flash_nand){.page = PAGE, .spare = SPARE, .pages_per_block = PAGES_PER_BLOCK};
	n->bmt_blocks = blocks / POOL_SHARE < POOL_BLOCKS ? blocks / POOL_SHARE : POOL_BLOCKS;
	if (n->bmt_blocks < POOL_BLOCKS_MIN)
		n->bmt_blocks = POOL_BLOCKS_MIN;
	memcpy(n->id, id, sizeof n->id);
	flash->block = PAGE;
}

static void mark(struct flash_nand *n, uint32_t block)
{
	unsigned at = n->bad_count;

	if (n->bad_count == NAND_BAD_MAX)
		return;
	while (at && n->bad[at - 1] > block) {
		n->bad[at] = n->bad[at - 1];
		at--;
	}
	n->bad[at] = block;
	n->bad_count++;
}

void flash_nand_mark_bad(struct flash *flash, const struct rack_config *config, int device)
{
	uint32_t blocks;
	struct seeded s = {.state = config->seed * 7919ull + (uint64_t)device};

	if (flash->kind != STORAGE_NAND)
		return;
	blocks = (uint32_t)(flash->regions[REGION_USER].bytes / flash_nand_block_bytes(flash));
	for (unsigned i = 0; i < config->nand_bad_count; i++) {
		if (config->nand_bad[i] < blocks && !flash_nand_is_bad(flash, config->nand_bad[i]))
			mark(&flash->nand, config->nand_bad[i]);
	}
	for (unsigned i = 0; i < config->nand_bad_random;) {
		/* Block 0 is good on every chip sold. */
		uint32_t block = 1 + (uint32_t)(seeded_next(&s) % (blocks - 1));

		if (flash_nand_is_bad(flash, block))
			continue;
		mark(&flash->nand, block);
		i++;
	}
}

uint32_t flash_nand_block_bytes(const struct flash *flash)
{
	return flash->nand.page * flash->nand.pages_per_block;
}

uint64_t flash_nand_logical_bytes(const struct flash *flash)
{
	return flash->regions[REGION_USER].bytes -
	       (uint64_t)flash->nand.bmt_blocks * flash_nand_block_bytes(flash);
}

bool flash_nand_is_bad(const struct flash *flash, uint32_t block)
{
	for (unsigned i = 0; i < flash->nand.bad_count; i++) {
		if (flash->nand.bad[i] == block)
			return true;
	}
	return false;
}

uint32_t flash_nand_place(const struct flash *flash, uint32_t block)
{
	uint32_t all =
		(uint32_t)(flash->regions[REGION_USER].bytes / flash_nand_block_bytes(flash));
	uint32_t pool = all - flash->nand.bmt_blocks + NAND_TABLE_BLOCKS;
	uint32_t place = all;

	if (!flash_nand_is_bad(flash, block))
		return block;
	for (unsigned i = 0; i < flash->nand.bad_count; i++) {
		do { /* the next good block of the pool, from its end */
			if (place == pool)
				return NAND_NO_BLOCK;
			place--;
		} while (flash_nand_is_bad(flash, place));
		if (flash->nand.bad[i] == block)
			return place;
	}
	return NAND_NO_BLOCK;
}

bool flash_nand_touches_bad(const struct flash *flash, uint64_t at, uint64_t n)
{
	uint64_t block = flash_nand_block_bytes(flash);

	for (unsigned i = 0; i < flash->nand.bad_count; i++) {
		uint64_t start = flash->nand.bad[i] * block;

		if (at < start + block && start < at + n)
			return true;
	}
	return false;
}

/* ---- logical addresses ---- */

/* The run at logical `at` that lies together on the chip; *place is its start there. */
static size_t run_at(const struct flash *flash, uint64_t at, size_t n, uint64_t *place)
{
	uint32_t bytes = flash_nand_block_bytes(flash);
	uint32_t block = flash_nand_place(flash, (uint32_t)(at / bytes));
	size_t left = (size_t)(bytes - at % bytes);

	if (block == NAND_NO_BLOCK ||
	    at >= flash_nand_logical_bytes(flash) + (uint64_t)NAND_TABLE_BLOCKS * bytes)
		return 0;
	*place = (uint64_t)block * bytes + at % bytes;
	return n < left ? n : left;
}

int flash_nand_read(const struct flash *flash, uint64_t at, void *bytes, size_t n)
{
	uint8_t *p = bytes;

	while (n) {
		uint64_t place;
		size_t run = run_at(flash, at, n, &place);

		if (!run || flash_read(flash, REGION_USER, place, p, run))
			return -1;
		at += run;
		p += run;
		n -= run;
	}
	return 0;
}

int flash_nand_write(struct flash *flash, uint64_t at, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	while (n) {
		uint64_t place;
		size_t run = run_at(flash, at, n, &place);

		if (!run || flash_write(flash, REGION_USER, place, p, run))
			return -1;
		at += run;
		p += run;
		n -= run;
	}
	return 0;
}

int flash_nand_erase(struct flash *flash, uint64_t at)
{
	uint32_t bytes = flash_nand_block_bytes(flash);
	uint64_t place;

	if (!run_at(flash, at / bytes * bytes, bytes, &place))
		return -1;
	return flash_erase(flash, REGION_USER, place, bytes);
}
