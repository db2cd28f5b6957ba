/*
 * /metrics: the station in Prometheus' text form (version 0.0.4). Counters count from the station's
 * start; flashrack_start_time_seconds tells a scraper when that was.
 */
#include "web/api/handlers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "station/view/view.h"
#include "web/api/params.h"
#include "web/context.h"
#include "web/http/exchange.h"

/* All there are, so that a state nobody is in reads 0 and not nothing. See station/view/view.h. */
static const char *const states[] = {
	"empty",   "arrived", "connecting",  "identified", "preflight", "agent",
	"inspect", "writing", "verifying",   "finishing",  "storing",	"passed",
	"failed",  "refused", "interrupted", "held",	   "removed",
};
enum { STATE_COUNT = sizeof states / sizeof states[0] };

static void head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void single(FILE *f, const char *name, const char *type, const char *help, double value)
{
	head(f, name, type, help);
	fprintf(f, "%s %.15g\n", name, value);
}

/* A label value: backslash, quote and line feed are escaped. */
static void label(FILE *f, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", f);
		else if (*value == '"' || *value == '\\')
			fprintf(f, "\\%c", *value);
		else
			fputc(*value, f);
	}
}

static void station_metrics(FILE *f, const struct view_station *v)
{
	head(f, "flashrack_info", "gauge", "Version of the program.");
	fputs("flashrack_info{version=\"", f);
	label(f, v->program_version);
	fputs("\"} 1\n", f);
	single(f, "flashrack_ready", "gauge", "1 while new runs can start.",
	       !strcmp(v->state, "ready"));
	single(f, "flashrack_start_time_seconds", "gauge", "Start of the station, UNIX time.",
	       (double)v->started_ms / 1000);
	single(f, "flashrack_written_bytes_total", "counter", "Bytes written to devices.",
	       (double)v->bytes_written);
	single(f, "flashrack_usb_memory_budget_bytes", "gauge",
	       "Transfer memory the kernel may give.", (double)v->usb_memory_budget);
	single(f, "flashrack_usb_memory_used_bytes", "gauge", "Transfer memory in flight.",
	       (double)v->usb_memory_used);
	single(f, "flashrack_usb_transfer_bytes", "gauge", "Size of a bulk transfer now.",
	       (double)v->transfer_bytes);
	single(f, "flashrack_loop_lag_seconds", "gauge",
	       "Longest turn of the loop in the last 10 s.", v->loop_lag_ms / 1000);
}

static void state_metrics(FILE *f, const struct station *s, size_t slots)
{
	size_t counts[STATE_COUNT] = {0};

	for (size_t i = 0; i < slots; i++) {
		struct view_slot slot;

		view_slot(s, i, &slot);
		for (size_t n = 0; n < STATE_COUNT; n++)
			counts[n] += !strcmp(states[n], slot.state);
	}
	head(f, "flashrack_slots", "gauge", "Slots by state.");
	for (size_t n = 0; n < STATE_COUNT; n++)
		fprintf(f, "flashrack_slots{state=\"%s\"} %zu\n", states[n], counts[n]);
}

static void run_line(FILE *f, const char *slot, const char *result, uint32_t runs)
{
	fputs("flashrack_runs_total{slot=\"", f);
	label(f, slot);
	fprintf(f, "\",result=\"%s\"} %u\n", result, runs);
}

static void slot_metrics(FILE *f, const struct station *s, size_t slots)
{
	struct view_slot slot;

	head(f, "flashrack_runs_total", "counter", "Finished runs by slot and result.");
	for (size_t i = 0; i < slots; i++) {
		view_slot(s, i, &slot);
		run_line(f, slot.label, "passed", slot.passed);
		run_line(f, slot.label, "failed", slot.failed);
		run_line(f, slot.label, "refused", slot.refused);
	}
	head(f, "flashrack_slot_mib_per_second", "gauge", "Speed of a slot in the last seconds.");
	for (size_t i = 0; i < slots; i++) {
		view_slot(s, i, &slot);
		fputs("flashrack_slot_mib_per_second{slot=\"", f);
		label(f, slot.label);
		fprintf(f, "\"} %.2f\n", slot.mib_per_s);
	}
}

static void order_line(FILE *f, const struct view_order *order, const char *result, double value)
{
	fputs("flashrack_order_runs{order=\"", f);
	label(f, order->name);
	fprintf(f, "\",result=\"%s\"} %.15g\n", result, value);
}

static void order_metrics(FILE *f, const struct station *s, size_t orders)
{
	head(f, "flashrack_order_runs", "gauge", "Runs of the open orders by result.");
	for (size_t i = 0; i < orders; i++) {
		struct view_order order;

		view_order(s, i, &order);
		order_line(f, &order, "passed", order.passed);
		order_line(f, &order, "failed", order.failed);
		order_line(f, &order, "refused", order.refused);
		order_line(f, &order, "interrupted", order.interrupted);
		order_line(f, &order, "running", order.running);
	}
}

void get_metrics(struct exchange *x)
{
	struct view_station station;
	char *text = NULL;
	size_t bytes = 0;
	FILE *f;

	if (params_none(x))
		return;
	f = open_memstream(&text, &bytes);
	if (!f) {
		answer_problem(x, PROBLEM_FAILED, NULL, "free memory on this machine",
			       "out of memory");
		return;
	}
	view_station(x->web->station, &station);
	station_metrics(f, &station);
	state_metrics(f, x->web->station, station.slot_count);
	slot_metrics(f, x->web->station, station.slot_count);
	order_metrics(f, x->web->station, station.order_count);
	if (fclose(f))
		answer_problem(x, PROBLEM_FAILED, NULL, "free memory on this machine",
			       "out of memory");
	else
		answer_text(x, 200, "text/plain; version=0.0.4; charset=utf-8", text);
	free(text);
}
