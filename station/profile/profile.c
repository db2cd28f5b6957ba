#include "station/profile/profile.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/chips/chips.h"
#include "station/config/json_in.h"

#define PROFILE_BYTES_MAX (256u << 10)
#define PROFILES_MAX	  256

static const char *const storages[] = {"any", "emmc", "ufs", NULL};
static const enum storage_kind storage_kinds[] = {STORAGE_NONE, STORAGE_EMMC, STORAGE_UFS};
static const char *const verifies[] = {"none", "checksum", "sample", "full", NULL};
static const char *const ends[] = {"shutdown", "reboot", "stay", NULL};

static void hash_text(const char *text, char hex[65])
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (!EVP_Digest(text, strlen(text), md, &n, EVP_sha256(), NULL))
		n = 0;
	hex[0] = '\0';
	for (unsigned i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", md[i]);
}

/* Choices are read as indexes; enums of the same order follow from them. */
static void read_choices(struct profile *p, struct json_in *in)
{
	int storage = 0, verify = FLOW_VERIFY_SAMPLE, end = FLOW_END_SHUTDOWN;

	json_in_choice(in, "storage", storages, &storage);
	json_in_choice(in, "verify", verifies, &verify);
	json_in_choice(in, "end", ends, &end);
	p->storage = storage_kinds[storage];
	p->verify = (enum flow_verify)verify;
	p->end = (enum flow_end)end;
}

static void check(struct profile *p, struct json_in *in)
{
	if (!p->name[0] || strpbrk(p->name, "/\\"))
		json_in_refuse(in, "name", "use letters, digits, dot and dash",
			       "\"%s\" can't be a profile's name", p->name);
	for (size_t i = 0; p->platforms && p->platforms[i]; i++)
		if (!chip_by_name(p->platforms[i]))
			json_in_refuse(in, "platforms", "write a chip's name such as \"MT6765\"",
				       "\"%.40s\" is not a chip this station knows",
				       p->platforms[i]);
	for (size_t i = 0; p->allowed_identity && p->allowed_identity[i]; i++)
		if (!scatter_is_identity(p->allowed_identity[i]))
			json_in_refuse(in, "allowed_identity",
				       "list partitions such as \"nvram\" or \"proinfo\" only",
				       "\"%.40s\" bears no identity", p->allowed_identity[i]);
	if (p->allowed_identity && p->allowed_identity[0] && !p->blank_boards)
		json_in_refuse(in, "allowed_identity",
			       "set blank_boards to true if all boards of this product are new",
			       "is only allowed for blank boards");
}

static void name_from_file(char *name, size_t size, const char *file)
{
	size_t n = strlen(file);

	if (n > 5 && strcmp(file + n - 5, ".json") == 0)
		n -= 5;
	snprintf(name, size, "%.*s", (int)n, file);
}

static void read_all(struct profile *p, struct json_in *in, const char *dir)
{
	char da[256] = "";

	json_in_string(in, "$schema", (char[256]){0}, 256); /* editors put it there */
	json_in_string(in, "name", p->name, sizeof p->name);
	json_in_string(in, "product", p->product, sizeof p->product);
	json_in_strings(in, "platforms", 32, &p->platforms);
	read_choices(p, in);
	json_in_string(in, "da", da, sizeof da);
	json_in_bool(in, "blank_boards", &p->blank_boards);
	json_in_strings(in, "allowed_identity", 16, &p->allowed_identity);
	json_in_done(in);
	check(p, in);
	if (da[0])
		snprintf(p->da, sizeof p->da, "%s%s%s", da[0] == '/' ? "" : dir,
			 da[0] == '/' ? "" : "/", da);
}

int profile_parse(struct profile *p, const char *text, const char *dir, const char *file,
		  struct problem *problem)
{
	cJSON *root = json_in_parse(text, problem);
	bool failed = false;
	struct json_in in;

	*p = (struct profile){0};
	if (!root)
		return -1;
	name_from_file(p->name, sizeof p->name, file);
	json_in_begin(&in, root, "", &failed, problem);
	read_all(p, &in, dir);
	cJSON_Delete(root);
	p->json = strdup(text);
	if (!failed && !p->json) {
		failed = true;
		problem_set(problem, file, "free some memory", "out of memory");
	}
	if (failed) {
		profile_free(p);
		return -1;
	}
	hash_text(text, p->sha256);
	p->rules.allowed_identity = (const char *const *)p->allowed_identity;
	return 0;
}

static int read_one(struct profiles *all, const char *dir, const char *file,
		    struct problem *problem)
{
	char path[1024], where[sizeof problem->where];
	struct profile *p = &all->list[all->count];
	char *text;
	int rc;

	snprintf(path, sizeof path, "%s/%s", dir, file);
	text = json_in_read_file(path, PROFILE_BYTES_MAX, problem);
	if (!text)
		return -1;
	rc = profile_parse(p, text, dir, file, problem);
	free(text);
	if (rc) {
		snprintf(where, sizeof where, "%.40s: %.50s", file, problem->where);
		memcpy(problem->where, where, sizeof where);
		return -1;
	}
	if (profiles_find(all, p->name)) {
		rc = problem_set(problem, file, "give each profile a name of its own",
				 "a second profile is named \"%s\"", p->name);
		profile_free(p);
		return rc;
	}
	all->count++;
	return 0;
}

static int is_profile(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 5 && strcmp(e->d_name + n - 5, ".json") == 0;
}

int profiles_read(struct profiles *p, const char *dir, struct problem *problem)
{
	struct dirent **found = NULL;
	int n, rc = 0;

	*p = (struct profiles){0};
	if (!dir[0])
		return 0;
	n = scandir(dir, &found, is_profile, alphasort);
	if (n < 0)
		return problem_set(problem, dir, "check profiles_dir in the config",
				   "can't be read: %s", strerror(errno));
	if (n > PROFILES_MAX)
		rc = problem_set(problem, dir, "move old ones away", "more than %d profiles",
				 PROFILES_MAX);
	p->list = calloc((size_t)n + 1, sizeof *p->list);
	if (!p->list)
		rc = problem_set(problem, dir, "free some memory", "out of memory");
	for (int i = 0; i < n; i++) {
		if (rc == 0)
			rc = read_one(p, dir, found[i]->d_name, problem);
		free(found[i]);
	}
	free(found);
	if (rc)
		profiles_free(p);
	return rc;
}

const struct profile *profiles_find(const struct profiles *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->list[i].name, name) == 0)
			return &p->list[i];
	return NULL;
}

void profile_free(struct profile *p)
{
	json_in_free_strings(p->platforms);
	json_in_free_strings(p->allowed_identity);
	free(p->json);
	*p = (struct profile){0};
}

void profiles_free(struct profiles *p)
{
	for (size_t i = 0; i < p->count; i++)
		profile_free(&p->list[i]);
	free(p->list);
	*p = (struct profiles){0};
}
