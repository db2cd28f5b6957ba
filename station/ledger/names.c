#include "station/ledger/names.h"

#include <string.h>

#include "engine/catalogue/catalogue.h"

const char *result_name(enum flow_result result)
{
	switch (result) {
	case FLOW_PASSED:
		return "passed";
	case FLOW_FAILED:
		return "failed";
	case FLOW_REFUSED:
		return "refused";
	case FLOW_INTERRUPTED:
		return "interrupted";
	case FLOW_RUNNING:
		break;
	}
	return NULL;
}

enum fault_family family_by_name(const char *name)
{
	for (int family = FAULT_STATION; name && family <= FAULT_FLASHTOOL; family++)
		if (strcmp(fault_family_name((enum fault_family)family), name) == 0)
			return (enum fault_family)family;
	return FAULT_NONE;
}
