/*
 * folder: a firmware folder on disk, its files mapped read-only and lent to the package parser.
 *
 * The scatter file and the agent file are found here: a scatter is *_Android_scatter*.txt or .xml,
 * an agent file begins with MTK_DOWNLOAD_AGENT. When there is more than one, the caller must name
 * it. Files are mapped when they are first asked for; all stay mapped until folder_close().
 *
 * Names may lead into subfolders but never out of the folder, not by symbolic links either. A
 * folder must not change while it is open: a file cut short under a mapping ends the program.
 */
#ifndef STATION_STORE_FOLDER_H
#define STATION_STORE_FOLDER_H

#include <stddef.h>

#include "engine/base/problem.h"
#include "engine/base/slice.h"
#include "engine/format/scatter.h"
#include "engine/package/package.h"

struct folder_file; /* one mapped file */

struct folder {
	int fd; /* of the folder */
	char path[512];
	char name[96]; /* last part of the path */
	size_t name_count;
	char **names; /* owned, sorted: regular files in the folder itself */
	struct folder_file *files;
	char scatter_name[SCATTER_FILE_MAX];
	char da_name[SCATTER_FILE_MAX]; /* "" when the folder has none */
	struct package_source source;	/* refers to this struct: it must not move while open */
};

/*
 * `scatter` (a name in the folder) and `da` (a name in the folder, or the path of a file elsewhere)
 * may be NULL. Returns 0, or -1 with `problem` filled and nothing left open.
 */
int folder_open(struct folder *f, const char *path, const char *scatter, const char *da,
		struct problem *problem);
void folder_close(struct folder *f);

/* The agent file's name as package_open() takes it: NULL when there is none. */
const char *folder_da(const struct folder *f);

/* One file of its own, mapped. */
struct mapped_file {
	struct slice bytes;
};

int mapped_file_open(struct mapped_file *m, const char *path, struct problem *problem);
void mapped_file_close(struct mapped_file *m);

#endif
