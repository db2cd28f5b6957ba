#include "tests/sim/symptom.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define WAIT_SECONDS 40

static int64_t touched; /* by the factory that made the device */

void symptom_begin(struct sim *s, const struct symptom *row)
{
	static const char *const small[] = {SYMPTOM_SMALL, NULL};
	char json[600];

	sim_begin_with(s, row->sample[0] ? row->sample : small);
	sim_file(s, "profiles/row.json", row->profile ? row->profile : "{\"verify\":\"checksum\"}");
	if (row->bare)
		s->layout[0] = '\0';
	sim_rack(s, "rack", 1, row->rack);
	sim_ctl(s, "rack", "unplug", "all");
	touched = sim_written(s, "rack", 0);
	sim_station(s, "rack", row->config);
	snprintf(json, sizeof json,
		 "{\"name\":\"row\",\"profile\":\"row\",\"package\":\"%s/package\"%s}", s->dir,
		 row->order ? row->order : "");
	sim_order_json(s, json);
	sim_ctl(s, "rack", "replug", "all");
}

static const char *text_of(const cJSON *object, const char *key)
{
	const cJSON *value = cJSON_GetObjectItem(object, key);

	return cJSON_IsString(value) ? value->valuestring : "";
}

/* What every failure must have: code, name, meaning, and something to do. */
static void check_error(struct sim *s, const struct symptom *row, const cJSON *error)
{
	const char *what = text_of(error, "what"), *step = text_of(error, "step");

	if (strcmp(text_of(error, "code"), row->code) != 0)
		fail_msg("code %s, not %s: %s [%s]; see %s", text_of(error, "code"), row->code,
			 what, step, s->dir);
	if (!*text_of(error, "name") || !*text_of(error, "meaning"))
		fail_msg("%s: no name or meaning", row->code);
	if (cJSON_GetArraySize(cJSON_GetObjectItem(error, "action")) < 1)
		fail_msg("%s: nothing to do", row->code);
	if (row->step && strncmp(step, row->step, strlen(row->step)) != 0)
		fail_msg("%s: step is \"%s\", not \"%s\"", row->code, step, row->step);
	for (size_t i = 0; i < 4 && row->words[i]; i++)
		if (!strstr(what, row->words[i]))
			fail_msg("%s: no \"%s\" in \"%s\"", row->code, row->words[i], what);
}

static void check_run(struct sim *s, const struct symptom *row)
{
	cJSON *runs, *run;
	int status;

	runs = sim_get(s, "/api/v1/runs?limit=1", &status);
	run = cJSON_GetArrayItem(cJSON_GetObjectItem(runs, "items"), 0);
	assert_non_null(run);
	assert_string_equal(text_of(run, "result"), row->state);
	check_error(s, row, cJSON_GetObjectItem(run, "error"));
	cJSON_Delete(runs);
}

void symptom_expect(struct sim *s, const struct symptom *row)
{
	cJSON *slot;
	int status;

	sim_wait_slot(s, "S1", row->state, WAIT_SECONDS);
	slot = sim_get(s, "/api/v1/slots/S1", &status);
	check_error(s, row, cJSON_GetObjectItem(slot, "error"));
	cJSON_Delete(slot);
	if (row->step)
		check_run(s, row);
	else
		assert_int_equal(sim_sql(s, "SELECT count(*) FROM runs"), 0);
	if (row->untouched)
		assert_int_equal(sim_written(s, "rack", 0), touched);
}
