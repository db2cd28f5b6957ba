#include "tests/ledger/sql_watch.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define TEXTS_MAX 32

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool watching;
static uint64_t instructions;
static char texts[TEXTS_MAX][4096];
static size_t text_count;

static void keep_text(const char *sql)
{
	if (!sql || strncmp(sql, "SELECT", 6) != 0 || text_count == TEXTS_MAX)
		return;
	for (size_t i = 0; i < text_count; i++)
		if (strcmp(texts[i], sql) == 0)
			return;
	snprintf(texts[text_count++], sizeof texts[0], "%s", sql);
}

static int on_profile(unsigned event, void *context, void *statement, void *nanoseconds)
{
	(void)event;
	(void)context;
	(void)nanoseconds;
	pthread_mutex_lock(&lock);
	if (watching) {
		instructions +=
			(uint64_t)sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
		keep_text(sqlite3_sql(statement));
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

static int on_open(sqlite3 *db, const char **error, const void *api)
{
	(void)error;
	(void)api;
	return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, on_profile, NULL);
}

void sql_watch_install(void)
{
	sqlite3_auto_extension((void (*)(void))on_open);
}

void sql_watch_start(void)
{
	pthread_mutex_lock(&lock);
	watching = true;
	instructions = 0;
	text_count = 0;
	pthread_mutex_unlock(&lock);
}

uint64_t sql_watch_stop(void)
{
	uint64_t count;

	pthread_mutex_lock(&lock);
	watching = false;
	count = instructions;
	pthread_mutex_unlock(&lock);
	return count;
}

size_t sql_watch_count(void)
{
	return text_count;
}

const char *sql_watch_text(size_t i)
{
	return texts[i];
}
