#include "engine/xml/doc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

static bool same(const uint8_t *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower(a[i]) != lower((uint8_t)b[i]))
			return false;
	return true;
}

const uint8_t *doc_find(struct slice text, const char *word)
{
	size_t n = strlen(word);

	for (size_t at = 0; n <= text.n && at <= text.n - n; at++)
		if (same(text.p + at, word, n))
			return text.p + at;
	return NULL;
}

/* What is left of `s` from `p` on. */
static struct slice from(struct slice s, const uint8_t *p)
{
	return (struct slice){p, s.n - (size_t)(p - s.p)};
}

/* Cut at `mark`, when it is there. */
static bool cut_at(struct slice *s, const char *mark)
{
	const uint8_t *p = doc_find(*s, mark);

	if (p)
		s->n = (size_t)(p - s->p);
	return p != NULL;
}

bool doc_value(struct slice doc, const char *tag, struct slice *value)
{
	char mark[48];
	const uint8_t *p;

	snprintf(mark, sizeof mark, "<%s>", tag);
	p = doc_find(doc, mark);
	if (!p)
		return false;
	*value = from(doc, p + strlen(mark));
	snprintf(mark, sizeof mark, "</%s>", tag);
	if (!cut_at(value, mark) && !cut_at(value, "</arg>"))
		cut_at(value, "</");
	return true;
}

bool doc_item(struct slice doc, const char *key, struct slice *value)
{
	char mark[64];
	const uint8_t *p;

	snprintf(mark, sizeof mark, "key=\"%s\"", key);
	p = doc_find(doc, mark);
	if (!p)
		return false;
	*value = from(doc, p + strlen(mark));
	p = doc_find(*value, ">");
	if (!p)
		return false;
	*value = from(*value, p + 1);
	cut_at(value, "<");
	return true;
}

bool doc_number(struct slice doc, const char *tag, uint64_t *value)
{
	struct slice s;

	return doc_value(doc, tag, &s) && text_number(s, value);
}

static const struct {
	const char *name;
	char c;
} entities[] = {
	{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'},
};

/* The character at the head of `s`, and the bytes it takes there. */
static char resolve(struct slice s, size_t *used)
{
	for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
		if (text_starts(s, entities[i].name)) {
			*used = strlen(entities[i].name);
			return entities[i].c;
		}
	}
	*used = 1;
	return (char)s.p[0];
}

bool doc_text(struct slice value, char *to, size_t room)
{
	size_t n = 0, used;

	while (value.n && n + 1 < room) {
		to[n++] = resolve(value, &used);
		value = from(value, value.p + used);
	}
	to[n] = '\0';
	return value.n == 0;
}

__attribute__((format(printf, 2, 3))) static void add(struct doc *d, const char *format, ...)
{
	size_t room = sizeof d->text - d->n;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(d->text + d->n, room, format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room) {
		d->full = true;
		d->text[d->n] = '\0';
		return;
	}
	d->n += (size_t)n;
}

static void add_escaped(struct doc *d, const char *value)
{
	for (; *value; value++) {
		const char *name = NULL;

		for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
			if (entities[i].c == *value)
				name = entities[i].name;
		if (name)
			add(d, "%s", name);
		else
			add(d, "%c", *value);
	}
}

void doc_begin(struct doc *d, const char *version, const char *command)
{
	d->n = 0;
	d->full = false;
	add(d,
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?><da><version>%s</version>"
	    "<command>CMD:%s</command>",
	    version, command);
}

void doc_open(struct doc *d, const char *tag)
{
	add(d, "<%s>", tag);
}

void doc_close(struct doc *d, const char *tag)
{
	add(d, "</%s>", tag);
}

void doc_put(struct doc *d, const char *tag, const char *value)
{
	doc_open(d, tag);
	add_escaped(d, value);
	doc_close(d, tag);
}

void doc_put_number(struct doc *d, const char *tag, uint64_t value)
{
	add(d, "<%s>0x%llx</%s>", tag, (unsigned long long)value, tag);
}

void doc_end(struct doc *d)
{
	add(d, "</da>");
}
