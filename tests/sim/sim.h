/*
 * sim: a line in a temporary folder: sample package, rack and station as child processes, HTTP to
 * the station, SQL to its ledger. A step that can not be done fails the running cmocka test.
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <cjson/cJSON.h>

#define SIM_RACKS_MAX 4

struct sim {
	char dir[64];	  /* everything is below */
	char layout[192]; /* scatter file of DIR/package; "": devices without layout and own data */
	char package[32]; /* folder that the witness and sim_check_package() look at: "package" */
	int port;
	pid_t station;
	int rack_count;
	struct {
		pid_t pid;
		char name[16];
	} racks[SIM_RACKS_MAX];
};

/* Make the folder and a package of about `mib` MiB in DIR/package. */
void sim_begin(struct sim *s, int mib);
/* The same with a package by these arguments of flashrack-sample, NULL-terminated. */
void sim_begin_with(struct sim *s, const char *const *args);
/* End all processes, remove the folder (kept when SIM_KEEP is set). */
void sim_end(struct sim *s);

/* Make a package in DIR/`name`; `args` for flashrack-sample, NULL-terminated. */
void sim_package(struct sim *s, const char *name, const char *const *args);
void sim_file(struct sim *s, const char *name, const char *text); /* DIR/name */

/* Start a rack on DIR/<name>.sock with state in DIR/<name>; `args` are more arguments. */
void sim_rack(struct sim *s, const char *name, int devices, const char *const *args);
void sim_ctl(struct sim *s, const char *name, const char *verb, const char *slot);
void sim_stop_rack(struct sim *s, const char *name);

/*
 * Start the station on DIR/<rack>.sock with state in DIR/state and profiles in DIR/profiles; `more`
 * is JSON of further config keys ("{...}" or NULL). Returns when it answers.
 */
void sim_station(struct sim *s, const char *rack, const char *more);
/* Send a signal, wait for the end, give the wait status. */
int sim_stop_station(struct sim *s, int signal_number);

/* HTTP; the answer's status is in *status. NULL body: empty or no JSON. Free with cJSON_Delete().
 */
cJSON *sim_get(struct sim *s, const char *path, int *status);
cJSON *sim_post(struct sim *s, const char *path, const char *json, int *status);
/* Open an order by the sample package and give its id. */
int64_t sim_order(struct sim *s, const char *name, const char *profile, int quantity);
int64_t sim_order_json(struct sim *s, const char *json);

/* One number from the ledger (format: SQL). -1: no row. */
__attribute__((format(printf, 2, 3))) int64_t sim_sql(struct sim *s, const char *format, ...);
/* Wait until the SQL gives `value`; fails the test after `seconds`. */
__attribute__((format(printf, 4, 5))) void sim_wait_sql(struct sim *s, int seconds, int64_t value,
							const char *format, ...);
/* Wait until a slot's state is one of `states` (separated by spaces). */
void sim_wait_slot(struct sim *s, const char *label, const char *states, int seconds);
/* A text of a slot as the API shows it: "state", or "error.code". Static memory. */
const char *sim_slot_text(struct sim *s, const char *label, const char *key);

/* Is the storage of the device byte for byte what the package says? */
bool sim_verify(struct sim *s, const char *rack, int device);
/* The sample maker's words on a device: `verb` is "verify" or "identity". Its exit status. */
int sim_witness(struct sim *s, const char *verb, const char *rack, int device, char *said,
		size_t size);
/* Hashes of the identity partitions of a device, a line each. */
struct sim_identity {
	char text[4096];
};
void sim_identity(struct sim *s, const char *rack, int device, struct sim_identity *to);
/* Bytes written to or erased on a device, of its device.json: all regions. */
int64_t sim_written(struct sim *s, const char *rack, int device);

/* `flashrack package check --json` of DIR/package; free with cJSON_Delete(). */
cJSON *sim_check_package(struct sim *s);
/* The first downloaded partition that has one of these names (separated by spaces). */
const cJSON *sim_partition(const cJSON *package, const char *names);

/* Run a program of the build folder to its end; its output is in `out`. Gives the exit status. */
int sim_run(struct sim *s, const char *program, const char *const *args, char *out, size_t size);
int sim_free_port(void);
void sim_sleep_ms(int ms);

#endif
