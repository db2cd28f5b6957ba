#include "station/order/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "station/ledger/facts_json.h"
#include "station/store/loaded.h"

#define HOUR_MS	       3600000
#define ST_RETRY_LIMIT 64

struct order *order_make(void)
{
	struct order *o = calloc(1, sizeof *o);

	if (o)
		o->takt_median_s = -1;
	return o;
}

void order_free(struct order *o)
{
	if (!o)
		return;
	free(o->units);
	free(o);
}

/* An id of nothing but 00 or FF was never written: it is none (facts_id() knows). */
void order_unit_key(char key[72], const struct device_facts *facts)
{
	_Static_assert(UNIT_ID_SIZE == 72, "both are hex of the longest id");

	if (!facts_id(key, facts->me_id, facts->me_id_len)[0])
		facts_id(key, facts->soc_id, facts->soc_id_len);
}

void order_take_choice(struct order *o, const struct task_choice *choice)
{
	o->choice = *choice;
	for (size_t i = 0; i < o->choice.slot_count; i++)
		o->slots[i] = o->choice.slots[i];
	o->slots[o->choice.slot_count] = NULL;
}

void order_make_plan(struct order *o)
{
	const struct profile *p = o->profile;
	const struct task *t = &o->task;

	for (size_t i = 0; i < t->only.count; i++)
		o->only[i] = t->only.names[i];
	o->only[t->only.count] = NULL;
	o->plan = (struct flow_plan){
		.package = &o->loaded->package,
		/* The package's own platform was compared with the profile's list. */
		.platform = o->loaded->package.scatter.platform[0] || !p->platform_count
				    ? NULL
				    : p->platforms[0],
		.operation = t->operation,
		.verify = t->verify,
		.end = t->end,
		.blank_boards = p->blank_boards,
		.battery_min_mv = (uint32_t)p->battery_min_mv,
		.recover = t->recover,
		.rules = &p->rules,
		.keys = keys_of(&p->keys),
		.only = t->only.count ? o->only : NULL,
		.ranges = t->ranges.list,
		.range_count = t->ranges.count,
	};
}

bool order_is_place(const char *path, const char *written)
{
	const char *word = strrchr(path, ' ');

	return strcmp(path, written) == 0 || (word && strcmp(word + 1, written) == 0);
}

bool order_names_slot(const struct order *o, const char *label, const char *path)
{
	for (size_t i = 0; i < o->choice.slot_count; i++)
		if (strcmp(o->choice.slots[i], label) == 0 ||
		    order_is_place(path, o->choice.slots[i]))
			return true;
	return false;
}

/* Where `key` is, or belongs. */
static size_t find_unit(const struct order *o, const char *key)
{
	size_t low = 0, high = o->unit_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(o->units[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct order_unit *take_unit(struct order *o, const char *key, bool *fresh)
{
	size_t at = find_unit(o, key);

	*fresh = at == o->unit_count || strcmp(o->units[at].key, key) != 0;
	if (!*fresh)
		return &o->units[at];
	if (o->unit_count == o->unit_room) {
		size_t room = o->unit_room ? 2 * o->unit_room : 64;
		struct order_unit *more = realloc(o->units, room * sizeof *more);

		if (!more)
			return NULL;
		o->units = more;
		o->unit_room = room;
	}
	memmove(&o->units[at + 1], &o->units[at], (o->unit_count - at) * sizeof *o->units);
	o->unit_count++;
	o->units[at] = (struct order_unit){.passed = false};
	snprintf(o->units[at].key, sizeof o->units[at].key, "%s", key);
	return &o->units[at];
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static size_t kept_passes(const struct order *o)
{
	return o->pass_count < ORDER_PASSES_KEPT ? o->pass_count : ORDER_PASSES_KEPT;
}

/* The n-th kept pass, oldest first. */
static int64_t pass_at(const struct order *o, size_t n)
{
	return o->passes_ms[(o->pass_count - kept_passes(o) + n) % ORDER_PASSES_KEPT];
}

/* Median of the latest steps from one pass to the next. */
static void find_takt(struct order *o)
{
	int64_t steps[255];
	size_t kept = kept_passes(o), count = 0, low, high;

	for (size_t i = kept > 256 ? kept - 255 : 1; i < kept; i++)
		steps[count++] = pass_at(o, i) - pass_at(o, i - 1);
	if (count == 0)
		return;
	qsort(steps, count, sizeof steps[0], by_value);
	low = (count - 1) / 2;
	high = count / 2;
	o->takt_median_s = ((double)steps[low] + (double)steps[high]) / 2000.0;
}

static void note_pass(struct order *o, int64_t at_ms)
{
	o->passes_ms[o->pass_count++ % ORDER_PASSES_KEPT] = at_ms;
	o->passed++;
}

static bool restore_units(struct order *o, const struct ledger_loaded_order *from)
{
	int64_t *times = calloc(from->unit_count + 1, sizeof *times);
	size_t count = 0;
	bool fresh;

	if (!times)
		return false;
	for (size_t i = 0; i < from->unit_count; i++) {
		const struct ledger_loaded_unit *u = &from->list[i];
		struct order_unit *mine = take_unit(o, u->key, &fresh);

		if (!mine) {
			free(times);
			return false;
		}
		mine->passed = u->passed;
		mine->first_passed = u->first_passed;
		mine->tries = u->tries;
		mine->runs = u->runs;
		if (u->passed)
			times[count++] = u->passed_ms;
	}
	qsort(times, count, sizeof times[0], by_value);
	for (size_t i = 0; i < count; i++)
		note_pass(o, times[i]);
	free(times);
	return true;
}

bool order_restore(struct order *o, const struct ledger_loaded_order *from)
{
	o->id = from->id;
	o->quantity = from->quantity;
	o->opened_ms = from->opened_ms;
	o->recorded = true;
	snprintf(o->name, sizeof o->name, "%s", from->name);
	snprintf(o->stopped, sizeof o->stopped, "%s", from->stopped);
	snprintf(o->profile_name, sizeof o->profile_name, "%s", from->profile);
	snprintf(o->package_id, sizeof o->package_id, "%s", from->package_id);
	snprintf(o->product, sizeof o->product, "%s", from->product);
	snprintf(o->operator_name, sizeof o->operator_name, "%s", from->operator_name);
	if (!restore_units(o, from))
		return false;
	o->passed = from->passed;
	o->failed = from->failed;
	o->refused = from->refused;
	o->interrupted = from->interrupted;
	o->first_pass = from->first_pass;
	find_takt(o);
	return true;
}

bool order_is_full(const struct order *o)
{
	return o->quantity > 0 && (int64_t)o->passed + o->running >= o->quantity;
}

void order_run_begins(struct order *o)
{
	o->running++;
}

/* The station's own "no more tries" is no try. */
static bool is_limit(const struct fault *f)
{
	return f->family == FAULT_STATION && f->code == ST_RETRY_LIMIT;
}

/* A run of a unit that is known: a unit counts as passed once, and by its first run for the yield.
 */
static bool count_unit(struct order *o, bool passed, const struct fault *fault, const char *key,
		       int64_t at_ms)
{
	bool fresh;
	struct order_unit *unit = take_unit(o, key, &fresh);

	if (!unit)
		return false;
	unit->runs++;
	if (passed)
		unit->tries = 0;
	else if (!is_limit(fault))
		unit->tries++;
	if (fresh && passed) {
		unit->first_passed = true;
		o->first_pass++;
	}
	if (passed && !unit->passed) {
		unit->passed = true;
		note_pass(o, at_ms);
		find_takt(o);
	}
	return true;
}

/* Interrupted runs say nothing of the unit; only their number is kept. */
static void count_interrupted(struct order *o, const char *key)
{
	size_t at = find_unit(o, key);

	o->interrupted++;
	if (key[0] && at < o->unit_count && strcmp(o->units[at].key, key) == 0)
		o->units[at].runs++;
}

bool order_run_ends(struct order *o, enum flow_result result, const struct fault *fault,
		    const char *key, int64_t at_ms)
{
	o->running--;
	if (result == FLOW_INTERRUPTED) {
		count_interrupted(o, key);
		return true;
	}
	snprintf(o->row.last, sizeof o->row.last, "%s", key);
	if (result == FLOW_REFUSED)
		o->refused++;
	else if (result != FLOW_PASSED)
		o->failed++;
	else
		order_forget_faults(o);
	if (result == FLOW_PASSED && !key[0])
		note_pass(o, at_ms); /* a chip without any number: each run is a unit of its own */
	return !key[0] || count_unit(o, result == FLOW_PASSED, fault, key, at_ms);
}

void order_unit_past(const struct order *o, const char *key, uint32_t *runs, uint32_t *tries)
{
	size_t at = find_unit(o, key);

	*runs = *tries = 0;
	if (!key[0] || at == o->unit_count || strcmp(o->units[at].key, key) != 0)
		return;
	*runs = o->units[at].runs;
	*tries = o->units[at].tries;
}

void order_forget_faults(struct order *o)
{
	o->row.family = FAULT_NONE;
	o->row.units = 0;
}

size_t order_same_fault(struct order *o, const struct fault *f)
{
	size_t kept;

	if (o->row.family != f->family || o->row.code != f->code)
		o->row.units = 0;
	o->row.family = f->family;
	o->row.code = f->code;
	kept = o->row.units < ORDER_ROW_MAX ? o->row.units : ORDER_ROW_MAX;
	for (size_t i = 0; o->row.last[0] && i < kept; i++)
		if (strcmp(o->row.keys[i], o->row.last) == 0)
			return o->row.units;
	if (o->row.units < ORDER_ROW_MAX)
		memcpy(o->row.keys[o->row.units], o->row.last, sizeof o->row.last);
	return ++o->row.units;
}

double order_first_pass_yield(const struct order *o)
{
	return o->unit_count ? (double)o->first_pass / (double)o->unit_count : -1;
}

double order_units_per_hour(const struct order *o, int64_t now_ms)
{
	int64_t span = now_ms - o->opened_ms;
	size_t kept = kept_passes(o), count = 0;

	if (o->pass_count == 0)
		return -1;
	if (span > HOUR_MS)
		span = HOUR_MS;
	if (span < 1000)
		span = 1000;
	while (count < kept && now_ms - pass_at(o, kept - 1 - count) <= HOUR_MS)
		count++;
	return (double)count * HOUR_MS / (double)span;
}
