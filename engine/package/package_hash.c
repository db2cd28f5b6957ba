/*
 * The one pass over all bytes of a package: hashes, wire sums, the sums of its checksum files, and
 * the id, which is the SHA-256 over "<sha256>  <name>" lines of all members, sorted by name.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/package/package_parts.h"

#define PIECE (1u << 20) /* bytes between two looks at progress; a multiple of WIRE_SUMS_BLOCK */

struct work {
	struct package *p;
	bool (*progress)(void *context, uint64_t done, uint64_t total);
	void *context;
	uint64_t done, total;
	struct problem *problem;
};

static int stopped(const struct work *w)
{
	return problem_set(w->problem, w->p->name, "start the import again",
			   "stopped after %llu of %llu bytes", (unsigned long long)w->done,
			   (unsigned long long)w->total);
}

static int no_digest(const struct work *w)
{
	return problem_set(w->problem, w->p->name, "free memory on the station",
			   "the hash function could not be started");
}

/* Digest of `bytes`; fills `sums` on the way when it is not NULL. */
static int digest_pieces(struct work *w, EVP_MD_CTX *md, struct slice bytes, struct wire_sums *sums)
{
	for (size_t at = 0; at < bytes.n; at += PIECE) {
		size_t n = bytes.n - at < PIECE ? bytes.n - at : PIECE;

		if (!EVP_DigestUpdate(md, bytes.p + at, n))
			return no_digest(w);
		if (sums)
			wire_sums_add(sums, bytes, at, at + n);
		w->done += n;
		if (w->progress && !w->progress(w->context, w->done, w->total))
			return stopped(w);
	}
	return 0;
}

static int sha256_of(struct work *w, struct slice bytes, struct wire_sums *sums, uint8_t hash[32])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	int result = -1;

	if (!md || !EVP_DigestInit_ex(md, EVP_sha256(), NULL))
		no_digest(w);
	else if (digest_pieces(w, md, bytes, sums) == 0)
		result = EVP_DigestFinal_ex(md, hash, NULL) ? 0 : no_digest(w);
	EVP_MD_CTX_free(md);
	return result;
}

static int hash_file(struct work *w, struct package_file *f)
{
	if (f->hashed)
		return 0;
	wire_sums_free(&f->sums);
	if (wire_sums_start(&f->sums, f->bytes.n) != 0)
		return problem_set(w->problem, f->name, "free memory on the station",
				   "out of memory for the packet sums of %zu bytes", f->bytes.n);
	if (sha256_of(w, f->bytes, &f->sums, f->sha256) != 0) {
		wire_sums_free(&f->sums);
		return -1;
	}
	if (f->sparse && !f->sparse_bad)
		f->sparse_bad = sparse_check_crc(&f->map, f->bytes, &f->problem) != 0;
	f->hashed = true;
	return 0;
}

/* One line of the manifest. */
struct member {
	const char *name;
	uint8_t sha256[32];
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->name, ((const struct member *)b)->name);
}

static int add_member(struct work *w, struct member *m, const char *name, struct slice bytes)
{
	m->name = name;
	return sha256_of(w, bytes, NULL, m->sha256);
}

static int collect_members(struct work *w, struct member *members, size_t *count)
{
	struct package *p = w->p;
	size_t n = 0;

	for (size_t i = 0; i < p->file_count; i++) {
		members[n].name = p->files[i].name;
		memcpy(members[n++].sha256, p->files[i].sha256, 32);
	}
	if (add_member(w, &members[n++], p->scatter_name, p->scatter_text) != 0)
		return -1;
	if (p->wrapper_name[0] &&
	    add_member(w, &members[n++], p->wrapper_name, p->wrapper_text) != 0)
		return -1;
	if (p->has_da && add_member(w, &members[n++], p->da_name, p->da.bytes) != 0)
		return -1;
	if (p->checksums_name[0] &&
	    add_member(w, &members[n++], p->checksums_name, p->checksums_text) != 0)
		return -1;
	for (size_t i = 0; i < p->list_count; i++) {
		if (add_member(w, &members[n++], p->lists[i].name, p->lists[i].bytes) != 0)
			return -1;
	}
	*count = n;
	return 0;
}

static void to_hex(char *to, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		to[2 * i] = digits[bytes[i] >> 4];
		to[2 * i + 1] = digits[bytes[i] & 15];
	}
	to[2 * n] = '\0';
}

static int hash_manifest(struct work *w, const struct member *members, size_t count)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t id[32];
	bool ok = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL);

	for (size_t i = 0; ok && i < count; i++) {
		char line[64 + 2 + SCATTER_FILE_MAX + 2];
		int n;

		to_hex(line, members[i].sha256, 32);
		n = snprintf(line + 64, sizeof line - 64, "  %s\n", members[i].name);
		ok = n > 0 && EVP_DigestUpdate(md, line, 64 + (size_t)n);
	}
	ok = ok && EVP_DigestFinal_ex(md, id, NULL);
	EVP_MD_CTX_free(md);
	if (!ok)
		return no_digest(w);
	to_hex(w->p->id, id, sizeof id);
	return 0;
}

static int make_id(struct work *w)
{
	size_t most = w->p->file_count + 4 + PACKAGE_LISTS_MAX;
	struct member *members = calloc(most, sizeof *members);
	size_t count = 0;
	int result;

	if (!members)
		return problem_set(w->problem, w->p->name, "free memory on the station",
				   "out of memory for the manifest");
	result = collect_members(w, members, &count);
	if (result == 0) {
		qsort(members, count, sizeof *members, by_name);
		result = hash_manifest(w, members, count);
	}
	free(members);
	return result;
}

static uint32_t sum32_of(struct slice s)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum += s.p[i];
	return sum;
}

static bool item_fits(const struct checksum_item *item, const struct package_file *f)
{
	const EVP_MD *md = NULL;
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	switch (item->kind) {
	case CHECKSUM_SUM16:
		return item->sum == wire_sums_total(&f->sums);
	case CHECKSUM_SUM32:
		return item->sum == sum32_of(f->bytes);
	case CHECKSUM_SHA256:
		return memcmp(item->hash, f->sha256, 32) == 0;
	case CHECKSUM_MD5:
		md = EVP_md5();
		break;
	case CHECKSUM_SHA1:
		md = EVP_sha1();
		break;
	}
	return EVP_Digest(f->bytes.p, f->bytes.n, digest, &n, md, NULL) &&
	       memcmp(item->hash, digest, n) == 0;
}

static const char *base_name(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

/* Lists go by file name: both forms of an image may be in them. */
static void compare_lists(const struct package *p, struct package_part *part, size_t file)
{
	const struct package_file *f = &p->files[file];

	for (size_t i = 0; i < p->list_count && part->sum != PART_SUM_BAD; i++) {
		const struct checksum_item *item = checksum_find(&p->lists[i].sums, f->name);

		if (!item)
			item = checksum_find(&p->lists[i].sums, base_name(f->name));
		if (item)
			part->sum = item_fits(item, f) ? PART_SUM_GOOD : PART_SUM_BAD;
	}
}

/* Checksum.ini goes by partition: the sum is of one form, often the signed one. */
static void compare_ini(const struct package *p, struct package_part *part)
{
	const struct checksum_item *item = checksum_find(&p->checksums, part->entry->name);
	bool plain = part->file != SIZE_MAX;

	if (!item)
		part->sum = part->sum == PART_SUM_NONE ? PART_SUM_MISSING : part->sum;
	else if (plain && item_fits(item, &p->files[part->file]))
		part->sum = PART_SUM_GOOD;
	else if (part->signed_file != SIZE_MAX && item_fits(item, &p->files[part->signed_file]))
		part->sum = plain ? PART_SUM_SIGNED : PART_SUM_GOOD;
	else
		part->sum = PART_SUM_BAD;
}

/* The worst of all that is said about a part wins; no word in an enabled Checksum.ini is bad too.
 */
static void compare_sums(const struct package *p, struct package_part *part)
{
	part->sum = PART_SUM_NONE;
	if (part->file != SIZE_MAX)
		compare_lists(p, part, part->file);
	if (part->signed_file != SIZE_MAX)
		compare_lists(p, part, part->signed_file);
	if (p->has_checksums && p->checksums.enabled && part->sum != PART_SUM_BAD)
		compare_ini(p, part);
}

static uint64_t bytes_to_do(const struct package *p)
{
	uint64_t n = p->scatter_text.n + p->wrapper_text.n + p->checksums_text.n +
		     (p->has_da ? p->da.bytes.n : 0);

	for (size_t i = 0; i < p->file_count; i++)
		n += p->files[i].hashed ? 0 : p->files[i].bytes.n;
	for (size_t i = 0; i < p->list_count; i++)
		n += p->lists[i].bytes.n;
	return n;
}

int package_hash(struct package *p, bool (*progress)(void *context, uint64_t done, uint64_t total),
		 void *context, struct problem *problem)
{
	struct work w = {p, progress, context, 0, bytes_to_do(p), problem};

	for (size_t i = 0; i < p->file_count; i++) {
		if (hash_file(&w, &p->files[i]) != 0)
			return -1;
	}
	for (size_t i = 0; i < p->part_count; i++) {
		if (p->parts[i].file != SIZE_MAX || p->parts[i].signed_file != SIZE_MAX)
			compare_sums(p, &p->parts[i]);
	}
	return make_id(&w);
}
