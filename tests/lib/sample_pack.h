/*
 * sample_pack: a package made by flashrack-sample, opened, hashed and checked, for runs without a
 * station; and the same program as the witness of what a device holds.
 */
#ifndef TESTS_LIB_SAMPLE_PACK_H
#define TESTS_LIB_SAMPLE_PACK_H

#include <stdbool.h>

#include "engine/package/package.h"
#include "station/store/folder.h"

struct sample_pack {
	char dir[256];
	char layout[512]; /* path of the scatter file, for --layout */
	struct folder folder;
	struct package package;
	struct package_rules rules;
};

/* `args` for flashrack-sample, NULL-terminated. Ends the program when it cannot be made. */
void sample_pack_make(struct sample_pack *p, const char *dir, const char *const *args);
void sample_pack_free(struct sample_pack *p);

/* Does the device whose state is `device` hold the package? `said` gets the witness's words. */
bool sample_pack_held(const struct sample_pack *p, const char *device, char *said, size_t size);
/* Hashes of the device's identity partitions, a line each. False when they cannot be read. */
bool sample_pack_identity(const struct sample_pack *p, const char *device, char *said, size_t size);

/* Run a program of the build with `args` behind its name; gives its exit status. */
int sample_run(const char *program, const char *const *args, char *said, size_t size);

#endif
