/*
 * streams: what a run reads out of its unit goes into files, and its own data comes back from them
 * (FLOW_SAVE, FLOW_LOAD). One for each port; nothing here blocks the loop.
 *
 *   streams_begin -> { streams_save ... | streams_load | streams_owed | streams_mark }* ->
 *   streams_end
 *
 * Bytes are copied into a queue that a worker empties: a piece is `taken` at once while the queue
 * is short, else when the worker has caught up. The last piece of a stream is taken when its file
 * is hashed and on disk; the host then records it. At most one answer is waited for at any time.
 *
 *   read-backs   STATE/readback/<order>/<run>/<name>.bin
 *   own data     STATE/vault/<unit>/<run>/<name>.bin, only the station may read it; see vault.h
 */
#ifndef STATION_STREAMS_STREAMS_H
#define STATION_STREAMS_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "engine/base/fault.h"
#include "engine/flow/flow.h"
#include "station/streams/files.h"
#include "station/streams/vault.h"

#define STREAMS_QUEUE_BYTES (1u << 20) /* waiting for the worker, for each port */
#define STREAMS_LOADS_MAX   FLOW_OWN_MAX

/* A stream that is on disk. */
struct stream_file {
	bool identity;
	struct vault_file file;
	char path[512]; /* below state_dir */
};

struct streams_host {
	/* `fault` NULL: go on. Else it could not be done. */
	void (*taken)(void *context, const struct fault *fault);
	/* The last piece: the file is on disk, and has to be recorded. */
	void (*stored)(void *context, const struct stream_file *file);
	void (*loaded)(void *context, struct slice bytes, const struct wire_sums *sums,
		       const struct fault *fault);
	/* Answers streams_owed() and streams_mark(). */
	void (*owed)(void *context, bool owed);
	void (*marked)(void *context, const struct fault *fault);
	void (*ended)(void *context);
	void *context;
};

struct stream_piece; /* bytes in the queue */

struct stream_load { /* own data, mapped */
	void *bytes;
	size_t n;
	struct wire_sums sums;
};

enum stream_wait {
	STREAM_FREE, /* nobody waits */
	STREAM_ROOM, /* for room in the queue */
	STREAM_LAST, /* for the file to be whole and on disk */
};

enum stream_work { STREAM_WRITE, STREAM_LOAD, STREAM_OWED, STREAM_MARK, STREAM_END };

struct streams {
	uv_loop_t *loop;
	const char *state_dir;
	uint64_t keep_free; /* bytes of the disk that have to stay free */
	struct streams_host host;

	int64_t run_id, order_id;
	struct vault_unit unit;
	int64_t owed_run; /* its backup is what streams_load() gives; 0: this run's own */
	bool saved_own;	  /* this run has entered own data into the vault */

	struct stream_piece *first, **tail; /* queue, on the loop */
	size_t queued;			    /* bytes, with those at the worker */
	enum stream_wait wait;		    /* what the host waits for */
	bool ending, settle_wanted;
	struct fault fault; /* the first trouble; kept to the end of the run */

	/* The worker's, while `busy`. */
	bool busy;
	uv_work_t work;
	enum stream_work what;
	struct stream_piece *pieces;
	size_t taken_bytes;
	struct file_out out;
	struct flow_save asked; /* STREAM_LOAD */
	enum vault_state mark;
	bool settle;   /* STREAM_END: the unit has its data, and it was compared */
	bool mapped;   /* STREAM_LOAD: there is one more load */
	bool finished; /* STREAM_WRITE: `done` is on disk */
	struct stream_file done;
	struct fault trouble; /* becomes `fault` */
	size_t load_count;
	struct stream_load loads[STREAMS_LOADS_MAX];
};

/* `state_dir` is borrowed. */
void streams_init(struct streams *s, uv_loop_t *loop, const char *state_dir, uint64_t keep_free,
		  const struct streams_host *host);
/* A run begins; everything of the one before has ended. */
void streams_begin(struct streams *s, int64_t run_id, int64_t order_id);
/* The unit is known; before any own data is saved. */
void streams_unit(struct streams *s, const struct vault_unit *unit);
/* Has an earlier run of this unit left its data in the vault only? `owed` follows. */
void streams_owed(struct streams *s);
/*
 * From here on the vault may hold the only copy of the unit's data: `marked` follows, when that is
 * on disk. False: nothing was saved, nothing follows.
 */
bool streams_mark_owed(struct streams *s);
/*
 * Copies the bytes. True: taken. False: `taken` or `stored` follows, never before it returns.
 * `storage`: of the unit, for the name of the region.
 */
bool streams_save(struct streams *s, const struct flow_save *to, enum storage_kind storage,
		  const struct slice *bytes, unsigned count);
/* `loaded` follows; the bytes stay until `ended`. No bytes: an owed backup has none of that name.
 */
void streams_load(struct streams *s, const struct flow_save *from);
/*
 * The run is over and nothing of its memory is on the bus: give all back. `settle`: the unit's data
 * is known to be on it. `ended` follows, never before it returns.
 */
void streams_end(struct streams *s, bool settle);
bool streams_are_quiet(const struct streams *s);

#endif
