/*
 * Judging slots and units: what a failure says of the place it happened in, when it is tried again
 * by itself, and when a slot is taken out of use (ST-013) until people release it.
 *
 * A package's fault says nothing of the slot. A unit that fails again and again counts twice at
 * most: then it is the unit.
 */
#include "station/port/port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/catalogue/catalogue.h"
#include "station/ledger/json_out.h"
#include "station/ledger/times.h"
#include "station/station.h"

#define UNIT_FAILS_MAX 2
#define TRY_AGAIN_MS   2000 /* a device needs a moment after a failure */

static void count_code(struct port_judged *j, const struct fault *f)
{
	size_t i = 0;

	while (i < j->code_count &&
	       (j->codes[i].family != f->family || j->codes[i].code != f->code))
		i++;
	if (i == PORT_CODES)
		return;
	if (i == j->code_count) {
		j->codes[i].family = f->family;
		j->codes[i].code = f->code;
		j->codes[i].times = 0;
		j->code_count++;
	}
	j->codes[i].times++;
}

static const char *code_name(const struct port_judged *j, size_t i)
{
	struct fault f = {.family = j->codes[i].family, .code = j->codes[i].code};

	return catalogue_explain(&f)->code;
}

/* {"fails_in_a_row":6,"units":4,"flaps":0,"codes":{"ST-060":4}} */
static char *statistics(const struct port_judged *j)
{
	struct json_out out = {0};

	json_object(&out, NULL);
	json_int(&out, "fails_in_a_row", j->fails_in_a_row);
	json_int(&out, "units", j->units);
	json_int(&out, "flaps", j->flaps);
	json_object(&out, "codes");
	for (size_t i = 0; i < j->code_count; i++)
		json_int(&out, code_name(j, i), j->codes[i].times);
	json_object_end(&out);
	json_object_end(&out);
	return json_take(&out);
}

static void take_out(struct port_judged *j, const char *why)
{
	j->quarantined = true;
	snprintf(j->why, sizeof j->why, "%s", why);
	j->blocked = (struct fault){.family = FAULT_NONE, .refused = true};
	fault_set(&j->blocked, FAULT_STATION, 13, "arrival", "%s", why);
}

void port_quarantine(struct port *p, const char *why)
{
	struct port_judged *j = &p->judged;
	char *json;

	if (j->quarantined)
		return;
	j->since_ms = times_now_ms();
	take_out(j, why);
	json = statistics(j);
	ledger_quarantine(p->station->ledger, p->path, j->since_ms, why, json ? json : "{}");
	free(json);
	station_event(p->station, "quarantined", p, "ST-013 %s", why);
	port_touch(p);
}

void port_requarantine(struct port *p, int64_t since_ms, const char *why)
{
	p->judged.since_ms = since_ms;
	take_out(&p->judged, why);
	port_touch(p);
}

int port_release(struct port *p, struct problem *problem)
{
	if (!p->judged.quarantined)
		return problem_set(problem, p->label, "look at the slot again",
				   "the slot is not in quarantine");
	p->judged = (struct port_judged){.quarantined = false};
	p->arrival_count = 0;
	p->auto_tries = 0;
	p->refused_start = false;
	ledger_release(p->station->ledger, p->path, times_now_ms());
	station_event(p->station, "released", p, "taken into use again by hand");
	port_touch(p);
	if (p->state == PORT_HELD && p->device && p->station->phase == STATION_READY)
		port_start_again(p);
	return 0;
}

static void quarantine_for_failures(struct port *p)
{
	const struct port_judged *j = &p->judged;
	char why[sizeof p->judged.why];
	size_t n;

	snprintf(why, sizeof why, "%u failures in a row of %u unit%s:", j->fails_in_a_row, j->units,
		 j->units == 1 ? "" : "s");
	for (size_t i = 0; i < j->code_count; i++) {
		n = strlen(why);
		snprintf(why + n, sizeof why - n, "%s %s %u times", i ? "," : "", code_name(j, i),
			 j->codes[i].times);
	}
	port_quarantine(p, why);
}

/* A unit whose number is not known counts as a unit of its own. */
static void count_failure(struct port *p)
{
	struct port_judged *j = &p->judged;
	bool same = p->unit_key[0] && strcmp(p->unit_key, j->unit_key) == 0;

	j->unit_fails = same ? j->unit_fails + 1 : 1;
	j->units += !same;
	snprintf(j->unit_key, sizeof j->unit_key, "%s", p->unit_key);
	if (j->unit_fails > UNIT_FAILS_MAX)
		return;
	j->fails_in_a_row++;
	count_code(j, &p->fault);
	if (j->fails_in_a_row >= (uint64_t)p->station->config->limits.slot_failures)
		quarantine_for_failures(p);
}

/* The catalogue allows another try as it is, and the bounds do, too. */
static void plan_retry(struct port *p, const struct catalogue_entry *e)
{
	if (e->retry != RETRY_SAME_PORT || !p->device || p->judged.quarantined ||
	    p->auto_tries >= (unsigned)p->station->config->limits.auto_tries)
		return;
	p->auto_tries++;
	p->retry_at_ms = port_now_ms(p) + TRY_AGAIN_MS;
	station_event(p->station, "retry-planned", p, "automatic try %u of %lld, after %s",
		      p->auto_tries, (long long)p->station->config->limits.auto_tries, e->code);
}

void port_judge_result(struct port *p, enum flow_result result)
{
	const struct catalogue_entry *e;

	if (result == FLOW_PASSED) {
		if (!p->judged.quarantined) /* a run that was under way when that was decided */
			p->judged = (struct port_judged){.quarantined = false};
		p->arrival_count = 0;
		p->auto_tries = 0;
		return;
	}
	if (result != FLOW_FAILED || p->fault.family == FAULT_NONE)
		return;
	e = catalogue_explain(&p->fault);
	if (e->scope == SCOPE_UNIT || e->scope == SCOPE_PORT)
		count_failure(p);
	plan_retry(p, e);
}

void port_try_again(struct port *p)
{
	p->retry_at_ms = 0;
	if (!p->device || !port_state_is_result(p->state))
		return;
	station_event(p->station, "retry", p, "automatic try %u", p->auto_tries);
	port_start_again(p);
}

void port_judge_flap(struct port *p, const char *seen)
{
	struct port_judged *j = &p->judged;
	char why[sizeof j->why];

	if (j->flapping)
		return;
	j->flapping = true;
	if (++j->flaps < (uint64_t)p->station->config->limits.slot_flaps)
		return;
	snprintf(why, sizeof why, "it flaps for the %u. time without a pass between: %s", j->flaps,
		 seen);
	port_quarantine(p, why);
}
