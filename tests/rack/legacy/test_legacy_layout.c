/* What a legacy device carries before it is flashed: PMT, MBR, EBRs or a small GPT; own data. */
#include "tests/rack/legacy/rig_legacy.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/bootcheck.h"
#include "tests/rack/layout.h"
#include "tests/rack/layout_old.h"
#include "tests/rack/legacy/gpt_flash.h"
#include "tests/rack/nand.h"

#define SCATTER(name) TEST_DATA "/scatter/" name
#define GIB	      (UINT64_C(1) << 30)

static int setup(void **state)
{
	*state = NULL;
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static struct rig *furnished(void **state, const char *chip, enum storage_kind kind, uint64_t bytes,
			     const char *path)
{
	struct rig *rig = rig_legacy(chip);
	struct gpt *gpt = calloc(1, sizeof *gpt);
	struct problem problem = {0};
	struct scatter scatter;
	struct storage_sizes sizes;

	assert_non_null(gpt);
	*state = rig;
	rig->config.storage = kind;
	rig->config.user_bytes = bytes;
	rig->config.nand_bad[0] = 20;
	rig->config.nand_bad_count = 1;
	rig_insert(rig);
	sizes = flash_sizes(&rig->d.flash);
	if (layout_load(&scatter, path, &problem) ||
	    layout_table(gpt, &scatter, &sizes, 1, &problem) ||
	    layout_write_for(&rig->d.flash, rig->config.chip, &scatter, gpt, &problem) ||
	    layout_provision(&rig->d.flash, gpt, &rig->d.id, 1, &problem))
		fail_msg("%s: %s", problem.where, problem.why);
	scatter_free(&scatter);
	free(gpt);
	return rig;
}

static const struct rack_pmt_entry *find(const struct rack_pmt *pmt, const char *name)
{
	const struct rack_pmt_entry *e = rack_pmt_find(pmt, name);

	assert_non_null(e);
	return e;
}

static bool has_slot(const uint8_t *sector, uint32_t start)
{
	for (int slot = 0; slot < 4; slot++) {
		if (get_le32(sector + 0x1BE + 16 * slot + 8) == start)
			return true;
	}
	return false;
}

/* The table holds linear addresses; own data is where the scatter says, less the base. */
static void pmt_mbr_and_ebr_of_mt6582(void **state)
{
	struct rig *rig =
		furnished(state, "MT6582", STORAGE_EMMC, 4 * GIB, SCATTER("MT6582_s5222.txt"));
	const struct rack_pmt_entry *mbr, *ebr1, *android, *proinfo;
	uint8_t sector[512], own[64];
	struct rack_pmt pmt;

	assert_true(rack_pmt_load(&rig->d.flash, RACK_PMT_SECOND, &pmt));
	mbr = find(&pmt, "MBR");
	ebr1 = find(&pmt, "EBR1");
	android = find(&pmt, "ANDROID");
	proinfo = find(&pmt, "PRO_INFO");
	assert_int_equal(find(&pmt, "PRELOADER")->offset, 0);
	assert_int_equal(mbr->offset, find(&pmt, "PRELOADER")->size);
	assert_int_equal(layout_old_base(&pmt), mbr->offset);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0, sector, 512), 0);
	assert_int_equal(get_le16(sector + 0x1FE), 0xAA55);
	assert_int_equal(sector[0x1BE + 4], 5);
	assert_int_equal(get_le32(sector + 0x1BE + 8), (ebr1->offset - mbr->offset) / 512);
	assert_int_equal(
		flash_read(&rig->d.flash, REGION_USER, ebr1->offset - mbr->offset, sector, 512), 0);
	assert_true(has_slot(sector, (uint32_t)((android->offset - ebr1->offset) / 512)));
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, proinfo->offset - mbr->offset, own,
				    sizeof own),
			 0);
	assert_memory_equal(own, rig->d.id.serial, strlen(rig->d.id.serial));
}

static void gpt_of_mt6580_has_40_entries(void **state)
{
	struct rig *rig =
		furnished(state, "MT6580", STORAGE_EMMC, 8 * GIB, SCATTER("MT6580_w370.txt"));
	struct gpt *gpt = malloc(sizeof *gpt);
	uint32_t slots;

	assert_non_null(gpt);
	for (int copy = 0; copy < 2; copy++) {
		assert_true(gpt_flash_load(&rig->d.flash, (enum gpt_copy)copy, gpt, &slots));
		assert_int_equal(slots, 40);
		assert_non_null(gpt_find(gpt, "nvram"));
	}
	free(gpt);
	rig_legacy_loop(rig);
	rig_send(rig, "A5");
	rig_expect(rig, "06 00 00 0D C0");
}

static void nand_of_mt6573(void **state)
{
	struct rig *rig = furnished(state, "MT6573", STORAGE_NAND, GIB / 2,
				    SCATTER("MT6573_OT_903D_kernel_2_6_35_7.txt"));
	const struct rack_pmt_entry *nvram;
	struct rack_pmt pmt;
	uint8_t own[64], zeros[64] = {0};

	assert_true(rack_pmt_load(&rig->d.flash, RACK_PMT_NAND, &pmt));
	assert_int_equal(layout_old_base(&pmt), 0);
	nvram = find(&pmt, "NVRAM");
	assert_int_equal(flash_nand_read(&rig->d.flash, nvram->offset, own, sizeof own), 0);
	assert_memory_not_equal(own, zeros, sizeof own);
	bootcheck_record(&rig->d, "test");
	assert_string_equal(rig->d.last_boot_reason, "test: no geometry header in block 0");
}

/* With a preloader and a boot loader in place it boots. */
static void boot_check_of_an_old_layout(void **state)
{
	struct rig *rig =
		furnished(state, "MT6582", STORAGE_EMMC, 4 * GIB, SCATTER("MT6582_s5222.txt"));
	uint8_t boot[0x900] = "EMMC_BOOT", byte = 7;
	struct rack_pmt pmt;

	memcpy(boot + 0x200, "BRLYT", 5);
	put_le32(boot + 0x20C, 0x800);
	put_le32(boot + 0x214, 0x42424242);
	memcpy(boot + 0x800, "MMM\x01\x38\0\0\0FILE_INFO", 17);
	put_le32(boot + 0x820, 0x100);
	assert_int_equal(flash_write(&rig->d.flash, REGION_BOOT1, 0, boot, sizeof boot), 0);
	bootcheck_record(&rig->d, "test");
	assert_string_equal(rig->d.last_boot_reason, "test: UBOOT is empty");
	assert_true(rack_pmt_load(&rig->d.flash, RACK_PMT_SECOND, &pmt));
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER,
				     find(&pmt, "UBOOT")->offset - layout_old_base(&pmt), &byte, 1),
			 0);
	bootcheck_record(&rig->d, "test");
	assert_string_equal(rig->d.last_boot, "ok");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(pmt_mbr_and_ebr_of_mt6582),
		T(gpt_of_mt6580_has_40_entries),
		T(nand_of_mt6573),
		T(boot_check_of_an_old_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
