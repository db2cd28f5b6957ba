#include "tests/sample/layout_in.h"

#include "tests/sample/report.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char suffix[] = "_Android_scatter.txt";

static int find_scatter(struct layout *l, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		return report("package", dir, strerror(errno), "name a package folder");
	l->path[0] = 0;
	while ((e = readdir(d))) {
		size_t n = strlen(e->d_name);

		if (n > strlen(suffix) && !strcmp(e->d_name + n - strlen(suffix), suffix))
			snprintf(l->path, sizeof l->path, "%s/%s", dir, e->d_name);
	}
	closedir(d);
	if (!l->path[0])
		return report("package", dir, "no *_Android_scatter.txt in it",
			      "name a package folder");
	return 0;
}

/* "   key: value  " into its two halves, in place; false for lines of another kind. */
static bool split(char *line, char **key, char **value)
{
	char *colon = strchr(line, ':'), *end;

	if (!colon || line[0] == '#')
		return false;
	*colon = 0;
	*key = line + strspn(line, " \t-");
	*value = colon + 1 + strspn(colon + 1, " \t");
	end = *value + strlen(*value);
	while (end > *value && strchr(" \t\r\n", end[-1]))
		*--end = 0;
	return true;
}

static int number(const struct layout *l, const char *key, const char *text, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	if (errno || end == text || *end)
		return report("scatter", l->path, key, "make the value a number");
	return 0;
}

static int set(struct layout *l, struct layout_part *p, const char *key, const char *value)
{
	if (!strcmp(key, "partition_name"))
		snprintf(p->name, sizeof p->name, "%s", value);
	else if (!strcmp(key, "file_name"))
		snprintf(p->file, sizeof p->file, "%s", value);
	else if (!strcmp(key, "region"))
		snprintf(p->region, sizeof p->region, "%s", value);
	else if (!strcmp(key, "is_download"))
		p->download = !strcmp(value, "true");
	else if (!strcmp(key, "is_reserved"))
		p->reserved = !strcmp(value, "true");
	else if (!strcmp(key, "physical_start_addr"))
		return number(l, key, value, &p->start);
	else if (!strcmp(key, "partition_size"))
		return number(l, key, value, &p->size);
	return 0;
}

/* `wanted`: the lines belong to the section asked for; a file without sections has one. */
struct cursor {
	bool wanted;
	struct layout_part *part;
};

static int take(struct layout *l, struct cursor *at, const char *key, const char *value)
{
	if (!strcmp(key, "storage_type")) {
		at->wanted = l->ufs == !strcmp(value, "UFS");
		at->part = NULL;
		return 0;
	}
	if (!at->wanted)
		return 0;
	if (!strcmp(key, "block_size"))
		return number(l, key, value, &l->block);
	if (!strcmp(key, "partition_index")) {
		if (l->count == LAYOUT_PARTS_MAX)
			return report("scatter", l->path, "too many partitions", "shorten it");
		at->part = &l->parts[l->count++];
		*at->part = (struct layout_part){0};
		return 0;
	}
	return at->part ? set(l, at->part, key, value) : 0;
}

int layout_read(struct layout *l, const char *dir, bool ufs)
{
	struct cursor at = {.wanted = true};
	char line[1024], *key, *value;
	FILE *f;
	int bad = 0;

	*l = (struct layout){.ufs = ufs};
	if (find_scatter(l, dir))
		return -1;
	f = fopen(l->path, "r");
	if (!f)
		return report("scatter", l->path, strerror(errno), "make it readable");
	while (!bad && fgets(line, sizeof line, f))
		if (split(line, &key, &value))
			bad = take(l, &at, key, value);
	fclose(f);
	if (!bad && !l->count)
		bad = report("scatter", l->path, "no partition for the device's storage",
			     "use a package made for it");
	return bad;
}
