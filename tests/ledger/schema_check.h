/*
 * schema_check: validates JSON against a document of schema/json, as far as those documents go:
 * type, enum, required, properties, additionalProperties, items, oneOf, minimum, $ref to another
 * document. A keyword it does not know fails the test, so that no schema can promise what is not
 * checked.
 */
#ifndef TESTS_LEDGER_SCHEMA_CHECK_H
#define TESTS_LEDGER_SCHEMA_CHECK_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* True when valid; else `why` says where and what. */
bool schema_valid(const char *document, const cJSON *value, char *why, size_t size);
/* Fails the test with the reason. */
void assert_schema(const char *document, const cJSON *value);

#endif
