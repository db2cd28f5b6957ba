#include "tests/sample/region.h"

#include "tests/sample/report.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int map(struct region *r)
{
	struct stat st;

	if (fstat(r->fd, &st))
		return report("storage", r->path, strerror(errno), "make it readable");
	r->bytes = (uint64_t)st.st_size;
	if (!r->bytes)
		return 0;
	/* Private: blocks of NAND are put in their places, which the file must not see. */
	r->at = mmap(NULL, r->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, r->fd, 0);
	if (r->at == MAP_FAILED) {
		r->at = NULL;
		return report("storage", r->path, strerror(errno), "close other programs");
	}
	return 0;
}

int region_open(struct region *r, const char *dir, const char *name)
{
	*r = (struct region){.fd = -1};
	if ((size_t)snprintf(r->path, sizeof r->path, "%s/%s", dir, name) >= sizeof r->path)
		return report("storage", dir, "path too long", "use a shorter folder name");
	r->fd = open(r->path, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0)
		return report("storage", r->path, strerror(errno), "name an existing folder");
	if (map(r)) {
		close(r->fd);
		return -1;
	}
	return 0;
}

void region_close(struct region *r)
{
	if (r->at)
		munmap((void *)r->at, r->bytes);
	if (r->fd >= 0)
		close(r->fd);
}

static uint64_t nonzero_in(const uint8_t *at, uint64_t from, uint64_t to)
{
	static const uint8_t zeros[65536];

	while (from < to) {
		uint64_t n = to - from < sizeof zeros ? to - from : sizeof zeros;

		if (memcmp(at + from, zeros, n))
			break;
		from += n;
	}
	while (from < to && !at[from])
		from++;
	return from;
}

uint64_t region_first_nonzero(const struct region *r, uint64_t from, uint64_t to)
{
	if (r->patched)
		return nonzero_in(r->at, from, to);
	while (from < to) {
		off_t data = lseek(r->fd, (off_t)from, SEEK_DATA);
		off_t hole = data < 0 ? data : lseek(r->fd, data, SEEK_HOLE);
		uint64_t end, found;

		if (data < 0 || (uint64_t)data >= to)
			return to; /* a hole up to the end */
		end = hole < 0 || (uint64_t)hole > to ? to : (uint64_t)hole;
		found = nonzero_in(r->at, (uint64_t)data, end);
		if (found < end)
			return found;
		from = end;
	}
	return to;
}

enum region_storage region_dir_storage(const char *dir)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/lu2.img", dir);
	if (!access(path, F_OK))
		return REGIONS_UFS;
	snprintf(path, sizeof path, "%s/nand.img", dir);
	return access(path, F_OK) ? REGIONS_EMMC : REGIONS_NAND;
}

/* ---- NAND ---- */

/* The number behind `"key":`, looked for from `text` on; UINT32_MAX: there is none. */
static uint32_t number_after(const char *text, const char *key)
{
	const char *at = text ? strstr(text, key) : NULL;

	at = at ? strchr(at + strlen(key), ':') : NULL;
	return at ? (uint32_t)strtoul(at + 1, NULL, 10) : UINT32_MAX;
}

static char *read_state(const char *dir)
{
	struct region file;
	char *text = NULL;

	if (region_open(&file, dir, "device.json"))
		return NULL;
	if (file.bytes && (text = calloc(1, file.bytes + 1)))
		memcpy(text, file.at, file.bytes);
	region_close(&file);
	return text;
}

static int put_block(struct region *r, const uint64_t pair[2], uint64_t block)
{
	if ((pair[0] + 1) * block > r->bytes || (pair[1] + 1) * block > r->bytes)
		return report("storage", r->path, "device.json replaces blocks outside of it",
			      "name the state folder of one device");
	memcpy((uint8_t *)r->at + pair[0] * block, r->at + pair[1] * block, block);
	r->patched = true;
	return 0;
}

/* `map` is "[[bad, place], ...]". */
static int put_in_place(struct region *r, const char *map, uint64_t block)
{
	uint64_t pair[2] = {0, 0};
	unsigned depth = 0, count = 0;

	do {
		if (isdigit((unsigned char)*map)) {
			char *after;

			pair[count++ & 1] = strtoull(map, &after, 10);
			map = after;
			continue;
		}
		depth += *map == '[';
		depth -= *map == ']';
		if (*map == ']' && count == 2 && put_block(r, pair, block))
			return -1;
		if (*map == ']')
			count = 0;
		map++;
	} while (*map && depth);
	return 0;
}

/* The object "nand" of device.json; the kind of storage is spelled the same. */
static const char *find_nand(const char *text)
{
	static const char key[] = "\"nand\":";
	const char *at = text ? strstr(text, key) : NULL;

	return at ? at + sizeof key - 1 : NULL;
}

int region_open_nand(struct region *r, const char *dir, uint32_t *page)
{
	char *text = read_state(dir);
	const char *nand = find_nand(text), *map = nand ? strstr(nand, "\"map\":") : NULL;
	uint32_t pages = number_after(nand, "\"pages_per_block\"");
	int bad;

	*page = number_after(nand, "\"page\"");
	if (!map || !strchr(map, '[') || *page == UINT32_MAX || pages == UINT32_MAX) {
		free(text);
		return report("storage", dir, "device.json tells no NAND geometry",
			      "name the state folder of a NAND device");
	}
	bad = region_open(r, dir, "nand.img");
	if (!bad && put_in_place(r, strchr(map, '['), (uint64_t)*page * pages)) {
		region_close(r);
		bad = -1;
	}
	free(text);
	return bad;
}
