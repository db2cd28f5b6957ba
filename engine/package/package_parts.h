/* What package.c, package_hash.c and package_check.c share. Private to engine/package. */
#ifndef ENGINE_PACKAGE_PACKAGE_PARTS_H
#define ENGINE_PACKAGE_PACKAGE_PARTS_H

#include "engine/package/package.h"

/* A name may be followed only inside the folder: no "..", no absolute path, no backslash. */
bool package_name_is_safe(const char *name);

/* Add a finding; the same item and text is kept once. */
__attribute__((format(printf, 6, 7))) void package_find(struct package *p, enum finding_level level,
							uint16_t station_code, const char *item,
							const char *remedy, const char *format,
							...);

/* Findings about single partitions; package_check() does the rest. */
void package_check_parts(struct package *p, const struct package_rules *rules);

/* Station codes of errors.json. */
enum {
	ST_CHECKSUM_MISMATCH = 30,
	ST_INCOMPLETE = 31,
	ST_MODEL_MISMATCH = 32,
	ST_DA_SET = 36,
	ST_IMAGE_TOO_BIG = 37,
	ST_CARRIES_IDENTITY = 58,
	ST_LAYOUT_INVALID = 59,
};

#endif
