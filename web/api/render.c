#include "web/api/render.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "station/view/view.h"

int64_t render_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void render_time(cJSON *object, const char *key, int64_t utc_ms)
{
	time_t seconds = (time_t)(utc_ms / 1000);
	struct tm tm;
	char text[64];

	if (utc_ms <= 0 || !gmtime_r(&seconds, &tm)) {
		cJSON_AddNullToObject(object, key);
		return;
	}
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(utc_ms % 1000));
	cJSON_AddStringToObject(object, key, text);
}

void render_text(cJSON *object, const char *key, const char *text)
{
	if (text && *text)
		cJSON_AddStringToObject(object, key, text);
	else
		cJSON_AddNullToObject(object, key);
}

static void count(cJSON *object, const char *key, double value)
{
	cJSON_AddNumberToObject(object, key, value);
}

/* A measured value, to so many decimals: the last digits of a double are noise on the wire. */
static void measure(cJSON *object, const char *key, double value, double steps)
{
	if (value < 0 || isnan(value))
		cJSON_AddNullToObject(object, key);
	else
		cJSON_AddNumberToObject(object, key, round(value * steps) / steps);
}

static void identity(cJSON *object, const char *key, int64_t id)
{
	if (id)
		cJSON_AddNumberToObject(object, key, (double)id);
	else
		cJSON_AddNullToObject(object, key);
}

static void error(cJSON *object, const char *key, const struct view_error *e)
{
	cJSON *json, *actions;

	if (!e->code || !*e->code) {
		cJSON_AddNullToObject(object, key);
		return;
	}
	json = cJSON_AddObjectToObject(object, key);
	render_text(json, "code", e->code);
	render_text(json, "name", e->name);
	render_text(json, "family", e->family);
	render_text(json, "step", e->step);
	render_text(json, "meaning", e->meaning);
	render_text(json, "what", e->what);
	actions = cJSON_AddArrayToObject(json, "action");
	for (const char *const *a = e->action; a && *a; a++)
		cJSON_AddItemToArray(actions, cJSON_CreateString(*a));
	if (e->retry)
		cJSON_AddStringToObject(json, "retry", e->retry);
}

cJSON *render_slot(const struct view_slot *slot)
{
	cJSON *json = cJSON_CreateObject(), *part;

	render_text(json, "label", slot->label);
	render_text(json, "path", slot->path);
	render_text(json, "state", slot->state);
	render_text(json, "mode", slot->mode);
	part = cJSON_AddObjectToObject(json, "usb");
	render_text(part, "id", slot->usb_id);
	render_text(part, "speed", slot->usb_speed);
	part = cJSON_AddObjectToObject(json, "unit");
	render_text(part, "me_id", slot->me_id);
	render_text(part, "soc_id", slot->soc_id);
	render_text(part, "chip", slot->chip);
	identity(json, "run", slot->run_id);
	identity(json, "order", slot->order_id);
	render_text(json, "step", slot->step);
	render_text(json, "partition", slot->partition);
	count(json, "bytes_done", (double)slot->bytes_done);
	count(json, "bytes_total", (double)slot->bytes_total);
	measure(json, "mib_per_s", slot->mib_per_s, 100);
	measure(json, "seconds_left", slot->seconds_left, 10);
	render_time(json, "started_at", slot->started_ms);
	render_time(json, "changed_at", slot->changed_ms);
	count(json, "run_ms", slot->run_ms);
	render_text(json, "operation", slot->operation);
	count(json, "attempt", slot->attempt);
	measure(json, "tries_left", slot->tries_left, 1);
	cJSON_AddBoolToObject(json, "present", slot->present);
	cJSON_AddBoolToObject(json, "quarantined", slot->quarantined);
	count(json, "fails_in_a_row", slot->fails_in_a_row);
	error(json, "error", &slot->error);
	error(json, "notice", &slot->notice);
	part = cJSON_AddObjectToObject(json, "counts");
	count(part, "runs", slot->runs);
	count(part, "passed", slot->passed);
	count(part, "failed", slot->failed);
	count(part, "refused", slot->refused);
	return json;
}

cJSON *render_order(const struct view_order *order)
{
	cJSON *json = cJSON_CreateObject(), *package, *slots;

	identity(json, "id", order->id);
	render_text(json, "name", order->name);
	render_text(json, "profile", order->profile);
	render_text(json, "product", order->product);
	package = cJSON_AddObjectToObject(json, "package");
	render_text(package, "id", order->package_id);
	render_text(package, "name", order->package_name);
	render_text(json, "operator", order->operator_name);
	render_text(json, "operation", order->operation);
	render_text(json, "stopped", order->stopped);
	slots = cJSON_AddArrayToObject(json, "slots");
	for (const char *const *slot = order->slots; slot && *slot; slot++)
		cJSON_AddItemToArray(slots, cJSON_CreateString(*slot));
	identity(json, "quantity", order->quantity);
	count(json, "passed", order->passed);
	count(json, "failed", order->failed);
	count(json, "refused", order->refused);
	count(json, "interrupted", order->interrupted);
	count(json, "running", order->running);
	measure(json, "first_pass_yield", order->first_pass_yield, 10000);
	measure(json, "units_per_hour", order->units_per_hour, 10);
	measure(json, "takt_median_s", order->takt_median_s, 10);
	render_time(json, "opened_at", order->opened_ms);
	return json;
}

cJSON *render_package(const struct view_package *package)
{
	cJSON *json = cJSON_CreateObject();

	render_text(json, "id", package->id);
	render_text(json, "name", package->name);
	render_text(json, "platform", package->platform);
	render_text(json, "project", package->project);
	render_text(json, "state", package->state);
	count(json, "bytes", (double)package->bytes);
	count(json, "bytes_done", (double)package->bytes_done);
	render_text(json, "problem", package->problem);
	return json;
}

cJSON *render_station(const struct view_station *station)
{
	cJSON *json = cJSON_CreateObject(), *usb;

	render_text(json, "name", station->name);
	render_text(json, "version", station->program_version);
	render_text(json, "host", station->host);
	render_text(json, "state", station->state);
	render_text(json, "state_why", station->state_why);
	render_time(json, "started_at", station->started_ms);
	render_text(json, "ledger", station->ledger_path);
	count(json, "slots", (double)station->slot_count);
	count(json, "open_orders", (double)station->order_count);
	count(json, "packages", (double)station->package_count);
	count(json, "bytes_written", (double)station->bytes_written);
	measure(json, "loop_lag_ms", station->loop_lag_ms, 100);
	usb = cJSON_AddObjectToObject(json, "usb");
	render_text(usb, "attach", station->usb);
	count(usb, "memory_budget_bytes", (double)station->usb_memory_budget);
	count(usb, "memory_used_bytes", (double)station->usb_memory_used);
	count(usb, "transfer_bytes", (double)station->transfer_bytes);
	return json;
}

cJSON *render_slots(const struct station *s)
{
	cJSON *items = cJSON_CreateArray();
	struct view_station station;
	struct view_slot slot;

	view_station(s, &station);
	for (size_t i = 0; i < station.slot_count; i++) {
		view_slot(s, i, &slot);
		cJSON_AddItemToArray(items, render_slot(&slot));
	}
	return items;
}

cJSON *render_orders(const struct station *s)
{
	cJSON *items = cJSON_CreateArray();
	struct view_station station;
	struct view_order order;

	view_station(s, &station);
	for (size_t i = 0; i < station.order_count; i++) {
		view_order(s, i, &order);
		cJSON_AddItemToArray(items, render_order(&order));
	}
	return items;
}

cJSON *render_packages(const struct station *s)
{
	cJSON *items = cJSON_CreateArray();
	struct view_station station;
	struct view_package package;

	view_station(s, &station);
	for (size_t i = 0; i < station.package_count; i++) {
		view_package(s, i, &package);
		cJSON_AddItemToArray(items, render_package(&package));
	}
	return items;
}

cJSON *render_items(cJSON *items)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddItemToObject(json, "items", items);
	return json;
}
