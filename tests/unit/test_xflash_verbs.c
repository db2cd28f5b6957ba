/*
 * XFlash verbs beyond the worked examples: reading by name, NAND, boot modes, locked agents, what
 * the card of a unit shows, and the memory test.
 */
#include "tests/unit/check.h"

#include "engine/base/bytes.h"
#include "engine/flow/surface.h"
#include "engine/format/pmt.h"
#include "engine/xflash/command.h"
#include "engine/xflash/info.h"
#include "engine/xflash/table.h"
#include "engine/xflash/tables.h"
#include "engine/xflash/xflash.h"
#include "tests/lib/pack.h"
#include "tests/lib/replay.h"

#define CONTROL "H> F(4) 09 00 01 00\nD> S0\n"

static struct pack pack;
static struct flow flow;
static struct flow_plan plan;
static struct flow_action action;
static uint64_t sunk;

static enum verdict sink(struct flow *f, uint64_t at, struct slice bytes)
{
	(void)f;
	assert_int_equal(at, sunk);
	sunk += bytes.n;
	return STEP_NEXT;
}

static void fresh(void)
{
	memset(&flow, 0, sizeof flow);
	plan = (struct flow_plan){.package = &pack.package};
	flow.report.facts.storage.kind = STORAGE_EMMC;
	flow.report.facts.storage.block = 512;
	flow.io.region = REGION_USER;
	flow.io.name = "lk";
	flow.io.sink = sink;
	sunk = 0;
}

static void play(const struct step *table, const char *text)
{
	struct replay r = {.name = "agent", .text = text};

	replay_verb(&flow, &plan, table, &action);
	if (!replay_run(&r, &flow, &action))
		fail_msg("%s", r.error);
}

static void expect_fault(enum fault_family family, uint32_t code, const char *words)
{
	const struct fault *fault = &flow.report.fault;

	if (fault->family != family || fault->code != code)
		fail_msg("family %d, code 0x%X: %s", (int)fault->family, fault->code, fault->what);
	expect_in(fault->what, words, "fault");
}

#define UPLOAD "H> F(4) 02 00 01 00\nD> S0\nH> F(2) 6C 6B\n"

/* da-xflash.md 6.6: name, check status, length, then as READ_DATA. */
static void read_by_name(void **state)
{
	(void)state;
	fresh();
	play(xflash_upload, UPLOAD "D> S0\nD> F(8) 05 00 00 00 00 00 00 00\n"
				   "D> S0\nD> F(3) 01 02 03\nH> S0\nD> S0\nD> F(2) 04 05\nH> S0\n"
				   "D> S0\n");
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.io.length, 5);
	assert_int_equal(sunk, 5);
	fresh();
	play(xflash_upload, UPLOAD "D> S0\nD> F(8) 00 00 00 00 00 00 00 00\nD> S0\n");
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(sunk, 0);
}

/* An unknown name is answered by nothing, and the agent waits for the next command. */
static void unknown_name_is_silence(void **state)
{
	(void)state;
	fresh();
	play(xflash_upload, UPLOAD "silence\n");
	expect_fault(FAULT_XFLASH, 0xC0040006, "PART");
	assert_true(flow.agent_idle);
	fresh();
	play(xflash_upload, UPLOAD "D> S0\nD> F(4) 00 00 00 00\nsilence\n");
	expect_fault(FAULT_XFLASH, 0xC0010005, "takes 8 bytes");
}

/* 6.1: storage 10, section 0; data travels without spare bytes, a format has its level there. */
static void nand_ranges(void **state)
{
	uint8_t block[XF_RANGE_BYTES];

	(void)state;
	fresh();
	flow.report.facts.storage.kind = STORAGE_NAND;
	flow.io.address = 0x40000;
	flow.io.length = 0x20000;
	xf_data_range(&flow, block);
	assert_int_equal(get_le32(block), 0x10);
	assert_int_equal(get_le32(block + 4), 0);
	assert_int_equal(get_le64(block + 8), 0x40000);
	assert_int_equal(get_le64(block + 16), 0x20000);
	assert_int_equal(get_le32(block + 40), 1);
	xf_range(&flow, block);
	assert_int_equal(get_le32(block + 40), 0);
	flow.report.facts.storage.kind = STORAGE_EMMC;
	xf_data_range(&flow, block);
	assert_int_equal(get_le32(block + 40), 0);
}

static void nand_structure(void **state)
{
	struct device_facts facts = {0};
	uint8_t b[48] = {0};

	(void)state;
	put_le32(b, 0x11);
	put_le32(b + 4, 2048);
	put_le32(b + 8, 0x20000);
	put_le32(b + 12, 64);
	put_le64(b + 16, 0x20000000);
	put_le64(b + 24, 0x1F000000);
	memcpy(b + 33, "\xAD\xDC\x90\x95\x56\x01", 6);
	assert_true(info_nand(&facts, (struct slice){b, sizeof b}));
	assert_int_equal(facts.storage.kind, STORAGE_NAND);
	assert_int_equal(facts.storage.block, 2048);
	assert_int_equal(facts.nand_block, 0x20000);
	assert_int_equal(facts.nand_spare, 64);
	assert_int_equal(facts.storage.bytes[REGION_USER], 0x1F000000);
	assert_int_equal(facts.nand_id_count, 6);
	assert_int_equal(facts.nand_id[1], 0xDC);
	assert_false(info_nand(&facts, (struct slice){b, 47}));
}

static void nor_structure(void **state)
{
	struct device_facts facts = {0};
	uint8_t b[16] = {0};

	(void)state;
	put_le32(b, 0x21);
	put_le32(b + 4, 256);
	put_le64(b + 8, 0x1000000);
	assert_true(info_nor(&facts, (struct slice){b, sizeof b}));
	assert_int_equal(facts.storage.kind, STORAGE_NOR);
	assert_false(info_nor(&facts, (struct slice){b, 15}));
}

#define SHUTDOWN(boot)                                                                             \
	"H> F(4) 07 00 01 00\nD> S0\nH> F(24) 01 00 00 00 B8 0B 00 00 00 00 00 00 " boot           \
	" 00 00 00 00 00 00 00 01 00 00 00\nD> S0\ngone\n"

static void boot_modes(void **state)
{
	(void)state;
	fresh();
	flow.io.end = FLOW_END_FASTBOOT;
	play(xflash_end, SHUTDOWN("02"));
	assert_int_equal(flow.report.result, FLOW_PASSED);
	fresh();
	flow.io.end = FLOW_END_META;
	play(xflash_end,
	     CONTROL "H> F(4) 06 00 02 00\nD> S0\nH> F(3) 01 02 00\nD> S0\n" SHUTDOWN("01"));
	assert_int_equal(flow.report.result, FLOW_PASSED);
	fresh();
	flow.io.end = FLOW_END_META;
	play(xflash_end, CONTROL "H> F(4) 06 00 02 00\nD> F(4) 04 00 01 C0\n");
	expect_fault(FAULT_XFLASH, 0xC0010004, "UNSUPPORT");
}

#define LOCKED	   CONTROL "H> F(4) 16 00 04 00\nD> S0\nD> F(4) 01 00 00 00\nD> S0\n"
#define NO_FW_INFO CONTROL "H> F(4) 13 00 04 00\nD> S0\nD> F(4) 12 34 56 78\nD> S0\n"
#define POLICY	   CONTROL "H> F(4) 0B 00 02 00\nD> S0\nH> F(3) 61 62 63\n"

static void locked_agents(void **state)
{
	static const struct flow_keys policy = {
		.da_sla = {(const uint8_t *)"abc", 3},
		.da_sla_name = "policy.bin",
	};
	static const struct flow_keys key = {
		.da_sla = {(const uint8_t *)"-----BEGIN RSA PRIVATE KEY-----\n", 32},
		.da_sla_name = "key.pem",
	};

	(void)state;
	fresh();
	play(xflash_unlock, LOCKED);
	expect_fault(FAULT_STATION, 23, "names no da_sla file");
	assert_true(flow.report.fault.refused);
	fresh();
	plan.keys = &policy;
	play(xflash_unlock, LOCKED NO_FW_INFO POLICY "D> S0\n");
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_true(flow.report.facts.agent_locked);
	fresh();
	plan.keys = &policy;
	play(xflash_unlock, LOCKED NO_FW_INFO POLICY "D> F(4) 49 00 02 C0\n");
	expect_fault(FAULT_XFLASH, 0xC0020049, "policy.bin is not its owner's");
	fresh();
	plan.keys = &key;
	play(xflash_unlock, LOCKED NO_FW_INFO);
	expect_fault(FAULT_XFLASH, 0xC0010005, "no random number");
}

/* Agents built before the question existed have no lock. */
static void agents_without_a_lock(void **state)
{
	(void)state;
	fresh();
	play(xflash_unlock, CONTROL "H> F(4) 16 00 04 00\nD> F(4) 04 00 01 C0\n");
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_false(flow.report.facts.agent_locked);
	fresh();
	play(xflash_unlock, CONTROL "H> F(4) 16 00 04 00\nD> S0\nD> F(4) 00 00 00 00\nD> S0\n");
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

#define UNKNOWN(low, high) CONTROL "H> F(4) " low " 00 " high " 00\nD> F(4) 04 00 01 C0\n"

/* From battery to table kind, on an agent that knows some of it; an identify run asks for more. */
static void facts_of_the_card(void **state)
{
	const struct device_facts *facts = &flow.report.facts;

	(void)state;
	fresh();
	plan.operation = FLOW_IDENTIFY;
	flow.report.facts.storage.kind = STORAGE_NONE;
	play(xflash_survey,
	     UNKNOWN("0B", "04") UNKNOWN("16", "04") UNKNOWN("01", "04") UNKNOWN("04", "04")
		     UNKNOWN("02", "04") UNKNOWN("03", "04") UNKNOWN("0C", "04") CONTROL
	     "H> F(4) 12 00 04 00\nD> S0\nD> F(4) 06 00 00 00\nD> S0\n" CONTROL
	     "H> F(4) 0F 00 04 00\nD> S0\nD> F(4) E2 0E 00 00\nD> S0\n" UNKNOWN("0D", "04")
		     UNKNOWN("08", "04") UNKNOWN("07", "08") CONTROL
	     "H> F(4) 10 00 04 00\nD> S0\nD> F(4) 10 00 00 00\nD> S0\n" CONTROL
	     "H> F(4) 14 00 04 00\nD> S0\n"
	     "D> F(16) 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F\nD> S0\n" UNKNOWN("09",
											 "04"));
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(facts->dram_type, 6);
	assert_int_equal(facts->battery_mv, 3810);
	assert_int_equal(facts->rpmb, RPMB_HAS_KEY);
	assert_int_equal(facts->hrid[15], 15);
}

#define NO_BATTERY CONTROL "H> F(4) 0F 00 04 00\nD> S0\nD> F(4) 00 00 00 00\nD> F(4) 01 00 04 C0\n"

static void a_board_without_battery_is_no_fault(void **state)
{
	(void)state;
	fresh();
	flow.report.facts.storage.kind = STORAGE_NONE;
	play(xflash_survey,
	     UNKNOWN("0B", "04") UNKNOWN("16", "04") UNKNOWN("01", "04") UNKNOWN("04", "04")
		     UNKNOWN("02", "04") UNKNOWN("03", "04") UNKNOWN("0C", "04") UNKNOWN("12", "04")
			     NO_BATTERY UNKNOWN("0D", "04") UNKNOWN("08", "04") UNKNOWN("07", "08")
				     UNKNOWN("09", "04"));
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.report.facts.battery_mv, 0);
}

static void storage_names(void **state)
{
	struct device_facts facts = {.storage.kind = STORAGE_EMMC};

	(void)state;
	memcpy(facts.cid, "\x15\x01\x00Q823MB\x01", 10);
	facts_name_storage(&facts);
	assert_string_equal(facts.storage_name, "Q823MB");
	facts = (struct device_facts){.storage.kind = STORAGE_UFS};
	memcpy(facts.cid, "H9HQ16AECMMDAR  \0x", 18);
	facts_name_storage(&facts);
	assert_string_equal(facts.storage_name, "H9HQ16AECMMDAR");
	facts = (struct device_facts){.storage.kind = STORAGE_NAND};
	facts_name_storage(&facts);
	assert_string_equal(facts.storage_name, "");
}

#define READ_HEAD "H> F(4) 05 00 01 00\nD> S0\nH> F(56) 01 00 00 00 08 00 00 00 "
#define NAND_ZEROS                                                                                 \
	" 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "    \
	"00 00 00 00\n"

/* Storage is read, window by window; the last one is as short as the region leaves it. */
static void memory_test_reads_the_storage(void **state)
{
	(void)state;
	fresh();
	flow.report.facts.storage.bytes[REGION_USER] = 0x40004;
	flow.io.test = IO_TEST_STORAGE;
	play(xflash_memtest, READ_HEAD "00 00 00 00 00 00 00 00 00 00 04 00 00 00 00 00" NAND_ZEROS
				       "D> S0\nD> F(4) 30 00 04 C0\nD> F(4) 30 00 04 C0\n");
	expect_fault(FAULT_XFLASH, 0xC0040030, "MMC");
	fresh();
	flow.report.facts.storage.bytes[REGION_USER] = 4;
	flow.io.test = IO_TEST_STORAGE;
	play(xflash_memtest, READ_HEAD "00 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00" NAND_ZEROS
				       "D> S0\nD> S0\nD> F(4) 01 02 03 04\nH> S0\nD> S0\n");
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.io.percent, 100);
	fresh();
	flow.io.test = IO_TEST_DRAM;
	play(xflash_memtest, "");
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

/* Where the windows of a large storage lie: the first, the last, and none twice. */
static void windows_of_a_large_storage(void **state)
{
	uint64_t last = 0;
	unsigned windows = 0;

	(void)state;
	fresh();
	flow.report.facts.storage.bytes[REGION_USER] = 0x1D1EC00000 + 512;
	flow.verbs = &xflash_verbs;
	assert_int_equal(flow_surface[0].ask(&flow, &action), STEP_NEXT);
	while (flow_surface[1].ask(&flow, &action) == STEP_CALL) {
		assert_true(flow.io.address % 0x40000 == 0);
		assert_true(!windows || flow.io.address > last);
		last = flow.io.address;
		windows++;
		assert_int_equal(flow_surface[1].answer(&flow, (struct slice){NULL, 0}),
				 STEP_AGAIN);
	}
	assert_int_equal(windows, 1024);
	assert_int_equal(last, 0x1D1EC00000);
	assert_int_equal(flow.io.length, 512);
	assert_int_equal(flow.io.percent, 100);
}

/* A table copy behind the logical end: `at` in the low bytes of its address. */
#define COPY(at, blob)                                                                             \
	"H> F(4) 05 00 01 00\nD> S0\nH> F(56) 10 00 00 00 00 00 00 00 " at                         \
	" 00 00 00 00 00 10 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 "    \
	"01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\nD> S0\nD> S0\n"                          \
	"D> F(0x1000) <" blob ">\nH> S0\nD> S0\n"

static uint8_t copy[0x1000], nothing[0x1000];

static void play_table(const char *text)
{
	const struct replay_blob blobs[] = {{"table", {copy, sizeof copy}},
					    {"nothing", {nothing, sizeof nothing}},
					    {NULL, {NULL, 0}}};
	struct replay r = {.name = "agent", .text = text, .blobs = blobs};

	fresh();
	flow.report.facts.storage.kind = STORAGE_NAND;
	flow.report.facts.storage.bytes[REGION_USER] = 0x1F000000;
	flow.report.facts.nand_block = 0x20000;
	replay_verb(&flow, &plan, xflash_table, &action);
	if (!replay_run(&r, &flow, &action))
		fail_msg("%s", r.error);
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

/* packages.md 5.3: two copies in the blocks behind the logical end, physical addresses. */
static void table_of_a_nand(void **state)
{
	static struct gpt gpt;
	struct problem problem;

	(void)state;
	put_le32(copy, 0x50547633);
	pmt_put(copy + 4, "UBOOT", 0x20000, 0, 0x60000);
	play_table(COPY("00 00 00 1F", "table"));
	assert_int_equal(xflash_parse_table(&flow, &gpt, &problem), 0);
	assert_int_equal(gpt.count, 1);
	assert_int_equal(gpt.entries[0].start, 0x60000);
	put_le32(copy, 0x4D505431);
	play_table(COPY("00 00 00 1F", "nothing") COPY("00 00 02 1F", "table"));
	assert_int_equal(xflash_parse_table(&flow, &gpt, &problem), 0);
	assert_string_equal(gpt.entries[0].name, "UBOOT");
	/* A blank board, and it can not be given a table. */
	play_table(COPY("00 00 00 1F", "nothing") COPY("00 00 02 1F", "nothing"));
	assert_int_equal(flow.table_bytes, 0);
	assert_int_equal(xflash_build_table(&flow, &gpt, 0, &problem), TABLE_BAD);
	expect_in(problem.why, "NAND", "why");
}

/* On other storage nothing is asked: the flow reads a GPT. */
static void tables_elsewhere_are_gpts(void **state)
{
	struct problem problem;

	(void)state;
	fresh();
	play(xflash_table, "");
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.table_bytes, 0);
	assert_int_equal(xflash_build_table(&flow, NULL, 0, &problem), TABLE_IS_GPT);
}

static int set_up(void **state)
{
	const struct pack_options options = {.emi_version = 35};

	(void)state;
	pack_make(&pack, &options);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pack_free(&pack);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_by_name),
		cmocka_unit_test(unknown_name_is_silence),
		cmocka_unit_test(nand_ranges),
		cmocka_unit_test(nand_structure),
		cmocka_unit_test(nor_structure),
		cmocka_unit_test(boot_modes),
		cmocka_unit_test(locked_agents),
		cmocka_unit_test(agents_without_a_lock),
		cmocka_unit_test(facts_of_the_card),
		cmocka_unit_test(a_board_without_battery_is_no_fault),
		cmocka_unit_test(storage_names),
		cmocka_unit_test(memory_test_reads_the_storage),
		cmocka_unit_test(windows_of_a_large_storage),
		cmocka_unit_test(table_of_a_nand),
		cmocka_unit_test(tables_elsewhere_are_gpts),
	};

	return cmocka_run_group_tests_name("xflash-verbs", tests, set_up, tear_down);
}
