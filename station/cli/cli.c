#include "station/cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cli_fail(const char *what, const struct problem *problem)
{
	/* a problem that is about the whole file names it again: once is enough */
	if (strcmp(what, problem->where) == 0)
		fprintf(stderr, "flashrack: %s: %s; %s\n", what, problem->why, problem->remedy);
	else
		fprintf(stderr, "flashrack: %s, %s: %s; %s\n", what, problem->where, problem->why,
			problem->remedy);
	return CLI_FAILED;
}

int cli_print_json(cJSON *json, int status)
{
	char *text = cJSON_Print(json);
	bool ok = text && puts(text) >= 0 && fflush(stdout) == 0;

	cJSON_free(text);
	cJSON_Delete(json);
	if (ok)
		return status;
	fputs("flashrack: JSON, stdout: it can't be written; check memory and the disk\n", stderr);
	return CLI_FAILED;
}

void json_add_number(cJSON *to, const char *key, uint64_t n)
{
	cJSON_AddNumberToObject(to, key, (double)n);
}

void json_add_hex(cJSON *to, const char *key, uint64_t n, int digits)
{
	char text[24];

	snprintf(text, sizeof text, "0x%0*llx", digits, (unsigned long long)n);
	cJSON_AddStringToObject(to, key, text);
}
