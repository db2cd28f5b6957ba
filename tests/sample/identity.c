/*
 * Hashes of a device's identity partitions, for comparing before with after: a line that flashes
 * firmware must leave every one of them alone (packages.md 1.8, 6).
 */
#include "tests/sample/verify.h"

#include "tests/sample/layout_in.h"
#include "tests/sample/region.h"
#include "tests/sample/report.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"nvram",	"nvdata",    "nvcfg",	 "protect1", "protect2",
				    "proinfo",	"persist",   "seccfg",	 "frp",	     "sec1",
				    "pro_info", "protect_f", "protect_s"};

static bool is_identity(const char *name)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcasecmp(names[i], name))
			return true;
	return false;
}

static int print_hash(const struct region *user, const struct layout_part *p)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	if (p->start > user->bytes || p->size > user->bytes - p->start)
		return report("identity", p->name, "reaches behind the device's storage",
			      "give the device enough storage for the package's layout");
	if (!EVP_Digest(user->at + p->start, p->size, digest, &length, EVP_sha256(), NULL))
		return report("identity", p->name, "SHA-256 failed", "check libcrypto");
	for (unsigned i = 0; i < length; i++)
		printf("%02x", digest[i]);
	printf("  %s\n", p->name);
	return 0;
}

int verify_identity(const char *package, const char *device)
{
	static const char *const files[] = {"user.img", "lu2.img", "nand.img"};
	enum region_storage storage = region_dir_storage(device);
	struct layout *l = calloc(1, sizeof *l);
	struct region user;
	uint32_t page;
	int bad = -1;

	if (!l)
		return report("identity", device, "no memory", "close other programs");
	if (!layout_read(l, package, storage) &&
	    !(storage == REGIONS_NAND ? region_open_nand(&user, device, &page)
				      : region_open(&user, device, files[storage]))) {
		bad = 0;
		for (size_t i = 0; i < l->count && !bad; i++)
			if (is_identity(l->parts[i].name))
				bad = print_hash(&user, &l->parts[i]);
		region_close(&user);
	}
	free(l);
	return bad;
}
