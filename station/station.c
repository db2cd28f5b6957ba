/*
 * Start: ledger, store, orders from before, USB: nothing may arrive before it
 * can be recorded. Stop, in this order, each when the one before has ended: runs, workers, USB,
 * web, reader, ledger. Nothing is lost: the ledger stores all that was queued before it closes.
 */
#include "station/station.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "station/arrivals.h"
#include "station/ledger/times.h"
#include "station/log.h"
#include "station/order/opening.h"
#include "station/store/copy.h"
#include "station/watch.h"

#define STOP_WITHIN_MS	    15000
#define LAG_TURN_MS	    10000
#define LAG_WORTH_SAYING_MS 250

uint64_t station_touch(struct station *s)
{
	s->dirty = true;
	return ++s->version;
}

void station_event(struct station *s, const char *kind, const struct port *p, const char *format,
		   ...)
{
	char text[480];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	log_line(LOG_INFO, "%s%s%s: %s", kind, p ? " slot " : "", p ? p->label : "", text);
	if (!s->ledger)
		return; /* it could not be opened: the station ends */
	ledger_event(s->ledger, times_now_ms(), kind, p ? p->path : NULL, p ? p->run_id : 0, text);
}

/*
 * Open, or about to be: after a restart orders come back one by one, as their packages are loaded.
 * A unit waits for the one it belongs to; the next order in the row may be another product's.
 */
static bool is_current(const struct order *o)
{
	return o->state == ORDER_OPEN || (o->state == ORDER_LOADING && o->recorded && !o->why[0]);
}

/* The first such order, by time of opening, that names the slot (or names none) and may run. */
static struct order *first_order(struct station *s, const struct port *p, bool named,
				 struct order **passed_over)
{
	for (size_t i = 0; i < s->order_count; i++) {
		struct order *o = s->orders[i];

		if (!is_current(o))
			continue;
		if (named ? !order_names_slot(o, p->label, p->path) : o->choice.slot_count > 0)
			continue;
		if (!o->stopped[0] && !order_is_full(o))
			return o;
		if (!*passed_over)
			*passed_over = o;
	}
	return NULL;
}

struct order *station_order_for(struct station *s, const struct port *p, struct order **passed_over)
{
	struct order *o;

	*passed_over = NULL;
	o = first_order(s, p, true, passed_over);
	if (!o)
		o = first_order(s, p, false, passed_over);
	if (!o || o->state == ORDER_OPEN)
		return o;
	*passed_over = o;
	return NULL;
}

void station_wake_ports(struct station *s)
{
	for (size_t i = 0; i < s->port_count; i++)
		port_wake(s->ports[i]);
}

static void package_recorded(void *context, int64_t id, const struct problem *error)
{
	(void)context;
	(void)id;
	if (error) /* an order that needs it is refused by the ledger, with the same words */
		log_line(LOG_ERROR, "package not recorded: %s: %s", error->where, error->why);
}

void station_record_package(struct station *s, const struct stored_package *package)
{
	const struct manifest *m = &package->manifest;
	char *files = manifest_print_files(m);
	struct ledger_package row = {
		.id = m->id,
		.name = m->name,
		.platform = m->platform,
		.project = m->project,
		.bytes = m->bytes,
		.findings_json = m->findings_json ? m->findings_json : "[]",
		.files_json = files ? files : "[]",
		.source_path = m->source,
	};

	ledger_put_package(s->ledger, &row, package_recorded, s);
	free(files);
	if (m->refused)
		station_event(s, "package-refused", NULL, "%s: %s", m->name, m->problem);
	else
		station_event(s, "package-ready", NULL, "%s: %.12s, %llu MiB", m->name, m->id,
			      (unsigned long long)(m->bytes >> 20));
}

/* ---- turns of the loop ---- */

/* Once a turn, before waiting: tell the view's listener that something has changed. */
static void notify_view(uv_prepare_t *prepare)
{
	struct station *s = prepare->data;

	if (!s->dirty)
		return;
	s->dirty = false;
	if (s->changed)
		s->changed(s->changed_context);
}

static void measure_lag(struct station *s)
{
	uint64_t now = uv_hrtime();
	double late = now > s->tick_due_ns ? (double)(now - s->tick_due_ns) / 1e6 : 0;

	s->tick_due_ns = now + (uint64_t)STATION_TICK_MS * 1000000;
	if (late > s->lag_ms[0])
		s->lag_ms[0] = late;
	if (late > LAG_WORTH_SAYING_MS)
		log_line(LOG_WARNING, "the loop was late by %.0f ms", late);
	if (uv_now(s->loop) - s->lag_turned_ms < LAG_TURN_MS)
		return;
	s->lag_turned_ms = uv_now(s->loop);
	s->lag_ms[1] = s->lag_ms[0];
	s->lag_ms[0] = 0;
}

static void watch_ledger(struct station *s)
{
	struct problem why = {.why = ""};
	bool failing = s->ledger && ledger_failing(s->ledger, &why);

	if (failing == s->ledger_was_failing)
		return;
	s->ledger_was_failing = failing;
	s->station_version = station_touch(s);
	if (failing)
		log_line(LOG_ERROR, "ST-071 results can not be stored, no new runs: %s: %s; %s",
			 why.where, why.why, why.remedy);
	else
		log_line(LOG_INFO, "results can be stored again");
}

static void tick(uv_timer_t *timer)
{
	struct station *s = timer->data;

	measure_lag(s);
	watch_ledger(s);
	usb_budget_wake_all(&s->budget);
	store_tick(&s->store);
	watch_tick(s);
	for (size_t i = 0; i < s->port_count; i++)
		port_tick(s->ports[i]);
	opening_tick(s);
	if (s->phase == STATION_STOPPING)
		station_check_stopped(s);
}

/* ---- starting ---- */

static uint64_t store_touched(void *context)
{
	return station_touch(context);
}

struct station *station_make(uv_loop_t *loop, const struct config *config,
			     const struct profiles *profiles, struct problem *problem)
{
	struct station *s = calloc(1, sizeof *s);

	if (!s) {
		problem_set(problem, "memory", "free some memory", "out of memory");
		return NULL;
	}
	s->loop = loop;
	s->config = config;
	s->profiles = profiles;
	s->started_ms = times_now_ms();
	s->store.touch = store_touched;
	s->store.context = s;
	if (gethostname(s->host, sizeof s->host - 1) != 0)
		s->host[0] = '\0';
	snprintf(s->ledger_path, sizeof s->ledger_path, "%s/ledger.sqlite3", config->state_dir);
	usb_budget_init(&s->budget, usb_memory_limit(), (size_t)config->usb.transfer_bytes,
			(unsigned)config->usb.in_flight);
	if (strcmp(config->usb.attach, "libusb") != 0)
		s->budget.limit = 0; /* no usbfs is involved */
	return s;
}

static void profile_recorded(void *context, int64_t id, const struct problem *error)
{
	(void)context;
	(void)id;
	if (error)
		log_line(LOG_ERROR, "profile not recorded: %s: %s", error->where, error->why);
}

static void record_profiles(struct station *s)
{
	for (size_t i = 0; i < s->profiles->count; i++) {
		const struct profile *p = s->profiles->list[i];
		struct ledger_profile row = {p->name, p->sha256, p->json};

		ledger_put_profile(s->ledger, &row, profile_recorded, s);
	}
}

static bool ledger_knows(const struct ledger_loaded *loaded, const char *id)
{
	for (size_t i = 0; i < loaded->package_count; i++)
		if (strcmp(loaded->packages[i].id, id) == 0)
			return true;
	return false;
}

/* A store may be older than its ledger, or come from another station. */
static void record_packages(struct station *s, const struct ledger_loaded *loaded)
{
	for (size_t i = 0; i < s->store.count; i++)
		if (s->store.list[i]->state != STORED_FAILED &&
		    !ledger_knows(loaded, s->store.list[i]->manifest.id))
			station_record_package(s, s->store.list[i]);
}

static int open_ledger(struct station *s, struct problem *problem)
{
	struct ledger_options options = {s->ledger_path, s->config->name, FLASHRACK_VERSION};
	struct ledger_opened opened;

	if (ledger_open(&s->ledger, s->loop, &options, &opened, problem) != 0)
		return -1;
	s->next_run_id = opened.next_run_id;
	s->next_order_id = opened.next_order_id;
	s->interrupted_at_start = opened.interrupted;
	if (opened.interrupted)
		log_line(LOG_WARNING,
			 "%zu runs were cut off when the station last ended; their "
			 "units are suspect",
			 opened.interrupted);
	return ledger_reader_open(&s->reader, s->loop, s->ledger_path, problem);
}

static int take_up_past(struct station *s, struct problem *problem)
{
	struct ledger_loaded loaded;
	int result;

	if (ledger_load(s->ledger_path, &loaded, problem) != 0)
		return -1;
	record_profiles(s);
	record_packages(s, &loaded);
	result = opening_resume(s, &loaded, problem);
	s->quarantine_count = loaded.quarantine_count;
	s->quarantines = loaded.quarantines;
	loaded.quarantines = NULL; /* kept: slots are made later */
	ledger_loaded_free(&loaded);
	return result;
}

static void start_timers(struct station *s)
{
	uv_prepare_init(s->loop, &s->notify);
	s->notify.data = s;
	uv_prepare_start(&s->notify, notify_view);
	uv_timer_init(s->loop, &s->tick);
	s->tick.data = s;
	s->tick_due_ns = uv_hrtime() + (uint64_t)STATION_TICK_MS * 1000000;
	s->lag_turned_ms = uv_now(s->loop);
	uv_timer_start(&s->tick, tick, STATION_TICK_MS, STATION_TICK_MS);
}

static void import_done(void *context, struct stored_package *package,
			const struct problem *problem)
{
	struct station *s = context;

	if (package)
		station_record_package(s, package);
	else
		station_event(s, "import-failed", NULL, "%s: %s; %s", problem->where, problem->why,
			      problem->remedy);
	if (s->phase == STATION_STOPPING)
		station_check_stopped(s);
}

static void import_configured(struct station *s)
{
	struct problem problem;

	for (size_t i = 0; i < s->config->package_count; i++)
		if (store_import(&s->store, s->config->packages[i], import_done, s, &problem) != 0)
			log_line(LOG_ERROR, "package %s: %s; %s", s->config->packages[i],
				 problem.why, problem.remedy);
}

static void configured_order_done(void *context, int64_t id, const struct problem *error)
{
	(void)context;
	(void)id;
	if (error)
		log_line(LOG_ERROR, "config, key order: %s: %s; %s", error->where, error->why,
			 error->remedy);
}

static void open_configured_order(struct station *s)
{
	const struct config *c = s->config;
	const struct task_choice *choice = &c->order.choice;
	const char *only[TASK_ONLY_MAX + 1] = {NULL}, *slots[TASK_SLOTS_MAX + 1] = {NULL};
	struct view_order_request request = {
		.name = c->order.name,
		.profile = c->order.profile,
		.package = c->order.package,
		.quantity = c->order.quantity,
		.operator_name = c->order.operator_name,
		.operation = choice->has_operation ? flow_operation_name(choice->operation) : "",
		.end = choice->has_end ? task_end_name(choice->end) : "",
		.only = only,
		.slots = slots,
		.ranges = choice->ranges.list,
		.range_count = choice->ranges.count,
	};

	if (!c->order.given)
		return;
	for (size_t i = 0; i < choice->only.count; i++)
		only[i] = choice->only.names[i];
	for (size_t i = 0; i < choice->slot_count; i++)
		slots[i] = choice->slots[i];
	for (size_t i = 0; i < s->order_count; i++)
		if (strcmp(s->orders[i]->name, c->order.name) == 0)
			return;
	opening_begin(s, &request, configured_order_done, s);
}

int station_start(struct station *s, struct problem *problem)
{
	start_timers(s);
	s->store.rules = profiles_widest_rules(s->profiles);
	if (copy_make_folder(s->config->state_dir, problem) != 0 || open_ledger(s, problem) != 0 ||
	    store_open(&s->store, s->loop, s->config->state_dir, problem) != 0)
		return -1;
	if (take_up_past(s, problem) != 0 || arrivals_make_slots(s, problem) != 0 ||
	    arrivals_start(s, problem) != 0)
		return -1;
	watch_start(s);
	s->tick_due_ns = uv_hrtime() + (uint64_t)STATION_TICK_MS * 1000000;
	s->phase = STATION_READY;
	s->station_version = station_touch(s);
	station_event(s, "station-start", NULL, "version %s, USB %s", FLASHRACK_VERSION,
		      s->usb->description);
	import_configured(s);
	open_configured_order(s);
	return 0;
}

/* ---- stopping; each part may be missing when the start failed half-way ---- */

static void end_loop(struct station *s)
{
	uv_close((uv_handle_t *)&s->tick, NULL);
	uv_close((uv_handle_t *)&s->notify, NULL);
}

static void ledger_closed(void *context)
{
	struct station *s = context;

	s->ledger = NULL;
	end_loop(s);
}

static void reader_closed(void *context)
{
	struct station *s = context;

	s->reader = NULL;
	if (s->ledger)
		ledger_close(s->ledger, ledger_closed, s);
	else
		end_loop(s);
}

static void front_stopped(void *context)
{
	struct station *s = context;

	if (s->reader)
		ledger_reader_close(s->reader, reader_closed, s);
	else
		reader_closed(s);
}

static void usb_stopped(void *context)
{
	struct station *s = context;

	usb_free(s->usb);
	s->usb = NULL;
	station_event(s, "station-stop", NULL, "clean end");
	s->changed = NULL;
	if (s->front.stop)
		s->front.stop(s->front.context, front_stopped, s);
	else
		front_stopped(s);
}

/*
 * A run whose record can not be stored must not keep the station from ending: closing the ledger
 * tries a last time, and says what is lost.
 */
static bool may_end(const struct station *s, const struct port *p)
{
	bool in_vain =
		uv_now(s->loop) >= s->stop_by_ms || (s->ledger && ledger_failing(s->ledger, NULL));

	return port_is_quiet(p) || (in_vain && run_is_idle(&p->run));
}

void station_check_stopped(struct station *s)
{
	if (s->usb_stopped || s->phase != STATION_STOPPING || s->store.jobs > 0 ||
	    !watch_is_quiet(s))
		return;
	for (size_t i = 0; i < s->port_count; i++)
		if (!may_end(s, s->ports[i]))
			return;
	s->usb_stopped = true;
	for (size_t i = 0; i < s->port_count; i++)
		port_end(s->ports[i]);
	if (s->usb)
		s->usb->adapter->stop(s->usb, usb_stopped, s);
	else
		usb_stopped(s);
}

void station_stop(struct station *s)
{
	if (s->phase == STATION_STOPPING)
		return;
	s->phase = STATION_STOPPING;
	s->stop_by_ms = uv_now(s->loop) + STOP_WITHIN_MS;
	s->station_version = station_touch(s);
	log_line(LOG_INFO, "stopping: runs under way end as interrupted");
	store_stop(&s->store);
	for (size_t i = 0; i < s->port_count; i++)
		port_stop(s->ports[i]);
	station_check_stopped(s);
}

void station_free(struct station *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->port_count; i++)
		port_free(s->ports[i]);
	for (size_t i = 0; i < s->order_count; i++) {
		loaded_package_close(s->orders[i]->loaded);
		order_free(s->orders[i]);
	}
	store_free(&s->store);
	free(s->quarantines);
	free(s);
}
