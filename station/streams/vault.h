/*
 * vault: backups of units' own data: STATE/vault/<unit>/<run>/<name>.bin and manifest.json, which
 * says whose they are, what they hold, and how they stand:
 *
 *   saving   being made, or made and never needed: nothing of the unit was in danger yet
 *   owed     the run went past its point of no return: the unit's data may exist only here
 *   settled  the unit has its data again, and it was compared
 *
 * Blocks: for workers. One unit is in one slot at a time, so nobody else writes its folder.
 */
#ifndef STATION_STREAMS_VAULT_H
#define STATION_STREAMS_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "station/streams/files.h"

#define VAULT_NO_UNIT "unknown" /* folder of chips without any number: never given back later */

struct vault_unit {
	char key[72]; /* ME-ID, else SoC-ID, hex; "" the chip has none */
	char me_id[33], soc_id[65];
	uint16_t hw_code;
};

struct vault_file {
	char name[64], region[24], file[80];
	uint64_t start, bytes; /* start: in the region */
	char sha256[65];
	bool blank; /* nothing but 00 or FF */
};

enum vault_state { VAULT_SAVING, VAULT_OWED, VAULT_SETTLED };

void vault_folder(char to[FILES_PATH_MAX], const char *state_dir, const struct vault_unit *unit,
		  int64_t run_id);
/* Enter a file that is on disk in that folder. 0, or an errno value. */
int vault_enter(const char *state_dir, const struct vault_unit *unit, int64_t run_id,
		const struct vault_file *file);
/* 0, or an errno value; ENOENT: this run has saved nothing. */
int vault_mark(const char *state_dir, const struct vault_unit *unit, int64_t run_id,
	       enum vault_state state);
/* The oldest run whose backup is owed to this unit; 0 none. */
int64_t vault_owed_run(const char *state_dir, const struct vault_unit *unit);

enum vault_found { VAULT_HAS, VAULT_LACKS, VAULT_OTHER_UNIT, VAULT_BROKEN };
/* What a run saved under that name. */
enum vault_found vault_find(const char *state_dir, const struct vault_unit *unit, int64_t run_id,
			    const char *name, struct vault_file *file);

#endif
