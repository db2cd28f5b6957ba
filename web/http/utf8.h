/* utf8: what clients send and what we print back must be UTF-8, or the JSON is broken. */
#ifndef WEB_HTTP_UTF8_H
#define WEB_HTTP_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Whether all bytes form valid UTF-8 (no overlong forms, no surrogates). */
bool utf8_valid(const char *text, size_t bytes);

/* Puts '?' for every byte that does not belong to a valid character (a text cut by a buffer's end).
 */
void utf8_mend(char *text);

#endif
