/*
 * Checksum files (packages.md section 2): the vendor's Checksum.ini, which lists 16-bit byte sums
 * by partition, and lists of "<hash> [*]<name>" lines by file name.
 */
#include "engine/format/checksum_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"

#define REMEDY_INI "make the file again with the checksum tool of the build"
#define ITEMS_MAX  4096

__attribute__((format(printf, 4, 5))) static int bad(struct problem *problem, unsigned line,
						     const char *remedy, const char *format, ...)
{
	char where[24];
	char why[sizeof problem->why];
	va_list ap;

	snprintf(where, sizeof where, "line %u", line);
	va_start(ap, format);
	vsnprintf(why, sizeof why, format, ap);
	va_end(ap);
	return problem_set(problem, where, remedy, "%s", why);
}

static int add_item(struct checksum_file *c, const struct checksum_item *item, unsigned line,
		    struct problem *problem)
{
	struct checksum_item *grown;

	if (checksum_find(c, item->key))
		return bad(problem, line, "keep one of the two lines", "%s is listed twice",
			   item->key);
	if (c->count == ITEMS_MAX)
		return bad(problem, line, "split the list", "more than %d lines", ITEMS_MAX);
	if ((c->count & (c->count - 1)) == 0) {
		grown = realloc(c->items, (c->count ? 2 * c->count : 1) * sizeof *c->items);
		if (!grown)
			return bad(problem, line, "free memory on the station", "out of memory");
		c->items = grown;
	}
	c->items[c->count++] = *item;
	return 0;
}

static int add_sum(struct checksum_file *c, struct slice key, struct slice value, unsigned line,
		   struct problem *problem)
{
	struct checksum_item item = {.kind = CHECKSUM_SUM16};
	uint64_t sum;

	if (!text_copy(item.key, sizeof item.key, key) || key.n == 0)
		return bad(problem, line, "use the partition names of the scatter file",
			   "\"%s\" can't be a partition name", text_show(key).s);
	if (!text_number(value, &sum) || sum > UINT32_MAX)
		return bad(problem, line, REMEDY_INI,
			   "the checksum \"%s\" of %s is not a 16- or 32-bit number",
			   text_show(value).s, item.key);
	/* the oldest packages wrote sums of 7 or 8 digits */
	if (sum > 0xFFFF)
		item.kind = CHECKSUM_SUM32;
	item.sum = (uint32_t)sum;
	return add_item(c, &item, line, problem);
}

static int read_switch(struct checksum_file *c, struct slice value, unsigned line,
		       struct problem *problem)
{
	uint64_t on;

	if (!text_number(value, &on) || on > 1)
		return bad(problem, line, "write CHECKSUM_SWITCH=1 or 0",
			   "CHECKSUM_SWITCH is \"%s\"", text_show(value).s);
	c->enabled = on == 1;
	return 0;
}

enum section { SECTION_NONE, SECTION_VERSION, SECTION_SWITCH, SECTION_SUMS, SECTION_OTHER };

static enum section section_of(struct slice line)
{
	if (text_is_any_case(line, "[VERSION]"))
		return SECTION_VERSION;
	if (text_is_any_case(line, "[IsEnableChecksum]"))
		return SECTION_SWITCH;
	if (text_is_any_case(line, "[CheckSum]"))
		return SECTION_SUMS;
	return SECTION_OTHER;
}

static int read_key(struct checksum_file *c, enum section section, struct slice key,
		    struct slice value, unsigned line, struct problem *problem)
{
	value = text_unquote(value);
	switch (section) {
	case SECTION_NONE:
		return bad(problem, line, REMEDY_INI, "%s stands before any [section]",
			   text_show(key).s);
	case SECTION_VERSION:
		if (text_is_any_case(key, "TOOL") && !text_copy(c->tool, sizeof c->tool, value))
			return bad(problem, line, REMEDY_INI, "the TOOL name is too long");
		return 0;
	case SECTION_SWITCH:
		if (text_is_any_case(key, "CHECKSUM_SWITCH"))
			return read_switch(c, value, line, problem);
		return 0;
	case SECTION_SUMS:
		/* some tools repeat the switch here */
		if (text_is_any_case(key, "CHECKSUM_SWITCH"))
			return read_switch(c, value, line, problem);
		return add_sum(c, key, value, line, problem);
	case SECTION_OTHER:
		break;
	}
	return 0;
}

static int read_ini(struct checksum_file *c, struct slice text, struct problem *problem)
{
	struct text_lines lines = text_lines_of(text);
	enum section section = SECTION_NONE;
	bool sums_seen = false;
	struct slice line;

	while (text_next_line(&lines, &line)) {
		struct slice key, value;

		line = text_trim(line);
		if (line.n == 0 || line.p[0] == ';' || line.p[0] == '#')
			continue;
		if (line.p[0] == '[') {
			if (line.p[line.n - 1] != ']')
				return bad(problem, lines.number, REMEDY_INI,
					   "the section line \"%s\" has no ]", text_show(line).s);
			section = section_of(line);
			sums_seen |= section == SECTION_SUMS;
			continue;
		}
		if (!text_cut(line, '=', &key, &value))
			return bad(problem, lines.number, REMEDY_INI, "\"%s\" is not KEY=VALUE",
				   text_show(line).s);
		if (read_key(c, section, key, value, lines.number, problem) != 0)
			return -1;
	}
	if (!sums_seen)
		return bad(problem, lines.number, REMEDY_INI, "there is no [CheckSum] section");
	return 0;
}

static bool has_nul(struct slice text)
{
	return text.n > 0 && memchr(text.p, 0, text.n) != NULL;
}

int checksum_parse_ini(struct checksum_file *c, struct slice text, struct problem *problem)
{
	/* without a switch the sums count: a file that lists them means them */
	*c = (struct checksum_file){.by_partition = true, .enabled = true};
	if (has_nul(text))
		return bad(problem, 1, REMEDY_INI, "the file holds NUL bytes: not a text file");
	if (read_ini(c, text, problem) == 0)
		return 0;
	checksum_free(c);
	return -1;
}

static bool hash_kind(size_t digits, enum checksum_kind *kind)
{
	switch (digits) {
	case 32:
		*kind = CHECKSUM_MD5;
		return true;
	case 40:
		*kind = CHECKSUM_SHA1;
		return true;
	case 64:
		*kind = CHECKSUM_SHA256;
		return true;
	default:
		return false;
	}
}

static int read_hash_line(struct checksum_file *c, struct slice line, unsigned number,
			  struct problem *problem)
{
	struct checksum_item item = {.kind = CHECKSUM_MD5};
	struct slice hash = line;
	struct slice name;

	hash.n = 0;
	while (hash.n < line.n && line.p[hash.n] != ' ' && line.p[hash.n] != '\t')
		hash.n++;
	name = text_trim((struct slice){line.p + hash.n, line.n - hash.n});
	if (name.n > 0 && name.p[0] == '*')
		name = (struct slice){name.p + 1, name.n - 1};
	if (text_starts(name, "./"))
		name = (struct slice){name.p + 2, name.n - 2};
	if (!hash_kind(hash.n, &item.kind) || !text_hex_bytes(hash, item.hash, hash.n / 2))
		return bad(problem, number, "write <md5, sha1 or sha256> <file name>",
			   "\"%s\" is not a hash of 32, 40 or 64 hex digits", text_show(hash).s);
	if (name.n == 0 || !text_copy(item.key, sizeof item.key, name))
		return bad(problem, number, "write <md5, sha1 or sha256> <file name>",
			   "the hash has no usable file name");
	return add_item(c, &item, number, problem);
}

int checksum_parse_list(struct checksum_file *c, struct slice text, struct problem *problem)
{
	struct text_lines lines = text_lines_of(text);
	struct slice line;

	*c = (struct checksum_file){.enabled = true};
	if (has_nul(text))
		return bad(problem, 1, "make the list again", "the file holds NUL bytes");
	while (text_next_line(&lines, &line)) {
		line = text_trim(line);
		if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
			continue;
		if (read_hash_line(c, line, lines.number, problem) != 0) {
			checksum_free(c);
			return -1;
		}
	}
	return 0;
}

const struct checksum_item *checksum_find(const struct checksum_file *c, const char *key)
{
	for (size_t i = 0; i < c->count; i++) {
		if (strcmp(c->items[i].key, key) == 0)
			return &c->items[i];
	}
	return NULL;
}

void checksum_free(struct checksum_file *c)
{
	free(c->items);
	*c = (struct checksum_file){0};
}
