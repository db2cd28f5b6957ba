#include "station/view/view.h"

#include <stdio.h>
#include <string.h>

#include "engine/catalogue/catalogue.h"
#include "station/ledger/names.h"
#include "station/ledger/times.h"
#include "station/order/opening.h"
#include "station/station.h"

uint64_t view_version(const struct station *s)
{
	return s->version;
}

static const char *station_state(const struct station *s)
{
	if (s->phase == STATION_STOPPING)
		return "stopping";
	if (s->phase == STATION_STARTING)
		return "starting";
	if (s->ledger_was_failing)
		return "ledger-failing";
	return station_disk_is_low(s) ? "disk-low" : "ready";
}

static size_t shown_orders(const struct station *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->order_count; i++)
		n += s->orders[i]->recorded;
	return n;
}

static uint64_t written_in_all(const struct station *s)
{
	uint64_t bytes = s->bytes_written;

	for (size_t i = 0; i < s->port_count; i++) {
		const struct port *p = s->ports[i];

		if (p->state >= PORT_CONNECTING && p->state <= PORT_FINISHING)
			bytes += flow_report(&p->run.flow)->bytes_written;
	}
	return bytes;
}

void view_station(const struct station *s, struct view_station *out)
{
	static struct problem why; /* holds the text shown until the next turn */
	struct usb_budget budget = s->budget;

	why.why[0] = '\0';
	if (s->ledger)
		ledger_failing(s->ledger, &why);
	if (!why.why[0] && station_disk_is_low(s))
		problem_set(&why, "state_dir", "free space on its disk",
			    "ST-070 %llu MiB are free on the disk, %lld are needed",
			    (unsigned long long)(s->disk_free >> 20),
			    (long long)s->config->disk_free_mib);
	*out = (struct view_station){
		.version = s->station_version,
		.name = s->config->name,
		.program_version = FLASHRACK_VERSION,
		.host = s->host,
		.started_ms = s->started_ms,
		.usb = s->usb ? s->usb->description : "",
		.ledger_path = s->ledger_path,
		.state = station_state(s),
		.state_why = why.why,
		.slot_count = s->port_count,
		.order_count = shown_orders(s),
		.package_count = s->store.count,
		.usb_memory_budget = s->budget.limit,
		.usb_memory_used = s->budget.used,
		.transfer_bytes = usb_budget_size(&budget, uv_now(s->loop)),
		.bytes_written = written_in_all(s),
		.loop_lag_ms = s->lag_ms[0] > s->lag_ms[1] ? s->lag_ms[0] : s->lag_ms[1],
	};
}

static void show_error(struct view_error *to, const struct fault *f)
{
	const struct catalogue_entry *e;

	if (f->family == FAULT_NONE)
		return;
	e = catalogue_explain(f);
	*to = (struct view_error){
		.code = e->code,
		.name = e->name,
		.family = fault_family_name(f->family),
		.step = f->step,
		.meaning = e->meaning,
		.what = f->what,
		.action = e->actions,
		.retry = retry_name(e->retry),
	};
}

static const char *mode_name(const struct port *p, const struct flow_report *report)
{
	enum device_mode mode = p->mode;

	if (!p->device && !report)
		return "";
	if (report && p->state >= PORT_AGENT)
		return "da";
	if (report && report->facts.arrived_as != MODE_UNKNOWN)
		mode = report->facts.arrived_as;
	switch (mode) {
	case MODE_BROM:
		return "brom";
	case MODE_PRELOADER:
		return "preloader";
	case MODE_DA:
		return "da";
	case MODE_META:
		return "meta";
	case MODE_FASTBOOT:
		return "fastboot";
	case MODE_CHARGING:
		return "charging";
	case MODE_UNKNOWN:
		break;
	}
	return "";
}

static const char *speed_name(enum usb_speed speed)
{
	switch (speed) {
	case USB_SPEED_FULL:
		return "full";
	case USB_SPEED_HIGH:
		return "high";
	case USB_SPEED_SUPER:
		return "super";
	case USB_SPEED_UNKNOWN:
		break;
	}
	return "";
}

/* What the run under way, or the one on show, has to say. */
static void show_run(const struct port *p, struct view_slot *out)
{
	const struct flow_report *report = flow_report(&p->run.flow);
	const struct chip *chip = chip_by_hw_code(report->facts.hw_code);
	bool running = port_runs(p);

	out->run_id = p->run_id;
	out->operation = flow_operation_name(report->operation);
	out->order_id = p->order_id;
	out->me_id = p->me_id;
	out->soc_id = p->soc_id;
	out->chip = report->facts.hw_code && chip ? chip->names[0] : "";
	out->step = running && report->step ? report->step : "";
	out->partition = running ? report->target : "";
	out->bytes_done = report->bytes_done;
	out->bytes_total = report->bytes_total;
	out->mib_per_s = port_speed(p);
	if (running && out->mib_per_s > 0 && report->bytes_total >= report->bytes_done)
		out->seconds_left = (double)(report->bytes_total - report->bytes_done) / 1048576.0 /
				    out->mib_per_s;
	out->started_ms = p->started_ms;
	out->run_ms = running ? (uint32_t)(times_now_ms() - p->started_ms) : p->run_ms;
}

/* A unit that waits, and is known already. */
static void show_caught(const struct port *p, struct view_slot *out)
{
	const struct chip *chip = chip_by_hw_code(flow_report(&p->run.flow)->facts.hw_code);

	out->me_id = p->me_id;
	out->soc_id = p->soc_id;
	out->chip = chip ? chip->names[0] : "";
}

/* Of the unit in work or on show, in the order it was tried for. */
static int tries_left(const struct port *p)
{
	int64_t most = p->station->config->limits.tries;
	const struct order *o = NULL;
	uint32_t runs, tries;

	for (size_t i = 0; i < p->station->order_count; i++)
		if (p->station->orders[i]->id == p->order_id)
			o = p->station->orders[i];
	if (!o || !p->unit_key[0] || most == 0)
		return -1;
	order_unit_past(o, p->unit_key, &runs, &tries);
	return tries < most ? (int)(most - tries) : 0;
}

/* Out of use, and the error on show is of the run before. */
static bool shows_blocked(const struct port *p)
{
	return p->judged.quarantined && p->fault.code != p->judged.blocked.code;
}

void view_slot(const struct station *s, size_t i, struct view_slot *out)
{
	const struct port *p = s->ports[i];
	bool has_run = port_runs(p) || port_state_is_result(p->state) || p->state == PORT_REMOVED;

	*out = (struct view_slot){
		.version = p->version,
		.path = p->path,
		.label = p->label,
		.state = port_state_name(p->state),
		.present = p->device != NULL,
		.mode = mode_name(p, has_run ? flow_report(&p->run.flow) : NULL),
		.usb_id = p->device ? p->usb_id : "",
		.usb_speed = p->device ? speed_name(p->seen.speed) : "",
		.me_id = "",
		.soc_id = "",
		.chip = "",
		.step = "",
		.partition = "",
		.seconds_left = -1,
		.changed_ms = p->changed_ms,
		.runs = p->runs,
		.passed = p->passed,
		.failed = p->failed,
		.refused = p->refused,
		.operation = "",
		.attempt = p->attempt,
		.tries_left = tries_left(p),
		.quarantined = p->judged.quarantined,
		.fails_in_a_row = p->judged.fails_in_a_row,
	};
	if (has_run)
		show_run(p, out);
	else if (p->caught)
		show_caught(p, out);
	show_error(&out->error, &p->fault);
	show_error(&out->notice, shows_blocked(p) ? &p->judged.blocked : &p->notice);
}

long view_find_slot(const struct station *s, const char *label_or_path)
{
	for (size_t i = 0; i < s->port_count; i++)
		if (strcmp(s->ports[i]->label, label_or_path) == 0 ||
		    strcmp(s->ports[i]->path, label_or_path) == 0)
			return (long)i;
	return -1;
}

void view_order(const struct station *s, size_t i, struct view_order *out)
{
	const struct order *o = NULL;

	*out = (struct view_order){
		.id = 0, .first_pass_yield = -1, .units_per_hour = -1, .takt_median_s = -1};
	for (size_t n = 0, shown = 0; n < s->order_count && !o; n++)
		if (s->orders[n]->recorded && shown++ == i)
			o = s->orders[n];
	if (!o)
		return;
	*out = (struct view_order){
		.version = o->version,
		.id = o->id,
		.name = o->name,
		.profile = o->profile_name,
		.product = o->product,
		.package_id = o->package_id,
		.package_name = o->package_name,
		.operator_name = o->operator_name,
		.quantity = o->quantity,
		.passed = o->passed,
		.failed = o->failed,
		.refused = o->refused,
		.interrupted = o->interrupted,
		.running = o->running,
		.first_pass_yield = order_first_pass_yield(o),
		.units_per_hour = order_units_per_hour(o, times_now_ms()),
		.takt_median_s = o->takt_median_s,
		.opened_ms = o->opened_ms,
		.operation = flow_operation_name(o->task.operation),
		.slots = o->choice.slot_count ? o->slots : NULL,
		.stopped = o->stopped,
	};
}

void view_package(const struct station *s, size_t i, struct view_package *out)
{
	const struct stored_package *p = s->store.list[i];

	*out = (struct view_package){
		.version = p->version,
		.id = p->manifest.id,
		.name = p->manifest.name,
		.platform = p->manifest.platform,
		.project = p->manifest.project,
		.state = stored_state_name(p->state),
		.bytes = p->bytes,
		.bytes_done = p->bytes_done,
		.problem = p->why,
	};
}

size_t view_profile_count(const struct station *s)
{
	return s->profiles->count;
}

void view_profile(const struct station *s, size_t i, const char **name, const char **json)
{
	*name = s->profiles->list[i]->name;
	*json = s->profiles->list[i]->json;
}

void view_listen(struct station *s, void (*changed)(void *context), void *context)
{
	s->changed = changed;
	s->changed_context = context;
}

/* ---- commands ---- */

void view_open_order(struct station *s, const struct view_order_request *request, view_done *done,
		     void *context)
{
	opening_begin(s, request, done, context);
}

void view_close_order(struct station *s, int64_t id, view_done *done, void *context)
{
	opening_close(s, id, done, context);
}

static void import_over(void *context, struct stored_package *package,
			const struct problem *problem)
{
	struct station *s = context;

	if (package)
		station_record_package(s, package);
	else
		station_event(s, "import-failed", NULL, "%s: %s; %s", problem->where, problem->why,
			      problem->remedy);
}

void view_import_package(struct station *s, const char *folder, view_done *done, void *context)
{
	struct problem problem;

	if (s->phase == STATION_STOPPING)
		problem_set(&problem, "station", "wait until it runs again",
			    "the station is stopping");
	else if (station_disk_is_low(s))
		problem_set(&problem, "station", "free space on the disk of state_dir",
			    "ST-070 the station's disk is nearly full");
	else if (folder[0] != '/')
		problem_set(&problem, "path", "give the whole path, from / on",
			    "a package is named by the path of its folder");
	else if (store_import(&s->store, folder, import_over, s, &problem) == 0) {
		done(context, 0, NULL);
		return;
	}
	done(context, 0, &problem);
}

int view_abort_slot(struct station *s, size_t i, struct problem *problem)
{
	return port_abort(s->ports[i], problem);
}

int view_release_slot(struct station *s, size_t i, struct problem *problem)
{
	return port_release(s->ports[i], problem);
}

int view_resume_order(struct station *s, int64_t id, struct problem *problem)
{
	return station_resume_order(s, id, problem);
}

int view_retry_slot(struct station *s, size_t i, struct problem *problem)
{
	return port_retry(s->ports[i], problem);
}
