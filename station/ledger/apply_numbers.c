/* apply_numbers: serial and IMEIs of units, and the search for one that two units have. */
#include <inttypes.h>
#include <stdio.h>

#include "station/ledger/apply.h"

int apply_numbers(struct applier *a, int64_t unit_id, const struct proinfo *product)
{
	const char *serial = product->serial[0] ? product->serial : NULL;
	int code;

	if (product->status == IMEI_NOT_READ)
		return SQLITE_OK;
	code = statement_run(&a->sql, SQL_UNIT_NUMBERS, "itt", unit_id, serial,
			     imei_status_name(product->status));
	for (int i = 0; i < PROINFO_IMEIS && code == SQLITE_OK; i++)
		if (product->imei[i][0])
			code = statement_run(&a->sql, SQL_UNIT_IMEI, "iit", unit_id, (int64_t)i,
					     product->imei[i]);
	return code;
}

/* People read it: no whole number is spread in logs (packages.md 6), the records have them. */
static int tell_double(struct applier *a, struct record *r, int64_t unit_id, int64_t other)
{
	const struct record_identified *i = &r->u.identified;
	char where[48], text[160];
	bool found;
	int code = statement_number(&a->sql, SQL_UNIT_LATEST_RUN, &r->id, &found, "i", other);

	if (code != SQLITE_OK || !found)
		return code;
	snprintf(where, sizeof where, "unit %" PRId64, unit_id);
	r->refused = true;
	problem_set(&r->problem, where, "put both units aside and report to quality",
		    "its serial or an IMEI is also that of unit %" PRId64 ", last seen in run "
		    "%" PRId64,
		    other, r->id);
	snprintf(text, sizeof text,
		 "unit %" PRId64 ": its serial or an IMEI is also that of unit %" PRId64
		 ", seen in run %" PRId64,
		 other, unit_id, i->run_id);
	return statement_run(&a->sql, SQL_EVENT_ADD, "ittit", i->at_ms, "double-identity", NULL,
			     r->id, text);
}

int apply_run_numbers(struct applier *a, struct record *r)
{
	const struct record_identified *i = &r->u.identified;
	int64_t unit_id, other = 0;
	bool found = false;
	int code = apply_unit(a, i->run_id, i->at_ms, &i->facts, &unit_id);

	if (code == SQLITE_OK && unit_id)
		code = statement_number(&a->sql, SQL_UNIT_DOUBLE, &other, &found, "i", unit_id);
	if (code == SQLITE_OK && found)
		code = tell_double(a, r, unit_id, other);
	return code;
}
