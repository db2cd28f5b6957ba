/*
 * config: the station's settings, from one JSON file. Every key is optional.
 * The form is schema/json/config.schema.json; README.md shows examples.
 *
 * Relative paths count from the folder of the file. Memory is one block, freed by config_free().
 */
#ifndef STATION_CONFIG_CONFIG_H
#define STATION_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "station/profile/task.h"

#define CONFIG_PATH_MAX	    4096
#define CONFIG_SLOTS_MAX    256
#define CONFIG_PACKAGES_MAX 32

struct config_slot {
	char path[128]; /* topology, as `flashrackd` shows it; or only its last word: "1-4.2" */
	char label[32];
};

struct config {
	char file[CONFIG_PATH_MAX];
	char state_dir[CONFIG_PATH_MAX];
	char name[64];
	struct {
		char address[64];
		int64_t port;
	} listen;
	bool allow_remote; /* may listen elsewhere than on this machine */
	struct {
		char attach[160];	/* "libusb" or "unix:PATH" */
		int64_t transfer_bytes; /* largest bulk transfer; a power of two */
		int64_t in_flight;	/* OUT transfers under way for each port */
	} usb;
	size_t slot_count; /* 0: every port where a device comes up becomes a slot */
	struct config_slot slots[CONFIG_SLOTS_MAX];
	char profiles_dir[CONFIG_PATH_MAX];
	bool profiles_dir_given;
	size_t package_count; /* folders to import at start */
	char packages[CONFIG_PACKAGES_MAX][CONFIG_PATH_MAX];
	struct {
		int64_t arrivals, seconds; /* so many within so long: the slot is held */
	} flap;
	struct {
		int64_t tries;		  /* of a unit in an order; 0 no limit (ST-064) */
		int64_t auto_tries;	  /* in a row, without people */
		int64_t same_fault_units; /* in a row: then the order is stopped (ST-065) */
		int64_t slot_failures;	  /* in a row: then the slot is out of use (ST-013) */
		int64_t slot_flaps;	  /* as well */
	} limits;
	/*
	 * A unit that passed and was told to power off or to restart shows up again by itself, as
	 * its preloader starts: arrivals within this time after it left are left alone.
	 */
	int64_t restart_ms;
	int64_t arrival_wait_s; /* a named slot that is empty for longer is told of (ST-002); 0 off
				 */
	int64_t disk_free_mib;	/* of the disk of state_dir; with less no runs are started */
	struct {
		bool given;
		char name[64], profile[64], package[CONFIG_PATH_MAX], operator_name[64];
		int64_t quantity;
		struct task_choice choice;
	} order; /* opened at start unless an order of that name is open */
};

/* Defaults alone: `file` NULL. NULL with `problem` (its `where` is the key's path). */
struct config *config_load(const char *file, struct problem *problem);
void config_free(struct config *c);

/* `path` as seen from the folder of `file`; false when it gets too long. */
bool config_join(char *to, size_t size, const char *file, const char *path);

#endif
