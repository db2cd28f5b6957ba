/* Sparse images: index, random access, CRC; and what no agent would notice is noticed here. */
#include "tests/unit/check.h"

#include "engine/base/bytes.h"
#include "engine/format/sparse.h"
#include "tests/unit/samples.h"

#define CHUNK0 28		    /* raw, 2 blocks */
#define CHUNK1 (28 + 12 + 8192)	    /* fill, 3 blocks */
#define CHUNK2 (CHUNK1 + 16)	    /* don't care, 4 blocks */
#define CHUNK3 (CHUNK2 + 12)	    /* raw, 1 block */
#define CHUNK4 (CHUNK3 + 12 + 4096) /* CRC */

static void put_chunk(struct buffer *file, uint16_t kind, uint32_t blocks, uint32_t payload)
{
	buffer_le16(file, kind);
	buffer_le16(file, 0);
	buffer_le32(file, blocks);
	buffer_le32(file, 12 + payload);
}

static void test_index(void **state)
{
	struct buffer file = sample_sparse(false);
	struct problem problem;
	struct sparse s;

	(void)state;
	assert_true(sparse_detect(buffer_slice(&file)));
	expect_accepted(sparse_index(&s, buffer_slice(&file), &problem), &problem);
	assert_int_equal(s.block, 4096);
	assert_int_equal(s.expanded, 10 * 4096);
	assert_int_equal(s.count, 4);
	assert_int_equal(s.file_bytes, file.n);
	assert_false(s.has_crc);
	assert_int_equal(s.chunks[1].kind, SPARSE_FILL);
	assert_int_equal(s.chunks[1].fill, 0x11223344);
	assert_int_equal(s.chunks[2].kind, SPARSE_SKIP);
	assert_int_equal(s.chunks[3].out, 9 * 4096);
	assert_int_equal(s.chunks[3].file, CHUNK3 + 12);
	sparse_free(&s);
	buffer_free(&file);
}

static void test_not_sparse(void **state)
{
	(void)state;
	assert_false(sparse_detect((struct slice){(const uint8_t *)"\x3A\xFF\x26", 3}));
	assert_false(sparse_detect((struct slice){(const uint8_t *)"ANDROID!", 8}));
}

/* Any window of the expanded image, across chunk borders and inside a fill pattern. */
static void test_read(void **state)
{
	struct buffer file = sample_sparse(false);
	struct buffer want = sample_sparse_expanded(0xFF);
	struct problem problem;
	struct sparse s;
	uint8_t got[10 * 4096];

	(void)state;
	expect_accepted(sparse_index(&s, buffer_slice(&file), &problem), &problem);
	for (size_t at = 0; at < want.n; at += 1021) {
		for (size_t n = 0; n <= want.n - at; n += 3331) {
			assert_true(sparse_read(&s, buffer_slice(&file), at, got, n, 0xFF));
			assert_memory_equal(got, want.p + at, n);
		}
	}
	assert_false(sparse_read(&s, buffer_slice(&file), want.n - 1, got, 2, 0));
	assert_false(sparse_read(&s, buffer_slice(&file), UINT64_MAX, got, 1, 0));
	sparse_free(&s);
	buffer_free(&want);
	buffer_free(&file);
}

static void test_crc(void **state)
{
	struct buffer file = sample_sparse(true);
	struct problem problem;
	struct sparse s;

	(void)state;
	expect_accepted(sparse_index(&s, buffer_slice(&file), &problem), &problem);
	assert_true(s.has_crc);
	assert_int_equal(s.count, 4);
	expect_accepted(sparse_check_crc(&s, buffer_slice(&file), &problem), &problem);
	file.p[CHUNK0 + 500] ^= 1;
	expect_refused(sparse_check_crc(&s, buffer_slice(&file), &problem), &problem, "CRC chunk",
		       "chunk 4 says CRC");
	file.p[CHUNK0 + 500] ^= 1;
	file.p[24] ^= 1;
	expect_refused(sparse_check_crc(&s, buffer_slice(&file), &problem), &problem,
		       "sparse header", "the header says CRC");
	sparse_free(&s);
	buffer_free(&file);
}

/* 6 GiB of holes and patterns between two blocks of data, more than 32 bits count. */
static void test_more_than_4_gib(void **state)
{
	const uint32_t gib = 1u << 18; /* blocks of 4096 */
	struct buffer file = {0};
	struct problem problem;
	struct sparse s;
	uint8_t got[8];

	(void)state;
	buffer_le32(&file, 0xED26FF3A);
	buffer_le16(&file, 1);
	buffer_le16(&file, 0);
	buffer_le16(&file, 28);
	buffer_le16(&file, 12);
	buffer_le32(&file, 4096);
	buffer_le32(&file, 6 * gib + 2);
	buffer_le32(&file, 4);
	buffer_le32(&file, 0);
	put_chunk(&file, 0xCAC1, 1, 4096);
	buffer_fill(&file, 0x11, 4096);
	put_chunk(&file, 0xCAC3, 5 * gib, 0);
	put_chunk(&file, 0xCAC2, gib, 4);
	buffer_le32(&file, 0x44332211);
	put_chunk(&file, 0xCAC1, 1, 4096);
	buffer_fill(&file, 0x77, 4096);
	expect_accepted(sparse_index(&s, buffer_slice(&file), &problem), &problem);
	assert_true(s.expanded == (6ull * gib + 2) * 4096);
	assert_true(s.chunks[3].out == (6ull * gib + 1) * 4096);
	assert_true(sparse_read(&s, buffer_slice(&file), s.chunks[3].out - 4, got, 8, 0));
	assert_memory_equal(got, "\x11\x22\x33\x44\x77\x77\x77\x77", 8);
	assert_true(sparse_read(&s, buffer_slice(&file), (5ull * gib + 1) * 4096 - 4, got, 8, 9));
	assert_memory_equal(got, "\x09\x09\x09\x09\x11\x22\x33\x44", 8);
	sparse_free(&s);
	buffer_free(&file);
}

static void test_longer_headers_are_skipped(void **state)
{
	struct buffer file = {0};
	struct problem problem;
	struct sparse s;

	(void)state;
	buffer_le32(&file, 0xED26FF3A);
	buffer_le16(&file, 1);
	buffer_le16(&file, 0);
	buffer_le16(&file, 32);
	buffer_le16(&file, 16);
	buffer_le32(&file, 4096);
	buffer_le32(&file, 1);
	buffer_le32(&file, 1);
	buffer_le32(&file, 0);
	buffer_le32(&file, 0xAAAAAAAA);
	buffer_le16(&file, 0xCAC2);
	buffer_le16(&file, 0);
	buffer_le32(&file, 1);
	buffer_le32(&file, 20);
	buffer_le32(&file, 0xBBBBBBBB);
	buffer_le32(&file, 0x01020304);
	expect_accepted(sparse_index(&s, buffer_slice(&file), &problem), &problem);
	assert_int_equal(s.chunks[0].fill, 0x01020304);
	sparse_free(&s);
	buffer_free(&file);
}

struct damage {
	const char *name;
	size_t at;
	uint32_t value;
	int bytes;
	const char *where, *why;
};

static const struct damage damages[] = {
	{"sparse_magic", 0, 0x12345678, 4, "sparse header", "magic is 0x12345678"},
	{"sparse_major_version", 4, 2, 2, "sparse header", "version 2.0"},
	{"sparse_header_size_small", 8, 20, 2, "sparse header", "header sizes 20"},
	{"sparse_header_size_large", 8, 0xFFFF, 2, "sparse header", "header sizes 65535"},
	{"sparse_chunk_header_size", 10, 8, 2, "sparse header", "and 8"},
	{"sparse_block_zero", 12, 0, 4, "sparse header", "block size 0"},
	{"sparse_block_odd", 12, 4097, 4, "sparse header", "block size 4097"},
	{"sparse_fewer_blocks_in_header", 16, 9, 4, "chunk list", "chunk 3 ends behind"},
	{"sparse_more_blocks_in_header", 16, 11, 4, "chunk list", "the chunks make 0xa000"},
	{"sparse_count_impossible", 20, 0xFFFFFFFF, 4, "sparse header", "can't be in a file"},
	{"sparse_count_one_too_many", 20, 6, 4, "chunk 5", "the file ends"},
	{"sparse_count_one_too_few", 20, 3, 4, "chunk list", "the chunks make 0x9000"},
	{"sparse_chunk_type", CHUNK1, 0xCAC9, 2, "chunk 1 at 0x2028", "type 0xCAC9"},
	{"sparse_raw_size", CHUNK0 + 8, 12 + 4096, 4, "chunk 0 at 0x1c", "8204 are right"},
	{"sparse_fill_size", CHUNK1 + 8, 20, 4, "chunk 1", "16 are right"},
	{"sparse_skip_size", CHUNK2 + 8, 16, 4, "chunk 2", "12 are right"},
	{"sparse_crc_blocks", CHUNK4 + 4, 1, 4, "chunk 4", "a CRC chunk covers 1 blocks"},
	{"sparse_skip_blocks_huge", CHUNK2 + 4, 0xFFFFFFFF, 4, "chunk list", "chunk 2 ends behind"},
};

static void test_damage(void **state)
{
	const struct damage *d = *state;
	struct buffer file = sample_sparse(true);
	struct problem problem;
	struct sparse s;
	int result;

	for (int i = 0; i < d->bytes; i++)
		file.p[d->at + (size_t)i] = (uint8_t)(d->value >> 8 * i);
	result = sparse_index(&s, buffer_slice(&file), &problem);
	buffer_free(&file);
	expect_refused(result, &problem, d->where, d->why);
	assert_null(s.chunks);
}

/* Agents never notice a truncated sparse image: here every cut is refused. */
static void test_every_cut(void **state)
{
	struct buffer file = sample_sparse(true);

	(void)state;
	for (size_t n = 0; n < file.n; n += n < 64 ? 1 : 97) {
		uint8_t *exact = malloc(n ? n : 1);
		struct problem problem;
		struct sparse s;

		assert_non_null(exact);
		memcpy(exact, file.p, n);
		if (sparse_index(&s, (struct slice){exact, n}, &problem) == 0)
			fail_msg("accepted with %zu of %zu bytes", n, file.n);
		free(exact);
	}
	buffer_free(&file);
}

static void test_bytes_behind_are_counted(void **state)
{
	struct buffer file = sample_sparse(false);
	struct problem problem;
	struct sparse s;
	size_t image = file.n;

	(void)state;
	buffer_fill(&file, 0, 256);
	expect_accepted(sparse_index(&s, buffer_slice(&file), &problem), &problem);
	assert_int_equal(s.file_bytes, image);
	sparse_free(&s);
	buffer_free(&file);
}

int main(void)
{
	const struct CMUnitTest more[] = {
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_not_sparse),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_crc),
		cmocka_unit_test(test_more_than_4_gib),
		cmocka_unit_test(test_longer_headers_are_skipped),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_bytes_behind_are_counted),
	};

	return run_cases("sparse", damages, test_damage, more);
}
