#include "engine/format/scatter.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/format/scatter_build.h"

const char *scatter_form_name(enum scatter_form form)
{
	switch (form) {
	case SCATTER_PLAIN:
		return "plain";
	case SCATTER_YAML:
		return "YAML";
	case SCATTER_YAML_MULTI:
		return "YAML multi-storage";
	case SCATTER_XML:
		return "XML";
	case SCATTER_XML_MULTI:
		return "XML multi-storage";
	}
	return "unknown";
}

const char *scatter_operation_name(enum scatter_operation op)
{
	switch (op) {
	case SCATTER_OP_UPDATE:
		return "UPDATE";
	case SCATTER_OP_BOOTLOADERS:
		return "BOOTLOADERS";
	case SCATTER_OP_INVISIBLE:
		return "INVISIBLE";
	case SCATTER_OP_PROTECTED:
		return "PROTECTED";
	case SCATTER_OP_BINREGION:
		return "BINREGION";
	case SCATTER_OP_RESERVED:
		return "RESERVED";
	case SCATTER_OP_NEEDRESIZE:
		return "NEEDRESIZE";
	}
	return "unknown";
}

bool scatter_is_identity(const char *name)
{
	static const char *const names[] = {"nvram",	"nvdata",    "nvcfg",	  "protect1",
					    "protect2", "protect_f", "protect_s", "proinfo",
					    "pro_info", "persist",   "seccfg",	  "frp",
					    "sec1",	"keystore",  "kb",	  "dkb"};
	struct slice s = text_of(name);

	if (s.n > 2 && s.p[s.n - 2] == '_' && (s.p[s.n - 1] == 'a' || s.p[s.n - 1] == 'b'))
		s.n -= 2;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (text_is_any_case(s, names[i]))
			return true;
	}
	return false;
}

const struct scatter_section *scatter_section_for(const struct scatter *s, enum storage_kind kind)
{
	for (size_t i = 0; i < s->section_count; i++) {
		if (s->sections[i].storage == kind)
			return &s->sections[i];
	}
	return NULL;
}

const struct scatter_entry *scatter_find(const struct scatter_section *sec, const char *name)
{
	for (size_t i = 0; i < sec->count; i++) {
		if (strcmp(sec->entries[i].name, name) == 0)
			return &sec->entries[i];
	}
	return NULL;
}

struct scatter_section *scatter_section_start(struct scatter *s, struct slice storage,
					      unsigned line, struct problem *problem)
{
	struct scatter_section *sec = &s->sections[s->section_count];
	enum storage_kind kind = STORAGE_NONE;

	if (storage.n > 0) {
		kind = scatter_storage_of(storage);
		if (kind == STORAGE_NONE) {
			scatter_bad(problem, line, "use EMMC, UFS, NAND, NOR or SDMMC",
				    "storage_type \"%s\" is not known", text_show(storage).s);
			return NULL;
		}
		if (scatter_section_for(s, kind)) {
			scatter_bad(problem, line, "keep one section for each storage",
				    "a second section for %s", storage_kind_name(kind));
			return NULL;
		}
	}
	if (s->section_count == SCATTER_SECTIONS_MAX) {
		scatter_bad(problem, line, "keep the sections the product needs",
			    "more than %d storage sections", SCATTER_SECTIONS_MAX);
		return NULL;
	}
	*sec = (struct scatter_section){.storage = kind};
	sec->entries = calloc(SCATTER_ENTRIES_MAX, sizeof *sec->entries);
	if (!sec->entries) {
		scatter_bad(problem, line, "free memory on the station", "out of memory");
		return NULL;
	}
	s->section_count++;
	return sec;
}

struct scatter_section *scatter_section_current(struct scatter *s, unsigned line,
						struct problem *problem)
{
	if (s->section_count == 0)
		return scatter_section_start(s, (struct slice){NULL, 0}, line, problem);
	return &s->sections[s->section_count - 1];
}

int scatter_section_add(struct scatter_section *sec, const struct scatter_entry *e,
			struct problem *problem)
{
	const struct scatter_entry *same = e->name[0] ? scatter_find(sec, e->name) : NULL;

	if (same)
		return scatter_bad(problem, e->line, "keep one of the two entries",
				   "partition %s is listed twice, first on line %u", e->name,
				   same->line);
	if (sec->count == SCATTER_ENTRIES_MAX)
		return scatter_bad(problem, e->line, "a partition table holds no more than that",
				   "more than %d partitions in one section", SCATTER_ENTRIES_MAX);
	sec->entries[sec->count++] = *e;
	return 0;
}

enum shape { SHAPE_NONE, SHAPE_PLAIN, SHAPE_YAML, SHAPE_XML };

static bool is_yaml_start(struct slice line)
{
	struct slice key, value;

	return scatter_yaml_pair(line, &key, &value) &&
	       (text_is_any_case(key, "partition_index") || text_is_any_case(key, "general"));
}

/* "{" alone, or behind the address of the block. */
static bool is_plain_open(struct slice line)
{
	struct slice head, rest;
	uint64_t address;

	if (!text_cut(line, '{', &head, &rest))
		return false;
	for (size_t i = head.n; i > 0; i--) {
		if (head.p[i - 1] == ' ' || head.p[i - 1] == '\t')
			return text_number((struct slice){head.p + i, head.n - i}, &address);
	}
	return head.n == 0 && (rest.n == 0 || text_is(rest, "}"));
}

/* By content, as packages.md 1.1 says; the file name proves nothing. */
static enum shape shape_of(struct slice text)
{
	struct text_lines lines = text_lines_of(text);
	enum shape shape = SHAPE_NONE;
	bool first = true;
	struct slice line;

	while (text_next_line(&lines, &line)) {
		line = text_trim(line);
		if (line.n == 0)
			continue;
		if (first && line.p[0] == '<')
			return SHAPE_XML;
		first = false;
		if (line.p[0] == '#')
			continue;
		if (is_yaml_start(line))
			return SHAPE_YAML;
		if (is_plain_open(line))
			shape = SHAPE_PLAIN;
	}
	return shape;
}

static int refuse_nul(struct slice text, struct problem *problem)
{
	const uint8_t *nul = text.n > 0 ? memchr(text.p, 0, text.n) : NULL;
	struct text_lines lines;
	struct slice line;

	if (!nul)
		return 0;
	lines = text_lines_of((struct slice){text.p, (size_t)(nul - text.p) + 1});
	while (text_next_line(&lines, &line))
		;
	return scatter_bad(problem, lines.number, "this is a binary or damaged file: copy it again",
			   "a NUL byte at offset %zu", (size_t)(nul - text.p));
}

static int read_any(struct scatter *s, struct slice text, const char *file_name,
		    struct problem *problem)
{
	if (text.n == 0)
		return scatter_bad(problem, 0, "copy the file again", "the file is empty");
	if (refuse_nul(text, problem) != 0)
		return -1;
	switch (shape_of(text)) {
	case SHAPE_XML:
		return scatter_read_xml(s, text, problem);
	case SHAPE_YAML:
		return scatter_read_yaml(s, text, problem);
	case SHAPE_PLAIN:
		return scatter_read_plain(s, text, file_name, problem);
	case SHAPE_NONE:
		break;
	}
	return scatter_bad(
		problem, 0,
		"give the <CHIP>_Android_scatter file of the build; lists for OTA updates "
		"are not scatter files",
		"neither partition_index entries, NAME 0xADDRESS { } blocks nor XML");
}

int scatter_parse(struct scatter *s, struct slice text, const char *file_name,
		  struct problem *problem)
{
	*s = (struct scatter){0};
	if (read_any(s, text, file_name, problem) == 0 && scatter_finish(s, problem) == 0)
		return 0;
	scatter_free(s);
	return -1;
}

void scatter_free(struct scatter *s)
{
	for (size_t i = 0; i < s->section_count; i++)
		free(s->sections[i].entries);
	*s = (struct scatter){0};
}
