/* XFlash agents on NAND: geometry, addresses, bad blocks (da-xflash.md 6.1 and 7). */
#include "tests/rack/rig.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/legacy/pmt.h"
#include "tests/rack/nand.h"
#include "tests/rack/storage.h"

#define BLOCK 0x20000u

static int setup(void **state)
{
	struct rig *rig = rig_new();

	rig_storage(rig, STORAGE_NAND);
	*state = rig;
	return 0;
}

/* Second stage; block 3 is bad. */
static struct rig *ready(void **state)
{
	struct rig *rig = *state;

	rig_agent2(rig);
	rig->config.nand_bad[0] = 3;
	rig->config.nand_bad_count = 1;
	flash_nand_mark_bad(&rig->d.flash, &rig->config, 0);
	return rig;
}

static void block_of(struct rig *rig, uint32_t storage, uint32_t section, uint64_t at, uint64_t n,
		     uint32_t addr_type, uint32_t op_type)
{
	uint8_t block[56] = {0};

	put_le32(block, storage);
	put_le32(block + 4, section);
	put_le64(block + 8, at);
	put_le64(block + 16, n);
	put_le32(block + 28, addr_type);
	put_le32(block + 40, op_type);
	rig_frame(rig, block, sizeof block);
}

static const uint8_t *noise(size_t n)
{
	static uint8_t bytes[4 * BLOCK];
	struct seeded s = {.state = n};

	seeded_fill(&s, bytes, n);
	return bytes;
}

static void geometry(void **state)
{
	struct rig *rig = ready(state);
	uint8_t got[104], none[104] = {0};
	const struct flash *f = &rig->d.flash;

	rig_control_code(rig, 0x040002, 0);
	assert_int_equal(rig_get(rig, got, sizeof got), 48);
	rig_status(rig, 0);
	assert_int_equal(get_le32(got), 0x11);
	assert_int_equal(get_le32(got + 4), f->nand.page);
	assert_int_equal(get_le32(got + 8), BLOCK);
	assert_int_equal(get_le32(got + 12), f->nand.spare);
	assert_int_equal(get_le64(got + 16), RIG_USER_BYTES);
	assert_int_equal(get_le64(got + 24), flash_nand_logical_bytes(f));
	assert_int_equal(got[32], 1);
	assert_memory_equal(got + 33, f->nand.id, sizeof f->nand.id);
	rig_control_code(rig, 0x040001, 0); /* no eMMC: as many bytes, all zero */
	assert_int_equal(rig_get(rig, got, sizeof got), sizeof got);
	assert_memory_equal(got, none, sizeof got);
	rig_status(rig, 0);
	rig_control_code(rig, 0x040009, 0);
	rig_status(rig, 0x64); /* always, though NAND carries a PMT */
	rig_status(rig, 0);
}

static void write_at(struct rig *rig, uint32_t addr_type, uint64_t at, const uint8_t *bytes,
		     size_t n)
{
	rig_opcode(rig, 0x010004);
	block_of(rig, 0x10, 0, at, n, addr_type, 1);
	rig_status(rig, 0);
	rig_packet(rig, bytes, n);
}

static void writing_goes_around_a_bad_block(void **state)
{
	struct rig *rig = ready(state);
	const uint8_t *bytes = noise(3 * BLOCK);
	static uint8_t got[3 * BLOCK];
	uint32_t place = flash_nand_place(&rig->d.flash, 3);

	write_at(rig, 0, 2 * BLOCK, bytes, 3 * BLOCK);
	rig_status(rig, 0);
	rig_status(rig, 0);
	assert_true(place > 4);
	assert_int_equal(
		flash_read(&rig->d.flash, REGION_USER, (uint64_t)place * BLOCK, got, BLOCK), 0);
	assert_memory_equal(got, bytes + BLOCK, BLOCK);
	rig_opcode(rig, 0x010005);
	block_of(rig, 0x11, 0, 2 * BLOCK, 3 * BLOCK, 0, 0);
	rig_status(rig, 0);
	for (size_t at = 0; at < sizeof got; at += 0x10000) {
		rig_status(rig, 0);
		assert_int_equal(rig_get(rig, got + at, 0x10000), 0x10000);
		rig_word(rig, 0);
	}
	rig_status(rig, 0);
	assert_memory_equal(got, bytes, sizeof got);
}

static void physical_writing_meets_the_bad_block(void **state)
{
	struct rig *rig = ready(state);

	write_at(rig, 1, 3 * BLOCK, noise(BLOCK), BLOCK);
	rig_status(rig, 0); /* received; the chip's error comes behind */
	rig_status(rig, 0xC0040040);
}

static void format_takes_whole_blocks(void **state)
{
	struct rig *rig = ready(state);
	static const uint8_t zeros[BLOCK];
	static uint8_t got[BLOCK];

	write_at(rig, 0, 0, noise(4 * BLOCK), 4 * BLOCK);
	rig_status(rig, 0);
	rig_status(rig, 0);
	rig_opcode(rig, 0x010003);
	block_of(rig, 0x10, 0, 2 * BLOCK + 0x800, 2 * BLOCK + 0x800, 0, 0);
	rig_status(rig, 0);
	rig_status(rig, 0x40040004);
	rig_status(rig, 100);
	rig_word(rig, 0);
	rig_status(rig, 0x40040005);
	for (uint64_t block = 1; block < 4; block++) {
		assert_int_equal(
			storage_read(&rig->d.flash, REGION_USER, block * BLOCK, got, BLOCK), 0);
		if (block == 1)
			assert_memory_equal(got, noise(4 * BLOCK) + BLOCK, BLOCK);
		else
			assert_memory_equal(got, zeros, BLOCK);
	}
}

static void checks_of_the_block(void **state)
{
	static const struct {
		uint32_t storage, section;
		uint64_t at, n;
		uint32_t op_type, status;
	} table[] = {
		{1, 8, 0, 1, 0, 0xC0030006},	/* eMMC */
		{0x12, 0, 0, 1, 0, 0xC0030006}, /* MLC */
		{0x10, 1, 0, 1, 0, 0xC003000C},
		{0x10, 9, 0, 1, 0, 0xC003000C},
		{0x10, 8, RIG_USER_BYTES - BLOCK, BLOCK, 1, 0xC004000B}, /* mtkclient's "user" */
		{0x10, 0, RIG_USER_BYTES - BLOCK, BLOCK, 1, 0xC004000B}, /* the pool of blocks */
		{0x10, 0, 0, BLOCK, 2, 0xC0040001},			 /* spare bytes */
	};
	struct rig *rig = ready(state);

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		rig_opcode(rig, 0x010005);
		block_of(rig, table[i].storage, table[i].section, table[i].at, table[i].n, 0,
			 table[i].op_type);
		rig_status(rig, table[i].status);
	}
}

static void names_are_those_of_the_pmt(void **state)
{
	struct rig *rig = ready(state);
	struct rack_pmt pmt = {.count = 1};
	const uint8_t *bytes = noise(0x1000);
	uint8_t got[0x1000];

	rig_download(rig, "UBOOT", 0x1000, 0xC0040007); /* no table yet */
	strcpy(pmt.entries[0].name, "UBOOT");
	pmt.entries[0].offset = 3 * BLOCK;
	pmt.entries[0].size = BLOCK;
	assert_int_equal(rack_pmt_store(&rig->d.flash, RACK_PMT_NAND, &pmt), 0);
	rig_download(rig, "KERNEL", 0x1000, 0xC0040006);
	rig_download(rig, "uboot", 0x1000, 0);
	rig_packet(rig, bytes, 0x1000);
	rig_status(rig, 0);
	rig_status(rig, 0);
	assert_int_equal(storage_read(&rig->d.flash, REGION_USER, 3 * BLOCK, got, sizeof got), 0);
	assert_memory_equal(got, bytes, sizeof got);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(geometry),
		TEST(writing_goes_around_a_bad_block),
		TEST(physical_writing_meets_the_bad_block),
		TEST(format_takes_whole_blocks),
		TEST(checks_of_the_block),
		TEST(names_are_those_of_the_pmt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
