#include "tests/rack/urb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct urb *urb_new(struct urb_owner *owner, bool in, uint8_t ep, uint32_t length)
{
	struct urb *urb = calloc(1, sizeof *urb);

	if (!urb)
		return NULL;
	urb->owner = owner;
	urb->in = in;
	urb->ep = ep;
	urb->length = length;
	if (!in && length) {
		urb->data = malloc(length);
		urb->room = length;
		if (!urb->data) {
			free(urb);
			return NULL;
		}
	}
	return urb;
}

void urb_free(struct urb *urb)
{
	if (urb)
		free(urb->data);
	free(urb);
}

void urb_fill(struct urb *urb, const uint8_t *bytes, size_t n)
{
	size_t need = urb->actual + n;

	if (need > urb->room) {
		/* Most answers are one byte long: do not reserve what the host could take. */
		size_t room = need < 64 ? 64 : need;
		uint8_t *grown = realloc(urb->data, room);

		if (!grown) {
			fprintf(stderr,
				"flashrack-rack: memory, urb: none left; use fewer devices\n");
			abort();
		}
		urb->data = grown;
		urb->room = room;
	}
	if (n)
		memcpy(urb->data + urb->actual, bytes, n);
	urb->actual += (uint32_t)n;
}

void urb_finish(struct urb *urb, int32_t status)
{
	urb->status = status;
	urb->next = NULL;
	urb->owner->complete(urb->owner, urb);
}

void urb_list_init(struct urb_list *list)
{
	list->head = NULL;
	list->tail = &list->head;
}

void urb_list_push(struct urb_list *list, struct urb *urb)
{
	urb->next = NULL;
	*list->tail = urb;
	list->tail = &urb->next;
}

struct urb *urb_list_pop(struct urb_list *list)
{
	struct urb *urb = list->head;

	if (!urb)
		return NULL;
	list->head = urb->next;
	if (!list->head)
		list->tail = &list->head;
	urb->next = NULL;
	return urb;
}

struct urb *urb_list_take(struct urb_list *list, uint32_t seq)
{
	for (struct urb **at = &list->head; *at; at = &(*at)->next) {
		struct urb *urb = *at;

		if (urb->seq != seq)
			continue;
		*at = urb->next;
		if (!urb->next)
			list->tail = at;
		urb->next = NULL;
		return urb;
	}
	return NULL;
}

void urb_list_drop(struct urb_list *list)
{
	struct urb *urb;

	while ((urb = urb_list_pop(list)))
		urb_free(urb);
}
