/* RAM-TEST and DEBUG:DRAM-REPAIR of the first stage (da-xml.md section 5). */
#include <stdio.h>
#include <string.h>

#include "tests/rack/xml/xml_agent.h"

enum { UPDATES = 4, PARAMETERS_MAX = 0x10000 };

/* A board whose DRAM does not work has no working cell to be found either. */
static bool dram_good(struct device *d)
{
	return d->agent->dram_ready &&
	       !faults_stand(&d->faults, RACK_DRAM_FAIL, RACK_AT_BOOT, NULL);
}

static void tested(struct device *d)
{
	if (dram_good(d))
		xml_ok(d);
	else
		xml_fail(d, "RAM test failed. 0x%x", DA_DRAM_TEST_FAILED);
}

static void flip(struct device *d)
{
	uint64_t at, length, end = AGENT_DRAM_BASE + AGENT_DRAM_BYTES;

	if (!xml_need_number(d, "da/arg/start_address", &at) ||
	    !xml_need_number(d, "da/arg/length", &length))
		return;
	if (length == UINT64_MAX && at < end)
		length = end - at;
	if (at < AGENT_DRAM_BASE || at > end || length > end - at) {
		xml_fail(d, "RAM test range is outside of the DRAM.");
		return;
	}
	xml_report(d, "RAM test.", UPDATES, NULL, tested);
}

static void calibrated(struct device *d)
{
	static const char result[] = "PASS\r\n";

	if (dram_good(d))
		xml_push_text(d, "RAM-TEST", d->xml->token, result, xml_ok);
	else
		xml_fail(d, "DRAM calibration failed. 0x%x", DA_DRAM_TEST_FAILED);
}

void xml_ram_test(struct device *d)
{
	const char *function = xml_need(d, "da/arg/function"), *token;

	if (!function)
		return;
	if (!strcmp(function, "FLIP")) {
		flip(d);
	} else if (!strcmp(function, "CALIBRATION")) {
		if (!(token = xml_need(d, "da/arg/target_file")))
			return;
		snprintf(d->xml->token, sizeof d->xml->token, "%s", token);
		xml_report(d, "RAM test.", 0, NULL, calibrated);
	} else {
		xml_fail(d, "Unknown RAM test: %s", function);
	}
}

/* ---- DRAM repair ---- */

static void parameters_received(struct device *d)
{
	const char *token = xml_need(d, "da/arg/target_file");

	if (token)
		xml_push_text(d, "DRAM Repair", token, dram_good(d) ? "NO-NEED" : "FAILED", xml_ok);
}

void xml_dram_repair(struct device *d)
{
	const char *token = xml_need(d, "da/arg/param_file");

	if (token)
		xml_pull_file(d, "DRAM Repair", token, PARAMETERS_MAX, parameters_received);
}
