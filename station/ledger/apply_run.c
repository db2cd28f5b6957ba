/* apply_run: the journal of a run. Its order is fixed: begin, identified, no return, finish. */
#include <inttypes.h>
#include <stdio.h>

#include "engine/catalogue/catalogue.h"
#include "station/ledger/apply.h"
#include "station/ledger/names.h"

static int refuse_run(struct record *r, int64_t run_id, const char *why)
{
	char where[40];

	snprintf(where, sizeof where, "run %" PRId64, run_id);
	problem_set(&r->problem, where, "report this with the station's log", "%s", why);
	return APPLY_REFUSED;
}

/* A name that leads nowhere must not cost the run its record: it is stored without the link. */
static int note_missing_links(struct applier *a, const struct ledger_run_begin *b)
{
	int64_t id;
	bool found = true;
	char text[256] = "";
	int code = SQLITE_OK;

	if (b->order_id)
		code = statement_number(&a->sql, SQL_ORDER_FIND, &id, &found, "i", b->order_id);
	if (code == SQLITE_OK && !found)
		snprintf(text, sizeof text, "order %" PRId64 " is not in the ledger", b->order_id);
	found = true;
	if (code == SQLITE_OK && b->package_id && *b->package_id)
		code = statement_number(&a->sql, SQL_PACKAGE_FIND, &id, &found, "t", b->package_id);
	if (code == SQLITE_OK && !found)
		snprintf(text, sizeof text, "package %.64s is not in the ledger", b->package_id);
	found = true;
	if (code == SQLITE_OK && b->profile && *b->profile)
		code = statement_number(&a->sql, SQL_PROFILE_FIND, &id, &found, "t", b->profile);
	if (code == SQLITE_OK && !found)
		snprintf(text, sizeof text, "profile \"%.64s\" is not in the ledger", b->profile);
	if (code == SQLITE_OK && *text)
		code = statement_run(&a->sql, SQL_EVENT_ADD, "ittit", b->started_ms,
				     "ledger-link-missing", b->slot_path, b->id, text);
	return code;
}

int apply_run_begin(struct applier *a, struct record *r)
{
	const struct ledger_run_begin *b = &r->u.begin;
	int64_t attempt = b->attempt > 0 ? b->attempt : 1;
	int code = statement_run(&a->sql, SQL_SLOT_SEEN, "ti", b->slot_path, b->started_ms);

	r->id = b->id;
	if (code == SQLITE_OK)
		code = statement_run(&a->sql, SQL_RUN_BEGIN, "iitttitssi", b->id, b->order_id,
				     b->slot_path, b->package_id, b->profile, attempt, a->version,
				     b->usb_id, b->usb_speed, b->started_ms);
	if (code == SQLITE_OK)
		code = note_missing_links(a, b);
	return code;
}

int apply_run_identified(struct applier *a, struct record *r)
{
	const struct record_identified *i = &r->u.identified;
	int code = apply_unit(a, i->run_id, i->at_ms, &i->facts, &r->id);

	if (code == SQLITE_OK && statement_changes(&a->sql) == 0)
		return refuse_run(r, i->run_id, "identified, but no such run is under way");
	return code;
}

int apply_run_no_return(struct applier *a, struct record *r)
{
	const struct record_no_return *n = &r->u.no_return;
	int code = statement_run(&a->sql, SQL_RUN_NO_RETURN, "ii", n->run_id, n->at_ms);

	r->id = n->run_id;
	if (code == SQLITE_OK && statement_changes(&a->sql) == 0)
		return refuse_run(r, n->run_id,
				  "about to be written, but no such run is under way");
	return code;
}

static int store_result(struct applier *a, const struct ledger_run_end *end)
{
	const struct flow_report *report = end->report;
	const struct fault *fault = &report->fault;
	bool faulty = fault->family != FAULT_NONE;

	return statement_run(
		&a->sql, SQL_RUN_FINISH, faulty ? "itisstittiittttit" : "itisstxttiittttit",
		end->id, result_name(report->result), end->finished_ms, report->phase, report->step,
		faulty ? fault_family_name(fault->family) : NULL, (int64_t)fault->code,
		faulty ? fault->step : NULL, faulty ? fault->what : NULL,
		(int64_t)report->bytes_written, (int64_t)end->reattaches, end->da_identifier,
		end->da_sha256, verify_level_name(report->verify), identity_name(report->identity),
		(int64_t)report->recovered, end->card_json);
}

int apply_stream(struct applier *a, struct record *r)
{
	const struct ledger_stream *s = &r->u.stream;

	return statement_run(&a->sql, SQL_STREAM_ADD, "ittsiititi", s->run_id, s->kind, s->name,
			     s->region, (int64_t)s->start, (int64_t)s->bytes, s->sha256,
			     (int64_t)s->blank, s->path, s->stored_ms);
}

/* A step that was under way when the run ended was interrupted by that end. */
static int store_steps(struct applier *a, const struct ledger_run_end *end)
{
	const struct flow_report *report = end->report;
	int code = SQLITE_OK;

	for (size_t i = 0; i < report->step_count && code == SQLITE_OK; i++) {
		const struct flow_step_record *step = &report->steps[i];
		const char *result = result_name(step->result);

		code = statement_run(&a->sql, SQL_STEP_ADD, "iisit", end->id, (int64_t)i,
				     step->name, (int64_t)step->ms,
				     result ? result : result_name(FLOW_INTERRUPTED));
	}
	return code;
}

static int store_partitions(struct applier *a, const struct ledger_run_end *end)
{
	int code = SQLITE_OK;

	for (size_t i = 0; i < end->part_count && code == SQLITE_OK; i++) {
		const struct ledger_part *part = &end->parts[i];
		const char *sha256 = part->sha256 && *part->sha256 ? part->sha256 : NULL;

		if (sha256)
			code = statement_run(&a->sql, SQL_IMAGE_SEEN, "t", sha256);
		if (code == SQLITE_OK)
			code = statement_run(&a->sql, SQL_PARTITION_ADD, "iisittii", end->id,
					     (int64_t)i, part->name, (int64_t)part->bytes, sha256,
					     part->verify, (int64_t)part->ms,
					     (int64_t)part->complete);
	}
	return code;
}

int apply_run_finish(struct applier *a, struct record *r)
{
	const struct ledger_run_end *end = &r->u.end;
	int64_t unit_id;
	int code;

	if (!result_name(end->report->result))
		return refuse_run(r, end->id, "ended without a result");
	/* The agent has told more since the unit was identified. */
	code = apply_unit(a, end->id, end->finished_ms, &end->report->facts, &unit_id);
	if (code == SQLITE_OK && statement_changes(&a->sql) == 0)
		return refuse_run(r, end->id, "ended, but no such run is under way");
	if (code == SQLITE_OK)
		code = store_result(a, end);
	if (code == SQLITE_OK)
		code = store_steps(a, end);
	if (code == SQLITE_OK)
		code = store_partitions(a, end);
	if (code == SQLITE_OK)
		code = statement_run(&a->sql, SQL_UNIT_RESULT, "i", end->id);
	r->id = end->id;
	return code;
}
