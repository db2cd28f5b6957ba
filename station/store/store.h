/*
 * store: the packages of this station, and the work on them: import and loading, in libuv's
 * workers, with progress. Loop thread only.
 */
#ifndef STATION_STORE_STORE_H
#define STATION_STORE_STORE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "engine/base/problem.h"
#include "station/store/import.h"
#include "station/store/loaded.h"

#define STORE_PACKAGES_MAX 256

enum stored_state { STORED_IMPORTING, STORED_READY, STORED_REFUSED, STORED_FAILED };

struct stored_package {
	enum stored_state state;
	struct manifest manifest;    /* while importing: only name and source are set */
	const struct import *import; /* under way, for its progress; NULL */
	uint64_t bytes, bytes_done;
	char why[512];
	uint64_t version;
};

struct store {
	uv_loop_t *loop;
	char contents[STORE_PATH_MAX], packages[STORE_PATH_MAX];
	size_t count;
	struct stored_package *list[STORE_PACKAGES_MAX]; /* owned, by time of import */
	const struct package_rules *rules; /* the most that any profile allows; for imports */
	uint64_t (*touch)(void *context);  /* something to show has changed: gives the version */
	void *context;
	atomic_bool stop;
	unsigned jobs; /* under way in workers */
	uint64_t imports;
};

/*
 * Make the folders below `state_dir`, clear what a crash left, read what is there. Packages that
 * can not be read are shown as failed. Blocks: before the loop runs. 0 or -1.
 */
int store_open(struct store *s, uv_loop_t *loop, const char *state_dir, struct problem *problem);
/* Ask running jobs to end soon. They call back as failed; then `jobs` is 0. */
void store_stop(struct store *s);
void store_free(struct store *s); /* no jobs may be under way */

/*
 * Import a folder. `done` on the loop: `package` is the entry (ready or refused), or NULL with
 * `problem`. 0, or -1 with `problem` when it does not even begin.
 */
typedef void store_imported(void *context, struct stored_package *package,
			    const struct problem *problem);
int store_import(struct store *s, const char *folder, store_imported *done, void *context,
		 struct problem *problem);

/* By id, unique id prefix (8 or more characters), or name (the latest import). NULL: none. */
struct stored_package *store_find(struct store *s, const char *what);

/*
 * Load a package for an order. `da_beside` (a path) is the agent file to use when it is there, else
 * `da` (a name in the package); NULL or "" for both = the package's own. `rules` are borrowed. The
 * package must still have the id it has in the store. `done`: the package is the receiver's, or
 * NULL with `problem`.
 */
typedef void store_loaded(void *context, struct loaded_package *loaded,
			  const struct problem *problem);
int store_load(struct store *s, const struct stored_package *package, const char *da_beside,
	       const char *da, const struct package_rules *rules, store_loaded *done, void *context,
	       struct problem *problem);

/* While imports run: take over their progress. Call from a tick. */
void store_tick(struct store *s);
const char *stored_state_name(enum stored_state state);

#endif
