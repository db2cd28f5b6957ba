#include "station/ledger/figures.h"

#include <math.h>
#include <stdlib.h>

static bool make_room(void **list, size_t *room, size_t count, size_t size)
{
	size_t more = *room ? *room * 2 : 64;
	void *p;

	if (count < *room)
		return true;
	p = realloc(*list, more * size);
	if (!p)
		return false;
	*list = p;
	*room = more;
	return true;
}

static void add_pass(struct figures *f, const struct figures_run *run)
{
	void *list = f->pass_ms;

	if (!make_room(&list, &f->room, f->passed, sizeof *f->pass_ms)) {
		f->failed = true;
		return;
	}
	f->pass_ms = list;
	f->pass_ms[f->passed++] = run->finished_ms;
}

static void add_duration(struct figures *f, const struct figures_run *run)
{
	int64_t ms = run->finished_ms - run->started_ms;
	void *list = f->run_ms;

	if (!make_room(&list, &f->run_room, f->run_count, sizeof *f->run_ms)) {
		f->failed = true;
		return;
	}
	f->run_ms = list;
	f->run_ms[f->run_count++] = ms < 0 ? 0 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

void figures_add(struct figures *f, const struct figures_run *run)
{
	bool first = run->unit_id != f->unit_id || run->order_id != f->order_id || f->units == 0;

	if (f->first_start_ms == 0 || run->started_ms < f->first_start_ms)
		f->first_start_ms = run->started_ms;
	if (run->passed)
		add_duration(f, run);
	if (run->unit_id == 0) { /* a chip without any number: each pass is a unit of its own */
		f->units += run->passed;
		f->first_pass += run->passed;
		if (run->passed)
			add_pass(f, run);
		return;
	}
	if (first) {
		f->order_id = run->order_id;
		f->unit_id = run->unit_id;
		f->unit_passed = false;
		f->units++;
		f->first_pass += run->passed;
	}
	if (run->passed && !f->unit_passed) {
		f->unit_passed = true;
		add_pass(f, run);
	}
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int by_length(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void figures_finish(struct figures *f)
{
	if (f->passed)
		qsort(f->pass_ms, f->passed, sizeof *f->pass_ms, by_time);
	if (f->run_count)
		qsort(f->run_ms, f->run_count, sizeof *f->run_ms, by_length);
}

void figures_release(struct figures *f)
{
	free(f->pass_ms);
	free(f->run_ms);
	*f = (struct figures){0};
}

double figures_yield(const struct figures *f)
{
	return f->units ? (double)f->passed / f->units : NAN;
}

double figures_first_pass_yield(const struct figures *f)
{
	return f->units ? (double)f->first_pass / f->units : NAN;
}

double figures_units_per_hour(const struct figures *f)
{
	int64_t ms = f->passed ? f->pass_ms[f->passed - 1] - f->first_start_ms : 0;

	return ms > 0 ? (double)f->passed * 3600000.0 / (double)ms : NAN;
}

static size_t nearest_rank(size_t count, double q)
{
	double rank = ceil(q * (double)count);

	return rank < 1 ? 0 : rank > (double)count ? count - 1 : (size_t)rank - 1;
}

double figures_takt_s(const struct figures *f, double q)
{
	size_t count = f->passed > 1 ? f->passed - 1u : 0;
	int64_t *gaps;
	double s;

	if (!count)
		return NAN;
	gaps = malloc(count * sizeof *gaps);
	if (!gaps)
		return NAN;
	for (size_t i = 0; i < count; i++)
		gaps[i] = f->pass_ms[i + 1] - f->pass_ms[i];
	qsort(gaps, count, sizeof *gaps, by_time);
	s = (double)gaps[nearest_rank(count, q)] / 1000.0;
	free(gaps);
	return s;
}

double figures_run_s(const struct figures *f, double q)
{
	return f->run_count ? f->run_ms[nearest_rank(f->run_count, q)] / 1000.0 : NAN;
}
