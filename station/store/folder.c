#include "station/store/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DA_TITLE   "MTK_DOWNLOAD_AGENT"
#define V6_WRAPPER "download_agent/flash.xml"

struct folder_file {
	char name[SCATTER_FILE_MAX];
	struct slice bytes;
	struct folder_file *next;
};

static int failed(struct problem *problem, const char *where, const char *what)
{
	return problem_set(problem, where, "check the path and the access rights", "%s: %s", what,
			   strerror(errno));
}

/* Maps the regular file behind `fd`, which stays the caller's. An empty file gives 0 bytes. */
static int map_fd(struct slice *bytes, int fd, const char *name, struct problem *problem)
{
	struct stat st;
	void *p;

	*bytes = (struct slice){(const uint8_t *)"", 0};
	if (fstat(fd, &st) != 0)
		return failed(problem, name, "can't be examined");
	if (!S_ISREG(st.st_mode))
		return problem_set(problem, name, "give a regular file",
				   "it is not a regular file");
	if (st.st_size == 0)
		return 0;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return failed(problem, name, "can't be mapped");
	*bytes = (struct slice){p, (size_t)st.st_size};
	return 0;
}

static void unmap(struct slice bytes)
{
	if (bytes.n > 0)
		munmap((void *)bytes.p, bytes.n);
}

/* Opens only what lies below the folder; kernels without openat2 refuse all symbolic links. */
static int open_below(int folder, const char *name)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
			       .resolve = RESOLVE_BENEATH};
	int fd = (int)syscall(SYS_openat2, folder, name, &how, sizeof how);

	if (fd < 0 && errno == ENOSYS)
		fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	return fd;
}

static struct folder_file *keep(struct folder *f, const char *name, struct slice bytes)
{
	struct folder_file *file = calloc(1, sizeof *file);

	if (!file)
		return NULL;
	snprintf(file->name, sizeof file->name, "%s", name);
	file->bytes = bytes;
	file->next = f->files;
	f->files = file;
	return file;
}

static bool find(void *context, const char *name, struct slice *bytes)
{
	struct folder *f = context;
	struct problem ignored;
	int fd, bad;

	for (const struct folder_file *file = f->files; file; file = file->next) {
		if (strcmp(file->name, name) == 0) {
			*bytes = file->bytes;
			return true;
		}
	}
	fd = open_below(f->fd, name);
	if (fd < 0)
		return false;
	bad = map_fd(bytes, fd, name, &ignored);
	close(fd);
	if (bad)
		return false;
	if (keep(f, name, *bytes))
		return true;
	unmap(*bytes);
	return false;
}

static const char *match(void *context, const char *pattern, size_t nth)
{
	const struct folder *f = context;

	for (size_t i = 0; i < f->name_count; i++) {
		if (fnmatch(pattern, f->names[i], 0) == 0 && nth-- == 0)
			return f->names[i];
	}
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(struct folder *f, const char *name)
{
	char **grown = f->names;

	if ((f->name_count & (f->name_count - 1)) == 0)
		grown = realloc(f->names,
				(f->name_count ? 2 * f->name_count : 1) * sizeof *f->names);
	if (!grown)
		return -1;
	f->names = grown;
	f->names[f->name_count] = strdup(name);
	if (!f->names[f->name_count])
		return -1;
	f->name_count++;
	return 0;
}

/* Names that don't fit a scatter's file_name can't be meant by one, and hidden files neither. */
static int scan(struct folder *f, struct problem *problem)
{
	int fd = dup(f->fd);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	int bad = 0;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return failed(problem, f->path, "the folder can't be listed");
	}
	rewinddir(dir);
	while (!bad && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.' && strlen(entry->d_name) < SCATTER_FILE_MAX)
			bad = add_name(f, entry->d_name);
	}
	closedir(dir);
	if (bad)
		return problem_set(problem, f->path, "free memory on the station", "out of memory");
	if (f->name_count > 0)
		qsort(f->names, f->name_count, sizeof *f->names, by_name);
	return 0;
}

static bool is_scatter_name(const char *name)
{
	return fnmatch("*[_-]Android_scatter*.txt", name, FNM_CASEFOLD) == 0 ||
	       fnmatch("*[_-]Android_scatter*.xml", name, FNM_CASEFOLD) == 0;
}

/* A build may hold its layout twice, as .txt and as .xml: no choice to make while they agree. */
static bool say_the_same(struct folder *f, const char *a, const char *b)
{
	const char *names[2] = {a, b};
	struct scatter s[2] = {{0}};
	bool same = true;

	for (size_t i = 0; i < 2; i++) {
		struct problem ignored;
		struct slice bytes;

		same = same && find(f, names[i], &bytes) &&
		       scatter_parse(&s[i], bytes, names[i], &ignored) == 0;
	}
	same = same && scatter_same(&s[0], &s[1]);
	scatter_free(&s[0]);
	scatter_free(&s[1]);
	return same;
}

static int pick_scatter(struct folder *f, const char *wanted, struct problem *problem)
{
	const char *found = NULL;
	struct slice bytes;

	if (wanted) {
		if (!find(f, wanted, &bytes))
			return problem_set(problem, f->path, "name a file in the folder",
					   "there is no scatter file %s", wanted);
		snprintf(f->scatter_name, sizeof f->scatter_name, "%s", wanted);
		return 0;
	}
	for (size_t i = 0; i < f->name_count; i++) {
		if (!is_scatter_name(f->names[i]))
			continue;
		if (found && say_the_same(f, found, f->names[i]))
			continue;
		if (found)
			return problem_set(problem, f->path, "choose one with --scatter NAME",
					   "several scatter files, among them %s and %s", found,
					   f->names[i]);
		found = f->names[i];
	}
	if (!found && find(f, V6_WRAPPER, &bytes))
		found = V6_WRAPPER; /* it names the scatter (packages.md 1.9) */
	if (!found)
		return problem_set(problem, f->path,
				   "give the folder that holds <CHIP>_Android_scatter.txt or .xml",
				   "there is no scatter file");
	snprintf(f->scatter_name, sizeof f->scatter_name, "%s", found);
	return 0;
}

static bool begins_as_agent(const struct folder *f, const char *name)
{
	char head[sizeof DA_TITLE - 1];
	struct stat st;
	bool is = false;
	int fd = open_below(f->fd, name);

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head)
		is = memcmp(head, DA_TITLE, sizeof head) == 0;
	close(fd);
	return is;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* An agent file elsewhere is lent under its own name, before a file of the folder of that name. */
static int take_da(struct folder *f, const char *path, struct problem *problem)
{
	struct mapped_file m = {{NULL, 0}};
	struct slice bytes;

	if (find(f, path, &bytes)) {
		snprintf(f->da_name, sizeof f->da_name, "%s", path);
		return 0;
	}
	if (mapped_file_open(&m, path, problem) != 0)
		return -1;
	snprintf(f->da_name, sizeof f->da_name, "%s", base_name(path));
	if (keep(f, f->da_name, m.bytes))
		return 0;
	mapped_file_close(&m);
	return problem_set(problem, path, "free memory on the station", "out of memory");
}

static int pick_da(struct folder *f, const char *wanted, struct problem *problem)
{
	if (wanted)
		return take_da(f, wanted, problem);
	for (size_t i = 0; i < f->name_count; i++) {
		if (!begins_as_agent(f, f->names[i]))
			continue;
		if (f->da_name[0])
			return problem_set(problem, f->path, "choose one with --da FILE",
					   "several agent files, among them %s and %s", f->da_name,
					   f->names[i]);
		snprintf(f->da_name, sizeof f->da_name, "%s", f->names[i]);
	}
	return 0;
}

/* Last part of the path; "." and the like are resolved, so that a package gets a real name. */
static void settle_name(struct folder *f)
{
	char *real = realpath(f->path, NULL);

	snprintf(f->name, sizeof f->name, "%.95s", base_name(real ? real : f->path));
	free(real);
}

int folder_open(struct folder *f, const char *path, const char *scatter, const char *da,
		struct problem *problem)
{
	*f = (struct folder){.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	if (f->fd < 0)
		return failed(problem, path, "the folder can't be opened");
	snprintf(f->path, sizeof f->path, "%s", path);
	settle_name(f);
	f->source = (struct package_source){f, find, match};
	if (scan(f, problem) == 0 && pick_scatter(f, scatter, problem) == 0 &&
	    pick_da(f, da, problem) == 0)
		return 0;
	folder_close(f);
	return -1;
}

void folder_close(struct folder *f)
{
	while (f->files) {
		struct folder_file *file = f->files;

		f->files = file->next;
		unmap(file->bytes);
		free(file);
	}
	for (size_t i = 0; i < f->name_count; i++)
		free(f->names[i]);
	free(f->names);
	if (f->fd >= 0)
		close(f->fd);
	*f = (struct folder){.fd = -1};
}

const char *folder_da(const struct folder *f)
{
	return f->da_name[0] ? f->da_name : NULL;
}

int mapped_file_open(struct mapped_file *m, const char *path, struct problem *problem)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int bad;

	if (fd < 0)
		return failed(problem, path, "the file can't be opened");
	bad = map_fd(&m->bytes, fd, path, problem);
	close(fd);
	return bad;
}

void mapped_file_close(struct mapped_file *m)
{
	unmap(m->bytes);
	m->bytes = (struct slice){NULL, 0};
}
