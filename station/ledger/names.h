/* names: the words that the ledger stores and the API shows for values of the engine. */
#ifndef STATION_LEDGER_NAMES_H
#define STATION_LEDGER_NAMES_H

#include "engine/base/fault.h"
#include "engine/catalogue/catalogue.h"
#include "engine/flow/flow.h"

/* "passed", "failed", "refused", "interrupted"; NULL while running. */
const char *result_name(enum flow_result result);

/* "none", "checksum", "sample", "full". */
const char *verify_level_name(enum flow_verify verify);
/* "not touched", "saved", "same", "restored", "none", "lost". */
const char *identity_name(enum flow_identity identity);

/* What has to change before another try: "no", "same port", "other cable", "after power cycle". */
const char *retry_name(enum retry_policy retry);

/* The reverse of fault_family_name(); FAULT_NONE for NULL and unknown names. */
enum fault_family family_by_name(const char *name);

#endif
