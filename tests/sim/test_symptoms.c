/*
 * Each row of protocol/symptoms.md is an acceptance test: the rack is put into that state, and the
 * API must give the code the field knows, its meaning and what to do; where the row says refused,
 * not a byte is written.
 *
 * Rows that need people or other machines are played by the nearest true thing; the comment of the
 * row says which.
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

static struct sim sim;

static const struct symptom rows[] = {
	/* S1: an identity that is in no list is shown with its numbers, and never spoken to. */
	{.name = "S1 unknown USB identity",
	 .rack = {"--boot", "usb:1234:5678"},
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
	{.name = "S2 the unit finds another checksum",
	 .rack = {"--boot", "brom", "--fault", "status=C0040003@step:write:3"},
	 .state = "failed",
	 .code = "0xC0040003",
	 .step = "write:"},
	/* S4: also with what the boards say they have (--dram-ids) and the package does not. */
	{.name = "S4 DRAM does not come up",
	 .rack = {"--boot", "brom", "--fault", "dram-fail"},
	 .state = "failed",
	 .code = "ST-035",
	 .step = "agent:",
	 .untouched = true},
	{.name = "S4 DRAM of another kind than the package knows",
	 .rack = {"--boot", "brom", "--dram-ids", "1122334455667788"},
	 .state = "failed",
	 .code = "ST-035",
	 .step = "agent:",
	 .untouched = true},
	{.name = "S6 package of another chip",
	 .rack = {"--boot", "brom", "--chip", "MT6771"},
	 .state = "refused",
	 .code = "ST-020",
	 .step = "preflight:",
	 .words = {"MT6771", "MT6765"},
	 .untouched = true},
	{.name = "S6 storage of another kind than the layout's",
	 .sample = {"--size", "8"},
	 .rack = {"--boot", "brom", "--storage", "ufs:6G", "--layout-blank"},
	 .state = "refused",
	 .code = "ST-042",
	 .step = "inspect:",
	 .untouched = true},
	/* S7: a missing storage is told by the fitted kind; others are never asked of the unit. */
	{.name = "S7 storage gone missing",
	 .rack = {"--boot", "brom", "--fault", "storage-dead@info"},
	 .state = "refused",
	 .code = "ST-040",
	 .step = "inspect:",
	 .untouched = true},
	/* S8: the preloader leaves before anything was answered. */
	{.name = "S8 preloader window missed",
	 .rack = {"--boot", "preloader", "--window-ms", "400", "--fault", "nak@exchange:1"},
	 .state = "failed",
	 .code = "ST-003",
	 .step = "connect:",
	 .words = {"ms"},
	 .untouched = true},
	{.name = "S11 the agent's second stage is not the one it knows",
	 .rack = {"--boot", "brom", "--fault", "status=C0070004@step:boot-to"},
	 .state = "failed",
	 .code = "0xC0070004",
	 .step = "agent:",
	 .untouched = true},
	/* S13: bytes stop although the unit is on the bus: told within the limit, with the stage.
	 */
	{.name = "S13 no progress",
	 .rack = {"--boot", "brom", "--fault", "nak@write:2"},
	 .state = "failed",
	 .code = "ST-061",
	 .step = "write:"},
	/* S14: failures name their stage. Chip memory: SEND_DA's sum differs. */
	{.name = "S14 checksum in chip memory",
	 .rack = {"--boot", "brom", "--fault", "checksum@step:send-da"},
	 .state = "failed",
	 .code = "2020",
	 .step = "agent:",
	 .untouched = true},
	{.name = "N1 unit leaves while data is written",
	 .rack = {"--boot", "brom", "--fault", "unplug@write:2"},
	 .state = "failed",
	 .code = "ST-060",
	 .step = "write:"},
	{.name = "N3 storage smaller than the layout",
	 .rack = {"--boot", "brom", "--storage", "emmc:2G", "--layout-blank"},
	 .profile = "{\"blank_boards\":true}",
	 .state = "refused",
	 .code = "ST-041",
	 .step = "inspect:",
	 .untouched = true},
	{.name = "N6 secure chip without the owner's files",
	 .rack = {"--boot", "brom", "--security", "sla,daa"},
	 .state = "refused",
	 .code = "ST-023",
	 .step = "preflight:",
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
