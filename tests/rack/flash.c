#include "tests/rack/flash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/rack/nand.h"

#define KIB 1024ull
#define MIB (1024 * KIB)

int flash_parse_spec(const char *spec, enum storage_kind *kind, uint64_t *user_bytes,
		     struct problem *problem)
{
	static const char remedy[] = "write emmc:SIZE, ufs:SIZE or nand:SIZE, e.g. emmc:16G";
	const char *colon = strchr(spec, ':');
	char *end = NULL;
	uint64_t n, unit = 1;

	if (!colon)
		return problem_set(problem, "--storage", remedy, "\"%s\" has no size", spec);
	if (!strncasecmp(spec, "emmc:", 5))
		*kind = STORAGE_EMMC;
	else if (!strncasecmp(spec, "ufs:", 4))
		*kind = STORAGE_UFS;
	else if (!strncasecmp(spec, "nand:", 5))
		*kind = STORAGE_NAND;
	else
		return problem_set(problem, "--storage", remedy, "unknown storage in \"%s\"", spec);
	errno = 0;
	n = strtoull(colon + 1, &end, 0);
	if (end == colon + 1 || errno || colon[1] == '-')
		return problem_set(problem, "--storage", remedy, "\"%s\" is no size", colon + 1);
	switch (*end) {
	case 'k':
	case 'K':
		unit = KIB;
		break;
	case 'm':
	case 'M':
		unit = MIB;
		break;
	case 'g':
	case 'G':
		unit = 1024 * MIB;
		break;
	case '\0':
		break;
	default:
		return problem_set(problem, "--storage", remedy, "\"%s\" is no size", colon + 1);
	}
	if (*end && end[1] && strcasecmp(end + 1, "iB") != 0)
		return problem_set(problem, "--storage", remedy, "\"%s\" is no size", colon + 1);
	if (n > (UINT64_C(1) << 44) / unit || n * unit < 4 * MIB || n * unit % (128 * KIB))
		return problem_set(problem, "--storage", remedy,
				   "%s: a multiple of 128 KiB from 4 MiB to 16 TiB is needed",
				   colon + 1);
	*user_bytes = n * unit;
	return 0;
}

const char *flash_file_name(enum storage_kind kind, enum storage_region region)
{
	bool ufs = kind == STORAGE_UFS;

	if (kind == STORAGE_NAND)
		return region == REGION_USER ? "nand.img" : NULL;
	switch (region) {
	case REGION_BOOT1:
		return ufs ? "lu0.img" : "boot1.img";
	case REGION_BOOT2:
		return ufs ? "lu1.img" : "boot2.img";
	case REGION_RPMB:
		return ufs ? NULL : "rpmb.img";
	case REGION_USER:
		return ufs ? "lu2.img" : "user.img";
	case REGION_NONE:
	case REGION_BOOT12:
	case REGION_GP1:
	case REGION_GP2:
	case REGION_GP3:
	case REGION_GP4:
	case REGION_COUNT:
		break;
	}
	return NULL;
}

static uint64_t region_bytes(enum storage_kind kind, enum storage_region region, uint64_t user)
{
	if (region == REGION_USER)
		return user;
	if (region == REGION_RPMB)
		return kind == STORAGE_UFS ? 0 : 16 * MIB;
	return 4 * MIB;
}

static int open_region(struct flash_region *r, const char *path, struct problem *problem)
{
	static const char remedy[] = "use another --state directory, or the size it was made with";
	struct stat st;

	r->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (r->fd < 0 || fstat(r->fd, &st))
		return problem_set(problem, "storage file", "check the --state directory",
				   "%.150s: %s", path, strerror(errno));
	if (st.st_size == 0 && ftruncate(r->fd, (off_t)r->bytes))
		return problem_set(problem, "storage file", "make room in the --state directory",
				   "%.150s: %s", path, strerror(errno));
	if (st.st_size && (uint64_t)st.st_size != r->bytes)
		return problem_set(problem, "storage file", remedy,
				   "%.120s has %lld bytes, not %llu", path, (long long)st.st_size,
				   (unsigned long long)r->bytes);
	return 0;
}

int flash_open(struct flash *flash, const char *dir, enum storage_kind kind, uint64_t user_bytes,
	       struct problem *problem)
{
	memset(flash, 0, sizeof *flash);
	flash->kind = kind;
	flash->block = kind == STORAGE_UFS ? 4096 : 512;
	if (kind == STORAGE_NAND)
		flash_nand_init(flash, user_bytes);
	for (int i = 0; i < REGION_COUNT; i++)
		flash->regions[i].fd = -1;
	for (int i = 0; i < REGION_COUNT; i++) {
		const char *name = flash_file_name(kind, (enum storage_region)i);
		char path[4096];

		if (!name)
			continue;
		if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path)
			return problem_set(problem, "--state", "use a shorter path",
					   "the path is too long");
		flash->regions[i].bytes = region_bytes(kind, (enum storage_region)i, user_bytes);
		if (open_region(&flash->regions[i], path, problem))
			return -1;
	}
	return 0;
}

void flash_close(struct flash *flash)
{
	for (int i = 0; i < REGION_COUNT; i++) {
		if (flash->regions[i].fd >= 0)
			close(flash->regions[i].fd);
		flash->regions[i].fd = -1;
	}
}

enum storage_region flash_section(const struct flash *flash, uint32_t section)
{
	bool ufs = flash->kind == STORAGE_UFS;

	if (flash->kind ==
	    STORAGE_NAND) /* whole; "user" in the general numbers, in eMMC's (mtkclient) */
		return section == 0 || section == 0x22 || section == 8 ? REGION_USER : REGION_NONE;
	if (section == 1)
		return REGION_BOOT1;
	if (section == 2)
		return REGION_BOOT2;
	return section == (ufs ? 3u : 8u) ? REGION_USER : REGION_NONE;
}

static bool inside(const struct flash *flash, enum storage_region region, uint64_t at, uint64_t n)
{
	const struct flash_region *r = &flash->regions[region];

	return r->fd >= 0 && at <= r->bytes && n <= r->bytes - at;
}

int flash_write(struct flash *flash, enum storage_region region, uint64_t at, const void *bytes,
		size_t n)
{
	struct flash_region *r = &flash->regions[region];
	const uint8_t *p = bytes;

	if (flash->dead || !inside(flash, region, at, n) || flash_nand_touches_bad(flash, at, n))
		return -1;
	if (flash->keeps)
		return 0;
	for (size_t done = 0; done < n;) {
		ssize_t got = pwrite(r->fd, p + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) { /* no room on the machine: the unit sees a failing chip */
			fprintf(stderr, "flashrack-rack: storage file, write: %s; make room\n",
				strerror(errno));
			return -1;
		}
		done += (size_t)got;
	}
	r->written += n;
	flash->dirty = true;
	return 0;
}

int flash_read(const struct flash *flash, enum storage_region region, uint64_t at, void *bytes,
	       size_t n)
{
	uint8_t *p = bytes;

	if (!inside(flash, region, at, n))
		return -1;
	for (size_t done = 0; done < n;) {
		ssize_t got =
			pread(flash->regions[region].fd, p + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		done += (size_t)got;
	}
	return 0;
}

/* For file systems without holes: overwrite what holds data. */
static int write_zeros(int fd, uint64_t at, uint64_t n)
{
	static const uint8_t zeros[65536];
	uint64_t end = at + n;

	while (at < end) {
		off_t data = lseek(fd, (off_t)at, SEEK_DATA);
		size_t run = end - at < sizeof zeros ? (size_t)(end - at) : sizeof zeros;

		if (data < 0 && errno == ENXIO)
			return 0; /* only holes behind */
		if (data >= 0 && (uint64_t)data > at) {
			at = (uint64_t)data;
			continue;
		}
		if (pwrite(fd, zeros, run, (off_t)at) != (ssize_t)run)
			return -1;
		at += run;
	}
	return 0;
}

int flash_erase(struct flash *flash, enum storage_region region, uint64_t at, uint64_t n)
{
	struct flash_region *r = &flash->regions[region];

	if (flash->dead || !inside(flash, region, at, n) || flash_nand_touches_bad(flash, at, n))
		return -1;
	if (!n || flash->keeps)
		return 0;
	if (fallocate(r->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at, (off_t)n) &&
	    write_zeros(r->fd, at, n)) {
		fprintf(stderr,
			"flashrack-rack: storage file, erase: %s; use another file system\n",
			strerror(errno));
		return -1;
	}
	r->erased += n;
	flash->dirty = true;
	return 0;
}

struct storage_sizes flash_sizes(const struct flash *flash)
{
	struct storage_sizes sizes = {.kind = flash->kind, .block = flash->block};

	for (int i = 0; i < REGION_COUNT; i++)
		sizes.bytes[i] = flash->regions[i].fd >= 0 ? flash->regions[i].bytes : 0;
	return sizes;
}
