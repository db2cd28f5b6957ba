#include "tests/sample/layout_in.h"

#include "tests/sample/report.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_scatter(const char *name)
{
	const char *at = strstr(name, "_Android_scatter");
	size_t n = strlen(name);

	return at && at != name && n > 4 &&
	       (!strcmp(name + n - 4, ".txt") || !strcmp(name + n - 4, ".xml"));
}

static int find_scatter(struct layout *l, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		return report("package", dir, strerror(errno), "name a package folder");
	l->path[0] = 0;
	while ((e = readdir(d)))
		if (is_scatter(e->d_name))
			snprintf(l->path, sizeof l->path, "%s/%s", dir, e->d_name);
	closedir(d);
	if (!l->path[0])
		return report("package", dir, "no *_Android_scatter.txt or .xml in it",
			      "name a package folder");
	return 0;
}

int layout_number(const struct layout *l, const char *key, const char *text, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	if (errno || end == text || *end)
		return report("scatter", l->path, key, "make the value a number");
	return 0;
}

struct layout_part *layout_next(struct layout *l)
{
	struct layout_part *p;

	if (l->count == LAYOUT_PARTS_MAX) {
		report("scatter", l->path, "too many partitions", "shorten it");
		return NULL;
	}
	p = &l->parts[l->count++];
	*p = (struct layout_part){0};
	return p;
}

int layout_set(struct layout *l, struct layout_part *p, const char *key, const char *value)
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
		return layout_number(l, key, value, &p->start);
	else if (!strcmp(key, "partition_size"))
		return layout_number(l, key, value, &p->size);
	return 0;
}

typedef int (*line_reader)(struct layout *, struct layout_cursor *, char *);

/* By content, not by file name (packages.md 1.1). */
static line_reader form_of(FILE *f)
{
	line_reader reader = layout_plain_line;
	char line[1024];

	while (reader == layout_plain_line && fgets(line, sizeof line, f)) {
		if (strstr(line, "<root"))
			reader = layout_xml_line;
		else if (strstr(line, "partition_index:"))
			reader = layout_yaml_line;
	}
	rewind(f);
	return reader;
}

int layout_read(struct layout *l, const char *dir, enum region_storage storage)
{
	struct layout_cursor at = {.wanted = true, .dir = dir};
	line_reader reader;
	char line[1024];
	FILE *f;
	int bad = 0;

	*l = (struct layout){.storage = storage};
	if (find_scatter(l, dir))
		return -1;
	f = fopen(l->path, "r");
	if (!f)
		return report("scatter", l->path, strerror(errno), "make it readable");
	reader = form_of(f);
	while (!bad && fgets(line, sizeof line, f))
		bad = reader(l, &at, line);
	fclose(f);
	if (!bad && !l->count)
		bad = report("scatter", l->path, "no partition for the device's storage",
			     "use a package made for it");
	if (!bad && reader == layout_plain_line)
		layout_plain_end(l);
	return bad;
}
