/*
 * station: all parts of the running program, wired together. Loop thread only.
 *
 * main.c reads the config and profiles, then: station_make -> station_start -> uv_run ->
 * station_free. station_stop() begins the clean end: no new runs, those under way end as
 * interrupted and are recorded, the ledger is drained, USB is given back; then the loop ends by
 * itself.
 */
#ifndef STATION_STATION_H
#define STATION_STATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "engine/base/problem.h"
#include "station/config/config.h"
#include "station/ledger/ledger.h"
#include "station/ledger/query.h"
#include "station/order/order.h"
#include "station/port/port.h"
#include "station/profile/profile.h"
#include "station/store/store.h"
#include "station/usb/budget.h"
#include "station/usb/usb.h"

#define STATION_PORTS_MAX  CONFIG_SLOTS_MAX
#define STATION_ORDERS_MAX 64

/* Who shows the station to people; stopped before the ledger's reader is closed. */
struct station_front {
	void *context;
	void (*stop)(void *context, void (*stopped)(void *context), void *stopped_context);
};

enum station_phase { STATION_STARTING, STATION_READY, STATION_STOPPING };

struct station {
	uv_loop_t *loop;
	const struct config *config;
	const struct profiles *profiles;
	enum station_phase phase;
	int64_t started_ms; /* UTC */
	char host[64];
	char ledger_path[CONFIG_PATH_MAX + 32];

	struct ledger *ledger;
	struct ledger_reader *reader;
	int64_t next_run_id, next_order_id;
	size_t interrupted_at_start;

	struct usb *usb;
	struct usb_budget budget;
	bool usb_stopped;

	size_t port_count;
	struct port *ports[STATION_PORTS_MAX];

	size_t order_count;
	struct order *orders[STATION_ORDERS_MAX]; /* by id: the newest last */

	struct store store;
	struct station_front front; /* set by main after the start; may be empty */

	/* What the view shows of changes: see view.h. */
	uint64_t version;
	uint64_t station_version; /* of the last change of the station's own facts */
	bool dirty;
	void (*changed)(void *context);
	void *changed_context;

	uv_prepare_t notify;
	uv_timer_t tick; /* every STATION_TICK_MS */
	uint64_t tick_due_ns;
	double lag_ms[2]; /* worst of the last ten seconds and of the ten before */
	uint64_t lag_turned_ms;
	bool ledger_was_failing;
	uv_fs_t disk_request; /* of the disk of state_dir; watch.c */
	bool disk_asking, disk_known;
	uint64_t disk_asked_ms, disk_free; /* bytes */
	size_t quarantine_count;	   /* of slots, from before the start; owned */
	struct ledger_loaded_quarantine *quarantines;
	uint64_t bytes_written; /* to devices, of runs that are over */
	uint64_t stop_by_ms;
};

#define STATION_TICK_MS 500

/* Borrows config and profiles. NULL with `problem`. */
struct station *station_make(uv_loop_t *loop, const struct config *config,
			     const struct profiles *profiles, struct problem *problem);
/*
 * Opens ledger, store and USB. 0, or -1 with `problem`; then station_stop(), and the loop must
 * run to its end before station_free(), as after a good start.
 */
int station_start(struct station *s, struct problem *problem);
/* Begin the clean end. Again: no effect. */
void station_stop(struct station *s);
void station_free(struct station *s);

/* Something that people see has changed; gives the new version. */
uint64_t station_touch(struct station *s);
/* An event for the ledger and, from warnings on, the log. `p` may be NULL. */
__attribute__((format(printf, 4, 5))) void station_event(struct station *s, const char *kind,
							 const struct port *p, const char *format,
							 ...);
/*
 * The order that a unit in this slot is flashed for: the first opened one that names the slot,
 * else the first opened one that names none; those that are stopped or have all their units are
 * passed over. NULL: none; `passed_over` is then the first of these, or NULL; or the one
 * it belongs to, which is still being loaded after a restart.
 */
struct order *station_order_for(struct station *s, const struct port *p,
				struct order **passed_over);
/* order/judge.c: a run of `o` has ended with this fault (or none): is it the package? */
void station_judge_order(struct station *s, struct order *o, const struct fault *f);
/* Start no more runs of it. Again: the first reason stays. */
void station_stop_order(struct station *s, struct order *o, const char *why);
/* People have seen to it: go on. 0, or -1 with the reason. */
int station_resume_order(struct station *s, int64_t id, struct problem *problem);
/* watch.c */
bool station_disk_is_low(const struct station *s);
/* A unit has left this slot in the middle of its run. */
void station_note_drop(struct station *s, struct port *p);
/* Look at the slots that wait: something they wait for may have come. */
void station_wake_ports(struct station *s);
/* Note a package of the store in the ledger. */
void station_record_package(struct station *s, const struct stored_package *package);
/* A port or the store has come to rest while stopping. */
void station_check_stopped(struct station *s);

#endif
