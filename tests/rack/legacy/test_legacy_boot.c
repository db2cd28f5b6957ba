/* Boot ROMs of old chips: what they answer differently (brom.md 8, 9, 13). */
#include "tests/rack/legacy/rig_legacy.h"

static int setup(void **state)
{
	*state = NULL;
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static struct rig *awake(void **state, const char *chip)
{
	struct rig *rig = rig_legacy(chip);

	*state = rig;
	rig_plug(rig);
	rig_wake(rig);
	return rig;
}

static void mt6575_tells_its_own_versions(void **state)
{
	struct rig *rig = awake(state, "MT6575");

	rig_play(rig, "H> FD\n D> FD 65 75 00 00\n H> FC\n D> FC 8B 00 CB 00 E2 01 00 00\n");
}

static void mt6573_has_its_versions_in_registers(void **state)
{
	struct rig *rig = awake(state, "MT6573");

	rig_play(rig, "H> A2\n D> A2\n H> 70 02 60 00\n D> 70 02 60 00\n"
		      "H> 00 00 00 01\n D> 00 00 00 01\n D> CA 10\n"
		      "H> A2\n D> A2\n H> 70 02 60 04\n D> 70 02 60 04\n"
		      "H> 00 00 00 01\n D> 00 00 00 01\n D> CA 01\n"
		      "H> FC\n D> FC\n");
	rig_expect_silence(rig, 200);
}

static void feature_phone_does_not_know_its_code(void **state)
{
	struct rig *rig = awake(state, "MT6253");

	rig_send(rig, "FD");
	rig_expect(rig, "FD");
	rig_expect_silence(rig, 500);
	rig_play(rig, "H> A2\n D> A2\n H> 80 00 00 08\n D> 80 00 00 08\n"
		      "H> 00 00 00 01\n D> 00 00 00 01\n D> 62 53\n");
}

static void write32_answers_one_on_mt6580(void **state)
{
	struct rig *rig = awake(state, "MT6580");

	rig_play(rig, "H> D4\n D> D4\n H> 10 00 70 00\n D> 10 00 70 00\n"
		      "H> 00 00 00 01\n D> 00 00 00 01\n D> 00 01\n"
		      "H> 22 00 00 64\n D> 22 00 00 64\n D> 00 00\n");
}

static void mt6589_takes_its_emi_register(void **state)
{
	struct rig *rig = awake(state, "MT6589");

	rig_play(rig, "H> D4\n D> D4\n H> 10 20 30 70\n D> 10 20 30 70\n"
		      "H> 00 00 00 01\n D> 00 00 00 01\n D> 00 00\n"
		      "H> 00 00 00 02\n D> 00 00 00 02\n D> 00 00\n"
		      "H> D4\n D> D4\n H> 10 20 40 70\n D> 10 20 40 70\n"
		      "H> 00 00 00 01\n D> 00 00 00 01\n D> 1D 02\n");
}

static void ids_only_where_they_are_stated(void **state)
{
	struct rig *rig = awake(state, "MT6580");
	uint8_t id[16];

	rig_play(rig, "H> E1\n D> E1 00 00 00 10\n");
	rig_read(rig, id, sizeof id);
	rig_play(rig, "D> 00 00\n H> E7\n D> E7\n");
	rig_expect_silence(rig, 200);
	rig_free(rig);
	rig = awake(state, "MT6589");
	rig_play(rig, "H> E1\n D> E1\n");
	rig_expect_silence(rig, 200);
}

/* MT6577 has its SRAM at C2000000; nothing else up there is taken. */
static void agent_goes_where_the_sram_is(void **state)
{
	struct rig *rig = awake(state, "MT6577");

	rig_play(rig, "H> D7\n D> D7\n H> C2 00 00 00\n D> C2 00 00 00\n"
		      "H> 00 00 00 02\n D> 00 00 00 02\n H> 00 00 00 00\n D> 00 00 00 00\n"
		      "D> 00 00\n H> 12 34\n D> 34 12 00 00\n"
		      "H> D7\n D> D7\n H> D2 00 00 00\n D> D2 00 00 00\n"
		      "H> 00 00 00 02\n D> 00 00 00 02\n H> 00 00 00 00\n D> 00 00 00 00\n"
		      "D> 1D 00\n");
}

static void old_preloader_has_no_ids(void **state)
{
	struct rig *rig = rig_legacy("MT6580");

	*state = rig;
	rig->config.boot = BOOT_PRELOADER;
	rig_plug(rig);
	rig_wake(rig);
	rig_play(rig,
		 "H> FE\n D> 01\n H> FD\n D> FD 65 80 00 00\n H> E1\n D> E1\n H> FB\n D> FB\n");
	rig_expect_silence(rig, 200);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(mt6575_tells_its_own_versions),	 T(mt6573_has_its_versions_in_registers),
		T(feature_phone_does_not_know_its_code), T(write32_answers_one_on_mt6580),
		T(mt6589_takes_its_emi_register),	 T(ids_only_where_they_are_stated),
		T(agent_goes_where_the_sram_is),	 T(old_preloader_has_no_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
