/*
 * The XML forms (packages.md 1.5). Elements carry the YAML keys with the same values:
 *
 *     root / general / config_version name= / platform, project [, storage, boot_channel, ...]
 *     root / storage_type name= / general / storage name= / boot_channel, block_size
 *     root / storage_type name= / partition_index name= / partition_name, file_name, ...
 *
 * A document type declaration is refused: no scatter has one, and entities could blow up memory.
 */
#include "engine/format/scatter_build.h"

#include <expat.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"

#define DEPTH_MAX 8
#define VALUE_MAX 512

#define REMEDY "export the scatter file again from the build"

struct reader {
	struct scatter *s;
	struct problem *problem;
	XML_Parser parser;
	unsigned lines_before; /* blank lines the parser never saw */
	bool failed;
	int depth; /* of open elements; 1 = inside root */
	bool in_entry;
	int entry_depth;
	struct scatter_draft draft;
	bool wrapper;	       /* root is flash-mode: only the scatter's name is of use */
	char value[VALUE_MAX]; /* text of the element in work */
	size_t value_n;
	unsigned value_line;
	bool leaf; /* no child element seen since the last start tag */
};

static unsigned line_now(const struct reader *r)
{
	return r->lines_before + (unsigned)XML_GetCurrentLineNumber(r->parser);
}

static void stop(struct reader *r)
{
	r->failed = true;
	XML_StopParser(r->parser, XML_FALSE);
}

static const char *name_attribute(const char **attributes)
{
	for (size_t i = 0; attributes[i]; i += 2) {
		if (strcmp(attributes[i], "name") == 0)
			return attributes[i + 1];
	}
	return NULL;
}

static int take_header(struct reader *r, const char *key, struct slice value, unsigned line)
{
	enum scatter_verdict v = scatter_header_field(r->s, text_of(key), value, line, r->problem);

	if (v == SCATTER_UNKNOWN_KEY)
		scatter_warn(r->s, "line %u: element %s is not known and was ignored", line,
			     text_show(text_of(key)).s);
	return v == SCATTER_BAD ? -1 : 0;
}

static int take_field(struct reader *r, const char *key, struct slice value, unsigned line)
{
	enum scatter_verdict v =
		scatter_draft_field(&r->draft, r->s, text_of(key), value, line, r->problem);

	if (v == SCATTER_UNKNOWN_KEY)
		scatter_warn(r->s, "line %u: element %s is not known and was ignored", line,
			     text_show(text_of(key)).s);
	return v == SCATTER_BAD ? -1 : 0;
}

static int start_root(struct reader *r, const char *element)
{
	if (strcmp(element, "root") == 0)
		return 0;
	if (strcmp(element, "flash-mode") == 0) {
		r->wrapper = true;
		return 0;
	}
	return scatter_bad(r->problem, line_now(r),
			   "give the <CHIP>_Android_scatter.xml of the build",
			   "the root element is %s, not root: this is not a scatter file",
			   text_show(text_of(element)).s);
}

static int start_storage_type(struct reader *r, const char *name)
{
	if (!name)
		return scatter_bad(r->problem, line_now(r), REMEDY,
				   "storage_type has no name attribute");
	r->s->form = SCATTER_XML_MULTI;
	return scatter_section_start(r->s, text_of(name), line_now(r), r->problem) ? 0 : -1;
}

static int start_entry(struct reader *r, const char *name)
{
	if (r->in_entry)
		return scatter_bad(r->problem, line_now(r), REMEDY,
				   "partition_index inside another partition_index");
	if (!name)
		return scatter_bad(r->problem, line_now(r), REMEDY,
				   "partition_index has no name attribute");
	scatter_draft_start(&r->draft, line_now(r));
	r->in_entry = true;
	r->entry_depth = r->depth;
	return take_field(r, "partition_index", text_of(name), line_now(r));
}

static int start_element(struct reader *r, const char *element, const char *name)
{
	if (r->depth > DEPTH_MAX)
		return scatter_bad(r->problem, line_now(r), REMEDY,
				   "elements are nested more than %d deep", DEPTH_MAX);
	if (r->depth == 1)
		return start_root(r, element);
	if (r->wrapper)
		return 0;
	if (r->in_entry && r->depth > r->entry_depth + 1)
		return scatter_bad(r->problem, line_now(r), REMEDY,
				   "element %s inside a value of a partition",
				   text_show(text_of(element)).s);
	if (strcmp(element, "storage_type") == 0)
		return start_storage_type(r, name);
	if (strcmp(element, "partition_index") == 0)
		return start_entry(r, name);
	if (!r->in_entry && name &&
	    (strcmp(element, "config_version") == 0 || strcmp(element, "storage") == 0))
		return take_header(r, element, text_of(name), line_now(r));
	return 0;
}

static void on_start(void *context, const char *element, const char **attributes)
{
	struct reader *r = context;

	if (r->failed)
		return;
	r->depth++;
	r->leaf = true;
	r->value_n = 0;
	r->value_line = line_now(r);
	if (start_element(r, element, name_attribute(attributes)) != 0)
		stop(r);
}

static void on_text(void *context, const char *text, int n)
{
	struct reader *r = context;

	if (r->failed || !r->leaf)
		return;
	if ((size_t)n > VALUE_MAX - r->value_n) {
		scatter_bad(r->problem, r->value_line, REMEDY, "a value has more than %d bytes",
			    VALUE_MAX);
		stop(r);
		return;
	}
	memcpy(r->value + r->value_n, text, (size_t)n);
	r->value_n += (size_t)n;
}

/* Line ends and blanks around a value are layout. */
static struct slice value_of(const struct reader *r)
{
	struct slice v = {(const uint8_t *)r->value, r->value_n};

	while (v.n > 0 && strchr(" \t\r\n", v.p[0])) {
		v.p++;
		v.n--;
	}
	while (v.n > 0 && strchr(" \t\r\n", v.p[v.n - 1]))
		v.n--;
	return v;
}

static int end_wrapper(struct reader *r, const char *element)
{
	if (strcmp(element, "scatter") == 0)
		return scatter_bad(
			r->problem, r->value_line, "give the scatter file it names instead",
			"this is the flash.xml wrapper of a V6 package; its scatter is \"%s\"",
			text_show(value_of(r)).s);
	return 0;
}

static int end_element(struct reader *r, const char *element)
{
	if (r->wrapper)
		return end_wrapper(r, element);
	if (strcmp(element, "partition_index") == 0) {
		r->in_entry = false;
		return scatter_draft_done(&r->draft, r->s, r->problem);
	}
	if (!r->leaf)
		return 0;
	if (r->in_entry)
		return take_field(r, element, value_of(r), r->value_line);
	/* config_version and storage with a name attribute were taken at their start. */
	if (value_of(r).n == 0)
		return 0;
	return take_header(r, element, value_of(r), r->value_line);
}

static void on_end(void *context, const char *element)
{
	struct reader *r = context;

	if (r->failed)
		return;
	if (end_element(r, element) != 0)
		stop(r);
	r->leaf = false;
	r->depth--;
}

static void on_doctype(void *context, const char *name, const char *system_id,
		       const char *public_id, int has_internal_subset)
{
	struct reader *r = context;

	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_internal_subset;
	scatter_bad(r->problem, line_now(r), "remove the DOCTYPE",
		    "the file has a document type declaration, which scatter files never have");
	stop(r);
}

static int explain(struct reader *r)
{
	enum XML_Error e = XML_GetErrorCode(r->parser);

	if (r->failed)
		return -1;
	return scatter_bad(r->problem, line_now(r), "the file may be cut short: copy it again",
			   "the XML is broken: %s", XML_ErrorString(e));
}

/* XML allows nothing before the declaration; editors leave blank lines there. */
static struct slice without_lead(struct slice text, unsigned *lines)
{
	if (text_starts(text, "\xEF\xBB\xBF"))
		text = (struct slice){text.p + 3, text.n - 3};
	while (text.n > 0 && text.p[0] != '<') {
		*lines += text.p[0] == '\n';
		text.p++;
		text.n--;
	}
	return text;
}

int scatter_read_xml(struct scatter *s, struct slice text, struct problem *problem)
{
	struct reader r = {.s = s, .problem = problem};
	int result = 0;

	s->form = SCATTER_XML;
	text = without_lead(text, &r.lines_before);
	if (text.n > INT32_MAX)
		return scatter_bad(problem, 0, "this is not a scatter file",
				   "%zu bytes are too many for a scatter file", text.n);
	r.parser = XML_ParserCreate(NULL);
	if (!r.parser)
		return scatter_bad(problem, 0, "free memory on the station", "out of memory");
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	/* A fixed salt: without it expat would ask the system for random bytes. */
	XML_SetHashSalt(r.parser, 0x5CA77E12ul);
	if (XML_Parse(r.parser, (const char *)text.p, (int)text.n, 1) != XML_STATUS_OK || r.failed)
		result = explain(&r);
	else if (r.wrapper)
		result = scatter_bad(problem, 0, "give the <CHIP>_Android_scatter.xml of the build",
				     "this is a flash.xml wrapper without a scatter");
	XML_ParserFree(r.parser);
	return result;
}
