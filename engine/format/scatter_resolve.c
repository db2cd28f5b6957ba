/* Where entries lie on a device of known size, and which of them get into each other's way. */
#include "engine/format/scatter.h"

static uint64_t region_bytes(const struct storage_sizes *sizes, enum storage_region region)
{
	uint64_t boot1 = sizes->bytes[REGION_BOOT1];
	uint64_t boot2 = sizes->bytes[REGION_BOOT2];

	if (region == REGION_BOOT12)
		return boot1 < boot2 ? boot1 : boot2;
	if (region == REGION_NONE)
		return sizes->bytes[REGION_USER];
	return sizes->bytes[region];
}

static bool place_from_end(const struct scatter_section *sec, const struct scatter_entry *e,
			   uint64_t total, uint64_t *start)
{
	uint64_t back = (uint64_t)e->blocks_from_end * sec->block_size;

	if (e->blocks_from_end == 0)
		back = e->size;
	if (back > total)
		return false;
	*start = total - back;
	return true;
}

/* Start of the reserved tail of the region `e` is in; `total` when nothing is reserved behind `e`.
 */
static uint64_t tail_start(const struct scatter_section *sec, const struct scatter_entry *e,
			   uint64_t total)
{
	uint64_t first = total;

	for (size_t i = 0; i < sec->count; i++) {
		const struct scatter_entry *r = &sec->entries[i];
		uint64_t start = r->start;

		if (r->region != e->region || !(r->is_reserved || r->from_end))
			continue;
		if (r->from_end && !place_from_end(sec, r, total, &start))
			continue;
		if (start > e->start && start < first)
			first = start;
	}
	return first;
}

/* Start of the next fixed entry behind `e` in its region, or UINT64_MAX. */
static uint64_t next_start(const struct scatter_section *sec, const struct scatter_entry *e)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < sec->count; i++) {
		const struct scatter_entry *n = &sec->entries[i];

		if (n->region == e->region && !n->is_reserved && !n->from_end &&
		    n->start > e->start && n->start < next)
			next = n->start;
	}
	return next;
}

static bool resolve_fixed(const struct scatter_section *sec, const struct scatter_entry *e,
			  uint64_t total, uint64_t *start, uint64_t *size)
{
	bool boot = e->region == REGION_BOOT1 || e->region == REGION_BOOT2 ||
		    e->region == REGION_BOOT12;
	uint64_t next = next_start(sec, e);
	uint64_t limit = total;

	if (!e->is_reserved && next == UINT64_MAX)
		limit = tail_start(sec, e, total);
	if (e->start >= limit)
		return false;
	*start = e->start;
	*size = e->size;
	if (e->to_end)
		*size = (next < limit ? next : limit) - e->start;
	/* V1.1.1 gives the preloader the size of all regions before the user one. */
	if (*size > limit - e->start && (boot || next == UINT64_MAX))
		*size = limit - e->start;
	return *size <= limit - e->start;
}

bool scatter_resolve(const struct scatter_section *sec, const struct scatter_entry *e,
		     const struct storage_sizes *sizes, uint64_t *start, uint64_t *size)
{
	uint64_t total = region_bytes(sizes, e->region);

	if (total == 0 || sizes->kind != sec->storage)
		return false;
	if (!e->from_end)
		return resolve_fixed(sec, e, total, start, size);
	if (!place_from_end(sec, e, total, start))
		return false;
	*size = e->size == 0 || e->size > total - *start ? total - *start : e->size;
	return true;
}

static bool same_place(enum storage_region a, enum storage_region b)
{
	if (a == REGION_BOOT12)
		return b >= REGION_BOOT1 && b <= REGION_BOOT12;
	if (b == REGION_BOOT12)
		return a >= REGION_BOOT1 && a <= REGION_BOOT12;
	return a == b;
}

static bool overlap(const struct scatter_entry *a, const struct scatter_entry *b)
{
	if (a->is_reserved || b->is_reserved || a->from_end || b->from_end)
		return false;
	if (!same_place(a->region, b->region))
		return false;
	return a->start < b->start + b->size && b->start < a->start + a->size;
}

size_t scatter_next_overlap(const struct scatter_section *sec, size_t from, size_t *other)
{
	for (size_t i = from; i < sec->count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (overlap(&sec->entries[i], &sec->entries[j])) {
				*other = j;
				return i;
			}
		}
	}
	return sec->count;
}
