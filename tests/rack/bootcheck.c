#include "tests/rack/bootcheck.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/format/gpt.h"
#include "tests/rack/device.h"
#include "tests/rack/layout_old.h"
#include "tests/rack/legacy/profile.h"
#include "tests/rack/nand.h"

enum { HEAD_BYTES = 0x1000, GFH_BYTES = 0x38, LK_PROBE = 0x1000 };

static bool is_file_info(const uint8_t *p)
{
	return !memcmp(p,
		       "MMM\x01\x38\x00\x00\x00"
		       "FILE_INFO",
		       17);
}

bool bootcheck_is_preloader(const uint8_t *image, size_t n)
{
	return n >= GFH_BYTES && is_file_info(image);
}

/* NULL when the boot region would boot, else what is wrong with it. */
static const char *boot_region_fault(const struct flash *flash, enum storage_region region)
{
	uint8_t head[HEAD_BYTES], gfh[GFH_BYTES], last;
	uint32_t start, length;
	const char *name = flash->kind == STORAGE_UFS ? "UFS_BOOT" : "EMMC_BOOT";

	if (flash_read(flash, region, 0, head, sizeof head))
		return "boot region unreadable";
	if (memcmp(head, name, strlen(name)) != 0)
		return "no device header in the boot region";
	if (memcmp(head + 0x200, "BRLYT", 5) != 0 || get_le32(head + 0x214) != 0x42424242)
		return "no BRLYT in the boot region";
	start = get_le32(head + 0x20C);
	if (flash_read(flash, region, start, gfh, sizeof gfh) || !is_file_info(gfh))
		return "no preloader where BRLYT points";
	length = get_le32(gfh + 0x20);
	if (length < GFH_BYTES || flash_read(flash, region, (uint64_t)start + length - 1, &last, 1))
		return "the preloader does not fit the boot region";
	return NULL;
}

/* The same for block 0 of NAND: geometry header, BRLYT in the next page (packages.md 3.1, 3.2). */
static const char *nand_boot_fault(const struct flash *flash)
{
	uint8_t head[HEAD_BYTES], gfh[GFH_BYTES], last;
	uint32_t page = flash->nand.page, start, length;

	if (flash_nand_read(flash, 0, head, sizeof head))
		return "block 0 unreadable";
	if (memcmp(head, "BOOTLOADER!\0V006NFIINFO", 23) != 0)
		return "no geometry header in block 0";
	if (memcmp(head + page, "BRLYT", 5) != 0 || get_le32(head + page + 0x14) != 0x42424242)
		return "no BRLYT behind the geometry header";
	start = get_le32(head + page + 0x0C);
	if (flash_nand_read(flash, start, gfh, sizeof gfh) || !is_file_info(gfh))
		return "no preloader where BRLYT points";
	length = get_le32(gfh + 0x20);
	if (length < GFH_BYTES || flash_nand_read(flash, (uint64_t)start + length - 1, &last, 1))
		return "the preloader does not fit the chip";
	return NULL;
}

/* NULL when the boot ROM would find a preloader. */
static const char *preloader_fault(const struct flash *flash)
{
	const char *fault;

	if (flash->kind == STORAGE_NAND)
		return nand_boot_fault(flash);
	fault = boot_region_fault(flash, REGION_BOOT1);
	return fault && !boot_region_fault(flash, REGION_BOOT2) ? NULL : fault;
}

bool bootcheck_preloader_boots(const struct flash *flash)
{
	return !preloader_fault(flash);
}

bool bootcheck_boot_region_broken(const struct flash *flash)
{
	static const uint8_t blank[16];
	uint8_t head[16];
	enum storage_region region = flash->kind == STORAGE_NAND ? REGION_USER : REGION_BOOT1;

	if (flash_read(flash, region, 0, head, sizeof head) || !memcmp(head, blank, sizeof blank))
		return false; /* never written: --boot decides */
	return preloader_fault(flash);
}

static bool is_blank(const struct flash *flash, uint64_t at)
{
	static const uint8_t zeros[LK_PROBE];
	uint8_t bytes[LK_PROBE];
	int bad = flash->kind == STORAGE_NAND
			  ? flash_nand_read(flash, at, bytes, sizeof bytes)
			  : flash_read(flash, REGION_USER, at, bytes, sizeof bytes);

	return bad || !memcmp(bytes, zeros, sizeof bytes);
}

/* Devices without GPT: false when there is no such table, else *fault is what is wrong, or NULL. */
static bool has_old_table(const struct device *d, const char **fault)
{
	const struct legacy_profile *profile = la_profile_of(d->config->chip);
	enum rack_pmt_form form = rack_pmt_form_of(&d->flash, d->config->chip->hw_code);
	const struct rack_pmt_entry *uboot;
	struct rack_pmt pmt;

	if (!(d->flash.kind == STORAGE_NAND || (profile && profile->pmt)) ||
	    !rack_pmt_load(&d->flash, form, &pmt))
		return false;
	uboot = rack_pmt_find(&pmt, "UBOOT");
	uboot = uboot ? uboot : rack_pmt_find(&pmt, "lk");
	*fault = !uboot ? "no UBOOT partition in the table"
		 : is_blank(&d->flash, uboot->offset - layout_old_base(&pmt)) ? "UBOOT is empty"
									      : NULL;
	return true;
}

static const char *table_fault(const struct flash *flash, struct gpt *gpt)
{
	uint8_t head[34 * 4096];
	size_t n = flash->block == 4096 ? 6 * 4096u : 34 * 512u;
	uint64_t user = flash->regions[REGION_USER].bytes;
	const struct gpt_entry *lk;
	struct problem problem;

	if (flash_read(flash, REGION_USER, 0, head, n))
		return "user region unreadable";
	if (gpt_parse(gpt, (struct slice){head, n}, flash->block, &problem) &&
	    (flash_read(flash, REGION_USER, user - n, head, n) ||
	     gpt_parse_backup(gpt, (struct slice){head, n}, flash->block, user, &problem)))
		return "no partition table";
	lk = gpt_find(gpt, "lk");
	lk = lk ? lk : gpt_find(gpt, "lk_a");
	if (!lk)
		return "no lk partition in the table";
	return is_blank(flash, lk->start) ? "lk is empty" : NULL;
}

void bootcheck_record(struct device *d, const char *when)
{
	const char *fault = preloader_fault(&d->flash);

	if (!fault && !has_old_table(d, &fault)) {
		struct gpt *gpt = malloc(sizeof *gpt);

		fault = gpt ? table_fault(&d->flash, gpt) : "no memory on this machine";
		free(gpt);
	}
	snprintf(d->last_boot, sizeof d->last_boot, "%s", fault ? "failed" : "ok");
	snprintf(d->last_boot_reason, sizeof d->last_boot_reason, "%s%s%s", when, fault ? ": " : "",
		 fault ? fault : "");
	device_log(d, "--", "boot %s: %s", d->last_boot, d->last_boot_reason);
	d->dirty = true;
}
