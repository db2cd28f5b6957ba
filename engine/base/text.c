#include "engine/base/text.h"

#include <string.h>

struct text_lines text_lines_of(struct slice text)
{
	struct text_lines lines = {text, 0};

	if (text.n >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0) {
		lines.rest.p += 3;
		lines.rest.n -= 3;
	}
	return lines;
}

bool text_next_line(struct text_lines *lines, struct slice *line)
{
	const uint8_t *end;
	size_t n;

	if (lines->rest.n == 0)
		return false;
	end = memchr(lines->rest.p, '\n', lines->rest.n);
	n = end ? (size_t)(end - lines->rest.p) : lines->rest.n;
	*line = (struct slice){lines->rest.p, n};
	if (n > 0 && line->p[n - 1] == '\r')
		line->n--;
	lines->rest.p += end ? n + 1 : n;
	lines->rest.n -= end ? n + 1 : n;
	lines->number++;
	return true;
}

struct slice text_of(const char *s)
{
	return (struct slice){(const uint8_t *)s, strlen(s)};
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

struct slice text_trim(struct slice s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct slice text_unquote(struct slice s)
{
	s = text_trim(s);
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		s = (struct slice){s.p + 1, s.n - 2};
	return s;
}

bool text_starts(struct slice s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

bool text_is(struct slice s, const char *word)
{
	return s.n == strlen(word) && text_starts(s, word);
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

bool text_is_any_case(struct slice s, const char *word)
{
	if (s.n != strlen(word))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (lower(s.p[i]) != lower((uint8_t)word[i]))
			return false;
	}
	return true;
}

bool text_same_any_case(const char *a, const char *b)
{
	return text_is_any_case(text_of(a), b);
}

bool text_cut(struct slice s, char mark, struct slice *left, struct slice *right)
{
	const uint8_t *at = s.n > 0 ? memchr(s.p, mark, s.n) : NULL;
	size_t n;

	if (!at)
		return false;
	n = (size_t)(at - s.p);
	*left = text_trim((struct slice){s.p, n});
	*right = text_trim((struct slice){at + 1, s.n - n - 1});
	return true;
}

bool text_copy(char *to, size_t cap, struct slice s)
{
	if (s.n >= cap) {
		to[0] = '\0';
		return false;
	}
	if (s.n > 0)
		memcpy(to, s.p, s.n);
	to[s.n] = '\0';
	return true;
}

static int digit(uint8_t c)
{
	c = lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool text_number(struct slice s, uint64_t *value)
{
	unsigned base = 10;
	uint64_t v = 0;

	s = text_trim(s);
	if (s.n > 2 && s.p[0] == '0' && lower(s.p[1]) == 'x') {
		base = 16;
		s.p += 2;
		s.n -= 2;
	}
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int d = digit(s.p[i]);

		if (d < 0 || (unsigned)d >= base)
			return false;
		if (__builtin_mul_overflow(v, (uint64_t)base, &v) ||
		    __builtin_add_overflow(v, (uint64_t)d, &v))
			return false;
	}
	*value = v;
	return true;
}

bool text_hex_bytes(struct slice s, uint8_t *to, size_t n)
{
	if (s.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = digit(s.p[2 * i]);
		int low = digit(s.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		to[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

struct text_shown text_show(struct slice s)
{
	struct text_shown shown = {""};
	size_t n = s.n < 47 ? s.n : 47;

	for (size_t i = 0; i < n; i++)
		shown.s[i] = (char)(s.p[i] >= 0x20 && s.p[i] < 0x7F ? s.p[i] : '?');
	if (s.n > n)
		memcpy(shown.s + n, "...", 4);
	return shown;
}
