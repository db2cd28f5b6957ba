#include "tests/rack/image_sink.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/storage.h"

enum { SPARSE_MAGIC = 0xED26FF3A, SPARSE_HEAD_BYTES = 28 };

void image_sink_init(struct image_sink *s, struct flash *flash, const struct agent_target *target,
		     bool named, uint64_t total)
{
	memset(s, 0, sizeof *s);
	s->flash = flash;
	s->target = *target;
	s->named = named;
	s->total = total;
}

static bool reads_back(const struct image_sink *s, enum storage_region region, uint64_t at,
		       const uint8_t *bytes, size_t n)
{
	static uint8_t back[65536];

	for (size_t done = 0; done < n;) {
		size_t run = n - done < sizeof back ? n - done : sizeof back;

		int bad = s->target.physical ? flash_read(s->flash, region, at + done, back, run)
					     : storage_read(s->flash, region, at + done, back, run);

		if (bad || memcmp(back, bytes + done, run) != 0)
			return false;
		done += run;
	}
	return true;
}

static enum image_error put_region(struct image_sink *s, enum storage_region region,
				   const uint8_t *bytes, size_t n)
{
	uint64_t at = s->target.start + s->offset;

	int bad = s->target.physical ? flash_write(s->flash, region, at, bytes, n)
				     : storage_write(s->flash, region, at, bytes, n);

	if (bad)
		return IMAGE_STORAGE;
	return s->read_back && !reads_back(s, region, at, bytes, n) ? IMAGE_DIFFERS : IMAGE_GOOD;
}

static enum image_error put_plain(struct image_sink *s, const uint8_t *bytes, size_t n)
{
	enum image_error error;

	if (s->target.region != REGION_BOOT12)
		return put_region(s, s->target.region, bytes, n);
	error = put_region(s, REGION_BOOT1, bytes, n);
	return error ? error : put_region(s, REGION_BOOT2, bytes, n);
}

static enum image_error put_sparse(struct image_sink *s, const uint8_t *bytes, size_t n)
{
	sparse_sink_put(&s->sparse, bytes, n);
	switch (s->sparse.error) {
	case SPARSE_SINK_GOOD:
		break;
	case SPARSE_SINK_BAD_CHUNK:
		return IMAGE_BAD_CHUNK;
	case SPARSE_SINK_TOO_LARGE:
		return IMAGE_TOO_LARGE;
	case SPARSE_SINK_STORAGE:
		return IMAGE_STORAGE;
	}
	return IMAGE_GOOD;
}

static void recognise(struct image_sink *s, const uint8_t *bytes, size_t n)
{
	s->kind = SINK_PLAIN;
	if (!s->named)
		return;
	if (n >= SPARSE_HEAD_BYTES && get_le32(bytes) == SPARSE_MAGIC) {
		s->kind = SINK_SPARSE;
		(s->keep_gaps ? sparse_sink_init_over : sparse_sink_init)(
			&s->sparse, s->flash, s->target.region, s->target.start, s->target.size);
	} else if (s->total > s->target.size) {
		s->kind = SINK_NOTHING;
	}
}

enum image_error image_sink_put(struct image_sink *s, const uint8_t *bytes, size_t n)
{
	enum image_error error = IMAGE_GOOD;

	if (s->kind == SINK_UNSEEN)
		recognise(s, bytes, n);
	switch (s->kind) {
	case SINK_UNSEEN:
		break;
	case SINK_PLAIN:
		error = put_plain(s, bytes, n);
		break;
	case SINK_SPARSE:
		error = put_sparse(s, bytes, n);
		break;
	case SINK_NOTHING:
		error = IMAGE_TOO_LARGE;
		break;
	}
	s->offset += n;
	return error;
}
