/*
 * verify: read back what was written and compare it with the package.
 *
 * SAMPLE reads head and tail of each image and four places that differ from unit to unit; FULL
 * reads all of it. Holes of a sparse image are don't-care (packages.md 4.1) and are not read. A raw
 * preloader lies behind the device header that the agent made: the layout block in that header says
 * where (packages.md 3.2). Bytes are compared as they come, with the mapped image itself.
 */
#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/flow/phases.h"

#define WINDOW	     0x10000u
#define ALIGN	     4096u
#define SPOTS	     4
#define HEADER_BYTES 4096u
#define HEADER_PAGES 4 /* NAND: geometry, layout block, then the preloader */
#define BRLYT_AT     0x200
#define BRLYT_START  0x20C
#define GFH_FILE_LEN 0x20

static uint64_t minimum(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* A raw preloader's own length; some files carry 256 bytes more that nobody reads. */
static uint64_t image_bytes(const struct flow_job *job, const struct package_file *file)
{
	uint64_t n = file->expanded;

	if (job->boot_header && n >= GFH_FILE_LEN + 4 && !memcmp(file->bytes.p, "MMM\x01", 4))
		n = minimum(n, get_le32(file->bytes.p + GFH_FILE_LEN));
	return n;
}

/* Another number for each unit, part and turn, the same whenever it is asked for. */
static uint64_t spot(const struct flow *f, uint64_t job, uint64_t turn)
{
	const struct device_facts *facts = &f->report.facts;
	uint64_t x = job * 0x9e3779b97f4a7c15u + turn;

	for (size_t i = 0; i < sizeof facts->me_id; i++)
		x = (x ^ facts->me_id[i] ^ facts->random_id[i]) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

struct range {
	uint64_t from, bytes;
};

static bool sample_raw(const struct flow *f, uint64_t job, uint64_t n, uint64_t turn,
		       struct range *r)
{
	if (turn == 0)
		*r = (struct range){0, minimum(n, WINDOW)};
	else if (turn == 1 && n > WINDOW)
		r->from = (n - WINDOW) & ~(uint64_t)(ALIGN - 1);
	else if (turn < 2 + SPOTS && n > 2 * (uint64_t)WINDOW)
		r->from = (spot(f, job, turn) % (n - WINDOW)) & ~(uint64_t)(ALIGN - 1);
	else
		return false;
	if (turn == 1)
		r->bytes = n - r->from;
	else
		r->bytes = minimum(n - r->from, WINDOW);
	return true;
}

bool sample_range(const struct flow *f, uint64_t key, uint64_t n, uint64_t turn, uint64_t *from,
		  uint64_t *bytes)
{
	struct range r = {0, 0};
	bool any = n && sample_raw(f, key, n, turn, &r);

	*from = r.from;
	*bytes = r.bytes;
	return any;
}

/* A window inside one chunk with data; the chunk is found from a number in [0, count). */
static bool sample_sparse(const struct flow *f, size_t job, const struct sparse *map, uint64_t turn,
			  struct range *r)
{
	uint64_t where = turn == 0 ? 0 : spot(f, job, turn);
	size_t at = turn == 1 ? map->count - 1 : map->count ? where % map->count : 0;
	const struct sparse_chunk *c = NULL;

	if (turn >= 2 + SPOTS)
		return false;
	for (size_t i = 0; i < map->count && !c; i++) {
		size_t k = turn == 1 ? at - i : (at + i) % map->count;

		if (map->chunks[k].kind != SPARSE_SKIP && map->chunks[k].bytes)
			c = &map->chunks[k];
	}
	if (!c)
		return false;
	r->bytes = minimum(c->bytes, WINDOW);
	r->from = c->out;
	if (turn == 1)
		r->from += c->bytes - r->bytes;
	else if (turn > 1 && c->bytes > WINDOW)
		r->from += (where >> 8) % (c->bytes - WINDOW) & ~(uint64_t)(ALIGN - 1);
	return true;
}

/* First chunk that ends behind `offset`; count if none. */
static size_t chunk_at(const struct sparse *map, uint64_t offset)
{
	size_t low = 0, high = map->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->chunks[middle].out + map->chunks[middle].bytes > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The next run of chunks with data at or behind `cursor`. */
static bool next_run(const struct sparse *map, uint64_t cursor, struct range *r)
{
	size_t i = chunk_at(map, cursor);

	while (i < map->count && map->chunks[i].kind == SPARSE_SKIP)
		i++;
	if (i == map->count)
		return false;
	r->from = map->chunks[i].out > cursor ? map->chunks[i].out : cursor;
	r->bytes = 0;
	for (; i < map->count && map->chunks[i].kind != SPARSE_SKIP; i++)
		r->bytes = map->chunks[i].out + map->chunks[i].bytes - r->from;
	return r->bytes != 0;
}

static bool next_full(const struct package_file *file, uint64_t n, uint64_t *cursor,
		      struct range *r)
{
	if (file && file->sparse) {
		if (!next_run(&file->map, *cursor, r))
			return false;
	} else {
		*r = (struct range){*cursor, n - *cursor};
	}
	*cursor = r->from + r->bytes;
	return r->bytes != 0;
}

/* The range to read after `*turn`, which moves on; false when the job has no more. */
static bool next_range(const struct flow *f, size_t job, uint64_t *turn, struct range *r)
{
	const struct flow_job *j = &f->jobs[job];
	const struct package_file *file = job_file(f, j);
	bool done;

	if (f->report.verify != FLOW_VERIFY_SAMPLE && f->report.verify != FLOW_VERIFY_FULL)
		return false;
	if (j->told)
		return false;
	if (!file)
		return next_full(NULL, j->room, turn, r);
	if (f->report.verify == FLOW_VERIFY_FULL)
		return next_full(file, image_bytes(j, file), turn, r);
	if (file->sparse)
		done = !sample_sparse(f, job, &file->map, *turn, r);
	else
		done = !sample_raw(f, job, image_bytes(j, file), *turn, r);
	(*turn)++;
	return !done;
}

static uint64_t rounded(uint64_t n, uint32_t block)
{
	return (n + block - 1) / block * block;
}

/* Bytes on the wire for a range that starts `at` bytes into the region. */
static uint64_t wire_bytes(const struct flow *f, uint64_t at, uint64_t bytes)
{
	uint32_t block = f->report.facts.storage.block;

	return rounded(at % block + bytes, block);
}

enum flow_verify verify_level(const struct flow_plan *plan)
{
	if (plan->operation == FLOW_VERIFY_ONLY && plan->verify < FLOW_VERIFY_SAMPLE)
		return FLOW_VERIFY_FULL;
	return plan->verify;
}

bool verify_due(const struct flow *f)
{
	return f->report.verify >= FLOW_VERIFY_SAMPLE;
}

/* What is read to find a raw preloader behind its header: on NAND some whole pages. */
static uint32_t header_bytes(const struct flow *f)
{
	uint32_t page = f->report.facts.storage.block;

	if (f->report.facts.storage.kind != STORAGE_NAND || !page || page > sizeof f->table)
		return HEADER_BYTES;
	return (uint32_t)(minimum(sizeof f->table / page, HEADER_PAGES) * page);
}

uint64_t verify_bytes(const struct flow *f, size_t job)
{
	const struct flow_job *j = &f->jobs[job];
	uint64_t turn = 0, total = 0;
	struct range r;

	while (next_range(f, job, &turn, &r)) {
		/* Device headers are multiples of the block: they do not change the rounding. */
		total += wire_bytes(f, j->start + r.from, r.bytes);
		if (f->report.verify == FLOW_VERIFY_SAMPLE && turn > 2 + SPOTS)
			break;
	}
	return total && j->boot_header ? total + header_bytes(f) : total;
}

/* Offset of the first byte that differs, or n. */
static size_t first_difference(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t i = 0;

	if (!memcmp(a, b, n))
		return n;
	while (a[i] == b[i])
		i++;
	return i;
}

static size_t compare_fill(uint32_t fill, uint64_t phase, const uint8_t *b, size_t n)
{
	uint8_t pattern[4];

	put_le32(pattern, fill);
	for (size_t i = 0; i < n; i++)
		if (b[i] != pattern[(phase + i) % 4])
			return i;
	return n;
}

static size_t compare_sparse(const struct package_file *file, uint64_t offset, const uint8_t *b,
			     size_t n)
{
	size_t i = chunk_at(&file->map, offset);
	size_t done = 0;

	for (; done < n && i < file->map.count; i++) {
		const struct sparse_chunk *c = &file->map.chunks[i];
		uint64_t in = offset + done - c->out;
		size_t take = (size_t)minimum(n - done, c->bytes - in);
		size_t same = take;

		if (c->kind == SPARSE_RAW)
			same = first_difference(file->bytes.p + c->file + in, b + done, take);
		else if (c->kind == SPARSE_FILL)
			same = compare_fill(c->fill, in, b + done, take);
		if (same != take)
			return done + same;
		done += take;
	}
	return n;
}

static enum verdict differs(struct flow *f, uint64_t offset)
{
	const struct flow_job *job = &f->jobs[f->check.job];

	f->report.parts[job->record].verified = FLOW_VERIFIED_BAD;
	step_fail(f, FAULT_STATION, 62, "%s (%s) differs from the package at 0x%llX of the image",
		  job_label(f, job), storage_region_name(f->report.facts.storage.kind, job->region),
		  (unsigned long long)offset);
	return STEP_LEAVE; /* stop reading; the run fails when the agent has taken that in */
}

/* Sink of the comparison: bytes before and behind the range only fill up blocks. */
static enum verdict compare(struct flow *f, uint64_t at, struct slice bytes)
{
	const struct flow_check *check = &f->check;
	const struct package_file *file = job_file(f, &f->jobs[check->job]);
	uint64_t begin = at < check->skip ? check->skip : at;
	uint64_t end = minimum(at + bytes.n, check->skip + check->bytes);
	const uint8_t *b;
	uint64_t offset;
	size_t n, same;

	f->report.bytes_done += bytes.n;
	if (begin >= end)
		return STEP_NEXT;
	b = bytes.p + (begin - at);
	n = (size_t)(end - begin);
	offset = check->from + begin - check->skip;
	if (!file)
		same = first_difference(f->table + offset, b, n);
	else if (file->sparse)
		same = compare_sparse(file, offset, b, n);
	else
		same = first_difference(file->bytes.p + offset, b, n);
	return same == n ? STEP_NEXT : differs(f, offset + same);
}

static enum verdict keep_header(struct flow *f, uint64_t at, struct slice bytes)
{
	f->report.bytes_done += bytes.n;
	memcpy(f->table + at, bytes.p, bytes.n);
	return STEP_NEXT;
}

static enum verdict read_range(struct flow *f, const struct range *r)
{
	const struct flow_job *job = &f->jobs[f->check.job];
	uint64_t at = job->start + f->check.image_at + r->from;

	f->check.from = r->from;
	f->check.bytes = r->bytes;
	f->check.skip = at % f->report.facts.storage.block;
	f->io.region = job->region;
	f->io.address = at - f->check.skip;
	f->io.length = wire_bytes(f, at, r->bytes);
	f->io.sink = compare;
	f->call = f->verbs->read;
	return STEP_CALL;
}

static enum verdict read_header(struct flow *f)
{
	const struct flow_job *job = &f->jobs[f->check.job];

	f->io.region = job->region;
	f->io.address = job->start;
	f->io.length = header_bytes(f);
	f->io.sink = keep_header;
	f->call = f->verbs->read;
	return STEP_CALL;
}

/* Where the preloader starts, by the layout block of the header that the agent has written. */
static uint32_t preloader_start(const struct flow *f)
{
	static const uint8_t first[] = {'M', 'M', 'M', 1, 0x38, 0, 0, 0};
	uint32_t page = f->report.facts.storage.block;

	if (f->report.facts.storage.kind != STORAGE_NAND)
		return memcmp(f->table + BRLYT_AT, "BRLYT", 6) ? 0
							       : get_le32(f->table + BRLYT_START);
	/* No document says where the layout block of a NAND lies; the preloader is found itself. */
	for (uint32_t at = page; at + page <= header_bytes(f); at += page)
		if (!memcmp(f->table + at, first, sizeof first))
			return at;
	return 0;
}

static enum verdict got_header(struct flow *f)
{
	const struct flow_job *job = &f->jobs[f->check.job];
	uint64_t size = f->report.facts.storage.bytes[job->region];
	uint32_t start = preloader_start(f);

	if (start % f->report.facts.storage.block || start < BRLYT_AT ||
	    start + image_bytes(job, job_file(f, job)) > size) {
		f->report.parts[job->record].verified = FLOW_VERIFIED_BAD;
		return step_fail(f, FAULT_STATION, 62,
				 "%s was written, but %s has no boot header before it",
				 job_label(f, job),
				 storage_region_name(f->report.facts.storage.kind, job->region));
	}
	f->check.image_at = start;
	f->check.header_read = true;
	return STEP_NEXT;
}

static enum verdict next_job(struct flow *f)
{
	struct flow_check *check = &f->check;
	struct flow_part_record *record = &f->report.parts[f->jobs[check->job].record];
	bool last = check->job + 1 == f->job_count ||
		    f->jobs[check->job + 1].record != f->jobs[check->job].record;

	if (last)
		record->verified = f->report.verify == FLOW_VERIFY_FULL ? FLOW_VERIFIED_FULL
									: FLOW_VERIFIED_SAMPLE;
	*check = (struct flow_check){.job = check->job + 1};
	return STEP_AGAIN;
}

static enum verdict ask_range(struct flow *f, struct flow_action *a)
{
	struct flow_check *check = &f->check;
	const struct flow_job *job = &f->jobs[check->job];
	struct range r;

	(void)a;
	if (check->job == f->job_count || f->report.verify < FLOW_VERIFY_SAMPLE)
		return STEP_LEAVE;
	snprintf(f->report.target, sizeof f->report.target, "%s", job_label(f, job));
	if (job->boot_header && !check->header_read)
		return read_header(f);
	if (!next_range(f, check->job, &check->turn, &r))
		return next_job(f);
	if (job->how == JOB_TABLE && layout_piece(f, job->piece) != STEP_NEXT)
		return STEP_FAIL;
	return read_range(f, &r);
}

static enum verdict got_range(struct flow *f, struct slice rx)
{
	const struct flow_job *job = &f->jobs[f->check.job];

	(void)rx;
	if (f->report.fault.family != FAULT_NONE)
		return STEP_FAIL;
	if (job->boot_header && !f->check.header_read && got_header(f) == STEP_FAIL)
		return STEP_FAIL;
	return STEP_AGAIN;
}

const struct step flow_verify[] = {
	{"read back", 0, ask_range, got_range, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
