#include "station/usb/budget.h"

#include <assert.h>

#define GROW_BACK_MS 5000

void usb_budget_init(struct usb_budget *b, uint64_t limit, size_t largest, unsigned in_flight)
{
	*b = (struct usb_budget){
		.limit = limit,
		.largest = largest,
		.ceiling = largest,
		.in_flight = in_flight,
	};
	b->tail = &b->queue;
}

/* What fits when every open port has all its transfers under way, an eighth left for reading. */
static size_t planned_size(const struct usb_budget *b)
{
	size_t size = b->largest;
	uint64_t share;

	if (b->limit == 0 || b->ports == 0)
		return size;
	share = (b->limit - b->limit / 8) / ((uint64_t)b->ports * b->in_flight);
	while (size > USB_TRANSFER_FLOOR && size > share)
		size /= 2;
	return size;
}

size_t usb_budget_size(struct usb_budget *b, uint64_t now_ms)
{
	size_t planned = planned_size(b);

	if (b->ceiling < b->largest && now_ms - b->refused_ms >= GROW_BACK_MS) {
		b->ceiling *= 2;
		b->refused_ms = now_ms;
	}
	return planned < b->ceiling ? planned : b->ceiling;
}

void usb_budget_take(struct usb_budget *b, size_t bytes)
{
	b->used += bytes;
	if (b->used > b->used_most)
		b->used_most = b->used;
}

static void wake_first(struct usb_budget *b)
{
	struct usb_waiter *w = b->queue;

	if (!w)
		return;
	usb_budget_forget(b, w);
	w->again(w);
}

void usb_budget_give(struct usb_budget *b, size_t bytes)
{
	assert(b->used >= bytes);
	b->used -= bytes;
	wake_first(b);
}

void usb_budget_refused(struct usb_budget *b, struct usb_waiter *w, size_t bytes, uint64_t now_ms)
{
	b->refusals++;
	b->refused_ms = now_ms;
	/* Many ports are refused in the same moment: only a smaller refusal shrinks further. */
	while (b->ceiling >= bytes && b->ceiling > USB_TRANSFER_LEAST)
		b->ceiling /= 2;
	if (w->waiting)
		return;
	w->waiting = true;
	w->next = NULL;
	*b->tail = w;
	b->tail = &w->next;
}

void usb_budget_forget(struct usb_budget *b, struct usb_waiter *w)
{
	struct usb_waiter **at = &b->queue;

	if (!w->waiting)
		return;
	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	if (b->tail == &w->next)
		b->tail = at;
	w->waiting = false;
	w->next = NULL;
}

void usb_budget_wake_all(struct usb_budget *b)
{
	struct usb_waiter *w = b->queue;

	b->queue = NULL;
	b->tail = &b->queue;
	while (w) {
		struct usb_waiter *next = w->next;

		w->waiting = false;
		w->next = NULL;
		w->again(w);
		w = next;
	}
}
