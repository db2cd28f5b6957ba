#include "station/streams/vault.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANIFEST "manifest.json"

static const char *const state_names[] = {
	[VAULT_SAVING] = "saving",
	[VAULT_OWED] = "owed",
	[VAULT_SETTLED] = "settled",
};

static void unit_folder(char to[FILES_PATH_MAX], const char *state_dir,
			const struct vault_unit *unit)
{
	snprintf(to, FILES_PATH_MAX, "%s/vault/%s", state_dir,
		 unit->key[0] ? unit->key : VAULT_NO_UNIT);
}

void vault_folder(char to[FILES_PATH_MAX], const char *state_dir, const struct vault_unit *unit,
		  int64_t run_id)
{
	size_t n;

	unit_folder(to, state_dir, unit);
	n = strlen(to);
	snprintf(to + n, FILES_PATH_MAX - n, "/%lld", (long long)run_id);
}

/* NULL: there is none, or it can not be read. */
static cJSON *read_manifest(const char *folder)
{
	char path[FILES_PATH_MAX + sizeof MANIFEST];
	char *text;
	cJSON *tree;

	snprintf(path, sizeof path, "%s/" MANIFEST, folder);
	text = files_read(path);
	tree = text ? cJSON_Parse(text) : NULL;
	free(text);
	if (tree && !cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(tree, "files"))) {
		cJSON_Delete(tree);
		return NULL;
	}
	return tree;
}

static int write_manifest(const char *folder, const cJSON *tree)
{
	char *text = cJSON_Print(tree);
	int error = text ? files_replace(folder, MANIFEST, text, 0600) : ENOMEM;

	free(text);
	return error;
}

static const char *text_of(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsString(item) ? item->valuestring : "";
}

static uint64_t number_of(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsNumber(item) && item->valuedouble >= 0 ? (uint64_t)item->valuedouble : 0;
}

static cJSON *new_manifest(const struct vault_unit *unit, int64_t run_id)
{
	cJSON *tree = cJSON_CreateObject();
	char chip[8];

	snprintf(chip, sizeof chip, "0x%04x", unit->hw_code);
	if (cJSON_AddStringToObject(tree, "unit", unit->key) &&
	    cJSON_AddStringToObject(tree, "me_id", unit->me_id) &&
	    cJSON_AddStringToObject(tree, "soc_id", unit->soc_id) &&
	    cJSON_AddStringToObject(tree, "hw_code", chip) &&
	    cJSON_AddNumberToObject(tree, "run", (double)run_id) &&
	    cJSON_AddStringToObject(tree, "state", state_names[VAULT_SAVING]) &&
	    cJSON_AddArrayToObject(tree, "files"))
		return tree;
	cJSON_Delete(tree);
	return NULL;
}

/* Replaces an entry of that name: the same run may read a partition again. */
static bool add_file(cJSON *files, const struct vault_file *f)
{
	cJSON *item = cJSON_CreateObject(), *old;
	int i = 0;
	bool good = cJSON_AddStringToObject(item, "name", f->name) &&
		    cJSON_AddStringToObject(item, "region", f->region) &&
		    cJSON_AddStringToObject(item, "file", f->file) &&
		    cJSON_AddNumberToObject(item, "start", (double)f->start) &&
		    cJSON_AddNumberToObject(item, "bytes", (double)f->bytes) &&
		    cJSON_AddStringToObject(item, "sha256", f->sha256) &&
		    cJSON_AddBoolToObject(item, "blank", f->blank);

	if (!good) {
		cJSON_Delete(item);
		return false;
	}
	cJSON_ArrayForEach(old, files)
	{
		if (strcmp(text_of(old, "name"), f->name) == 0)
			break;
		i++;
	}
	if (old)
		return cJSON_ReplaceItemInArray(files, i, item);
	return cJSON_AddItemToArray(files, item);
}

int vault_enter(const char *state_dir, const struct vault_unit *unit, int64_t run_id,
		const struct vault_file *file)
{
	char folder[FILES_PATH_MAX];
	cJSON *tree;
	int error = ENOMEM;

	vault_folder(folder, state_dir, unit, run_id);
	tree = read_manifest(folder);
	if (!tree)
		tree = new_manifest(unit, run_id);
	if (tree && add_file(cJSON_GetObjectItemCaseSensitive(tree, "files"), file))
		error = write_manifest(folder, tree);
	cJSON_Delete(tree);
	return error;
}

int vault_mark(const char *state_dir, const struct vault_unit *unit, int64_t run_id,
	       enum vault_state state)
{
	char folder[FILES_PATH_MAX];
	cJSON *tree, *text;
	int error = ENOMEM;

	vault_folder(folder, state_dir, unit, run_id);
	tree = read_manifest(folder);
	if (!tree)
		return ENOENT;
	text = cJSON_CreateString(state_names[state]);
	if (text && cJSON_ReplaceItemInObjectCaseSensitive(tree, "state", text))
		error = write_manifest(folder, tree);
	else
		cJSON_Delete(text);
	cJSON_Delete(tree);
	return error;
}

static bool is_owed(const char *folder)
{
	cJSON *tree = read_manifest(folder);
	bool owed = tree && strcmp(text_of(tree, "state"), state_names[VAULT_OWED]) == 0;

	cJSON_Delete(tree);
	return owed;
}

int64_t vault_owed_run(const char *state_dir, const struct vault_unit *unit)
{
	char folder[FILES_PATH_MAX];
	struct dirent *entry;
	int64_t oldest = 0;
	DIR *dir;

	if (!unit->key[0])
		return 0;
	unit_folder(folder, state_dir, unit);
	dir = opendir(folder);
	while (dir && (entry = readdir(dir))) {
		char *end;
		int64_t run = strtoll(entry->d_name, &end, 10);

		if (*end || run <= 0 || (oldest && run > oldest))
			continue;
		vault_folder(folder, state_dir, unit, run);
		if (is_owed(folder))
			oldest = run;
	}
	if (dir)
		closedir(dir);
	return oldest;
}

static void take_file(struct vault_file *to, const cJSON *item)
{
	*to = (struct vault_file){
		.start = number_of(item, "start"),
		.bytes = number_of(item, "bytes"),
		.blank = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "blank")),
	};
	snprintf(to->name, sizeof to->name, "%s", text_of(item, "name"));
	snprintf(to->region, sizeof to->region, "%s", text_of(item, "region"));
	snprintf(to->file, sizeof to->file, "%s", text_of(item, "file"));
	snprintf(to->sha256, sizeof to->sha256, "%s", text_of(item, "sha256"));
}

enum vault_found vault_find(const char *state_dir, const struct vault_unit *unit, int64_t run_id,
			    const char *name, struct vault_file *file)
{
	char folder[FILES_PATH_MAX];
	enum vault_found found = VAULT_LACKS;
	const cJSON *item;
	cJSON *tree;

	vault_folder(folder, state_dir, unit, run_id);
	tree = read_manifest(folder);
	if (!tree)
		return VAULT_LACKS;
	if (strcmp(text_of(tree, "unit"), unit->key) != 0) {
		cJSON_Delete(tree);
		return VAULT_OTHER_UNIT;
	}
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(tree, "files"))
	{
		if (strcmp(text_of(item, "name"), name) != 0)
			continue;
		take_file(file, item);
		found = strchr(file->file, '/') || strlen(file->sha256) != 64 ? VAULT_BROKEN
									      : VAULT_HAS;
	}
	cJSON_Delete(tree);
	return found;
}
