/* XFlash: framing under any cut, information structures, status names, format and shutdown quirks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/bytes.h"
#include "engine/xflash/command.h"
#include "engine/xflash/frame.h"
#include "engine/xflash/info.h"
#include "engine/xflash/status.h"
#include "engine/xflash/tables.h"
#include "tests/lib/pack.h"
#include "tests/lib/replay.h"

static struct flow flow;
static struct flow_plan plan;
static struct flow_action action;
static struct pack pack;

/* Two log frames and an empty one around three payloads. */
static size_t stream_of(uint8_t *out)
{
	static const struct {
		uint32_t type, length;
	} frames[] = {{2, 9}, {1, 4}, {2, 0}, {1, 16}, {2, 300}, {1, 1}};
	size_t n = 0;

	for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
		put_le32(out + n, FRAME_MAGIC);
		put_le32(out + n + 4, frames[i].type);
		put_le32(out + n + 8, frames[i].length);
		n += FRAME_HEAD;
		for (uint32_t k = 0; k < frames[i].length; k++)
			out[n++] = (uint8_t)(i * 16 + k);
	}
	return n;
}

/* Feed in pieces of up to `most` bytes, and never more than frame_need() says behind a whole one.
 */
static void frames_in_pieces(size_t most)
{
	static const uint32_t lengths[] = {4, 16, 1};
	uint8_t stream[1024];
	size_t n = stream_of(stream), at = 0, whole = 0;
	struct frame_reader r;

	frame_reset(&r);
	while (whole < 3) {
		size_t take = n - at < most ? n - at : most;
		enum frame_result result = frame_take(&r, (struct slice){stream + at, take});

		at += take;
		if (result == FRAME_MORE) {
			assert_true(frame_need(&r) > 0);
			assert_true(at < n);
			continue;
		}
		assert_int_equal(result, FRAME_WHOLE);
		assert_int_equal(r.got, lengths[whole]);
		assert_int_equal(r.body[0], (whole * 2 + 1) * 16);
		whole++;
	}
	assert_int_equal(at, n);
	assert_int_equal(r.held, 0);
}

static void frames_in_any_cut(void **state)
{
	(void)state;
	for (size_t most = 1; most <= 60; most++)
		frames_in_pieces(most);
}

static void not_a_frame(void **state)
{
	static const uint8_t bad[] = "\xEF\xEE\xEE\xFF\x01\0\0\0\x04\0\0\0";
	uint8_t head[FRAME_HEAD];
	struct frame_reader r;

	(void)state;
	frame_reset(&r);
	assert_int_equal(frame_take(&r, (struct slice){bad, FRAME_HEAD}), FRAME_BAD);
	frame_reset(&r);
	frame_head(head, FRAME_BODY_MAX + 1);
	assert_int_equal(frame_take(&r, (struct slice){head, FRAME_HEAD}), FRAME_BAD);
	frame_reset(&r);
	put_le32(head + 4, FRAME_LOG);
	put_le32(head + 8, FRAME_LOG_MAX + 1);
	assert_int_equal(frame_take(&r, (struct slice){head, FRAME_HEAD}), FRAME_BAD);
}

/* The start of a data frame that came with the status before it is handed out first. */
static void data_begins_on_hold(void **state)
{
	uint8_t bytes[FRAME_STATUS + FRAME_HEAD + 5], more[3] = {5, 6, 7};
	struct slice rest = {NULL, 0}, piece;
	struct frame_reader r;

	(void)state;
	frame_head(bytes, 4);
	put_le32(bytes + FRAME_HEAD, 0);
	frame_head(bytes + FRAME_STATUS, 8);
	for (uint8_t i = 0; i < 5; i++)
		bytes[FRAME_STATUS + FRAME_HEAD + i] = i;
	frame_reset(&r);
	assert_int_equal(frame_take(&r, (struct slice){bytes, sizeof bytes}), FRAME_WHOLE);
	assert_int_equal(r.held, FRAME_HEAD + 5);
	assert_int_equal(frame_open(&r, rest), FRAME_DATA);
	assert_int_equal(r.length, 8);
	piece = frame_data(&r, &rest);
	assert_int_equal(piece.n, 5);
	assert_int_equal(piece.p[4], 4);
	assert_int_equal(frame_data(&r, &rest).n, 0);
	rest = (struct slice){more, sizeof more};
	piece = frame_data(&r, &rest);
	assert_ptr_equal(piece.p, more);
	assert_int_equal(piece.n, 3);
	assert_int_equal(frame_need(&r), FRAME_HEAD);
}

static void emmc_structure(void **state)
{
	struct device_facts facts;
	uint8_t b[104] = {0};

	(void)state;
	memset(&facts, 0, sizeof facts);
	assert_true(info_emmc(&facts, (struct slice){b, sizeof b}));
	assert_int_equal(facts.storage.kind, STORAGE_NONE); /* absent: all zero */
	/* The captured one of da-xflash.md section 7. */
	put_le32(b, 1);
	put_le32(b + 4, 512);
	put_le64(b + 8, 0x400000);
	put_le64(b + 16, 0x300000);
	put_le64(b + 24, 0x1000000);
	put_le64(b + 64, 0x1D1EC00000);
	memcpy(b + 72, "\x15\x01\x00Q823MB", 9);
	b[96] = 1;
	b[97] = 2;
	b[98] = 3;
	assert_true(info_emmc(&facts, (struct slice){b, sizeof b}));
	assert_int_equal(facts.storage.kind, STORAGE_EMMC);
	assert_int_equal(facts.storage.block, 512);
	assert_int_equal(facts.storage.bytes[REGION_USER], 0x1D1EC00000);
	assert_int_equal(facts.storage.bytes[REGION_RPMB], 0x1000000);
	assert_int_equal(facts.storage.bytes[REGION_BOOT12], 0x300000);
	assert_memory_equal(facts.cid, "\x15\x01\x00Q823MB", 9);
	assert_int_equal(facts.life_b, 3);
	assert_false(info_emmc(&facts, (struct slice){b, 95}));
	memset(&facts, 0, sizeof facts);
	assert_true(info_emmc(&facts, (struct slice){b, 96})); /* the old one has no life bytes */
	assert_int_equal(facts.life_a, 0);
}

static void ufs_structure(void **state)
{
	struct device_facts facts;
	uint8_t b[208] = {0};

	(void)state;
	memset(&facts, 0, sizeof facts);
	put_le32(b, 0x30);
	put_le32(b + 4, 4096);
	put_le64(b + 8, 0x400000);
	put_le64(b + 16, 0x400000);
	put_le64(b + 24, 0x1DCB000000);
	memcpy(b + 34, "H9HQ16AECMMDAR", 14);
	b[194] = 1;
	b[196] = 4;
	assert_true(info_ufs(&facts, (struct slice){b, sizeof b}));
	assert_int_equal(facts.storage.kind, STORAGE_UFS);
	assert_int_equal(facts.storage.bytes[REGION_USER], 0x1DCB000000);
	assert_memory_equal(facts.cid, "H9HQ16AECMMDAR", 14);
	assert_int_equal(facts.life_b, 4);
	memset(&facts, 0, sizeof facts);
	memcpy(b + 32, "H9HQ16AECMMDAR", 14);
	assert_true(info_ufs(&facts, (struct slice){b, 52}));
	assert_memory_equal(facts.cid, "H9HQ16AECMMDAR", 14);
	assert_false(info_ufs(&facts, (struct slice){b, 51}));
}

static void nand_and_ram_structures(void **state)
{
	struct device_facts facts;
	uint8_t b[48] = {0};

	(void)state;
	memset(&facts, 0, sizeof facts);
	put_le32(b, 0x10);
	put_le32(b + 4, 2048);
	put_le64(b + 16, 0x20000000);
	assert_true(info_nand(&facts, (struct slice){b, sizeof b}));
	assert_int_equal(facts.storage.kind, STORAGE_NAND);
	assert_int_equal(facts.storage.bytes[REGION_USER], 0x20000000);
	memset(b, 0, sizeof b);
	put_le32(b, 2);
	put_le64(b + 16, 0x39000);
	put_le32(b + 24, 1);
	put_le64(b + 40, 0x180000000);
	assert_true(info_ram(&facts, (struct slice){b, sizeof b}));
	assert_int_equal(facts.sram_bytes, 0x39000);
	assert_int_equal(facts.dram_bytes, 0x180000000);
	assert_false(info_ram(&facts, (struct slice){b, 23}));
}

static void sections(void **state)
{
	(void)state;
	assert_int_equal(xf_section(STORAGE_EMMC, REGION_USER), 8);
	assert_int_equal(xf_section(STORAGE_EMMC, REGION_BOOT2), 2);
	assert_int_equal(xf_section(STORAGE_UFS, REGION_USER), 3);
	assert_int_equal(xf_section(STORAGE_UFS, REGION_BOOT1), 1);
	assert_int_equal(xf_section(STORAGE_UFS, REGION_RPMB), 0);
	assert_int_equal(xf_section(STORAGE_NAND, REGION_USER), 0);
}

static void status_names(void **state)
{
	(void)state;
	assert_string_equal(xflash_status_name(0), "OK");
	assert_string_equal(xflash_status_name(0x40040005), "COMPLETE");
	assert_string_equal(xflash_status_name(0xC0070004), "STATUS_DA_HASH_MISMATCH");
	assert_string_equal(xflash_status_name(0xC0040003), "STATUS_CHECKSUM_ERR");
	assert_string_equal(xflash_status_name(0xC0FFEE00), "unlisted status");
	assert_true(xflash_failed(0xC0010004));
	assert_false(xflash_failed(0x40040004));
}

/* Every code of section 9 has a name. */
static void all_listed_statuses_have_names(void **state)
{
	static const struct {
		uint32_t from, to;
	} listed[] = {{0x40040001, 0x40040006}, {0x40060001, 0x40060001}, {0xC0010001, 0xC0010013},
		      {0xC0020001, 0xC0020039}, {0xC0020040, 0xC002005E}, {0xC0030001, 0xC003001D},
		      {0xC0040001, 0xC004000E}, {0xC0040030, 0xC0040030}, {0xC0040040, 0xC0040046},
		      {0xC0040050, 0xC0040050}, {0xC0040060, 0xC0040060}, {0xC0040100, 0xC0040100},
		      {0xC0040102, 0xC0040102}, {0xC0040200, 0xC0040210}, {0xC0050001, 0xC005000D},
		      {0xC0060001, 0xC0060006}, {0xC0070001, 0xC0070005}, {0xC0080001, 0xC0080001}};

	(void)state;
	for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++)
		for (uint32_t s = listed[i].from; s <= listed[i].to; s++)
			if (!strcmp(xflash_status_name(s), "unlisted status"))
				fail_msg("0x%08X has no name", s);
}

static void fresh(void)
{
	memset(&flow, 0, sizeof flow);
	plan = (struct flow_plan){.package = &pack.package};
	flow.report.facts.storage.kind = STORAGE_EMMC;
	flow.report.facts.storage.block = 512;
	flow.io.region = REGION_USER;
}

static void play(const char *name, const struct step *table, const char *text)
{
	struct replay r = {.name = name, .text = text};

	replay_verb(&flow, &plan, table, &action);
	if (!replay_run(&r, &flow, &action))
		fail_msg("%s", r.error);
}

#define FORMAT_HEAD                                                                                \
	"H> F(4) 03 00 01 00\nD> S0\nH> F(56) 01 00 00 00 08 00 00 00 00 00 00 00 00 00 00 00 "    \
	"00 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "  \
	"00 00 00 00 00 00 00 00 00 00 00\n"

/* A failed check does not end FORMAT (6.5): read on, then report the check's error. */
static void format_goes_on_after_its_check(void **state)
{
	(void)state;
	fresh();
	flow.io.length = 0x200;
	play("range", xflash_format,
	     FORMAT_HEAD "D> F(4) 0B 00 04 C0\nD> F(4) 04 00 04 40 F(4) 64 00 00 00\nH> S0\n"
			 "D> F(4) 05 00 04 40\n");
	assert_int_equal(flow.report.fault.code, 0xC004000B);
	fresh();
	flow.io.length = 0x200;
	play("section", xflash_format, FORMAT_HEAD "D> F(4) 0C 00 03 C0\nD> F(4) 07 00 03 C0\n");
	assert_int_equal(flow.report.fault.code, 0xC003000C);
	fresh();
	flow.io.length = 0x200;
	play("no progress at all", xflash_format, FORMAT_HEAD "D> S0\nD> S0\n");
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

static void read_error_comes_before_data(void **state)
{
	(void)state;
	fresh();
	flow.io.length = 0x200;
	play("read", xflash_read,
	     "H> F(4) 05 00 01 00\nD> S0\nH> F(56) 01 00 00 00 08 00 00 00 00 00 00 00 00 00 00 "
	     "00 00 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
	     "00 00 00 00 00 00 00 00 00 00 00 00 00\nD> S0\nD> F(4) 30 00 04 C0\n"
	     "D> F(4) 30 00 04 C0\n");
	assert_int_equal(flow.report.fault.code, 0xC0040030);
	assert_true(flow.agent_idle);
}

static void late_agents_take_a_longer_shutdown(void **state)
{
	const struct pack_options options = {.agent_year = 2022};
	struct pack late;

	(void)state;
	pack_make(&late, &options);
	fresh();
	plan.package = &late.package;
	play("shutdown of a 2022 agent", xflash_end,
	     "H> F(4) 07 00 01 00\nD> S0\nH> F(28) 01 00 00 00 B8 0B 00 00 00 00 00 00 00 00 00 00 "
	     "00 00 00 00 01 00 00 00 00 00 00 00\nD> S0\ngone\n");
	assert_int_equal(flow.report.result, FLOW_PASSED);
	pack_free(&late);
}

static void staying_after_shutdown_is_a_failure(void **state)
{
	(void)state;
	fresh();
	play("no leave", xflash_end,
	     "H> F(4) 07 00 01 00\nD> S0\nH> F(24) 01 00 00 00 B8 0B 00 00 00 00 00 00 00 00 00 00 "
	     "00 00 00 00 01 00 00 00\nD> S0\nsilence\n");
	assert_int_equal(flow.report.result, FLOW_FAILED);
	assert_int_equal(flow.report.fault.code, 63);
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
		cmocka_unit_test(frames_in_any_cut),
		cmocka_unit_test(not_a_frame),
		cmocka_unit_test(data_begins_on_hold),
		cmocka_unit_test(emmc_structure),
		cmocka_unit_test(ufs_structure),
		cmocka_unit_test(nand_and_ram_structures),
		cmocka_unit_test(sections),
		cmocka_unit_test(status_names),
		cmocka_unit_test(all_listed_statuses_have_names),
		cmocka_unit_test(format_goes_on_after_its_check),
		cmocka_unit_test(read_error_comes_before_data),
		cmocka_unit_test(late_agents_take_a_longer_shutdown),
		cmocka_unit_test(staying_after_shutdown_is_a_failure),
	};

	return cmocka_run_group_tests_name("xflash", tests, set_up, tear_down);
}
