/*
 * flow_state: the state of one run, for those who embed it and for the step tables.
 *
 * A plain struct: copying it copies the run, at any step. It points to static tables and to the
 * borrowed plan only, never into itself. About 80 KiB, most of it partition tables: the unit's own
 * and scratch for a new one.
 */
#ifndef ENGINE_FLOW_FLOW_STATE_H
#define ENGINE_FLOW_FLOW_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/brom/brom_state.h"
#include "engine/chips/chips.h"
#include "engine/flow/flow.h"
#include "engine/flow/step.h"
#include "engine/flow/verbs.h"
#include "engine/format/gpt.h"
#include "engine/legacy/legacy_state.h"
#include "engine/xflash/xflash_state.h"
#include "engine/xml/xml_state.h"

/* One write: a part of the package to one place. A part for both boot regions makes two. */
struct flow_job {
	enum { JOB_BY_NAME, JOB_BY_ADDRESS, JOB_TABLE, JOB_PRELOADER } how;
	size_t part;	  /* index into package->parts; SIZE_MAX: partition table */
	size_t record;	  /* index into report.parts */
	const char *name; /* as the agent is told; borrowed from the package or static */
	enum storage_region region;
	uint64_t start;	  /* bytes in the region */
	uint64_t room;	  /* bytes of the partition on the device */
	bool boot_header; /* the agent puts its device header before the image (packages.md 3.2) */
	unsigned piece;	  /* JOB_TABLE: number of the table's piece */
	bool told; /* JOB_TABLE: by an agent's command that reads it back; no sectors to read */
};

#define FLOW_JOBS_MAX (SCATTER_ENTRIES_MAX + 4)

/* Parameters and progress of the verb in work. */
struct flow_io {
	enum storage_region region;
	uint64_t address; /* bytes in the region */
	uint64_t length;  /* bytes: of the range, or of the image on the wire */
	uint64_t done;	  /* bytes acknowledged or received */
	uint64_t room;	  /* of a write: bytes of the partition, to erase for a sparse image */
	const char *name;
	struct slice image; /* borrowed; or the table built in scratch, see `own` */
	bool own;	    /* image lies in flow->table: summed and sent from there */
	bool sparse;	    /* the agent expands it: the first packet waits for an erase */
	const struct wire_sums *sums;		     /* of image; NULL with `own` */
	uint32_t percent;			     /* of a format */
	bool restart;				     /* end: into the system, else power off */
	enum flow_end end;			     /* the same, with all modes */
	enum { IO_TEST_DRAM, IO_TEST_STORAGE } test; /* memtest */
	size_t record; /* index into report.parts: its bytes count what was taken */
	bool stop;     /* a read: the sink has seen enough */
	/* Takes each piece of a read, at `at` bytes from its start. STEP_NEXT: go on; else stop. */
	enum verdict (*sink)(struct flow *f, uint64_t at, struct slice bytes);
};

/* Where the read-back of the current job is; see verify.c. */
struct flow_check {
	size_t job;
	uint64_t turn;	   /* sample number, or end of the last range of a full check */
	uint64_t from;	   /* first byte of the image in this range */
	uint64_t bytes;	   /* of the image in this range */
	uint64_t skip;	   /* bytes read before `from`, to begin on a block */
	uint64_t image_at; /* where the image starts in the region (behind a device header) */
	bool header_read;
};

/* A partition that holds the unit's own data (packages.md 6). */
struct flow_own {
	char name[SCATTER_NAME_MAX]; /* as the device's table spells it */
	enum storage_region region;
	uint64_t start, size; /* as found, bytes */
	uint64_t new_start;   /* where it has to be at the end */
	size_t record;	      /* index into report.parts; SIZE_MAX none */
	uint64_t digest;      /* of what was read of it before the work */
	bool blank;	      /* every byte that was read is the same: it holds nothing */
	bool written;	      /* the package writes it, as the rules allow on blank boards */
	bool lost;	      /* the work destroys it: it is to be written back */
	bool aside;	      /* tables and boot region: saved for people, never written back */
	bool saved, restored;
};

/* How the unit's own data is looked after in this run; see own.c. */
enum own_care {
	OWN_LEFT,  /* nothing in this run could endanger it, or nobody wants to know */
	OWN_WATCH, /* a digest before and after */
	OWN_SAVE,  /* backup, and written back when it was in the way */
};

/* The partition of that list in work, and how far it is read. */
struct flow_own_work {
	size_t at;
	uint64_t turn;	/* of the sampling, or bytes gone */
	uint64_t first; /* bytes of the read in work that lie before the range, to begin on a block
			 */
	uint64_t bytes; /* of the range */
	uint64_t digest;
	uint64_t word; /* bytes of the digest's next word */
	unsigned word_bytes;
	bool any, mixed; /* a byte was seen; two different ones were */
	uint8_t byte;
	bool again; /* the second reading of a backup */
};

struct flow_span {
	enum storage_region region;
	uint64_t start, length; /* bytes */
};

#define FLOW_SPANS_MAX (SCATTER_ENTRIES_MAX + 2)

/* Bytes that a sink has noted for a stream; the runner hands them out as FLOW_SAVE. */
struct flow_saving {
	struct flow_save to;
	unsigned count;
	struct slice pieces[FLOW_TX_MAX];
	bool holding; /* FLOW_SAVE is out; `held` is what comes after it */
	int held;     /* enum verdict */
};

#define FLOW_DEPTH	 6
#define FLOW_LAST_PHASE	 15 /* "finish"; see phases.c */
#define FLOW_OUT_BYTES	 192
#define FLOW_TABLE_BYTES (6 * 4096) /* primary partition table on 4096-byte blocks, the longest */

struct flow {
	const struct flow_plan *plan;
	struct arrival arrival;
	uint64_t now_ms;
	uint32_t seq;

	/* Position: phase, table and step, with the callers below. */
	unsigned phase;
	unsigned depth;
	struct {
		const struct step *table;
		const struct step *at;
	} stack[FLOW_DEPTH];
	const struct step *call;

	enum flow_do pending; /* kind of the action that is out */
	size_t want;	      /* bytes it wants */
	uint32_t more_ms;     /* silence allowed while STEP_MORE goes on */
	bool ending;	      /* failed or refused: only the end table is left */
	bool interrupted;     /* by FLOW_ABORT */
	bool leaving;	      /* the device may leave the bus: that is no fault now */
	bool agent_idle;      /* the agent waits for a command: it can be told to stop */
	uint64_t phase_began_ms, part_began_ms;

	/* What this run works with, found on the way. */
	const struct chip *chip;
	const struct da_entry *entry;
	struct slice da1, da2; /* as sent: DA1 with signature, DA2 without */
	uint32_t da1_addr, da1_sig_len, da2_addr;
	const struct da_verbs *verbs;
	const struct scatter_section *section;

	size_t job_count;
	size_t job;
	struct flow_job jobs[FLOW_JOBS_MAX];
	bool blank;	  /* no partition table on the device: it gets one */
	struct gpt found; /* the device's own table; count 0 and blank: none */
	bool has_found;
	bool new_table; /* this run writes a partition table */

	enum own_care care;
	size_t own_count;
	struct flow_own own[FLOW_OWN_MAX];
	struct flow_own_work own_work;
	size_t span_count, span; /* to erase */
	struct flow_span spans[FLOW_SPANS_MAX];
	size_t range; /* of the plan's, in work */
	struct flow_saving saving;
	struct slice loaded; /* of FLOW_LOADED; borrowed until the end of the run */
	const struct wire_sums *loaded_sums;
	uint32_t journalled; /* bits by enum flow_journal: stored once is enough */
	bool owed;	     /* as the station said: see struct flow_event */
	bool reading_own;    /* what the agent refuses now is a backup that can not be made */

	/* Staged recovery: the preloader was written and the unit restarted (recover.c). */
	bool recovering;
	bool from_start; /* at the end of this phase the run begins anew */
	uint8_t first_me_id[16], first_me_id_len;

	struct brom_state brom;
	union { /* of the agent generation in use */
		struct legacy_state legacy;
		struct xflash_state xflash;
		struct xml_state xml;
	};
	struct flow_io io;
	struct flow_check check;

	uint16_t out_bytes;
	uint8_t out[FLOW_OUT_BYTES]; /* headers and parameters of the action that is out */
	uint32_t table_bytes;
	uint8_t table[FLOW_TABLE_BYTES];

	struct flow_report report;
};

#endif
