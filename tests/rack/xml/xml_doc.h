/*
 * xml_doc: a command document as the agent's parser sees it: nodes with text and attributes,
 * found by path ("da/arg/partition").
 */
#ifndef RACK_XML_DOC_H
#define RACK_XML_DOC_H

#include <stdbool.h>
#include <stddef.h>

#define XML_ATTRIBUTES_MAX 12

struct xml_node {
	char *name, *text;
	char *attributes[2 * XML_ATTRIBUTES_MAX + 1]; /* name, value, ..., NULL */
	size_t parent;				      /* index; own index at the root */
};

struct xml_doc {
	struct xml_node *nodes; /* in document order */
	size_t count, room;
};

/* False: no prolog, or not well-formed. The document is then empty. */
bool xml_doc_parse(struct xml_doc *doc, const char *text);
void xml_doc_free(struct xml_doc *doc);
/* Text of the first node with that path; NULL when there is none. */
const char *xml_doc_value(const struct xml_doc *doc, const char *path);
/* Next node with that path at or behind index `from`; doc->count when there is none. */
size_t xml_doc_find(const struct xml_doc *doc, const char *path, size_t from);
const char *xml_doc_attribute(const struct xml_node *node, const char *name); /* NULL: none */

/* ---- writing ---- */

/* Text in a buffer of the caller's; what does not fit is cut, as the agent cuts it. */
struct xml_text {
	char *bytes;
	size_t n, room;
};

void xml_text_init(struct xml_text *t, char *buffer, size_t room);
__attribute__((format(printf, 2, 3))) void xml_text_put(struct xml_text *t, const char *format,
							...);
void xml_text_escaped(struct xml_text *t, const char *text);		     /* & < > " */
void xml_text_item(struct xml_text *t, const char *name, const char *value); /* escaped */
void xml_text_hex(struct xml_text *t, const void *bytes, size_t n);

#define XML_PROLOG "<?xml version=\"1.0\" encoding=\"utf-8\"?>"

#endif
