/* Units, runs and statistics: all that is read from the ledger only. */
#include "web/api/records.h"

#include <stdlib.h>
#include <string.h>

#include "station/ledger/query.h"
#include "web/api/handlers.h"
#include "web/api/params.h"
#include "web/context.h"
#include "web/http/exchange.h"

enum { LIMIT_DEFAULT = 50 };

struct pending {
	struct exchange *exchange; /* held */
	const char *noun;
	enum query_kind kind;
};

static void on_done(void *context, enum query_status status, const char *body,
		    const struct problem *error)
{
	struct pending *p = context;
	struct exchange *x = p->exchange;
	bool text = p->kind == QUERY_RUN_LOG;

	switch (status) {
	case QUERY_OK:
		answer_text(x, 200, text ? "text/plain; charset=utf-8" : "application/json", body);
		break;
	case QUERY_NOT_FOUND:
		answer_problem(x, PROBLEM_NOT_FOUND, NULL, "look it up in the list of its kind",
			       "no %s \"%.80s\" is in the ledger", p->noun,
			       x->argument ? x->argument : "");
		break;
	case QUERY_FAILED:
		answer_problem(x, PROBLEM_FAILED, error ? error->where : NULL,
			       error ? error->remedy : "see the station's log", "%s",
			       error ? error->why : "the query failed");
		break;
	}
	exchange_release(x);
	free(p);
}

void records_answer(struct exchange *x, const struct query *q, const char *noun)
{
	struct pending *p = malloc(sizeof *p);

	if (!p) {
		answer_problem(x, PROBLEM_FAILED, NULL, "free memory on this machine",
			       "out of memory");
		return;
	}
	*p = (struct pending){.exchange = x, .noun = noun, .kind = q->kind};
	exchange_hold(x);
	if (!ledger_query(x->web->reader, q, on_done, p))
		return;
	exchange_release(x);
	free(p);
	answer_problem(x, PROBLEM_BUSY, NULL, "ask again in a second",
		       "too many queries are waiting");
}

#define FIELD(name, form, field)                                                                   \
	{                                                                                          \
		name, form, offsetof(struct query, field), sizeof((struct query *)0)->field        \
	}

/* Units and runs take the same filters, those of a unit select its runs; only the results differ.
 */
#define RECORD_PARAMS(result_form)                                                                 \
	FIELD("imei", PARAM_DIGITS, imei), FIELD("serial", PARAM_TEXT, serial),                    \
		FIELD("me_id", PARAM_HEX, me_id), FIELD("soc_id", PARAM_HEX, soc_id),              \
		FIELD("result", result_form, result), FIELD("slot", PARAM_TEXT, slot),             \
		FIELD("order", PARAM_ID, order), FIELD("from", PARAM_TIME, from_ms),               \
		FIELD("to", PARAM_TIME, to_ms), FIELD("limit", PARAM_LIMIT, limit),                \
		FIELD("after", PARAM_ID, after)

static const struct param_rule unit_params[] = {RECORD_PARAMS(PARAM_RESULT)};
static const struct param_rule run_params[] = {RECORD_PARAMS(PARAM_STATE)};

static const struct param_rule stats_params[] = {
	FIELD("slot", PARAM_TEXT, slot),
	FIELD("order", PARAM_ID, order),
	FIELD("from", PARAM_TIME, from_ms),
	FIELD("to", PARAM_TIME, to_ms),
};

static void answer_list(struct exchange *x, enum query_kind kind, const struct param_rule *rules,
			size_t count, const char *noun)
{
	struct query q = {.kind = kind, .limit = LIMIT_DEFAULT};

	if (params_read(x, rules, count, &q))
		return;
	if (q.from_ms && q.to_ms && q.from_ms > q.to_ms) {
		answer_problem(x, PROBLEM_BAD_PARAMETER, "from", "give a \"from\" before \"to\"",
			       "\"from\" is later than \"to\"");
		return;
	}
	records_answer(x, &q, noun);
}

static void answer_one(struct exchange *x, enum query_kind kind, const char *noun)
{
	struct query q = {.kind = kind};

	if (params_none(x))
		return;
	q.id = path_id(x);
	if (q.id > 0)
		records_answer(x, &q, noun);
}

void get_units(struct exchange *x)
{
	answer_list(x, QUERY_UNITS, unit_params, sizeof unit_params / sizeof *unit_params, "unit");
}

void get_unit(struct exchange *x)
{
	answer_one(x, QUERY_UNIT, "unit");
}

void get_runs(struct exchange *x)
{
	answer_list(x, QUERY_RUNS, run_params, sizeof run_params / sizeof *run_params, "run");
}

void get_run(struct exchange *x)
{
	answer_one(x, QUERY_RUN, "run");
}

void get_run_log(struct exchange *x)
{
	answer_one(x, QUERY_RUN_LOG, "run");
}

void get_stats(struct exchange *x)
{
	answer_list(x, QUERY_STATS, stats_params, sizeof stats_params / sizeof *stats_params,
		    "statistics");
}
