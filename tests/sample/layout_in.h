/*
 * layout_in: reads back the scatter of a package for the checks, in every form the sample makes:
 * plain, YAML with one storage or two, XML (packages.md 1). Only what verify and identity need.
 */
#ifndef TESTS_SAMPLE_LAYOUT_IN_H
#define TESTS_SAMPLE_LAYOUT_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/sample/region.h"

#define LAYOUT_PARTS_MAX 160

struct layout_part {
	char name[64];
	char file[256];
	char region[32];
	bool download;
	bool reserved;
	uint64_t start; /* bytes from the start of the region, or end-relative when `reserved` */
	uint64_t size;
};

struct layout {
	char path[4096];	     /* of the scatter file */
	enum region_storage storage; /* whose section was read */
	uint64_t block;		     /* of end-relative starts, bytes */
	size_t count;
	struct layout_part parts[LAYOUT_PARTS_MAX];
};

/* Finds *_Android_scatter*.{txt,xml} in `dir`, reads the storage's section. 0, or -1 reported. */
int layout_read(struct layout *l, const char *dir, enum region_storage storage);

/*
 * Shared by the readers of the forms. `line` may be changed. 0, or -1 reported.
 */
struct layout_cursor {
	bool wanted; /* lines belong to the section asked for; a file without sections has one */
	struct layout_part *part;
	const char *dir; /* of the package, for files that the plain form does not name */
};

int layout_yaml_line(struct layout *l, struct layout_cursor *at, char *line);
int layout_xml_line(struct layout *l, struct layout_cursor *at, char *line);
int layout_plain_line(struct layout *l, struct layout_cursor *at, char *line);
void layout_plain_end(struct layout *l); /* sizes and user offsets, once all lines are read */

/* Begin the next entry; NULL with a report when there are too many. */
struct layout_part *layout_next(struct layout *l);
/* Take one key of an entry; keys that are of no use here are ignored. */
int layout_set(struct layout *l, struct layout_part *p, const char *key, const char *value);
int layout_number(const struct layout *l, const char *key, const char *text, uint64_t *out);

#endif
