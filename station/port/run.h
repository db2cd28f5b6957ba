/*
 * run: one flow driven over one slot's USB device: actions become exchanges, timers and journal
 * entries, and what comes of them becomes events.
 *
 *   opening -> { exchange | pause | journal | stream | away -> opening }* -> over -> released
 *
 * At most one thing is waited for at any time. A device that leaves, an abort, and a USB fault are
 * told to the flow when nothing of ours is on the bus; while the ledger or an open is waited for,
 * they are noted and told after. USB errors are held back for a moment: a unit that is pulled shows
 * as a failed transfer first and as a departure after.
 */
#ifndef STATION_PORT_RUN_H
#define STATION_PORT_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "engine/flow/flow_state.h"
#include "station/usb/pipe.h"

enum run_wait {
	RUN_IDLE,     /* no run */
	RUN_OPENING,  /* the adapter opens the device, perhaps again and again */
	RUN_EXCHANGE, /* the pipe */
	RUN_PAUSE,
	RUN_JOURNAL, /* the host: run_journalled() */
	RUN_STREAM,  /* the host: run_taken() or run_loaded() */
	RUN_AWAY,    /* the device comes back by itself within the deadline */
	RUN_DOUBT,   /* a transfer failed: does the device leave? */
	RUN_OVER,    /* the flow has finished; the device is being released */
};

struct run_host {
	void (*changed)(void *context); /* the report may say something new */
	/* Store it durably, then call run_journalled(); never before this returns. */
	void (*journal)(void *context, enum flow_journal what);
	/* Copy the bytes. True: taken at once. False: run_taken() follows. */
	bool (*save)(void *context, const struct flow_save *to, const struct slice *bytes,
		     unsigned count);
	/* run_loaded() follows, never before this returns. */
	void (*load)(void *context, const struct flow_save *from);
	void (*finished)(void *context); /* the report is final */
	void (*released)(void *context); /* the device is given back; after `finished` */
	void *context;
};

struct run {
	struct flow flow;
	struct flow_action action;
	struct usb_pipe pipe;
	struct run_host host;
	enum run_wait wait;
	struct usb_device *device; /* in use; NULL when it has left and is closed */
	struct usb_device *coming; /* came back while the old one was being closed */
	bool device_left, abort_wanted;
	bool began;	   /* the first action has been started */
	bool opening;	   /* the adapter has not called back */
	uv_timer_t timer;  /* pause, deadline of away, doubt */
	uv_timer_t reopen; /* between two tries to open */
	uint64_t open_until_ms;
	struct fault fault; /* of FLOW_BROKEN */
	unsigned reattaches;
	double first_byte_ms; /* from arrival to the first bulk transfer; < 0: none yet */
};

void run_init(struct run *r, uv_loop_t *loop, struct usb_budget *budget,
	      const struct run_host *host);
void run_end(struct run *r, struct usb *usb); /* must be idle; the loop must turn once more */

/* Start on a device that has arrived. `plan` is borrowed until `released`. */
void run_begin(struct run *r, const struct flow_plan *plan, struct usb_device *device);
bool run_is_idle(const struct run *r);
bool run_waits_for_device(const struct run *r);
void run_device_left(struct run *r);
void run_device_back(struct run *r, struct usb_device *device);
/* `owed`: see struct flow_event; only after FLOW_JOURNAL_IDENTIFIED. */
void run_journalled(struct run *r, bool owed, const struct problem *problem);
/* The host can not do what it was asked for, or refuses the unit: the run ends with that. */
void run_refuse(struct run *r, const struct fault *fault);
void run_taken(struct run *r);
void run_loaded(struct run *r, struct slice bytes, const struct wire_sums *sums);
/* End it as interrupted; `finished` follows, perhaps before this returns. */
void run_abort(struct run *r);

#endif
