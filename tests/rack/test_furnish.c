/* What a device carries before anybody flashes it: ids, partition table, own data; and bootcheck.
 */
#include "tests/rack/rig.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/bootcheck.h"
#include "tests/rack/layout.h"

#define SCATTER TEST_DATA "/scatter/MT6765_k65v1_64_bsp_2.txt"

static int setup(void **state)
{
	*state = rig_new();
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static void ids_follow_from_the_seed(void **state)
{
	struct identity a, b, c;

	(void)state;
	identity_make(&a, 1, 0, STORAGE_EMMC);
	identity_make(&b, 1, 0, STORAGE_EMMC);
	assert_memory_equal(&a, &b, sizeof a);
	identity_make(&b, 1, 1, STORAGE_EMMC);
	identity_make(&c, 2, 0, STORAGE_EMMC);
	assert_memory_not_equal(a.me_id, b.me_id, 16);
	assert_memory_not_equal(a.me_id, c.me_id, 16);
	assert_string_not_equal(a.imei[0], a.imei[1]);
	assert_string_not_equal(a.imei[1], b.imei[0]);
}

static void imeis_are_valid(void **state)
{
	struct identity id;
	uint8_t bcd[8];

	(void)state;
	assert_int_equal(luhn_digit("49015420323751"), '8'); /* the textbook's IMEI */
	imei_to_bcd("490154203237518", bcd);
	assert_memory_equal(bcd, "\x94\x10\x45\x02\x23\x73\x15\xF8", 8);
	for (int i = 0; i < 50; i++) {
		identity_make(&id, 3, i, STORAGE_UFS);
		for (int sim = 0; sim < 2; sim++) {
			assert_int_equal(strlen(id.imei[sim]), 15);
			assert_memory_equal(id.imei[sim], "00100100", 8);
			assert_int_equal(id.imei[sim][14], luhn_digit(id.imei[sim]));
		}
	}
}

static struct gpt *furnished(struct rig *rig)
{
	struct problem problem = {0};
	struct scatter scatter;
	struct storage_sizes sizes;
	struct gpt *gpt = calloc(1, sizeof *gpt);

	assert_non_null(gpt);
	rig->config.user_bytes = UINT64_C(8) << 30;
	rig_insert(rig);
	sizes = flash_sizes(&rig->d.flash);
	if (layout_load(&scatter, SCATTER, &problem) ||
	    layout_table(gpt, &scatter, &sizes, 1, &problem) ||
	    layout_write_table(&rig->d.flash, gpt, &problem) ||
	    layout_provision(&rig->d.flash, gpt, &rig->d.id, 1, &problem))
		fail_msg("%s: %s", problem.where, problem.why);
	scatter_free(&scatter);
	return gpt;
}

static void mbr_protects_the_table_and_leaves_it_readable(void **state)
{
	struct rig *rig = *state;
	struct gpt *gpt = furnished(rig);
	static uint8_t head[34 * 512];
	struct problem problem = {0};

	assert_int_equal(layout_write_mbr(&rig->d.flash, &problem), 0);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0, head, sizeof head), 0);
	assert_int_equal(gpt_parse(gpt, (struct slice){head, sizeof head}, 0, &problem), 0);
	assert_int_equal(head[0x1C2], 0xEE);
	assert_int_equal(get_le32(head + 0x1C6), 1);
	assert_int_equal(get_le32(head + 0x1CA), rig->config.user_bytes / 512 - 1);
	assert_int_equal(get_le16(head + 0x1FE), 0xAA55);
	free(gpt);
}

static void table_is_read_back_and_holds_the_scatter(void **state)
{
	struct rig *rig = *state;
	struct gpt *gpt = furnished(rig), *back = calloc(1, sizeof *back);
	static uint8_t head[34 * 512];
	struct problem problem = {0};
	const struct gpt_entry *e;

	assert_non_null(back);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0, head, sizeof head), 0);
	assert_int_equal(gpt_parse(back, (struct slice){head, sizeof head}, 0, &problem), 0);
	assert_int_equal(back->count, gpt->count);
	e = gpt_find(back, "boot_para");
	assert_non_null(e);
	assert_int_equal(e->start, 0x8000);
	assert_int_equal(e->size, 0x100000);
	assert_null(gpt_find(back, "preloader"));
	assert_null(gpt_find(back, "pgpt"));
	assert_null(gpt_find(back, "sgpt"));
	assert_non_null(gpt_find(back, "userdata"));
	assert_non_null(gpt_find(back, "flashinfo"));
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER,
				    rig->config.user_bytes - sizeof head, head, sizeof head),
			 0);
	assert_int_equal(gpt_parse_backup(back, (struct slice){head, sizeof head}, 512,
					  rig->config.user_bytes, &problem),
			 0);
	free(back);
	free(gpt);
}

/* Every real layout makes a table that the boot loader's rules accept, on both storages. */
static void every_real_layout_makes_a_table(void **state)
{
	static uint8_t primary[34 * 4096], backup[34 * 4096];
	DIR *dir = opendir(TEST_DATA "/scatter");
	struct gpt *gpt = calloc(1, sizeof *gpt);
	struct dirent *e;
	unsigned tables = 0;

	(void)state;
	assert_non_null(dir);
	assert_non_null(gpt);
	while ((e = readdir(dir))) {
		struct problem problem = {0};
		struct scatter scatter;
		size_t np, nb;
		char path[600];

		if (strncmp(e->d_name, "MT", 2) != 0)
			continue;
		snprintf(path, sizeof path, TEST_DATA "/scatter/%s", e->d_name);
		assert_int_equal(layout_load(&scatter, path, &problem), 0);
		for (size_t i = 0; i < scatter.section_count; i++) {
			struct storage_sizes sizes = {.kind = scatter.sections[i].storage};

			if (sizes.kind != STORAGE_EMMC && sizes.kind != STORAGE_UFS)
				continue;
			sizes.block = sizes.kind == STORAGE_UFS ? 4096 : 512;
			sizes.bytes[REGION_USER] = UINT64_C(256) << 30;
			sizes.bytes[REGION_BOOT1] = sizes.bytes[REGION_BOOT2] = 4 << 20;
			if (layout_table(gpt, &scatter, &sizes, 1, &problem) ||
			    gpt_build(gpt, sizes.bytes[REGION_USER], primary, &np, backup, &nb,
				      &problem) ||
			    gpt_parse(gpt, (struct slice){primary, np}, 0, &problem))
				fail_msg("%s: %s: %s", e->d_name, problem.where, problem.why);
			tables++;
		}
		scatter_free(&scatter);
	}
	closedir(dir);
	free(gpt);
	assert_in_range(tables, 50, 1000);
}

static void own_data_is_in_its_place(void **state)
{
	struct rig *rig = *state;
	struct gpt *gpt = furnished(rig);
	uint8_t b[0x500], bcd[8];
	const struct gpt_entry *e = gpt_find(gpt, "proinfo");

	assert_non_null(e);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, e->start, b, sizeof b), 0);
	assert_string_equal((const char *)b, rig->d.id.serial);
	imei_to_bcd(rig->d.id.imei[0], bcd);
	assert_memory_equal(b + 64, bcd, 8);
	imei_to_bcd(rig->d.id.imei[1], bcd);
	assert_memory_equal(b + 74, bcd, 8);
	e = gpt_find(gpt, "nvdata");
	assert_non_null(e);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, e->start, b, sizeof b), 0);
	assert_int_equal(get_le16(b + 0x438), 0xEF53);
	e = gpt_find(gpt, "nvram");
	assert_non_null(e);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, e->start, b, sizeof b), 0);
	assert_int_equal(get_le32(b + 4), 0x8000);
	e = gpt_find(gpt, "seccfg");
	assert_non_null(e);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, e->start, b, sizeof b), 0);
	assert_int_equal(get_le32(b), 0x4D4D4D4D);
	e = gpt_find(gpt, "boot");
	assert_non_null(e);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, e->start, b, 4), 0);
	assert_int_equal(get_le32(b), 0); /* not an identity partition */
	free(gpt);
}

static void expect_boot(struct rig *rig, const char *result, const char *reason)
{
	bootcheck_record(&rig->d, "test");
	assert_string_equal(rig->d.last_boot, result);
	if (!strstr(rig->d.last_boot_reason, reason))
		fail_msg("boot: %s", rig->d.last_boot_reason);
}

static void boot_is_judged(void **state)
{
	struct rig *rig = *state;
	static uint8_t head[0x800];
	uint8_t gfh[0x40] = "MMM\x01\x38\x00\x00\x00"
			    "FILE_INFO";

	rig_insert(rig);
	expect_boot(rig, "failed", "no device header");
	memcpy(head, "EMMC_BOOT", 9);
	flash_write(&rig->d.flash, REGION_BOOT1, 0, head, sizeof head);
	expect_boot(rig, "failed", "no BRLYT");
	memcpy(head + 0x200, "BRLYT", 5);
	put_le32(head + 0x20C, 0x800);
	put_le32(head + 0x214, 0x42424242);
	flash_write(&rig->d.flash, REGION_BOOT1, 0, head, sizeof head);
	expect_boot(rig, "failed", "no preloader where BRLYT points");
	put_le32(gfh + 0x20, 0x500000);
	flash_write(&rig->d.flash, REGION_BOOT1, 0x800, gfh, sizeof gfh);
	expect_boot(rig, "failed", "does not fit");
	put_le32(gfh + 0x20, 0x4000);
	flash_write(&rig->d.flash, REGION_BOOT1, 0x800, gfh, sizeof gfh);
	expect_boot(rig, "failed", "no partition table");
	rig_table(rig, 3);
	expect_boot(rig, "failed", "lk is empty");
	flash_write(&rig->d.flash, REGION_USER, 3 << 20, "LK", 2);
	expect_boot(rig, "ok", "test");
}

static void storage_is_real(void **state)
{
	struct rig *rig = *state;
	uint8_t b[16], zero[16] = {0};

	rig_insert(rig);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, RIG_USER_BYTES - 4, "abcd", 4), 0);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, RIG_USER_BYTES - 3, "abcd", 4),
			 -1);
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, UINT64_MAX, "abcd", 4), -1);
	assert_int_equal(flash_write(&rig->d.flash, REGION_GP1, 0, "abcd", 4), -1);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, RIG_USER_BYTES - 4, b, 4), 0);
	assert_memory_equal(b, "abcd", 4);
	assert_int_equal(rig->d.flash.regions[REGION_USER].written, 4);
	assert_int_equal(flash_erase(&rig->d.flash, REGION_USER, RIG_USER_BYTES - 16, 16), 0);
	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, RIG_USER_BYTES - 16, b, 16), 0);
	assert_memory_equal(b, zero, 16);
	rig->d.flash.dead = true;
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0, "abcd", 4), -1);
	assert_int_equal(flash_erase(&rig->d.flash, REGION_USER, 0, 512), -1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_follow_from_the_seed),
		cmocka_unit_test(imeis_are_valid),
		T(mbr_protects_the_table_and_leaves_it_readable),
		T(table_is_read_back_and_holds_the_scatter),
		cmocka_unit_test(every_real_layout_makes_a_table),
		T(own_data_is_in_its_place),
		T(boot_is_judged),
		T(storage_is_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
