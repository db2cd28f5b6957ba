/*
 * record: one request to the ledger, with deep copies of all it was given, on its way from the loop
 * thread to the writer and, when it has a callback, back.
 *
 * One allocation holds a record with its texts. A record that can't be kept for want of memory must
 * not be passed over in silence: the program then ends, and the next start finds the runs
 * unfinished.
 */
#ifndef STATION_LEDGER_RECORD_H
#define STATION_LEDGER_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "station/ledger/ledger.h"

enum record_kind {
	RECORD_SLOT,
	RECORD_PROFILE,
	RECORD_PACKAGE,
	RECORD_ORDER_OPEN,
	RECORD_ORDER_CLOSE,
	RECORD_ORDER_STOP,
	RECORD_QUARANTINE,
	RECORD_RELEASE,
	RECORD_RUN_BEGIN,
	RECORD_RUN_IDENTIFIED,
	RECORD_RUN_NUMBERS,
	RECORD_RUN_NO_RETURN,
	RECORD_STREAM,
	RECORD_RUN_FINISH,
	RECORD_EVENT,
	RECORD_ANSWER,
};

struct record_order_close {
	int64_t order_id, closed_ms;
	const char *reason;
};

struct record_order_stop {
	int64_t order_id;
	const char *why; /* NULL: goes on */
};

struct record_quarantine {
	int64_t at_ms;
	const char *slot_path, *why, *statistics; /* the last two NULL in a release */
};

struct record_identified {
	int64_t run_id, at_ms;
	struct device_facts facts;
};

struct record_no_return {
	int64_t run_id, at_ms;
};

struct record_event {
	int64_t at_ms, run_id;
	const char *kind, *slot_path, *text;
};

struct record {
	struct record *next;
	enum record_kind kind;
	ledger_done *done; /* NULL: nobody waits, or has been answered */
	void *context;
	int64_t id;   /* of its row, once stored */
	bool refused; /* `problem` says why it is not stored */
	struct problem problem;
	union {
		struct ledger_slot slot;
		struct ledger_profile profile;
		struct ledger_package package;
		struct ledger_order order;
		struct record_order_close order_close;
		struct record_order_stop order_stop;
		struct record_quarantine quarantine;
		struct ledger_stream stream;
		struct ledger_run_begin begin;
		struct record_identified identified;
		struct record_no_return no_return;
		struct ledger_run_end end;
		struct record_event event;
	} u;
};

/* All return a record owned by the caller; free() releases it. */
struct record *record_slot(const struct ledger_slot *slot);
struct record *record_profile(const struct ledger_profile *profile);
struct record *record_package(const struct ledger_package *package);
struct record *record_order_open(const struct ledger_order *order);
struct record *record_order_close(int64_t order_id, int64_t closed_ms, const char *reason);
struct record *record_order_stop(int64_t order_id, const char *why);
struct record *record_quarantine(const char *slot_path, int64_t since_ms, const char *why,
				 const char *statistics);
struct record *record_release(const char *slot_path, int64_t at_ms);
struct record *record_stream(const struct ledger_stream *stream);
struct record *record_run_begin(const struct ledger_run_begin *b);
struct record *record_run_identified(int64_t run_id, int64_t at_ms,
				     const struct device_facts *facts);
struct record *record_run_numbers(int64_t run_id, int64_t at_ms, const struct device_facts *facts);
struct record *record_run_no_return(int64_t run_id, int64_t at_ms);
struct record *record_run_finish(const struct ledger_run_end *end);
struct record *record_event(int64_t at_ms, const char *kind, const char *slot_path, int64_t run_id,
			    const char *text);
/* Carries an answer only; never stored. */
struct record *record_answer(ledger_done *done, void *context, const struct problem *why);

/* A first-in first-out list of records; zeroed is empty. */
struct record_list {
	struct record *first, *last;
	size_t count;
};
void record_append(struct record_list *list, struct record *r);
struct record *record_take(struct record_list *list);			    /* NULL: empty */
void record_append_all(struct record_list *list, struct record_list *more); /* `more` is emptied */

#endif
