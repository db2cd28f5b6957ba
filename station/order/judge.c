/*
 * Judging an order by its failures: when the package is to blame, no more runs of it are started on
 * any slot, until people look at it.
 *
 * Some faults are the package's whatever the unit: they stop the order at once. Others are about
 * the pair of package and unit, as a phone of another model among the right ones: only the same
 * fault on several different units in a row says that it is the package (ST-065).
 */
#include <stdio.h>
#include <string.h>

#include "engine/catalogue/catalogue.h"
#include "station/station.h"

#define ST_SAME_FAULT 65

static bool is_surely_package(const struct fault *f)
{
	static const uint32_t codes[] = {
		30, /* PACKAGE_CHECKSUM_MISMATCH */
		31, /* PACKAGE_INCOMPLETE */
		33, /* PACKAGE_MIXED_BUILDS */
		34, /* PACKAGE_CHANGED_AFTER_RELEASE */
		36, /* DA_SET_INCONSISTENT */
		37, /* IMAGE_TOO_BIG_FOR_PARTITION */
		39, /* LAYOUT_JOB_WITHOUT_FULL_SET */
	};

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (f->family == FAULT_STATION && f->code == codes[i])
			return true;
	return false;
}

/* Faults that a package can cause: its own class, and what devices themselves report. */
static bool may_be_package(const struct fault *f, const struct catalogue_entry *e)
{
	return e->scope == SCOPE_PACKAGE || (e->scope == SCOPE_UNIT && f->family != FAULT_STATION);
}

void station_stop_order(struct station *s, struct order *o, const char *why)
{
	if (o->stopped[0])
		return;
	snprintf(o->stopped, sizeof o->stopped, "%s", why);
	ledger_stop_order(s->ledger, o->id, o->stopped);
	o->version = s->station_version = station_touch(s);
	station_event(s, "order-stopped", NULL, "%s: %s", o->name, o->stopped);
}

void station_judge_order(struct station *s, struct order *o, const struct fault *f)
{
	const struct catalogue_entry *e;
	char why[sizeof o->stopped];
	size_t units;

	if (f->family == FAULT_NONE)
		return; /* order_run_ends() has forgotten the row, if it passed */
	e = catalogue_explain(f);
	if (is_surely_package(f)) {
		snprintf(why, sizeof why, "%s %s", e->code, f->what);
		station_stop_order(s, o, why);
		return;
	}
	if (!may_be_package(f, e))
		return;
	units = order_same_fault(o, f);
	if (units < (size_t)s->config->limits.same_fault_units)
		return;
	snprintf(why, sizeof why, "ST-%03u the same fault on %zu units in a row: %s, %s",
		 ST_SAME_FAULT, units, e->code, f->what);
	station_stop_order(s, o, why);
}

int station_resume_order(struct station *s, int64_t id, struct problem *problem)
{
	for (size_t i = 0; i < s->order_count; i++) {
		struct order *o = s->orders[i];

		if (o->id != id || o->state != ORDER_OPEN || !o->stopped[0])
			continue;
		o->stopped[0] = '\0';
		order_forget_faults(o);
		ledger_stop_order(s->ledger, o->id, NULL);
		o->version = s->station_version = station_touch(s);
		station_event(s, "order-resumed", NULL, "%s: goes on, by hand", o->name);
		station_wake_ports(s);
		return 0;
	}
	return problem_set(problem, "order", "look at the list of open orders",
			   "no order of this number is stopped");
}
