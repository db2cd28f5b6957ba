#include "tests/rack/xml/xml_doc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>

/* ---- reading ---- */

enum { DEPTH_MAX = 16, NODES_MAX = 4096 };

struct reader {
	struct xml_doc *doc;
	size_t open[DEPTH_MAX];
	size_t depth;
	bool bad;
};

static char *copy(struct reader *r, const char *text)
{
	char *own = strdup(text);

	r->bad |= !own;
	return own;
}

static struct xml_node *add_node(struct reader *r)
{
	struct xml_doc *doc = r->doc;

	if (doc->count == doc->room) {
		size_t room = doc->room ? 2 * doc->room : 32;
		struct xml_node *nodes = realloc(doc->nodes, room * sizeof *nodes);

		if (!nodes)
			return NULL;
		doc->nodes = nodes;
		doc->room = room;
	}
	doc->nodes[doc->count] = (struct xml_node){0};
	return &doc->nodes[doc->count++];
}

static void begin(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *r = ctx;
	struct xml_node *node;

	if (r->bad || r->depth == DEPTH_MAX || r->doc->count == NODES_MAX ||
	    !(node = add_node(r))) {
		r->bad = true;
		return;
	}
	node->parent = r->depth ? r->open[r->depth - 1] : r->doc->count - 1;
	node->name = copy(r, name);
	node->text = copy(r, "");
	for (size_t i = 0; attributes[i] && i < 2 * XML_ATTRIBUTES_MAX; i++)
		node->attributes[i] = copy(r, attributes[i]);
	r->open[r->depth++] = r->doc->count - 1;
}

static void end(void *ctx, const XML_Char *name)
{
	struct reader *r = ctx;

	(void)name;
	if (!r->bad)
		r->depth--;
}

static void characters(void *ctx, const XML_Char *bytes, int n)
{
	struct reader *r = ctx;
	struct xml_node *node;
	size_t had;
	char *longer;

	if (r->bad)
		return;
	node = &r->doc->nodes[r->open[r->depth - 1]];
	had = strlen(node->text);
	longer = realloc(node->text, had + (size_t)n + 1);
	if (!longer) {
		r->bad = true;
		return;
	}
	memcpy(longer + had, bytes, (size_t)n);
	longer[had + (size_t)n] = '\0';
	node->text = longer;
}

bool xml_doc_parse(struct xml_doc *doc, const char *bytes)
{
	struct reader r = {.doc = doc};
	XML_Parser parser;

	memset(doc, 0, sizeof *doc);
	if (strncmp(bytes, "<?xml", 5) != 0)
		return false;
	parser = XML_ParserCreate(NULL);
	if (!parser)
		return false;
	XML_SetUserData(parser, &r);
	XML_SetElementHandler(parser, begin, end);
	XML_SetCharacterDataHandler(parser, characters);
	if (XML_Parse(parser, bytes, (int)strlen(bytes), 1) != XML_STATUS_OK)
		r.bad = true;
	XML_ParserFree(parser);
	if (r.bad)
		xml_doc_free(doc);
	return !r.bad;
}

void xml_doc_free(struct xml_doc *doc)
{
	for (size_t i = 0; i < doc->count; i++) {
		struct xml_node *node = &doc->nodes[i];

		free(node->name);
		free(node->text);
		for (size_t j = 0; node->attributes[j]; j++)
			free(node->attributes[j]);
	}
	free(doc->nodes);
	memset(doc, 0, sizeof *doc);
}

/* Is `path` the path of node `i`? Compared from its end, up to the root. */
static bool has_path(const struct xml_doc *doc, size_t i, const char *path)
{
	size_t left = strlen(path);

	for (;;) {
		const struct xml_node *node = &doc->nodes[i];
		size_t n = strlen(node->name);

		if (n > left || memcmp(path + left - n, node->name, n) != 0)
			return false;
		left -= n;
		if (node->parent == i)
			return left == 0;
		if (left == 0 || path[--left] != '/')
			return false;
		i = node->parent;
	}
}

size_t xml_doc_find(const struct xml_doc *doc, const char *path, size_t from)
{
	while (from < doc->count && !has_path(doc, from, path))
		from++;
	return from;
}

const char *xml_doc_value(const struct xml_doc *doc, const char *path)
{
	size_t i = xml_doc_find(doc, path, 0);

	return i < doc->count ? doc->nodes[i].text : NULL;
}

const char *xml_doc_attribute(const struct xml_node *node, const char *name)
{
	for (size_t i = 0; node->attributes[i]; i += 2) {
		if (!strcmp(node->attributes[i], name))
			return node->attributes[i + 1];
	}
	return NULL;
}

/* ---- writing ---- */

void xml_text_init(struct xml_text *t, char *buffer, size_t room)
{
	t->bytes = buffer;
	t->n = 0;
	t->room = room;
	buffer[0] = '\0';
}

void xml_text_put(struct xml_text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->bytes + t->n, t->room - t->n, format, args);
	va_end(args);
	if (n > 0)
		t->n = (size_t)n < t->room - t->n ? t->n + (size_t)n : t->room - 1;
}

void xml_text_escaped(struct xml_text *t, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			xml_text_put(t, "&amp;");
			break;
		case '<':
			xml_text_put(t, "&lt;");
			break;
		case '>':
			xml_text_put(t, "&gt;");
			break;
		case '"':
			xml_text_put(t, "&quot;");
			break;
		default:
			xml_text_put(t, "%c", *text);
			break;
		}
	}
}

void xml_text_item(struct xml_text *t, const char *name, const char *value)
{
	xml_text_put(t, "<%s>", name);
	xml_text_escaped(t, value);
	xml_text_put(t, "</%s>", name);
}

void xml_text_hex(struct xml_text *t, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++)
		xml_text_put(t, "%02x", p[i]);
}
