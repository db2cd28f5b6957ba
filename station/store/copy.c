#include "station/store/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/evp.h>

#include "station/store/loaded.h"

#define PIECE	  (1u << 20)
#define PATH_ROOM 4400

static int failed(struct problem *problem, const char *where, const char *what)
{
	const char *remedy = errno == ENOSPC || errno == EDQUOT
				     ? "free space on the disk of state_dir"
				     : "check the path and the access rights";
	int error = errno;
	size_t n = strlen(where);

	/* The end of a long path says more than its beginning. */
	return problem_set(problem, n > 95 ? where + n - 95 : where, remedy, "%s: %s", what,
			   strerror(error));
}

static int write_all(int fd, const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return -1;
		bytes += done;
		n -= (size_t)done;
	}
	return 0;
}

struct pass {
	const struct copy *c;
	int from, to; /* `to` -1: only hash */
	const char *path;
	uint64_t bytes;
	EVP_MD_CTX *md;
	uint8_t *piece;
};

/* One pass over the file: hash, and write unless the content is shared already. */
static int read_through(struct pass *s, struct problem *problem)
{
	for (;;) {
		ssize_t n = read(s->from, s->piece, PIECE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(problem, s->path, "can't be read");
		if (n == 0)
			return 0;
		if (EVP_DigestUpdate(s->md, s->piece, (size_t)n) != 1)
			return problem_set(problem, s->path, "start again", "hashing failed");
		if (s->to >= 0 && write_all(s->to, s->piece, (size_t)n) != 0)
			return failed(problem, s->path, "can't be copied into the store");
		s->bytes += (uint64_t)n;
		if (s->c->progress && !s->c->progress(s->c->context, (uint64_t)n))
			return problem_set(problem, s->path, "start the import again", "stopped");
	}
}

static int hash_and_copy(struct pass *s, int temporary, char sha256[65], struct problem *problem)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	bool shared = ioctl(temporary, FICLONE, s->from) == 0;

	s->to = shared ? -1 : temporary;
	if (!s->md || !s->piece || EVP_DigestInit_ex(s->md, EVP_sha256(), NULL) != 1)
		return problem_set(problem, s->path, "free some memory", "out of memory");
	if (shared)
		s->from = temporary; /* hash what was cloned, whatever becomes of the source */
	if (read_through(s, problem) != 0)
		return -1;
	if (EVP_DigestFinal_ex(s->md, hash, NULL) != 1)
		return problem_set(problem, s->path, "start again", "hashing failed");
	hex_of(sha256, hash, 32);
	if (fchmod(temporary, 0444) != 0 || fsync(temporary) != 0)
		return failed(problem, s->path, "the copy can't be brought to disk");
	return 0;
}

/* Does the file in the store still hold what its name says? */
static bool is_intact(const char *path, const char *sha256)
{
	struct problem unreadable;
	struct mapped_file m;
	char hash[65];
	bool intact;

	if (mapped_file_open(&m, path, &unreadable) != 0)
		return false;
	intact = sha256_hex(hash, m.bytes) && strcmp(hash, sha256) == 0;
	mapped_file_close(&m);
	return intact;
}

/*
 * Give the finished copy its name, unless the content is known. What was changed in the store is
 * replaced: a new import is the way out of ST-034.
 */
static int enter_store(const char *store, const char *temporary, const char *sha256,
		       struct problem *problem)
{
	char path[PATH_ROOM];

	snprintf(path, sizeof path, "%s/%s", store, sha256);
	if (link(temporary, path) == 0)
		return 0;
	if (errno != EEXIST)
		return failed(problem, path, "can't be entered into the store");
	if (!is_intact(path, sha256) && rename(temporary, path) != 0)
		return failed(problem, path, "the damaged copy can't be replaced");
	return 0;
}

int copy_into_store(const struct copy *c, const char *path, char sha256[65], uint64_t *bytes,
		    struct problem *problem)
{
	char temporary[PATH_ROOM];
	struct pass s = {.c = c, .path = path, .from = -1};
	int source, to = -1, result = -1;

	snprintf(temporary, sizeof temporary, "%s/.new-XXXXXX", c->store);
	source = open(path, O_RDONLY | O_CLOEXEC);
	if (source < 0)
		return failed(problem, path, "can't be opened");
	to = mkostemp(temporary, O_CLOEXEC);
	if (to < 0) {
		failed(problem, c->store, "no file can be made there");
		close(source);
		return -1;
	}
	s.from = source;
	s.md = EVP_MD_CTX_new();
	s.piece = malloc(PIECE);
	if (hash_and_copy(&s, to, sha256, problem) == 0)
		result = enter_store(c->store, temporary, sha256, problem);
	*bytes = s.bytes;
	unlink(temporary);
	free(s.piece);
	EVP_MD_CTX_free(s.md);
	close(to);
	close(source);
	return result;
}

int copy_make_folder(const char *folder, struct problem *problem)
{
	char path[PATH_ROOM];

	snprintf(path, sizeof path, "%s", folder);
	for (char *slash = path + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		if (mkdir(path, 0755) != 0 && errno != EEXIST)
			return failed(problem, path, "can't be made");
	}
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		return failed(problem, path, "can't be made");
	return 0;
}

int copy_link(const char *store, const char *sha256, const char *folder, const char *name,
	      struct problem *problem)
{
	char from[PATH_ROOM], to[PATH_ROOM + 300];
	char *slash;

	snprintf(from, sizeof from, "%s/%s", store, sha256);
	snprintf(to, sizeof to, "%s/%s", folder, name);
	slash = strrchr(to, '/');
	*slash = '\0';
	if (copy_make_folder(to, problem) != 0)
		return -1;
	*slash = '/';
	if (link(from, to) != 0)
		return failed(problem, to, "can't be linked");
	return 0;
}

int copy_write(const char *folder, const char *name, const char *text, size_t n,
	       struct problem *problem)
{
	char path[PATH_ROOM];
	int fd, result = 0;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0444);
	if (fd < 0)
		return failed(problem, path, "can't be made");
	if (write_all(fd, (const uint8_t *)text, n) != 0 || fsync(fd) != 0)
		result = failed(problem, path, "can't be written");
	close(fd);
	return result;
}

int copy_sync_folder(const char *folder, struct problem *problem)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return failed(problem, folder, "can't be opened");
	result = fsync(fd) == 0 ? 0 : failed(problem, folder, "can't be brought to disk");
	close(fd);
	return result;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	remove(path);
	return 0;
}

void copy_remove(const char *folder)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
