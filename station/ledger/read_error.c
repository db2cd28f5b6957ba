/* read_error: an error as people need it: what it means and what to do, from the catalogue. */
#include <inttypes.h>
#include <stdio.h>

#include "engine/catalogue/catalogue.h"
#include "station/ledger/names.h"
#include "station/ledger/read.h"

void read_error_name(struct json_out *out, const char *family, int64_t code)
{
	struct fault fault = {.family = family_by_name(family), .code = (uint32_t)code};
	const struct catalogue_entry *entry = catalogue_explain(&fault);

	json_text(out, "code", entry->code);
	json_text(out, "name", entry->name);
	json_text(out, "family", family);
	json_text(out, "meaning", entry->meaning);
}

void read_error(struct json_out *out, const char *key, const char *family, int64_t code,
		const char *step, const char *what)
{
	struct fault fault = {.family = family_by_name(family), .code = (uint32_t)code};
	const struct catalogue_entry *entry;
	char raw[24];

	if (fault.family == FAULT_NONE) {
		json_null(out, key);
		return;
	}
	entry = catalogue_explain(&fault);
	snprintf(raw, sizeof raw, "0x%08" PRIx32, fault.code);
	json_object(out, key);
	read_error_name(out, family, code);
	json_text(out, "step", step);
	json_array(out, "action");
	for (size_t i = 0; entry->actions && entry->actions[i]; i++)
		json_text(out, NULL, entry->actions[i]);
	json_array_end(out);
	json_text(out, "retry", retry_name(entry->retry));
	json_text(out, "what", what);
	json_text(out, "raw", raw); /* an unlisted status shows under a general code */
	json_object_end(out);
}
