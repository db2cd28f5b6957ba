/* flashrack station, slots, slot, slot abort|retry|release */
#include <stdio.h>
#include <stdlib.h>

#include "station/cli/cli.h"
#include "station/cli/client.h"
#include "station/cli/table.h"

static void print_station(const cJSON *s)
{
	static const char *const rows[][2] = {
		{"name", "name"},
		{"state", "state"},
		{"why", "state_why"},
		{"version", "version"},
		{"USB", "usb.attach"},
		{"slots", "slots"},
		{"open orders", "open_orders"},
		{"ledger", "ledger"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		printf("%-12s %s\n", rows[i][0], client_text(s, rows[i][1]));
}

int cmd_station(const struct cli_options *o)
{
	cJSON *s = client_get(o, "station");

	if (!s)
		return CLI_FAILED;
	if (o->json)
		return cli_print_json(s, CLI_GOOD);
	print_station(s);
	cJSON_Delete(s);
	return CLI_GOOD;
}

int cmd_slots(const struct cli_options *o)
{
	static const char *const heads[] = {"slot", "state", "mode", "chip", "unit",
					    "run",  "try",   "code", "what"};
	cJSON *list = client_get(o, "slots");
	const cJSON *slot;
	struct table t;

	if (!list)
		return CLI_FAILED;
	if (o->json)
		return cli_print_json(list, CLI_GOOD);
	table_start(&t, 9, heads, 1u << 5 | 1u << 6);
	cJSON_ArrayForEach(slot, cJSON_GetObjectItem(list, "items"))
	{
		table_row(&t, (const char *const[]){
				      client_text(slot, "label"), client_text(slot, "state"),
				      client_text(slot, "mode"), client_text(slot, "unit.chip"),
				      client_text(slot, "unit.me_id"), client_text(slot, "run"),
				      client_text(slot, "attempt"), client_text(slot, "error.code"),
				      client_text(slot, "error.meaning")});
	}
	table_print(&t);
	cJSON_Delete(list);
	return CLI_GOOD;
}

/* Every failure with what to do, as the dashboard shows it. */
static void print_error(const cJSON *error)
{
	const cJSON *action;

	if (!cJSON_IsObject(error))
		return;
	printf("%-12s %s %s\n%-12s %s\n", "code", client_text(error, "code"),
	       client_text(error, "name"), "meaning", client_text(error, "meaning"));
	printf("%-12s %s\n%-12s %s\n", "at", client_text(error, "step"), "seen",
	       client_text(error, "what"));
	cJSON_ArrayForEach(action, cJSON_GetObjectItem(error, "action"))
	{
		printf("%-12s %s\n", "do", cJSON_GetStringValue(action));
	}
}

static void print_slot(const cJSON *s)
{
	static const char *const rows[][2] = {
		{"slot", "label"},
		{"port", "path"},
		{"state", "state"},
		{"mode", "mode"},
		{"USB", "usb.id"},
		{"speed", "usb.speed"},
		{"chip", "unit.chip"},
		{"unit", "unit.me_id"},
		{"run", "run"},
		{"order", "order"},
		{"operation", "operation"},
		{"try", "attempt"},
		{"tries left", "tries_left"},
		{"quarantine", "quarantined"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		printf("%-12s %s\n", rows[i][0], client_text(s, rows[i][1]));
	print_error(cJSON_GetObjectItem(s, "error"));
}

static int answer_slot(const struct cli_options *o, cJSON *slot)
{
	if (!slot)
		return CLI_FAILED;
	if (o->json)
		return cli_print_json(slot, CLI_GOOD);
	print_slot(slot);
	cJSON_Delete(slot);
	return CLI_GOOD;
}

static int slot_request(const struct cli_options *o, const char *action)
{
	char *part = client_part(o->path);
	char path[600];
	cJSON *slot;

	snprintf(path, sizeof path, "slots/%s%s%s", part ? part : "", action ? "/" : "",
		 action ? action : "");
	free(part);
	slot = action ? client_post(o, path, NULL) : client_get(o, path);
	return answer_slot(o, slot);
}

int cmd_slot(const struct cli_options *o)
{
	return slot_request(o, NULL);
}

int cmd_slot_abort(const struct cli_options *o)
{
	return slot_request(o, "abort");
}

int cmd_slot_retry(const struct cli_options *o)
{
	return slot_request(o, "retry");
}

int cmd_slot_release(const struct cli_options *o)
{
	return slot_request(o, "release");
}
