#include "tests/ledger/faulty_disk.h"

#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdatomic.h>

static atomic_int fault, failures, writes_left;
static sqlite3_vfs *real;
static sqlite3_vfs vfs;
/*
 * A file is the real VFS's own; only its table of methods is replaced, by a copy with our write and
 * sync. The real VFS has a table for each style of locking: the database has one, its WAL another.
 */
struct patched {
	sqlite3_io_methods methods; /* first: what a file points to */
	const sqlite3_io_methods *real;
};
static struct patched tables[8];
static pthread_mutex_t tables_lock = PTHREAD_MUTEX_INITIALIZER;

static const sqlite3_io_methods *real_methods(const sqlite3_file *file)
{
	return ((const struct patched *)file->pMethods)->real;
}

static int failed(int code)
{
	atomic_fetch_add(&failures, 1);
	return code;
}

static int do_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
	switch (atomic_load(&fault)) {
	case DISK_FULL:
		if (atomic_fetch_sub(&writes_left, 1) > 0)
			break;
		return failed(SQLITE_FULL);
	case DISK_WRITE_ERROR:
		return failed(SQLITE_IOERR_WRITE);
	default:
		break;
	}
	return real_methods(file)->xWrite(file, p, n, at);
}

static int do_sync(sqlite3_file *file, int flags)
{
	if (atomic_load(&fault) == DISK_SYNC_ERROR)
		return failed(SQLITE_IOERR_FSYNC);
	return real_methods(file)->xSync(file, flags);
}

static const sqlite3_io_methods *patch(const sqlite3_io_methods *methods)
{
	size_t i = 0;

	pthread_mutex_lock(&tables_lock);
	while (tables[i].real && tables[i].real != methods)
		i++;
	assert_true(i < sizeof tables / sizeof *tables);
	if (!tables[i].real) {
		tables[i].methods = *methods;
		tables[i].methods.xWrite = do_write;
		tables[i].methods.xSync = do_sync;
		tables[i].real = methods;
	}
	pthread_mutex_unlock(&tables_lock);
	return &tables[i].methods;
}

static int do_open(sqlite3_vfs *self, sqlite3_filename name, sqlite3_file *file, int flags,
		   int *out_flags)
{
	int code = real->xOpen(real, name, file, flags, out_flags);

	(void)self;
	if (code == SQLITE_OK && file->pMethods)
		file->pMethods = patch(file->pMethods);
	return code;
}

void faulty_disk_install(void)
{
	real = sqlite3_vfs_find(NULL);
	vfs = *real;
	vfs.zName = "faulty";
	vfs.xOpen = do_open;
	vfs.pNext = NULL;
	sqlite3_vfs_register(&vfs, 1);
}

void faulty_disk_set(enum disk_fault wanted)
{
	atomic_store(&writes_left, 0);
	atomic_store(&failures, 0);
	atomic_store(&fault, wanted);
}

void faulty_disk_full_after(int writes)
{
	faulty_disk_set(DISK_WELL);
	atomic_store(&writes_left, writes);
	atomic_store(&fault, DISK_FULL);
}

int faulty_disk_failures(void)
{
	return atomic_load(&failures);
}
