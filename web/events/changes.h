/*
 * changes: what of the live view differs from what was last rendered, as event text.
 *
 * Only versions are remembered, no content: eight bytes a slot.
 */
#ifndef WEB_EVENTS_CHANGES_H
#define WEB_EVENTS_CHANGES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct station;

struct changes {
	uint64_t whole;		   /* view_version last seen */
	uint64_t station;	   /* version of the view_station */
	uint64_t orders, packages; /* mixed over ids and versions of all */
	uint64_t *slots;
	size_t slot_count;
};

/* Writes an event for each thing that changed since the last call. -1: out of memory. */
int changes_write(struct changes *c, const struct station *s, FILE *out);

/* Takes everything as seen, without rendering it. */
int changes_skip(struct changes *c, const struct station *s);

void changes_free(struct changes *c);

/* One event: "event: NAME\ndata: JSON\n\n". Takes `json` over. */
struct cJSON;
void event_write(FILE *out, const char *name, struct cJSON *json);

#endif
