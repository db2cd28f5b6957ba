/*
 * render: the live view as JSON, in the shapes of /openapi.json. What is not known is null, never
 * an empty string or a made-up number. All return NULL only when memory is out.
 */
#ifndef WEB_API_RENDER_H
#define WEB_API_RENDER_H

#include <stdint.h>

struct cJSON;
struct station;
struct view_order;
struct view_package;
struct view_slot;
struct view_station;

struct cJSON *render_slot(const struct view_slot *slot);
struct cJSON *render_order(const struct view_order *order);
struct cJSON *render_package(const struct view_package *package);
struct cJSON *render_station(const struct view_station *station);

struct cJSON *render_slots(const struct station *s);
struct cJSON *render_orders(const struct station *s); /* the open ones, newest last */
struct cJSON *render_packages(const struct station *s);

/* "2026-11-20T10:00:00.123Z", null for 0. */
void render_time(struct cJSON *object, const char *key, int64_t utc_ms);
/* String, null for NULL and "". */
void render_text(struct cJSON *object, const char *key, const char *text);
/* Wraps a list: {"items": [...]}; takes it over. */
struct cJSON *render_items(struct cJSON *items);

/* UTC now, in ms. */
int64_t render_now(void);

#endif
