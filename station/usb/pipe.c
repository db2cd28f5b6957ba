/*
 * Happy path: exchange -> fill_out -> out_done ... -> in_done ... -> finish_if_done -> `replied`.
 * Failures: a transfer that fails, or silence_over, goes to end_exchange(), which cancels what is
 * under way; settle() reports once the last write has come back. Close: cancel all, count to zero,
 * then the adapter's close.
 */
#include "station/usb/pipe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The kernel's USB memory may be taken by others for a while; a unit is not failed for that. */
#define STARVED_MOST_MS 60000

static void in_done(struct usb_transfer *t);
static void out_done(struct usb_transfer *t);
static void control_done(struct usb_transfer *t);
static void memory_again(struct usb_waiter *w);
static void silence_over(uv_timer_t *timer);
static void fill_out(struct usb_pipe *p);
static void post_reads(struct usb_pipe *p);

static const struct usb_adapter *adapter_of(const struct usb_pipe *p)
{
	return p->device->usb->adapter;
}

static uint64_t now_ms(const struct usb_pipe *p)
{
	return uv_now(p->silence.loop);
}

void usb_pipe_init(struct usb_pipe *p, uv_loop_t *loop, struct usb_budget *budget,
		   const struct usb_pipe_events *events)
{
	memset(p, 0, sizeof *p);
	p->budget = budget;
	p->events = *events;
	p->waiter.again = memory_again;
	uv_timer_init(loop, &p->silence);
	p->silence.data = p;
}

static void free_transfers(struct usb_pipe *p, struct usb *usb)
{
	for (size_t i = 0; i < USB_PIPE_OUT_MAX; i++)
		usb->adapter->transfer_free(usb, &p->out[i]);
	for (size_t i = 0; i < USB_PIPE_IN_COUNT; i++)
		usb->adapter->transfer_free(usb, &p->in[i]);
	for (size_t i = 0; i < 2; i++)
		usb->adapter->transfer_free(usb, &p->control[i]);
	p->adapter_parts = false;
}

void usb_pipe_end(struct usb_pipe *p, struct usb *usb)
{
	assert(!p->device);
	if (p->adapter_parts)
		free_transfers(p, usb);
	free(p->memory);
	p->memory = NULL;
	uv_close((uv_handle_t *)&p->silence, NULL);
}

static bool init_transfer(struct usb_pipe *p, struct usb *usb, struct usb_transfer *t,
			  enum usb_direction direction, void (*done)(struct usb_transfer *t))
{
	*t = (struct usb_transfer){.direction = direction, .done = done, .owner = p};
	return usb->adapter->transfer_init(usb, t);
}

static bool init_transfers(struct usb_pipe *p, struct usb *usb)
{
	bool good = true;

	for (size_t i = 0; i < USB_PIPE_OUT_MAX; i++)
		good &= init_transfer(p, usb, &p->out[i], USB_BULK_OUT, out_done);
	for (size_t i = 0; i < USB_PIPE_IN_COUNT; i++) {
		good &= init_transfer(p, usb, &p->in[i], USB_BULK_IN, in_done);
		p->in[i].target = p->memory + i * (size_t)USB_PIPE_IN_BYTES;
	}
	for (size_t i = 0; i < 2; i++)
		good &= init_transfer(p, usb, &p->control[i], USB_CONTROL_OUT, control_done);
	p->adapter_parts = true;
	return good;
}

bool usb_pipe_open(struct usb_pipe *p, struct usb_device *device)
{
	assert(!p->device && !p->closing);
	if (!p->memory) {
		p->memory = malloc(USB_PIPE_IN_COUNT * USB_PIPE_IN_BYTES + USB_PIPE_RX_BYTES);
		if (!p->memory)
			return false;
		p->rx = p->memory + USB_PIPE_IN_COUNT * (size_t)USB_PIPE_IN_BYTES;
	}
	if (!p->adapter_parts && !init_transfers(p, device->usb)) {
		free_transfers(p, device->usb);
		return false;
	}
	p->device = device;
	p->failed = USB_OK;
	p->ending = USB_PIPE_NONE;
	p->exchanging = false;
	p->rx_from = p->rx_have = p->rx_want = 0;
	p->bytes_out = p->bytes_in = 0;
	p->budget->ports++;
	post_reads(p);
	return true;
}

static void deliver(struct usb_pipe *p, enum usb_pipe_ending ending)
{
	struct slice rx = {p->rx + p->rx_from, p->rx_have};

	switch (ending) {
	case USB_PIPE_SILENT:
		if (rx.n > FLOW_RX_MAX)
			rx.n = FLOW_RX_MAX;
		p->rx_from += rx.n;
		p->rx_have -= rx.n;
		p->events.silent(p->events.context, rx);
		break;
	case USB_PIPE_STOPPED:
		p->events.stopped(p->events.context);
		break;
	case USB_PIPE_BROKEN:
		p->events.broken(p->events.context, p->failed);
		break;
	case USB_PIPE_NONE:
		break;
	}
}

static bool long_read_flies(const struct usb_pipe *p)
{
	for (size_t i = 0; i < USB_PIPE_IN_COUNT; i++)
		if (p->in_flies[i] && p->in[i].length > p->device->pair.in_packet)
			return true;
	return false;
}

/* Report an ending once nothing of ours is on its way to the device. */
static void settle(struct usb_pipe *p)
{
	enum usb_pipe_ending ending = p->ending;

	if (ending == USB_PIPE_NONE || p->starting || p->out_flying > 0 || long_read_flies(p))
		return;
	p->ending = USB_PIPE_NONE;
	deliver(p, ending);
}

static void finish_close(void *context)
{
	struct usb_pipe *p = context;
	usb_closed *closed = p->closed;

	p->device = NULL;
	p->closing = false;
	p->budget->ports--;
	closed(p->closed_context);
}

static void close_if_quiet(struct usb_pipe *p)
{
	if (p->out_flying > 0 || p->control_flying > 0)
		return;
	for (size_t i = 0; i < USB_PIPE_IN_COUNT; i++)
		if (p->in_flies[i])
			return;
	adapter_of(p)->close(p->device, finish_close, p);
}

static void cancel_writes(struct usb_pipe *p)
{
	for (size_t i = 0; i < USB_PIPE_OUT_MAX; i++)
		if (p->out_flies[i])
			adapter_of(p)->cancel(p->device, &p->out[i]);
}

static void cancel_reads(struct usb_pipe *p, size_t longer_than)
{
	for (size_t i = 0; i < USB_PIPE_IN_COUNT; i++)
		if (p->in_flies[i] && p->in[i].length > longer_than)
			adapter_of(p)->cancel(p->device, &p->in[i]);
}

/* Stop sending and report `ending` as soon as the bus is quiet; a worse ending replaces a better.
 */
static void end_exchange(struct usb_pipe *p, enum usb_pipe_ending ending)
{
	bool fresh = p->ending == USB_PIPE_NONE;

	p->exchanging = false;
	uv_timer_stop(&p->silence);
	usb_budget_forget(p->budget, &p->waiter);
	if (ending > p->ending)
		p->ending = ending;
	if (fresh) {
		cancel_writes(p);
		cancel_reads(p, p->device->pair.in_packet);
	}
}

static void fail(struct usb_pipe *p, enum usb_status status)
{
	if (p->failed == USB_OK || status == USB_GONE)
		p->failed = status;
	if (p->exchanging || p->ending != USB_PIPE_NONE)
		end_exchange(p, USB_PIPE_BROKEN);
}

static void wait_for_memory(struct usb_pipe *p, size_t bytes)
{
	if (p->starved_ms == 0)
		p->starved_ms = now_ms(p);
	usb_budget_refused(p->budget, &p->waiter, bytes, now_ms(p));
}

/* Submit one transfer; false when nothing more should be submitted now. */
static bool submit(struct usb_pipe *p, struct usb_transfer *t)
{
	enum usb_status status = adapter_of(p)->submit(p->device, t);

	if (status == USB_OK) {
		usb_budget_take(p->budget, t->length);
		p->starved_ms = 0;
		return true;
	}
	if (status == USB_NO_MEMORY)
		wait_for_memory(p, t->length);
	else
		fail(p, status);
	return false;
}

/* How long the next read may be; 0 when there is no room. */
static size_t read_length(const struct usb_pipe *p)
{
	size_t packet = p->device->pair.in_packet;
	size_t most = USB_PIPE_IN_BYTES / packet * packet;
	size_t coming = p->rx_have + p->in_posted;
	size_t length = packet;

	if (p->exchanging && p->rx_want > coming)
		length = (p->rx_want - coming + packet - 1) / packet * packet;
	if (length > most)
		length = most;
	return coming + length <= USB_PIPE_RX_BYTES ? length : 0;
}

static void post_reads(struct usb_pipe *p)
{
	for (size_t i = 0; i < USB_PIPE_IN_COUNT; i++) {
		struct usb_transfer *t = &p->in[i];

		if (p->in_flies[i])
			continue;
		t->length = read_length(p);
		if (t->length == 0 || p->failed != USB_OK || p->closing || !submit(p, t))
			return;
		p->in_flies[i] = true;
		p->in_posted += t->length;
	}
}

static struct usb_transfer *idle_out(struct usb_pipe *p)
{
	for (unsigned i = 0; i < p->budget->in_flight; i++)
		if (!p->out_flies[i])
			return &p->out[i];
	return NULL;
}

static void fill_out(struct usb_pipe *p)
{
	struct usb_transfer *t;

	while (p->exchanging && p->tx_at < p->tx_count && (t = idle_out(p))) {
		struct slice *s = &p->tx[p->tx_at];
		size_t most = usb_budget_size(p->budget, now_ms(p));
		size_t left = s->n - p->tx_offset;

		t->source = s->p + p->tx_offset;
		t->length = left < most ? left : most;
		if (!submit(p, t))
			return;
		p->out_flies[t - p->out] = true;
		p->out_flying++;
		p->tx_offset += t->length;
		if (p->tx_offset == s->n) {
			p->tx_at++;
			p->tx_offset = 0;
		}
	}
}

static bool satisfied(const struct usb_pipe *p)
{
	return p->tx_at == p->tx_count && p->out_flying == 0 && p->rx_have >= p->rx_want;
}

static struct slice take_wanted(struct usb_pipe *p)
{
	struct slice rx = {p->rx + p->rx_from, p->rx_want};

	p->exchanging = false;
	p->rx_from += rx.n;
	p->rx_have -= rx.n;
	uv_timer_stop(&p->silence);
	return rx;
}

static void finish_if_done(struct usb_pipe *p)
{
	if (p->exchanging && satisfied(p))
		p->events.replied(p->events.context, take_wanted(p));
}

/*
 * After each completion: tell whoever waits. At most one event, and last of all, because its
 * receiver may begin the next exchange or close the pipe.
 */
static void report(struct usb_pipe *p)
{
	if (p->closing)
		close_if_quiet(p);
	else if (p->ending != USB_PIPE_NONE)
		settle(p);
	else
		finish_if_done(p);
}

static void note_moved(struct usb_pipe *p)
{
	p->moved_ms = now_ms(p);
	p->looked_twice = false;
}

/* Memory came free somewhere: go on where submit() was refused. */
static void memory_again(struct usb_waiter *w)
{
	struct usb_pipe *p = (struct usb_pipe *)((char *)w - offsetof(struct usb_pipe, waiter));

	if (!p->device || p->closing)
		return;
	post_reads(p);
	fill_out(p);
	report(p);
}

static void out_done(struct usb_transfer *t)
{
	struct usb_pipe *p = t->owner;

	p->out_flies[t - p->out] = false;
	p->out_flying--;
	p->bytes_out += t->actual;
	if (t->actual > 0)
		note_moved(p);
	usb_budget_give(p->budget, t->length);
	if (t->status == USB_OK && t->actual < t->length)
		fail(p, USB_FAILED);
	else if (t->status != USB_OK && t->status != USB_CANCELLED)
		fail(p, t->status);
	fill_out(p);
	report(p);
}

static void append(struct usb_pipe *p, const uint8_t *bytes, size_t n)
{
	if (p->rx_from + p->rx_have + n > USB_PIPE_RX_BYTES) {
		memmove(p->rx, p->rx + p->rx_from, p->rx_have);
		p->rx_from = 0;
	}
	assert(p->rx_have + n <= USB_PIPE_RX_BYTES);
	memcpy(p->rx + p->rx_from + p->rx_have, bytes, n);
	p->rx_have += n;
	p->bytes_in += n;
	if (n > 0)
		note_moved(p);
}

static void in_done(struct usb_transfer *t)
{
	struct usb_pipe *p = t->owner;

	p->in_flies[t - p->in] = false;
	p->in_posted -= t->length;
	append(p, t->target, t->actual);
	usb_budget_give(p->budget, t->length);
	if (t->status != USB_OK && t->status != USB_CANCELLED)
		fail(p, t->status);
	if (p->ending == USB_PIPE_NONE)
		post_reads(p);
	report(p);
}

static void control_done(struct usb_transfer *t)
{
	struct usb_pipe *p = t->owner;

	p->control_flying--;
	usb_budget_give(p->budget, t->length);
	if (t->status == USB_GONE)
		fail(p, USB_GONE);
	report(p);
}

static void submit_control(struct usb_pipe *p, size_t i, uint8_t request, uint8_t value,
			   const uint8_t *data, uint8_t n)
{
	struct usb_transfer *t = &p->control[i];

	memset(t->setup, 0, sizeof t->setup);
	t->setup[0] = 0x21; /* class, to an interface */
	t->setup[1] = request;
	t->setup[2] = value;
	t->setup[6] = n;
	if (n > 0)
		memcpy(t->payload, data, n);
	t->length = n;
	if (adapter_of(p)->submit(p->device, t) != USB_OK)
		return; /* a courtesy: the first A0 goes out all the same, and will tell */
	usb_budget_take(p->budget, n);
	p->control_flying++;
}

void usb_pipe_greet(struct usb_pipe *p)
{
	static const uint8_t coding[7] = {0x00, 0x10, 0x0E, 0x00, 0x00, 0x00, 0x08};

	if (p->control_flying > 0)
		return;
	submit_control(p, 0, 0x20, 0, coding, sizeof coding);
	submit_control(p, 1, 0x22, 3, NULL, 0);
}

static void silence_over(uv_timer_t *timer)
{
	struct usb_pipe *p = timer->data;
	uint64_t quiet = now_ms(p) - p->moved_ms;
	bool starved = p->waiter.waiting && p->starved_ms != 0;

	if (p->ending != USB_PIPE_NONE) {
		settle(p);
	} else if (starved && now_ms(p) - p->starved_ms < STARVED_MOST_MS) {
		uv_timer_start(timer, silence_over, p->silence_ms, 0);
	} else if (starved) {
		fail(p, USB_NO_MEMORY);
		settle(p);
	} else if (quiet < p->silence_ms) {
		uv_timer_start(timer, silence_over, p->silence_ms - quiet, 0);
	} else if (!p->looked_twice) {
		/* If the loop was late, bytes may be waiting that it has not looked at yet. */
		p->looked_twice = true;
		uv_timer_start(timer, silence_over, 1, 0);
	} else {
		end_exchange(p, USB_PIPE_SILENT);
		settle(p);
	}
}

/* Copy the slices; empty ones are dropped, so that each entry is at least one transfer. */
static void set_tx(struct usb_pipe *p, const struct slice *tx, unsigned tx_count)
{
	assert(tx_count <= FLOW_TX_MAX);
	p->tx_count = p->tx_at = 0;
	p->tx_offset = 0;
	for (unsigned i = 0; i < tx_count; i++)
		if (tx[i].n > 0)
			p->tx[p->tx_count++] = tx[i];
}

bool usb_pipe_exchange(struct usb_pipe *p, const struct slice *tx, unsigned tx_count, size_t want,
		       uint32_t silence_ms, struct slice *rx)
{
	assert(p->device && !p->closing && !p->exchanging && p->ending == USB_PIPE_NONE);
	assert(want <= FLOW_RX_MAX);
	set_tx(p, tx, tx_count);
	p->rx_want = want;
	p->silence_ms = silence_ms;
	p->starved_ms = 0;
	p->exchanging = true;
	uv_update_time(p->silence.loop);
	note_moved(p);
	if (p->failed == USB_OK && satisfied(p)) {
		*rx = take_wanted(p);
		return true;
	}
	uv_timer_start(&p->silence, silence_over, silence_ms, 0);
	p->starting = true;
	if (p->failed == USB_OK) {
		fill_out(p);
		post_reads(p);
	} else {
		end_exchange(p, USB_PIPE_BROKEN);
	}
	p->starting = false;
	if (p->ending != USB_PIPE_NONE)
		uv_timer_start(&p->silence, silence_over, 0, 0);
	return false;
}

void usb_pipe_stop(struct usb_pipe *p)
{
	assert(p->device && !p->closing);
	end_exchange(p, USB_PIPE_STOPPED);
	settle(p);
}

void usb_pipe_close(struct usb_pipe *p, usb_closed *closed, void *context)
{
	assert(p->device && !p->closing);
	p->closed = closed;
	p->closed_context = context;
	p->exchanging = false;
	p->ending = USB_PIPE_NONE;
	p->closing = true;
	uv_timer_stop(&p->silence);
	usb_budget_forget(p->budget, &p->waiter);
	cancel_writes(p);
	cancel_reads(p, 0);
	for (size_t i = 0; i < 2; i++)
		if (p->control_flying > 0)
			adapter_of(p)->cancel(p->device, &p->control[i]);
	close_if_quiet(p);
}
