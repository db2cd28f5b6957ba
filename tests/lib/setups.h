/*
 * setups: the devices that stand for each agent generation and storage in whole-run tests: how
 * flashrack-sample makes a package for them and how flashrack-rack makes the device.
 */
#ifndef TESTS_LIB_SETUPS_H
#define TESTS_LIB_SETUPS_H

#include <stdbool.h>
#include <stddef.h>

#define SETUP_ARGS_MAX 16

struct setup {
	const char *name;		    /* "MT6765 emmc" */
	const char *generation;		    /* "legacy", "xflash", "xml" */
	const char *sample[SETUP_ARGS_MAX]; /* for flashrack-sample; NULL-terminated */
	const char *rack[SETUP_ARGS_MAX];   /* for flashrack-rack: chip and storage */
	bool faults;			    /* stands for its kind where each fault is tried */
	/* Station code by which an operation is refused that the agent does not offer; 0: offered.
	 */
	int memtest, upgrade, format_all;
};

extern const struct setup setups[];
extern const size_t setup_count;

#endif
