/*
 * sql_watch: sees every statement that any connection of this process runs: what it cost, and how
 * SQLite plans it.
 */
#ifndef TESTS_LEDGER_SQL_WATCH_H
#define TESTS_LEDGER_SQL_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Once, before any connection is opened. */
void sql_watch_install(void);
/* Forget what was seen, and watch from now on. */
void sql_watch_start(void);
/* Stop watching. Instructions of SQLite's machine since the start: the same on every computer. */
uint64_t sql_watch_stop(void);

/* The SELECTs seen while watching, each text once. */
size_t sql_watch_count(void);
const char *sql_watch_text(size_t i);

#endif
