/*
 * view: the station's live state as the web shows it. Read-only, loop thread only.
 *
 * The station fills plain structs on demand and counts a version up at each change, so that the web
 * can send only what changed. Strings are valid until the next turn of the loop.
 */
#ifndef STATION_VIEW_VIEW_H
#define STATION_VIEW_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "engine/flow/flow.h"

struct station;

struct view_error {
	const char *code; /* "ST-020", "0xC0030006"; NULL: no error */
	const char *name;
	const char *family;
	const char *step;
	const char *meaning;
	const char *what;	   /* seen this time */
	const char *const *action; /* NULL-terminated */
	const char *retry;	   /* "no", "same port", "other cable", "after power cycle" */
};

struct view_slot {
	uint64_t version; /* of the last change */
	const char *path;
	const char *label;
	const char *state;  /* empty arrived connecting identified preflight agent inspect writing
			       verifying  finishing storing passed failed refused interrupted held
			       removed (see port.h) */
	bool present;	    /* a device is on the bus; a result stays on show without one */
	const char *mode;   /* "brom", "preloader", "da", "" */
	const char *usb_id; /* "0e8d:2000" or "" */
	const char *usb_speed; /* "full", "high", "super", "" */
	const char *me_id;     /* hex or "" */
	const char *soc_id;
	const char *chip; /* "MT6765" or "" */
	int64_t run_id;	  /* 0: none */
	int64_t order_id;
	const char *step;      /* within the phase; "" */
	const char *partition; /* in work or "" */
	uint64_t bytes_done, bytes_total;
	double mib_per_s;		/* over the last seconds */
	double seconds_left;		/* < 0: unknown */
	int64_t started_ms, changed_ms; /* UTC ms; 0 none */
	uint32_t run_ms;		/* so far, or in all when over */
	struct view_error error;
	uint32_t runs, passed, failed, refused; /* of this slot since the station started */
	const char *operation;			/* of the run under way or on show; "" none */
	uint32_t attempt;			/* of this unit in this order, from 1; 0 none */
	int tries_left;				/* < 0: not known */
	bool quarantined;			/* until someone releases it; `error` says why */
	uint32_t fails_in_a_row;
	struct view_error notice; /* what does not stop the unit: full speed, life of storage */
};

struct view_order {
	uint64_t version;
	int64_t id; /* 0: no order is open */
	const char *name, *profile, *product, *package_id, *package_name, *operator_name;
	int64_t quantity;
	uint32_t passed, failed, refused, interrupted, running; /* runs; passed counts units once */
	double first_pass_yield;				/* 0..1; < 0 unknown */
	double units_per_hour, takt_median_s;			/* < 0 unknown */
	int64_t opened_ms;
	const char *operation;
	const char *const *slots; /* labels or paths, NULL-terminated; NULL any */
	const char *stopped;	  /* why no more runs of it are started; "" they are */
};

struct view_package { /* in the store or being imported */
	uint64_t version;
	const char *id, *name, *platform, *project, *state; /* importing ready refused failed */
	uint64_t bytes, bytes_done;
	const char *problem; /* one line, or "" */
};

struct view_station {
	uint64_t version;
	const char *name, *program_version, *host;
	int64_t started_ms;
	const char *usb; /* "libusb", "usbip unix:/path" */
	const char *ledger_path;
	const char *state; /* "ready", "stopping", "ledger-failing", ... */
	const char *state_why;
	size_t slot_count, order_count, package_count;
	uint64_t usb_memory_budget, usb_memory_used; /* bytes of transfers in flight */
	size_t transfer_bytes;			     /* current size of a bulk transfer */
	uint64_t bytes_written;			     /* to devices since start */
	double loop_lag_ms;			     /* worst in the last 10 s */
};

uint64_t view_version(const struct station *s); /* changes whenever anything below changes */
void view_station(const struct station *s, struct view_station *out);
void view_slot(const struct station *s, size_t i, struct view_slot *out);
/* Index by label or path; -1 unknown. */
long view_find_slot(const struct station *s, const char *label_or_path);
/* Open orders, newest last. */
void view_order(const struct station *s, size_t i, struct view_order *out);
void view_package(const struct station *s, size_t i, struct view_package *out);
size_t view_profile_count(const struct station *s);
/* Name and whole JSON text of a profile. */
void view_profile(const struct station *s, size_t i, const char **name, const char **json);

/* Called on the loop thread after a change, at most once a loop turn. One listener. */
void view_listen(struct station *s, void (*changed)(void *context), void *context);

/* Commands of people, through the API. 0, or -1 with the reason. Results arrive as changes. */
typedef void view_done(void *context, int64_t id, const struct problem *error);

struct view_order_request {
	const char *name;    /* "" = made up */
	const char *profile; /* name of a known profile */
	const char *package; /* id, unique id prefix, name in the store, or folder path to import */
	int64_t quantity;    /* 0 = open end */
	const char *operator_name;
	/* What the order overrides of its profile, as far as the profile allows it. */
	const char *operation;		 /* flow_operation_name(); "" = the profile's */
	const char *end;		 /* "shutdown" "reboot" ...; "" = the profile's */
	const char *const *only;	 /* partitions, NULL-terminated; NULL = all */
	const char *const *slots;	 /* labels or paths, NULL-terminated; NULL = any */
	const struct flow_range *ranges; /* of erase and readback; borrowed during the call */
	size_t range_count;
};
/* `done` comes after the order is on disk (or refused: unknown profile, package unfit, ...). */
void view_open_order(struct station *s, const struct view_order_request *request, view_done *done,
		     void *context);
void view_close_order(struct station *s, int64_t id, view_done *done, void *context);
/* Import a folder into the store; `done` when it has begun. Progress shows as view_package. */
void view_import_package(struct station *s, const char *folder, view_done *done, void *context);
int view_abort_slot(struct station *s, size_t i, struct problem *problem);
int view_retry_slot(struct station *s, size_t i, struct problem *problem);
/* Take a slot out of quarantine; a unit that waits there is started. */
int view_release_slot(struct station *s, size_t i, struct problem *problem);
/* Let a stopped order go on. */
int view_resume_order(struct station *s, int64_t id, struct problem *problem);

#endif
