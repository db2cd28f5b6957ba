#include "engine/package/package.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/package/package_parts.h"

bool package_name_is_safe(const char *name)
{
	const char *at = name;

	if (name[0] == '\0' || name[0] == '/' || strpbrk(name, "\\:"))
		return false;
	while (at) {
		if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
			return false;
		at = strchr(at, '/');
		if (at)
			at++;
	}
	return true;
}

static size_t find_file(const struct package *p, const char *name)
{
	for (size_t i = 0; i < p->file_count; i++) {
		if (strcmp(p->files[i].name, name) == 0)
			return i;
	}
	return SIZE_MAX;
}

static void inspect(struct package_file *f)
{
	uint8_t head[CONTENT_HEAD];
	size_t n = f->expanded < sizeof head ? (size_t)f->expanded : sizeof head;

	f->content = (struct content){.kind = "raw"};
	if (!f->sparse)
		f->content = content_inspect(f->bytes);
	else if (!f->sparse_bad && sparse_read(&f->map, f->bytes, 0, head, n, 0))
		f->content = content_inspect((struct slice){head, n});
}

/* Index of the file a part names, taking it in when it is new; SIZE_MAX: not in the folder. */
static size_t take_file(struct package *p, const char *name, const struct package_source *source)
{
	struct package_file *f;
	struct slice bytes;
	size_t known;

	if (!package_name_is_safe(name))
		return SIZE_MAX;
	if (strchr(name, '*'))
		name = source->match ? source->match(source->context, name, 0) : NULL;
	if (!name)
		return SIZE_MAX;
	known = find_file(p, name);
	if (known != SIZE_MAX)
		return known;
	if (!source->find(source->context, name, &bytes))
		return SIZE_MAX;
	f = &p->files[p->file_count];
	snprintf(f->name, sizeof f->name, "%s", name);
	f->bytes = bytes;
	f->expanded = bytes.n;
	if (sparse_detect(bytes)) {
		f->sparse = true;
		f->sparse_bad = sparse_index(&f->map, bytes, &f->problem) != 0;
		f->expanded = f->map.expanded;
	}
	inspect(f);
	return p->file_count++;
}

/* "lk.bin" is missing: is there a "lk-verified.bin"? */
static bool has_signed_form(const char *name, const struct package_source *source)
{
	const char *dot = strrchr(name, '.');
	char other[SCATTER_FILE_MAX + 16];
	struct slice bytes;
	int stem = (int)(dot ? (size_t)(dot - name) : strlen(name));

	snprintf(other, sizeof other, "%.*s-verified%s", stem, name, dot ? dot : "");
	return package_name_is_safe(name) && source->find(source->context, other, &bytes);
}

static size_t count_parts(const struct scatter *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->section_count; i++) {
		for (size_t k = 0; k < s->sections[i].count; k++)
			n += s->sections[i].entries[k].is_download &&
			     s->sections[i].entries[k].file[0] != '\0';
	}
	return n;
}

static int collect_parts(struct package *p, const struct package_source *source,
			 struct problem *problem)
{
	size_t n = count_parts(&p->scatter);

	p->parts = calloc(n + 1, sizeof *p->parts);
	p->files = calloc(n + 1, sizeof *p->files);
	if (!p->parts || !p->files)
		return problem_set(problem, p->scatter_name, "free memory on the station",
				   "out of memory for %zu partitions", n);
	for (size_t i = 0; i < p->scatter.section_count; i++) {
		const struct scatter_section *sec = &p->scatter.sections[i];

		for (size_t k = 0; k < sec->count; k++) {
			const struct scatter_entry *e = &sec->entries[k];
			struct package_part *part = &p->parts[p->part_count];

			if (!e->is_download || e->file[0] == '\0')
				continue;
			*part = (struct package_part){.entry = e, .section = sec};
			part->file = take_file(p, e->file, source);
			if (part->file == SIZE_MAX)
				part->signed_form = has_signed_form(e->file, source);
			p->part_count++;
		}
	}
	return 0;
}

static void open_preloader(struct package *p)
{
	for (size_t i = 0; i < p->part_count; i++) {
		const struct package_part *part = &p->parts[i];

		if (part->file == SIZE_MAX || !text_same_any_case(part->entry->name, "preloader"))
			continue;
		p->preloader_file = part->file;
		p->preloader_bad = preloader_parse(&p->preloader, p->files[part->file].bytes,
						   &p->preloader_problem) != 0;
		p->has_preloader = !p->preloader_bad;
		return;
	}
}

static void open_da(struct package *p, const char *da_name, const struct package_source *source)
{
	struct slice bytes;

	if (!da_name)
		return;
	snprintf(p->da_name, sizeof p->da_name, "%s", da_name);
	if (!source->find(source->context, da_name, &bytes)) {
		p->da_bad = true;
		problem_set(&p->da_problem, da_name, "copy the agent file into the folder",
			    "the agent file is not there");
		return;
	}
	p->da_bad = da_file_parse(&p->da, bytes, &p->da_problem) != 0;
	p->has_da = !p->da_bad;
}

static void open_checksums(struct package *p, const struct package_source *source)
{
	static const char *const names[] = {"Checksum.ini", "checksum.ini", "CheckSum.ini",
					    "CHECKSUM.INI"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!source->find(source->context, names[i], &p->checksums_text))
			continue;
		snprintf(p->checksums_name, sizeof p->checksums_name, "%s", names[i]);
		p->checksums_bad = checksum_parse_ini(&p->checksums, p->checksums_text,
						      &p->checksums_problem) != 0;
		p->has_checksums = !p->checksums_bad;
		return;
	}
}

static bool list_is_open(const struct package *p, const char *name)
{
	for (size_t i = 0; i < p->list_count; i++) {
		if (strcmp(p->lists[i].name, name) == 0)
			return true;
	}
	return false;
}

static void open_list(struct package *p, const char *name, const struct package_source *source)
{
	struct package_list *list = &p->lists[p->list_count];

	if (list_is_open(p, name) || !source->find(source->context, name, &list->bytes))
		return;
	snprintf(list->name, sizeof list->name, "%s", name);
	list->bad = checksum_parse_list(&list->sums, list->bytes, &list->problem) != 0;
	p->list_count++;
}

static void open_lists(struct package *p, const struct package_source *source)
{
	static const char *const patterns[] = {"*.md5",	   "md5sum*",	 "MD5SUMS",
					       "SHA1SUMS", "SHA256SUMS", "*.sha256"};
	const char *name;

	if (!source->match)
		return;
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		for (size_t nth = 0; p->list_count < PACKAGE_LISTS_MAX; nth++) {
			name = source->match(source->context, patterns[i], nth);
			if (!name)
				break;
			open_list(p, name, source);
		}
	}
}

int package_open(struct package *p, const char *folder_name, const char *scatter_name,
		 const char *da_name, const struct package_source *source, struct problem *problem)
{
	*p = (struct package){.preloader_file = SIZE_MAX};
	snprintf(p->name, sizeof p->name, "%s", folder_name);
	snprintf(p->scatter_name, sizeof p->scatter_name, "%s", scatter_name);
	if (!source->find(source->context, scatter_name, &p->scatter_text))
		return problem_set(problem, scatter_name, "give a folder with a scatter file",
				   "the scatter file is not there");
	if (scatter_parse(&p->scatter, p->scatter_text, scatter_name, problem) != 0)
		return -1;
	if (collect_parts(p, source, problem) != 0) {
		package_close(p);
		return -1;
	}
	open_preloader(p);
	open_da(p, da_name, source);
	open_checksums(p, source);
	open_lists(p, source);
	return 0;
}

const char *package_member(const struct package *p, size_t i)
{
	if (i == 0)
		return p->scatter_name;
	i--;
	if (i < p->file_count)
		return p->files[i].name;
	i -= p->file_count;
	if (i < p->list_count)
		return p->lists[i].name;
	i -= p->list_count;
	if (p->has_da && i-- == 0)
		return p->da_name;
	if (p->checksums_name[0] && i == 0)
		return p->checksums_name;
	return NULL;
}

void package_close(struct package *p)
{
	for (size_t i = 0; i < p->file_count; i++) {
		sparse_free(&p->files[i].map);
		wire_sums_free(&p->files[i].sums);
	}
	for (size_t i = 0; i < p->list_count; i++)
		checksum_free(&p->lists[i].sums);
	free(p->files);
	free(p->parts);
	checksum_free(&p->checksums);
	da_file_free(&p->da);
	scatter_free(&p->scatter);
	*p = (struct package){.preloader_file = SIZE_MAX};
}
