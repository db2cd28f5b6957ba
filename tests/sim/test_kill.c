/*
 * kill -9 of the station at random moments of a run of four devices: the ledger is whole, what was
 * cut off is marked so at the next start, and no unit is a pass whose storage differs from the
 * package. SIM_SEED repeats a run, SIM_ROUNDS changes the number of moments (50).
 */
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#define DEVICES	  4
#define LATEST_MS 3200 /* a run takes about 2 s on an idle machine */

static struct sim sim;

static int number(const char *name, int otherwise)
{
	const char *text = getenv(name);

	return text ? (int)strtol(text, NULL, 10) : otherwise;
}

/* The unit in a device, as the ledger knows it: its last result. -1: not seen yet. */
static bool last_passed(int device)
{
	return sim_sql(&sim,
		       "SELECT count(*) FROM runs r JOIN slots s ON s.id = r.slot_id "
		       "WHERE s.path = '1-%d' AND r.result = 'passed' AND r.id = "
		       "(SELECT max(id) FROM runs WHERE slot_id = s.id)",
		       device + 1) == 1;
}

static void check_ledger(int round)
{
	if (sim_sql(&sim, "SELECT count(*) FROM pragma_integrity_check "
			  "WHERE integrity_check <> 'ok'") != 0)
		fail_msg("round %d: the ledger is damaged", round);
	if (sim_sql(&sim, "SELECT count(*) FROM pragma_foreign_key_check") != 0)
		fail_msg("round %d: the ledger has loose ends", round);
}

static int check_devices(int round)
{
	int passed = 0;

	for (int i = 0; i < DEVICES; i++) {
		if (!last_passed(i))
			continue;
		passed++;
		if (!sim_verify(&sim, "rack", i))
			fail_msg("round %d: device %d is a pass and differs; see %s", round, i,
				 sim.dir);
	}
	return passed;
}

/* Every run from before the restart has a result; units that are still there begin new ones. */
static void restart_station(bool first)
{
	int64_t last = first ? 0 : sim_sql(&sim, "SELECT coalesce(max(id), 0) FROM runs");

	sim_station(&sim, "rack", NULL);
	assert_int_equal(sim_sql(&sim,
				 "SELECT count(*) FROM runs WHERE result IS NULL AND id <= %lld",
				 (long long)last),
			 0);
}

static void play_round(int round, int *cut, int *passed)
{
	int64_t open_runs;

	restart_station(round == 0);
	if (round == 0)
		sim_order(&sim, "WO-K", "plain", 0);
	sim_ctl(&sim, "rack", "replug", "all");
	sim_sleep_ms((int)(random() % LATEST_MS));
	assert_true(WIFSIGNALED(sim_stop_station(&sim, SIGKILL)));
	check_ledger(round);
	open_runs = sim_sql(&sim, "SELECT count(*) FROM runs WHERE result IS NULL");
	*cut += (int)open_runs;
	*passed += check_devices(round);
}

static void killed_at_random_moments(void **state)
{
	static const char *const brom[] = {"--boot", "brom", "--link-mbps", "160", NULL};
	int rounds = number("SIM_ROUNDS", 50), seed = number("SIM_SEED", (int)time(NULL));
	int cut = 0, passed = 0;

	(void)state;
	srandom((unsigned)seed);
	sim_rack(&sim, "rack", DEVICES, brom);
	sim_ctl(&sim, "rack", "unplug", "all");
	for (int round = 0; round < rounds; round++)
		play_round(round, &cut, &passed);
	printf("seed %d: %d kills, %d runs cut off, %d passes verified\n", seed, rounds, cut,
	       passed);
	/* The moments must have hit runs, and must have let some end: else nothing was tested. */
	assert_true(cut > rounds / 4 && passed > 0);
	restart_station(false);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs WHERE result = 'interrupted'"),
			 cut);
	sim_ctl(&sim, "rack", "replug", "all");
	for (int i = 1; i <= DEVICES; i++) {
		char label[8];

		snprintf(label, sizeof label, "S%d", i);
		sim_wait_slot(&sim, label, "passed", 60);
		assert_true(sim_verify(&sim, "rack", i - 1));
	}
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

static int begin(void **state)
{
	(void)state;
	sim_begin(&sim, 16);
	return 0;
}

static int end(void **state)
{
	(void)state;
	sim_end(&sim);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(killed_at_random_moments, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
