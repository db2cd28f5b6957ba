/*
 * sink: a file being written, with the two sums a package wants of it. Errors are kept until
 * sink_close(), which reports them: the writers in between stay readable.
 */
#ifndef TESTS_SAMPLE_SINK_H
#define TESTS_SAMPLE_SINK_H

#include <stddef.h>
#include <stdint.h>

struct sink {
	char path[4096];
	int fd;
	int error;	/* errno of the first failed write, 0 */
	uint64_t bytes; /* written so far */
	uint32_t sum;	/* of all bytes; its low 16 bits are the Checksum.ini value */
	size_t fill;
	uint8_t *buffer; /* owned */
};

int sink_open(struct sink *s, const char *dir, const char *name);
void sink_put(struct sink *s, const void *bytes, size_t count);
void sink_text(struct sink *s, const char *text);
/* 0, or -1 with the reason on stderr. `sum16` and `total` may be NULL. */
int sink_close(struct sink *s, uint16_t *sum16, uint64_t *total);

#endif
