/*
 * cli: what the commands of the `flashrack` program share.
 *
 * Exit status: 0 good, 1 failed or refused, 2 wrong usage. Results go to stdout, errors to stderr
 * as one line "flashrack: what, where: why; what to do".
 */
#ifndef STATION_CLI_CLI_H
#define STATION_CLI_CLI_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "engine/base/problem.h"
#include "engine/format/da_file.h"
#include "engine/format/preloader.h"
#include "engine/format/scatter.h"
#include "engine/package/package.h"

enum cli_status { CLI_GOOD = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

#define CLI_RANGES_MAX 64

/* Options as given; NULL: not given. */
struct cli_options {
	bool json;
	const char *da, *scatter;
	const char *path; /* the command's one argument: file, folder, slot, number */
	const char *url, *limit;
	/* of order open */
	const char *profile, *package, *operation, *quantity, *name, *operator_name;
	const char *slots, *end, *only;
	const char *ranges[CLI_RANGES_MAX];
	size_t range_count;
};

int cmd_package_check(const struct cli_options *o);
int cmd_scatter(const struct cli_options *o);
int cmd_da(const struct cli_options *o);
int cmd_preloader(const struct cli_options *o);
/* These ask a running station (client.h). */
int cmd_station(const struct cli_options *o);
int cmd_slots(const struct cli_options *o);
int cmd_slot(const struct cli_options *o);
int cmd_slot_abort(const struct cli_options *o);
int cmd_slot_retry(const struct cli_options *o);
int cmd_slot_release(const struct cli_options *o);
int cmd_card(const struct cli_options *o);
int cmd_orders(const struct cli_options *o);
int cmd_order_open(const struct cli_options *o);
int cmd_order_close(const struct cli_options *o);
int cmd_order_resume(const struct cli_options *o);
int cmd_packages(const struct cli_options *o);
int cmd_package_import(const struct cli_options *o);
int cmd_runs(const struct cli_options *o);
int cmd_run(const struct cli_options *o);

/* Print the one error line and return CLI_FAILED. `what` is the file or folder it is about. */
int cli_fail(const char *what, const struct problem *problem);
/* Print `json` with a line end, free it, and return `status`; CLI_FAILED when it can't be written.
 */
int cli_print_json(cJSON *json, int status);

/* JSON objects with stable lower_snake keys; the caller owns them. */
cJSON *json_of_entry(const struct scatter_section *sec, const struct scatter_entry *e);
void json_add_scatter(cJSON *to, const struct scatter *s);
cJSON *json_of_da(const struct da_file *d);
cJSON *json_of_preloader(const struct preloader *p);
/* Numbers up to 2^53 are exact in JSON; larger ones, which no flash has, lose their last digits. */
void json_add_number(cJSON *to, const char *key, uint64_t n);
/* 0x form, as people compare it with the scatter file. */
void json_add_hex(cJSON *to, const char *key, uint64_t n, int digits);

/* The same for people. */
void print_partitions(const struct scatter_section *sec);
void print_scatter(const struct scatter *s);
void print_da(const struct da_file *d);
void print_preloader(const struct preloader *p);

/* "eMMC MCP LPDDR4X" of an EMI record's type. Static string. */
const char *dram_type_name(uint32_t type);
const char *dram_package_name(uint32_t type);
const char *preloader_hash_name(const struct preloader *p);
/* Readable form of a record's id: hex, and the text it ends in between quotes; "any" when empty. */
#define EMI_ID_TEXT 48
void emi_id_text(const struct emi_record *r, char to[EMI_ID_TEXT]);

#endif
