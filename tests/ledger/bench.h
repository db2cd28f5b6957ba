/*
 * bench: a ledger in a temporary folder, on a loop of its own, and short ways to feed and ask it.
 * Every helper fails the test when something unexpected happens.
 */
#ifndef TESTS_LEDGER_BENCH_H
#define TESTS_LEDGER_BENCH_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <sqlite3.h>
#include <uv.h>

#include "station/ledger/ledger.h"
#include "station/ledger/query.h"

struct bench {
	char dir[64];
	char path[96]; /* of the ledger file in it */
	uv_loop_t loop;
	struct ledger *ledger;	      /* NULL: closed */
	struct ledger_reader *reader; /* NULL: closed */
	struct ledger_opened opened;
};

/* cmocka fixtures: *state is a struct bench with an empty folder. */
int bench_setup(void **state);
int bench_teardown(void **state);

void bench_open(struct bench *b);
/* Expects ledger_open() to refuse. */
struct problem bench_open_refused(struct bench *b);
void bench_close(struct bench *b); /* reader and ledger, whichever is open */

struct answer {
	int calls;
	int64_t id;
	bool refused;
	struct problem problem;
};
ledger_done bench_answer; /* context: struct answer */
/* Turns the loop until `a` has been answered (at most 20 s). */
void bench_wait(struct bench *b, const struct answer *a);
/* Waits, and expects no error. Returns the id. */
int64_t bench_stored(struct bench *b, const struct answer *a);

/* First value of a SELECT, through a connection of its own. */
int64_t bench_number(const struct bench *b, const char *sql);
/* The same for text, into a static buffer; "" for NULL. */
const char *bench_text(const struct bench *b, const char *sql);
void bench_exec(const struct bench *b, const char *sql);

/* Profile "phone", package PACKAGE_ID, order 1 "WO-1"; slots "usb1 1-1" (A1) and "usb1 1-2" (A2).
 */
#define PACKAGE_ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define IMAGE_SHA  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define START_MS   1795169700000 /* 2026-11-20T10:15:00Z */
void bench_stock(struct bench *b);

struct device_facts bench_facts(unsigned unit); /* ME-ID and SoC-ID made from the number */

struct bench_run {
	int64_t id, order;
	unsigned unit; /* 0: never identified */
	const char *slot;
	enum flow_result result;
	uint32_t error; /* nnn of ST-nnn, 0 none */
	int64_t started_ms, finished_ms;
};
void bench_begin(struct bench *b, const struct bench_run *run);
void bench_identified(struct bench *b, const struct bench_run *run, struct answer *a);
void bench_finish(struct bench *b, const struct bench_run *run, struct answer *a);
/* All of a run's journal, as the station writes it; `a` answers the finish. */
void bench_whole_run(struct bench *b, const struct bench_run *run, struct answer *a);

/* Runs a query; the reader is opened when needed. The body is freed by the caller; NULL: none. */
char *bench_query(struct bench *b, const struct query *q, enum query_status *status);
/* The same, expecting QUERY_OK and JSON. */
cJSON *bench_json(struct bench *b, const struct query *q);

#endif
