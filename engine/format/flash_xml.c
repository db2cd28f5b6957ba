#include "engine/format/flash_xml.h"

#include <expat.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#define WHERE  "flash.xml"
#define REMEDY "copy the download_agent folder of the build again"

struct reader {
	struct flash_xml *x;
	XML_Parser parser;
	int depth;
	bool wrapper; /* the root is flash-mode */
	bool doctype; /* no wrapper has one, and entities could blow up memory */
	char *to;     /* field of the element in work, or NULL */
	size_t room;
	size_t n;
	bool too_long;
};

static void field(struct reader *r, const char *element)
{
	static const struct {
		const char *element;
		size_t at, room;
	} fields[] = {
		{"project", offsetof(struct flash_xml, project), sizeof r->x->project},
		{"dagent", offsetof(struct flash_xml, agent), sizeof r->x->agent},
		{"scatter", offsetof(struct flash_xml, scatter), sizeof r->x->scatter},
		{"build_version", offsetof(struct flash_xml, build_version),
		 sizeof r->x->build_version},
	};

	r->to = NULL;
	r->n = 0;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (!strcmp(element, fields[i].element)) {
			r->to = (char *)r->x + fields[i].at;
			r->room = fields[i].room;
		}
}

static void on_start(void *context, const char *element, const char **attributes)
{
	struct reader *r = context;

	(void)attributes;
	r->depth++;
	if (r->depth == 1)
		r->wrapper = !strcmp(element, "flash-mode");
	if (r->depth > 1 && r->wrapper)
		field(r, element);
}

static void on_text(void *context, const char *text, int n)
{
	struct reader *r = context;

	for (int i = 0; r->to && i < n; i++) {
		bool blank = strchr(" \t\r\n", text[i]) != NULL;

		if (blank && r->n == 0)
			continue;
		if (r->n + 1 == r->room) {
			r->too_long = true;
			return;
		}
		r->to[r->n++] = text[i];
	}
}

static void on_end(void *context, const char *element)
{
	struct reader *r = context;

	(void)element;
	while (r->to && r->n && strchr(" \t\r\n", r->to[r->n - 1]))
		r->n--;
	if (r->to)
		r->to[r->n] = '\0';
	r->to = NULL;
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
	r->doctype = true;
	XML_StopParser(r->parser, XML_FALSE);
}

/* XML_STATUS_OK, or what expat says of it. */
static enum XML_Status run(struct reader *r, struct slice text)
{
	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
	/* A fixed salt: without it expat would ask the system for random bytes. */
	XML_SetHashSalt(r->parser, 0x5CA77E12ul);
	return XML_Parse(r->parser, (const char *)text.p, (int)text.n, 1);
}

static int judge(const struct reader *r, enum XML_Status status, struct problem *problem)
{
	if (r->doctype)
		return problem_set(problem, WHERE, "remove the DOCTYPE",
				   "the file has a document type declaration");
	if (status != XML_STATUS_OK)
		return problem_set(problem, WHERE, REMEDY, "line %lu: the XML is broken: %s",
				   (unsigned long)XML_GetCurrentLineNumber(r->parser),
				   XML_ErrorString(XML_GetErrorCode(r->parser)));
	if (!r->wrapper)
		return problem_set(problem, WHERE, REMEDY, "the root element is not flash-mode");
	if (r->too_long)
		return problem_set(problem, WHERE, REMEDY, "a name in it is too long");
	if (!r->x->scatter[0])
		return problem_set(problem, WHERE, "give the scatter file of the build",
				   "this wrapper names no scatter file");
	return 0;
}

int flash_xml_parse(struct flash_xml *x, struct slice text, struct problem *problem)
{
	struct reader r = {.x = x};
	int result;

	memset(x, 0, sizeof *x);
	if (text.n > INT_MAX)
		return problem_set(problem, WHERE, REMEDY, "%zu bytes are too many", text.n);
	r.parser = XML_ParserCreate(NULL);
	if (!r.parser)
		return problem_set(problem, WHERE, "free memory on the station", "out of memory");
	result = judge(&r, run(&r, text), problem);
	XML_ParserFree(r.parser);
	if (result != 0)
		memset(x, 0, sizeof *x);
	return result;
}

bool flash_xml_detect(struct slice text)
{
	static const char root[] = "<flash-mode";
	size_t look = text.n < 4096 ? text.n : 4096;

	if (text.n > 3 && !memcmp(text.p, "\xEF\xBB\xBF", 3))
		text = (struct slice){text.p + 3, text.n - 3};
	for (size_t i = 0; i < look && i + sizeof root <= text.n; i++)
		if (!memcmp(text.p + i, root, sizeof root - 1))
			return true;
	return false;
}

/* Takes the last part off "a/b/"; false when there is none. */
static bool up(char *name, size_t *n)
{
	if (*n == 0)
		return false;
	(*n)--;
	while (*n && name[*n - 1] != '/')
		(*n)--;
	return true;
}

bool flash_xml_resolve(const char *wrapper, const char *written, char name[SCATTER_FILE_MAX])
{
	const char *slash = strrchr(wrapper, '/');
	size_t n = slash ? (size_t)(slash - wrapper) + 1 : 0;

	if (n >= SCATTER_FILE_MAX || written[0] == '/' || written[0] == '\\' ||
	    strchr(written, ':'))
		return false;
	memcpy(name, wrapper, n);
	while (*written) {
		size_t part = strcspn(written, "/\\");
		size_t skip = part + (written[part] != '\0');

		if (part == 2 && written[0] == '.' && written[1] == '.') {
			if (!up(name, &n))
				return false;
		} else if (part && !(part == 1 && written[0] == '.')) {
			if (n + part + 2 > SCATTER_FILE_MAX)
				return false;
			memcpy(name + n, written, part);
			n += part;
			if (written[part])
				name[n++] = '/';
		}
		written += skip;
	}
	name[n] = '\0';
	return n > 0 && name[n - 1] != '/';
}
