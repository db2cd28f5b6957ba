#include "station/store/loaded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>

void hex_of(char *to, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		to[2 * i] = digits[bytes[i] >> 4];
		to[2 * i + 1] = digits[bytes[i] & 15];
	}
	to[2 * n] = '\0';
}

bool sha256_hex(char to[65], struct slice bytes)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(bytes.p, bytes.n, hash, &n, EVP_sha256(), NULL) != 1 || n != 32)
		return false;
	hex_of(to, hash, n);
	return true;
}

static bool name_hashes(struct loaded_package *l)
{
	const struct package *p = &l->package;

	l->sha256 = calloc(p->file_count + 1, sizeof *l->sha256);
	if (!l->sha256)
		return false;
	for (size_t i = 0; i < p->file_count; i++)
		hex_of(l->sha256[i], p->files[i].sha256, 32);
	return !p->has_da || sha256_hex(l->da_sha256, p->da.bytes);
}

struct loaded_package *loaded_package_open(const struct loaded_source *from,
					   bool (*progress)(void *context, uint64_t done,
							    uint64_t total),
					   void *context, struct problem *problem)
{
	struct loaded_package *l = calloc(1, sizeof *l);

	if (!l) {
		problem_set(problem, from->folder, "free some memory", "out of memory");
		return NULL;
	}
	if (folder_open(&l->folder, from->folder, from->scatter, from->da, problem) != 0) {
		free(l);
		return NULL;
	}
	if (package_open(&l->package, l->folder.name, l->folder.scatter_name, folder_da(&l->folder),
			 &l->folder.source, problem) != 0) {
		folder_close(&l->folder);
		free(l);
		return NULL;
	}
	if (package_hash(&l->package, progress, context, problem) != 0)
		goto fail;
	if (!name_hashes(l)) {
		problem_set(problem, from->folder, "free some memory", "out of memory");
		goto fail;
	}
	package_check(&l->package, from->rules);
	return l;
fail:
	loaded_package_close(l);
	return NULL;
}

void loaded_package_close(struct loaded_package *l)
{
	if (!l)
		return;
	package_close(&l->package);
	folder_close(&l->folder);
	free(l->sha256);
	free(l);
}

const char *loaded_package_sha256(const struct loaded_package *l, size_t i)
{
	return i < l->package.file_count ? l->sha256[i] : "";
}

const char *loaded_package_da_name(const struct loaded_package *l)
{
	return l->package.has_da ? l->package.da.identifier : NULL;
}

const char *loaded_package_da_sha256(const struct loaded_package *l)
{
	return l->da_sha256[0] ? l->da_sha256 : NULL;
}

const struct finding *package_first_refusal(const struct package *p)
{
	for (size_t i = 0; i < p->finding_count; i++)
		if (p->findings[i].level == FINDING_REFUSAL)
			return &p->findings[i];
	return NULL;
}
