/*
 * keys: the owner's files for secured devices that a profile names, read whole at start: a wrong
 * path is found then, and not with a unit on the bench.
 */
#ifndef STATION_PROFILE_KEYS_H
#define STATION_PROFILE_KEYS_H

#include "engine/base/problem.h"
#include "engine/flow/flow.h"

struct profile_keys {
	/* File names as the profile gives them, relative to its own folder; "" none. */
	char auth[256], cert[256], sla[256], da_sla[256];
	struct flow_keys files; /* bytes owned, names into the texts above */
};

/* Read all named files. 0, or -1 with `problem` naming key and file; then keys_free() still. */
int keys_load(struct profile_keys *k, const char *profile_file, struct problem *problem);
void keys_free(struct profile_keys *k);
/* NULL when the profile names none: what a flow plan takes. */
const struct flow_keys *keys_of(const struct profile_keys *k);

#endif
