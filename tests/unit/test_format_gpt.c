/* GPT: built tables parse back, primary and backup; every damage a boot loader sees is seen. */
#include "tests/unit/check.h"

#include "engine/base/bytes.h"
#include "engine/base/crc32.h"
#include "engine/format/gpt.h"

#define REGION	  (64u << 20)
#define TABLE_MAX (6 * 4096)

struct tables {
	uint8_t primary[TABLE_MAX], backup[TABLE_MAX];
	size_t primary_bytes, backup_bytes;
};

static struct gpt sample(uint32_t sector)
{
	struct gpt g = {.sector = sector, .count = 3};

	snprintf(g.entries[0].name, sizeof g.entries[0].name, "boot_para");
	g.entries[0].start = 0x8000;
	g.entries[0].size = 0x100000;
	snprintf(g.entries[1].name, sizeof g.entries[1].name, "nvram");
	g.entries[1].start = 0x108000;
	g.entries[1].size = 0x500000;
	g.entries[1].attributes = 4;
	snprintf(g.entries[2].name, sizeof g.entries[2].name, "userdata");
	g.entries[2].start = 0x800000;
	g.entries[2].size = 0x1000000;
	g.entries[2].guid[0] = 0x77;
	return g;
}

static void build(struct tables *t, const struct gpt *g)
{
	struct problem problem;

	expect_accepted(gpt_build(g, REGION, t->primary, &t->primary_bytes, t->backup,
				  &t->backup_bytes, &problem),
			&problem);
}

static void expect_same(const struct gpt *got, const struct gpt *want)
{
	assert_int_equal(got->count, want->count);
	for (size_t i = 0; i < want->count; i++) {
		assert_string_equal(got->entries[i].name, want->entries[i].name);
		assert_int_equal(got->entries[i].start, want->entries[i].start);
		assert_int_equal(got->entries[i].size, want->entries[i].size);
		assert_int_equal(got->entries[i].attributes, want->entries[i].attributes);
	}
}

static void round_trip(uint32_t sector, size_t primary_bytes, size_t backup_bytes)
{
	struct gpt want = sample(sector);
	struct gpt got;
	struct tables t;
	struct problem problem;

	build(&t, &want);
	assert_int_equal(t.primary_bytes, primary_bytes);
	assert_int_equal(t.backup_bytes, backup_bytes);
	expect_accepted(gpt_parse(&got, (struct slice){t.primary, t.primary_bytes}, 0, &problem),
			&problem);
	assert_int_equal(got.sector, sector);
	assert_int_equal(got.alternate_lba, REGION / sector - 1);
	assert_int_equal(got.first_usable * sector, 0x8000);
	expect_same(&got, &want);
	expect_accepted(gpt_parse_backup(&got, (struct slice){t.backup, t.backup_bytes}, 0, REGION,
					 &problem),
			&problem);
	assert_int_equal(got.sector, sector);
	assert_int_equal(got.alternate_lba, 1);
	expect_same(&got, &want);
}

static void test_round_trip_512(void **state)
{
	(void)state;
	round_trip(512, 34 * 512, 33 * 512);
}

static void test_round_trip_4096(void **state)
{
	(void)state;
	round_trip(4096, 6 * 4096, 5 * 4096);
}

static void test_find_ignores_case(void **state)
{
	struct gpt g = sample(512);

	(void)state;
	assert_ptr_equal(gpt_find(&g, "USERDATA"), &g.entries[2]);
	assert_null(gpt_find(&g, "cache"));
}

static void test_guids_follow_the_index(void **state)
{
	struct gpt g = sample(512);
	struct gpt got;
	struct tables t;
	struct problem problem;
	static const uint8_t first[16] = {0x30, 0xD3, 0x7A, 0xF5, 0xC2, 0x39, 0x88, 0x44,
					  0x9B, 0xB0, 0x00, 0xCB, 0x43, 0xC9, 0xCC, 0xD4};

	(void)state;
	build(&t, &g);
	expect_accepted(gpt_parse(&got, (struct slice){t.primary, t.primary_bytes}, 512, &problem),
			&problem);
	assert_memory_equal(got.entries[0].guid, first, 16);
	assert_memory_not_equal(got.entries[1].guid, first, 16);
	assert_int_equal(got.entries[2].guid[0], 0x77);
}

/* Old tables hold 8-bit names (packages.md 5.2). */
static void test_eight_bit_names(void **state)
{
	struct gpt g = sample(512);
	struct gpt got;
	struct tables t;
	struct problem problem;
	uint8_t *entry;

	(void)state;
	build(&t, &g);
	entry = t.primary + 2 * 512;
	memset(entry + 56, 0, 72);
	memcpy(entry + 56, "preloader", 9);
	put_le32(t.primary + 512 + 88, crc32_add(0, (struct slice){t.primary + 1024, 128 * 128}));
	put_le32(t.primary + 512 + 16, 0);
	put_le32(t.primary + 512 + 16, crc32_add(0, (struct slice){t.primary + 512, 92}));
	expect_accepted(gpt_parse(&got, (struct slice){t.primary, t.primary_bytes}, 512, &problem),
			&problem);
	assert_string_equal(got.entries[0].name, "preloader");
}

/* A spoiled header or entry; `mend` makes the checksums right again, so that the rule is reached.
 */
struct damage {
	const char *name;
	size_t at; /* in the primary table of 512-byte sectors */
	uint32_t value;
	int bytes;
	bool mend;
	const char *where, *why;
};

static const struct damage damages[] = {
	{"gpt_no_signature", 512, 0x58585858, 4, false, "GPT header", "EFI PART"},
	{"gpt_header_crc", 512 + 16, 1, 4, false, "GPT header", "CRC is 0x00000001"},
	{"gpt_header_bit", 512 + 40, 0x41, 4, false, "GPT header", "CRC"},
	{"gpt_revision", 512 + 8, 0x20000, 4, true, "GPT header", "revision is 0x20000"},
	{"gpt_header_size_small", 512 + 12, 40, 4, false, "GPT header", "header size 40"},
	{"gpt_header_size_large", 512 + 12, 4096, 4, false, "GPT header", "header size 4096"},
	{"gpt_other_sector", 512 + 24, 2, 4, true, "GPT header", "says it is sector 2"},
	{"gpt_entries_in_header", 512 + 72, 1, 4, true, "GPT header", "entries at sector 1"},
	{"gpt_entries_far_away", 512 + 72, 9999, 4, true, "GPT header", "entries at sector 9999"},
	{"gpt_entry_size_odd", 512 + 84, 100, 4, true, "GPT header", "entry size 100"},
	{"gpt_too_many_entries", 512 + 80, 129, 4, true, "GPT header", "129 entries"},
	{"gpt_entries_crc", 1024 + 60, 0xFF, 1, false, "GPT entries", "CRC"},
	{"gpt_entry_backwards", 1024 + 40, 3, 4, true, "GPT entry 0", "sectors 64 to 3"},
	{"gpt_entry_past_the_end", 1024 + 44, 1, 4, true, "GPT entry 0", "usable ones"},
};

static void mend(struct tables *t)
{
	uint8_t *header = t->primary + 512;

	put_le32(header + 88, crc32_add(0, (struct slice){t->primary + 1024, 128 * 128}));
	put_le32(header + 16, 0);
	put_le32(header + 16, crc32_add(0, (struct slice){header, 92}));
}

static void test_damage(void **state)
{
	const struct damage *d = *state;
	struct gpt g = sample(512);
	struct tables t;
	struct problem problem;

	build(&t, &g);
	for (int i = 0; i < d->bytes; i++)
		t.primary[d->at + (size_t)i] = (uint8_t)(d->value >> 8 * i);
	if (d->mend)
		mend(&t);
	expect_refused(gpt_parse(&g, (struct slice){t.primary, t.primary_bytes}, 512, &problem),
		       &problem, d->where, d->why);
}

static void test_cut_short(void **state)
{
	struct gpt g = sample(512);
	struct tables t;
	struct problem problem;

	(void)state;
	build(&t, &g);
	expect_refused(gpt_parse(&g, (struct slice){t.primary, 20 * 512}, 512, &problem), &problem,
		       "GPT entries", "only");
	expect_refused(gpt_parse(&g, (struct slice){t.primary, 600}, 512, &problem), &problem,
		       "GPT header", "EFI PART");
	expect_refused(gpt_parse(&g, (struct slice){t.primary, t.primary_bytes}, 1024, &problem),
		       &problem, "GPT", "sector size 1024");
}

static void test_backup_damage(void **state)
{
	struct gpt g = sample(512);
	struct tables t;
	struct problem problem;
	struct slice tail;

	(void)state;
	build(&t, &g);
	tail = (struct slice){t.backup, t.backup_bytes};
	/* a backup read as if the region were larger is not where it says */
	expect_refused(gpt_parse_backup(&g, tail, 512, REGION + 512, &problem), &problem,
		       "GPT header", "says it is sector");
	expect_refused(gpt_parse_backup(&g, (struct slice){t.backup + 512, tail.n - 512}, 512,
					REGION, &problem),
		       &problem, "backup GPT", "not in the bytes");
	t.backup[t.backup_bytes - 512] = 'X';
	expect_refused(gpt_parse_backup(&g, tail, 512, REGION, &problem), &problem, "backup GPT",
		       "EFI PART");
}

static void expect_not_built(const struct gpt *g, uint64_t region, const char *where,
			     const char *why)
{
	struct tables t;
	struct problem problem;

	expect_refused(gpt_build(g, region, t.primary, &t.primary_bytes, t.backup, &t.backup_bytes,
				 &problem),
		       &problem, where, why);
}

static void test_build_refuses(void **state)
{
	struct gpt g = sample(512);

	(void)state;
	g.entries[1].start += 100;
	expect_not_built(&g, REGION, "entry 1", "start 0x108064");
	g = sample(512);
	g.entries[2].start = 0x400000;
	expect_not_built(&g, REGION, "entry 2", "overlaps nvram");
	g = sample(512);
	g.entries[0].start = 0x1000;
	expect_not_built(&g, REGION, "entry 0", "not inside the usable");
	g = sample(512);
	g.entries[2].size = REGION;
	expect_not_built(&g, REGION, "entry 2", "not inside the usable");
	g = sample(512);
	memset(g.entries[0].name, 'n', 40);
	expect_not_built(&g, REGION, "entry 0", "does not fit");
	g = sample(512);
	expect_not_built(&g, 0x8000, "GPT", "too small");
	g.sector = 520;
	expect_not_built(&g, REGION, "GPT", "sectors of 520");
}

int main(void)
{
	const struct CMUnitTest more[] = {
		cmocka_unit_test(test_round_trip_512),
		cmocka_unit_test(test_round_trip_4096),
		cmocka_unit_test(test_find_ignores_case),
		cmocka_unit_test(test_guids_follow_the_index),
		cmocka_unit_test(test_eight_bit_names),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_backup_damage),
		cmocka_unit_test(test_build_refuses),
	};

	return run_cases("gpt", damages, test_damage, more);
}
