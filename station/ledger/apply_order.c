/* apply_order: profiles, packages with their files, and orders. */
#include <inttypes.h>

#include "station/ledger/apply.h"
#include "station/ledger/times.h"

int apply_profile(struct applier *a, struct record *r)
{
	const struct ledger_profile *p = &r->u.profile;
	bool found;

	return statement_number(&a->sql, SQL_PROFILE_PUT, &r->id, &found, "ttti", p->name,
				p->sha256, p->json, times_now_ms());
}

static const char *or_empty_array(const char *json)
{
	return json && *json ? json : "[]";
}

int apply_package(struct applier *a, struct record *r)
{
	const struct ledger_package *p = &r->u.package;
	const char *files = or_empty_array(p->files_json);
	bool found;
	int code =
		statement_number(&a->sql, SQL_PACKAGE_PUT, &r->id, &found, "tsssitsi", p->id,
				 p->name, p->platform, p->project, (int64_t)p->bytes,
				 or_empty_array(p->findings_json), p->source_path, times_now_ms());

	if (code == SQLITE_OK)
		code = statement_run(&a->sql, SQL_IMAGES_PUT, "t", files);
	if (code == SQLITE_OK)
		code = statement_run(&a->sql, SQL_FILES_PUT, "it", r->id, files);
	return code;
}

static int refuse_unknown(struct record *r, const char *kind, const char *name)
{
	problem_set(&r->problem, r->u.order.name ? r->u.order.name : "order",
		    "use one that the station lists", "the ledger knows no %s \"%s\"", kind,
		    name ? name : "");
	return APPLY_REFUSED;
}

int apply_order_open(struct applier *a, struct record *r)
{
	const struct ledger_order *o = &r->u.order;
	int64_t profile = 0, package = 0;
	bool found;
	int code = statement_number(&a->sql, SQL_PROFILE_FIND, &profile, &found, "t", o->profile);

	if (code == SQLITE_OK && !found)
		return refuse_unknown(r, "profile", o->profile);
	if (code == SQLITE_OK)
		code = statement_number(&a->sql, SQL_PACKAGE_FIND, &package, &found, "t",
					o->package_id);
	if (code == SQLITE_OK && !found)
		return refuse_unknown(r, "package", o->package_id);
	if (code != SQLITE_OK)
		return code;
	r->id = o->id;
	code = statement_run(&a->sql, SQL_ORDER_OPEN, "itiisititt", o->id, o->name, profile,
			     package, o->product, o->quantity, o->operator_name, o->opened_ms,
			     o->operation ? o->operation : "download",
			     o->choice_json ? o->choice_json : "{}");
	if (code == SQLITE_CONSTRAINT_UNIQUE) {
		problem_set(&r->problem, o->name ? o->name : "order",
			    "close that order first, or give this one another name",
			    "an order of this name is open");
		return APPLY_REFUSED;
	}
	return code;
}

int apply_order_close(struct applier *a, struct record *r)
{
	const struct record_order_close *c = &r->u.order_close;
	int code = statement_run(&a->sql, SQL_ORDER_CLOSE, "iit", c->order_id, c->closed_ms,
				 c->reason);

	r->id = c->order_id;
	if (code == SQLITE_OK && statement_changes(&a->sql) == 0) {
		problem_set(&r->problem, "order", "list the open orders",
			    "order %" PRId64 " is not open", c->order_id);
		return APPLY_REFUSED;
	}
	return code;
}

int apply_order_stop(struct applier *a, struct record *r)
{
	r->id = r->u.order_stop.order_id;
	return statement_run(&a->sql, SQL_ORDER_STOP, "it", r->id, r->u.order_stop.why);
}
