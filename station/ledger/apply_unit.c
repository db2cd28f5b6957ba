/* apply_unit: which unit a run is about. The unit is the chip; slot and run are kept apart from it.
 */
#include <stdlib.h>

#include "station/ledger/apply.h"
#include "station/ledger/facts_json.h"

struct ids {
	char me_id[UNIT_ID_SIZE], soc_id[UNIT_ID_SIZE];
	const char *me, *soc; /* NULL: the chip has none */
};

static void read_ids(struct ids *ids, const struct device_facts *facts)
{
	facts_id(ids->me_id, facts->me_id, facts->me_id_len);
	facts_id(ids->soc_id, facts->soc_id, facts->soc_id_len);
	ids->me = ids->me_id[0] ? ids->me_id : NULL;
	ids->soc = ids->soc_id[0] ? ids->soc_id : NULL;
}

static int find_unit(struct applier *a, const struct ids *ids, int64_t *id, bool *found)
{
	int code = SQLITE_OK;

	*found = false;
	if (ids->me)
		code = statement_number(&a->sql, SQL_UNIT_BY_ME_ID, id, found, "t", ids->me);
	if (code == SQLITE_OK && !*found && ids->soc)
		code = statement_number(&a->sql, SQL_UNIT_BY_SOC_ID, id, found, "tt", ids->soc,
					ids->me);
	return code;
}

static int link_run(struct applier *a, int64_t run_id, int64_t unit_id, int64_t at_ms,
		    const struct device_facts *facts)
{
	char *json = facts_json(facts);
	int code;

	if (!json)
		return SQLITE_NOMEM;
	if (unit_id)
		code = statement_run(&a->sql, SQL_RUN_UNIT, "iiit", run_id, unit_id, at_ms, json);
	else
		code = statement_run(&a->sql, SQL_RUN_FACTS, "it", run_id, json);
	free(json);
	return code;
}

int apply_unit(struct applier *a, int64_t run_id, int64_t at_ms, const struct device_facts *facts,
	       int64_t *unit_id)
{
	struct ids ids;
	bool found;
	int code;

	read_ids(&ids, facts);
	*unit_id = 0;
	if (!ids.me && !ids.soc)
		return link_run(a, run_id, 0, at_ms, facts);
	code = find_unit(a, &ids, unit_id, &found);
	if (code == SQLITE_OK && !found)
		code = statement_number(&a->sql, SQL_UNIT_ADD, unit_id, &found, "ttzi", ids.me,
					ids.soc, (int64_t)facts->hw_code, at_ms);
	else if (code == SQLITE_OK)
		code = statement_run(&a->sql, SQL_UNIT_SEEN, "ittzi", *unit_id, ids.me, ids.soc,
				     (int64_t)facts->hw_code, at_ms);
	if (code == SQLITE_OK)
		code = apply_numbers(a, *unit_id, &facts->product);
	if (code == SQLITE_OK)
		code = link_run(a, run_id, *unit_id, at_ms, facts);
	return code;
}
