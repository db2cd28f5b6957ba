/*
 * flow: one run of one unit, from arrival to result. Bytes and time in, actions out.
 *
 * The station starts a run with flow_begin() and then answers every action with one event, until
 * the action is FLOW_FINISH. All state is in struct flow, a plain struct without pointers into
 * itself other than to borrowed, immutable input: it can be copied at any step.
 *
 *     connect -> identify -> preflight -> agent -> inspect -> write -> verify -> finish
 *
 * `preflight` compares package, profile and chip before the first agent byte; `inspect` reads
 * storage and partition table from the running agent and completes the refusals; nothing is written
 * before both have passed and the station has journalled the point of no return.
 */
#ifndef ENGINE_FLOW_FLOW_H
#define ENGINE_FLOW_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/fault.h"
#include "engine/base/slice.h"
#include "engine/device/facts.h"
#include "engine/package/package.h"

enum flow_verify {
	FLOW_VERIFY_NONE,     /* wire checksums only */
	FLOW_VERIFY_CHECKSUM, /* agent reads back and compares (checksum level bit 1) */
	FLOW_VERIFY_SAMPLE,   /* as CHECKSUM, and the station reads back head, tail and samples */
	FLOW_VERIFY_FULL,     /* as CHECKSUM, and the station reads back and compares every byte */
};

enum flow_end { FLOW_END_SHUTDOWN, FLOW_END_REBOOT, FLOW_END_STAY };

/* What is to be done; borrowed and unchanged for the whole run, shared by all ports of an order. */
struct flow_plan {
	const struct package *package; /* hashed and checked */
	const char *platform;	       /* expected chip name; NULL = the scatter's platform */
	enum flow_verify verify;
	enum flow_end end;
	bool blank_boards; /* a device without partition table may be given one */
	const struct package_rules *rules;
};

#define FLOW_TX_MAX 8
#define FLOW_RX_MAX 0x10000 /* largest rx_want, bytes */

enum flow_do {
	FLOW_EXCHANGE, /* send tx[] in order, then receive exactly rx_want bytes */
	FLOW_WAIT,     /* give FLOW_CONTINUE after `ms` */
	FLOW_REATTACH, /* device leaves and comes back at the same slot within `ms`: FLOW_BACK */
	FLOW_JOURNAL,  /* store `journal` durably, then FLOW_CONTINUE */
	FLOW_FINISH,   /* over: read result, fault, records; release the device */
};

enum flow_journal {
	FLOW_JOURNAL_IDENTIFIED,	 /* the unit is known: facts hold ME-ID and SoC-ID */
	FLOW_JOURNAL_POINT_OF_NO_RETURN, /* the next action writes to the unit */
};

struct flow_action {
	enum flow_do what;
	uint32_t seq; /* events carry it back; older ones are ignored */
	uint32_t ms;  /* EXCHANGE: longest silence, counted anew whenever bytes move */
	unsigned tx_count;
	/*
	 * Each slice is a bulk OUT transfer of its own (agents tell header from payload by it);
	 * long ones may be cut anywhere by the adapter. Valid until the next flow_step().
	 */
	struct slice tx[FLOW_TX_MAX];
	size_t rx_want; /* 0: FLOW_REPLY follows when all of tx has left */
	enum flow_journal journal;
};

enum flow_event_kind {
	FLOW_REPLY,    /* rx: exactly rx_want bytes; valid during the call. Surplus stays queued */
	FLOW_TIMEOUT,  /* rx: the bytes that did arrive (possibly none), now consumed */
	FLOW_GONE,     /* the device left the bus */
	FLOW_BACK,     /* the device is open again; `arrival` says as what */
	FLOW_CONTINUE, /* answers WAIT and JOURNAL */
	FLOW_ABORT,    /* operator or shutdown: end cleanly, as interrupted */
	FLOW_BROKEN,   /* the station could not do it (USB error, journal not writable): see `fault`
			*/
};

struct flow_event {
	enum flow_event_kind kind;
	uint32_t seq;
	uint64_t now_ms; /* any monotonic clock */
	struct slice rx;
	struct arrival arrival;
	const struct fault *fault; /* FLOW_BROKEN */
};

enum flow_result { FLOW_RUNNING, FLOW_PASSED, FLOW_FAILED, FLOW_REFUSED, FLOW_INTERRUPTED };

struct flow_step_record {
	const char *name; /* static */
	uint32_t ms;
	enum flow_result result;
};

enum flow_verified {
	FLOW_VERIFIED_NOT,
	FLOW_VERIFIED_CHECKSUM,
	FLOW_VERIFIED_SAMPLE,
	FLOW_VERIFIED_FULL,
	FLOW_VERIFIED_BAD,
};

struct flow_part_record {
	size_t part;	/* index into plan->package->parts; SIZE_MAX: partition table */
	uint64_t bytes; /* acknowledged by the agent */
	uint64_t total;
	uint32_t ms;
	bool written;
	enum flow_verified verified;
};

#define FLOW_STEPS_MAX 16
#define FLOW_PARTS_MAX (SCATTER_ENTRIES_MAX + 2)

/* What people and records see of a run; stable names. */
struct flow_report {
	enum flow_result result;
	struct fault fault;		  /* family FAULT_NONE when passed */
	const char *phase;		  /* "connect", ... static */
	const char *step;		  /* step within it, static */
	char target[SCATTER_NAME_MAX];	  /* partition in work, or "" */
	uint64_t bytes_done, bytes_total; /* of write plus read-back verify */
	uint64_t bytes_written;		  /* acknowledged by the device */
	bool wrote;			  /* past the point of no return */
	struct device_facts facts;
	size_t step_count;
	struct flow_step_record steps[FLOW_STEPS_MAX];
	size_t part_count;
	struct flow_part_record parts[FLOW_PARTS_MAX];
};

struct flow; /* see engine/flow/flow_state.h for the size; embed it */

/* Start a run. `action` receives the first thing to do. */
void flow_begin(struct flow *f, const struct flow_plan *plan, const struct arrival *arrival,
		uint64_t now_ms, struct flow_action *action);
/*
 * Answer the last action with an event; get the next action. An event with another seq than the
 * last action's is ignored: *action stays as it is.
 */
void flow_step(struct flow *f, const struct flow_event *event, struct flow_action *action);
const struct flow_report *flow_report(const struct flow *f);

#endif
