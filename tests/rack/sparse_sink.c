#include "tests/rack/sparse_sink.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/storage.h"

enum { FILE_HEAD = 28, CHUNK_HEAD = 12 };
enum { CHUNK_RAW = 0xCAC1, CHUNK_FILL = 0xCAC2, CHUNK_SKIP = 0xCAC3, CHUNK_CRC = 0xCAC4 };

static void fail(struct sparse_sink *s, enum sparse_sink_error error)
{
	if (!s->error)
		s->error = error;
	s->state = SINK_END;
}

static void want_head(struct sparse_sink *s, size_t n)
{
	s->head_n = 0;
	s->head_want = n;
}

void sparse_sink_init_over(struct sparse_sink *s, struct flash *flash, enum storage_region region,
			   uint64_t start, uint64_t size)
{
	memset(s, 0, sizeof *s);
	s->flash = flash;
	s->region = region;
	s->start = start;
	s->size = size;
	want_head(s, FILE_HEAD);
}

void sparse_sink_init(struct sparse_sink *s, struct flash *flash, enum storage_region region,
		      uint64_t start, uint64_t size)
{
	sparse_sink_init_over(s, flash, region, start, size);
	s->erased = true;
	if (storage_erase(flash, region, start, size))
		fail(s, SPARSE_SINK_STORAGE);
}

static void next_chunk(struct sparse_sink *s)
{
	if (!s->chunks_left) {
		s->state = SINK_END;
		return;
	}
	s->chunks_left--;
	s->state = SINK_CHUNK_HEAD;
	want_head(s, s->chunk_head_bytes);
}

static void file_head(struct sparse_sink *s)
{
	uint16_t head_bytes = get_le16(s->head + 8);

	s->chunk_head_bytes = get_le16(s->head + 10);
	s->block = get_le32(s->head + 12);
	s->chunks_left = get_le32(s->head + 20);
	if (s->chunk_head_bytes < CHUNK_HEAD || s->chunk_head_bytes > sizeof s->head ||
	    head_bytes < FILE_HEAD || !s->block) {
		fail(s, SPARSE_SINK_BAD_CHUNK);
		return;
	}
	if (head_bytes > FILE_HEAD) {
		s->state = SINK_SKIP;
		s->left = head_bytes - FILE_HEAD;
		return;
	}
	next_chunk(s);
}

static void chunk_head(struct sparse_sink *s)
{
	uint16_t type = get_le16(s->head);
	uint64_t bytes = (uint64_t)get_le32(s->head + 4) * s->block;

	if (type != CHUNK_CRC && bytes > s->size - s->out) {
		fail(s, SPARSE_SINK_TOO_LARGE);
		return;
	}
	switch (type) {
	case CHUNK_RAW:
		s->state = SINK_RAW;
		s->left = bytes;
		break;
	case CHUNK_FILL:
		if (s->no_fill) {
			fail(s, SPARSE_SINK_BAD_CHUNK);
			break;
		}
		s->state = SINK_FILL;
		s->fill_bytes = bytes;
		want_head(s, 4);
		break;
	case CHUNK_SKIP: /* don't care: stays erased */
		s->out += bytes;
		s->state = SINK_SKIP;
		s->left = 0;
		break;
	case CHUNK_CRC:
		s->state = SINK_SKIP;
		s->left = 4;
		break;
	default:
		fail(s, SPARSE_SINK_BAD_CHUNK);
		break;
	}
}

static void fill(struct sparse_sink *s)
{
	uint8_t run[4096];
	uint64_t left = s->fill_bytes;

	for (size_t i = 0; i < sizeof run; i += 4)
		memcpy(run + i, s->head, 4);
	if (s->erased && !get_le32(s->head)) {
		s->out += left;
		left = 0;
	}
	while (left) {
		size_t n = left < sizeof run ? (size_t)left : sizeof run;

		if (storage_write(s->flash, s->region, s->start + s->out, run, n)) {
			fail(s, SPARSE_SINK_STORAGE);
			return;
		}
		s->out += n;
		left -= n;
	}
	next_chunk(s);
}

static size_t collect(struct sparse_sink *s, const uint8_t *bytes, size_t n)
{
	size_t take = s->head_want - s->head_n;

	if (take > n)
		take = n;
	memcpy(s->head + s->head_n, bytes, take);
	s->head_n += take;
	if (s->head_n < s->head_want)
		return take;
	if (s->state == SINK_FILE_HEAD)
		file_head(s);
	else if (s->state == SINK_CHUNK_HEAD)
		chunk_head(s);
	else
		fill(s);
	return take;
}

static size_t raw(struct sparse_sink *s, const uint8_t *bytes, size_t n)
{
	if (n > s->left)
		n = (size_t)s->left;
	if (storage_write(s->flash, s->region, s->start + s->out, bytes, n)) {
		fail(s, SPARSE_SINK_STORAGE);
		return n;
	}
	s->out += n;
	s->left -= n;
	if (!s->left)
		next_chunk(s);
	return n;
}

static size_t skip(struct sparse_sink *s, size_t n)
{
	if (n > s->left)
		n = (size_t)s->left;
	s->left -= n;
	if (!s->left)
		next_chunk(s);
	return n;
}

void sparse_sink_put(struct sparse_sink *s, const uint8_t *bytes, size_t n)
{
	while (s->state != SINK_END) {
		size_t took;

		if ((s->state == SINK_SKIP || s->state == SINK_RAW) && !s->left) {
			next_chunk(s); /* a chunk without payload */
			continue;
		}
		if (!n)
			return;
		if (s->state == SINK_RAW)
			took = raw(s, bytes, n);
		else if (s->state == SINK_SKIP)
			took = skip(s, n);
		else
			took = collect(s, bytes, n);
		bytes += took;
		n -= took;
	}
}
