#include "station/store/import.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "station/store/copy.h"
#include "station/store/folder.h"
#include "station/store/loaded.h"

#define KEEP_FREE (64ull << 20) /* bytes of disk that an import leaves to the ledger */

struct members {
	size_t count;
	char (*names)[SCATTER_FILE_MAX];
	char scatter[SCATTER_FILE_MAX], da[SCATTER_FILE_MAX];
};

static int no_memory(struct import *i)
{
	return problem_set(&i->problem, "import", "free some memory", "out of memory");
}

/* Which files of the folder belong to the package. */
static int collect(struct import *i, const struct package *p, const struct folder *f,
		   struct members *m)
{
	size_t n = 0;

	while (package_member(p, n))
		n++;
	m->names = calloc(n + 1, sizeof *m->names);
	if (!m->names)
		return no_memory(i);
	for (; m->count < n; m->count++)
		snprintf(m->names[m->count], sizeof m->names[0], "%s", package_member(p, m->count));
	snprintf(m->scatter, sizeof m->scatter, "%s", f->scatter_name);
	snprintf(m->da, sizeof m->da, "%s", p->has_da ? p->da_name : "");
	return 0;
}

static int find_members(struct import *i, struct members *m)
{
	struct folder f;
	struct package p;
	int result;

	if (folder_open(&f, i->source, NULL, NULL, &i->problem) != 0)
		return -1;
	result = package_open(&p, f.name, f.scatter_name, folder_da(&f), &f.source, &i->problem);
	if (result == 0) {
		snprintf(i->manifest.name, sizeof i->manifest.name, "%s", f.name);
		result = collect(i, &p, &f, m);
		package_close(&p);
	}
	folder_close(&f);
	return result;
}

static bool copied(void *context, uint64_t bytes)
{
	struct import *i = context;

	atomic_fetch_add(&i->bytes_done, bytes);
	return !atomic_load(i->stop);
}

static int check_room(struct import *i, const struct members *m)
{
	char path[STORE_PATH_MAX + SCATTER_FILE_MAX];
	struct statvfs fs;
	struct stat st;
	uint64_t total = 0, room;

	for (size_t n = 0; n < m->count; n++) {
		snprintf(path, sizeof path, "%s/%s", i->source, m->names[n]);
		if (stat(path, &st) == 0)
			total += (uint64_t)st.st_size;
	}
	atomic_store(&i->bytes_total, 2 * total); /* copied, then hashed from the copy */
	if (statvfs(i->store, &fs) != 0)
		return 0;
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (room >= total + KEEP_FREE)
		return 0;
	return problem_set(&i->problem, "state_dir", "free space on the disk of state_dir",
			   "ST-070: %llu MiB are needed, %llu MiB are free",
			   (unsigned long long)((total + KEEP_FREE) >> 20),
			   (unsigned long long)(room >> 20));
}

static int copy_members(struct import *i, const struct members *m, const char *folder)
{
	struct copy c = {.store = i->store, .progress = copied, .context = i};
	char path[STORE_PATH_MAX + SCATTER_FILE_MAX];

	i->manifest.files = calloc(m->count + 1, sizeof *i->manifest.files);
	if (!i->manifest.files)
		return no_memory(i);
	for (size_t n = 0; n < m->count; n++) {
		struct manifest_file *file = &i->manifest.files[n];

		snprintf(file->name, sizeof file->name, "%s", m->names[n]);
		snprintf(path, sizeof path, "%s/%s", i->source, file->name);
		if (copy_into_store(&c, path, file->sha256, &file->bytes, &i->problem) != 0 ||
		    copy_link(i->store, file->sha256, folder, file->name, &i->problem) != 0)
			return -1;
		i->manifest.bytes += file->bytes;
		i->manifest.file_count++;
	}
	return copy_sync_folder(i->store, &i->problem);
}

static bool hashed(void *context, uint64_t done, uint64_t total)
{
	struct import *i = context;

	atomic_store(&i->bytes_done, total + done);
	atomic_store(&i->bytes_total, 2 * total);
	return !atomic_load(i->stop);
}

/* The copies as they lie in the store must have the hashes they were entered by. */
static int compare_hashes(struct import *i, const struct loaded_package *l)
{
	const struct package *p = &l->package;

	for (size_t n = 0; n < p->file_count; n++)
		for (size_t k = 0; k < i->manifest.file_count; k++) {
			const struct manifest_file *file = &i->manifest.files[k];

			if (strcmp(file->name, p->files[n].name) == 0 &&
			    strcmp(file->sha256, loaded_package_sha256(l, n)) != 0)
				return problem_set(&i->problem, file->name,
						   "check the disk of state_dir",
						   "its copy in the store reads back different");
		}
	return 0;
}

static void take_facts(struct manifest *m, const struct package *p)
{
	const struct finding *refusal = package_first_refusal(p);

	snprintf(m->id, sizeof m->id, "%s", p->id);
	snprintf(m->platform, sizeof m->platform, "%s", p->scatter.platform);
	snprintf(m->project, sizeof m->project, "%s", p->scatter.project);
	m->refused = p->refused;
	if (refusal)
		snprintf(m->problem, sizeof m->problem, "ST-%03u %s%s%s; %s", refusal->station_code,
			 refusal->item, refusal->item[0] ? ": " : "", refusal->text,
			 refusal->remedy);
}

static int check_copies(struct import *i, const struct members *m, const char *folder)
{
	struct loaded_source from = {
		.folder = folder,
		.scatter = m->scatter,
		.da = m->da[0] ? m->da : NULL,
		.rules = i->rules,
	};
	struct loaded_package *l = loaded_package_open(&from, hashed, i, &i->problem);
	int result;

	if (!l)
		return -1;
	result = compare_hashes(i, l);
	take_facts(&i->manifest, &l->package);
	i->manifest.findings_json = manifest_print_findings(&l->package);
	loaded_package_close(l);
	if (result == 0 && !i->manifest.findings_json)
		result = no_memory(i);
	return result;
}

static int write_manifest(struct import *i, const char *folder)
{
	char *text = manifest_print(&i->manifest);
	int result;

	if (!text)
		return no_memory(i);
	result = copy_write(folder, "manifest.json", text, strlen(text), &i->problem);
	free(text);
	return result == 0 ? copy_sync_folder(folder, &i->problem) : -1;
}

/* Do both folders hold the same contents of the store? They are links to them. */
static bool same_contents(const struct import *i, const char *a, const char *b)
{
	char path[STORE_PATH_MAX + 80 + SCATTER_FILE_MAX];
	struct stat st[2];

	for (size_t n = 0; n < i->manifest.file_count; n++) {
		snprintf(path, sizeof path, "%s/%s", a, i->manifest.files[n].name);
		if (stat(path, &st[0]) != 0)
			return false;
		snprintf(path, sizeof path, "%s/%s", b, i->manifest.files[n].name);
		if (stat(path, &st[1]) != 0 || st[0].st_ino != st[1].st_ino)
			return false;
	}
	return true;
}

/*
 * Give the folder its name. A package that is there already is the same by its id; if its files
 * were changed since, the new folder takes its place.
 */
static int name_folder(struct import *i, const char *folder)
{
	char path[STORE_PATH_MAX + 80];
	struct stat st;
	int bad;

	snprintf(path, sizeof path, "%s/%s", i->packages, i->manifest.id);
	i->known = stat(path, &st) == 0;
	if (i->known && same_contents(i, path, folder)) {
		copy_remove(folder);
		return 0;
	}
	bad = renameat2(AT_FDCWD, folder, AT_FDCWD, path, i->known ? RENAME_EXCHANGE : 0);
	if (bad)
		return problem_set(&i->problem, path, "check the rights on state_dir",
				   "the package can not be given its name");
	if (i->known)
		copy_remove(folder);
	return copy_sync_folder(i->packages, &i->problem);
}

static int import_into(struct import *i, const struct members *m, const char *folder)
{
	snprintf(i->manifest.scatter, sizeof i->manifest.scatter, "%s", m->scatter);
	snprintf(i->manifest.da, sizeof i->manifest.da, "%s", m->da);
	snprintf(i->manifest.source, sizeof i->manifest.source, "%.500s", i->source);
	if (check_room(i, m) != 0 || copy_make_folder(folder, &i->problem) != 0 ||
	    copy_members(i, m, folder) != 0 || check_copies(i, m, folder) != 0 ||
	    write_manifest(i, folder) != 0)
		return -1;
	return name_folder(i, folder);
}

void import_run(struct import *i)
{
	struct members m = {.count = 0};
	char folder[STORE_PATH_MAX + 80];

	snprintf(folder, sizeof folder, "%s/.import-%llu", i->packages,
		 (unsigned long long)i->number);
	i->good = find_members(i, &m) == 0 && import_into(i, &m, folder) == 0;
	if (!i->good) {
		copy_remove(folder);
		manifest_free(&i->manifest);
	}
	free(m.names);
}
