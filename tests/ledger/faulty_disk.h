/*
 * faulty_disk: a SQLite VFS over the real one, made the default, whose writes and syncs can be told
 * to fail from any thread, as a full or a broken disk does.
 */
#ifndef TESTS_LEDGER_FAULTY_DISK_H
#define TESTS_LEDGER_FAULTY_DISK_H

enum disk_fault {
	DISK_WELL,
	DISK_FULL,	  /* every write: SQLITE_FULL */
	DISK_WRITE_ERROR, /* every write: SQLITE_IOERR_WRITE */
	DISK_SYNC_ERROR,  /* every sync: SQLITE_IOERR_FSYNC */
};

/* Once, before any connection is opened. */
void faulty_disk_install(void);
void faulty_disk_set(enum disk_fault wanted);
/* Let `writes` more writes through, then be full. */
void faulty_disk_full_after(int writes);
/* Calls that were failed since the last faulty_disk_set(). */
int faulty_disk_failures(void);

#endif
