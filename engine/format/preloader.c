#include "engine/format/preloader.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/base/text.h"
#include "engine/format/emi.h"

#define FILE_INFO_BYTES 0x38
#define BRLYT_AT	0x200
#define SIGNATURE_HASH	3 /* sig_type: single signature and a hash in front of it */

#define REMEDY "take preloader_<project>.bin from the build"

/* First bytes of boot regions, as read back from devices (packages.md 3.1). */
static const char *const boot_names[] = {"EMMC_BOOT", "UFS_BOOT", "SDMMC_BOOT", "SF_BOOT",
					 "COMBO_BOOT"};

static bool is_gfh(struct slice s)
{
	return s.n >= FILE_INFO_BYTES && memcmp(s.p, "MMM\x01\x38\0\0\0FILE_INFO", 17) == 0;
}

/* Skip the device header of a boot region image; `image` becomes what starts with the GFH. */
static int skip_boot_header(struct preloader *p, struct slice *image, struct problem *problem)
{
	const char *name = NULL;
	uint32_t start;

	for (size_t i = 0; i < sizeof boot_names / sizeof boot_names[0]; i++) {
		if (text_starts(*image, boot_names[i]))
			name = boot_names[i];
	}
	if (!name)
		return 0;
	snprintf(p->boot_name, sizeof p->boot_name, "%s", name);
	if (image->n < BRLYT_AT + 0x20 || memcmp(image->p + BRLYT_AT, "BRLYT\0\0\0", 8) != 0)
		return problem_set(problem, "boot header at 0x200", REMEDY,
				   "%s is not followed by a boot layout (BRLYT)", name);
	start = get_le32(image->p + BRLYT_AT + 0x0C);
	if (start < BRLYT_AT || start >= image->n)
		return problem_set(problem, "boot header at 0x20C", REMEDY,
				   "the preloader is said to start at 0x%x in 0x%zx bytes", start,
				   image->n);
	p->boot_header = start;
	*image = (struct slice){image->p + start, image->n - start};
	return 0;
}

static int read_file_info(struct preloader *p, struct slice image, struct problem *problem)
{
	const uint8_t *g = image.p;

	if (!is_gfh(image))
		return problem_set(
			problem, "start of file", REMEDY,
			"neither a GFH FILE_INFO header, a boot region nor DRAM settings");
	p->file_type = get_le16(g + 0x18);
	p->flash_dev = g[0x1A];
	p->sig_type = g[0x1B];
	p->load_addr = get_le32(g + 0x1C);
	p->file_len = get_le32(g + 0x20);
	p->max_size = get_le32(g + 0x24);
	p->content_offset = get_le32(g + 0x28);
	p->sig_len = get_le32(g + 0x2C);
	p->jump_offset = get_le32(g + 0x30);
	if (p->file_len < FILE_INFO_BYTES || p->file_len > image.n)
		return problem_set(problem, "GFH at +0x20", "copy the file again: it is cut short",
				   "the header says 0x%x bytes, 0x%zx are there", p->file_len,
				   image.n);
	if (p->content_offset < FILE_INFO_BYTES || p->content_offset > p->file_len)
		return problem_set(problem, "GFH at +0x28", REMEDY,
				   "the content is said to start at 0x%x of 0x%x",
				   p->content_offset, p->file_len);
	if (p->sig_len > p->file_len - p->content_offset)
		return problem_set(problem, "GFH at +0x2C", REMEDY,
				   "a signature of 0x%x bytes in 0x%x bytes behind the headers",
				   p->sig_len, p->file_len - p->content_offset);
	p->raw = (struct slice){g, p->file_len};
	return 0;
}

/* Signature kind 3 holds, behind a word of 1, the SHA-256 of all before it: a test without a key.
 */
static void check_hash(struct preloader *p)
{
	const uint8_t *signature = p->raw.p + p->raw.n - p->sig_len;
	uint8_t digest[32];
	unsigned n = 0;

	if (p->sig_type != SIGNATURE_HASH || p->sig_len < 36 || get_le32(signature) != 1)
		return;
	if (!EVP_Digest(p->raw.p, p->raw.n - p->sig_len, digest, &n, EVP_sha256(), NULL) || n != 32)
		return;
	p->hash = memcmp(digest, signature + 4, 32) == 0 ? PRELOADER_HASH_GOOD : PRELOADER_HASH_BAD;
}

int preloader_parse(struct preloader *p, struct slice image, struct problem *problem)
{
	struct slice blob;

	*p = (struct preloader){.layout = '?'};
	if (emi_is_blob(image))
		return emi_decode_bare(p, image, problem);
	if (skip_boot_header(p, &image, problem) != 0 || read_file_info(p, image, problem) != 0)
		return -1;
	check_hash(p);
	if (!emi_locate((struct slice){p->raw.p, p->raw.n - p->sig_len}, &blob))
		return 0;
	return emi_decode(p, blob, problem);
}
