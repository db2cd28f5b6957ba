#include "engine/package/package.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/format/flash_xml.h"
#include "engine/package/package_parts.h"

#define WRAPPER "download_agent/flash.xml"

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

static const char *base_name(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
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

/* "lk.bin" may lie beside it as "lk-verified.bin", or by older names (packages.md 4.4). */
static size_t take_signed(struct package *p, const char *name, const struct package_source *source)
{
	static const char *const forms[] = {"-verified", "-sign", "-signed"};
	const char *dot = strrchr(name, '.');
	int stem = (int)(dot ? (size_t)(dot - name) : strlen(name));
	size_t found = SIZE_MAX;

	if (strchr(name, '*') || (dot && strchr(dot, '/')))
		return SIZE_MAX;
	for (size_t i = 0; found == SIZE_MAX && i < sizeof forms / sizeof forms[0]; i++) {
		char other[SCATTER_FILE_MAX];
		int n = snprintf(other, sizeof other, "%.*s%s%s", stem, name, forms[i],
				 dot ? dot : "");

		if (n > 0 && (size_t)n < sizeof other)
			found = take_file(p, other, source);
	}
	return found;
}

size_t package_part_file(const struct package *p, size_t i, bool secured)
{
	const struct package_part *part = &p->parts[i];

	if (part->signed_file < p->file_count && (secured || part->file >= p->file_count))
		return part->signed_file;
	return part->file;
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

/* Names in a scatter are relative to its own folder. */
static void take_part(struct package *p, struct package_part *part,
		      const struct package_source *source)
{
	char name[SCATTER_FILE_MAX];

	part->file = part->signed_file = SIZE_MAX;
	if (!package_name_is_safe(part->entry->file) ||
	    !flash_xml_resolve(p->scatter_name, part->entry->file, name))
		return;
	part->file = take_file(p, name, source);
	part->signed_file = take_signed(p, name, source);
}

static int collect_parts(struct package *p, const struct package_source *source,
			 struct problem *problem)
{
	size_t n = count_parts(&p->scatter);

	p->parts = calloc(n + 1, sizeof *p->parts);
	p->files = calloc(2 * n + 1, sizeof *p->files);
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
			take_part(p, part, source);
			p->part_count++;
		}
	}
	return 0;
}

static void open_preloader(struct package *p)
{
	for (size_t i = 0; i < p->part_count; i++) {
		size_t file = package_part_file(p, i, false);

		if (file == SIZE_MAX || !text_same_any_case(p->parts[i].entry->name, "preloader"))
			continue;
		p->preloader_file = file;
		p->preloader_bad = preloader_parse(&p->preloader, p->files[file].bytes,
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

/* The wrapper's text, when `name` is one. */
static bool is_wrapper(const char *name, const struct package_source *source, struct slice *text)
{
	return source->find(source->context, name, text) && flash_xml_detect(*text);
}

/* What the wrapper names, seen from the package's folder. */
static int open_wrapper(struct package *p, const char *name, struct slice text,
			struct flash_xml *names, struct problem *problem)
{
	struct flash_xml x;

	if (flash_xml_parse(&x, text, problem) != 0)
		return -1;
	memset(names, 0, sizeof *names);
	if (!flash_xml_resolve(name, x.scatter, names->scatter) ||
	    (x.agent[0] && !flash_xml_resolve(name, x.agent, names->agent)))
		return problem_set(problem, name, "give the whole package's folder",
				   "it names a file outside of the package: %s or %s", x.scatter,
				   x.agent);
	snprintf(p->wrapper_name, sizeof p->wrapper_name, "%s", name);
	p->wrapper_text = text;
	return 0;
}

static int find_names(struct package *p, const char *scatter_name, struct flash_xml *names,
		      const struct package_source *source, struct problem *problem)
{
	struct problem ignored;
	struct slice text;

	memset(names, 0, sizeof *names);
	if (is_wrapper(scatter_name, source, &text)) {
		if (open_wrapper(p, scatter_name, text, names, problem) != 0)
			return -1;
		scatter_name = names->scatter;
	} else if (is_wrapper(WRAPPER, source, &text) &&
		   open_wrapper(p, WRAPPER, text, names, &ignored) != 0) {
		memset(names, 0, sizeof *names); /* the scatter was given: do without */
	}
	snprintf(p->scatter_name, sizeof p->scatter_name, "%s", scatter_name);
	return 0;
}

int package_open(struct package *p, const char *folder_name, const char *scatter_name,
		 const char *da_name, const struct package_source *source, struct problem *problem)
{
	struct flash_xml names;

	*p = (struct package){.preloader_file = SIZE_MAX};
	snprintf(p->name, sizeof p->name, "%s", folder_name);
	if (find_names(p, scatter_name, &names, source, problem) != 0)
		return -1;
	if (da_name)
		names.agent[0] = '\0';
	else if (names.agent[0])
		da_name = names.agent;
	if (!source->find(source->context, p->scatter_name, &p->scatter_text))
		return problem_set(problem, p->scatter_name, "give a folder with a scatter file",
				   "the scatter file is not there");
	if (scatter_parse(&p->scatter, p->scatter_text, base_name(p->scatter_name), problem) != 0)
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
	if (p->wrapper_name[0] && i-- == 0)
		return p->wrapper_name;
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
