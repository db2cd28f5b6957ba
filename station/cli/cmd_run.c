/* flashrack runs, run, card */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "station/cli/cli.h"
#include "station/cli/client.h"
#include "station/cli/table.h"

int cmd_runs(const struct cli_options *o)
{
	static const char *const heads[] = {"run",    "slot", "unit",	 "operation",
					    "result", "code", "started", "step"};
	cJSON *list;
	const cJSON *run;
	struct table t;
	char path[64];

	snprintf(path, sizeof path, "runs?limit=%.10s", o->limit ? o->limit : "20");
	list = client_get(o, path);
	if (!list)
		return CLI_FAILED;
	if (o->json)
		return cli_print_json(list, CLI_GOOD);
	table_start(&t, 8, heads, 1u);
	cJSON_ArrayForEach(run, cJSON_GetObjectItem(list, "items"))
	{
		table_row(&t,
			  (const char *const[]){
				  client_text(run, "id"), client_text(run, "slot"),
				  client_text(run, "unit.me_id"), client_text(run, "operation"),
				  client_text(run, "result"), client_text(run, "error.code"),
				  client_text(run, "started_at"), client_text(run, "error.step")});
	}
	table_print(&t);
	cJSON_Delete(list);
	return CLI_GOOD;
}

static cJSON *get_run(const struct cli_options *o)
{
	char *part = client_part(o->path);
	char path[200];

	snprintf(path, sizeof path, "runs/%s", part ? part : "");
	free(part);
	return client_get(o, path);
}

static void print_rows(const cJSON *json, const char *const (*rows)[2], size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf("%-13s %s\n", rows[i][0], client_text(json, rows[i][1]));
}

static void print_parts(const cJSON *run)
{
	static const char *const heads[] = {"partition", "bytes", "verify", "sha256"};
	const cJSON *parts = cJSON_GetObjectItem(run, "partitions"), *part;
	struct table t;

	if (!cJSON_GetArraySize(parts))
		return;
	table_start(&t, 4, heads, 1u << 1);
	cJSON_ArrayForEach(part, parts)
	{
		table_row(&t, (const char *const[]){
				      client_text(part, "name"), client_text(part, "bytes"),
				      client_text(part, "verify"), client_text(part, "sha256")});
	}
	putchar('\n');
	table_print(&t);
}

int cmd_run(const struct cli_options *o)
{
	static const char *const rows[][2] = {
		{"run", "id"},
		{"result", "result"},
		{"slot", "slot"},
		{"unit", "unit.me_id"},
		{"operation", "operation"},
		{"order", "order_name"},
		{"package", "package_name"},
		{"started", "started_at"},
		{"finished", "finished_at"},
		{"written", "bytes_written"},
		{"code", "error.code"},
		{"meaning", "error.meaning"},
		{"at", "error.step"},
		{"seen", "error.what"},
	};
	cJSON *run = get_run(o);

	if (!run)
		return CLI_FAILED;
	if (o->json)
		return cli_print_json(run, CLI_GOOD);
	print_rows(run, rows, sizeof rows / sizeof rows[0]);
	print_parts(run);
	cJSON_Delete(run);
	return CLI_GOOD;
}

static void print_table(const cJSON *table)
{
	static const char *const heads[] = {"partition", "start", "size"};
	const cJSON *part;
	char start[32], size[32];
	struct table t;

	if (!cJSON_GetArraySize(table))
		return;
	table_start(&t, 3, heads, 1u << 1 | 1u << 2);
	cJSON_ArrayForEach(part, table)
	{
		snprintf(start, sizeof start, "0x%llx",
			 (unsigned long long)cJSON_GetNumberValue(
				 cJSON_GetObjectItem(part, "start")));
		snprintf(size, sizeof size, "0x%llx",
			 (unsigned long long)cJSON_GetNumberValue(
				 cJSON_GetObjectItem(part, "size")));
		table_row(&t, (const char *const[]){client_text(part, "name"), start, size});
	}
	putchar('\n');
	table_print(&t);
}

static void print_card(const cJSON *run)
{
	static const char *const rows[][2] = {
		{"chip", "facts.chip"},
		{"hw code", "facts.hw_code"},
		{"hw sub code", "facts.hw_sub_code"},
		{"hw version", "facts.hw_version"},
		{"sw version", "facts.sw_version"},
		{"secure boot", "facts.secure_boot"},
		{"SLA", "facts.serial_link_authentication"},
		{"DAA", "facts.agent_authentication"},
		{"came by", "facts.arrived_as"},
		{"ME-ID", "unit.me_id"},
		{"SoC-ID", "unit.soc_id"},
		{"storage", "facts.storage.kind"},
		{"storage id", "facts.storage.cid"},
		{"firmware", "facts.storage.firmware"},
		{"DRAM bytes", "facts.dram_bytes"},
		{"battery mV", "facts.battery_mv"},
		{"USB", "facts.usb_speed"},
	};
	const cJSON *region;

	print_rows(run, rows, sizeof rows / sizeof rows[0]);
	cJSON_ArrayForEach(
		region,
		cJSON_GetObjectItem(
			cJSON_GetObjectItem(cJSON_GetObjectItem(run, "facts"), "storage"), "bytes"))
	{
		printf("%-13s %.0f bytes\n", region->string, cJSON_GetNumberValue(region));
	}
	print_table(cJSON_GetObjectItem(cJSON_GetObjectItem(run, "facts"), "table"));
}

/* What is on the bench: the facts of the slot's latest run. */
int cmd_card(const struct cli_options *o)
{
	struct cli_options of_run = *o;
	char *part = client_part(o->path);
	char path[600], id[32];
	cJSON *slot, *run;

	snprintf(path, sizeof path, "slots/%s", part ? part : "");
	free(part);
	slot = client_get(o, path);
	if (!slot)
		return CLI_FAILED;
	snprintf(id, sizeof id, "%s", client_text(slot, "run"));
	cJSON_Delete(slot);
	if (!strcmp(id, "-")) {
		fprintf(stderr,
			"flashrack: slot, %s: no run has read its unit yet; open an order "
			"with --operation identify\n",
			o->path);
		return CLI_FAILED;
	}
	of_run.path = id;
	run = get_run(&of_run);
	if (!run)
		return CLI_FAILED;
	if (o->json)
		return cli_print_json(run, CLI_GOOD);
	print_card(run);
	cJSON_Delete(run);
	return CLI_GOOD;
}
