/*
 * Expands each image by itself, straight from packages.md 4.1, and compares as it goes. Don't-care
 * areas must be erased, because a partition that holds a sparse image was erased before it was
 * written. The preloader is looked for where boot ROM would look: behind the device header and at
 * the start its BRLYT names (packages.md 3.2), in both boot regions.
 */
#include "tests/sample/verify.h"

#include "tests/sample/bytes.h"
#include "tests/sample/layout_in.h"
#include "tests/sample/region.h"
#include "tests/sample/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SPARSE_MAGIC 0xED26FF3Au

enum { BOOT1, BOOT2, USER, REGIONS };

struct check {
	const char *package;
	struct layout layout;
	struct region regions[REGIONS];
	uint64_t compared; /* bytes found equal or erased as they should be */
	unsigned partitions;
	unsigned differences;
	uint32_t page; /* NAND: bytes */
	bool signed_forms;
};

__attribute__((format(printf, 3, 4))) static void differ(struct check *c,
							 const struct layout_part *p,
							 const char *format, ...)
{
	va_list args;

	printf("%s: ", p->name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	c->differences++;
}

static uint64_t first_difference(const uint8_t *a, const uint8_t *b, uint64_t n)
{
	uint64_t i = 0;

	while (i < n && a[i] == b[i])
		i++;
	return i;
}

/* [at, at + n) of the device against `want`. false stops this partition: one line is enough. */
static bool same(struct check *c, const struct layout_part *p, const struct region *r, uint64_t at,
		 const uint8_t *want, uint64_t n)
{
	if (at > r->bytes || n > r->bytes - at) {
		differ(c, p, "reaches 0x%" PRIx64 ", the region ends at 0x%" PRIx64, at + n,
		       r->bytes);
		return false;
	}
	if (memcmp(r->at + at, want, n)) {
		uint64_t i = first_difference(r->at + at, want, n);

		differ(c, p, "offset 0x%" PRIx64 " holds 0x%02x, the image says 0x%02x",
		       at + i - p->start, r->at[at + i], want[i]);
		return false;
	}
	c->compared += n;
	return true;
}

static bool erased(struct check *c, const struct layout_part *p, const struct region *r,
		   uint64_t at, uint64_t n)
{
	uint64_t found;

	if (at > r->bytes || n > r->bytes - at) {
		differ(c, p, "reaches behind the region");
		return false;
	}
	found = region_first_nonzero(r, at, at + n);
	if (found < at + n) {
		differ(c, p, "offset 0x%" PRIx64 " is don't-care but not erased", found - p->start);
		return false;
	}
	c->compared += n;
	return true;
}

static bool filled(struct check *c, const struct layout_part *p, const struct region *r,
		   uint64_t at, uint64_t n, const uint8_t *pattern)
{
	uint8_t want[4096];

	for (size_t i = 0; i < sizeof want; i += 4)
		memcpy(want + i, pattern, 4);
	for (uint64_t done = 0; done < n; done += sizeof want) {
		uint64_t part = n - done < sizeof want ? n - done : sizeof want;

		if (!same(c, p, r, at + done, want, part))
			return false;
	}
	return true;
}

/* One chunk at `at`; its bytes in the file begin at `in`. */
static bool same_chunk(struct check *c, const struct layout_part *p, const struct region *r,
		       uint64_t at, const uint8_t *in, uint64_t bytes)
{
	switch (get16(in)) {
	case 0xCAC1:
		return same(c, p, r, at, in + 12, bytes);
	case 0xCAC2:
		return filled(c, p, r, at, bytes, in + 12);
	case 0xCAC3:
		return erased(c, p, r, at, bytes);
	case 0xCAC4:
		return true;
	default:
		differ(c, p, "unknown chunk type 0x%04x in the image", get16(in));
		return false;
	}
}

static void check_sparse(struct check *c, const struct layout_part *p, const struct region *r,
			 const struct region *image)
{
	const uint8_t *in = image->at;
	uint64_t block = get32(in + 12), at = p->start, from = get16(in + 8);
	uint32_t chunks = get32(in + 20);

	for (uint32_t i = 0; i < chunks; i++) {
		uint64_t bytes;

		if (image->bytes - from < 12 || image->bytes - from < get32(in + from + 8)) {
			differ(c, p, "the image ends inside chunk %" PRIu32, i);
			return;
		}
		bytes = get32(in + from + 4) * block;
		if (!same_chunk(c, p, r, at, in + from, bytes))
			return;
		at += bytes;
		from += get32(in + from + 8);
	}
	if (at - p->start != get32(in + 16) * block)
		differ(c, p, "the chunks do not add up to the image's block count");
}

static void check_user(struct check *c, const struct layout_part *p, const struct region *image)
{
	const struct region *user = &c->regions[USER];

	if (p->reserved)
		differ(c, p, "has an image but is counted from the end: not checked");
	else if (image->bytes >= 28 && get32(image->at) == SPARSE_MAGIC)
		check_sparse(c, p, user, image);
	else
		same(c, p, user, p->start, image->at, image->bytes);
}

/* The header a device reads first (packages.md 3.2). */
static bool header_good(struct check *c, const struct layout_part *p, const struct region *boot)
{
	bool ufs = c->layout.storage == REGIONS_UFS;
	const char *want = ufs ? "UFS_BOOT" : "EMMC_BOOT";
	uint32_t unit = ufs ? 0x1000 : 0x200, type = ufs ? 0x1000C : 0x10005;
	const uint8_t *b = boot->at;

	if (boot->bytes < 0x800 || memcmp(b, want, strlen(want) + 1)) {
		differ(c, p, "%s does not begin with %s", boot->path, want);
		return false;
	}
	if (get32(b + 0x0C) != 1 || get32(b + 0x10) != unit) {
		differ(c, p, "device header of %s: version or unit wrong", boot->path);
		return false;
	}
	if (memcmp(b + 0x200, "BRLYT\0\0", 8) || get32(b + 0x208) != 1 ||
	    get32(b + 0x214) != 0x42424242 || get32(b + 0x218) != type) {
		differ(c, p, "BRLYT of %s is not what a device accepts", boot->path);
		return false;
	}
	return true;
}

static void check_boot(struct check *c, const struct layout_part *p, const struct region *image,
		       const struct region *boot)
{
	uint64_t start, end;

	if (!header_good(c, p, boot))
		return;
	start = get32(boot->at + 0x20C);
	end = get32(boot->at + 0x210);
	if (end < start + image->bytes || get32(boot->at + 0x21C) != start ||
	    get32(boot->at + 0x220) != end)
		differ(c, p, "BRLYT of %s does not span the preloader", boot->path);
	else
		same(c, p, boot, start, image->at, image->bytes);
}

/*
 * Block 0 of NAND: pages of the geometry header, BRLYT in the second page, the preloader where it
 * points (packages.md 3.1, 3.2).
 */
static void check_nand_boot(struct check *c, const struct layout_part *p,
			    const struct region *image)
{
	const struct region *nand = &c->regions[USER];
	const uint8_t *b = nand->at + p->start;
	const uint8_t *brlyt = b + c->page;

	if (nand->bytes < p->start + 4 * (uint64_t)c->page || memcmp(b, "BOOTLOADER!", 11) != 0)
		differ(c, p, "the chip does not begin with a boot loader's header");
	else if (memcmp(brlyt, "BRLYT\0\0", 8) || get32(brlyt + 0x14) != 0x42424242 ||
		 get32(brlyt + 0x18) != 0x10002 ||
		 get32(brlyt + 0x10) < get32(brlyt + 0x0C) + image->bytes)
		differ(c, p, "BRLYT of the chip is not what a device accepts");
	else
		same(c, p, nand, p->start + get32(brlyt + 0x0C), image->at, image->bytes);
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

/* The file that the partition was to get. */
static const char *image_name(const struct check *c, const struct layout_part *p, char *name,
			      size_t room)
{
	const char *dot = strrchr(p->file, '.');
	char path[4096];

	if (!c->signed_forms || !dot)
		return p->file;
	snprintf(name, room, "%.*s-verified%s", (int)(dot - p->file), p->file, dot);
	snprintf(path, sizeof path, "%s/%s", c->package, name);
	return access(path, R_OK) ? p->file : name;
}

static int check_part(struct check *c, const struct layout_part *p)
{
	char name[300];
	struct region image;

	if (region_open(&image, c->package, image_name(c, p, name, sizeof name)))
		return -1;
	c->partitions++;
	if (!image.at)
		differ(c, p, "image is empty");
	else if (c->layout.storage == REGIONS_NAND && !strcasecmp(p->name, "preloader"))
		check_nand_boot(c, p, &image);
	else if (c->layout.storage == REGIONS_NAND || ends_with(p->region, "USER") ||
		 ends_with(p->region, "LU2"))
		check_user(c, p, &image);
	else {
		bool second = ends_with(p->region, "BOOT2") || ends_with(p->region, "LU1");
		bool first =
			!second || strstr(p->region, "BOOT1_BOOT2") || strstr(p->region, "LU0_LU1");

		if (first)
			check_boot(c, p, &image, &c->regions[BOOT1]);
		if (second)
			check_boot(c, p, &image, &c->regions[BOOT2]);
	}
	region_close(&image);
	return 0;
}

/* NAND has one region for all; the others are empty then. */
static int open_nand(struct check *c, const char *device)
{
	for (int i = 0; i < REGIONS; i++)
		c->regions[i] = (struct region){.fd = -1};
	return region_open_nand(&c->regions[USER], device, &c->page);
}

static int open_regions(struct check *c, const char *device)
{
	static const char *const names[2][REGIONS] = {{"boot1.img", "boot2.img", "user.img"},
						      {"lu0.img", "lu1.img", "lu2.img"}};
	int done;

	if (c->layout.storage == REGIONS_NAND)
		return open_nand(c, device);
	for (done = 0; done < REGIONS; done++)
		if (region_open(&c->regions[done], device,
				names[c->layout.storage == REGIONS_UFS][done]))
			break;
	if (done == REGIONS)
		return 0;
	while (done--)
		region_close(&c->regions[done]);
	return -1;
}

static int check_all(struct check *c)
{
	for (size_t i = 0; i < c->layout.count; i++) {
		const struct layout_part *p = &c->layout.parts[i];

		if (p->download && strcasecmp(p->file, "NONE") && check_part(c, p))
			return -1;
	}
	return 0;
}

int verify_device(const char *package, const char *device, bool signed_forms)
{
	struct check *c = calloc(1, sizeof *c);
	int result = -1;

	if (!c)
		return report("verify", device, "no memory", "close other programs");
	c->package = package;
	c->signed_forms = signed_forms;
	if (!layout_read(&c->layout, package, region_dir_storage(device)) &&
	    !open_regions(c, device)) {
		result = check_all(c);
		for (int i = 0; i < REGIONS; i++)
			region_close(&c->regions[i]);
		if (!result && !c->partitions)
			result = report("verify", package, "the package has no image",
					"use a package that flashes something");
	}
	if (!result) {
		printf("%s: %u partitions, %" PRIu64 " bytes compared, %u different\n", device,
		       c->partitions, c->compared, c->differences);
		result = c->differences ? 1 : 0;
	}
	free(c);
	return result;
}
