/* Commands of legacy agents beyond the worked examples: other chips, other answers, other storage.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/bytes.h"
#include "engine/format/boot_region.h"
#include "engine/format/pmt.h"
#include "engine/legacy/cid.h"
#include "engine/legacy/tables.h"
#include "tests/unit/legacy_kit.h"
#include "tests/unit/samples.h"

static struct legacy_kit kit;
static uint8_t image[0x20000];
static struct wire_sums sums;
static uint64_t sunk;
static bool enough;

static int set_up(void **state)
{
	(void)state;
	legacy_kit_make(&kit);
	for (size_t i = 0; i < sizeof image; i++)
		image[i] = (uint8_t)(i * 13 + (i >> 8));
	sunk = 0;
	enough = false;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	wire_sums_free(&sums);
	legacy_kit_free(&kit);
	return 0;
}

static enum verdict take(struct flow *f, uint64_t at, struct slice bytes)
{
	(void)f;
	assert_int_equal(at, sunk);
	sunk += bytes.n;
	return enough ? STEP_LEAVE : STEP_NEXT;
}

static struct {
	uint8_t right[2], wrong[2];
} sum;

static void sum_of(const uint8_t *p, size_t n)
{
	uint16_t all = 0;

	for (size_t i = 0; i < n; i++)
		all = (uint16_t)(all + p[i]);
	put_be16(sum.right, all);
	put_be16(sum.wrong, (uint16_t)(all ^ 1));
}

#define USER "H> 60\nD> 5A\nH> 08\nD> 5A\n"

/* ---- reading ---- */

static const struct replay_blob *packet_of(size_t n)
{
	static struct replay_blob blobs[4];

	sum_of(image, n);
	blobs[0] = (struct replay_blob){"data", {image, n}};
	blobs[1] = (struct replay_blob){"sum", {sum.right, 2}};
	blobs[2] = (struct replay_blob){"bad", {sum.wrong, 2}};
	return blobs;
}

static void read_of(uint64_t length, const char *text)
{
	legacy_kit_fresh(&kit, STORAGE_EMMC, MODE_BROM);
	kit.flow.io.length = length;
	kit.flow.io.sink = take;
	legacy_kit_play(&kit, 0x6580, legacy_read, packet_of(0xF000), text);
}

/* Four wrong sums: the fault is noted, no byte is used, and the rest is read away. */
static void read_given_up(void **state)
{
	(void)state;
	read_of(0x1E000, USER "H> D6 0B 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01 E0 00\nD> 5A\n"
			      "H> 00 00 F0 00\nD> <data> <bad>\nH> A5\nD> <data> <bad>\n"
			      "H> A5\nD> <data> <bad>\nH> A5\nD> <data> <bad>\n"
			      "H> 5A\nD> <data> <bad>\nH> 5A\n");
	legacy_kit_expect(&kit, 4009);
	assert_int_equal(sunk, 0);
	assert_true(kit.flow.agent_idle);
}

/* A READ can not be stopped: what the sink does not want is still taken. */
static void read_drained(void **state)
{
	(void)state;
	enough = true;
	read_of(0x1E000, USER "H> D6 0B 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01 E0 00\nD> 5A\n"
			      "H> 00 00 F0 00\nD> <data> <sum>\nH> 5A\nD> <data> <bad>\nH> 5A\n");
	legacy_kit_expect(&kit, 0);
	assert_int_equal(sunk, 0xF000);
	assert_int_equal(kit.flow.io.done, 0x1E000);
}

static void read_refused(void **state)
{
	(void)state;
	read_of(0x1E000, USER "H> D6 0B 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01 E0 00\n"
			      "D> A5 00 00 0B E0\n");
	legacy_kit_expect(&kit, 3040);
	assert_true(kit.flow.agent_idle);
	read_of(0x200, "H> 60\nD> 5A\nH> 08\nD> A5 00 00 0C 50\n");
	legacy_kit_expect(&kit, 3152);
	read_of(0x200, "H> 60\nD> 41 53 53 45 52 54 21 21 20 62\nsilence\n");
	legacy_kit_expect(&kit, 4001);
	assert_false(kit.flow.agent_idle);
}

static void nand_read_refused(void **state)
{
	(void)state;
	legacy_kit_fresh(&kit, STORAGE_NAND, MODE_BROM);
	kit.flow.io.length = 0x800;
	kit.flow.io.sink = take;
	legacy_kit_play(&kit, 0x6572, legacy_read, NULL,
			"H> DF 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 08 00 00 00 00 00\n"
			"D> 5A 00 00 08 00 00 00 00 40 00 00 08 00\n"
			"H> 00 00 00 1E\nD> 00 00 00 00 00 00 08 00\n"
			"D> A5 00 00 0B E7\nH> 96\n");
	legacy_kit_expect(&kit, 3047);
	legacy_kit_fresh(&kit, STORAGE_NAND, MODE_BROM);
	kit.flow.io.length = 0x800;
	kit.flow.io.sink = take;
	legacy_kit_play(&kit, 0x6572, legacy_read, NULL,
			"H> DF 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 08 00 00 00 00 00\n"
			"D> 5A 00 00 08 00 00 00 00 40 00 00 08 00\n"
			"H> 00 00 00 1E\nD> 00 00 00 00 00 00 08 40\n");
	legacy_kit_expect(&kit, 4053);
}

/* ---- writing ---- */

static void write_of(uint16_t hw_code, enum flow_verify verify, size_t n, const char *text)
{
	wire_sums_free(&sums);
	assert_int_equal(wire_sums_make(&sums, (struct slice){image, n}), 0);
	legacy_kit_fresh(&kit, STORAGE_EMMC, MODE_BROM);
	kit.plan.verify = verify;
	kit.flow.io.address = 0x4000;
	kit.flow.io.image = (struct slice){image, n};
	kit.flow.io.length = n;
	kit.flow.io.sums = &sums;
	legacy_kit_play(&kit, hw_code, legacy_write, packet_of(n), text);
}

/* MT6592 wants 16 bytes of the host; an odd image has a plain sum; level 3 reads back. */
static void write_with_host_time(void **state)
{
	(void)state;
	write_of(0x6592, FLOW_VERIFY_CHECKSUM, 0x1001,
		 "H> 62 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 03 08 "
		 "00 00 00 00 00 00 40 00 00 00 00 00 00 00 10 01 00 10 00 00\n"
		 "D> 5A\nH> 5A | <data> | <sum>\nD> 69\n");
	legacy_kit_expect(&kit, 0);
	assert_int_equal(kit.flow.report.bytes_written, 0x1001);
}

#define WRITE_1000                                                                                 \
	"H> 62 01 08 00 00 00 00 00 00 40 00 00 00 00 00 00 00 10 00 00 10 00 00\nD> 5A\n"
#define SENT	"H> 5A | <data> | <sum>\n"
#define BAD_SUM "D> A5 00 00 0B F9\n"

static void write_given_up(void **state)
{
	(void)state;
	write_of(0x6580, FLOW_VERIFY_NONE, 0x1000,
		 WRITE_1000 SENT BAD_SUM SENT BAD_SUM SENT BAD_SUM SENT BAD_SUM "H> 96\n");
	legacy_kit_expect(&kit, 3065);
	assert_int_equal(kit.flow.report.bytes_written, 0);
	assert_true(kit.flow.agent_idle);
	write_of(0x6580, FLOW_VERIFY_NONE, 0x1000, WRITE_1000 SENT "D> BB\n");
	legacy_kit_expect(&kit, 4053);
	assert_false(kit.flow.agent_idle);
	write_of(0x6580, FLOW_VERIFY_NONE, 0x1000,
		 "H> 62 01 08 00 00 00 00 00 00 40 00 00 00 00 00 00 00 10 00 00 10 00 00\n"
		 "D> A5 00 00 17 7A\n");
	legacy_kit_expect(&kit, 6010);
}

/* Old agents write no fill chunks: the words say so, for the storage may be well. */
static void sparse_on_old_agents(void **state)
{
	(void)state;
	assert_int_equal(wire_sums_make(&sums, (struct slice){image, 0x1000}), 0);
	legacy_kit_fresh(&kit, STORAGE_EMMC, MODE_BROM);
	kit.flow.io.sparse = true;
	kit.flow.io.address = 0x4000;
	kit.flow.io.image = (struct slice){image, 0x1000};
	kit.flow.io.length = 0x1000;
	kit.flow.io.sums = &sums;
	legacy_kit_play(&kit, 0x6572, legacy_write, packet_of(0x1000),
			WRITE_1000 SENT "D> A5 00 00 0C 52\nH> 96\n");
	legacy_kit_expect(&kit, 3154);
	assert_non_null(strstr(kit.flow.report.fault.what, "fill"));
}

/* 62 to part 2: `n` bytes at `at`. */
static void put_open(uint8_t open[23], uint32_t at, uint32_t n)
{
	memset(open, 0, 23);
	open[0] = 0x62;
	open[1] = 1;
	open[2] = 2;
	put_be32(open + 7, at);
	put_be32(open + 15, n);
	put_be32(open + 19, 0x100000);
}

/* Raw preloader: behind the place of its header, then the header; no more bytes are counted. */
static void preloader_gets_its_header(void **state)
{
	struct buffer raw = sample_preloader(21, 188, 2, "preloader_w370.bin", 3);
	struct slice bytes = buffer_slice(&raw);
	uint8_t header[BOOT_REGION_HEADER], head_sum[2], open[2][23];
	const struct replay_blob blobs[] = {{"raw", bytes},
					    {"sum", {sum.right, 2}},
					    {"header", {header, sizeof header}},
					    {"headersum", {head_sum, 2}},
					    {"open1", {open[0], 23}},
					    {"open2", {open[1], 23}},
					    {NULL, {NULL, 0}}};

	(void)state;
	assert_int_equal(wire_sums_make(&sums, bytes), 0);
	boot_region_header(header, (uint32_t)bytes.n);
	sum_of(header, sizeof header);
	memcpy(head_sum, sum.right, 2);
	sum_of(bytes.p, bytes.n);
	put_open(open[0], BOOT_REGION_HEADER, (uint32_t)bytes.n);
	put_open(open[1], 0, BOOT_REGION_HEADER);
	legacy_kit_fresh(&kit, STORAGE_EMMC, MODE_BROM);
	kit.flow.io.region = REGION_BOOT2;
	kit.flow.io.image = bytes;
	kit.flow.io.length = bytes.n;
	kit.flow.io.sums = &sums;
	legacy_kit_play(&kit, 0x6580, legacy_preloader, blobs,
			"H> <open1>\nD> 5A\nH> 5A | <raw> | <sum>\nD> 69\n"
			"H> <open2>\nD> 5A\nH> 5A | <header> | <headersum>\nD> 69\n");
	legacy_kit_expect(&kit, 0);
	assert_int_equal(kit.flow.report.bytes_written, bytes.n);
	assert_int_equal(kit.flow.io.length, bytes.n);
	assert_ptr_equal(kit.flow.io.image.p, bytes.p);
	buffer_free(&raw);
}

/* ---- format ---- */

#define FORMAT_NAND "H> D4 01 00 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 04 00 00\nD> 5A 5A\n"

static void format_nand(const char *text)
{
	legacy_kit_fresh(&kit, STORAGE_NAND, MODE_BROM);
	kit.flow.io.address = 0x20000;
	kit.flow.io.length = 0x40000;
	legacy_kit_play(&kit, 0x6572, legacy_format, NULL, text);
}

/* A bad block is told and passed; the statistics have the last word on how many there are. */
static void bad_blocks(void **state)
{
	(void)state;
	format_nand(FORMAT_NAND "D> 00 00 0B E5 00 00 00 00 00 02 00 00 69\n"
				"D> 00 00 0B D1 32\nH> 5A\nD> 00 00 00 00 64\nH> 5A\n"
				"D> 69 00 00 00 00 00 02 00 00 00 00 00 00 00 04 00 00 "
				"00 00 00 02 00 00 00 03 00 00 00 00\nD> 5A\n");
	legacy_kit_expect(&kit, 0);
	assert_int_equal(kit.flow.report.facts.bad_blocks, 3);
}

/* An error that the agent goes on from fails the run at the end. */
static void format_that_goes_on(void **state)
{
	(void)state;
	format_nand(FORMAT_NAND "D> 00 00 0B CF 00 00 00 00 00 02 00 00 69\n"
				"D> 00 00 00 00 64\nH> 5A\nD> 5A\nD> A5 5A\n");
	legacy_kit_expect(&kit, 3023);
	assert_true(kit.flow.agent_idle);
}

static void format_refused(void **state)
{
	(void)state;
	legacy_kit_fresh(&kit, STORAGE_EMMC, MODE_BROM);
	kit.flow.io.address = 0x100;
	kit.flow.io.length = 0x40000;
	legacy_kit_play(&kit, 0x6580, legacy_format, NULL,
			USER "H> D4 02 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 04 00 00\n"
			     "D> A5 00 00 0B DC 5A\n");
	legacy_kit_expect(&kit, 3036);
	/* Forbidden: the one refusal with no byte behind it. */
	legacy_kit_fresh(&kit, STORAGE_EMMC, MODE_BROM);
	kit.flow.io.address = 0x100;
	kit.flow.io.length = 0x40000;
	legacy_kit_play(&kit, 0x6592, legacy_format, NULL,
			USER
			"H> D4 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
			"00 00 00 00 00 00 01 00 00 00 00 00 00 04 00 00\nD> A5 00 00 17 7C\n");
	legacy_kit_expect(&kit, 6012);
	assert_true(kit.flow.agent_idle);
}

/* ---- partition tables ---- */

#define SECTORS_READ                                                                               \
	USER "H> D6 0B 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 44 00\nD> 5A\n"                \
	     "H> 00 00 F0 00\nD> <data> <sum>\nH> 5A\n"

static struct gpt gpt;
static struct problem problem;

static void table_of(uint16_t hw_code, const struct replay_blob *blobs, const char *text)
{
	legacy_kit_fresh(&kit, STORAGE_EMMC, MODE_BROM);
	legacy_kit_play(&kit, hw_code, legacy_table, blobs, text);
}

static void table_by_the_agent(void **state)
{
	static uint8_t pmt[2 * PMT_ENTRY_BYTES];
	struct replay_blob blobs[4];

	(void)state;
	memcpy(blobs, packet_of(0x4400), sizeof blobs[0] * 2);
	pmt_put(pmt, "MBR", 0x80000, 0, 0xC00000);
	pmt_put(pmt + PMT_ENTRY_BYTES, "NVRAM", 0x300000, 0, 0xD00000);
	blobs[2] = (struct replay_blob){"pmt", {pmt, sizeof pmt}};
	blobs[3] = (struct replay_blob){NULL, {NULL, 0}};
	table_of(0x6582, blobs, SECTORS_READ "H> A5\nD> 5A 00 00 00 C0\nH> 5A\nD> <pmt>\nH> 5A\n");
	legacy_kit_expect(&kit, 0);
	assert_int_equal(legacy_parse_table(&kit.flow, &gpt, &problem), 0);
	assert_int_equal(gpt.count, 2);
	assert_int_equal(gpt.entries[1].start, 0x100000);
	table_of(0x6582, blobs, SECTORS_READ "H> A5\nD> A5 00 00 04 0D\n");
	legacy_kit_expect(&kit, 0);
	assert_int_equal(legacy_parse_table(&kit.flow, &gpt, &problem), -1);
	table_of(0x6582, blobs, SECTORS_READ "H> A5\nD> A5 00 00 0C 51\n");
	legacy_kit_expect(&kit, 3153);
	table_of(0x6582, blobs, SECTORS_READ "H> A5\nD> 06 01 00 00 00\n");
	legacy_kit_expect(&kit, 4053);
}

/* A good GPT in sectors: the agent is not asked. One that kills the agent is refused. */
static void table_in_sectors(void **state)
{
	static struct gpt made;
	uint8_t backup[33 * 512];
	size_t primary_bytes, backup_bytes;

	(void)state;
	memset(&made, 0, sizeof made);
	made.sector = 512;
	made.count = 1;
	made.slots = 40;
	strcpy(made.entries[0].name, "nvram");
	made.entries[0].start = 0x100000;
	made.entries[0].size = 0x80000;
	memset(image, 0, sizeof image);
	assert_int_equal(
		gpt_build(&made, 0x4000000, image, &primary_bytes, backup, &backup_bytes, &problem),
		0);
	table_of(0x6580, packet_of(0x4400), SECTORS_READ);
	legacy_kit_expect(&kit, 0);
	assert_int_equal(legacy_parse_table(&kit.flow, &gpt, &problem), 0);
	assert_int_equal(gpt.count, 1);
	assert_int_equal(gpt.entries[0].start, 0x100000);
	made.slots = 0;
	assert_int_equal(
		gpt_build(&made, 0x4000000, image, &primary_bytes, backup, &backup_bytes, &problem),
		0);
	table_of(0x6580, packet_of(0x4400), SECTORS_READ);
	assert_int_equal(kit.flow.report.fault.code, 44);
	assert_true(kit.flow.report.fault.refused);
	table_of(0x0321, packet_of(0x4400), SECTORS_READ);
	legacy_kit_expect(&kit, 0);
}

static void table_written(void **state)
{
	static uint8_t pmt[2 * PMT_ENTRY_BYTES];
	const struct replay_blob blobs[] = {{"one", {pmt, PMT_ENTRY_BYTES}},
					    {"two", {pmt + PMT_ENTRY_BYTES, PMT_ENTRY_BYTES}},
					    {NULL, {NULL, 0}}};

	(void)state;
	pmt_put(pmt, "PRELOADER", 0x40000, 0, 0);
	pmt_put(pmt + PMT_ENTRY_BYTES, "NVRAM", 0x300000, 0, 0x40000);
#define WRITTEN                                                                                    \
	"H> A1\nD> 5A\nH> 00 00 00 02\nD> 5A\nH> <one>\nD> 69\nH> <two>\nD> 5A\n"                  \
	"H> 00 00 00 00\nD> 5A\nD> 5A\n"
	for (int turn = 0; turn < 2; turn++) {
		legacy_kit_fresh(&kit, STORAGE_NAND, MODE_BROM);
		kit.flow.io.image = (struct slice){pmt, sizeof pmt};
		kit.flow.io.length = sizeof pmt;
		kit.flow.io.own = true;
		legacy_kit_play(&kit, 0x6572, legacy_write_table, blobs,
				turn == 0 ? WRITTEN "H> A2\nD> 5A 00 00 00 C0\nH> 5A\nD> <one> "
						    "<two>\nH> 5A\n"
					  : WRITTEN "H> A2\nD> 5A 00 00 00 60\nH> 5A\nD> <one>\nH> "
						    "5A\n");
		if (turn == 0)
			legacy_kit_expect(&kit, 0);
	}
	assert_int_equal(kit.flow.report.fault.code, 62);
}

/* ---- the rest ---- */

static void cid_orders(void **state)
{
	static const uint8_t canonical[CID_BYTES] = {0x15, 0x01, 0x00, 'M', '8',  'G',
						     '1',  'W',	 'A',  2,   0x25, 0x57};
	static const uint8_t unknown[CID_BYTES] = {0x77, 0x01, 0x00, 'X', 'Y'};
	uint8_t raw[CID_BYTES], out[CID_BYTES];
	char name[CID_NAME_ROOM];

	(void)state;
	cid_reverse(raw, canonical);
	cid_normalise(out, raw, false);
	assert_memory_equal(out, canonical, CID_BYTES);
	cid_normalise(out, canonical, true);
	assert_memory_equal(out, canonical, CID_BYTES);
	cid_name(name, out);
	assert_string_equal(name, "M8G1WA");
	/* An unknown maker: the device type tells. */
	cid_reverse(raw, unknown);
	cid_normalise(out, raw, false);
	assert_memory_equal(out, unknown, CID_BYTES);
}

static void survey_without_gauge(void **state)
{
	(void)state;
	legacy_kit_fresh(&kit, STORAGE_EMMC, MODE_BROM);
	legacy_kit_play(&kit, 0x6580, legacy_survey, NULL,
			"H> 72\nD> 5A 01\nH> D0\nD> 00 00 00 A5\nH> B4 | 00 00 00 00\n"
			"D> 00 00 17 9A\n");
	legacy_kit_expect(&kit, 0);
	assert_true(kit.flow.report.facts.images_checked);
	assert_int_equal(kit.flow.report.facts.battery_mv, 0);
	/* Opcodes that an agent does not know are swallowed. */
	legacy_kit_fresh(&kit, STORAGE_EMMC, MODE_BROM);
	legacy_kit_play(&kit, 0x6580, legacy_survey, NULL,
			"H> 72\nD> 5A 01\nH> D0\nsilence\nH> B4 | 00 00 00 00\nsilence\n");
	legacy_kit_expect(&kit, 0);
	assert_true(kit.flow.agent_idle);
}

#define NAND_SURVEY                                                                                \
	"H> 72\nD> 5A 01\nH> D0\nD> 00 00 00 A5\nH> B4 | 00 00 00 00\nD> 00 00 17 97\nH> A3\n"

static void survey_of_bad_blocks(void **state)
{
	static const struct {
		const char *text;
		uint32_t bad;
	} cases[] = {
		{NAND_SURVEY "D> 5A 02 00 05 01 B0 00 64 01 B1\nH> 5A\n", 2},
		{NAND_SURVEY "D> 5A 00\nH> 5A\n", 0},
		{NAND_SURVEY "D> A5 00 00 0B C8\n", 0},
		{NAND_SURVEY "silence\n", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		legacy_kit_fresh(&kit, STORAGE_NAND, MODE_BROM);
		legacy_kit_play(&kit, 0x6572, legacy_survey, NULL, cases[i].text);
		legacy_kit_expect(&kit, 0);
		assert_int_equal(kit.flow.report.facts.bad_blocks, cases[i].bad);
		assert_true(kit.flow.agent_idle);
	}
}

/* A unit that stays slow is worked with all the same; one that stays away is not. */
static void speed_switch(void **state)
{
	(void)state;
	legacy_kit_fresh(&kit, STORAGE_EMMC, MODE_BROM);
	legacy_kit_play(&kit, 0x6580, legacy_survey, NULL,
			"H> 72\nD> 5A 00\nH> 70 | 01\ngone\nback 2001\nH> 72\nD> 5A 00\n"
			"H> D0\nD> 00 00 00 A5\nH> B4 | 00 00 00 00\nD> 00 00 17 97\n");
	legacy_kit_expect(&kit, 0);
	assert_string_equal(kit.flow.report.facts.usb_speed_name, "full-speed");
	legacy_kit_fresh(&kit, STORAGE_EMMC, MODE_BROM);
	legacy_kit_play(&kit, 0x6580, legacy_survey, NULL,
			"H> 72\nD> 5A 00\nH> 70 | 01\nD> 5A\nsilence\n");
	assert_int_equal(kit.flow.report.fault.code, 14);
}

static void memory_fault(void **state)
{
	(void)state;
	legacy_kit_fresh(&kit, STORAGE_EMMC, MODE_BROM);
	kit.flow.io.test = IO_TEST_DRAM;
	kit.flow.io.length = 0x1000;
	legacy_kit_play(&kit, 0x6580, legacy_memtest, NULL,
			"H> FE 00 00 00 03 00 00 00 00 00 00 00 00 00 00 00 00 00 00 10 00 "
			"00 00 00 04 00 00 00 04 5A A5 A5 5A\nD> 5A\n"
			"D> 00 00 0C 16 00 00 00 00 00 00 08 00 00 00 00 00 00 00 00 00 "
			"00 00 00 00 00 00 00 00 00 00 00 00\n");
	legacy_kit_expect(&kit, 4048);
	assert_non_null(strstr(kit.flow.report.fault.what, "data bus"));
	assert_non_null(strstr(kit.flow.report.fault.what, "0x800"));
}

/* Status words of the 2011 generation are told in today's numbers. */
static void old_numbers(void **state)
{
	(void)state;
	legacy_kit_fresh(&kit, STORAGE_EMMC, MODE_BROM);
	kit.flow.io.length = 0x200;
	kit.flow.io.sink = take;
	legacy_kit_play(&kit, 0x6575, legacy_read, NULL,
			"H> 60\nD> 5A\nH> 08\nD> A5 00 00 0C 4B\n");
	legacy_kit_expect(&kit, 3152);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(read_given_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(read_drained, set_up, tear_down),
		cmocka_unit_test_setup_teardown(read_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nand_read_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(write_with_host_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(write_given_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sparse_on_old_agents, set_up, tear_down),
		cmocka_unit_test_setup_teardown(preloader_gets_its_header, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_blocks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(format_that_goes_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(format_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(table_by_the_agent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(table_in_sectors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(table_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cid_orders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(survey_without_gauge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(survey_of_bad_blocks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(speed_switch, set_up, tear_down),
		cmocka_unit_test_setup_teardown(memory_fault, set_up, tear_down),
		cmocka_unit_test_setup_teardown(old_numbers, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("legacy_commands", tests, NULL, NULL);
}
