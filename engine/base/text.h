/*
 * text: lines, words and numbers in text that came from outside. Works on slices: nothing needs to
 * end in NUL, nothing is changed in place.
 */
#ifndef ENGINE_BASE_TEXT_H
#define ENGINE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

/* Walks a text line by line; CR LF and LF may be mixed, the last line needs no end. */
struct text_lines {
	struct slice rest;
	unsigned number; /* of the line given last, from 1 */
};

/* Skips a UTF-8 byte order mark. */
struct text_lines text_lines_of(struct slice text);
bool text_next_line(struct text_lines *lines, struct slice *line);

struct slice text_of(const char *s);	   /* borrows `s` */
struct slice text_trim(struct slice s);	   /* blanks and tabs at both ends */
struct slice text_unquote(struct slice s); /* trims, then takes off one pair of quotes */
bool text_starts(struct slice s, const char *prefix);
bool text_is(struct slice s, const char *word);		 /* same bytes */
bool text_is_any_case(struct slice s, const char *word); /* ASCII case ignored */
bool text_same_any_case(const char *a, const char *b);

/*
 * Cut `s` at the first `mark`: `left` gets what is before it, `right` what follows, both trimmed.
 * False (and both untouched) when there is no mark.
 */
bool text_cut(struct slice s, char mark, struct slice *left, struct slice *right);

/* Copy to a C string of `cap` bytes. False, with `to` empty, when it does not fit. */
bool text_copy(char *to, size_t cap, struct slice s);

/* Decimal or 0x hex, blanks around it allowed; no sign, no rest, at most 64 bits. */
bool text_number(struct slice s, uint64_t *value);
/* Exactly 2 * n hex digits. */
bool text_hex_bytes(struct slice s, uint8_t *to, size_t n);

/* Room for a piece of foreign text in a message: at most 47 characters of it, unprintables as '?'.
 */
struct text_shown {
	char s[52];
};
struct text_shown text_show(struct slice s);

#endif
