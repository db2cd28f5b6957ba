#include "station/streams/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "station/store/loaded.h"

#define SMALL_MAX (1u << 20)

static int hidden_path(char *to, const char *folder, const char *name)
{
	int n = snprintf(to, FILES_PATH_MAX, "%s/.%s.part", folder, name);

	return n > 0 && n < FILES_PATH_MAX ? 0 : ENAMETOOLONG;
}

static int plain_path(char *to, const char *folder, const char *name)
{
	int n = snprintf(to, FILES_PATH_MAX, "%s/%s", folder, name);

	return n > 0 && n < FILES_PATH_MAX ? 0 : ENAMETOOLONG;
}

static int write_all(int fd, const uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static int sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error;

	if (fd < 0)
		return errno;
	error = fsync(fd) == 0 ? 0 : errno;
	close(fd);
	return error;
}

int files_make_folder(const char *folder, int mode)
{
	char path[FILES_PATH_MAX];

	if (snprintf(path, sizeof path, "%s/", folder) >= (int)sizeof path)
		return ENAMETOOLONG;
	for (char *slash = path + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		if (mkdir(path, (mode_t)mode) == 0) {
			char *up = strrchr(path, '/'); /* its own name has to be on disk, too */

			if (up > path) {
				*up = '\0';
				(void)sync_folder(path);
				*up = '/';
			}
		} else if (errno != EEXIST) {
			return errno;
		}
	}
	return 0;
}

int file_out_open(struct file_out *f, const char *folder, const char *name, int mode)
{
	char path[FILES_PATH_MAX];
	int error;

	file_out_drop(f);
	if (strlen(folder) >= sizeof f->folder || strlen(name) >= sizeof f->name ||
	    hidden_path(path, folder, name) != 0)
		return ENAMETOOLONG;
	error = files_make_folder(folder, mode == 0600 ? 0700 : 0755);
	if (error)
		return error;
	f->md = EVP_MD_CTX_new();
	if (!f->md || EVP_DigestInit_ex(f->md, EVP_sha256(), NULL) != 1)
		return ENOMEM;
	snprintf(f->folder, sizeof f->folder, "%s", folder);
	snprintf(f->name, sizeof f->name, "%s", name);
	f->bytes = 0;
	f->any = f->mixed = false;
	f->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
	return f->fd < 0 ? errno : 0;
}

static void note_bytes(struct file_out *f, struct slice b)
{
	if (b.n == 0 || f->mixed)
		return;
	if (!f->any)
		f->byte = b.p[0];
	f->any = true;
	f->mixed = b.p[0] != f->byte || (b.n > 1 && memcmp(b.p, b.p + 1, b.n - 1) != 0);
}

int file_out_add(struct file_out *f, struct slice bytes)
{
	int error = write_all(f->fd, bytes.p, bytes.n);

	if (error)
		return error;
	note_bytes(f, bytes);
	f->bytes += bytes.n;
	return EVP_DigestUpdate(f->md, bytes.p, bytes.n) == 1 ? 0 : ENOMEM;
}

bool file_out_blank(const struct file_out *f)
{
	return !f->mixed && (!f->any || f->byte == 0x00 || f->byte == 0xFF);
}

int file_out_finish(struct file_out *f, char sha256[65])
{
	char hidden[FILES_PATH_MAX], path[FILES_PATH_MAX];
	uint8_t hash[EVP_MAX_MD_SIZE];
	int error;

	if (EVP_DigestFinal_ex(f->md, hash, NULL) != 1)
		return ENOMEM;
	hex_of(sha256, hash, 32);
	if (hidden_path(hidden, f->folder, f->name) != 0 ||
	    plain_path(path, f->folder, f->name) != 0)
		return ENAMETOOLONG;
	if (fsync(f->fd) != 0 || rename(hidden, path) != 0)
		return errno;
	error = sync_folder(f->folder);
	close(f->fd);
	f->fd = -1;
	EVP_MD_CTX_free(f->md);
	f->md = NULL;
	return error;
}

void file_out_drop(struct file_out *f)
{
	char path[FILES_PATH_MAX];

	EVP_MD_CTX_free(f->md);
	f->md = NULL;
	if (f->fd < 0)
		return;
	close(f->fd);
	f->fd = -1;
	if (hidden_path(path, f->folder, f->name) == 0)
		unlink(path);
}

int files_replace(const char *folder, const char *name, const char *text, int mode)
{
	char hidden[FILES_PATH_MAX], path[FILES_PATH_MAX];
	int fd, error;

	if (hidden_path(hidden, folder, name) != 0 || plain_path(path, folder, name) != 0)
		return ENAMETOOLONG;
	fd = open(hidden, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
	if (fd < 0)
		return errno;
	error = write_all(fd, (const uint8_t *)text, strlen(text));
	if (!error && fsync(fd) != 0)
		error = errno;
	close(fd);
	if (!error && rename(hidden, path) != 0)
		error = errno;
	if (error)
		unlink(hidden);
	return error ? error : sync_folder(folder);
}

char *files_read(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = f ? malloc(SMALL_MAX + 1) : NULL;
	size_t n;

	if (!text) {
		if (f)
			fclose(f);
		return NULL;
	}
	n = fread(text, 1, SMALL_MAX + 1, f);
	if (ferror(f) || n > SMALL_MAX) {
		free(text);
		text = NULL;
	} else {
		text[n] = '\0';
	}
	fclose(f);
	return text;
}

bool files_room(const char *folder, uint64_t *bytes)
{
	struct statvfs v;

	if (statvfs(folder, &v) != 0)
		return false;
	*bytes = (uint64_t)v.f_bavail * v.f_frsize;
	return true;
}

void files_safe_name(char *to, size_t size, const char *name)
{
	size_t i = 0;

	for (; name[i] && i + 1 < size; i++) {
		bool fine = (name[i] >= 'a' && name[i] <= 'z') ||
			    (name[i] >= 'A' && name[i] <= 'Z') ||
			    (name[i] >= '0' && name[i] <= '9') || name[i] == '_' ||
			    name[i] == '+' || name[i] == '-' || (name[i] == '.' && i > 0);

		to[i] = name[i];
		if (!fine)
			to[i] = '_';
	}
	to[i] = '\0';
}
