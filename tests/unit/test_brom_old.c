/* Boot ROMs of old chips (brom.md sections 8, 9, 13): what is asked differently, and not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/brom/brom.h"
#include "engine/brom/rom_quirks.h"
#include "tests/lib/pack.h"
#include "tests/lib/replay.h"

static struct pack pack;
static struct flow flow;
static struct flow_plan plan;
static struct flow_action action;

static int set_up(void **state)
{
	const struct pack_options options = {.emi_version = 35};

	(void)state;
	pack_make(&pack, &options);
	plan = (struct flow_plan){.package = &pack.package};
	memset(&flow, 0, sizeof flow);
	flow.report.facts.arrived_as = MODE_BROM;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pack_free(&pack);
	return 0;
}

static void play(const char *chip, const struct step *table, const char *text)
{
	struct replay r = {.name = chip, .text = text};

	flow.chip = chip_by_name(chip);
	assert_non_null(flow.chip);
	replay_verb(&flow, &plan, table, &action);
	if (!replay_run(&r, &flow, &action))
		fail_msg("%s", r.error);
}

#define MT6573_WATCHDOG                                                                            \
	"H> D2\nD> D2\nH> 70 02 50 00\nD> 70 02 50 00\nH> 00 00 00 01\nD> 00 00 00 01 00 00\n"     \
	"H> 22 00\nD> 22 00 00 00\n"
#define VERSION	    "H> FE\nD> FE\nH> FF\nD> 05\n"
#define HW_REGISTER "H> A2\nD> A2\nH> 70 02 60 00\nD> 70 02 60 00\nH> 00 00 00 01\n"
#define SW_REGISTER "H> A2\nD> A2\nH> 70 02 60 04\nD> 70 02 60 04\nH> 00 00 00 01\n"
#define OPEN	    "H> D8\nD> D8 00 00 00 00 00 00\n"
#define NO_IDS	    "H> E1\nD> E1\nsilence\nH> E7\nD> E7\nsilence\njournal identified\n"

static void versions_from_registers(void **state)
{
	(void)state;
	play("MT6573", brom_identify,
	     MT6573_WATCHDOG VERSION HW_REGISTER "D> 00 00 00 01 CA 10\n" SW_REGISTER
						 "D> 00 00 00 01 CA 01\n" OPEN NO_IDS);
	assert_int_equal(flow.report.facts.hw_version, 0xCA10);
	assert_int_equal(flow.report.facts.sw_version, 0xCA01);
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

/* A2 has no status: what may not be read is silence. */
static void registers_that_are_silent(void **state)
{
	(void)state;
	play("MT6573", brom_identify,
	     MT6573_WATCHDOG VERSION HW_REGISTER "D> 00 00 00 01\nsilence\n" OPEN NO_IDS);
	assert_int_equal(flow.report.facts.hw_version, 0);
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

/* Section 7.4: echo and silence to an opcode that this boot ROM does not have. */
static void commands_that_are_not_there(void **state)
{
	(void)state;
	play("MT6589", brom_identify,
	     "H> D4\nD> D4\nH> 10 00 00 00\nD> 10 00 00 00\nH> 00 00 00 01\n"
	     "D> 00 00 00 01 00 00\nH> 22 00 22 24\nD> 22 00 22 24 00 00\n" VERSION
	     "H> FC\nD> FC\nsilence\nH> D8\nD> D8\nsilence\n" NO_IDS);
	assert_int_equal(flow.report.facts.target_config, 0);
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

static void half_an_answer_is_none(void **state)
{
	(void)state;
	play("MT6589", brom_identify,
	     "H> D4\nD> D4\nH> 10 00 00 00\nD> 10 00 00 00\nH> 00 00 00 01\n"
	     "D> 00 00 00 01 00 00\nH> 22 00 22 24\nD> 22 00 22 24 00 00\n" VERSION
	     "H> FC\nD> FC 8A\nsilence\n");
	assert_int_equal(flow.report.fault.code, 15);
}

static void memory_interface_before_the_agent(void **state)
{
	static const uint8_t agent[] = {1, 2};

	(void)state;
	flow.da1 = (struct slice){agent, sizeof agent};
	flow.da1_addr = 0x12000000;
	play("MT6589", brom_send_agent,
	     "H> D4\nD> D4\nH> 10 20 30 70\nD> 10 20 30 70\nH> 00 00 00 01\nD> 00 00 00 01 00 00\n"
	     "H> 00 00 00 02\nD> 00 00 00 02 00 00\nH> D7\nD> D7\n");
	flow.report.facts.arrived_as = MODE_PRELOADER;
	play("MT6589", brom_send_agent, "H> D7\nD> D7\n");
}

static void most_chips_have_no_quirks(void **state)
{
	(void)state;
	for (size_t i = 0; i < chip_count(); i++) {
		const struct rom_quirks *q = rom_quirks_of(chip_at(i)->hw_code);

		assert_true(q->hw_code == 0 || q->hw_code == chip_at(i)->hw_code);
	}
	assert_int_equal(rom_quirks_of(0x0766)->emi_gena, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(versions_from_registers),	      T(registers_that_are_silent),
		T(commands_that_are_not_there),	      T(half_an_answer_is_none),
		T(memory_interface_before_the_agent), T(most_chips_have_no_quirks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
