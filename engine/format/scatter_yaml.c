/*
 * The YAML forms (packages.md 1.3, 1.4), read line by line: real files are not always valid YAML,
 * and no meaning hangs on their indentation.
 *
 * `- storage_type:` starts a section, `- partition_index:` an entry; every other `key: value`
 * belongs to the entry in work or, before the first entry of a section, to the header.
 */
#include "engine/format/scatter_build.h"

#include <string.h>

#include "engine/base/text.h"

struct reader {
	struct scatter *s;
	struct problem *problem;
	struct scatter_draft draft;
	bool in_entry;
};

static int close_entry(struct reader *r)
{
	if (!r->in_entry)
		return 0;
	r->in_entry = false;
	return scatter_draft_done(&r->draft, r->s, r->problem);
}

static int start_section(struct reader *r, struct slice value, unsigned line)
{
	if (close_entry(r) != 0)
		return -1;
	r->s->form = SCATTER_YAML_MULTI;
	return scatter_section_start(r->s, text_unquote(value), line, r->problem) ? 0 : -1;
}

static int read_pair(struct reader *r, struct slice key, struct slice value, unsigned line)
{
	enum scatter_verdict verdict;

	if (text_is_any_case(key, "storage_type"))
		return start_section(r, value, line);
	if (text_is_any_case(key, "partition_index")) {
		if (close_entry(r) != 0)
			return -1;
		scatter_draft_start(&r->draft, line);
		r->in_entry = true;
	}
	verdict = r->in_entry ? scatter_draft_field(&r->draft, r->s, key, value, line, r->problem)
			      : scatter_header_field(r->s, key, value, line, r->problem);
	if (verdict == SCATTER_UNKNOWN_KEY)
		scatter_warn(r->s, "line %u: key %s is not known and was ignored", line,
			     text_show(key).s);
	return verdict == SCATTER_BAD ? -1 : 0;
}

/* A comment may follow a value; a '#' inside quotes or a word is part of it. */
static struct slice without_comment(struct slice value)
{
	size_t i = 0;

	if (value.n > 0 && (value.p[0] == '"' || value.p[0] == '\'')) {
		const uint8_t *end = memchr(value.p + 1, value.p[0], value.n - 1);

		i = end ? (size_t)(end - value.p) : 0;
	}
	for (; i < value.n; i++) {
		if (value.p[i] == '#' &&
		    (i == 0 || value.p[i - 1] == ' ' || value.p[i - 1] == '\t'))
			return text_trim((struct slice){value.p, i});
	}
	return value;
}

/* Take off the dash of a list item, however it is set; of a document mark nothing remains. */
static struct slice without_dash(struct slice line)
{
	while (line.n > 0 && line.p[0] == '-')
		line = text_trim((struct slice){line.p + 1, line.n - 1});
	return line;
}

bool scatter_yaml_pair(struct slice line, struct slice *key, struct slice *value)
{
	if (!text_cut(without_dash(text_trim(line)), ':', key, value))
		return false;
	*value = without_comment(*value);
	return true;
}

/* Comments, document marks and directives. */
static bool is_idle_line(struct slice line)
{
	line = without_dash(text_trim(line));
	return line.n == 0 || line.p[0] == '#' || line.p[0] == '%' || text_is(line, "...");
}

/* Before the first entry, a line must make sense; behind it, tools leave notes of their own. */
static int odd_line(struct reader *r, struct slice line, unsigned number)
{
	if (r->s->section_count == 0 && !r->in_entry)
		return scatter_bad(r->problem, number, "this may not be a scatter file",
				   "\"%s\" is not \"key: value\"", text_show(line).s);
	scatter_warn(r->s, "line %u: \"%s\" is not \"key: value\" and was ignored", number,
		     text_show(line).s);
	return 0;
}

int scatter_read_yaml(struct scatter *s, struct slice text, struct problem *problem)
{
	struct reader r = {.s = s, .problem = problem};
	struct text_lines lines = text_lines_of(text);
	struct slice line;

	s->form = SCATTER_YAML;
	while (text_next_line(&lines, &line)) {
		struct slice key, value;
		int bad;

		if (is_idle_line(line))
			continue;
		if (scatter_yaml_pair(line, &key, &value))
			bad = read_pair(&r, key, value, lines.number);
		else
			bad = odd_line(&r, text_trim(line), lines.number);
		if (bad)
			return -1;
	}
	return close_entry(&r);
}
