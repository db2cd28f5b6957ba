/*
 * Every real scatter file of tests/data/scatter against its row of INDEX.md, which is read at run
 * time: platform, form, version, counts, sums, protected partitions, project, line ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/text.h"
#include "engine/format/scatter.h"

#define FOLDER	TEST_DATA "/scatter/"
#define COLUMNS 14

struct row {
	char name[128]; /* of the test */
	struct slice columns[COLUMNS];
	struct slice file;
};

enum column {
	COLUMN_FILE,
	COLUMN_PLATFORM,
	COLUMN_FORM,
	COLUMN_CONFIG,
	COLUMN_STORAGE,
	COLUMN_PARTS,
	COLUMN_DL,
	COLUMN_USER_BYTES,
	COLUMN_RESERVED,
	COLUMN_PROTECTED,
	COLUMN_BINREGION,
	COLUMN_PROJECT,
	COLUMN_EOL,
	COLUMN_SIZE,
};

static struct slice read_whole(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes;
	long n;

	if (!f) {
		fprintf(stderr, "%s: can't be opened\n", path);
		abort();
	}
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	bytes = malloc((size_t)n + 1);
	if (!bytes || fread(bytes, 1, (size_t)n, f) != (size_t)n)
		abort();
	fclose(f);
	return (struct slice){bytes, (size_t)n};
}

/* "MT6765_lotus.txt", or the name in brackets of a second row of the same file. */
static struct slice file_of_row(struct slice column)
{
	struct slice rest;
	struct slice name = column;

	if (text_cut(column, '(', &rest, &name))
		name.n--;
	return name;
}

static bool parse_row(struct row *r, struct slice line)
{
	struct slice left;

	if (!text_starts(line, "| MT") && !text_starts(line, "| \xE2\x80\xB3"))
		return false;
	line = (struct slice){line.p + 1, line.n - 1};
	for (int i = 0; i < COLUMNS; i++) {
		if (!text_cut(line, '|', &left, &line))
			abort();
		r->columns[i] = left;
	}
	r->file = file_of_row(r->columns[COLUMN_FILE]);
	snprintf(r->name, sizeof r->name, "%.*s %.*s", (int)r->file.n, (const char *)r->file.p,
		 (int)r->columns[COLUMN_STORAGE].n, (const char *)r->columns[COLUMN_STORAGE].p);
	return true;
}

static void expect_text(struct slice want, const char *got)
{
	if (text_is(want, "-"))
		want.n = 0;
	if (!text_is(want, got))
		fail_msg("expected \"%.*s\", got \"%s\"", (int)want.n, (const char *)want.p, got);
}

static void expect_number(struct slice want, uint64_t got)
{
	uint64_t n;

	if (!text_number(want, &n))
		fail_msg("\"%.*s\" of the index is not a number", (int)want.n,
			 (const char *)want.p);
	assert_int_equal(got, n);
}

static enum storage_kind storage_of(struct slice column)
{
	if (text_starts(column, "EMMC"))
		return STORAGE_EMMC;
	if (text_starts(column, "UFS"))
		return STORAGE_UFS;
	if (text_starts(column, "NAND"))
		return STORAGE_NAND;
	fail_msg("the index names an unknown storage");
	return STORAGE_NONE;
}

static void names_with(char *to, size_t cap, const struct scatter_section *sec,
		       enum scatter_operation op)
{
	size_t n = 0;

	to[0] = '\0';
	for (size_t i = 0; i < sec->count; i++) {
		if (sec->entries[i].operation == op)
			n += (size_t)snprintf(to + n, cap - n, "%s%s", n ? " " : "",
					      sec->entries[i].name);
	}
	if (n == 0)
		snprintf(to, cap, "(none)");
}

static void check_sizes(const struct row *r, const struct scatter_section *sec)
{
	uint64_t sums[2] = {0, 0};
	char names[512];

	for (size_t i = 0; i < sec->count; i++) {
		if (sec->entries[i].region == REGION_USER)
			sums[sec->entries[i].is_reserved] += sec->entries[i].size;
	}
	expect_number(r->columns[COLUMN_USER_BYTES], sums[0]);
	expect_number(r->columns[COLUMN_RESERVED], sums[1]);
	names_with(names, sizeof names, sec, SCATTER_OP_PROTECTED);
	expect_text(r->columns[COLUMN_PROTECTED], names);
	names_with(names, sizeof names, sec, SCATTER_OP_BINREGION);
	expect_text(r->columns[COLUMN_BINREGION], names);
}

/* "open; last fixed start 0x74f80000, base 0x600000" and "__NODL_BMTPOOL=0xffff00a8" */
static void check_plain(const struct row *r, const struct scatter_section *sec)
{
	char open[128];
	uint64_t last = 0;
	struct slice name, value;

	for (size_t i = 0; i < sec->count; i++) {
		const struct scatter_entry *e = &sec->entries[i];

		if (!e->from_end && e->linear > last)
			last = e->linear;
	}
	snprintf(open, sizeof open, "open; last fixed start 0x%llx, base 0x%llx",
		 (unsigned long long)last, (unsigned long long)sec->user_base);
	expect_text(r->columns[COLUMN_USER_BYTES], open);
	if (text_cut(r->columns[COLUMN_RESERVED], '=', &name, &value)) {
		const struct scatter_entry *e = scatter_find(sec, "BMTPOOL");

		assert_true(text_is(name, "__NODL_BMTPOOL"));
		assert_non_null(e);
		assert_true(e->from_end);
		expect_number(value, e->linear);
	}
}

/* On a device that is large enough, every real entry has a place inside its region. */
static void check_places(const struct scatter_section *sec)
{
	const struct storage_sizes sizes = {
		.kind = sec->storage,
		.block = 512,
		.bytes = {[REGION_BOOT1] = 64 << 20,
			  [REGION_BOOT2] = 64 << 20,
			  [REGION_USER] = 256ull << 30},
	};
	uint64_t start, size;

	for (size_t i = 0; i < sec->count; i++) {
		const struct scatter_entry *e = &sec->entries[i];

		if (e->name[0] == '\0')
			continue;
		if (!scatter_resolve(sec, e, &sizes, &start, &size))
			fail_msg("%s has no place", e->name);
		assert_true(size > 0 && start + size <= 256ull << 30);
		if (!e->from_end)
			assert_true(start == e->start);
	}
}

static size_t count_downloads(const struct scatter_section *sec)
{
	size_t n = 0;

	for (size_t i = 0; i < sec->count; i++)
		n += sec->entries[i].is_download;
	return n;
}

static void check_row(void **state)
{
	const struct row *r = *state;
	char path[512];
	struct problem problem;
	struct scatter s;
	struct slice text;
	const struct scatter_section *sec;

	snprintf(path, sizeof path, FOLDER "%.*s", (int)r->file.n, (const char *)r->file.p);
	text = read_whole(path);
	if (scatter_parse(&s, text, path, &problem) != 0)
		fail_msg("%s, %s: %s; %s", path, problem.where, problem.why, problem.remedy);
	expect_text(r->columns[COLUMN_PLATFORM], s.platform);
	expect_text(r->columns[COLUMN_FORM], scatter_form_name(s.form));
	expect_text(r->columns[COLUMN_CONFIG], s.config_version);
	expect_text(r->columns[COLUMN_PROJECT], s.project);
	sec = scatter_section_for(&s, storage_of(r->columns[COLUMN_STORAGE]));
	assert_non_null(sec);
	expect_number(r->columns[COLUMN_PARTS], sec->count);
	expect_number(r->columns[COLUMN_DL], count_downloads(sec));
	check_places(sec);
	if (s.form == SCATTER_PLAIN)
		check_plain(r, sec);
	else
		check_sizes(r, sec);
	expect_number(r->columns[COLUMN_SIZE], text.n);
	expect_text(r->columns[COLUMN_EOL], memmem(text.p, text.n, "\r\n", 2) ? "CRLF" : "LF");
	scatter_free(&s);
	free((void *)text.p);
}

#define ROWS_MAX 128

static struct row rows[ROWS_MAX];
static size_t row_count;

static void check_index(void **state)
{
	size_t files = 0;

	(void)state;
	for (size_t i = 0; i < row_count; i++)
		files += text_starts(rows[i].columns[COLUMN_FILE], "MT");
	assert_int_equal(files, 55);
}

int main(void)
{
	struct CMUnitTest tests[ROWS_MAX + 1] = {cmocka_unit_test(check_index)};
	struct slice index = read_whole(FOLDER "INDEX.md");
	struct text_lines lines = text_lines_of(index);
	struct slice line;
	int failed;

	while (row_count < ROWS_MAX && text_next_line(&lines, &line)) {
		if (!parse_row(&rows[row_count], line))
			continue;
		tests[row_count + 1] = (struct CMUnitTest){rows[row_count].name, check_row, NULL,
							   NULL, &rows[row_count]};
		row_count++;
	}
	failed = _cmocka_run_group_tests("scatter corpus", tests, row_count + 1, NULL, NULL);
	free((void *)index.p);
	return failed;
}
