#include "station/port/run.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define OPEN_AGAIN_MS  50   /* udev may be setting permissions, another program may let go */
#define OPEN_WITHIN_MS 2500 /* the window of most preloaders (protocol/brom.md section 4) */
/*
 * The kernel tells of a departure after transfers have failed: some 100 ms, but seconds when its
 * hub thread is enumerating a rack that was switched on, one port after the other.
 */
#define DOUBT_MS 4000

#define ST_PORT_IN_USE	  7
#define ST_LINK_QUALITY	  12
#define ST_OVERLOADED	  72
#define ST_NO_DATABASE	  71
#define ST_UNKNOWN_DEVICE 1

static void act(struct run *r);
static void try_open(struct run *r);
static void opened(void *context, enum usb_status status);
static void away_closed(void *context);

static uint64_t now_ms(const struct run *r)
{
	return uv_now(r->timer.loop);
}

static void step(struct run *r, struct flow_event *e)
{
	e->seq = r->action.seq;
	e->now_ms = now_ms(r);
	uv_timer_stop(&r->timer);
	flow_step(&r->flow, e, &r->action);
	r->host.changed(r->host.context);
}

static void step_and_act(struct run *r, enum flow_event_kind kind, struct slice rx)
{
	struct flow_event e = {.kind = kind, .rx = rx};

	if (kind == FLOW_BROKEN)
		e.fault = &r->fault;
	if (kind == FLOW_BACK)
		e.arrival = r->device->arrival;
	step(r, &e);
	act(r);
}

static void tell(struct run *r, enum flow_event_kind kind)
{
	step_and_act(r, kind, (struct slice){NULL, 0});
}

static void tell_broken(struct run *r, uint32_t code, const char *what, enum usb_status status)
{
	r->fault = (struct fault){.family = FAULT_NONE};
	fault_set(&r->fault, FAULT_STATION, code, "usb", "%s: %s", what, usb_status_text(status));
	tell(r, FLOW_BROKEN);
}

/* What happened while something else had to be waited for. True when it has been told. */
static bool tell_noted(struct run *r)
{
	if (r->device_left)
		tell(r, FLOW_GONE);
	else if (r->abort_wanted)
		tell(r, FLOW_ABORT);
	else
		return false;
	return true;
}

/* ---- actions ---- */

static void released(void *context)
{
	struct run *r = context;

	r->device = NULL;
	r->wait = RUN_IDLE;
	r->host.released(r->host.context);
}

static void finish(struct run *r)
{
	r->wait = RUN_OVER;
	uv_timer_stop(&r->timer);
	uv_timer_stop(&r->reopen);
	r->host.finished(r->host.context);
	if (r->pipe.device && !r->pipe.closing)
		usb_pipe_close(&r->pipe, released, r);
	else if (r->pipe.device)
		r->pipe.closed = released; /* it was being closed to come back */
	else
		released(r);
}

static void timer_over(uv_timer_t *timer)
{
	struct run *r = timer->data;

	switch (r->wait) {
	case RUN_PAUSE:
		tell(r, FLOW_CONTINUE);
		break;
	case RUN_AWAY:
		tell(r, FLOW_TIMEOUT);
		break;
	case RUN_DOUBT:
		tell(r, FLOW_BROKEN);
		break;
	case RUN_OPENING:
	case RUN_IDLE:
	case RUN_EXCHANGE:
	case RUN_JOURNAL:
	case RUN_STREAM:
	case RUN_OVER:
		break;
	}
}

static void begin_exchange(struct run *r)
{
	if (r->first_byte_ms < 0)
		r->first_byte_ms = (double)(uv_hrtime() - r->device->seen_ns) / 1e6;
	r->wait = RUN_EXCHANGE;
}

/* Start what the flow asks for. Exchanges that are satisfied at once are answered in a loop. */
static void act(struct run *r)
{
	struct flow_event e = {.kind = FLOW_REPLY};

	for (;;) {
		switch (r->action.what) {
		case FLOW_EXCHANGE:
			if (!r->pipe.device || r->pipe.closing || r->device_left) {
				e = (struct flow_event){.kind = FLOW_GONE};
				break;
			}
			begin_exchange(r);
			if (!usb_pipe_exchange(&r->pipe, r->action.tx, r->action.tx_count,
					       r->action.rx_want, r->action.ms, &e.rx))
				return;
			e.kind = FLOW_REPLY;
			break;
		case FLOW_WAIT:
			r->wait = RUN_PAUSE;
			uv_timer_start(&r->timer, timer_over, r->action.ms, 0);
			return;
		case FLOW_REATTACH:
			r->wait = RUN_AWAY;
			uv_timer_start(&r->timer, timer_over, r->action.ms, 0);
			/* It may have been faster than its own answer. */
			if (r->device_left && r->pipe.device && !r->pipe.closing)
				usb_pipe_close(&r->pipe, away_closed, r);
			return;
		case FLOW_JOURNAL:
			r->wait = RUN_JOURNAL;
			r->host.journal(r->host.context, r->action.journal);
			return;
		case FLOW_SAVE:
			r->wait = RUN_STREAM;
			if (!r->host.save(r->host.context, &r->action.save, r->action.tx,
					  r->action.tx_count))
				return;
			e = (struct flow_event){.kind = FLOW_CONTINUE};
			break;
		case FLOW_LOAD:
			r->wait = RUN_STREAM;
			r->host.load(r->host.context, &r->action.save);
			return;
		case FLOW_FINISH:
			finish(r);
			return;
		}
		step(r, &e);
	}
}

/* ---- events of the pipe ---- */

static void pipe_replied(void *context, struct slice rx)
{
	step_and_act(context, FLOW_REPLY, rx);
}

static void pipe_silent(void *context, struct slice rx)
{
	step_and_act(context, FLOW_TIMEOUT, rx);
}

static void pipe_stopped(void *context)
{
	struct run *r = context;

	if (!tell_noted(r))
		tell(r, FLOW_ABORT);
}

static void pipe_broken(void *context, enum usb_status status)
{
	struct run *r = context;

	if (status == USB_GONE || r->device_left) {
		tell(r, FLOW_GONE);
		return;
	}
	if (status == USB_NO_MEMORY) {
		tell_broken(r, ST_OVERLOADED, "bulk transfer", status);
		return;
	}
	r->fault = (struct fault){.family = FAULT_NONE};
	fault_set(&r->fault, FAULT_STATION, ST_LINK_QUALITY, "usb", "bulk transfer: %s",
		  usb_status_text(status));
	r->wait = RUN_DOUBT;
	uv_timer_start(&r->timer, timer_over, DOUBT_MS, 0);
}

/* ---- opening ---- */

static void reopen(uv_timer_t *timer)
{
	try_open(timer->data);
}

static void try_open(struct run *r)
{
	r->opening = true;
	r->device->usb->adapter->open(r->device, opened, r);
}

static void open_failed(struct run *r, enum usb_status status)
{
	if ((status == USB_BUSY || status == USB_DENIED) && now_ms(r) < r->open_until_ms &&
	    !r->abort_wanted && !r->device_left) {
		uv_timer_start(&r->reopen, reopen, OPEN_AGAIN_MS, 0);
		return;
	}
	if (tell_noted(r))
		return;
	if (status == USB_GONE)
		tell(r, FLOW_GONE);
	else
		tell_broken(r,
			    status == USB_UNFIT	      ? ST_UNKNOWN_DEVICE
			    : status == USB_NO_MEMORY ? ST_OVERLOADED
						      : ST_PORT_IN_USE,
			    "the device can not be opened", status);
}

static void opened(void *context, enum usb_status status)
{
	struct run *r = context;

	r->opening = false;
	if (status == USB_OK && !usb_pipe_open(&r->pipe, r->device))
		status = USB_NO_MEMORY;
	if (status != USB_OK) {
		open_failed(r, status);
		return;
	}
	if (device_mode_of(r->device->arrival.vid, r->device->arrival.pid) == MODE_PRELOADER)
		usb_pipe_greet(&r->pipe);
	if (tell_noted(r))
		return;
	if (!r->began) {
		r->began = true;
		act(r);
	} else {
		tell(r, FLOW_BACK);
	}
}

static void open_device(struct run *r, struct usb_device *device)
{
	r->device = device;
	r->device_left = false;
	r->wait = RUN_OPENING;
	uv_timer_stop(&r->timer); /* it is back: opening has a limit of its own */
	r->open_until_ms = now_ms(r) + OPEN_WITHIN_MS;
	try_open(r);
}

/* ---- what the port calls ---- */

void run_init(struct run *r, uv_loop_t *loop, struct usb_budget *budget,
	      const struct run_host *host)
{
	struct usb_pipe_events events = {
		.replied = pipe_replied,
		.silent = pipe_silent,
		.broken = pipe_broken,
		.stopped = pipe_stopped,
		.context = r,
	};

	memset(r, 0, sizeof *r);
	r->host = *host;
	usb_pipe_init(&r->pipe, loop, budget, &events);
	uv_timer_init(loop, &r->timer);
	uv_timer_init(loop, &r->reopen);
	r->timer.data = r->reopen.data = r;
}

void run_end(struct run *r, struct usb *usb)
{
	assert(r->wait == RUN_IDLE);
	usb_pipe_end(&r->pipe, usb);
	uv_close((uv_handle_t *)&r->timer, NULL);
	uv_close((uv_handle_t *)&r->reopen, NULL);
}

void run_begin(struct run *r, const struct flow_plan *plan, struct usb_device *device)
{
	assert(r->wait == RUN_IDLE);
	r->began = r->abort_wanted = false;
	r->coming = NULL;
	r->reattaches = 0;
	r->first_byte_ms = -1;
	flow_begin(&r->flow, plan, &device->arrival, now_ms(r), &r->action);
	open_device(r, device);
}

bool run_is_idle(const struct run *r)
{
	return r->wait == RUN_IDLE;
}

bool run_waits_for_device(const struct run *r)
{
	return r->wait == RUN_AWAY && (r->device_left || !r->device);
}

static void away_closed(void *context)
{
	struct run *r = context;
	struct usb_device *coming = r->coming;

	r->device = NULL;
	r->coming = NULL;
	if (coming && r->wait == RUN_AWAY)
		open_device(r, coming);
}

void run_device_left(struct run *r)
{
	if (r->coming) {
		r->coming = NULL; /* gone again before it was opened */
		return;
	}
	r->device_left = true;
	switch (r->wait) {
	case RUN_AWAY:
		if (r->pipe.device && !r->pipe.closing)
			usb_pipe_close(&r->pipe, away_closed, r);
		else if (!r->pipe.device)
			r->device = NULL;
		break;
	case RUN_OPENING:
		if (r->opening)
			break; /* the adapter calls back */
		uv_timer_stop(&r->reopen);
		r->device = NULL;
		tell(r, FLOW_GONE);
		break;
	case RUN_PAUSE:
	case RUN_DOUBT:
		tell(r, FLOW_GONE);
		break;
	case RUN_EXCHANGE: /* its transfers come back and say so */
	case RUN_JOURNAL:
	case RUN_STREAM:
	case RUN_OVER:
	case RUN_IDLE:
		break;
	}
}

void run_device_back(struct run *r, struct usb_device *device)
{
	assert(run_waits_for_device(r));
	r->reattaches++;
	if (r->pipe.device)
		r->coming = device;
	else
		open_device(r, device);
}

void run_journalled(struct run *r, bool owed, const struct problem *problem)
{
	struct flow_event e = {.kind = FLOW_CONTINUE, .owed = owed};

	assert(r->wait == RUN_JOURNAL);
	if (tell_noted(r))
		return;
	if (!problem) {
		step(r, &e);
		act(r);
		return;
	}
	r->fault = (struct fault){.family = FAULT_NONE};
	fault_set(&r->fault, FAULT_STATION, ST_NO_DATABASE, "journal", "%s: %s", problem->where,
		  problem->why);
	tell(r, FLOW_BROKEN);
}

void run_refuse(struct run *r, const struct fault *fault)
{
	assert(r->wait == RUN_JOURNAL || r->wait == RUN_STREAM);
	if (tell_noted(r))
		return;
	r->fault = *fault;
	tell(r, FLOW_BROKEN);
}

void run_taken(struct run *r)
{
	assert(r->wait == RUN_STREAM);
	if (!tell_noted(r))
		tell(r, FLOW_CONTINUE);
}

void run_loaded(struct run *r, struct slice bytes, const struct wire_sums *sums)
{
	struct flow_event e = {.kind = FLOW_LOADED, .loaded = bytes, .sums = sums};

	assert(r->wait == RUN_STREAM);
	if (tell_noted(r))
		return;
	step(r, &e);
	act(r);
}

void run_abort(struct run *r)
{
	r->abort_wanted = true;
	switch (r->wait) {
	case RUN_EXCHANGE:
		usb_pipe_stop(&r->pipe);
		break;
	case RUN_PAUSE:
	case RUN_AWAY:
	case RUN_DOUBT:
		tell(r, FLOW_ABORT);
		break;
	case RUN_OPENING:
		if (r->opening)
			break;
		uv_timer_stop(&r->reopen);
		tell(r, FLOW_ABORT);
		break;
	case RUN_JOURNAL:
	case RUN_STREAM:
	case RUN_OVER:
	case RUN_IDLE:
		break;
	}
}
