/*
 * ledger: the station's memory of everything that happened, in SQLite.
 *
 * One writer thread owns the only read-write connection (WAL, synchronous=FULL, foreign keys). The
 * loop thread queues records; the thread stores everything queued in one transaction (group commit)
 * and then calls back on the loop thread. A callback without error means: it is on disk. A unit is
 * shown PASS only from the callback of its finished run.
 *
 * All functions here are called on the loop thread; only ledger_open blocks.
 * Strings and arrays given are copied before the call returns.
 */
#ifndef STATION_LEDGER_LEDGER_H
#define STATION_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "engine/base/problem.h"
#include "engine/flow/flow.h"

struct ledger;

/* `error` is NULL when stored. `id` is the row's id. Called once for each request, on the loop. */
typedef void ledger_done(void *context, int64_t id, const struct problem *error);

struct ledger_options {
	const char *path;    /* ledger.sqlite3 in state_dir */
	const char *station; /* name of this station */
	const char *version; /* of the program */
};

struct ledger_opened {
	int64_t next_run_id; /* ids are given out by the caller, ever increasing */
	int64_t next_order_id;
	size_t interrupted; /* runs found unfinished and now marked 'interrupted' */
	int schema_version;
};

/*
 * Open (create, migrate), run a quick integrity check, mark unfinished runs as interrupted, start
 * the writer. Blocks: call before the loop runs. 0, or -1 with `problem` (locked, not a database,
 * newer schema, read-only, full).
 */
int ledger_open(struct ledger **out, uv_loop_t *loop, const struct ledger_options *options,
		struct ledger_opened *opened, struct problem *problem);

/*
 * Store what is queued, then end the thread; `closed` runs on the loop thread. Does not block, the
 * loop must go on. Callbacks still come and may still queue records. Gives up after about 15 s when
 * file or disk refuse; what waits is then answered with the error.
 */
void ledger_close(struct ledger *l, void (*closed)(void *context), void *context);

/*
 * The last write failed and nothing can be stored now (disk full, locked, I/O error): no new runs.
 * As of the last turn of the loop; `why` may be NULL. The writer tries again by itself. Meanwhile
 *  - ends of runs wait: their callback comes once they are stored, or with the error when the
 * ledger closes before that; starts of runs and events wait too;
 *  - ledger_run_identified() answers with the error, and is stored later all the same;
 *  - ledger_run_no_return(), orders, packages and profiles are refused with the error.
 */
bool ledger_failing(const struct ledger *l, struct problem *why);

struct ledger_counts {
	uint64_t transactions;	      /* stored; records / transactions tells how well they group */
	uint64_t failed_transactions; /* rolled back because of file or disk */
	uint64_t records;
	size_t waiting; /* not stored yet */
};
/* Since the ledger was opened, as of the last turn of the loop. */
void ledger_counts(const struct ledger *l, struct ledger_counts *out);

struct ledger_slot {
	const char *path; /* topology; the key */
	const char *label;
};
void ledger_put_slot(struct ledger *l, const struct ledger_slot *slot);

struct ledger_profile {
	const char *name;
	const char *sha256; /* of its file */
	const char *json;   /* whole text */
};
void ledger_put_profile(struct ledger *l, const struct ledger_profile *profile, ledger_done *done,
			void *context);

struct ledger_package {
	const char *id; /* SHA-256, hex */
	const char *name;
	const char *platform;
	const char *project;
	uint64_t bytes;
	const char *findings_json; /* array of findings */
	const char *files_json;	   /* array of {name, bytes, sha256} */
	const char *source_path;   /* where it was imported from */
};
void ledger_put_package(struct ledger *l, const struct ledger_package *package, ledger_done *done,
			void *context);

struct ledger_order {
	int64_t id;
	const char *name; /* "WO-20417" */
	const char *profile;
	const char *package_id;
	const char *product;
	int64_t quantity;
	const char *operator_name; /* may be NULL */
	int64_t opened_ms;	   /* UTC, ms since 1970, as all times here */
	const char *operation;	   /* flow_operation_name(); NULL "download" */
	const char *choice_json;   /* what it chose beside its profile; NULL nothing */
};
void ledger_open_order(struct ledger *l, const struct ledger_order *order, ledger_done *done,
		       void *context);
void ledger_close_order(struct ledger *l, int64_t order_id, int64_t closed_ms, const char *reason,
			ledger_done *done, void *context);

/* The station starts no more runs of this order, or (NULL) does again. */
void ledger_stop_order(struct ledger *l, int64_t order_id, const char *why);

/* A slot is out of use, until it is released. `statistics_json`: an object. */
void ledger_quarantine(struct ledger *l, const char *slot_path, int64_t since_ms, const char *why,
		       const char *statistics_json);
void ledger_release(struct ledger *l, const char *slot_path, int64_t at_ms);

/* Journal of a run, in this order: begin, identified, point of no return, finish. */
struct ledger_run_begin {
	int64_t id;
	int64_t order_id; /* 0: none */
	const char *slot_path;
	const char *package_id;
	const char *profile;
	const char *usb_id;    /* "0e8d:2000" */
	const char *usb_speed; /* "high" */
	int64_t started_ms;
	int attempt; /* 1 for the first try of this unit in this order, if known, else 1 */
};
void ledger_begin_run(struct ledger *l, const struct ledger_run_begin *run);

/*
 * Finds or makes the unit by ME-ID (else SOC-ID) and links the run. The id given to `done` is the
 * unit's, 0 when the chip has no id. Corrects the run's attempt from the runs of this unit on
 * record.
 */
void ledger_run_identified(struct ledger *l, int64_t run_id, const struct device_facts *facts,
			   ledger_done *done, void *context);
/*
 * Stores the serial and IMEIs in `facts` with the run's unit, and looks for another unit of this
 * ledger that has one of them. There is one: an event with its latest run, and `done` gets an error
 * that names both, with the id of that run; it is stored all the same. Any other error has id 0.
 * Units that tell no number of the same kind (ME-ID, SOC-ID) can't be told apart: not compared.
 */
void ledger_run_numbers(struct ledger *l, int64_t run_id, const struct device_facts *facts,
			ledger_done *done, void *context);
/* Again, of a run that began anew by the preloader it had written: the first time stays. */
void ledger_run_no_return(struct ledger *l, int64_t run_id, int64_t at_ms, ledger_done *done,
			  void *context);

/* Bytes that were read from the unit into a file that is on disk. */
struct ledger_stream {
	int64_t run_id;
	const char *kind; /* "readback", "identity" */
	const char *name; /* partition, or "user+0x1000" */
	const char *region;
	uint64_t start, bytes;
	const char *sha256; /* hex */
	bool blank;	    /* nothing but 00 or FF */
	const char *path;   /* below state_dir */
	int64_t stored_ms;
};
void ledger_put_stream(struct ledger *l, const struct ledger_stream *stream, ledger_done *done,
		       void *context);

struct ledger_part {
	const char *name;
	uint64_t bytes;	    /* written */
	const char *sha256; /* of the image file, hex */
	const char *verify; /* "none", "checksum", "sample", "full", "bad" */
	uint32_t ms;
	bool complete;
};

struct ledger_run_end {
	int64_t id;
	const struct flow_report *report; /* result, fault, steps, facts */
	size_t part_count;
	const struct ledger_part *parts;
	int64_t finished_ms;
	unsigned reattaches;
	const char *da_identifier; /* may be NULL */
	const char *da_sha256;	   /* may be NULL */
	const char *card_json;	   /* the device's partition table; may be NULL */
};
/* `done` without error: the result may be shown. */
void ledger_finish_run(struct ledger *l, const struct ledger_run_end *end, ledger_done *done,
		       void *context);

/* A line for the events table: arrivals, station start and stop, refused requests, log of a run. */
void ledger_event(struct ledger *l, int64_t at_ms, const char *kind, const char *slot_path,
		  int64_t run_id, const char *text);

#endif
