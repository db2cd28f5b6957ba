#include "tests/sample/region.h"

#include "tests/sample/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
	r->at = mmap(NULL, r->bytes, PROT_READ, MAP_SHARED, r->fd, 0);
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
