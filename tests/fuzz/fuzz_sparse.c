#include "engine/format/sparse.h"
#include "tests/fuzz/fuzz.h"

static void check_chunks(const struct sparse *s, size_t n)
{
	uint64_t at = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct sparse_chunk *c = &s->chunks[i];

		must(c->out == at && c->bytes > 0);
		at += c->bytes;
		if (c->kind == SPARSE_RAW)
			must(c->file <= n && c->bytes <= n - c->file);
	}
	must(at == s->expanded);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice file = {bytes, n};
	struct problem problem = {.where = ""};
	struct sparse s;
	uint8_t window[777];

	if (sparse_index(&s, file, &problem) != 0) {
		must(problem.where[0] && problem.why[0] && problem.remedy[0]);
		return 0;
	}
	must(s.file_bytes <= n);
	check_chunks(&s, n);
	/* a few windows over the whole image, the last one at its end */
	for (uint64_t i = 0; i <= 8 && s.expanded >= sizeof window; i++) {
		uint64_t at = (s.expanded - sizeof window) / 8 * i;

		must(sparse_read(&s, file, at, window, sizeof window, 0xEE));
	}
	must(!sparse_read(&s, file, s.expanded, window, 1, 0));
	sparse_check_crc(&s, file, &problem);
	sparse_free(&s);
	return 0;
}
