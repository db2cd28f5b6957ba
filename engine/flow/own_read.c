/*
 * own_read: reading a partition with the unit's own data: ranges, digest, and the stream of a
 * backup.
 *
 * The digest tells a changed byte, not an attacker: each 64-bit word is mixed in by steps that can
 * be undone, so one changed word always changes it.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/flow/phases.h"

#define SAMPLE_KEY 0x10000u /* apart from the jobs' own sampling */

static uint64_t mixed_in(uint64_t digest, uint64_t word)
{
	digest = (digest ^ word) * 0x9e3779b97f4a7c15u;
	return digest ^ digest >> 32;
}

/* Whole words at once where the bytes lie so. */
static void digest_add(struct flow_own_work *w, struct slice bytes)
{
	while (bytes.n) {
		if (!w->word_bytes && bytes.n >= 8) {
			w->digest = mixed_in(w->digest, get_le64(bytes.p));
			bytes = (struct slice){bytes.p + 8, bytes.n - 8};
			continue;
		}
		w->word |= (uint64_t)bytes.p[0] << 8 * w->word_bytes;
		bytes = (struct slice){bytes.p + 1, bytes.n - 1};
		if (++w->word_bytes == 8) {
			w->digest = mixed_in(w->digest, w->word);
			w->word = 0;
			w->word_bytes = 0;
		}
	}
}

static void look_for_content(struct flow_own_work *w, struct slice bytes)
{
	if (!bytes.n || w->mixed)
		return;
	if (!w->any)
		w->byte = bytes.p[0];
	w->any = true;
	/* Equal to its own bytes one place on, and the first as before: all the same. */
	w->mixed = bytes.p[0] != w->byte || memcmp(bytes.p, bytes.p + 1, bytes.n - 1) != 0;
}

uint64_t own_digest(const struct flow_own_work *w)
{
	return mixed_in(w->digest, w->word ^ w->word_bytes);
}

void own_begin(struct flow *f, size_t at)
{
	f->own_work = (struct flow_own_work){.at = at};
}

void own_take(struct flow_own_work *w, struct slice bytes)
{
	digest_add(w, bytes);
	look_for_content(w, bytes);
}

static bool whole(const struct flow *f)
{
	return f->care == OWN_SAVE || f->report.verify == FLOW_VERIFY_FULL;
}

/* The next range of own[i] after `*turn`, from its start; false: there is no more. */
static bool next_range(const struct flow *f, size_t i, uint64_t *turn, uint64_t *from,
		       uint64_t *bytes)
{
	uint64_t size = f->own[i].size;

	if (!whole(f))
		return sample_range(f, SAMPLE_KEY + i, size, (*turn)++, from, bytes);
	*from = *turn;
	*bytes = size - *turn;
	*turn = size;
	return *bytes != 0;
}

uint64_t own_range_bytes(const struct flow *f, size_t i)
{
	uint64_t turn = 0, total = 0, from = 0, bytes = 0;

	while (next_range(f, i, &turn, &from, &bytes))
		total += bytes;
	return total;
}

static enum verdict take(struct flow *f, uint64_t at, struct slice bytes)
{
	struct flow_own_work *w = &f->own_work;

	if (at >= w->bytes)
		return STEP_NEXT; /* fills up the last block */
	if (bytes.n > w->bytes - at)
		bytes.n = (size_t)(w->bytes - at);
	f->report.bytes_done += bytes.n;
	own_take(w, bytes);
	if (f->saving.to.total && f->care == OWN_SAVE && !w->again)
		return save_note(f, bytes);
	return STEP_NEXT;
}

enum verdict own_read_on(struct flow *f, uint64_t start)
{
	struct flow_own_work *w = &f->own_work;
	const struct flow_own *own = &f->own[w->at];
	uint32_t block = f->report.facts.storage.block;
	uint64_t from = 0;

	if (!next_range(f, w->at, &w->turn, &from, &w->bytes))
		return STEP_NEXT;
	f->io.region = own->region;
	f->io.address = start + from;
	f->io.length = (w->bytes + block - 1) / block * block;
	f->io.sink = take;
	f->call = f->verbs->read;
	return STEP_CALL;
}
