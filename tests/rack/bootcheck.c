#include "tests/rack/bootcheck.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/format/gpt.h"
#include "tests/rack/device.h"

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

bool bootcheck_boot_region_broken(const struct flash *flash)
{
	static const uint8_t blank[16];
	uint8_t head[16];

	if (flash_read(flash, REGION_BOOT1, 0, head, sizeof head) ||
	    !memcmp(head, blank, sizeof blank))
		return false; /* never written: --boot decides */
	return boot_region_fault(flash, REGION_BOOT1) && boot_region_fault(flash, REGION_BOOT2);
}

static bool is_blank(const struct flash *flash, uint64_t at)
{
	static const uint8_t zeros[LK_PROBE];
	uint8_t bytes[LK_PROBE];

	return flash_read(flash, REGION_USER, at, bytes, sizeof bytes) ||
	       !memcmp(bytes, zeros, sizeof bytes);
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
	const char *fault = boot_region_fault(&d->flash, REGION_BOOT1);

	if (fault && !boot_region_fault(&d->flash, REGION_BOOT2))
		fault = NULL;
	if (!fault) {
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
