/*
 * doc: the small XML documents of V6 agents, read and written (protocol/da-xml.md 1, 2).
 *
 * Reading is a text search, not a parser: agents of 2025 send END documents that are not well
 * formed, and those carry the failures. A value is what stands behind its tag; nothing is trusted
 * to be closed, to be unique, or to be short.
 */
#ifndef ENGINE_XML_DOC_H
#define ENGINE_XML_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

/*
 * What stands behind <tag>: up to </tag>, else up to </arg>, else up to the next "</", else all of
 * it. False: there is no such tag. `value` borrows `doc`.
 */
bool doc_value(struct slice doc, const char *tag, struct slice *value);
/* The text of <item key="KEY"> in a system property document. */
bool doc_item(struct slice doc, const char *key, struct slice *value);
/* A number behind <tag>: hex with 0x, or decimal. False: no tag, or no number. */
bool doc_number(struct slice doc, const char *tag, uint64_t *value);
/* `value` with its entities resolved, as a C string. False, and cut, when `room` is too small. */
bool doc_text(struct slice value, char *to, size_t room);
/* First place of `word` in `text`, letter case ignored; NULL none. */
const uint8_t *doc_find(struct slice text, const char *word);

/* A host document being written; its owner sends `text` with its NUL, `n` + 1 bytes. */
#define DOC_ROOM 1024 /* agents take 2048 (DA1) and more */

struct doc {
	size_t n;  /* bytes in text, without NUL */
	bool full; /* something did not fit: not to be sent */
	char text[DOC_ROOM];
};

/* The prolog, without which agents know no command, then version and "CMD:" `command`. */
void doc_begin(struct doc *d, const char *version, const char *command);
void doc_open(struct doc *d, const char *tag);
void doc_close(struct doc *d, const char *tag);
void doc_put(struct doc *d, const char *tag, const char *value);     /* escaped */
void doc_put_number(struct doc *d, const char *tag, uint64_t value); /* as 0x... */
void doc_end(struct doc *d);

#endif
