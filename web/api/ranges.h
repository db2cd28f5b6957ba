/*
 * ranges: places on a device in a request: {"partition": "boot_a"}, or bytes of a region:
 * {"region": "user", "start": 0, "length": 1048576}. Without a length, to the end.
 */
#ifndef WEB_API_RANGES_H
#define WEB_API_RANGES_H

#include <stddef.h>

#include "engine/flow/flow.h"
#include "web/api/body.h"

#define RANGE_FIELDS 4

extern const struct body_rule range_fields[RANGE_FIELDS];

struct cJSON;
struct exchange;

/* The list under `key` of a checked body into `to` of FLOW_RANGES_MAX. 0, or -1 when answered. */
int ranges_read(struct exchange *x, const struct cJSON *body, const char *key,
		struct flow_range *to, size_t *count);

#endif
