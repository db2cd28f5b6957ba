#include "web/events/changes.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "station/view/view.h"
#include "web/api/render.h"

void event_write(FILE *out, const char *name, cJSON *json)
{
	char *text = json ? cJSON_PrintUnformatted(json) : NULL;

	/* JSON on one line holds no line feed, so one data line is enough. */
	if (text)
		fprintf(out, "event: %s\ndata: %s\n\n", name, text);
	cJSON_free(text);
	cJSON_Delete(json);
}

static uint64_t mix(uint64_t sum, uint64_t value)
{
	sum ^= value + 0x9e3779b97f4a7c15ull + (sum << 6) + (sum >> 2);
	return sum;
}

static uint64_t mix_text(uint64_t sum, const char *text)
{
	for (; text && *text; text++)
		sum = mix(sum, (unsigned char)*text);
	return sum;
}

static uint64_t orders_version(const struct station *s, size_t count)
{
	uint64_t sum = count;
	struct view_order order;

	for (size_t i = 0; i < count; i++) {
		view_order(s, i, &order);
		sum = mix(mix(sum, (uint64_t)order.id), order.version);
	}
	return sum;
}

static uint64_t packages_version(const struct station *s, size_t count)
{
	uint64_t sum = count;
	struct view_package package;

	for (size_t i = 0; i < count; i++) {
		view_package(s, i, &package);
		sum = mix(mix_text(sum, package.id), package.version);
	}
	return sum;
}

/* `out` NULL: only remember. */
static int slots_write(struct changes *c, const struct station *s, size_t count, FILE *out)
{
	bool all = count != c->slot_count;
	struct view_slot slot;

	if (all) {
		uint64_t *grown = realloc(c->slots, (count ? count : 1) * sizeof *grown);

		if (!grown)
			return -1;
		c->slots = grown;
		c->slot_count = count;
		if (out)
			event_write(out, "slots", render_slots(s));
	}
	assert(c->slots || count == 0);
	for (size_t i = 0; i < count; i++) {
		view_slot(s, i, &slot);
		if (!all && out && c->slots[i] != slot.version)
			event_write(out, "slot", render_slot(&slot));
		c->slots[i] = slot.version;
	}
	return 0;
}

static int update(struct changes *c, const struct station *s, FILE *out)
{
	uint64_t whole = view_version(s), orders, packages;
	struct view_station station;

	if (whole == c->whole && c->slots)
		return 0;
	view_station(s, &station);
	if (slots_write(c, s, station.slot_count, out))
		return -1;
	orders = orders_version(s, station.order_count);
	packages = packages_version(s, station.package_count);
	if (out && orders != c->orders)
		event_write(out, "orders", render_orders(s));
	if (out && packages != c->packages)
		event_write(out, "packages", render_packages(s));
	if (out && station.version != c->station)
		event_write(out, "station", render_station(&station));
	c->orders = orders;
	c->packages = packages;
	c->station = station.version;
	c->whole = whole;
	return 0;
}

int changes_write(struct changes *c, const struct station *s, FILE *out)
{
	return update(c, s, out);
}

int changes_skip(struct changes *c, const struct station *s)
{
	return update(c, s, NULL);
}

void changes_free(struct changes *c)
{
	free(c->slots);
	memset(c, 0, sizeof *c);
}
