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

const char *verify_level_name(enum flow_verify verify)
{
	static const char *const names[] = {
		[FLOW_VERIFY_NONE] = "none",
		[FLOW_VERIFY_CHECKSUM] = "checksum",
		[FLOW_VERIFY_SAMPLE] = "sample",
		[FLOW_VERIFY_FULL] = "full",
	};

	return names[verify];
}

const char *identity_name(enum flow_identity identity)
{
	static const char *const names[] = {
		[FLOW_IDENTITY_NOT_TOUCHED] = "not touched",
		[FLOW_IDENTITY_SAVED] = "saved",
		[FLOW_IDENTITY_SAME] = "same",
		[FLOW_IDENTITY_RESTORED] = "restored",
		[FLOW_IDENTITY_NONE] = "none",
		[FLOW_IDENTITY_LOST] = "lost",
	};

	return names[identity];
}

const char *retry_name(enum retry_policy retry)
{
	static const char *const names[] = {
		[RETRY_NO] = "no",
		[RETRY_SAME_PORT] = "same port",
		[RETRY_OTHER_CABLE] = "other cable",
		[RETRY_POWER_CYCLE] = "after power cycle",
	};

	return names[retry];
}

enum fault_family family_by_name(const char *name)
{
	for (int family = FAULT_STATION; name && family <= FAULT_FLASHTOOL; family++)
		if (strcmp(fault_family_name((enum fault_family)family), name) == 0)
			return (enum fault_family)family;
	return FAULT_NONE;
}
