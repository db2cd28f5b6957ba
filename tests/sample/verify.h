/* verify: is a device's storage byte for byte what a package says? And what of its identity? */
#ifndef TESTS_SAMPLE_VERIFY_H
#define TESTS_SAMPLE_VERIFY_H

#include <stdbool.h>

/*
 * Compares every image of `package` with the storage files of `device` (one device's state folder
 * of the rack). Differences go to stdout, one line each. 0 equal, 1 different, -1 could not look.
 * `signed_forms`: X-verified is compared where the package has it beside X.
 */
int verify_device(const char *package, const char *device, bool signed_forms);

/* Prints "SHA-256  name" for each identity partition of the layout. 0, or -1 reported. */
int verify_identity(const char *package, const char *device);

#endif
