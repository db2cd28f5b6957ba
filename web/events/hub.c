#include "web/events/hub.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "station/view/view.h"
#include "web/api/render.h"
#include "web/assets.h"
#include "web/context.h"
#include "web/events/changes.h"

struct hub {
	struct web *web;
	uv_timer_t pace, beat;
	struct changes seen;
	struct client *clients;
	size_t client_count;
	struct chunk *ring[HUB_RING_CHUNKS]; /* number n lies at n % HUB_RING_CHUNKS */
	uint64_t first, next;		     /* numbers in the ring: first <= n < next */
	size_t ring_bytes;
	uint64_t flushed_at; /* loop time in ms */
	int handles;
	bool stopping;
	void (*closed)(struct web *w);
};

/* ---- chunks ---- */

void chunk_release(struct chunk *c)
{
	if (c && !--c->references)
		free(c);
}

/* Text being made into a chunk. */
struct sheet {
	char *text;
	size_t bytes;
	FILE *file;
};

static FILE *sheet_open(struct sheet *s)
{
	*s = (struct sheet){0};
	s->file = open_memstream(&s->text, &s->bytes);
	return s->file;
}

/* The chunk, or NULL when it is empty or memory is out. */
static struct chunk *sheet_close(struct sheet *s, uint64_t number)
{
	struct chunk *c = NULL;
	char id[40];
	int id_bytes;

	if (!fclose(s->file) && s->bytes) {
		id_bytes = snprintf(id, sizeof id, "id: %llu\n", (unsigned long long)number);
		c = malloc(sizeof *c + (size_t)id_bytes + s->bytes);
		if (c) {
			*c = (struct chunk){.number = number,
					    .references = 1,
					    .bytes = (size_t)id_bytes + s->bytes};
			memcpy(c->text, id, (size_t)id_bytes);
			memcpy(c->text + id_bytes, s->text, s->bytes);
		}
	}
	free(s->text);
	return c;
}

/* ---- the ring ---- */

static void ring_drop_oldest(struct hub *h)
{
	struct chunk **oldest = &h->ring[h->first++ % HUB_RING_CHUNKS];

	h->ring_bytes -= (*oldest)->bytes;
	chunk_release(*oldest);
	*oldest = NULL;
}

static void ring_add(struct hub *h, struct chunk *c)
{
	if (h->next - h->first == HUB_RING_CHUNKS)
		ring_drop_oldest(h);
	h->ring[h->next++ % HUB_RING_CHUNKS] = c;
	h->ring_bytes += c->bytes;
	while (h->ring_bytes > HUB_RING_BYTES && h->next - h->first > 1)
		ring_drop_oldest(h);
	for (struct client *client = h->clients, *after; client; client = after) {
		after = client->next;
		client->wake(client);
	}
}

/* Something could not be rendered: whoever reads the ring starts over with a snapshot. */
static void ring_skip(struct hub *h)
{
	while (h->first < h->next)
		ring_drop_oldest(h);
	h->first = ++h->next;
}

/* ---- making events ---- */

static struct chunk *make_snapshot(struct hub *h)
{
	const struct station *s = h->web->station;
	struct view_station station;
	struct sheet sheet;
	cJSON *json;

	if (!sheet_open(&sheet))
		return NULL;
	view_station(s, &station);
	json = cJSON_CreateObject();
	cJSON_AddNumberToObject(json, "now", (double)render_now());
	cJSON_AddStringToObject(json, "page", assets_version());
	cJSON_AddItemToObject(json, "station", render_station(&station));
	cJSON_AddItemToObject(json, "slots", render_slots(s));
	cJSON_AddItemToObject(json, "orders", render_orders(s));
	cJSON_AddItemToObject(json, "packages", render_packages(s));
	fputs("retry: 1000\n", sheet.file);
	event_write(sheet.file, "snapshot", json);
	return sheet_close(&sheet, h->next);
}

static void flush(struct hub *h)
{
	struct sheet sheet;
	struct chunk *c;
	bool wrote;

	h->flushed_at = uv_now(h->web->loop);
	if (!sheet_open(&sheet)) {
		ring_skip(h);
		return;
	}
	wrote = !changes_write(&h->seen, h->web->station, sheet.file);
	fflush(sheet.file);
	wrote &= sheet.bytes > 0;
	c = sheet_close(&sheet, h->next);
	if (c)
		ring_add(h, c);
	else if (wrote)
		ring_skip(h);
}

static void on_pace(uv_timer_t *timer)
{
	flush(timer->data);
}

static void on_beat(uv_timer_t *timer)
{
	struct hub *h = timer->data;
	cJSON *json = cJSON_CreateObject();
	struct sheet sheet;
	struct chunk *c;

	cJSON_AddNumberToObject(json, "now", (double)render_now());
	if (!sheet_open(&sheet)) {
		cJSON_Delete(json);
		return;
	}
	event_write(sheet.file, "beat", json);
	c = sheet_close(&sheet, h->next);
	if (c)
		ring_add(h, c);
}

static void on_changed(void *context)
{
	struct hub *h = context;
	uint64_t since = uv_now(h->web->loop) - h->flushed_at;

	if (!h->clients || h->stopping || uv_is_active((uv_handle_t *)&h->pace))
		return;
	uv_timer_start(&h->pace, on_pace, since >= HUB_PACE_MS ? 0 : HUB_PACE_MS - since, 0);
}

/* ---- clients ---- */

bool hub_join(struct hub *h, struct client *c)
{
	if (h->stopping || h->client_count == HUB_CLIENTS_MAX)
		return false;
	if (!h->clients) {
		/* Nobody listened: what changed meanwhile is in the snapshot. */
		if (changes_skip(&h->seen, h->web->station))
			return false;
		uv_timer_start(&h->beat, on_beat, HUB_BEAT_MS, HUB_BEAT_MS);
	}
	c->fresh = true;
	c->next = h->clients;
	h->clients = c;
	h->client_count++;
	return true;
}

void hub_leave(struct hub *h, struct client *c)
{
	struct client **at = &h->clients;

	while (*at && *at != c)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = c->next;
	h->client_count--;
	if (h->clients || h->stopping)
		return;
	uv_timer_stop(&h->beat);
	uv_timer_stop(&h->pace);
	while (h->first < h->next)
		ring_drop_oldest(h);
}

struct chunk *hub_next(struct hub *h, struct client *c)
{
	struct chunk *chunk;

	if (c->fresh || c->wants < h->first) {
		chunk = make_snapshot(h);
		if (chunk) {
			c->fresh = false;
			c->wants = h->next;
		}
		return chunk;
	}
	if (c->wants >= h->next)
		return NULL;
	chunk = h->ring[c->wants++ % HUB_RING_CHUNKS];
	chunk->references++;
	return chunk;
}

/* ---- life ---- */

struct hub *hub_start(struct web *w)
{
	struct hub *h = calloc(1, sizeof *h);

	if (!h)
		return NULL;
	h->web = w;
	h->first = h->next = 1;
	uv_timer_init(w->loop, &h->pace);
	uv_timer_init(w->loop, &h->beat);
	h->pace.data = h;
	h->beat.data = h;
	view_listen(w->station, on_changed, h);
	return h;
}

bool hub_stopping(const struct hub *h)
{
	return h->stopping;
}

void hub_stop(struct hub *h)
{
	h->stopping = true;
	view_listen(h->web->station, NULL, NULL);
	uv_timer_stop(&h->pace);
	uv_timer_stop(&h->beat);
	for (struct client *c = h->clients, *after; c; c = after) {
		after = c->next;
		c->wake(c);
	}
}

static void on_closed(uv_handle_t *handle)
{
	struct hub *h = handle->data;
	struct web *w = h->web;
	void (*closed)(struct web *) = h->closed;

	if (--h->handles)
		return;
	while (h->first < h->next)
		ring_drop_oldest(h);
	changes_free(&h->seen);
	free(h);
	closed(w);
}

void hub_close(struct hub *h, void (*closed)(struct web *w))
{
	h->closed = closed;
	h->handles = 2;
	uv_close((uv_handle_t *)&h->pace, on_closed);
	uv_close((uv_handle_t *)&h->beat, on_closed);
}
