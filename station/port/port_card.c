/* The card of a unit: the partition table that was found on it, as the run's record keeps it. */
#include "station/port/port.h"

#include "engine/format/gpt.h"
#include "station/ledger/json_out.h"

char *port_card(const struct port *p)
{
	const struct device_facts *facts = &flow_report(&p->run.flow)->facts;
	const struct gpt *table = flow_table(&p->run.flow);
	const char *region = storage_region_name(facts->storage.kind, REGION_USER);
	struct json_out out = {0};

	if (!table)
		return NULL;
	json_array(&out, NULL);
	for (size_t i = 0; i < table->count; i++) {
		json_object(&out, NULL);
		json_text(&out, "name", table->entries[i].name);
		json_text(&out, "region", region);
		json_int(&out, "start", (int64_t)table->entries[i].start);
		json_int(&out, "bytes", (int64_t)table->entries[i].size);
		json_object_end(&out);
	}
	json_array_end(&out);
	return json_take(&out);
}
