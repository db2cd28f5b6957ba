#include "station/profile/profile.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>

#include "engine/chips/chips.h"
#include "station/config/reader.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define AT(f)	 offsetof(struct profile, f)

static int read_platform(struct reader *r, const cJSON *v, void *target)
{
	struct profile *p = target;
	char *name = p->platforms[p->platform_count];

	if (p->platform_count == PROFILE_PLATFORMS_MAX)
		return reader_refuse(r, "make a second profile",
				     "a profile has at most %d platforms", PROFILE_PLATFORMS_MAX);
	if (reader_text(r, v, name, sizeof p->platforms[0]) != 0)
		return -1;
	if (!chip_by_name(name))
		return reader_refuse(r, "write it as in the scatter file, e.g. MT6765",
				     "no chip named \"%s\" is known", name);
	p->platform_count++;
	return 0;
}

static int read_identity(struct reader *r, const cJSON *v, void *target)
{
	struct profile *p = target;
	size_t i = 0;

	while (p->allowed_identity[i])
		i++;
	if (i == PROFILE_IDENTITY_MAX)
		return reader_refuse(r, "remove some", "at most %d partitions can be allowed",
				     PROFILE_IDENTITY_MAX);
	if (reader_text(r, v, p->identity[i], sizeof p->identity[i]) != 0)
		return -1;
	if (!scatter_is_identity(p->identity[i]))
		return reader_refuse(r, "remove it: other partitions need no leave",
				     "\"%s\" does not bear a unit's identity", p->identity[i]);
	p->allowed_identity[i] = p->identity[i];
	return 0;
}

static int read_allowed(struct reader *r, const cJSON *v, void *target)
{
	struct profile *p = target;
	enum flow_operation operation;

	if (task_read_operation(r, v, &operation) != 0)
		return -1;
	p->operations |= 1u << operation;
	return 0;
}

static const char *const verify_words[] = {"none", "checksum", "sample", "full", NULL};
static const char *const storage_words[] = {"any", "emmc", "ufs", "nand", NULL};

/* Choices are read as numbers first: their order is that of the words above. */
struct profile_choices {
	struct profile profile;
	int verify, storage;
};

/* NOLINTBEGIN(bugprone-macro-parentheses): names of members can not stand in parentheses */
#define CHOICE(n, f, w)                                                                            \
	{                                                                                          \
		.name = n, .kind = KEY_CHOICE, .offset = offsetof(struct profile_choices, f),      \
		.choices = w                                                                       \
	}
#define TEXT(n, f, l)                                                                              \
	{                                                                                          \
		.name = n, .kind = KEY_TEXT, .offset = AT(f),                                      \
		.size = sizeof(((struct profile *)0)->f), .min = l                                 \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

static const struct key keys[] = {
	{.name = "$schema", .kind = KEY_NOTE},
	TEXT("name", name, 1),
	TEXT("product", product, 1),
	{.name = "platforms", .kind = KEY_LIST, .read = read_platform},
	CHOICE("storage", storage, storage_words),
	TEXT("da", da, 1),
	CHOICE("verify", verify, verify_words),
	{.name = "operation",
	 .kind = KEY_WORD,
	 .offset = AT(task.operation),
	 .read = task_read_operation},
	{.name = "operations", .kind = KEY_LIST, .read = read_allowed},
	{.name = "only", .kind = KEY_LIST, .offset = AT(task.only), .read = task_read_only},
	{.name = "ranges", .kind = KEY_LIST, .offset = AT(task.ranges), .read = task_read_range},
	{.name = "recover", .kind = KEY_BOOL, .offset = AT(task.recover)},
	{.name = "end", .kind = KEY_WORD, .offset = AT(task.end), .read = task_read_end},
	TEXT("auth", keys.auth, 1),
	TEXT("cert", keys.cert, 1),
	TEXT("sla_key", keys.sla, 1),
	TEXT("da_sla_key", keys.da_sla, 1),
	{.name = "battery_min_mv", .kind = KEY_NUMBER, .offset = AT(battery_min_mv), .max = 20000},
	{.name = "blank_boards", .kind = KEY_BOOL, .offset = AT(blank_boards)},
	{.name = "allowed_identity", .kind = KEY_LIST, .read = read_identity},
};

static void hex_sha256(char *to, const char *bytes, size_t n)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	if (EVP_Digest(bytes, n, hash, &length, EVP_sha256(), NULL) != 1)
		length = 0;
	for (unsigned i = 0; i < length; i++)
		snprintf(to + 2 * (size_t)i, 3, "%02x", hash[i]);
}

static int check_rules(const struct profile *p, struct problem *problem)
{
	if (p->allowed_identity[0] && !p->blank_boards)
		return problem_set(problem, "allowed_identity",
				   "add \"blank_boards\": true if this line makes new boards",
				   "writing identity partitions is for blank new boards only");
	if (!task_allowed(p->operations, p->task.operation))
		return problem_set(problem, "operation", "add it to the list \"operations\"",
				   "%s is not among the operations this profile allows",
				   flow_operation_name(p->task.operation));
	return 0;
}

static void take_choices(struct profile *p, const struct profile_choices *c)
{
	static const enum flow_verify verify[] = {FLOW_VERIFY_NONE, FLOW_VERIFY_CHECKSUM,
						  FLOW_VERIFY_SAMPLE, FLOW_VERIFY_FULL};
	static const enum storage_kind storage[] = {STORAGE_NONE, STORAGE_EMMC, STORAGE_UFS,
						    STORAGE_NAND};

	p->task.verify = verify[c->verify];
	p->storage = storage[c->storage];
}

/* "generic-xflash" of ".../generic-xflash.json": the name of a profile that states none. */
static void name_by_file(struct profile *p, const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *stem = slash ? slash + 1 : file;
	const char *dot = strrchr(stem, '.');

	snprintf(p->name, sizeof p->name, "%.*s", (int)(dot ? (size_t)(dot - stem) : strlen(stem)),
		 stem);
}

static int read_tree(struct profile_choices *c, const cJSON *tree, const char *file,
		     struct problem *problem)
{
	struct reader r = {.problem = problem};

	c->verify = 2; /* sample */
	name_by_file(&c->profile, file);
	if (!cJSON_HasObjectItem(tree, "operations"))
		c->profile.operations = 1u << FLOW_DOWNLOAD;
	return reader_object(&r, tree, keys, COUNT(keys), c);
}

/* The profile was read into a larger struct: pointers into it are set anew. */
static struct profile *settle(struct profile_choices *c)
{
	struct profile *p = &c->profile;

	take_choices(p, c);
	for (size_t i = 0; p->allowed_identity[i]; i++)
		p->allowed_identity[i] = p->identity[i];
	p->rules.allowed_identity = p->allowed_identity;
	if (!p->product[0])
		memcpy(p->product, p->name, sizeof p->name);
	return p;
}

struct profile *profile_load(const char *file, struct problem *problem)
{
	/* `profile` comes first in the struct: freeing it frees all. */
	struct profile_choices *c = calloc(1, sizeof *c);
	size_t n = 0;
	char *text = reader_load(file, &n, problem);
	cJSON *tree = text ? reader_parse(text, n, problem) : NULL;
	bool good = c && tree && read_tree(c, tree, file, problem) == 0;

	if (tree && !c)
		problem_set(problem, "memory", "free some memory", "out of memory");
	cJSON_Delete(tree);
	if (good)
		good = check_rules(&c->profile, problem) == 0 &&
		       keys_load(&c->profile.keys, file, problem) == 0;
	if (!good) {
		free(text);
		if (c)
			keys_free(&c->profile.keys);
		free(c);
		return NULL;
	}
	c->profile.json = text;
	hex_sha256(c->profile.sha256, text, n);
	snprintf(c->profile.file, sizeof c->profile.file, "%s", file);
	return settle(c);
}

void profile_free(struct profile *p)
{
	if (!p)
		return;
	keys_free(&p->keys);
	free(p->json);
	free(p);
}

static int is_json(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 5 && strcmp(e->d_name + n - 5, ".json") == 0;
}

static int add_profile(struct profiles *all, const char *file, struct problem *problem)
{
	struct profile *p = profile_load(file, problem);
	const struct profile *twin;

	if (!p)
		return -1;
	twin = profiles_find(all, p->name);
	if (twin) {
		problem_set(problem, "name", "give each profile a name of its own",
			    "\"%s\" is the name of %.120s already", p->name, twin->file);
		profile_free(p);
		return -1;
	}
	all->list[all->count++] = p; /* calloc left a NULL behind it */
	return 0;
}

static bool collect_widest(struct profiles *all)
{
	size_t n = 0;

	all->widest = calloc(all->count * PROFILE_IDENTITY_MAX + 1, sizeof *all->widest);
	if (!all->widest)
		return false;
	for (size_t i = 0; all->list[i]; i++)
		for (size_t k = 0; all->list[i]->allowed_identity[k]; k++)
			all->widest[n++] = all->list[i]->allowed_identity[k];
	all->widest_rules.allowed_identity = all->widest;
	return true;
}

const struct package_rules *profiles_widest_rules(const struct profiles *all)
{
	return &all->widest_rules;
}

static int load_all(struct profiles *all, const char *folder, struct dirent **entries, int n,
		    char *bad_file, size_t bad_file_size, struct problem *problem)
{
	all->list = calloc((size_t)n + 1, sizeof(struct profile *));
	if (!all->list) {
		problem_set(problem, "memory", "free some memory", "out of memory");
		return -1;
	}
	for (int i = 0; i < n; i++) {
		snprintf(bad_file, bad_file_size, "%s/%s", folder, entries[i]->d_name);
		if (add_profile(all, bad_file, problem) != 0)
			return -1;
	}
	if (collect_widest(all))
		return 0;
	problem_set(problem, "memory", "free some memory", "out of memory");
	return -1;
}

int profiles_load(struct profiles *all, const char *folder, bool must_exist, char *bad_file,
		  size_t bad_file_size, struct problem *problem)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_json, alphasort);
	int result;

	*all = (struct profiles){.count = 0};
	snprintf(bad_file, bad_file_size, "%s", folder);
	if (n < 0 && errno == ENOENT && !must_exist)
		n = 0;
	if (n < 0)
		return problem_set(problem, "profiles_dir", "give a readable folder", "%s",
				   strerror(errno));
	result = load_all(all, folder, entries, n, bad_file, bad_file_size, problem);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	if (result != 0)
		profiles_free(all);
	return result;
}

void profiles_free(struct profiles *all)
{
	for (size_t i = 0; all->list && i < all->count; i++)
		profile_free(all->list[i]);
	free(all->list);
	free(all->widest);
	*all = (struct profiles){.count = 0};
}

const struct profile *profiles_find(const struct profiles *all, const char *name)
{
	for (size_t i = 0; all->list[i]; i++)
		if (strcmp(all->list[i]->name, name) == 0)
			return all->list[i];
	return NULL;
}

bool profile_allows_platform(const struct profile *p, const char *platform)
{
	const struct chip *chip = chip_by_name(platform);

	if (p->platform_count == 0)
		return true;
	for (size_t i = 0; i < p->platform_count; i++)
		if (strcasecmp(p->platforms[i], platform) == 0 ||
		    (chip && chip == chip_by_name(p->platforms[i])))
			return true;
	return false;
}
