#include "station/port/port.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "station/ledger/times.h"
#include "station/log.h"
#include "station/station.h"

#define TAKEN_AFTER_MS	 3000  /* a departure this long after the result is a person's doing */
#define REMOVED_SHOWN_MS 10000 /* then the slot is simply empty */

#define ST_LEFT_BEFORE_WRITE 14
#define ST_VANISHED	     60
#define ST_NO_BOOT	     63

uint64_t port_now_ms(const struct port *p)
{
	return uv_now(p->station->loop);
}

void port_clear_fault(struct port *p)
{
	p->fault = (struct fault){.family = FAULT_NONE};
}

/* ---- a run ---- */

void port_start_run(struct port *p, struct order *o)
{
	struct station *s = p->station;

	port_move(p, PORT_CONNECTING);
	p->run_id = s->next_run_id++;
	p->order = o;
	p->order_id = o->id;
	p->released = p->stored = p->ended = false;
	p->stream_count = 0;
	streams_begin(&p->streams, p->run_id, o->id);
	p->unit_key[0] = p->me_id[0] = p->soc_id[0] = '\0';
	p->attempt = 0;
	p->caught = false;
	p->started_ms = times_now_ms();
	p->run_ms = 0;
	p->sample_count = 0;
	p->runs++;
	order_run_begins(o);
	o->version = station_touch(s);
	port_record_begin(p); /* only queued: no disk is waited for */
	run_begin(&p->run, &o->plan, p->device);
	station_event(s, "run-started", p, "order %s, device %s", o->name, p->usb_id);
}

static void run_changed(void *context)
{
	port_follow(context);
}

static void run_journal(void *context, enum flow_journal what)
{
	struct port *p = context;

	if (p->catching)
		port_caught(p);
	else
		port_record_journal(p, what);
}

static bool run_save(void *context, const struct flow_save *to, const struct slice *bytes,
		     unsigned count)
{
	struct port *p = context;

	return streams_save(&p->streams, to, flow_report(&p->run.flow)->facts.storage.kind, bytes,
			    count);
}

static void run_load(void *context, const struct flow_save *from)
{
	struct port *p = context;

	streams_load(&p->streams, from);
}

/* The unit left while it was worked on: transfers tell that before the kernel tells of it. */
static bool ended_by_leaving(const struct flow_report *report)
{
	const struct fault *f = &report->fault;

	return report->result == FLOW_FAILED && f->family == FAULT_STATION &&
	       (f->code == ST_LEFT_BEFORE_WRITE || f->code == ST_VANISHED);
}

static void run_finished(void *context)
{
	struct port *p = context;
	const struct flow_report *report = flow_report(&p->run.flow);

	if (p->catching)
		return;
	port_tell_window(p);
	p->fault = report->fault;
	if (ended_by_leaving(report))
		station_note_drop(p->station, p);
	p->run_ms = (uint32_t)(times_now_ms() - p->started_ms);
	p->station->bytes_written += report->bytes_written;
	p->left_by_command = report->result == FLOW_PASSED && p->order->plan.end != FLOW_END_STAY;
	if (p->run.first_byte_ms >= 0)
		station_event(p->station, "first-byte", p, "%.1f ms after arrival",
			      p->run.first_byte_ms);
	port_move(p, PORT_STORING);
	port_record_end(p);
}

static enum port_state result_state(enum flow_result result)
{
	switch (result) {
	case FLOW_PASSED:
		return PORT_PASSED;
	case FLOW_REFUSED:
		return PORT_REFUSED;
	case FLOW_INTERRUPTED:
		return PORT_INTERRUPTED;
	case FLOW_FAILED:
	case FLOW_RUNNING:
		break;
	}
	return PORT_FAILED;
}

static void count_result(struct port *p, enum flow_result result)
{
	p->passed += result == FLOW_PASSED;
	p->failed += result == FLOW_FAILED;
	p->refused += result == FLOW_REFUSED;
	if (!order_run_ends(p->order, result, &p->fault, p->unit_key, times_now_ms()))
		log_line(LOG_ERROR, "order %s: out of memory, a unit is not in its counts",
			 p->order->name);
	p->order->version = station_touch(p->station);
	station_judge_order(p->station, p->order, &p->fault);
	port_judge_result(p, result);
}

/* Both the record is on disk and the device is given back: show the result, take the next. */
static void end_if_done(struct port *p)
{
	enum flow_result result = flow_report(&p->run.flow)->result;
	bool unrecorded = result == FLOW_PASSED && p->fault.family != FAULT_NONE;

	if (!p->released || !p->stored || !p->ended)
		return;
	if (unrecorded)
		result = FLOW_FAILED;
	count_result(p, result);
	p->order = NULL;
	p->result_ms = port_now_ms(p);
	port_move(p, result_state(result));
	if (result == FLOW_PASSED)
		log_line(LOG_INFO, "slot %s: run %lld passed in %.1f s", p->label,
			 (long long)p->run_id, p->run_ms / 1000.0);
	if (p->station->phase == STATION_STOPPING) {
		station_check_stopped(p->station);
		return;
	}
	station_wake_ports(p->station); /* an order that was full may have room again */
	if (p->device && p->fresh) {
		port_clear_fault(p);
		port_move(p, PORT_ARRIVED);
		port_consider(p);
	}
}

static void run_released(void *context)
{
	struct port *p = context;

	enum flow_identity identity = flow_report(&p->run.flow)->identity;

	if (p->catching) {
		port_catch_over(p);
		return;
	}
	p->released = true;
	streams_end(&p->streams,
		    identity == FLOW_IDENTITY_SAME || identity == FLOW_IDENTITY_RESTORED);
}

void port_streams_ended(struct port *p)
{
	p->ended = true;
	end_if_done(p);
}

void port_result_stored(struct port *p)
{
	p->stored = true;
	end_if_done(p);
}

/* ---- arrivals and departures ---- */

static void note_arrival(struct port *p, struct usb_device *device)
{
	device->user = p;
	p->device = device;
	p->seen = device->arrival;
	p->mode = device->mode;
	p->arrived_ms = port_now_ms(p);
	p->awaited_ms = 0;
	p->refused_start = false;
	snprintf(p->usb_id, sizeof p->usb_id, "%04x:%04x", p->seen.vid, p->seen.pid);
	port_touch(p);
}

/* A unit that passed and was told to leave shows up by itself while it starts or powers off. */
static bool restarts_by_itself(const struct port *p)
{
	return p->state == PORT_PASSED && p->left_by_command &&
	       p->arrived_ms - p->left_ms < (uint64_t)p->station->config->restart_ms;
}

/* It was told to restart: its preloader shows for a moment. Its boot ROM shows when that is dead.
 */
static void note_restart(struct port *p)
{
	unsigned long long ms = p->arrived_ms - p->left_ms;

	station_event(p->station, "restarted", p,
		      "the unit shows %s again %llu ms after it left: it starts", p->usb_id, ms);
	if (p->mode != MODE_BROM)
		return;
	fault_set(&p->notice, FAULT_STATION, ST_NO_BOOT, "restart",
		  "%llu ms after it left the unit is back in its boot ROM", ms);
	station_event(p->station, "no-boot", p, "ST-%03u %s", ST_NO_BOOT, p->notice.what);
}

void port_arrived(struct port *p, struct usb_device *device)
{
	bool ours = port_is_download_mode(device->mode);

	note_arrival(p, device);
	port_note_speed(p);
	if (run_waits_for_device(&p->run)) {
		run_device_back(&p->run, device);
		return;
	}
	if (!run_is_idle(&p->run) || p->state == PORT_STORING) {
		p->fresh = ours; /* quicker than the record of the unit before */
		port_count_arrival(p);
		return;
	}
	if (!ours && port_state_is_result(p->state)) {
		station_event(p->station, "booted", p, "the unit's own system is up: %s",
			      p->usb_id);
		return;
	}
	if (ours && restarts_by_itself(p)) {
		note_restart(p);
		return;
	}
	port_count_arrival(p);
	port_clear_fault(p);
	port_move(p, PORT_ARRIVED);
	port_consider(p);
}

void port_left(struct port *p)
{
	p->device = NULL;
	p->fresh = false;
	p->left_ms = port_now_ms(p);
	port_touch(p);
	p->retry_at_ms = 0;
	if (!run_is_idle(&p->run)) {
		run_device_left(&p->run);
		return;
	}
	if (p->state == PORT_HELD) {
		port_held_left(p);
	} else if (port_state_is_result(p->state) && p->left_ms - p->result_ms > TAKEN_AFTER_MS) {
		port_move(p, PORT_REMOVED);
	}
}

/* The device is still there: as if it had arrived now. */
void port_start_again(struct port *p)
{
	p->retry_at_ms = 0;
	p->device->seen_ns = uv_hrtime(); /* it was not its arrival that kept it waiting */
	port_clear_fault(p);
	port_move(p, PORT_ARRIVED);
	port_consider(p);
}

static void sample(struct port *p)
{
	p->samples[p->sample_count % PORT_SAMPLES].at_ms = port_now_ms(p);
	p->samples[p->sample_count % PORT_SAMPLES].bytes = flow_report(&p->run.flow)->bytes_done;
	p->sample_count++;
}

double port_speed(const struct port *p)
{
	size_t kept = p->sample_count < PORT_SAMPLES ? p->sample_count : PORT_SAMPLES;
	size_t last, first;
	uint64_t ms;

	if (kept < 2 || !port_runs(p))
		return 0;
	last = (p->sample_count - 1) % PORT_SAMPLES;
	first = (p->sample_count - kept) % PORT_SAMPLES;
	ms = p->samples[last].at_ms - p->samples[first].at_ms;
	if (ms == 0 || p->samples[last].bytes < p->samples[first].bytes)
		return 0;
	return (double)(p->samples[last].bytes - p->samples[first].bytes) / 1048576.0 * 1000.0 /
	       (double)ms;
}

void port_tick(struct port *p)
{
	if (p->state >= PORT_CONNECTING && p->state <= PORT_FINISHING) {
		sample(p);
		port_touch(p);
	} else if (p->state == PORT_REMOVED && port_now_ms(p) - p->left_ms >= REMOVED_SHOWN_MS) {
		port_clear_fault(p);
		port_move(p, PORT_EMPTY);
	} else if (p->state == PORT_EMPTY) {
		port_await(p);
	} else if (p->retry_at_ms && port_now_ms(p) >= p->retry_at_ms) {
		port_try_again(p);
	} else {
		port_wake(p);
	}
}

/* ---- commands ---- */

int port_abort(struct port *p, struct problem *problem)
{
	if (run_is_idle(&p->run) || p->run.wait == RUN_OVER || p->catching)
		return problem_set(problem, p->label, "look at the slot again",
				   "no run is under way, the slot is %s",
				   port_state_name(p->state));
	station_event(p->station, "abort", p, "stopped by hand");
	run_abort(&p->run);
	return 0;
}

int port_retry(struct port *p, struct problem *problem)
{
	if (port_runs(p))
		return problem_set(problem, p->label, "wait for its end, or abort it first",
				   "a run is under way, the slot is %s", port_state_name(p->state));
	if (!p->device)
		return problem_set(problem, p->label, "plug the unit in",
				   "no device is on this slot");
	if (p->station->phase != STATION_READY)
		return problem_set(problem, p->label, "wait until the station runs again",
				   "the station is stopping");
	if (p->judged.quarantined)
		return problem_set(problem, p->label, "release the slot first",
				   "ST-013 it is out of use: %.150s", p->judged.why);
	if (p->catching)
		return problem_set(problem, p->label, "ask again in a second",
				   "the unit is being greeted");
	station_event(p->station, "retry", p, "started again by hand");
	p->arrival_count = 0;
	p->refused_start = false;
	p->auto_tries = 0;
	port_start_again(p);
	return 0;
}

void port_stop(struct port *p)
{
	p->retry_at_ms = 0;
	if (!run_is_idle(&p->run) && p->run.wait != RUN_OVER)
		run_abort(&p->run);
}

bool port_runs(const struct port *p)
{
	return p->state >= PORT_CONNECTING && p->state <= PORT_STORING;
}

bool port_is_quiet(const struct port *p)
{
	return run_is_idle(&p->run) && streams_are_quiet(&p->streams) && !port_runs(p);
}

/* ---- making ---- */

struct port *port_make(struct station *s, size_t index, const char *path, const char *label)
{
	struct port *p = calloc(1, sizeof *p);
	struct run_host host = {
		.save = run_save,
		.load = run_load,
		.changed = run_changed,
		.journal = run_journal,
		.finished = run_finished,
		.released = run_released,
		.context = p,
	};

	if (!p)
		return NULL;
	p->station = s;
	p->index = index;
	snprintf(p->path, sizeof p->path, "%s", path);
	snprintf(p->label, sizeof p->label, "%s", label);
	p->changed_ms = times_now_ms();
	port_streams_make(p);
	run_init(&p->run, s->loop, &s->budget, &host);
	uv_timer_init(s->loop, &p->catch_timer);
	port_touch(p);
	return p;
}

void port_end(struct port *p)
{
	run_end(&p->run, p->station->usb);
	uv_close((uv_handle_t *)&p->catch_timer, NULL);
}

void port_free(struct port *p)
{
	if (!p)
		return;
	free(p->parts);
	free(p->stream_files);
	free(p);
}
