#include <string.h>

#include "engine/format/scatter.h"
#include "tests/fuzz/fuzz.h"

static const struct storage_sizes sizes[] = {
	{STORAGE_EMMC,
	 512,
	 {[REGION_BOOT1] = 4 << 20, [REGION_BOOT2] = 4 << 20, [REGION_USER] = 0x1D2000000ull}},
	{STORAGE_UFS,
	 4096,
	 {[REGION_BOOT1] = 4 << 20, [REGION_BOOT2] = 4 << 20, [REGION_USER] = 0x1DC0000000ull}},
	{STORAGE_NAND, 2048, {[REGION_USER] = 512 << 20}},
};

/* What scatter_resolve() answers lies inside the region. */
static void check_places(const struct scatter_section *sec, const struct scatter_entry *e)
{
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		uint64_t start, size;
		uint64_t total;

		if (!scatter_resolve(sec, e, &sizes[i], &start, &size))
			continue;
		total = sizes[i].bytes[e->region == REGION_NONE	    ? REGION_USER
				       : e->region == REGION_BOOT12 ? REGION_BOOT1
								    : e->region];
		must(start <= total && size <= total - start);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct problem problem = {.where = ""};
	struct scatter s;

	if (scatter_parse(&s, (struct slice){bytes, n}, "MT6573_Android_scatter.txt", &problem) !=
	    0) {
		must(problem.where[0] && problem.why[0] && problem.remedy[0]);
		must(s.section_count == 0);
		return 0;
	}
	must(s.section_count >= 1 && s.section_count <= SCATTER_SECTIONS_MAX);
	for (size_t i = 0; i < s.section_count; i++) {
		const struct scatter_section *sec = &s.sections[i];

		must(sec->count >= 1 && sec->count <= SCATTER_ENTRIES_MAX && sec->block_size > 0);
		for (size_t k = 0; k < sec->count; k++) {
			const struct scatter_entry *e = &sec->entries[k];

			must(strlen(e->name) < SCATTER_NAME_MAX);
			must(strlen(e->file) < SCATTER_FILE_MAX);
			scatter_is_identity(e->name);
			check_places(sec, e);
		}
	}
	scatter_free(&s);
	return 0;
}
