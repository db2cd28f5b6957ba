/*
 * facts_json: device facts as the JSON object that a run keeps, and the hex ids of a unit.
 */
#ifndef STATION_LEDGER_FACTS_JSON_H
#define STATION_LEDGER_FACTS_JSON_H

#include <stdint.h>

#include "engine/device/facts.h"

#define UNIT_ID_SIZE 72 /* hex of the longest id and its NUL, rounded up */

/* To be freed by the caller; NULL: out of memory. */
char *facts_json(const struct device_facts *facts);

/*
 * Lower-case hex of an id; "" when the chip has none. An id of nothing but 00 or FF bytes is a fuse
 * that was never written: taking it for an id would make all such units one.
 */
const char *facts_id(char out[UNIT_ID_SIZE], const uint8_t *id, uint8_t length);

#endif
