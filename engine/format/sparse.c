#include "engine/format/sparse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/base/crc32.h"

#define MAGIC	     0xED26FF3Au
#define FILE_HEADER  28
#define CHUNK_HEADER 12

#define CHUNK_RAW  0xCAC1
#define CHUNK_FILL 0xCAC2
#define CHUNK_SKIP 0xCAC3
#define CHUNK_CRC  0xCAC4

#define REMEDY_COPY "copy the image again from the build and compare its checksum"

struct header {
	uint16_t file_header_bytes, chunk_header_bytes;
	uint32_t block, blocks, chunks, crc;
};

/* One chunk as it stands in the file. */
struct record {
	uint16_t type;
	uint32_t blocks; /* of output */
	size_t payload;	 /* offset in the file */
	size_t payload_bytes;
};

bool sparse_detect(struct slice file)
{
	return file.n >= 4 && get_le32(file.p) == MAGIC;
}

static int read_header(struct header *h, struct slice file, struct problem *problem)
{
	if (file.n < FILE_HEADER)
		return problem_set(problem, "sparse header", REMEDY_COPY,
				   "the file has %zu bytes, the header alone %d", file.n,
				   FILE_HEADER);
	if (get_le32(file.p) != MAGIC)
		return problem_set(problem, "sparse header", "give a sparse image",
				   "the magic is 0x%08X, not 0xED26FF3A", get_le32(file.p));
	if (get_le16(file.p + 4) != 1)
		return problem_set(problem, "sparse header", "make the image with version 1.0",
				   "version %u.%u is not supported", get_le16(file.p + 4),
				   get_le16(file.p + 6));
	*h = (struct header){get_le16(file.p + 8),  get_le16(file.p + 10), get_le32(file.p + 12),
			     get_le32(file.p + 16), get_le32(file.p + 20), get_le32(file.p + 24)};
	if (h->file_header_bytes < FILE_HEADER || h->file_header_bytes > file.n ||
	    h->chunk_header_bytes < CHUNK_HEADER)
		return problem_set(problem, "sparse header", REMEDY_COPY,
				   "header sizes %u and %u are not possible", h->file_header_bytes,
				   h->chunk_header_bytes);
	if (h->block == 0 || h->block % 4 != 0)
		return problem_set(problem, "sparse header", REMEDY_COPY,
				   "block size %u is not a multiple of 4", h->block);
	return 0;
}

static uint64_t payload_wanted(const struct record *r, uint32_t block)
{
	switch (r->type) {
	case CHUNK_RAW:
		return (uint64_t)r->blocks * block;
	case CHUNK_FILL:
	case CHUNK_CRC:
		return 4;
	default:
		return 0;
	}
}

/* Reads the chunk at `*at` and moves `*at` behind it. */
static int read_chunk(struct record *r, size_t *at, const struct header *h, struct slice file,
		      uint32_t number, struct problem *problem)
{
	uint64_t total;
	char where[64];

	snprintf(where, sizeof where, "chunk %u at 0x%zx", number, *at);
	if (file.n - *at < h->chunk_header_bytes)
		return problem_set(problem, where, REMEDY_COPY,
				   "the image is cut short: %u chunks are announced, the file ends "
				   "here",
				   h->chunks);
	*r = (struct record){.type = get_le16(file.p + *at), .blocks = get_le32(file.p + *at + 4)};
	total = get_le32(file.p + *at + 8);
	if (r->type < CHUNK_RAW || r->type > CHUNK_CRC)
		return problem_set(problem, where, REMEDY_COPY, "chunk type 0x%04X is not known",
				   r->type);
	if (total != h->chunk_header_bytes + payload_wanted(r, h->block))
		return problem_set(
			problem, where, REMEDY_COPY,
			"chunk of type 0x%04X with %u blocks says %llu bytes, %llu are "
			"right",
			r->type, r->blocks, (unsigned long long)total,
			(unsigned long long)(h->chunk_header_bytes + payload_wanted(r, h->block)));
	if (r->type == CHUNK_CRC && r->blocks != 0)
		return problem_set(problem, where, REMEDY_COPY, "a CRC chunk covers %u blocks",
				   r->blocks);
	if (total > file.n - *at)
		return problem_set(
			problem, where, REMEDY_COPY,
			"the image is cut short: the chunk needs %llu bytes, %zu are left",
			(unsigned long long)total, file.n - *at);
	r->payload = *at + h->chunk_header_bytes;
	r->payload_bytes = (size_t)total - h->chunk_header_bytes;
	*at += (size_t)total;
	return 0;
}

static struct sparse_chunk chunk_of(const struct record *r, const uint8_t *file, uint64_t out,
				    uint32_t block)
{
	struct sparse_chunk c = {.kind = SPARSE_SKIP,
				 .out = out,
				 .bytes = (uint64_t)r->blocks * block,
				 .file = r->payload};

	if (r->type == CHUNK_RAW)
		c.kind = SPARSE_RAW;
	if (r->type == CHUNK_FILL) {
		c.kind = SPARSE_FILL;
		c.fill = get_le32(file + r->payload);
	}
	return c;
}

/* A list this long can't be honest: every chunk takes at least its header in the file. */
static bool count_possible(const struct header *h, struct slice file)
{
	return h->chunk_header_bytes &&
	       h->chunks <= (file.n - h->file_header_bytes) / h->chunk_header_bytes;
}

static int index_chunks(struct sparse *s, const struct header *h, struct slice file,
			struct problem *problem)
{
	size_t at = h->file_header_bytes;
	uint64_t out = 0;
	struct record r = {0};

	for (uint32_t i = 0; i < h->chunks; i++) {
		if (read_chunk(&r, &at, h, file, i, problem) != 0)
			return -1;
		s->has_crc |= r.type == CHUNK_CRC;
		if (r.blocks == 0)
			continue;
		if ((uint64_t)r.blocks * h->block > s->expanded - out)
			return problem_set(problem, "chunk list", REMEDY_COPY,
					   "chunk %u ends behind the 0x%llx bytes of the header", i,
					   (unsigned long long)s->expanded);
		s->chunks[s->count++] = chunk_of(&r, file.p, out, h->block);
		out += (uint64_t)r.blocks * h->block;
	}
	s->file_bytes = at;
	if (out != s->expanded)
		return problem_set(problem, "chunk list", REMEDY_COPY,
				   "the chunks make 0x%llx bytes, the header says 0x%llx",
				   (unsigned long long)out, (unsigned long long)s->expanded);
	return 0;
}

int sparse_index(struct sparse *s, struct slice file, struct problem *problem)
{
	struct header h = {0};

	*s = (struct sparse){0};
	if (read_header(&h, file, problem) != 0)
		return -1;
	if (!count_possible(&h, file))
		return problem_set(
			problem, "sparse header", REMEDY_COPY,
			"the image is cut short: %u chunks can't be in a file of %zu bytes",
			h.chunks, file.n);
	s->block = h.block;
	s->expanded = (uint64_t)h.blocks * h.block;
	s->has_crc = h.crc != 0;
	s->chunks = malloc((h.chunks + 1) * sizeof *s->chunks);
	if (!s->chunks)
		return problem_set(problem, "sparse header", "free memory on the station",
				   "out of memory for %u chunks", h.chunks);
	if (index_chunks(s, &h, file, problem) == 0)
		return 0;
	sparse_free(s);
	return -1;
}

static uint32_t add_chunk_crc(uint32_t crc, const struct record *r, struct slice file,
			      uint32_t block)
{
	static const uint8_t zero[4];
	struct slice unit = {zero, 4};
	uint64_t bytes = (uint64_t)r->blocks * block;

	if (r->type == CHUNK_RAW)
		return crc32_add(crc, (struct slice){file.p + r->payload, r->payload_bytes});
	if (r->type == CHUNK_FILL)
		unit.p = file.p + r->payload;
	return crc32_add_repeated(crc, crc32_add(0, unit), 4, bytes / 4);
}

int sparse_check_crc(const struct sparse *s, struct slice file, struct problem *problem)
{
	struct header h = {0};
	struct record r = {0};
	uint32_t crc = 0;
	size_t at;

	if (!s->has_crc)
		return 0;
	if (read_header(&h, file, problem) != 0)
		return -1;
	at = h.file_header_bytes;
	for (uint32_t i = 0; i < h.chunks; i++) {
		if (read_chunk(&r, &at, &h, file, i, problem) != 0)
			return -1;
		if (r.type != CHUNK_CRC) {
			crc = add_chunk_crc(crc, &r, file, h.block);
		} else if (get_le32(file.p + r.payload) != crc) {
			return problem_set(problem, "CRC chunk", REMEDY_COPY,
					   "chunk %u says CRC 0x%08X, the content up to it gives "
					   "0x%08X",
					   i, get_le32(file.p + r.payload), crc);
		}
	}
	if (h.crc != 0 && h.crc != crc)
		return problem_set(problem, "sparse header", REMEDY_COPY,
				   "the header says CRC 0x%08X, the content gives 0x%08X", h.crc,
				   crc);
	return 0;
}

/* Chunk that holds `offset`; chunks cover the image without gaps. */
static size_t chunk_at(const struct sparse *s, uint64_t offset)
{
	size_t low = 0;
	size_t high = s->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s->chunks[middle].out <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void copy_from_chunk(const struct sparse_chunk *c, struct slice file, uint64_t skip,
			    uint8_t *to, size_t n, uint8_t hole)
{
	switch (c->kind) {
	case SPARSE_RAW:
		memcpy(to, file.p + c->file + (size_t)skip, n);
		break;
	case SPARSE_FILL:
		for (size_t i = 0; i < n; i++)
			to[i] = (uint8_t)(c->fill >> 8 * ((skip + i) % 4));
		break;
	case SPARSE_SKIP:
		memset(to, hole, n);
		break;
	}
}

bool sparse_read(const struct sparse *s, struct slice file, uint64_t offset, uint8_t *to, size_t n,
		 uint8_t hole)
{
	if (offset > s->expanded || n > s->expanded - offset)
		return false;
	if (n == 0)
		return true;
	for (size_t i = chunk_at(s, offset); n > 0; i++) {
		const struct sparse_chunk *c = &s->chunks[i];
		uint64_t skip = offset - c->out;
		size_t part = c->bytes - skip < n ? (size_t)(c->bytes - skip) : n;

		copy_from_chunk(c, file, skip, to, part, hole);
		to += part;
		offset += part;
		n -= part;
	}
	return true;
}

void sparse_free(struct sparse *s)
{
	free(s->chunks);
	*s = (struct sparse){0};
}
