/*
 * scatter_build: what the readers of the scatter forms share. Private to engine/format.
 *
 * A reader (scatter_plain.c, scatter_yaml.c, scatter_xml.c) feeds keys and values here; at the end
 * scatter_finish() turns written addresses into starts and checks the whole.
 */
#ifndef ENGINE_FORMAT_SCATTER_BUILD_H
#define ENGINE_FORMAT_SCATTER_BUILD_H

#include "engine/format/scatter.h"

/* An entry while its lines are being read. */
struct scatter_draft {
	struct scatter_entry entry;
	uint32_t seen; /* bit i: key i of the table in scatter_fields.c was given */
	unsigned line; /* of the first line */
};

enum scatter_verdict { SCATTER_BAD = -1, SCATTER_TAKEN = 0, SCATTER_UNKNOWN_KEY = 1 };

/* "line 12" into problem->where; returns -1 always. */
__attribute__((format(printf, 4, 5))) int scatter_bad(struct problem *problem, unsigned line,
						      const char *remedy, const char *format, ...);
/* Remember a tolerated oddity; beyond SCATTER_WARNINGS_MAX it is dropped. */
__attribute__((format(printf, 2, 3))) void scatter_warn(struct scatter *s, const char *format, ...);

void scatter_draft_start(struct scatter_draft *d, unsigned line);
enum scatter_verdict scatter_draft_field(struct scatter_draft *d, struct scatter *s,
					 struct slice key, struct slice value, unsigned line,
					 struct problem *problem);
/* Check that the entry is whole and append it to the last section. */
int scatter_draft_done(struct scatter_draft *d, struct scatter *s, struct problem *problem);

/* Key of the platform or storage header. */
enum scatter_verdict scatter_header_field(struct scatter *s, struct slice key, struct slice value,
					  unsigned line, struct problem *problem);

/* Start a section; `storage` is empty when not known yet. NULL with `problem` filled. */
struct scatter_section *scatter_section_start(struct scatter *s, struct slice storage,
					      unsigned line, struct problem *problem);
/* The section in work, started when there is none yet. */
struct scatter_section *scatter_section_current(struct scatter *s, unsigned line,
						struct problem *problem);
int scatter_section_add(struct scatter_section *sec, const struct scatter_entry *e,
			struct problem *problem);

/* Addresses, block sizes, and checks over whole sections. */
int scatter_finish(struct scatter *s, struct problem *problem);

/* Word of a scatter file for a storage kind, with or without HW_STORAGE_; STORAGE_NONE: unknown. */
enum storage_kind scatter_storage_of(struct slice word);

int scatter_read_plain(struct scatter *s, struct slice text, const char *file_name,
		       struct problem *problem);
int scatter_read_yaml(struct scatter *s, struct slice text, struct problem *problem);
/* Cut a line into key and value, without the dash of a list item and a comment behind the value. */
bool scatter_yaml_pair(struct slice line, struct slice *key, struct slice *value);
int scatter_read_xml(struct scatter *s, struct slice text, struct problem *problem);

#endif
