/* Whether two scatter files order the same work, whatever form each is written in. */
#include <string.h>

#include "engine/format/scatter.h"

static bool same_entry(const struct scatter_entry *a, const struct scatter_entry *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->file, b->file) == 0 &&
	       a->is_download == b->is_download && a->is_reserved == b->is_reserved &&
	       a->from_end == b->from_end && a->to_end == b->to_end &&
	       a->blocks_from_end == b->blocks_from_end && a->start == b->start &&
	       a->size == b->size && a->region == b->region && a->operation == b->operation;
}

static bool same_section(const struct scatter_section *a, const struct scatter_section *b)
{
	if (a->storage != b->storage || a->block_size != b->block_size || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!same_entry(&a->entries[i], &b->entries[i]))
			return false;
	}
	return true;
}

bool scatter_same(const struct scatter *a, const struct scatter *b)
{
	if (strcmp(a->platform, b->platform) != 0 || strcmp(a->project, b->project) != 0 ||
	    a->section_count != b->section_count)
		return false;
	for (size_t i = 0; i < a->section_count; i++) {
		if (!same_section(&a->sections[i], &b->sections[i]))
			return false;
	}
	return true;
}
