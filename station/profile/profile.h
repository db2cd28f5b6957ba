/*
 * profile: what a product is and how it may be flashed; one JSON file each in profiles_dir.
 * The form is schema/json/profile.schema.json; profiles/ has examples.
 *
 * Loaded once at start and unchanged from then on: orders and runs borrow them.
 */
#ifndef STATION_PROFILE_PROFILE_H
#define STATION_PROFILE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/problem.h"
#include "engine/flow/flow.h"
#include "engine/format/storage.h"
#include "station/profile/keys.h"
#include "station/profile/task.h"

#define PROFILE_PLATFORMS_MAX 16
#define PROFILE_IDENTITY_MAX  32
#define PROFILE_PATH_MAX      512

struct profile {
	char name[64]; /* by which orders call it; by default the file's, without .json */
	char product[96];
	char file[PROFILE_PATH_MAX];
	char sha256[65];       /* of the file, hex */
	char *json;	       /* the whole text; owned */
	size_t platform_count; /* 0: whatever the package is for */
	char platforms[PROFILE_PLATFORMS_MAX][24];
	enum storage_kind storage; /* STORAGE_NONE: whatever the device has */
	char da[256];		  /* agent file, of the package or beside the profile; "" find it */
	struct task task;	  /* what is done unless an order chooses otherwise */
	unsigned operations;	  /* that orders may choose: a bit for each flow_operation */
	struct profile_keys keys; /* of secured devices */
	int64_t battery_min_mv; /* with less, when the unit tells, it is not written to; 0: 3300 */
	bool blank_boards;	/* a device without partition table is given one */
	char identity[PROFILE_IDENTITY_MAX][SCATTER_NAME_MAX];
	const char *allowed_identity[PROFILE_IDENTITY_MAX + 1]; /* NULL-terminated, into identity */
	struct package_rules rules;
};

struct profiles {
	size_t count;
	struct profile **list; /* owned, by file name, ended by NULL */
	const char **widest;   /* owned: every partition that any of them allows */
	struct package_rules widest_rules;
};

/*
 * Read one file. NULL with `problem`. Free with profile_free().
 */
struct profile *profile_load(const char *file, struct problem *problem);
void profile_free(struct profile *p);

/*
 * Read all *.json of a folder; two of one name are refused. 0, or -1 with `problem` and the file in
 * `bad_file`. A folder that is not there holds none, unless it `must_exist`.
 */
int profiles_load(struct profiles *all, const char *folder, bool must_exist, char *bad_file,
		  size_t bad_file_size, struct problem *problem);
void profiles_free(struct profiles *all);
const struct profile *profiles_find(const struct profiles *all, const char *name);

/* The most that any of them allows: what no profile allows is refused at import already. */
const struct package_rules *profiles_widest_rules(const struct profiles *all);

/* May a package for `platform` be flashed under this profile? A suffix as in MT6757D is tolerated.
 */
bool profile_allows_platform(const struct profile *p, const char *platform);

#endif
