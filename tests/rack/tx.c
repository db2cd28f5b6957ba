#include "tests/rack/tx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tx_chunk {
	struct tx_chunk *next;
	uint8_t *bytes;
	size_t n, off;
	uint16_t packet;
};

static void *need(void *memory)
{
	if (!memory) {
		fprintf(stderr, "flashrack-rack: memory, answer: none left; use fewer devices\n");
		abort();
	}
	return memory;
}

void tx_init(struct tx *tx)
{
	*tx = (struct tx){.packet = 512};
	tx->tail = &tx->head;
}

static void drop_head(struct tx *tx)
{
	struct tx_chunk *c = tx->head;

	tx->head = c->next;
	if (!tx->head)
		tx->tail = &tx->head;
	free(c->bytes);
	free(c);
}

void tx_drop(struct tx *tx)
{
	while (tx->head)
		drop_head(tx);
	tx->bytes = 0;
}

static struct tx_chunk *append(struct tx *tx, uint8_t *bytes, size_t n, uint16_t packet)
{
	struct tx_chunk *c = need(calloc(1, sizeof *c));

	c->bytes = bytes;
	c->n = n;
	c->packet = packet ? packet : tx->packet;
	*tx->tail = c;
	tx->tail = &c->next;
	tx->bytes += n;
	return c;
}

static struct tx_chunk *last_chunk(struct tx *tx)
{
	struct tx_chunk *c = tx->head;

	while (c && c->next)
		c = c->next;
	return c;
}

static bool joinable(const struct tx *tx, const struct tx_chunk *c)
{
	return c && !c->off && c->n && c->packet == tx->packet;
}

static void extend(struct tx *tx, struct tx_chunk *c, const void *bytes, size_t n)
{
	c->bytes = need(realloc(c->bytes, c->n + n));
	memcpy(c->bytes + c->n, bytes, n);
	c->n += n;
	tx->bytes += n;
}

void tx_put_behind(struct tx *tx, const void *bytes, size_t n)
{
	struct tx_chunk *last = last_chunk(tx);

	if (!tx->split && last != tx->head && joinable(tx, last))
		extend(tx, last, bytes, n);
	else
		tx_put(tx, bytes, n, 0);
}

void tx_put(struct tx *tx, const void *bytes, size_t n, uint16_t packet)
{
	struct tx_chunk *last;
	uint8_t *copy;

	if (tx->split)
		packet = 1;
	last = tx->join ? last_chunk(tx) : NULL;
	if (packet == 0 && joinable(tx, last)) {
		extend(tx, last, bytes, n);
		return;
	}
	copy = need(malloc(n ? n : 1));
	memcpy(copy, bytes, n);
	append(tx, copy, n, packet);
}

void tx_give(struct tx *tx, uint8_t *bytes, size_t n)
{
	append(tx, bytes, n, 0);
}

void tx_zlp(struct tx *tx)
{
	append(tx, NULL, 0, 0);
}

void tx_unget(struct tx *tx, const uint8_t *bytes, size_t n)
{
	struct tx_chunk *c;

	if (!n)
		return;
	c = need(calloc(1, sizeof *c));
	c->bytes = need(malloc(n));
	memcpy(c->bytes, bytes, n);
	c->n = n;
	c->packet = tx->packet;
	c->next = tx->head;
	if (!tx->head)
		tx->tail = &c->next;
	tx->head = c;
	tx->bytes += n;
}

bool tx_fill(struct tx *tx, struct urb *urb)
{
	while (tx->head) {
		struct tx_chunk *c = tx->head;
		size_t left = c->n - c->off;
		size_t space = urb->length - urb->actual;
		size_t n = left < c->packet ? left : c->packet;

		if (n > space) {
			urb->status = -EOVERFLOW;
			return true;
		}
		if (n == tx->packet) { /* full packets: as many as there is room for, at once */
			size_t run = left < space ? left : space;

			n = run - run % tx->packet;
		}
		urb_fill(urb, c->bytes + c->off, n);
		c->off += n;
		tx->bytes -= n;
		if (c->off == c->n)
			drop_head(tx);
		if (n < tx->packet || urb->actual == urb->length) {
			urb->status = 0;
			return true;
		}
	}
	return false;
}
