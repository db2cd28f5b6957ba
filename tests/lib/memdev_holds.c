/* memdev_holds: the storage against the package, byte for byte, from the layout in pack.c. */
#include "tests/lib/memdev.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/lib/pack.h"

static bool same(const uint8_t *found, const uint8_t *due, size_t n, const char *what,
		 char why[128])
{
	for (size_t i = 0; i < n; i++)
		if (found[i] != due[i]) {
			snprintf(why, 128, "%s differs at 0x%zx: %02X, not %02X", what, i, found[i],
				 due[i]);
			return false;
		}
	return true;
}

static bool all(const uint8_t *found, uint8_t due, size_t n, const char *what, char why[128])
{
	for (size_t i = 0; i < n; i++)
		if (found[i] != due) {
			snprintf(why, 128, "%s is touched at 0x%zx: %02X", what, i, found[i]);
			return false;
		}
	return true;
}

/* pack.c's sparse image: raw 3, skip 2, fill 1, skip 1, raw 9 blocks; the rest is erased. */
static bool sparse_there(const uint8_t *p, size_t room, struct slice file, char why[128])
{
	const size_t b = 4096;
	const uint8_t *first = file.p + 28 + 12, *last = file.p + file.n - 9 * b;
	uint8_t fill[4];

	put_le32(fill, 0x11223344);
	for (size_t i = 0; i < b; i += 4)
		if (!same(p + 5 * b + i, fill, 4, "system (fill)", why))
			return false;
	return same(p, first, 3 * b, "system", why) &&
	       all(p + 3 * b, 0, 2 * b, "system (hole)", why) &&
	       all(p + 6 * b, 0, b, "system (hole)", why) &&
	       same(p + 7 * b, last, 9 * b, "system (end)", why) &&
	       all(p + 16 * b, 0, room - 16 * b, "system (behind)", why);
}

static bool preloader_there(struct memdev *d, int region, struct slice file, char why[128])
{
	const uint8_t *boot = memdev_region(d, region);
	uint32_t start = d->options.ufs ? 0x1000 : 0x800;

	if (memcmp(file.p, "MMM\x01", 4))
		start = 0; /* the file has the device header already */
	else if (memcmp(boot + 0x200, "BRLYT", 6) || get_le32(boot + 0x20C) != start) {
		snprintf(why, 128, "boot region %d has no device header", region);
		return false;
	}
	return same(boot + start, file.p, file.n, "preloader", why) &&
	       all(boot + start + file.n, 0xE5, MEMDEV_BOOT - start - file.n, "behind preloader",
		   why);
}

static bool nvram_there(struct memdev *d, const uint8_t *p, char why[128])
{
	for (size_t i = 0; i < MEMDEV_NVRAM_BYTES; i++)
		if (p[i] != memdev_nvram_byte(d, i)) {
			snprintf(why, 128, "nvram differs at 0x%zx: %02X, not %02X", i, p[i],
				 memdev_nvram_byte(d, i));
			return false;
		}
	return true;
}

bool memdev_holds(struct memdev *d, const struct pack *pack, char why[128])
{
	const uint8_t *user = memdev_region(d, 2);
	struct slice lk = pack_file(pack, "lk.img"), boot = pack_file(pack, "boot.img");
	struct slice data = pack_file(pack, "userdata.img");
	struct slice preloader = pack_file(pack, "preloader_test.bin");
	size_t nvram_at = pack->options.swapped ? 0x18000 : 0x8000;
	size_t lk_at = pack->options.swapped ? 0x8000 : 0x18000;
	/* A new layout puts lk where nvram was: what lay there stays behind it. */
	uint8_t due = d->formatted ? 0 : 0xE5;
	bool behind_lk = pack->options.swapped && !d->formatted;

	return preloader_there(d, 0, preloader, why) && preloader_there(d, 1, preloader, why) &&
	       nvram_there(d, user + nvram_at, why) && same(user + lk_at, lk.p, lk.n, "lk", why) &&
	       (behind_lk || all(user + lk_at + lk.n, due, 0x10000 - lk.n, "behind lk", why)) &&
	       same(user + 0x28000, boot.p, boot.n, "boot", why) &&
	       all(user + 0x28000 + boot.n, due, 0x40000 - boot.n, "behind boot", why) &&
	       sparse_there(user + 0x68000, 0x80000, pack_file(pack, "system.img"), why) &&
	       same(user + 0xE8000, data.p, data.n, "userdata", why) &&
	       all(user + 0xE8000 + data.n, due, 0x100000 - data.n, "behind userdata", why) &&
	       all(user + 0x1E8000, due, MEMDEV_USER - 0x8000 - 0x1E8000, "the tail", why);
}
