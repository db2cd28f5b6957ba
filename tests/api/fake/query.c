/* station/ledger/query.h over the fake's runs; answers come one turn of the loop later. */
#include "station/ledger/query.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "tests/api/fake/fake.h"
#include "web/api/render.h"

struct job {
	uv_timer_t timer;
	struct station *station;
	struct query query;
	query_done *done;
	void *context;
};

static cJSON *error_json(const struct view_error *e)
{
	cJSON *json, *actions;

	if (!e)
		return cJSON_CreateNull();
	json = cJSON_CreateObject();
	render_text(json, "code", e->code);
	render_text(json, "name", e->name);
	render_text(json, "family", e->family);
	render_text(json, "step", e->step);
	render_text(json, "meaning", e->meaning);
	actions = cJSON_AddArrayToObject(json, "action");
	for (const char *const *a = e->action; *a; a++)
		cJSON_AddItemToArray(actions, cJSON_CreateString(*a));
	return json;
}

static cJSON *run_json(const struct fake_run *run)
{
	static const char *const steps[] = {"connect", "identify", "preflight",
					    "agent",   "write",	   "verify"};
	cJSON *json = cJSON_CreateObject(), *unit, *list, *item;

	cJSON_AddNumberToObject(json, "id", (double)run->id);
	unit = cJSON_AddObjectToObject(json, "unit");
	render_text(unit, "me_id", run->me_id);
	render_text(unit, "soc_id", "");
	cJSON_AddStringToObject(json, "slot", run->label);
	cJSON_AddStringToObject(json, "result", run->result);
	cJSON_AddItemToObject(json, "error", error_json(run->error));
	render_time(json, "started_at", run->started_ms);
	render_time(json, "finished_at", run->finished_ms);
	list = cJSON_AddArrayToObject(json, "steps");
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "name", steps[i]);
		cJSON_AddNumberToObject(item, "ms", (double)(120 + i * i * 400));
		cJSON_AddStringToObject(item, "result", "ok");
		cJSON_AddItemToArray(list, item);
	}
	cJSON_AddArrayToObject(json, "partitions");
	cJSON_AddNumberToObject(json, "bytes_written", (double)run->bytes);
	cJSON_AddNumberToObject(json, "mib_per_s", 27.4);
	return json;
}

static cJSON *list_json(const struct station *s, const struct query *q)
{
	cJSON *json = cJSON_CreateObject(), *items = cJSON_AddArrayToObject(json, "items");
	int left = q->limit;

	for (size_t i = s->run_count; i-- > 0 && left;) {
		const struct fake_run *run = &s->runs[i];

		if ((*q->result && strcmp(q->result, run->result)) ||
		    (q->after && run->id >= q->after) || (*q->slot && strcmp(q->slot, run->label)))
			continue;
		cJSON_AddItemToArray(items, run_json(run));
		left--;
	}
	cJSON_AddNullToObject(json, "next");
	return json;
}

static cJSON *find_json(const struct station *s, const struct query *q)
{
	for (size_t i = 0; i < s->run_count; i++)
		if (s->runs[i].id == q->id)
			return run_json(&s->runs[i]);
	return NULL;
}

static cJSON *body_json(const struct station *s, const struct query *q)
{
	cJSON *json;

	switch (q->kind) {
	case QUERY_UNITS:
	case QUERY_RUNS:
	case QUERY_ORDERS:
		return list_json(s, q);
	case QUERY_UNIT:
	case QUERY_RUN:
	case QUERY_RUN_LOG:
	case QUERY_ORDER:
		return find_json(s, q);
	case QUERY_PACKAGE:
		if (strcmp(q->text_id, s->packages[0].id))
			return NULL;
		json = cJSON_CreateObject();
		cJSON_AddStringToObject(json, "id", q->text_id);
		return json;
	case QUERY_PACKAGES:
	case QUERY_PROFILES:
	case QUERY_STATS:
		json = cJSON_CreateObject();
		cJSON_AddNumberToObject(json, "runs", (double)s->run_count);
		return json;
	}
	return NULL;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void on_timer(uv_timer_t *timer)
{
	struct job *job = timer->data;
	cJSON *json = body_json(job->station, &job->query);
	struct problem problem;

	if (job->station->options.queries == FAKE_QUERIES_FAIL) {
		problem_set(&problem, "ledger.db", "check the disk", "disk I/O error");
		job->done(job->context, QUERY_FAILED, NULL, &problem);
	} else if (!json) {
		job->done(job->context, QUERY_NOT_FOUND, NULL, NULL);
	} else {
		char *text = cJSON_PrintUnformatted(json);

		job->done(job->context, QUERY_OK, text, NULL);
		cJSON_free(text);
	}
	cJSON_Delete(json);
	uv_close((uv_handle_t *)timer, on_closed);
}

int ledger_query(struct ledger_reader *r, const struct query *q, query_done *done, void *context)
{
	struct job *job;

	if (r->station->options.queries == FAKE_QUERIES_BUSY)
		return -1;
	job = malloc(sizeof *job);
	if (!job)
		return -1;
	*job = (struct job){.station = r->station, .query = *q, .done = done, .context = context};
	uv_timer_init(r->station->loop, &job->timer);
	job->timer.data = job;
	uv_timer_start(&job->timer, on_timer,
		       r->station->options.queries == FAKE_QUERIES_SLOW ? 3000 : 2, 0);
	return 0;
}
