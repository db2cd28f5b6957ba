/*
 * port: the life of one slot. Which moves are allowed stands in one table (port_state.c), and
 * port_move() is the only way to make one.
 *
 *   empty -> arrived -> connecting -> identified -> preflight -> agent -> inspect -> writing
 *         -> verifying -> finishing -> storing -> passed | failed | refused | interrupted
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

struct port {
	struct station *station;
	size_t index;
	char path[USB_PATH_MAX];
	char label[32];
	enum port_state state;
	struct usb_device *device;		 /* on the bus now; NULL */
	struct arrival seen;			 /* the last device */
	uint64_t arrived_ms, left_ms, result_ms; /* loop time */
	bool left_by_command; /* it passed, and was told to power off or restart */
	bool fresh;	      /* arrived while the run before was being stored */

	struct run run;
	int64_t run_id;	     /* of the run under way or on show; 0 none */
	struct order *order; /* of the run under way; NULL */
	int64_t order_id;
	bool released, stored;	   /* what ending still waits for */
	bool refused_start;	   /* an event about the holding was written for this arrival */
	struct fault fault;	   /* shown: of the run, or why the unit is held */
	char unit_key[72];	   /* of the run under way, once identified */
	struct ledger_part *parts; /* of the run being recorded; owned */

	int64_t started_ms, changed_ms; /* UTC */
	uint32_t run_ms;		/* in all, when over */
	uint64_t version;
	uint32_t runs, passed, failed, refused;
	uint64_t arrivals_ms[PORT_ARRIVALS_MAX]; /* ring, loop time */
	size_t arrival_count;			 /* since the last pass */
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

/* port_state.c */
const char *port_state_name(enum port_state state);
bool port_state_is_result(enum port_state state);
/* Make an allowed move: stamps, logs, and tells the view. Anything else is a fault of ours. */
void port_move(struct port *p, enum port_state to);
/* Follow the flow into the state that stands for its phase. */
void port_follow(struct port *p);
/* The view shows something new of this slot. */
void port_touch(struct port *p);

/* port_record.c: the run's journal in the ledger */
void port_record_begin(struct port *p);
void port_record_journal(struct port *p, enum flow_journal what);
void port_record_end(struct port *p);

/* port.c, for port_record.c: the result is on disk. */
void port_result_stored(struct port *p);

#endif
