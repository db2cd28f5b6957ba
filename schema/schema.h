/*
 * schema: the SQL migrations of the ledger and the JSON Schemas of the API, embedded in the
 * program.
 *
 * A migration is a numbered file of schema/migrations, `NNNN_what.sql`, in order of its number;
 * once released it never changes. The ledger's `user_version` is the number of the last one
 * applied.
 */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include <stddef.h>

struct schema_text {
	const char *name; /* file name without folder and extensions: "0001_first_light", "run" */
	const char *text; /* whole file, NUL-terminated */
};

/* By number, without gaps: the entry at index i is migration i + 1. */
extern const struct schema_text schema_migrations[];
extern const size_t schema_migrations_count;

extern const struct schema_text schema_documents[];
extern const size_t schema_documents_count;

/* Text of schema/json/<name>.schema.json, or NULL. */
const char *schema_document(const char *name);

#endif
