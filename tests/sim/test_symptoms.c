/*
 * Each row of protocol/symptoms.md is an acceptance test: the rack is put into that state, and the
 * API must give the code the field knows, its meaning and what to do; where the row says refused,
 * not a byte is written.
 *
 * Rows that need people or other machines are played by the nearest true thing; the comment of the
 * row says which. Rows that are a longer story have a test of their own:
 *
 *   S2 a damaged image      test_line.c, damaged_package_is_refused; test_approved.c
 *   S3 nothing came of it   test_approved.c
 *   S5 coming and going     test_line.c, flapping_slot_is_held; test_slots.c, quarantine_holds
 *   S10 long trial          test_slots.c, tries_are_counted, same_fault_stops_the_order
 *   S3 S8 S12 N1 N2 N5      test_stories.c
 */
#include "tests/sim/symptom.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEGACY_SMALL "--chip", "MT6580", "--compact"
#define LEGACY_RACK  "--chip", "MT6580", "--storage", "emmc:64M", "--boot", "brom"
#define XML_SMALL    "--chip", "MT6789", "--compact"
#define XML_RACK     "--chip", "MT6789", "--storage", "emmc:64M", "--boot", "brom"
#define BROM	     SYMPTOM_EMMC, "--boot", "brom"
#define ONE_SLOT     "{\"slots\":[{\"path\":\"1-1\",\"label\":\"S1\"}]}"
#define ALL                                                                                        \
	"{\"operations\":[\"download\",\"erase\",\"format-all\",\"upgrade\"],"                     \
	"\"verify\":\"checksum\"}"

static struct sim sim;

static const struct symptom rows[] = {
	/* S1: an identity that is in no list is shown with its numbers, and never spoken to. */
	{.name = "S1 unknown USB identity",
	 .rack = {"--boot", "usb:1234:5678"},
	 .config = ONE_SLOT,
	 .state = "held",
	 .code = "ST-001",
	 .words = {"1234:5678"},
	 .untouched = true},
	{.name = "S1 unit in META mode",
	 .rack = {"--boot", "meta"},
	 .state = "held",
	 .code = "ST-008",
	 .words = {"META"},
	 .untouched = true},
	{.name = "S1 unit in fastboot",
	 .rack = {"--boot", "fastboot"},
	 .state = "held",
	 .code = "ST-008",
	 .words = {"fastboot"},
	 .untouched = true},
	{.name = "S1 unit asleep in charging mode",
	 .rack = {"--boot", "charging"},
	 .state = "held",
	 .code = "ST-008",
	 .words = {"charg"},
	 .untouched = true},
	/* S2: hashes are right, so a checksum answer of the unit is the link's: its own code. */
	{.name = "S2 XFlash: the unit finds another checksum",
	 .rack = {BROM, "--fault", "status=C0040003@step:write:3"},
	 .state = "failed",
	 .code = "0xC0040003",
	 .step = "write:"},
	/* S4: what the boards say they have (--dram-ids) and the package does not. */
	{.name = "S4 XFlash: DRAM does not come up",
	 .rack = {BROM, "--fault", "dram-fail"},
	 .state = "failed",
	 .code = "ST-035",
	 .step = "agent:",
	 .untouched = true},
	{.name = "S4 XFlash: DRAM of another kind than the package knows",
	 .rack = {BROM, "--dram-ids", "1122334455667788"},
	 .state = "failed",
	 .code = "ST-035",
	 .step = "agent:",
	 .untouched = true},
	{.name = "S4 legacy: DRAM does not come up",
	 .sample = {LEGACY_SMALL},
	 .rack = {LEGACY_RACK, "--fault", "dram-fail"},
	 .state = "failed",
	 .code = "4032",
	 .step = "agent:",
	 .untouched = true},
	{.name = "S4 XML: DRAM does not come up",
	 .sample = {XML_SMALL},
	 .rack = {XML_RACK, "--fault", "dram-fail"},
	 .state = "failed",
	 .code = "ST-035",
	 .step = "agent:",
	 .untouched = true},
	{.name = "S6 package of another chip",
	 .rack = {BROM, "--chip", "MT6771"},
	 .state = "refused",
	 .code = "ST-020",
	 .step = "preflight:",
	 .words = {"MT6771", "MT6765"},
	 .untouched = true},
	{.name = "S6 package of another chip and generation",
	 .rack = {LEGACY_RACK},
	 .bare = true,
	 .state = "refused",
	 .code = "ST-020",
	 .step = "preflight:",
	 .words = {"MT6580", "MT6765"},
	 .untouched = true},
	{.name = "S6 storage of another kind than the layout's",
	 .rack = {"--boot", "brom", "--storage", "ufs:96M"},
	 .bare = true,
	 .state = "refused",
	 .code = "ST-042",
	 .step = "inspect:",
	 .words = {"UFS"},
	 .untouched = true},
	/* S7: a missing storage is told by the fitted kind; others are never asked of the unit. */
	{.name = "S7 XFlash: storage gone missing",
	 .rack = {BROM, "--fault", "storage-dead@info"},
	 .state = "refused",
	 .code = "ST-040",
	 .step = "inspect:",
	 .untouched = true},
	{.name = "S7 legacy: storage gone missing",
	 .sample = {LEGACY_SMALL},
	 .rack = {LEGACY_RACK, "--fault", "storage-dead@info"},
	 .state = "refused",
	 .code = "ST-040",
	 .step = "inspect:",
	 .untouched = true},
	{.name = "S7 XML: storage gone missing",
	 .sample = {XML_SMALL},
	 .rack = {XML_RACK, "--fault", "storage-dead@info"},
	 .state = "refused",
	 .code = "ST-040",
	 .step = "inspect:",
	 .untouched = true},
	/* S8: the preloader leaves before anything was answered. */
	{.name = "S8 preloader window missed",
	 .rack = {SYMPTOM_EMMC, "--boot", "preloader", "--window-ms", "400", "--fault",
		  "nak@exchange:1"},
	 .state = "failed",
	 .code = "ST-003",
	 .step = "connect:",
	 .words = {"ms"},
	 .untouched = true},
	/* S9: a unit whose own data cannot be read is not formatted. */
	{.name = "S9 format without a backup",
	 .rack = {BROM, "--fault", "status=C0040030@step:read-data:5"},
	 .profile = ALL,
	 .order = ",\"operation\":\"format-all\"",
	 .state = "refused",
	 .code = "ST-050",
	 .step = "backup:",
	 .untouched = true},
	{.name = "S9 erase of the unit's own data",
	 .rack = {BROM},
	 .profile = ALL,
	 .order = ",\"operation\":\"erase\",\"ranges\":[{\"partition\":\"nvram\"}]",
	 .state = "refused",
	 .code = "ST-054",
	 .step = "inspect:",
	 .words = {"nvram"},
	 .untouched = true},
	{.name = "S11 the agent's second stage is not the one it knows",
	 .rack = {BROM, "--fault", "status=C0070004@step:boot-to"},
	 .state = "failed",
	 .code = "0xC0070004",
	 .step = "agent:",
	 .untouched = true},
	/* S13: bytes stop although the unit is on the bus: told within the limit, with the stage.
	 */
	{.name = "S13 no progress",
	 .rack = {BROM, "--fault", "nak@write:2"},
	 .state = "failed",
	 .code = "ST-061",
	 .step = "write:"},
	/* S14: failures name their stage. The boot ROM's sum of the agent is number 2034. */
	{.name = "S14 checksum in chip memory",
	 .rack = {BROM, "--fault", "checksum@step:send-da"},
	 .state = "failed",
	 .code = "2034",
	 .step = "agent:",
	 .untouched = true},
	{.name = "S14 format fails",
	 .rack = {BROM, "--fault", "status=C0040030@step:format"},
	 .profile = ALL,
	 .order = ",\"operation\":\"format-all\"",
	 .state = "failed",
	 .code = "0xC0040030",
	 .step = "erase:"},
	{.name = "S15 no room on the station's disk",
	 .rack = {BROM},
	 .config = "{\"disk_free_mib\":10000000}",
	 .state = "held",
	 .code = "ST-070",
	 .untouched = true},
	{.name = "N1 XFlash: unit leaves while data is written",
	 .rack = {BROM, "--fault", "unplug@write:2"},
	 .state = "failed",
	 .code = "ST-060",
	 .step = "write:"},
	{.name = "N1 legacy: unit leaves while data is written",
	 .sample = {LEGACY_SMALL},
	 .rack = {LEGACY_RACK, "--fault", "unplug@write:2"},
	 .state = "failed",
	 .code = "ST-060",
	 .step = "write:"},
	{.name = "N1 XML: unit leaves while data is written",
	 .sample = {XML_SMALL},
	 .rack = {XML_RACK, "--fault", "unplug@write:2"},
	 .state = "failed",
	 .code = "ST-060",
	 .step = "write:"},
	{.name = "N3 storage smaller than the layout",
	 .rack = {"--boot", "brom", "--storage", "emmc:16M"},
	 .bare = true,
	 .profile = "{\"blank_boards\":true}",
	 .state = "refused",
	 .code = "ST-041",
	 .step = "inspect:",
	 .untouched = true},
	{.name = "N6 secure chip without the owner's files",
	 .rack = {BROM, "--security", "sla,daa"},
	 .state = "refused",
	 .code = "ST-023",
	 .step = "preflight:",
	 .untouched = true},
	{.name = "N6 locked agent without the owner's file",
	 .sample = {XML_SMALL},
	 .rack = {XML_RACK, "--security", "dasla"},
	 .state = "refused",
	 .code = "ST-023",
	 .step = "agent:",
	 .untouched = true},
};

static void row(void **state)
{
	symptom_begin(&sim, *state);
	symptom_expect(&sim, *state);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

static int end(void **state)
{
	(void)state;
	sim_end(&sim);
	return 0;
}

#define ROWS (sizeof rows / sizeof rows[0])

int main(void)
{
	struct CMUnitTest tests[ROWS];
	const char *only = getenv("SIM_ONLY");
	size_t n = 0;

	for (size_t i = 0; i < ROWS; i++)
		if (!only || strstr(rows[i].name, only))
			tests[n++] = (struct CMUnitTest){rows[i].name, row, NULL, end,
							 (void *)(uintptr_t)&rows[i]};
	return _cmocka_run_group_tests("symptoms", tests, n, NULL, NULL);
}
