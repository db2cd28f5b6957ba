#include "station/store/store.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "station/log.h"
#include "station/store/copy.h"

struct import_job {
	uv_work_t work;
	struct import import;
	struct store *store;
	struct stored_package *package;
	store_imported *done;
	void *context;
};

struct load_job {
	uv_work_t work;
	struct store *store;
	char folder[STORE_PATH_MAX + 80];
	char scatter[SCATTER_FILE_MAX], da[SCATTER_FILE_MAX], da_beside[STORE_PATH_MAX], id[65];
	char own_da[SCATTER_FILE_MAX]; /* the package's */
	const struct package_rules *rules;
	struct manifest_file *files; /* as they were imported; a copy, owned */
	size_t file_count;
	struct loaded_package *loaded;
	struct problem problem;
	store_loaded *done;
	void *context;
};

const char *stored_state_name(enum stored_state state)
{
	static const char *const names[] = {"importing", "ready", "refused", "failed"};

	return names[state];
}

static void touch(struct store *s, struct stored_package *p)
{
	p->version = s->touch(s->context);
}

static struct stored_package *add_entry(struct store *s, enum stored_state state)
{
	struct stored_package *p;

	if (s->count == STORE_PACKAGES_MAX)
		return NULL;
	p = calloc(1, sizeof *p);
	if (!p)
		return NULL;
	p->state = state;
	s->list[s->count++] = p;
	return p;
}

static void drop_entry(struct store *s, struct stored_package *p)
{
	size_t i = 0;

	while (s->list[i] != p)
		i++;
	memmove(&s->list[i], &s->list[i + 1], (s->count - i - 1) * sizeof(struct stored_package *));
	s->count--;
	manifest_free(&p->manifest);
	free(p);
}

static void show_manifest(struct stored_package *p)
{
	p->state = p->manifest.refused ? STORED_REFUSED : STORED_READY;
	p->bytes = p->bytes_done = p->manifest.bytes;
	snprintf(p->why, sizeof p->why, "%s", p->manifest.problem);
}

/* ---- what is there at start ---- */

static void read_stored(struct store *s, const char *id)
{
	char file[STORE_PATH_MAX + 300];
	struct stored_package *p = add_entry(s, STORED_FAILED);
	struct problem problem;

	if (!p) {
		log_line(LOG_WARNING, "package %s: more than %d packages in the store", id,
			 STORE_PACKAGES_MAX);
		return;
	}
	snprintf(file, sizeof file, "%s/%.80s/manifest.json", s->packages, id);
	if (manifest_read(&p->manifest, file, &problem) == 0 && strcmp(p->manifest.id, id) == 0) {
		show_manifest(p);
		return;
	}
	if (p->manifest.id[0])
		problem_set(&problem, "id", "import it again",
			    "the manifest is of another package");
	snprintf(p->manifest.id, sizeof p->manifest.id, "%.64s", id);
	snprintf(p->manifest.name, sizeof p->manifest.name, "%.64s", id);
	snprintf(p->why, sizeof p->why, "manifest.json, %s: %s; %s", problem.where, problem.why,
		 problem.remedy);
	log_line(LOG_WARNING, "package %s: %s", id, p->why);
}

static int read_packages(struct store *s, struct problem *problem)
{
	char path[STORE_PATH_MAX + 300];
	struct dirent **entries = NULL;
	int n = scandir(s->packages, &entries, NULL, alphasort);

	if (n < 0)
		return problem_set(problem, "state_dir", "check the rights on its folder packages",
				   "its packages can not be listed");
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		snprintf(path, sizeof path, "%s/%s", s->packages, name);
		if (strncmp(name, ".import-", 8) == 0)
			copy_remove(path);
		else if (name[0] != '.')
			read_stored(s, name);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

int store_open(struct store *s, uv_loop_t *loop, const char *state_dir, struct problem *problem)
{
	s->loop = loop;
	atomic_init(&s->stop, false);
	snprintf(s->contents, sizeof s->contents, "%.4000s/store", state_dir);
	snprintf(s->packages, sizeof s->packages, "%.4000s/packages", state_dir);
	if (copy_make_folder(s->contents, problem) != 0 ||
	    copy_make_folder(s->packages, problem) != 0)
		return -1;
	return read_packages(s, problem);
}

void store_stop(struct store *s)
{
	atomic_store(&s->stop, true);
}

void store_free(struct store *s)
{
	while (s->count > 0)
		drop_entry(s, s->list[s->count - 1]);
}

struct stored_package *store_find(struct store *s, const char *what)
{
	size_t n = strlen(what);
	struct stored_package *found = NULL;
	unsigned prefixes = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct stored_package *p = s->list[i];

		if (strcmp(p->manifest.id, what) == 0)
			return p;
		if (n >= 8 && strncmp(p->manifest.id, what, n) == 0) {
			found = p;
			prefixes++;
		}
	}
	if (prefixes == 1)
		return found;
	for (size_t i = s->count; i-- > 0;)
		if (strcmp(s->list[i]->manifest.name, what) == 0 &&
		    s->list[i]->state != STORED_IMPORTING)
			return s->list[i];
	return NULL;
}

/* ---- import ---- */

static void import_work(uv_work_t *work)
{
	struct import_job *job = work->data;

	import_run(&job->import);
}

/* The same package imported again replaces its old entry. */
static void drop_twin(struct store *s, const struct stored_package *p)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i] != p && strcmp(s->list[i]->manifest.id, p->manifest.id) == 0) {
			drop_entry(s, s->list[i]);
			return;
		}
}

static void import_over(uv_work_t *work, int status)
{
	struct import_job *job = work->data;
	struct store *s = job->store;
	struct stored_package *p = job->package;
	const struct problem *problem = NULL;

	(void)status;
	s->jobs--;
	p->import = NULL;
	if (job->import.good) {
		manifest_free(&p->manifest);
		p->manifest = job->import.manifest;
		show_manifest(p);
		drop_twin(s, p);
	} else {
		problem = &job->import.problem;
		p->state = STORED_FAILED;
		snprintf(p->why, sizeof p->why, "%s: %s; %s", problem->where, problem->why,
			 problem->remedy);
	}
	touch(s, p);
	job->done(job->context, problem ? NULL : p, problem);
	free(job);
}

int store_import(struct store *s, const char *folder, store_imported *done, void *context,
		 struct problem *problem)
{
	struct import_job *job = calloc(1, sizeof *job);
	struct stored_package *p = job ? add_entry(s, STORED_IMPORTING) : NULL;
	const char *name;
	size_t n = strlen(folder);

	if (!p || n >= sizeof job->import.source) {
		free(job);
		if (p)
			drop_entry(s, p);
		return problem_set(problem, "packages",
				   "remove old packages, or use a shorter path",
				   "a station keeps at most %d packages", STORE_PACKAGES_MAX);
	}
	while (n > 1 && folder[n - 1] == '/')
		n--;
	snprintf(job->import.source, sizeof job->import.source, "%.*s", (int)n, folder);
	name = strrchr(job->import.source, '/');
	snprintf(p->manifest.name, sizeof p->manifest.name, "%.90s", name ? name + 1 : folder);
	snprintf(p->manifest.source, sizeof p->manifest.source, "%.500s", folder);
	job->import.store = s->contents;
	job->import.packages = s->packages;
	job->import.rules = s->rules;
	job->import.stop = &s->stop;
	job->import.number = ++s->imports;
	job->store = s;
	job->package = p;
	job->done = done;
	job->context = context;
	job->work.data = job;
	p->import = &job->import;
	touch(s, p);
	s->jobs++;
	uv_queue_work(s->loop, &job->work, import_work, import_over);
	return 0;
}

void store_tick(struct store *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct stored_package *p = s->list[i];
		uint64_t done;

		if (!p->import)
			continue;
		done = atomic_load(&p->import->bytes_done);
		p->bytes = atomic_load(&p->import->bytes_total);
		if (done == p->bytes_done)
			continue;
		p->bytes_done = done;
		touch(s, p);
	}
}

/* ---- loading ---- */

static bool go_on(void *context, uint64_t done, uint64_t total)
{
	struct load_job *job = context;

	(void)done;
	(void)total;
	return !atomic_load(&job->store->stop);
}

/* By the hash the package was loaded with; of a package that did not load, by the file itself. */
static bool is_as_imported(const struct load_job *job, const struct manifest_file *file)
{
	const struct package *p = job->loaded ? &job->loaded->package : NULL;
	char path[sizeof job->folder + SCATTER_FILE_MAX], hash[65];
	struct problem unreadable;
	struct mapped_file m;
	bool same;

	for (size_t i = 0; p && i < p->file_count; i++)
		if (strcmp(p->files[i].name, file->name) == 0)
			return strcmp(job->loaded->sha256[i], file->sha256) == 0;
	snprintf(path, sizeof path, "%s/%s", job->folder, file->name);
	if (mapped_file_open(&m, path, &unreadable) != 0)
		return false;
	same = sha256_hex(hash, m.bytes) && strcmp(hash, file->sha256) == 0;
	mapped_file_close(&m);
	return same;
}

/* What else is wrong with it, as a scatter that can not be read, comes from the change. */
static void refuse_changed(struct load_job *job, const char *item)
{
	char where[sizeof job->problem.where];

	snprintf(where, sizeof where, "package %.12s, %.70s", job->id, item);
	problem_set(&job->problem, where, "import the released package again, and tell quality",
		    "ST-034 it was changed in the store after its import");
	loaded_package_close(job->loaded);
	job->loaded = NULL;
}

static void load_work(uv_work_t *work)
{
	struct load_job *job = work->data;
	bool beside = job->da_beside[0] && access(job->da_beside, R_OK) == 0;
	struct loaded_source from = {
		.folder = job->folder,
		.scatter = job->scatter,
		.da = beside	   ? job->da_beside
		      : job->da[0] ? job->da
				   : NULL,
		.rules = job->rules,
	};

	job->loaded = loaded_package_open(&from, go_on, job, &job->problem);
	for (size_t i = 0; i < job->file_count && !atomic_load(&job->store->stop); i++)
		if (!is_as_imported(job, &job->files[i])) {
			refuse_changed(job, job->files[i].name);
			return;
		}
	/* With another agent file the package has another id, too. */
	if (job->loaded && !beside && strcmp(job->da, job->own_da) == 0 &&
	    strcmp(job->loaded->package.id, job->id) != 0)
		refuse_changed(job, "set of files");
}

static void load_over(uv_work_t *work, int status)
{
	struct load_job *job = work->data;

	(void)status;
	job->store->jobs--;
	job->done(job->context, job->loaded, job->loaded ? NULL : &job->problem);
	free(job->files);
	free(job);
}

int store_load(struct store *s, const struct stored_package *package, const char *da_beside,
	       const char *da, const struct package_rules *rules, store_loaded *done, void *context,
	       struct problem *problem)
{
	struct load_job *job = calloc(1, sizeof *job);
	const struct manifest *m = &package->manifest;

	if (job)
		job->files = calloc(m->file_count + 1, sizeof *job->files);
	if (!job || !job->files) {
		free(job);
		return problem_set(problem, "memory", "free some memory", "out of memory");
	}
	for (; job->file_count < m->file_count; job->file_count++)
		job->files[job->file_count] = m->files[job->file_count];
	snprintf(job->folder, sizeof job->folder, "%s/%s", s->packages, m->id);
	snprintf(job->scatter, sizeof job->scatter, "%s", m->scatter);
	snprintf(job->da, sizeof job->da, "%s", da && da[0] ? da : m->da);
	snprintf(job->own_da, sizeof job->own_da, "%s", m->da);
	if (da_beside && strlen(da_beside) < sizeof job->da_beside)
		snprintf(job->da_beside, sizeof job->da_beside, "%s", da_beside);
	snprintf(job->id, sizeof job->id, "%s", m->id);
	job->store = s;
	job->rules = rules;
	job->done = done;
	job->context = context;
	job->work.data = job;
	s->jobs++;
	uv_queue_work(s->loop, &job->work, load_work, load_over);
	return 0;
}
