#include "station/streams/work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "station/store/loaded.h"

#define ST_BACKUP_MISSING     50
#define ST_BACKUP_FAILED      55
#define ST_OTHER_UNIT	      56
#define ST_DISK_LOW	      70
#define ST_LOG_NOT_WRITABLE   76
#define ST_VAULT_NOT_WRITABLE 78

/* Trouble with a file of ours, before it was opened or later. */
static void fail(struct streams *s, bool identity, bool opening, const char *name, int error)
{
	bool full = error == ENOSPC || error == EDQUOT;
	uint32_t code = full	    ? ST_DISK_LOW
			: !identity ? ST_LOG_NOT_WRITABLE
			: opening   ? ST_VAULT_NOT_WRITABLE
				    : ST_BACKUP_FAILED;

	fault_set(&s->trouble, FAULT_STATION, code, identity ? "backup" : "readback",
		  "%s of %s can not be written: %s", identity ? "the backup" : "the file", name,
		  strerror(error));
	s->trouble.refused = true; /* if nothing was written to the unit: the flow knows */
}

static void stream_folder(const struct streams *s, bool identity, char to[FILES_PATH_MAX])
{
	if (identity)
		vault_folder(to, s->state_dir, &s->unit, s->run_id);
	else
		snprintf(to, FILES_PATH_MAX, "%s/readback/%lld/%lld", s->state_dir,
			 (long long)s->order_id, (long long)s->run_id);
}

static void file_name(const struct flow_save *to, char *name, size_t size)
{
	size_t n;

	files_safe_name(name, size - 4, to->name);
	n = strlen(name);
	snprintf(name + n, size - n, ".bin");
}

/* The whole stream has to fit, and leave the station its own room. */
static bool has_room(struct streams *s, const struct flow_save *to)
{
	uint64_t room;

	if (!files_room(s->state_dir, &room))
		return true;
	if (room >= s->keep_free && room - s->keep_free >= to->total)
		return true;
	fault_set(&s->trouble, FAULT_STATION, ST_DISK_LOW, "save",
		  "%s needs %llu MiB on the station, %llu MiB are free and %llu MiB have to stay "
		  "so",
		  to->name, (unsigned long long)(to->total >> 20), (unsigned long long)(room >> 20),
		  (unsigned long long)(s->keep_free >> 20));
	s->trouble.refused = true;
	return false;
}

static bool begin_file(struct streams *s, const struct flow_save *to)
{
	bool identity = to->kind == FLOW_SAVE_IDENTITY;
	char folder[FILES_PATH_MAX], name[72];
	int error;

	if (!has_room(s, to))
		return false;
	stream_folder(s, identity, folder);
	file_name(to, name, sizeof name);
	error = file_out_open(&s->out, folder, name, identity ? 0600 : 0644);
	if (error)
		fail(s, identity, true, to->name, error);
	return error == 0;
}

static void describe(struct streams *s, const struct stream_piece *last)
{
	const struct flow_save *to = &last->to;
	struct vault_file *f = &s->done.file;
	const char *below;

	*f = (struct vault_file){
		.start = to->start, .bytes = s->out.bytes, .blank = file_out_blank(&s->out)};
	snprintf(f->name, sizeof f->name, "%s", to->name);
	snprintf(f->region, sizeof f->region, "%s", storage_region_name(last->storage, to->region));
	snprintf(f->file, sizeof f->file, "%s", s->out.name);
	below = s->out.folder + strlen(s->state_dir);
	snprintf(s->done.path, sizeof s->done.path, "%.400s/%s", below + (*below == '/'),
		 s->out.name);
	s->done.identity = to->kind == FLOW_SAVE_IDENTITY;
}

static void end_file(struct streams *s, const struct stream_piece *last)
{
	const struct flow_save *to = &last->to;
	bool identity = to->kind == FLOW_SAVE_IDENTITY;
	int error;

	if (s->out.bytes != to->total) {
		fault_set(&s->trouble, FAULT_STATION, ST_BACKUP_FAILED, "save",
			  "%s ended after %llu of %llu bytes", to->name,
			  (unsigned long long)s->out.bytes, (unsigned long long)to->total);
		return;
	}
	describe(s, last);
	error = file_out_finish(&s->out, s->done.file.sha256);
	if (!error && identity)
		error = vault_enter(s->state_dir, &s->unit, s->run_id, &s->done.file);
	if (error)
		fail(s, identity, false, to->name, error);
	else
		s->finished = true;
}

static void write_piece(struct streams *s, const struct stream_piece *p)
{
	bool identity = p->to.kind == FLOW_SAVE_IDENTITY;
	int error;

	if (p->to.offset == 0 && !begin_file(s, &p->to))
		return;
	if (s->out.fd < 0 || p->to.offset != s->out.bytes) {
		fault_set(&s->trouble, FAULT_STATION, ST_BACKUP_FAILED, "save",
			  "%s: a piece at %llu does not follow the one before", p->to.name,
			  (unsigned long long)p->to.offset);
		return;
	}
	error = file_out_add(&s->out, (struct slice){p->bytes, p->n});
	if (error)
		fail(s, identity, false, p->to.name, error);
	else if (p->to.last)
		end_file(s, p);
}

void work_write(struct streams *s)
{
	for (const struct stream_piece *p = s->pieces; p && s->trouble.family == FAULT_NONE;
	     p = p->next)
		write_piece(s, p);
	if (s->trouble.family != FAULT_NONE)
		file_out_drop(&s->out);
}

/* ---- giving back ---- */

static void refuse_load(struct streams *s, uint32_t code, const char *why)
{
	fault_set(&s->trouble, FAULT_STATION, code, "restore", "%s: %s", s->asked.name, why);
}

/* The bytes are the ones that were saved: whole, and of the same hash. */
static bool map_file(struct streams *s, const char *path, const struct vault_file *f,
		     struct stream_load *to)
{
	char sha256[65];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || fstat(fd, &st) != 0 || (uint64_t)st.st_size != f->bytes || f->bytes == 0) {
		refuse_load(s, ST_BACKUP_FAILED, "its file is not there, or has another length");
		if (fd >= 0)
			close(fd);
		return false;
	}
	to->n = (size_t)f->bytes;
	to->bytes = mmap(NULL, to->n, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	close(fd);
	if (to->bytes == MAP_FAILED) {
		to->bytes = NULL;
		refuse_load(s, ST_BACKUP_FAILED, strerror(errno));
		return false;
	}
	if (sha256_hex(sha256, (struct slice){to->bytes, to->n}) && strcmp(sha256, f->sha256) == 0)
		return wire_sums_make(&to->sums, (struct slice){to->bytes, to->n}) == 0;
	refuse_load(s, ST_BACKUP_FAILED, "its file is not what was saved: the hash differs");
	return false;
}

static void drop_load(struct stream_load *l)
{
	if (l->bytes)
		munmap(l->bytes, l->n);
	wire_sums_free(&l->sums);
	*l = (struct stream_load){.bytes = NULL};
}

static void load_found(struct streams *s, int64_t run, const struct vault_file *f)
{
	struct stream_load *to = &s->loads[s->load_count];
	char folder[FILES_PATH_MAX], path[FILES_PATH_MAX + 88];

	vault_folder(folder, s->state_dir, &s->unit, run);
	snprintf(path, sizeof path, "%s/%s", folder, f->file);
	*to = (struct stream_load){.bytes = NULL};
	s->mapped = map_file(s, path, f, to);
	if (s->mapped) {
		s->load_count++;
		return;
	}
	if (s->trouble.family == FAULT_NONE)
		refuse_load(s, ST_BACKUP_FAILED, "out of memory");
	drop_load(to);
}

void work_load(struct streams *s)
{
	int64_t run = s->owed_run ? s->owed_run : s->run_id;
	struct vault_file file;

	s->mapped = false;
	if (s->load_count == STREAMS_LOADS_MAX) {
		refuse_load(s, ST_BACKUP_FAILED, "more is asked for than a unit has");
		return;
	}
	switch (vault_find(s->state_dir, &s->unit, run, s->asked.name, &file)) {
	case VAULT_HAS:
		load_found(s, run, &file);
		break;
	case VAULT_LACKS:
		if (!s->owed_run)
			refuse_load(s, ST_BACKUP_MISSING,
				    "this run has saved nothing of that name");
		break;
	case VAULT_OTHER_UNIT:
		refuse_load(s, ST_OTHER_UNIT, "the backup is of another unit");
		break;
	case VAULT_BROKEN:
		refuse_load(s, ST_BACKUP_FAILED, "the manifest of its backup is damaged");
		break;
	}
}

void work_mark(struct streams *s)
{
	int error = vault_mark(s->state_dir, &s->unit, s->run_id, s->mark);

	if (error)
		fail(s, true, false, "the unit", error);
}

void work_end(struct streams *s)
{
	file_out_drop(&s->out);
	for (size_t i = 0; i < s->load_count; i++)
		drop_load(&s->loads[i]);
	s->load_count = 0;
	/* Not settled on disk means owed: the next run of the unit will look after it again. */
	if (s->settle && s->saved_own)
		(void)vault_mark(s->state_dir, &s->unit, s->run_id, VAULT_SETTLED);
	if (s->settle && s->owed_run)
		(void)vault_mark(s->state_dir, &s->unit, s->owed_run, VAULT_SETTLED);
}
