/*
 * port: the life of one slot. Which moves are allowed stands in one table (port_state.c), and
 * port_move() is the only way to make one.
 *
 *   empty -> arrived -> connecting -> identified -> preflight -> agent -> inspect -> reading
 *         -> writing -> verifying -> finishing -> storing -> passed | failed | refused |
 * interrupted (reading: a backup or a read-back; testing: a memory test; both only when they are to
 * be done)
 *
 * What holds: from connecting to finishing a run is under way; in storing its result waits for the
 * disk; a result stays on show until the next unit arrives, also when the unit has powered off. A
 * unit taken away later makes the slot `removed`, and `empty` soon after. `held`: a device is there
 * that is not to be started now, `fault` says why.
 *
 * A device that is still there after its run is not started again by itself: people retry it, or
 * plug it in again.
 */
#ifndef STATION_PORT_PORT_H
#define STATION_PORT_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/fault.h"
#include "engine/flow/flow.h"
#include "station/port/run.h"
#include "station/streams/streams.h"

struct station;
struct order;

enum port_state {
	PORT_EMPTY,
	PORT_ARRIVED,
	PORT_CONNECTING,
	PORT_IDENTIFIED,
	PORT_PREFLIGHT,
	PORT_AGENT,
	PORT_INSPECT,
	PORT_READING,
	PORT_TESTING,
	PORT_WRITING,
	PORT_VERIFYING,
	PORT_FINISHING,
	PORT_STORING,
	PORT_PASSED,
	PORT_FAILED,
	PORT_REFUSED,
	PORT_INTERRUPTED,
	PORT_HELD,
	PORT_REMOVED,
	PORT_STATES
};

#define PORT_ARRIVALS_MAX 64 /* remembered for judging whether a slot flaps */
#define PORT_SAMPLES	  8  /* of progress, one each tick */

#define PORT_CODES 8 /* different faults remembered of a row of failures */

/* How a slot does: what keeps it in use, or takes it out of it. port_judge.c */
struct port_judged {
	bool quarantined;
	char why[224];	      /* with its statistics */
	struct fault blocked; /* the same as ST-013 */
	int64_t since_ms;
	uint32_t fails_in_a_row; /* since the last pass or release; not those of packages */
	uint32_t units;		 /* that failed in that row */
	char unit_key[72];	 /* of the last one, and how often it failed in that row */
	uint32_t unit_fails;
	size_t code_count;
	struct {
		enum fault_family family;
		uint32_t code, times;
	} codes[PORT_CODES];
	bool flapping; /* the latest arrival was one too many */
	uint32_t flaps;
};

struct port {
	struct station *station;
	size_t index;
	char path[USB_PATH_MAX];
	char label[32];
	enum port_state state;
	struct usb_device *device;		 /* on the bus now; NULL */
	struct arrival seen;			 /* the last device */
	enum device_mode mode;			 /* it came in, as far as the bus tells */
	uint64_t arrived_ms, left_ms, result_ms; /* loop time */
	uint64_t awaited_ms; /* since when an empty slot waits for a unit of an order; 0 it does not
			      */
	uint64_t dropped_ms; /* last left in the middle of a run; loop time, 0 never */
	uv_timer_t catch_timer;
	bool left_by_command;  /* it passed, and was told to power off or restart */
	bool fresh;	       /* arrived while the run before was being stored */
	bool catching, caught; /* port_catch.c: a preloader that waits is kept from going on */

	struct run run;
	struct streams streams;
	int64_t run_id;	     /* of the run under way or on show; 0 none */
	struct order *order; /* of the run under way; NULL */
	int64_t order_id;
	bool released, stored, ended; /* what ending still waits for: device, record, streams */
	bool refused_start;	      /* an event about the holding was written for this arrival */
	struct fault fault;	      /* shown: of the run, or why the unit is held */
	char unit_key[72];	      /* of the run under way, once identified */
	struct ledger_part *parts;    /* of the run being recorded; owned */
	size_t stream_count;	      /* files of the run that are on disk and recorded */
	struct stream_file *stream_files; /* owned */

	int64_t started_ms, changed_ms; /* UTC */
	uint32_t run_ms;		/* in all, when over */
	uint64_t version;
	uint32_t runs, passed, failed, refused;
	struct port_judged judged;
	struct fault notice;  /* what does not stop the unit: full speed, a supply that dips */
	unsigned auto_tries;  /* in a row, without people */
	uint64_t retry_at_ms; /* of the next one; 0 none */
	uint32_t attempt;     /* of this unit in this order; 0 not known */
	uint64_t arrivals_ms[PORT_ARRIVALS_MAX];	   /* ring, loop time */
	enum device_mode arrival_modes[PORT_ARRIVALS_MAX]; /* of these */
	size_t arrival_count;				   /* since the last pass */
	struct {
		uint64_t at_ms, bytes;
	} samples[PORT_SAMPLES]; /* ring */
	size_t sample_count;
	char me_id[33], soc_id[65], usb_id[10]; /* for the view */
};

/* NULL when out of memory. Freed by port_free() once port_is_quiet() and the loop has turned. */
struct port *port_make(struct station *s, size_t index, const char *path, const char *label);
void port_end(struct port *p); /* close its timers; must be quiet */
void port_free(struct port *p);

void port_arrived(struct port *p, struct usb_device *device);
void port_left(struct port *p);
/* The slot waits for an order, the ledger or quiet: look again. */
void port_wake(struct port *p);
void port_tick(struct port *p); /* each STATION_TICK_MS */
/* Commands of people. 0, or -1 with the reason. */
int port_abort(struct port *p, struct problem *problem);
int port_retry(struct port *p, struct problem *problem);
/* The station stops: end what is under way. */
void port_stop(struct port *p);
bool port_is_quiet(const struct port *p); /* no run, no device open */
bool port_runs(const struct port *p);	  /* a run is under way or being stored */
double port_speed(const struct port *p);  /* MiB/s over the last seconds */

/* Take a quarantined slot into use again. 0, or -1 with the reason. */
int port_release(struct port *p, struct problem *problem);

/* port.c, for the files of this folder */
uint64_t port_now_ms(const struct port *p);
void port_clear_fault(struct port *p);
void port_start_run(struct port *p, struct order *o);
void port_start_again(struct port *p); /* with the device that is there */

/* port_hold.c: which device is started, and why one is not */
bool port_is_download_mode(enum device_mode mode);
void port_count_arrival(struct port *p);
/* A device is there and nothing runs: start it, or say why not. */
void port_consider(struct port *p);
void port_held_left(struct port *p); /* a held device went away */
void port_await(struct port *p);     /* an empty slot: has it waited for too long? */
void port_note_speed(struct port *p);
/* Say in the run's fault when a preloader came and went: its window was missed (ST-003). */
void port_tell_window(struct port *p);

/* port_judge.c */
void port_judge_result(struct port *p, enum flow_result result);
void port_judge_flap(struct port *p, const char *seen);
void port_quarantine(struct port *p, const char *why);
/* One that the ledger knows from before. */
void port_requarantine(struct port *p, int64_t since_ms, const char *why);
void port_try_again(struct port *p); /* the automatic retry is due */

/* port_catch.c */
void port_catch(struct port *p);
void port_caught(struct port *p); /* the flow knows the unit, and waits */
void port_catch_over(struct port *p);

/* port_state.c */
const char *port_state_name(enum port_state state);
bool port_state_is_result(enum port_state state);
/* Make an allowed move: stamps, logs, and tells the view. Anything else is a fault of ours. */
void port_move(struct port *p, enum port_state to);
/* Follow the flow into the state that stands for its phase. */
void port_follow(struct port *p);
/* The view shows something new of this slot. */
void port_touch(struct port *p);

/* port_streams.c: files that the run reads and writes */
void port_streams_make(struct port *p);
/* Hash of the file that a run read of that name; "" none. */
const char *port_stream_sha256(const struct port *p, const char *name);

/* port_record.c: the run's journal in the ledger */
void port_record_begin(struct port *p);
/* Take over from the flow's facts who the unit is. */
void port_note_unit(struct port *p);
void port_record_journal(struct port *p, enum flow_journal what);
/* A file of the run is on disk: record it, then go on. */
void port_record_stream(struct port *p, const struct stream_file *file);
/* The vault's answers that the journal waits for. */
void port_record_owed(struct port *p, bool owed);
void port_record_marked(struct port *p, const struct fault *fault);
void port_record_end(struct port *p);

/* port_card.c: JSON list of the unit's partitions, to free(); NULL: no table was read. */
char *port_card(const struct port *p);

/* port.c, for port_streams.c: nothing of the run's files is in use any more. */
void port_streams_ended(struct port *p);
/* port.c, for port_record.c: the result is on disk. */
void port_result_stored(struct port *p);

#endif
