#include "tests/sample/sink.h"

#include "tests/sample/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER ((size_t)1 << 20)

int sink_open(struct sink *s, const char *dir, const char *name)
{
	*s = (struct sink){.fd = -1};
	if ((size_t)snprintf(s->path, sizeof s->path, "%s/%s", dir, name) >= sizeof s->path)
		return report("package", dir, "path too long", "choose a shorter --out");
	s->buffer = malloc(BUFFER);
	if (!s->buffer)
		return report("package", s->path, "no memory", "close other programs");
	s->fd = open(s->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (s->fd < 0) {
		free(s->buffer);
		return report("package", s->path, strerror(errno), "choose a writable --out");
	}
	return 0;
}

static void flush(struct sink *s)
{
	size_t done = 0;

	while (!s->error && done < s->fill) {
		ssize_t n = write(s->fd, s->buffer + done, s->fill - done);

		if (n < 0 && errno != EINTR)
			s->error = errno;
		else if (n > 0)
			done += (size_t)n;
	}
	s->fill = 0;
}

static uint32_t sum_bytes(const uint8_t *p, size_t count)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += p[i];
	return sum;
}

void sink_put(struct sink *s, const void *bytes, size_t count)
{
	const uint8_t *p = bytes;

	s->sum += sum_bytes(p, count);
	s->bytes += count;
	while (count) {
		size_t n = BUFFER - s->fill < count ? BUFFER - s->fill : count;

		memcpy(s->buffer + s->fill, p, n);
		s->fill += n;
		p += n;
		count -= n;
		if (s->fill == BUFFER)
			flush(s);
	}
}

void sink_text(struct sink *s, const char *text)
{
	sink_put(s, text, strlen(text));
}

int sink_close(struct sink *s, uint16_t *sum16, uint64_t *total)
{
	flush(s);
	free(s->buffer);
	if (close(s->fd) && !s->error)
		s->error = errno;
	if (s->error)
		return report("package", s->path, strerror(s->error),
			      "make room or choose another --out");
	if (sum16)
		*sum16 = (uint16_t)s->sum;
	if (total)
		*total = s->bytes;
	return 0;
}
