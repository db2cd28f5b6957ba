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
#include "engine/package/wire_sums.h"

enum flow_verify {
	FLOW_VERIFY_NONE,     /* wire checksums only */
	FLOW_VERIFY_CHECKSUM, /* agent reads back and compares (checksum level bit 1) */
	FLOW_VERIFY_SAMPLE,   /* as CHECKSUM, and the station reads back head, tail and samples */
	FLOW_VERIFY_FULL,     /* as CHECKSUM, and the station reads back and compares every byte */
};

/* What a unit is told at its end; a failed unit that was written to is switched off instead. */
enum flow_end {
	FLOW_END_SHUTDOWN,
	FLOW_END_REBOOT, /* into its system */
	FLOW_END_STAY,	 /* nothing: the agent keeps waiting */
	FLOW_END_FASTBOOT,
	FLOW_END_META,
	FLOW_END_TEST, /* Android test mode, where the agent offers it */
};

enum flow_operation {
	FLOW_DOWNLOAD,	  /* the package's is_download partitions, or those of `only` */
	FLOW_UPGRADE,	  /* download, a changed partition table is replaced; identity is kept */
	FLOW_FORMAT_ALL,  /* format the storage, then download; identity is kept */
	FLOW_ERASE,	  /* format the ranges */
	FLOW_READBACK,	  /* read the ranges into streams of FLOW_SAVE */
	FLOW_MEMTEST,	  /* DRAM and storage, as far as the agent offers it */
	FLOW_VERIFY_ONLY, /* compare what a download would write; never writes */
	FLOW_IDENTIFY,	  /* facts and partition table; never writes */
	FLOW_OPERATIONS
};

const char *flow_operation_name(enum flow_operation operation); /* "download", "upgrade", ... */
/* Does it write to the unit when all goes well? */
bool flow_operation_writes(enum flow_operation operation);

/* A place on the device: a partition by name, or bytes of a region. */
struct flow_range {
	char name[SCATTER_NAME_MAX]; /* "" = by region */
	enum storage_region region;
	uint64_t start;	 /* bytes; of the partition when it is named */
	uint64_t length; /* bytes; 0 = to the end */
};

/* The owner's files for secured devices (brom.md, da-xflash.md, da-xml.md). All borrowed. */
struct flow_keys {
	struct slice auth;   /* SEND_AUTH; n 0: none */
	struct slice cert;   /* SEND_CERT */
	struct slice sla;    /* private key for the boot ROM's challenge, PEM */
	struct slice da_sla; /* private key, or the signed policy, for the agent's own challenge */
	/* file names for messages; "" none */
	const char *auth_name, *cert_name, *sla_name, *da_sla_name;
};

/* What is to be done; borrowed and unchanged for the whole run, shared by all ports of an order. */
struct flow_plan {
	const struct package *package; /* hashed and checked */
	const char *platform;	       /* expected chip name; NULL = the scatter's platform */
	enum flow_operation operation;
	enum flow_verify verify;
	enum flow_end end;
	bool blank_boards; /* a device without partition table may be given one */
	bool recover;	   /* a unit in boot ROM gets the preloader first, then comes back by it */
	const struct package_rules *rules;
	const struct flow_keys *keys;	 /* NULL none */
	const char *const *only;	 /* chosen partitions, NULL-terminated; NULL = all */
	const struct flow_range *ranges; /* of FLOW_ERASE and FLOW_READBACK */
	size_t range_count;
	uint32_t battery_min_mv; /* less, when the unit tells: ST-009 before a write; 0 = 3300 */
};

#define FLOW_RANGES_MAX 64

#define FLOW_TX_MAX 8
#define FLOW_RX_MAX 0x10000 /* largest rx_want, bytes */

enum flow_do {
	FLOW_EXCHANGE, /* send tx[] in order, then receive exactly rx_want bytes */
	FLOW_WAIT,     /* give FLOW_CONTINUE after `ms` */
	FLOW_REATTACH, /* device leaves and comes back at the same slot within `ms`: FLOW_BACK */
	FLOW_JOURNAL,  /* store `journal` durably, then FLOW_CONTINUE */
	FLOW_SAVE,     /* append tx[] to the stream `save`, then FLOW_CONTINUE */
	FLOW_LOAD,   /* give back the unit's own bytes that were saved as save.name: FLOW_LOADED */
	FLOW_FINISH, /* over: read result, fault, records; release the device */
};

enum flow_journal {
	FLOW_JOURNAL_IDENTIFIED,	 /* the unit is known: facts hold ME-ID and SoC-ID */
	FLOW_JOURNAL_POINT_OF_NO_RETURN, /* the next action writes to the unit */
	FLOW_JOURNAL_NUMBERS,		 /* facts hold serial or IMEIs; nothing was written yet */
};

/*
 * A stream of bytes that leaves the run: a read-back for people, or the unit's own identity data
 * before something may destroy it. Bytes come in order. The tx slices of a FLOW_SAVE are the bytes
 * of the event before it: copy them before that event's memory is used again. FLOW_CONTINUE says
 * "taken"; for the last piece it says "hashed, synced and recorded".
 */
struct flow_save {
	enum { FLOW_SAVE_READBACK, FLOW_SAVE_IDENTITY } kind;
	char name[SCATTER_NAME_MAX]; /* partition, or "user+0x1000" */
	enum storage_region region;
	uint64_t start;	 /* where it lies in the region, bytes */
	uint64_t total;	 /* bytes of the whole stream */
	uint64_t offset; /* of this piece */
	bool last;
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
	struct flow_save save; /* of FLOW_SAVE and FLOW_LOAD */
};

enum flow_event_kind {
	FLOW_REPLY,    /* rx: exactly rx_want bytes; valid during the call. Surplus stays queued */
	FLOW_TIMEOUT,  /* rx: the bytes that did arrive (possibly none), now consumed */
	FLOW_GONE,     /* the device left the bus */
	FLOW_BACK,     /* the device is open again; `arrival` says as what */
	FLOW_CONTINUE, /* answers WAIT, JOURNAL and SAVE */
	FLOW_LOADED,   /* answers LOAD: `loaded` and its `sums`, valid until FLOW_FINISH */
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
	struct slice loaded;	   /* FLOW_LOADED */
	/*
	 * FLOW_CONTINUE after FLOW_JOURNAL_IDENTIFIED: an earlier run took this unit's own data
	 * into the vault, was past the point of no return, and did not put it back. This run then
	 * saves nothing anew; it asks for that data (FLOW_LOAD; empty: the vault lacks that one)
	 * and writes it back.
	 */
	bool owed;
	const struct wire_sums *sums;
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
	bool saved; /* read back or backed up into a stream */
	enum flow_verified verified;
	char name[SCATTER_NAME_MAX]; /* when `part` is SIZE_MAX */
};

/* What became of the unit's own data in this run. */
enum flow_identity {
	FLOW_IDENTITY_NOT_TOUCHED, /* nothing in this run could endanger it */
	FLOW_IDENTITY_SAVED,	   /* backup is durable */
	FLOW_IDENTITY_SAME,	   /* read again after the work: unchanged */
	FLOW_IDENTITY_RESTORED,	   /* written back, read again, the same */
	FLOW_IDENTITY_NONE,	   /* a blank board: it has none */
	FLOW_IDENTITY_LOST,	   /* not as it was: the unit is held */
};

#define FLOW_STEPS_MAX 24
#define FLOW_OWN_MAX   40 /* partitions with a unit's own data */
#define FLOW_PARTS_MAX (SCATTER_ENTRIES_MAX + 2 + FLOW_OWN_MAX)

/* The partition table found on the unit, against the package's layout (packages.md 5.4). */
enum flow_layout {
	FLOW_LAYOUT_UNKNOWN, /* not compared */
	FLOW_LAYOUT_SAME,
	FLOW_LAYOUT_CHANGED, /* the same device with another table: a firmware upgrade's work */
	FLOW_LAYOUT_FOREIGN, /* hardly a name in common */
	FLOW_LAYOUT_NONE,    /* no table: a blank board */
};

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
	enum flow_operation operation;
	enum flow_verify verify; /* level in use */
	enum flow_identity identity;
	enum flow_layout layout;
	bool recovered; /* a preloader was written in boot ROM mode, and the unit came back by it */
	struct device_facts facts;
	size_t step_count;
	struct flow_step_record steps[FLOW_STEPS_MAX];
	size_t part_count;
	struct flow_part_record parts[FLOW_PARTS_MAX];
};

struct gpt;  /* engine/format/gpt.h */
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
/* The unit's own partition table as it was found, places in bytes; NULL: none, or not read yet. */
const struct gpt *flow_table(const struct flow *f);

#endif
