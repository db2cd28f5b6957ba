/* Streams into files and back, as a port uses them: back-pressure, the vault, and its refusals. */
#include "station/streams/streams.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/package/wire_sums.h"

#define PIECE  65536
#define PIECES 64 /* more than the queue takes */

static const struct vault_unit unit = {.key = "abcd", .me_id = "abcd", .hw_code = 0x766};

struct bench {
	uv_loop_t loop;
	char dir[64];
	struct streams s;
	/* what the host has heard */
	unsigned taken, stored, marked, ended, owed_answers, loaded;
	bool owed;
	uint32_t code; /* of a fault; 0 none */
	struct stream_file file;
	struct slice bytes;
	uint16_t sum;
	uint8_t piece[PIECE];
};

static void note(struct bench *b, const struct fault *f)
{
	if (f)
		b->code = f->code;
}

static void on_taken(void *context, const struct fault *fault)
{
	struct bench *b = context;

	b->taken++;
	note(b, fault);
}

static void on_stored(void *context, const struct stream_file *file)
{
	struct bench *b = context;

	b->stored++;
	b->file = *file;
}

static void on_loaded(void *context, struct slice bytes, const struct wire_sums *sums,
		      const struct fault *fault)
{
	struct bench *b = context;

	b->loaded++;
	b->bytes = bytes;
	b->sum = sums ? wire_sums_total(sums) : 0;
	note(b, fault);
}

static void on_owed(void *context, bool owed)
{
	struct bench *b = context;

	b->owed_answers++;
	b->owed = owed;
}

static void on_marked(void *context, const struct fault *fault)
{
	struct bench *b = context;

	b->marked++;
	note(b, fault);
}

static void on_ended(void *context)
{
	struct bench *b = context;

	b->ended++;
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	struct streams_host host = {
		.taken = on_taken,
		.stored = on_stored,
		.loaded = on_loaded,
		.owed = on_owed,
		.marked = on_marked,
		.ended = on_ended,
		.context = b,
	};

	assert_non_null(b);
	snprintf(b->dir, sizeof b->dir, "/tmp/flashrack-streams-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	assert_int_equal(uv_loop_init(&b->loop), 0);
	for (size_t i = 0; i < PIECE; i++)
		b->piece[i] = (uint8_t)(i * 7 + 3);
	streams_init(&b->s, &b->loop, b->dir, 1, &host);
	*state = b;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	struct bench *b = *state;

	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	nftw(b->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(b);
	return 0;
}

static void turn(struct bench *b)
{
	uv_run(&b->loop, UV_RUN_DEFAULT);
}

static struct flow_save place(int kind, const char *name, unsigned n, unsigned of)
{
	struct flow_save to = {
		.region = REGION_USER,
		.start = 1 << 20,
		.total = (uint64_t)of * PIECE,
		.offset = (uint64_t)n * PIECE,
		.last = n + 1 == of,
	};

	to.kind = kind;
	snprintf(to.name, sizeof to.name, "%s", name);
	return to;
}

static bool give(struct bench *b, const struct flow_save *to)
{
	struct slice halves[2] = {{b->piece, PIECE / 2}, {b->piece + PIECE / 2, PIECE / 2}};

	return streams_save(&b->s, to, STORAGE_EMMC, halves, 2);
}

static void save_whole(struct bench *b, int kind, const char *name, unsigned pieces)
{
	for (unsigned i = 0; i < pieces; i++) {
		struct flow_save to = place(kind, name, i, pieces);

		if (!give(b, &to))
			turn(b);
	}
}

static void end_run(struct bench *b, bool settle)
{
	unsigned before = b->ended;

	streams_end(&b->s, settle);
	turn(b);
	assert_int_equal(b->ended, before + 1);
	assert_true(streams_are_quiet(&b->s));
}

static bool exists(const struct bench *b, const char *path, struct stat *st)
{
	char whole[700];

	snprintf(whole, sizeof whole, "%s/%s", b->dir, path);
	return stat(whole, st) == 0;
}

static void a_readback_is_a_file(void **state)
{
	struct bench *b = *state;
	struct stat st;

	streams_begin(&b->s, 9, 4);
	save_whole(b, FLOW_SAVE_READBACK, "user+0x1000/..", PIECES);
	assert_int_equal(b->stored, 1);
	assert_true(b->taken > 0); /* the queue was full in between */
	assert_int_equal(b->code, 0);
	assert_string_equal(b->file.path, "readback/4/9/user+0x1000_...bin");
	assert_true(exists(b, b->file.path, &st));
	assert_int_equal(st.st_size, PIECES * PIECE);
	assert_int_equal(b->file.file.bytes, PIECES * PIECE);
	assert_string_equal(b->file.file.region, "EMMC_USER");
	assert_false(b->file.file.blank);
	assert_false(streams_mark_owed(&b->s)); /* no own data was saved */
	end_run(b, false);
}

/* What breaks off in the middle leaves nothing behind. */
static void half_a_stream_is_none(void **state)
{
	struct flow_save to = place(FLOW_SAVE_READBACK, "boot", 0, 2);
	struct bench *b = *state;
	struct stat st;

	streams_begin(&b->s, 9, 4);
	give(b, &to);
	end_run(b, false);
	assert_int_equal(b->stored, 0);
	assert_false(exists(b, "readback/4/9/boot.bin", &st));
	assert_false(exists(b, "readback/4/9/.boot.bin.part", &st));
	streams_begin(&b->s, 10, 4);
	to = place(FLOW_SAVE_READBACK, "boot", 1, 3); /* the first piece is missing */
	give(b, &to);
	turn(b);
	to = place(FLOW_SAVE_READBACK, "boot", 2, 3);
	assert_false(give(b, &to));
	turn(b);
	assert_int_equal(b->code, 55);
	end_run(b, false);
}

static void a_full_disk_is_told_before(void **state)
{
	struct flow_save to = place(FLOW_SAVE_IDENTITY, "nvram", 0, 1);
	struct bench *b = *state;
	struct stat st;

	b->s.keep_free = UINT64_MAX / 2;
	streams_begin(&b->s, 9, 4);
	streams_unit(&b->s, &unit);
	assert_false(give(b, &to));
	turn(b);
	assert_int_equal(b->code, 70);
	assert_int_equal(b->stored, 0);
	assert_false(exists(b, "vault/abcd/9/nvram.bin", &st));
	end_run(b, false);
}

/* Save, be in danger, break off; the next run is told, gets the bytes, and settles it. */
static void own_data_is_owed_until_settled(void **state)
{
	struct flow_save from = place(FLOW_SAVE_IDENTITY, "nvram", 0, 1);
	struct slice whole;
	struct wire_sums sums;
	struct bench *b = *state;
	struct stat st;

	streams_begin(&b->s, 5, 4);
	streams_unit(&b->s, &unit);
	streams_owed(&b->s);
	turn(b);
	assert_false(b->owed);
	save_whole(b, FLOW_SAVE_IDENTITY, "nvram", 3);
	assert_int_equal(b->stored, 1);
	assert_true(exists(b, "vault/abcd/5/nvram.bin", &st));
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(exists(b, "vault/abcd/5", &st));
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_true(streams_mark_owed(&b->s));
	turn(b);
	assert_int_equal(b->marked, 1);
	end_run(b, false);

	streams_begin(&b->s, 6, 4);
	streams_unit(&b->s, &unit);
	streams_owed(&b->s);
	turn(b);
	assert_true(b->owed);
	streams_load(&b->s, &from);
	turn(b);
	assert_int_equal(b->code, 0);
	assert_int_equal(b->bytes.n, 3 * PIECE);
	assert_memory_equal(b->bytes.p + PIECE, b->piece, PIECE);
	whole = b->bytes;
	assert_int_equal(wire_sums_make(&sums, whole), 0);
	assert_int_equal(b->sum, wire_sums_total(&sums));
	wire_sums_free(&sums);
	snprintf(from.name, sizeof from.name, "protect1"); /* that run had none */
	streams_load(&b->s, &from);
	turn(b);
	assert_int_equal(b->bytes.n, 0);
	assert_int_equal(b->code, 0);
	end_run(b, true);

	streams_begin(&b->s, 7, 4);
	streams_unit(&b->s, &unit);
	streams_owed(&b->s);
	turn(b);
	assert_false(b->owed);
	snprintf(from.name, sizeof from.name, "nvram");
	streams_load(&b->s, &from); /* of this run, that saved nothing */
	turn(b);
	assert_int_equal(b->code, 50);
	end_run(b, false);
}

static void spoil(const struct bench *b, const char *path)
{
	char whole[700];
	int fd;

	snprintf(whole, sizeof whole, "%s/%s", b->dir, path);
	fd = open(whole, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "!", 1, 1000), 1);
	close(fd);
}

static void what_was_changed_is_not_given_back(void **state)
{
	struct flow_save from = place(FLOW_SAVE_IDENTITY, "nvram", 0, 1);
	struct bench *b = *state;

	streams_begin(&b->s, 5, 4);
	streams_unit(&b->s, &unit);
	save_whole(b, FLOW_SAVE_IDENTITY, "nvram", 1);
	spoil(b, b->file.path);
	streams_load(&b->s, &from);
	turn(b);
	assert_int_equal(b->bytes.n, 0);
	assert_int_equal(b->code, 55);
	end_run(b, false);
}

/* Somebody has put one unit's folder in the place of another's. */
static void another_units_backup_is_refused(void **state)
{
	static const struct vault_unit other = {.key = "ffee"};
	struct bench *b = *state;
	struct vault_file file;
	char from[200], to[200];

	streams_begin(&b->s, 5, 4);
	streams_unit(&b->s, &unit);
	memset(b->piece, 0xFF, sizeof b->piece);
	save_whole(b, FLOW_SAVE_IDENTITY, "nvram", 1);
	assert_true(b->file.file.blank);
	end_run(b, false);
	assert_int_equal(vault_find(b->dir, &unit, 5, "nvram", &file), VAULT_HAS);
	assert_int_equal(vault_find(b->dir, &unit, 5, "nvdata", &file), VAULT_LACKS);
	snprintf(from, sizeof from, "%s/vault/abcd", b->dir);
	snprintf(to, sizeof to, "%s/vault/ffee", b->dir);
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(vault_find(b->dir, &other, 5, "nvram", &file), VAULT_OTHER_UNIT);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_readback_is_a_file),
		CASE(half_a_stream_is_none),
		CASE(a_full_disk_is_told_before),
		CASE(own_data_is_owed_until_settled),
		CASE(what_was_changed_is_not_given_back),
		CASE(another_units_backup_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
