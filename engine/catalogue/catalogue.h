/*
 * catalogue: every error code the field knows, made at build time from errors.json.
 */
#ifndef ENGINE_CATALOGUE_CATALOGUE_H
#define ENGINE_CATALOGUE_CATALOGUE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/fault.h"

enum retry_policy { RETRY_NO, RETRY_SAME_PORT, RETRY_OTHER_CABLE, RETRY_POWER_CYCLE };
enum fault_scope { SCOPE_UNIT, SCOPE_PORT, SCOPE_PACKAGE, SCOPE_STATION };

struct catalogue_entry {
	enum fault_family family;
	uint32_t numeric;
	const char *code; /* as the field writes it: "ST-020", "0xC0030006", "4032" */
	const char *name; /* "STORAGE_TYPE_MISMATCH" */
	const char *stage;
	const char *meaning;
	const char *const *causes;  /* NULL-terminated */
	const char *const *actions; /* NULL-terminated */
	enum retry_policy retry;
	enum fault_scope scope; /* "severity" of the data file */
};

/* First entry of that family and number, or NULL. */
const struct catalogue_entry *catalogue_find(enum fault_family family, uint32_t numeric);
/* As above, but never NULL: an unlisted status gives ST-090 (agents) or ST-011 (BROM). */
const struct catalogue_entry *catalogue_explain(const struct fault *f);
const char *fault_family_name(enum fault_family family); /* "station", "brom", "xflash", ... */
size_t catalogue_count(void);
const struct catalogue_entry *catalogue_at(size_t i);

#endif
